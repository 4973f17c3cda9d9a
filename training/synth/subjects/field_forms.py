"""The form of things that lie in rows or strewn on a rack, a cloth or a table, of which the picture is full."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from training.synth.family import Form
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.fields import draw_field, lay_field, single_in_a_field


def in_a_field(
    *,
    make: Callable[[Parameters, np.random.Generator], Sequence[Any]],
    draw: Callable[[Draws], Parameters],
    rows: tuple[int, int] = (3, 7),
    columns: tuple[int, int] = (3, 7),
    bases: Mapping[str, float] | None = None,
    neat: float = 0.6,
    weight: float = 1.0,
) -> Form:
    """Return the form of many pieces laid out.

    Args:
        make: From what was drawn, and the generator for details, to a few variants; see `Form.make`.
        draw: Draws what ``make`` needs beside the seed.
        rows: Least and most.
        columns: Least and most.
        bases: What they lie on, see `training.synth.setting.fields.BASES`.
        neat: Probability of rows rather than of pieces thrown down.
        weight: Relative frequency.
    """

    def draw_lot(draws: Draws, form: str) -> Parameters:
        return {
            "form": form,
            "arrangement": single_in_a_field(draws.part("arrangement")),
            "field": draw_field(draws.part("field"), rows=rows, columns=columns, bases=bases, neat=neat),
            **draw(draws.part("look")),
            "seed": draws.seed(),
        }

    def make_pieces(parameters: Parameters) -> Sequence[Any]:
        variants = make(parameters, np.random.default_rng(parameters["seed"]))
        return [lay_field(variants, parameters["field"])]

    return Form(draw=draw_lot, make=make_pieces, weight=weight)
