"""What the README and the notebook show is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import ROOT
from wildvision.manifest import find_model

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
README = (ROOT / "README.md").read_text()


def test_the_readme_examples_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(blocks) == 2
    namespace: dict[str, object] = {}
    for block in blocks:
        exec(block, namespace)
    printed = capsys.readouterr().out
    assert re.match(r"(FLAG|REVIEW) .*worked ivory", printed)
    assert "missing.jpg: expected a readable file" in printed


def test_the_first_example_is_five_lines() -> None:
    first = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0]
    assert len(first.splitlines()) <= 5


def test_the_readme_shows_the_accuracy_of_the_released_card() -> None:
    shown = re.search(r"<!-- accuracy: begin -->\n(.*?)<!-- accuracy: end -->", README, re.DOTALL)
    assert shown
    rows = [line for line in shown[1].splitlines() if line.startswith("| `")]
    card = (find_model() / "CARD.md").read_text()
    assert rows
    assert all(row in card for row in rows)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning", "ignore::UserWarning")
def test_a_notebook_is_stripped_small_and_runs(path: Path) -> None:
    assert path.stat().st_size < 100_000
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert "What was learned" in notebook.cells[-1].source
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=120, resources=resources).execute()


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS
