"""Two tiny scenes by Blender itself; run where ``bpy`` is installed (``pip install '.[synth]'``)."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.synth.__main__ import main
from training.synth.generate import FAILURES, read_manifest
from training.synth.setting.covers import BUBBLE_WRAP, GLASS_CASE

pytestmark = [
    pytest.mark.blender,
    pytest.mark.skipif(importlib.util.find_spec("bpy") is None, reason="needs the extra synth"),
]
SCENES = [
    "--families",
    "rhino_horn",
    "pebbles",
    "--count",
    "4",
    "--size",
    "64",
    "--samples",
    "2",
    "--workers",
    "1",
]


def test_covers_leave_the_subject_in_sight(tmp_path: Path) -> None:
    """Six scenes, each under bubble wrap or behind glass: none hides its subject, both kinds are there."""
    arguments = [*SCENES, "--cover-share", "1"]
    arguments[arguments.index("--count") + 1] = "6"
    assert main(["render", "--out", str(tmp_path), *arguments]) == 0
    rows = read_manifest(tmp_path)
    assert {row["scene"]["cover"]["kind"] for row in rows} == {BUBBLE_WRAP, GLASS_CASE}
    assert all(row["visible_fraction"] > 0.2 and row["box"] for row in rows)


def test_two_families_render_the_same_pixels_twice(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        assert main(["render", "--out", str(tmp_path / folder), *SCENES]) == 0
        assert (tmp_path / folder / FAILURES).read_text() == ""
    first, second = (read_manifest(tmp_path / folder) for folder in ("a", "b"))
    assert first == second
    assert {row["family"] for row in first} == {"rhino_horn", "pebbles"}
    for row in first:
        with Image.open(tmp_path / "a" / row["path"]) as picture:
            assert np.asarray(picture.convert("L")).std() > 3
    assert any(row["visible_fraction"] > 0.3 and row["box"] for row in first)
