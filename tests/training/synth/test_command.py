"""The command line of the generator."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.synth.noise_pictures import run
from training.synth.__main__ import main
from training.synth.families import family_names
from training.synth.row import read_manifest


def test_the_command_line_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("training.synth.kit.blender.importlib.util.find_spec", lambda _: None)
    assert main(["render", "--out", str(tmp_path), "--count", "2"]) == 2
    assert "pip install '.[synth]'" in capsys.readouterr().err
    assert main(["sheet", str(tmp_path), "--out", str(tmp_path / "sheet.png")]) == 2
    assert "no rendered picture" in capsys.readouterr().err


def test_the_command_line_lists_the_families(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["families"]) == 0
    listed = capsys.readouterr().out
    assert all(f"{name} (" in listed for name in family_names())


def test_pack_takes_the_pictures_of_the_families_it_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(tmp_path / "all", 8)
    arguments = [str(tmp_path / "all"), "--out", str(tmp_path / "packed"), "--count", "2"]
    assert main(["pack", *arguments, "--families", "bovine_horn"]) == 0
    assert "2 pictures" in capsys.readouterr().out
    assert [row["family"] for row in read_manifest(tmp_path / "packed")] == ["bovine_horn"] * 2
