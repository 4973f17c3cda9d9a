"""Draws of pangolin scales: what tells the kinds apart, and what roasting does."""

from __future__ import annotations

import numpy as np

from training.synth.kit.draws import Draws
from training.synth.subjects.scales import scale_draws as draw

SEEDS = range(300)


def test_tree_pangolins_of_africa_have_small_narrow_scales_with_points() -> None:
    scales = [draw.draw_scales(Draws(seed, ())) for seed in SEEDS]
    tree = [scale for scale in scales if scale["kind"] in ("white_bellied", "long_tailed")]
    ground = [scale for scale in scales if scale["kind"] in ("ground", "giant", "indian")]
    assert {scale["kind"] for scale in scales} >= {"sunda", "chinese", "indian", "ground", "giant"}
    assert max(scale["width"] for scale in tree) <= 0.8 < min(scale["width"] for scale in ground)
    assert min(scale["cusps"] for scale in tree) > 0 == max(scale["cusps"] for scale in ground)
    assert np.mean([scale["length"] for scale in tree]) < np.mean([scale["length"] for scale in ground])


def test_the_edge_is_lighter_than_the_root() -> None:
    for seed in SEEDS:
        scale = draw.draw_scales(Draws(seed, ()))
        assert sum(scale["dark"]) < sum(scale["light"])


def test_roasted_scales_are_smaller_more_arched_and_golden() -> None:
    raw, roasted = (
        [make(Draws(seed, ())) for seed in SEEDS] for make in (draw.draw_scales, draw.draw_roasted)
    )
    assert np.mean([each["arch"] for each in roasted]) > 1.5 * np.mean([each["arch"] for each in raw])
    assert max(each["length"] for each in roasted) <= 0.035
    assert all(each["light"][0] > 3 * each["light"][2] for each in roasted)


def test_a_string_or_a_body_has_the_scales_of_one_animal() -> None:
    for seed in range(20):
        assert draw.draw_scales(Draws(seed, ())).items() <= draw.draw_strung(Draws(seed, ())).items()
        assert draw.draw_scales(Draws(seed, ())).items() <= draw.draw_body(Draws(seed, ())).items()
