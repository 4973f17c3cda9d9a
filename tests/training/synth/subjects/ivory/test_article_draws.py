"""Draws of worked ivory: every article has a size, pieces of a lot are alike, and each has details of its own."""

from __future__ import annotations

import pytest

from training.synth.kit.draws import Draws
from training.synth.subjects.ivory import article_draws as draw

OTHERS = ("draw_pieces", "draw_figure", "draw_string")
ARTICLES = sorted(name for name in vars(draw) if name.startswith("draw_") and name not in OTHERS)


@pytest.mark.parametrize("name", ARTICLES)
def test_pieces_have_a_size_and_a_seed_of_their_own(name: str) -> None:
    for seed in range(10):
        pieces = draw.draw_pieces(Draws(seed, (name,)), getattr(draw, name), 3)
        assert all(0.004 < piece["size_m"] < 0.35 for piece in pieces)
        assert len({piece["seed"] for piece in pieces}) == 3


def test_a_longer_lot_begins_like_a_shorter_one() -> None:
    few, many = (draw.draw_pieces(Draws(4, ()), draw.draw_seal, count) for count in (2, 5))
    assert many[:2] == few


def test_dice_of_a_lot_are_of_one_size() -> None:
    assert len({die["side_m"] for die in draw.draw_pieces(Draws(4, ()), draw.draw_die, 6)}) == 1


def test_netsuke_never_stand_on_a_base_and_only_persons_lie() -> None:
    figures = {
        name: [draw.draw_pieces(Draws(seed, ()), getattr(draw, f"draw_{name}"), 1)[0] for seed in range(120)]
        for name in ("netsuke", "person", "animal")
    }
    assert {figure["stand"] for figure in figures["netsuke"]} == {"none"}
    assert {figure["stand"] for figure in figures["animal"]} == {"none", "round", "square"}
    assert any(figure["lying"] for figure in figures["person"])
    assert not any(figure["lying"] for figure in figures["animal"])
