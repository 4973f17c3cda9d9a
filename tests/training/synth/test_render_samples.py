"""The command that renders the samples, its pictures and their rows."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest
from PIL import Image

from training.synth.kit.blender import MissingBlenderError, blender
from training.synth.render_samples import build_parser, main
from training.synth.samples.sample_scenes import PAGES, SCENES

ROOT = Path(__file__).parents[3]


def test_without_blender_the_command_gives_a_hint_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "bpy", None)
    with pytest.raises(MissingBlenderError):
        blender()
    assert main(["--out", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("error: ")
    assert "pip install '.[synth]'" in printed.err
    assert printed.out == ""
    assert not (tmp_path / "out").exists()


def test_an_unknown_scene_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--out", str(tmp_path), "--only", "unicorn_horn"])
    assert stop.value.code == 2
    assert "unicorn_horn" in capsys.readouterr().err


def test_every_scene_has_its_picture_and_every_picture_its_scene() -> None:
    pictures = {path.stem for path in (ROOT / "samples").glob("*.jpg")}
    assert pictures == set(SCENES)
    for name in SCENES:
        with Image.open(ROOT / "samples" / f"{name}.jpg") as picture:
            size = (600, 900) if name in PAGES else (800, 600)
            assert (picture.format, picture.size) == ("JPEG", size), name


def test_the_pictures_stay_small_and_show_products_look_alikes_and_everyday_things() -> None:
    pictures = list((ROOT / "samples").glob("*.jpg"))
    assert sum(path.stat().st_size for path in pictures) < 900_000
    assert len(pictures) >= 9
    assert set(PAGES) <= set(SCENES)


def test_every_scene_has_its_row_with_the_command_that_makes_it() -> None:
    text = (ROOT / "samples" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)\.jpg` \|.*\| `(.+)` \|$", text, flags=re.MULTILINE)
    assert sorted(name for name, _ in rows) == sorted(SCENES)
    for name, command in rows:
        program, arguments = shlex.split(command)[:3], shlex.split(command)[3:]
        assert program == ["python", "-m", "training.synth.render_samples"]
        args = build_parser().parse_args(arguments)
        assert (args.only, args.out) == ([name], Path("samples"))
