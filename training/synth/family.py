"""The protocol of a family: one kind of thing the generator can show, in one file of ``training/synth/families``.

A family module defines `FAMILY`. Drawing (`Family.sample`) and building (`Family.build`) are apart: sampling is
pure, needs no Blender and returns JSON values, which go into the manifest; building turns the values into objects.
To add a family, add a file; `training.synth.families` finds it. Raise `Family.version` when its pictures change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from training.synth.kit.draws import Draws, Parameters


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
