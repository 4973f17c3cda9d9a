"""What the guide to measuring shows is what happens."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import ROOT
from tests.guides import commands_of, run_command
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
    commands = commands_of(GUIDE)
    assert len(commands) == 5
    for command in commands:
        run_command(command)
    assert load_manifest(tmp_path / "our-model").recalibrated is not None
    assert {"our-market.html", "budget.html", "policy.json"} <= {path.name for path in tmp_path.iterdir()}
    (example,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    exec(example, {"__name__": "__main__"})
    assert re.search(r"\d+% of the reviews are right", capsys.readouterr().out)
