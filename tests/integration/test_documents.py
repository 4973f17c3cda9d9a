"""What the README and the notebooks show is what happens."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbclient import NotebookClient

from tests.conftest import ROOT
from wildvision.cli import main

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
README = (ROOT / "README.md").read_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a notebook needs, and at least prints and draws."""

    needs: tuple[str, ...] = ()
    texts: tuple[str, ...]
    pictures: int


SHOWN = {
    "02-teach-it-your-photos.ipynb": Shown(
        texts=(
            "hair_bracelet: 15 photos of 5 shops, beside 10 of rings",
            "bracelet: FLAG",
            "other scores the same to the bit: True",
            "expected at least 3 different photos of hair_bracelet, found 2",
            "written: False",
        ),
        pictures=2,
    ),
    "01-classify-a-photo.ipynb": Shown(
        texts=("proof:", "expected a readable file", "review from"), pictures=1
    ),
    "04-retrain-on-your-photos.ipynb": Shown(
        needs=("torch",),
        texts=(
            "90 photos of 6 sources",
            "bracelet: REVIEW - possibly (experimental category) elephant-hair bracelet",
            "gold ring: CLEAR",
            "hair_bracelet: experimental, 28 photos of 4 sources",
        ),
        pictures=3,
    ),
    "03-how-far-to-trust-it.ipynb": Shown(
        needs=("matplotlib",),
        texts=("everyday photos", "generous: at most 10.000% of photos", "by hand TPR", "In folds"),
        pictures=4,
    ),
}


def test_the_readme_examples_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "samples").symlink_to(ROOT / "samples", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, ["scan", "samples", "--out", "results", "--workers", "1"]).exit_code == 0
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(blocks) == 5
    namespace: dict[str, object] = {"__name__": "__main__"}
    for block in blocks:
        exec(block, namespace)
    assert list(namespace["highest"].columns) == ["id", "score_ivory"]  # type: ignore[attr-defined]
    printed = capsys.readouterr().out
    assert re.match(r"(FLAG|REVIEW): .*(worked ivory|elephant tusk)", printed)
    (shown,) = re.findall(r"```text\n((?:FLAG|REVIEW).*?)```", README, re.DOTALL)
    assert printed.splitlines()[:2] == shown.splitlines()
    assert "missing.jpg: expected a readable file" in printed
    assert "FLAG 1" in printed.splitlines()
    assert (tmp_path / "overlay.png").stat().st_size > 10_000
    assert printed.count("samples/") >= len(list((ROOT / "samples").glob("*.jpg")))


def test_the_first_example_is_five_lines() -> None:
    first = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0]
    assert len(first.splitlines()) <= 5


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_stripped_small_and_ends_with_what_was_learned(path: Path) -> None:
    assert path.stat().st_size < 100_000
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert "What was learned" in notebook.cells[-1].source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning", "ignore::UserWarning")
def test_a_notebook_runs_and_shows_what_it_says(path: Path) -> None:
    expected = SHOWN[path.name]
    for package in expected.needs:
        pytest.importorskip(package)
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=300, resources=resources).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    warned = [
        output.text for output in outputs if output.get("name") == "stderr" and "Warning" in output.text
    ]
    assert not warned
    printed = "".join(output.text for output in outputs if output.output_type == "stream")
    assert all(text in printed for text in expected.texts), printed
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= expected.pictures


def test_all_notebooks_are_known() -> None:
    assert sorted(SHOWN) == [path.name for path in NOTEBOOKS]


DOCUMENTS = sorted(
    path
    for pattern in (
        "*.md",
        "wildvision/**/*.md",
        "training/**/*.md",
        "tests/**/*.md",
        "models/*/*.md",
        "notebooks/*.md",
    )
    for path in ROOT.glob(pattern)
)
NAMED = re.compile(r"(?<![\w/.-])(?:\.ci|models|notebooks|samples|tests|training|wildvision)/[\w./-]*\w")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_a_document_links_or_names_are_there(path: Path) -> None:
    text = path.read_text()
    links = [path.parent / link for link in re.findall(r"\]\(([^)#\s:]+)\)", text)]
    named = [ROOT / name for name in NAMED.findall(text) if Path(name).suffix]
    assert not [str(file) for file in (*links, *named) if not file.exists()]


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CODE = sorted(
    path for folder in ("wildvision", "training", "tests") for path in (ROOT / folder).rglob("*.py")
)
INSTALL = re.compile(r"pip install (?P<rest>[^\n`;&#]*)")
WORKS = re.compile(r"(-\w+ )*(\.|'\.\[(?P<extras>[a-z]+(,[a-z]+)*)\]')(?=\s|$|\W*$)")


def texts(path: Path) -> Iterator[str]:
    """A document, or every text of a module, joined over its lines as Python joins them."""
    if path.suffix == ".md":
        yield path.read_text()
    elif path.suffix == ".ipynb":
        yield from (cell.source for cell in nbformat.read(path, as_version=4).cells)
    else:
        constants = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant))
        yield from (node.value for node in constants if isinstance(node.value, str))


def faults(text: str) -> list[str]:
    """What is wrong with a text's install lines: nothing of this project is on a package index."""
    lines = [found["rest"].strip() for found in INSTALL.finditer(text)]
    wrong = [line for line in lines if not (found := WORKS.match(line)) or not known(found["extras"])]
    return wrong + re.findall(rf"{PROJECT['name']}\[[\w,]*\]", text)


def known(extras: str | None) -> bool:
    return set((extras or "").split(",")) - {""} <= set(PROJECT["optional-dependencies"])


def test_every_install_line_works_from_a_checkout() -> None:
    paths = [*DOCUMENTS, *NOTEBOOKS, *(path for path in CODE if path != Path(__file__))]
    found = {str(path): [fault for text in texts(path) for fault in faults(text)] for path in paths}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_there_are_install_lines_to_look_at() -> None:
    def named(paths: list[Path]) -> set[str]:
        lines = [found["rest"] for path in paths for text in texts(path) for found in INSTALL.finditer(text)]
        return {
            extra
            for line in lines
            if (found := WORKS.match(line))
            for extra in (found["extras"] or "").split(",")
        }

    assert {"", "dev", "train", "scan", "cloud", "synth"} <= named(DOCUMENTS)
    assert {"heif", "scan", "cloud", "train", "synth"} <= named(CODE)


@pytest.mark.parametrize(
    ("line", "works"),
    [
        ("pip install .", True),
        (".venv/bin/pip install -q . && wildvision", True),
        ("pip install -q -e '.[dev,train]' && x", True),
        ("e.g. `pip install '.[scan]'` in a checkout", True),
        ("pip install 'wildvision[scan]'", False),
        ("pip install wildvision", False),
        ("pip install '.[skan]'", False),
        ("pip install .[scan]", False),  # zsh reads the brackets as a pattern
        ("HEIF with wildvision[heif]", False),
    ],
)
def test_what_counts_as_an_install_line_that_works(line: str, works: bool) -> None:
    assert (faults(line) == []) is works
