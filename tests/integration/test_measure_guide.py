"""What the guide to measuring shows is what happens."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from tests.conftest import ROOT
from wildvision.cli import main
from wildvision.manifest import load_manifest

GUIDE = (ROOT / "wildvision/adapt/MEASURE.md").read_text()


def drawn(folder: Path, count: int) -> None:
    """Draw photos of nothing in particular."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for number in range(count):
        cells = rng.integers(0, 255, (5, 7, 3), np.uint8)
        Image.fromarray(cells).resize((84, 60), Image.Resampling.BICUBIC).save(folder / f"{number}.jpg")


def test_the_commands_and_the_example_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], samples: list[Path]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WILDVISION_WORKERS", "1")
    drawn(tmp_path / "our-market/everyday", 62)
    drawn(tmp_path / "archive", 3)
    (tmp_path / "our-market/elephant_tusk").mkdir()
    shutil.copy(ROOT / "samples/elephant_tusk.jpg", tmp_path / "our-market/elephant_tusk")
    commands = [
        line
        for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
        for line in block.splitlines()
        if line
    ]
    assert len(commands) == 5
    for command in commands:
        program, *arguments = shlex.split(command)
        assert program == "wildvision"
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0, (command, result.output)
    assert load_manifest(tmp_path / "our-model").recalibrated is not None
    assert {"our-market.html", "budget.html", "policy.json"} <= {path.name for path in tmp_path.iterdir()}
    (example,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    exec(example, {"__name__": "__main__"})
    assert re.search(r"\d+% of the reviews are right", capsys.readouterr().out)
