"""Tortoiseshell as it is sold: polished carapaces, mounted turtles, tables of combs and bangles, horn against the light."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synth.families import load_family
from training.synth.family import Fact, Family, Form
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.shop_table import (
    build_against_the_light,
    build_table,
    draw_against_the_light,
    draw_table,
)
from training.synth.subjects.shells.polished import draw_carapace, draw_mounted, make_carapace, make_mounted

_GOODS = ("comb", "bangle", "spectacles", "box", "hairpin", "fan")


def _draw_goods(draws: Draws, form: str) -> Parameters:
    names = [draws.choice(_GOODS) for _ in range(draws.integer(3, 9))]
    family = load_family("tortoiseshell")
    lots = [family.forms[name].draw(draws.part(f"lot {n}"), name) for n, name in enumerate(names)]
    return {"form": form, **draw_table(draws.part("table")), "lots": [_lying(lot) for lot in lots]}


def _lying(lot: Parameters) -> Parameters:
    """Return a lot of one piece that lies."""
    return {**lot, "arrangement": {"kind": "single", "count": 1}, "pieces": lot["pieces"][:1]}


def _make_goods(parameters: Parameters) -> Sequence[Any]:
    family = load_family("tortoiseshell")
    return build_table(parameters, [family.forms[lot["form"]].make(lot)[0] for lot in parameters["lots"]])


def _draw_lit(draws: Draws, form: str) -> Parameters:
    name = draws.choice(("scutes", "scutes", "comb", "hairpin"))
    lot = load_family("tortoiseshell").forms[name].draw(draws.part("lot"), name)
    look = {**lot["look"], "see_through": draws.uniform(0.3, 0.6)}
    return {
        "form": form,
        **draw_against_the_light(draws.part("light")),
        "lots": [{**_lying(lot), "look": look}],
    }


def _make_lit(parameters: Parameters) -> Sequence[Any]:
    (lot,) = parameters["lots"]
    return build_against_the_light(parameters, load_family("tortoiseshell").forms[lot["form"]].make(lot)[0])


FAMILY = Family(
    name="tortoiseshell_shop",
    label="tortoiseshell",
    forms={
        "polished": Form(draw=draw_carapace, make=make_carapace, weight=0.32),
        "hung": Form(draw=draw_carapace, make=make_carapace, weight=0.14),
        "mounted": Form(draw=draw_mounted, make=make_mounted, weight=0.2),
        "goods": Form(draw=_draw_goods, make=_make_goods, weight=0.22),
        "lit": Form(draw=_draw_lit, make=_make_lit, weight=0.12),
    },
    facts=(
        Fact(
            "Restored and varnished carapaces are smooth, the scutes level with each other and parted by pale lines; brown "
            "to black flecks run in rays from each scute's growth centre.",
            "Wyneken, J. (2001), The Anatomy of Sea Turtles, NOAA Technical Memorandum NMFS-SEFSC-470, pages 9 to 12",
        ),
        Fact(
            "Shops sell whole mounted turtles, polished carapaces, and bangles, combs, hairpins, fans, boxes and frames.",
            "Nahill, B., von Weller, P. & Barrios-Garrido, H. (2020), The Global Tortoiseshell Trade: State of knowledge of the "
            "illegal trade in hawksbill products, Too Rare To Wear",
        ),
    ),
)
