"""Masks of renderings: which rows are left out, and a scene that is built again where Blender is there."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from training.synth.drawn_scene import draw_scene
from training.synth.families import load_family
from training.synth.masks import mask_again

SET = Path(__file__).parents[3] / "training/synth/set/manifest.jsonl"


def rows(*, moved: bool) -> list[dict[str, object]]:
    found = []
    for line in SET.read_text().splitlines()[:400]:
        row = json.loads(line)
        scene = draw_scene(
            load_family(row["family"]),
            row["seed"],
            row["index"],
            attempt=row["attempt"],
            cover_share=row["cover_share"],
        )
        if ("mirror" in {step["step"] for step in scene["post"]}) == moved and row["box"]:
            found.append(row)
        if len(found) == 3:
            break
    return found


def test_a_picture_that_was_mirrored_has_no_mask() -> None:
    assert [mask_again(row) for row in rows(moved=True)] == [None] * 3


@pytest.mark.skipif(importlib.util.find_spec("bpy") is None, reason="needs the extra synth")
def test_a_scene_built_again_covers_the_recorded_box() -> None:
    masks = [(mask_again(row), row["box"]) for row in rows(moved=False)]
    made = [(mask, box) for mask, box in masks if mask is not None]
    assert made
    for mask, box in made:
        down, across = np.nonzero(mask)
        seen = (across.min(), down.min(), across.max() + 1, down.max() + 1)
        assert np.abs(np.array(seen) / 48 - np.array(box)).max() < 0.03
