"""Plastic that imitates tortoiseshell: celluloid picks, spectacle frames, combs and bangles with an even mottle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synth.family import Fact, Family, alike
from training.synth.kit.assembly import Part, assemble
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.materials import glossy_material
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.shells.articles import (
    comb_parts,
    cuff_parts,
    draw_comb,
    draw_cuff,
    draw_pick,
    draw_spectacles,
    pick_parts,
    spectacle_parts,
)
from training.synth.subjects.shells.materials import draw_plastic_shell, plastic_shell_material

_LAYOUTS: dict[str, tuple[dict[str, float], int]] = {
    "picks": ({"scattered": 0.25, "row": 0.15, "heap": 0.3, "spread": 0.15, "hand": 0.15}, 34),
    "spectacles": ({"single": 0.6, "row": 0.25, "scattered": 0.15}, 5),
    "comb": ({"single": 0.5, "row": 0.25, "scattered": 0.25}, 6),
    "bangle": ({"single": 0.3, "scattered": 0.4, "row": 0.3}, 6),
}


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one lot: all pieces of one mould."""
    kinds, most = _LAYOUTS[form]
    mould = draws.part("mould")
    drawers = {"spectacles": draw_spectacles, "comb": draw_comb, "bangle": draw_cuff}
    piece = draw_pick(mould) if form == "picks" else drawers[form](mould)
    if form == "picks":
        piece.update(
            kind=draws.weighted({"pear": 0.75, "triangle": 0.25}), thickness_m=draws.uniform(0.0006, 0.0014)
        )
    if form == "comb":
        piece.update(kind=draws.weighted({"dressing": 0.6, "side": 0.4}), broken="0", bend=0.0)
    plain = draws.chance(0.2)
    return {
        "form": form,
        "arrangement": draw_arrangement(draws.part("arrangement"), kinds, most=most),
        "piece": piece,
        "look": draw_plastic_shell(draws.part("look")),
        "plain": draws.colour(
            draws.choice([(0.6, 0.03, 0.03), (0.02, 0.02, 0.02), (0.8, 0.8, 0.75), (0.05, 0.2, 0.55)])
        )
        if plain
        else None,
    }


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the pieces: one mesh, or two where single pieces of another colour lie among them."""
    mottled = plastic_shell_material(parameters["look"])
    hinge = glossy_material("hinge", (0.7, 0.68, 0.64), 0.3, metal=1.0)
    lens = glossy_material("lens", (0.02, 0.02, 0.022), 0.03, coat=1.0)
    materials = [[mottled, hinge, lens]] * 2
    if parameters["plain"] is not None:
        materials.append(
            [glossy_material("plain plastic", tuple(parameters["plain"]), 0.2, coat=0.4), hinge, lens]
        )
    materials = materials[: parameters["arrangement"]["count"]]
    return [
        assemble(parameters["form"], _parts(parameters["form"], parameters["piece"]), each)
        for each in materials
    ]


def _parts(form: str, piece: Parameters) -> list[Part]:
    if form == "picks":
        return pick_parts(piece, regular=True)
    return {"spectacles": spectacle_parts, "comb": comb_parts, "bangle": cuff_parts}[form](piece)


FAMILY = Family(
    name="guitar_picks",
    label="resin",
    facts=(
        Fact(
            "Celluloid and acetate imitate tortoiseshell with swirled colours whose bounds are soft and whose brown is even, not made of dots.",
            "Hainschwang, T. & Leggio, L. (2006), The characterization of tortoise shell and its imitations, Gems & Gemology 42(1)",
        ),
        Fact(
            "Picks are thin rounded triangles about 26 by 30 mm; many are cut from celluloid that imitates tortoiseshell.",
            "Hoover, W. (1995), Picks! The Colorful Saga of Vintage Celluloid Guitar Plectrums, Miller Freeman Books",
        ),
    ),
    forms=alike({"picks": 0.5, "spectacles": 0.22, "comb": 0.16, "bangle": 0.12}, draw_lot, make_pieces),
)
