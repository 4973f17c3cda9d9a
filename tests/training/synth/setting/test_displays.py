"""Displays and hoards as values: every kind is drawn, counts and views are those asked for."""

from __future__ import annotations

import math

import numpy as np
import pytest

from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.displays import _COUNTS, _grip, draw_lot_on_display, stands
from training.synth.setting.hoards import HOARDS, draw_hoard
from training.synth.setting.shop_table import TABLES, draw_against_the_light, draw_table


def draw_pieces(draws: Draws, count: int, form: str) -> Parameters:
    return {"form": form, "sizes": [draws.uniform(0, 1) for _ in range(count)]}


@pytest.mark.parametrize("form", _COUNTS)
def test_displays_show_as_many_pieces_as_their_kind_has(form: str) -> None:
    low, high = _COUNTS[form]
    counts = set()
    for seed in range(40):
        display = draw_lot_on_display(draw_pieces, Draws(seed, ("d",)), form)
        assert display["lot"]["form"] == form
        assert len(display["lot"]["sizes"]) == display["count"]
        fewest, most = (max(1, round(math.sqrt(share * display["count"]))) for share in (0.25, 0.7))
        assert fewest <= display["rows"] <= most
        counts.add(display["count"])
    assert low <= min(counts) <= max(counts) <= high


def test_rows_and_what_is_held_stand_and_what_is_laid_out_lies() -> None:
    drawn = {form: draw_lot_on_display(draw_pieces, Draws(1, ("d",)), form) for form in _COUNTS}
    assert stands(drawn["rows"])
    assert stands(drawn["held"])
    assert not stands(drawn["laid out"])
    assert not stands(drawn["sawn"])


def test_a_grip_lies_on_the_axis_of_what_is_held() -> None:
    turn, height = np.meshgrid(np.linspace(0, 2 * np.pi, 60), np.linspace(0, 0.6, 60))
    points = np.stack([0.05 * np.cos(turn), 0.05 * np.sin(turn), height], axis=-1).reshape(-1, 3)
    grip = _grip(points, 0.25, 0.6, np.eye(3), np.array([0.0, -0.3, 1.2]))
    assert grip.centre == pytest.approx((0.0, -0.3, 1.2 - 0.15), abs=0.02)
    assert grip.axis == (0.0, 0.0, 1.0)
    assert grip.radius == pytest.approx(0.05, rel=0.05)


@pytest.mark.parametrize("form", HOARDS)
def test_hoards_are_of_what_was_drawn(form: str) -> None:
    hoard = draw_hoard(lambda draws: {"core": [0.1, 0.1, 0.1], "seed": draws.seed()}, Draws(2, (form,)), form)
    assert hoard["form"] == form
    assert set(hoard["goods"]) == {"core", "seed"}
    assert hoard["staging"]["camera"]["fill"] > 0.7


def test_shop_tables_have_grounds_of_shops() -> None:
    for seed in range(20):
        assert draw_table(Draws(seed, ("t",)))["staging"]["ground"]["small"]["kind"] in TABLES
        lit = draw_against_the_light(Draws(seed, ("l",)))
        assert lit["staging"]["props"] == []
        assert lit["staging"]["camera"]["elevation_deg"] >= 50
