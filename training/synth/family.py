"""The protocol of a family: one kind of thing the generator can show, in one file of ``training/synth/families``.

A family module defines `FAMILY`. Drawing (`Family.sample`) and building (`Family.build`) are apart: sampling is
pure, needs no Blender and returns JSON values, which go into the manifest; building turns the values into objects.
To add a family, add a file; `training.synth.families` finds it. Raise `Family.version` when its pictures change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.arrange import sample_arrangement

LOOSE = {"single": 0.1, "scattered": 0.15, "heap": 0.25, "filled": 0.3, "spread": 0.1, "hand": 0.1}
"""Layouts of small things that are traded by the handful."""

FEW = {"single": 0.45, "scattered": 0.2, "row": 0.2, "hand": 0.15}
"""Layouts of small things that are shown one by one."""


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
class Family:
    """One kind of thing.

    Attributes:
        name: The module's name, which is also the folder of its pictures.
        label: The taxonomy id that every picture of it carries: a product or a look-alike; "" for things
            that stand for nothing in the taxonomy.
        facts: What its shape and colour rest on.
        forms: The forms it is traded or found in, with their relative frequency.
        sample: Draw one lot in a form. The result holds the key ``arrangement`` (see
            `training.synth.setting.arrange`) and all that ``build`` needs.
        build: Make the objects from the drawn values: one or several variants of the piece, each centred on the
            origin in x and y, lying as it would rest, its lowest point at z = 0, in metres. The arrangement
            copies them as often as it needs. Objects that belong to a piece are its children.
        version: Raised when its pictures change.
    """

    name: str
    label: str
    facts: Sequence[Fact]
    forms: Mapping[str, float]
    sample: Callable[[Draws, str], Parameters]
    build: Callable[[Parameters], Sequence[Any]]
    version: int = 1


def _nothing(draws: Draws) -> Parameters:
    del draws
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form of a family.

    Attributes:
        make: From what was drawn, and the generator for details, to the variants; see `Family.build`.
        draw: Draws what ``make`` needs beside the seed.
        weight: Relative frequency.
        layouts: See `training.synth.setting.arrange.sample_arrangement`.
        most: Pieces in a heap.
    """

    make: Callable[[Parameters, np.random.Generator], Sequence[Any]]
    draw: Callable[[Draws], Parameters] = _nothing
    weight: float = 1.0
    layouts: Mapping[str, float] = field(default_factory=lambda: {"single": 1.0})
    most: int = 12


def family_of(
    name: str, label: str, forms: Mapping[str, Form], *, facts: Sequence[Fact] = (), version: int = 1
) -> Family:
    """Return the family whose pictures show one of these forms each."""

    def sample(draws: Draws, form: str) -> Parameters:
        chosen = forms[form]
        return {
            "form": form,
            "arrangement": sample_arrangement(draws.part("arrangement"), chosen.layouts, most=chosen.most),
            **chosen.draw(draws.part("look")),
            "seed": draws.seed(),
        }

    def build(parameters: Parameters) -> Sequence[Any]:
        return forms[parameters["form"]].make(parameters, np.random.default_rng(parameters["seed"]))

    weights = {form: chosen.weight for form, chosen in forms.items()}
    return Family(
        name=name, label=label, facts=facts, forms=weights, sample=sample, build=build, version=version
    )
