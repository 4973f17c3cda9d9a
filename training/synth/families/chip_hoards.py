"""Bark, wood chips and dried slices in the places in which pangolin scales are hoarded: heaps, sacks, jars, trays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from training.synth.families import load_family
from training.synth.family import Fact, Family, Form
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.hoards import HOARDS, draw_hoard, make_hoard

_CORES = ((0.10, 0.06, 0.035), (0.22, 0.14, 0.07), (0.35, 0.25, 0.14))


def draw_chips(draws: Draws) -> Parameters:
    """Draw a lot of bark, chips, mulch or slices, as their own families do."""
    family = draws.weighted({"bark_chips": 0.55, "dried_slices": 0.45})
    forms = {
        "bark_chips": ["squares", "mulch", "chips"],
        "dried_slices": sorted(load_family("dried_slices").forms),
    }
    form = draws.choice(forms[family])
    lot = load_family(family).forms[form].draw(draws.part("lot"), form)
    return {"family": family, "form": form, "lot": lot, "core": draws.colour(draws.choice(_CORES), value=0.3)}


def make_chips(goods: Parameters) -> Sequence[Any]:
    """Make the pieces."""
    return load_family(goods["family"]).forms[goods["form"]].make(goods["lot"])


FAMILY = Family(
    name="chip_hoards",
    label="herbal_medicine",
    forms={
        name: Form(draw=partial(draw_hoard, draw_chips), make=partial(make_hoard, make_chips), weight=weight)
        for name, weight in HOARDS.items()
    },
    facts=(
        Fact(
            "Bark, wood and roots for decoction are sold cut into slices, pieces and chips, in sacks, jars and trays.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume IV, Processing of "
            "crude drugs",
        ),
    ),
)
