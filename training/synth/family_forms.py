"""The usual way to write a family: a table of its forms, each with how it is laid out, drawn and made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from training.synth.family import Fact, Family
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.arrange import sample_arrangement

LOOSE = {"single": 0.1, "scattered": 0.15, "heap": 0.25, "filled": 0.3, "spread": 0.1, "hand": 0.1}
"""Layouts of small things that are traded by the handful."""

FEW = {"single": 0.45, "scattered": 0.2, "row": 0.2, "hand": 0.15}
"""Layouts of small things that are shown one by one."""


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
