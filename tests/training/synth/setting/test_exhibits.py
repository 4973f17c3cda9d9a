"""Marks, scales and sheets beside what is shown: drawn values, and words that can be seen."""

from __future__ import annotations

import numpy as np

from training.synth.kit.draws import Draws
from training.synth.setting.exhibits import _crumpled, _lit, _written, draw_marks, draw_scale, draw_sheet


def test_words_stand_in_the_part_of_the_square_that_a_card_shows() -> None:
    card = _written("RH012", (250, 225, 60))
    ink = (card.sum(axis=-1) < 200).any(axis=1)
    rows = np.flatnonzero(ink)
    assert rows.min() > 0.3 * len(card)
    lit = _lit("4.20")
    rows = np.flatnonzero((lit[..., 0] > 200).any(axis=1))
    assert rows.min() > 0.6 * len(lit)


def test_drawn_values_are_within_their_limits() -> None:
    for seed in range(40):
        assert draw_marks(Draws(seed, ("m",)))["kind"] in ("cards", "labels", "none")
        assert 80 <= draw_scale(Draws(seed, ("s",)))["reading"] <= 9999
        assert 0 <= min(draw_sheet(Draws(seed, ("c",)))["colour"]) <= 1


def test_crumpling_moves_walls_and_leaves_their_heights() -> None:
    turn = np.linspace(0, 2 * np.pi, 80)
    wall = np.column_stack([0.2 * np.cos(turn), 0.2 * np.sin(turn), np.linspace(0, 0.4, 80)])
    crumpled = _crumpled(wall, np.random.default_rng(1), 0.2)
    assert (crumpled[:, 2] == wall[:, 2]).all()
    radius = np.hypot(crumpled[:, 0], crumpled[:, 1])
    assert 0.12 < radius.min() < radius.max() < 0.28
    assert radius.std() > 0.002
