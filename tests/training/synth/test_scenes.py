"""Scenes are drawn without Blender, from JSON values, the same for a seed."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import numpy as np
import pytest

from training.synth.drawn_scene import sample_scene
from training.synth.families import family_names, load_family
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.arrange import ARRANGEMENTS
from training.synth.setting.covers import BUBBLE_WRAP, GLASS_CASE, bubbles, case_room, sample_cover
from training.synth.setting.hands import hand_field, sample_hand
from wildvision.taxonomy import load_taxonomy

SEEDS = range(12)


@pytest.mark.parametrize("name", family_names())
class TestFamily:
    def test_scenes_are_json_and_equal_for_a_seed(self, name: str) -> None:
        family = load_family(name)
        for index in SEEDS:
            scene = sample_scene(family, 5, index)
            assert json.loads(json.dumps(scene, allow_nan=False)) == json.loads(
                json.dumps(sample_scene(family, 5, index))
            )

    def test_scenes_differ(self, name: str) -> None:
        family = load_family(name)
        lots = {json.dumps(sample_scene(family, seed, 0)["lot"]) for seed in SEEDS}
        assert len(lots) == len(SEEDS)

    def test_every_form_can_be_drawn_and_laid_out(self, name: str) -> None:
        family = load_family(name)
        for form in family.forms:
            for seed in SEEDS:
                arrangement = family.sample(Draws(seed, (name, form)), form)["arrangement"]
                assert arrangement["kind"] in ARRANGEMENTS

    def test_describes_itself(self, name: str) -> None:
        family = load_family(name)
        known = {category.id for category in load_taxonomy().categories} | {""}
        assert family.name == name
        assert {label.removesuffix("?") for label in family.label.split(";")} <= known
        assert all(weight > 0 for weight in family.forms.values())
        assert family.version >= 1
        assert all(len(fact.says) > 20 and len(fact.source) > 10 for fact in family.facts)

    def test_products_say_what_they_rest_on(self, name: str) -> None:
        family = load_family(name)
        if family.label in {category.id for category in load_taxonomy().products}:
            assert len(family.facts) >= 2


def test_unknown_families_are_named() -> None:
    with pytest.raises(ValueError, match="no family 'unicorn_horn'"):
        load_family("unicorn_horn")


def test_parts_of_a_scene_have_streams_of_their_own() -> None:
    draws, other = Draws(3, ("ivory", 1)), Draws(3, ("ivory", 1))
    other.uniform(0, 1)
    assert draws.part("camera").uniform(0, 1) == other.part("camera").uniform(0, 1)
    assert draws.part("camera").uniform(0, 1) != draws.part("light").uniform(0, 1)


def test_draws_keep_their_ranges() -> None:
    draws = Draws(0, ("ranges",))
    values = [draws.log_uniform(0.01, 100) for _ in range(400)]
    assert 0.01 <= min(values) < max(values) <= 100
    assert math.isclose(float(np.median(values)), 1.0, rel_tol=0.7)
    assert {draws.integer(1, 3) for _ in range(50)} == {1, 2, 3}
    assert all(0 <= c <= 1 for _ in range(50) for c in draws.colour((0.9, 0.5, 0.0), value=0.9, tint=0.5))
    assert {draws.weighted({"a": 1.0, "b": 0.0}) for _ in range(20)} == {"a"}
    assert sum(draws.chance(0.25) for _ in range(2000)) == pytest.approx(500, abs=80)


def test_covers_change_nothing_else_in_a_scene() -> None:
    family = load_family("pebbles")
    bare, covered = (sample_scene(family, 4, 2, cover_share=share) for share in (0.0, 1.0))
    assert bare["cover"] is None
    assert covered["cover"]
    assert {name for name in bare if bare[name] != covered[name]} == {"cover", "cover_share"}


def test_covers_are_as_frequent_as_asked_and_never_wrap_a_wall() -> None:
    kinds = [sample_cover(Draws(seed, ("c",)), 0.3, "single") for seed in range(600)]
    found = [cover["kind"] for cover in kinds if cover]
    assert len(found) == pytest.approx(180, abs=40)
    assert set(found) == {BUBBLE_WRAP, GLASS_CASE}
    hanging = [sample_cover(Draws(seed, ("c",)), 1.0, "hanging") for seed in range(60)]
    assert {cover["kind"] for cover in hanging if cover} == {GLASS_CASE}


def test_a_case_leaves_the_camera_outside() -> None:
    corners = np.array([[-0.1, -0.1, 0.0], [0.1, 0.1, 0.1]])
    cover = {"margin": [0.8, 0.8, 0.6]}
    wide_low, wide_high = case_room(cover, corners, (0.0, -2.0, 0.3))
    low, high = case_room(cover, corners, (0.0, -0.18, 0.15))
    assert (wide_low <= low).all()
    assert (high <= wide_high).all()
    assert (low[:2] <= -0.1).all()
    assert (high >= corners[1]).all()
    eye = np.array([0.0, -0.18, 0.15])
    assert ((eye < low) | (eye > high)).any()


def test_bubbles_are_domes_a_pitch_apart() -> None:
    line = np.linspace(-0.05, 0.05, 1001)
    heights = bubbles(np.stack([line, np.zeros_like(line)], axis=1), pitch=0.01)
    tops = np.flatnonzero((heights[1:-1] > heights[:-2]) & (heights[1:-1] >= heights[2:])) + 1
    assert np.diff(line[tops]) == pytest.approx(0.01, abs=2e-4)
    assert heights.min() == 0
    assert heights.max() == pytest.approx(0.0038, rel=0.01)


def test_nothing_of_training_is_loaded() -> None:
    """The generator's environment has neither torch nor what needs it."""
    script = (
        "import sys, training.synth.__main__;"
        "from training.synth.families import family_names, load_family;"
        "list(map(load_family, family_names()));"
        "print([m for m in ('bpy', 'torch', 'cv2', 'albumentations', 'sklearn', 'scipy') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def camera(index: int, kind: str) -> Parameters:
    from training.synth.drawn_scene import _sample_camera

    return _sample_camera(Draws(1, ("camera", index)), kind)


def test_what_hangs_is_seen_from_the_front() -> None:
    views = [camera(index, "hanging") for index in range(100)]
    assert all(-4 <= view["elevation_deg"] <= 35 and abs(view["azimuth_deg"]) <= 50 for view in views)
    lying = [camera(index, "heap")["elevation_deg"] for index in range(100)]
    assert min(lying) < 30
    assert max(lying) > 75


def test_every_hand_lies_inside_the_box_that_is_meshed() -> None:
    rim = np.linspace(-0.675, 0.675, 90, dtype=np.float32)
    x, z = np.meshgrid(np.linspace(-1.4, 0.85, 120), np.linspace(-0.1, 0.72, 50))
    sides = [np.column_stack([x.ravel(), np.full(x.size, y), z.ravel()]) for y in (-0.67, 0.67)]
    y, z = np.meshgrid(rim, np.linspace(-0.1, 0.72, 50))
    sides.append(np.column_stack([np.full(y.size, 0.84), y.ravel(), z.ravel()]))
    for seed in range(60):
        hand = sample_hand(Draws(seed, ("hand",)))
        assert all((hand_field(side.astype(np.float32), hand) > 0).all() for side in sides)
