"""Draws of what surrounds a subject: JSON values, equal for a seed, different for others."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from training.synth.kit.draws import Draws
from training.synth.setting.arrange import ARRANGEMENTS, draw_arrangement
from training.synth.setting.containers import draw_container
from training.synth.setting.grounds import draw_ground
from training.synth.setting.light import draw_light
from training.synth.setting.props import SIZES, draw_props

DRAWS: dict[str, Callable[[Draws], Any]] = {
    "container": draw_container,
    "hand": lambda draws: draw_container(draws, hand=True),
    "ground": draw_ground,
    "light": draw_light,
    "props": draw_props,
}
MOST = {"single": 1, "standing": 1, "hanging": 1, "row": 7, "scattered": 12, "hand": 3, "bundle": 14}


@pytest.mark.parametrize("name", DRAWS)
def test_values_are_json_and_equal_for_a_seed(name: str) -> None:
    first, again = ([DRAWS[name](Draws(seed, (name,))) for seed in range(40)] for _ in range(2))
    assert json.dumps(first, allow_nan=False) == json.dumps(again)
    assert len({json.dumps(each) for each in first}) > 15


def test_props_are_things_that_can_be_built() -> None:
    kinds = {thing["kind"] for seed in range(60) for thing in draw_props(Draws(seed, ()))}
    assert kinds
    assert kinds <= set(SIZES)


@pytest.mark.parametrize("kind", ARRANGEMENTS)
def test_a_layout_has_as_many_pieces_as_it_holds(kind: str) -> None:
    counts = [draw_arrangement(Draws(seed, ()), {kind: 1.0}, most=20)["count"] for seed in range(60)]
    assert min(counts) >= 1
    assert max(counts) <= {
        "single": 1,
        "standing": 1,
        "hanging": 1,
        "row": 7,
        "scattered": 12,
        "hand": 3,
        "bundle": 14,
    }.get(kind, 20)
