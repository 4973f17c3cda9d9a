"""Tortoiseshell: the scutes of the hawksbill turtle, the whole carapace, and what is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synth.family import Fact, Family, alike
from training.synth.kit.assembly import Part, assemble
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Numbers
from training.synth.kit.materials import glossy_material
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.shells.articles import (
    box_parts,
    comb_parts,
    cuff_parts,
    draw_box,
    draw_comb,
    draw_cuff,
    draw_hairpin,
    draw_pick,
    hairpin_parts,
    pick_parts,
)
from training.synth.subjects.shells.carapace import (
    carapace_parts,
    draw_carapace,
    draw_scute,
    hung_up,
    scute_parts,
)
from training.synth.subjects.shells.fans import fan_parts, upright
from training.synth.subjects.shells.materials import draw_tortoiseshell, tortoiseshell_material
from training.synth.subjects.shells.spectacles import draw_spectacles, spectacle_parts

_LAYOUTS: dict[str, tuple[dict[str, float], int]] = {
    "scutes": ({"single": 0.2, "row": 0.15, "scattered": 0.2, "spread": 0.2, "heap": 0.15, "hand": 0.1}, 26),
    "carapace": ({"single": 0.55, "hanging": 0.45}, 1),
    "comb": ({"single": 0.55, "row": 0.15, "scattered": 0.2, "hand": 0.1}, 6),
    "bangle": (
        {"single": 0.3, "row": 0.15, "scattered": 0.2, "standing": 0.1, "hand": 0.1, "heap": 0.15},
        18,
    ),
    "spectacles": ({"single": 0.75, "scattered": 0.25}, 4),
    "box": ({"single": 0.7, "scattered": 0.2, "row": 0.1}, 4),
    "fan": ({"single": 0.7, "hanging": 0.3}, 1),
    "hairpin": ({"single": 0.2, "row": 0.25, "scattered": 0.3, "hand": 0.15, "spread": 0.1}, 9),
    "plectrum": ({"scattered": 0.4, "hand": 0.3, "spread": 0.3}, 12),
}


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one lot of tortoiseshell."""
    kinds, most = _LAYOUTS[form]
    lot: Parameters = {
        "form": form,
        "arrangement": draw_arrangement(draws.part("arrangement"), kinds, most=most),
        "look": draw_tortoiseshell(
            draws.part("look"),
            raw={"scutes": 0.5, "carapace": 0.35}.get(form, 0.03),
            whole=form in ("scutes", "carapace"),
        ),
        "metal": draws.choice([[0.83, 0.60, 0.22], [0.78, 0.77, 0.74], [0.55, 0.40, 0.22]]),
    }
    variants = min(lot["arrangement"]["count"], 5)
    lot["pieces"] = [_draw_piece(draws.part(f"piece{k}"), form) for k in range(variants)]
    return lot


def _draw_piece(draws: Draws, form: str) -> Parameters:
    drawers = {
        "scutes": draw_scute, "carapace": draw_carapace, "comb": draw_comb, "bangle": draw_cuff,
        "spectacles": draw_spectacles, "box": draw_box, "hairpin": draw_hairpin, "plectrum": draw_pick,
    }  # fmt: skip
    if form in drawers:
        return drawers[form](draws)
    return {
        "blades": draws.integer(14, 24),
        "length_m": draws.uniform(0.14, 0.21),
        "open_deg": draws.uniform(105, 165),
        "pierced": draws.integer(2, 7),
    }


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the pieces."""
    form, kind = parameters["form"], parameters["arrangement"]["kind"]
    look = parameters["look"]
    materials = [
        tortoiseshell_material(look, rays=form in ("scutes", "carapace")),
        _second(form, parameters["metal"]),
        glossy_material("lens", (0.015, 0.014, 0.012), 0.03, coat=1.0),
    ]
    return [assemble(form, _parts(form, piece, kind), materials) for piece in parameters["pieces"]]


def _second(form: str, metal: Numbers) -> Any:
    """Return the material of fittings; of the bone below a carapace."""
    if form == "carapace":
        return glossy_material("bone", (0.42, 0.30, 0.17), 0.7)
    return glossy_material("metal", tuple(metal), 0.25, metal=1.0)


def _parts(form: str, piece: Parameters, kind: str) -> list[Part]:
    crowd = kind in ("heap", "spread", "filled")
    if form == "scutes":
        return scute_parts(piece, facets=24 if crowd else 55)
    if form == "carapace":
        return hung_up(carapace_parts(piece)) if kind == "hanging" else carapace_parts(piece)
    if form == "bangle":
        return cuff_parts(piece, standing=kind == "standing")
    if form == "fan":
        return upright(fan_parts(piece)) if kind == "hanging" else fan_parts(piece)
    makers = {
        "comb": comb_parts, "spectacles": spectacle_parts, "box": box_parts, "hairpin": hairpin_parts,
        "plectrum": pick_parts,
    }  # fmt: skip
    return makers[form](piece)


FAMILY = Family(
    name="tortoiseshell",
    label="tortoiseshell",
    facts=(
        Fact(
            "Brown to black patches lie in a honey yellow to reddish ground, and are made of small dots of pigment.",
            "Hainschwang, T. & Leggio, L. (2006), The characterization of tortoise shell and its imitations, Gems & Gemology 42(1)",
        ),
        Fact(
            "The hawksbill's carapace bears five vertebral and four pairs of costal scutes that overlap like tiles, and serrated marginal scutes.",
            "Wyneken, J. (2001), The Anatomy of Sea Turtles, NOAA Technical Memorandum NMFS-SEFSC-470",
        ),
    ),
    forms=alike(
        {
            "scutes": 0.2,
            "carapace": 0.22,
            "comb": 0.17,
            "bangle": 0.14,
            "spectacles": 0.07,
            "box": 0.07,
            "fan": 0.05,
            "hairpin": 0.05,
            "plectrum": 0.03,
        },
        draw_lot,
        make_pieces,
    ),
)
