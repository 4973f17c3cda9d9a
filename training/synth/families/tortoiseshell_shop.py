"""Tortoiseshell as it is sold: polished carapaces, mounted turtles, tables of combs and bangles, horn against the light."""

from __future__ import annotations

from training.synth.families import load_family
from training.synth.family import Fact, Family, Form
from training.synth.subjects.shells.polished import draw_carapace, draw_mounted, make_carapace, make_mounted
from training.synth.subjects.shop_forms import against_the_light, on_a_table

_SOLD = ("comb", "bangle", "spectacles", "box", "hairpin", "fan")
_LIT = ("scutes", "scutes", "comb", "hairpin")
_GOODS = load_family("tortoiseshell").forms

FAMILY = Family(
    name="tortoiseshell_shop",
    label="tortoiseshell",
    forms={
        "polished": Form(draw=draw_carapace, make=make_carapace, weight=0.32),
        "hung": Form(draw=draw_carapace, make=make_carapace, weight=0.14),
        "mounted": Form(draw=draw_mounted, make=make_mounted, weight=0.2),
        "goods": on_a_table(_GOODS, _SOLD, weight=0.22),
        "lit": against_the_light(_GOODS, _LIT, see_through=(0.3, 0.6), weight=0.12),
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
