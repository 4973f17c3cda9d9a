"""Small articles of ivory: dice, keys and balls of their drawn size, flat or round as they should be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from training.synth.kit.assembly import Part
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.ivory import article_draws as draw
from training.synth.subjects.ivory import articles, carved


def built(
    piece: draw.Piece, shape: Callable[[Parameters], list[Part]], seed: int
) -> tuple[Parameters, np.ndarray]:
    (values,) = draw.draw_pieces(Draws(seed, ()), piece, 1)
    parts = shape(values | {"arrangement": {"kind": "single", "count": 1}})
    assert all(np.isfinite(part.vertices).all() for part in parts)
    return values, np.ptp(np.concatenate([part.vertices for part in parts]), axis=0)


@pytest.mark.parametrize("seed", range(3))
def test_a_die_is_a_cube(seed: int) -> None:
    values, extent = built(draw.draw_die, articles.die, seed)
    assert extent == pytest.approx(np.full(3, values["side_m"]), rel=0.1)


@pytest.mark.parametrize("seed", range(3))
def test_a_billiard_ball_is_round(seed: int) -> None:
    values, extent = built(draw.draw_billiard_ball, articles.billiard_ball, seed)
    assert extent == pytest.approx(np.full(3, 2 * values["radius_m"]), rel=0.05)


@pytest.mark.parametrize("seed", range(3))
def test_a_piano_key_is_thin(seed: int) -> None:
    values, extent = built(draw.draw_piano_key, articles.piano_key, seed)
    assert extent[:2].max() == pytest.approx(values["length_m"], rel=0.1)
    assert extent[2] < 0.006


@pytest.mark.parametrize("seed", range(4))
def test_a_seal_stands_or_lies(seed: int) -> None:
    values, extent = built(draw.draw_seal, carved.seal_parts, seed)
    assert (extent[2] > 1.2 * extent[:2].max()) == values["upright"]
