"""What the guide to seeing more shows is what happens."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from tests.conftest import ROOT
from wildvision.cli import main

GUIDE = (ROOT / "wildvision/SEE_MORE.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def test_the_examples_and_commands_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    monkeypatch.chdir(tmp_path)
    first, second = blocks("python")
    names: dict[str, object] = {}
    exec(first, names)
    assert re.search(r"\d+% of the evidence in \d+, \d+ to \d+, \d+ px", capsys.readouterr().out)
    exec(second, names)
    out = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"whole 0 0 \d+ \d+ \d+%", out[0])
    assert sum(line.startswith("tile ") for line in out) == 24
    commands = [line for block in blocks("sh") for line in block.splitlines() if line]
    own = [shlex.split(line) for line in commands if line.startswith("wildvision ")]
    assert len(own) == 2
    for _, *arguments in own:
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0, result.output
    with Image.open(tmp_path / "overlay.png") as overlay:
        assert max(overlay.size) > 300
    assert [path.name for path in (tmp_path / "drawn").iterdir()] == ["0001-elephant_tusk.jpg"]


def test_the_powers_that_the_guide_names_are_those_in_use() -> None:
    from wildvision.part_scores import POWERS
    from wildvision.parts import MAX_PARTS

    (power,) = set(POWERS.values())
    assert f"to the power {power} " in GUIDE.replace("\n", " ")
    assert f"more than {MAX_PARTS})" in GUIDE
