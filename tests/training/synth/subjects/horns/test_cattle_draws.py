"""Draws of cattle and buffalo horn."""

from __future__ import annotations

from training.synth.kit.draws import Draws
from training.synth.subjects.horns import cattle_draws as draw

SEEDS = range(80)


def brightness(black: float, **options: bool) -> float:
    bodies = [draw.draw_tones(Draws(seed, ()), black=black, **options)["body"] for seed in SEEDS]
    return sum(map(sum, bodies)) / len(bodies)


def test_more_black_horn_is_darker_on_average() -> None:
    assert brightness(1.0) < brightness(0.5) < brightness(0.0)


def test_worked_horn_takes_its_colours_from_thin_pieces() -> None:
    assert brightness(1.0, worked=True) == brightness(0.999, worked=True) > brightness(1.0)


def test_polished_horn_always_shines() -> None:
    assert all(draw.draw_tones(Draws(seed, ()), polished=True)["polish"] >= 0.75 for seed in SEEDS)
    assert any(draw.draw_tones(Draws(seed, ()))["polish"] < 0.5 for seed in SEEDS)


def test_buffalo_horn_is_ridged_and_flat() -> None:
    for seed in SEEDS:
        buffalo, cow = (draw.draw_horn(Draws(seed, ()), kind=kind) for kind in ("buffalo", "cow"))
        assert buffalo["ridges"] >= 14 > cow["ridges"]
        assert buffalo["flat"] <= 0.8 < cow["flat"]


def test_only_drinking_horns_are_bound_and_they_are_smooth() -> None:
    bound = [draw.draw_horn(Draws(seed, ()), kind="cow", bound=True) for seed in SEEDS]
    assert any(horn["rim"] for horn in bound)
    assert all(horn["ridge"] == 0 and horn["rough"] <= 0.3 for horn in bound)
    assert not any(draw.draw_horn(Draws(seed, ()), kind="cow")["rim"] for seed in SEEDS)


def test_a_pair_bends_one_way_and_its_board_is_wider_than_its_horns() -> None:
    for seed in SEEDS:
        pair = draw.draw_pair(Draws(seed, ()))
        assert pair["horn"]["bend_deg"] >= 0
        assert pair["board_m"] > pair["boss_m"] > pair["horn"]["base_m"]
