"""The protocol of a family: one kind of thing the generator can show, in one file of ``training/synth/families``.

A family module defines `FAMILY`, a table of forms. Each `Form` has two halves. ``draw`` is pure, needs no Blender and
returns JSON values, which go into the manifest; ``make`` turns the values into objects. To add a family, add a file;
`training.synth.families` finds it. Raise `Family.version` when its pictures change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.synth.kit.assembly import assemble
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.arrange import draw_arrangement

LOOSE = {"single": 0.1, "scattered": 0.15, "heap": 0.25, "filled": 0.3, "spread": 0.1, "hand": 0.1}
"""Layouts of small things that are traded by the handful."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of shape or colour that the family is built on.

    Attributes:
        says: The fact, in a sentence with its numbers and units.
        source: Where it is written: author, year, title, page or figure.
    """

    says: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form that a thing is traded or found in.

    Attributes:
        draw: Draw one lot, for the form's name. The result holds the key ``arrangement`` (see
            `training.synth.setting.arrange`) and all that ``make`` needs.
        make: Make the objects from the drawn values: one or several variants of the piece, each centred on the
            origin in x and y, lying as it would rest, its lowest point at z = 0, in metres. The arrangement
            copies them as often as it needs. Objects that belong to a piece are its children.
        weight: Relative frequency within the family.
    """

    draw: Callable[[Draws, str], Parameters]
    make: Callable[[Parameters], Sequence[Any]]
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One kind of thing.

    Attributes:
        name: The module's name, which is also the folder of its pictures.
        label: The taxonomy id that every picture of it carries: a product or a look-alike; "" for things
            that stand for nothing in the taxonomy.
        forms: The forms it is traded or found in, by name.
        facts: What its shape and colour rest on.
        version: Raised when its pictures change.
    """

    name: str
    label: str
    forms: Mapping[str, Form]
    facts: Sequence[Fact] = ()
    version: int = 1

    @property
    def weights(self) -> dict[str, float]:
        """The relative frequency of each form."""
        return {name: form.weight for name, form in self.forms.items()}


def alike(
    weights: Mapping[str, float],
    draw: Callable[[Draws, str], Parameters],
    make: Callable[[Parameters], Sequence[Any]],
) -> dict[str, Form]:
    """Return forms that are drawn and made by the same two functions, with their weights."""
    return {form: Form(draw=draw, make=make, weight=weight) for form, weight in weights.items()}


def nothing(draws: Draws) -> Parameters:
    """Draw nothing: for a form without values of its own."""
    del draws
    return {}


def laid_out(
    *,
    make: Callable[[Parameters, np.random.Generator], Sequence[Any]],
    draw: Callable[[Draws], Parameters] = nothing,
    weight: float = 1.0,
    layouts: Mapping[str, float] | None = None,
    most: int = 12,
) -> Form:
    """Return the usual form: laid out in one of some ways, with a seed for what is not drawn one by one.

    Args:
        make: From what was drawn, and the generator for details, to the variants; see `Form.make`.
        draw: Draws what ``make`` needs beside the seed.
        weight: Relative frequency.
        layouts: See `training.synth.setting.arrange.draw_arrangement`; None: one single piece.
        most: Pieces in a heap.
    """

    def draw_lot(draws: Draws, form: str) -> Parameters:
        return {
            "form": form,
            "arrangement": draw_arrangement(draws.part("arrangement"), layouts or {"single": 1.0}, most=most),
            **draw(draws.part("look")),
            "seed": draws.seed(),
        }

    return Form(draw=draw_lot, make=seeded(make), weight=weight)


def seeded(
    make: Callable[[Parameters, np.random.Generator], Sequence[Any]],
) -> Callable[[Parameters], Sequence[Any]]:
    """Return the maker of lots that hands ``make`` the generator of the lot's ``seed``."""

    def make_pieces(lot: Parameters) -> Sequence[Any]:
        return make(lot, np.random.default_rng(lot["seed"]))

    return make_pieces


def arranged(
    *,
    lot: Callable[[Draws, int], Parameters],
    make: Callable[[Parameters], Sequence[Any]],
    weight: float = 1.0,
    layouts: Mapping[str, float] | None = None,
    most: int = 12,
) -> Form:
    """Return a form whose lot is laid out in one of some ways.

    Args:
        lot: Draws the lot, for the number of pieces that the arrangement has.
        make: From the lot to its objects; see `Form.make`.
        weight: Relative frequency.
        layouts: See `training.synth.setting.arrange.draw_arrangement`; None: one single piece.
        most: Pieces in a heap.
    """

    def draw_lot(draws: Draws, form: str) -> Parameters:
        arrangement = draw_arrangement(draws.part("arrangement"), layouts or {"single": 1.0}, most=most)
        return {"form": form, "arrangement": arrangement, **lot(draws, arrangement["count"])}

    return Form(draw=draw_lot, make=make, weight=weight)


def in_pieces(
    *,
    piece: Callable[[Draws], Parameters],
    make: Callable[[Parameters], Sequence[Any]],
    lot: Callable[[Draws], Parameters] = nothing,
    weight: float = 1.0,
    layouts: Mapping[str, float] | None = None,
    most: int = 12,
    variants: int = 6,
    stream: str = "piece{}",
) -> Form:
    """Return a form whose pieces are drawn one by one, each from a stream of its own.

    Args:
        piece: Draws what is the piece's own: sizes, marks, its seed.
        make: From the lot to its objects; see `assembled`.
        lot: Draws what the pieces share: colours, materials, fittings.
        weight: Relative frequency.
        layouts: See `training.synth.setting.arrange.draw_arrangement`; None: one single piece.
        most: Pieces in a heap.
        variants: Pieces drawn at most; the arrangement copies them.
        stream: The name of a piece's stream, for its number.
    """

    def draw_lot(draws: Draws, count: int) -> Parameters:
        streams = [draws.part(stream.format(number)) for number in range(min(count, variants))]
        return {**lot(draws), "pieces": [piece(own) for own in streams]}

    return arranged(lot=draw_lot, make=make, weight=weight, layouts=layouts, most=most)


def assembled(
    parts: Callable[[Parameters], Sequence[Any]],
    materials: Callable[[Parameters], Sequence[Any]],
    *,
    join: Callable[[str, Sequence[Any], Sequence[Any]], Any] = assemble,
    name: str = "",
) -> Callable[[Parameters], Sequence[Any]]:
    """Return the maker of lots of which each piece is one object of several parts.

    Args:
        parts: Shapes a piece, from its values and, behind them, those of its lot.
        materials: Makes the materials that the parts name by number, from the lot's values.
        join: Makes one object of a name, parts and materials.
        name: Of the objects; "": the form's.
    """

    def make(lot: Parameters) -> Sequence[Any]:
        dress = materials(lot)
        return [join(name or lot["form"], parts({**lot, **piece}), dress) for piece in lot["pieces"]]

    return make
