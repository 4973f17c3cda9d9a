"""Draws of teeth and claws."""

from __future__ import annotations

import pytest

from training.synth.kit.draws import Draws
from training.synth.subjects.teeth import tooth_draws as draw

SEEDS = range(60)


def test_a_crown_is_whiter_than_its_root_and_a_stain_is_darker_than_both() -> None:
    for seed in SEEDS:
        tooth = draw.draw_tooth(Draws(seed, ()))
        assert sum(tooth["stain"]) < sum(tooth["root"]) < sum(tooth["crown"])


@pytest.mark.parametrize("number", range(len(draw.CLAWS)))
def test_claws_keep_to_their_colours(number: int) -> None:
    bodies = [sum(draw.draw_claw(Draws(seed, ()), draw.CLAWS[number])["body"]) for seed in SEEDS]
    assert sum(bodies) / len(bodies) == pytest.approx(sum(draw.CLAWS[number][1]), rel=0.2)


def test_a_cap_covers_at_most_a_third_and_its_metal_is_the_one_asked_for() -> None:
    for seed in SEEDS:
        setting = draw.draw_setting(Draws(seed, ()), draw.METALS[1], draw.CORDS)
        assert 0.1 < setting["cap"] < 0.34
        assert setting["metal"][0] > 2 * setting["metal"][2]
