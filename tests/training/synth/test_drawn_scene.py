"""Whole scenes as values: their camera, and what a cover changes."""

from __future__ import annotations

from training.synth.drawn_scene import _draw_camera, draw_scene
from training.synth.families import load_family
from training.synth.kit.draws import Draws, Parameters


def test_covers_change_nothing_else_in_a_scene() -> None:
    family = load_family("pebbles")
    bare, covered = (draw_scene(family, 4, 2, cover_share=share) for share in (0.0, 1.0))
    assert bare["cover"] is None
    assert covered["cover"]
    assert {name for name in bare if bare[name] != covered[name]} == {"cover", "cover_share"}


def test_what_hangs_is_seen_from_the_front() -> None:
    views = [camera(index, "hanging") for index in range(100)]
    assert all(-4 <= view["elevation_deg"] <= 35 and abs(view["azimuth_deg"]) <= 50 for view in views)
    lying = [camera(index, "heap")["elevation_deg"] for index in range(100)]
    assert min(lying) < 30
    assert max(lying) > 75


def camera(index: int, kind: str) -> Parameters:
    return _draw_camera(Draws(1, ("camera", index)), kind)
