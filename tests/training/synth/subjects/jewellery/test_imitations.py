"""Looks of what imitates coral and turquoise."""

from __future__ import annotations

from training.synth.kit.draws import Draws
from training.synth.subjects.jewellery import imitations

SEEDS = range(60)


def test_glass_is_clearer_and_smoother_than_plastic() -> None:
    for seed in SEEDS:
        glass, plastic = imitations.draw_glass(Draws(seed, ())), imitations.draw_plastic(Draws(seed, ()))
        assert glass["clear"] > plastic["clear"]
        assert glass["roughness"] <= plastic["roughness"]
        assert glass["stripes"] == 0


def test_a_third_of_the_strings_has_one_colour_and_the_rest_two_to_six() -> None:
    for draw in (imitations.draw_glass, imitations.draw_plastic):
        counts = [len(draw(Draws(seed, ()))["colours"]) for seed in range(400)]
        assert set(counts) == set(range(1, 7))
        assert 0.25 < counts.count(1) / len(counts) < 0.45


def test_some_plastic_is_striped() -> None:
    striped = [imitations.draw_plastic(Draws(seed, ()))["stripes"] > 0 for seed in SEEDS]
    assert 0 < sum(striped) < len(striped)


def test_dyed_coral_is_evenly_red_with_open_grooves() -> None:
    for seed in SEEDS:
        look = imitations.draw_dyed_coral(Draws(seed, ()))
        assert look["colour"][0] > max(look["colour"][1:])
        assert (look["white"], look["spread"]) == (0.0, 0.04)
        assert look["striae"] >= 0.7


def test_dyed_stone_is_veined() -> None:
    assert all(imitations.draw_dyed_stone(Draws(seed, ()))["veins"] >= 0.3 for seed in SEEDS)
