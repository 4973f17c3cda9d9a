"""Sea shells, the look-alikes of tortoiseshell and ivory: cowries, snails, bivalves, nautilus, mother-of-pearl."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synth.family import Fact, Family, alike
from training.synth.kit.assembly import assemble
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.shells.materials import mollusc_material, nacre_material
from training.synth.subjects.shells.mollusc_draws import draw_shell, draw_shell_look, shell_parts

_LAYOUTS: dict[str, tuple[dict[str, float], int]] = {
    "snail": ({"single": 0.4, "scattered": 0.25, "hand": 0.2, "row": 0.15}, 8),
    "cowrie": (
        {"single": 0.15, "scattered": 0.2, "heap": 0.25, "filled": 0.15, "row": 0.1, "hand": 0.15},
        40,
    ),
    "bivalve": ({"single": 0.2, "scattered": 0.25, "heap": 0.2, "spread": 0.2, "hand": 0.15}, 30),
    "nautilus": ({"single": 0.8, "scattered": 0.2}, 3),
    "nacre": ({"scattered": 0.3, "spread": 0.3, "heap": 0.2, "hand": 0.2}, 30),
    "mixed": ({"heap": 0.3, "spread": 0.35, "filled": 0.35}, 34),
}


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one lot of shells."""
    kinds, most = _LAYOUTS[form]
    arrangement = draw_arrangement(draws.part("arrangement"), kinds, most=most)
    variants = min(arrangement["count"], 6)
    species = draws.weighted(
        {"turban": 0.2, "whelk": 0.25, "conch": 0.2, "auger": 0.12, "moon": 0.11, "cone": 0.12}
    )
    pieces = [draw_shell(draws.part(f"piece{k}"), form, species) for k in range(variants)]
    looks = [draw_shell_look(draws.part(f"look{k}"), piece) for k, piece in enumerate(pieces)]
    if form != "mixed":
        looks = [looks[0]] * variants
    return {
        "form": form,
        "arrangement": arrangement,
        "pieces": pieces,
        "looks": looks,
        "nacre": {
            "base": draws.colour((0.80, 0.78, 0.74) if draws.chance(0.7) else (0.25, 0.28, 0.30), value=0.15),
            "play": draws.uniform(0.4, 1.0),
            "roughness": draws.uniform(0.15, 0.35),
        },
    }


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the shells."""
    fine = parameters["arrangement"]["kind"] in ("single", "row", "scattered", "hand")
    nacre = nacre_material(parameters["nacre"])
    shared = None if parameters["form"] == "mixed" else mollusc_material(parameters["looks"][0])
    return [
        assemble("shell", shell_parts(piece, fine=fine), [shared or mollusc_material(look), nacre])
        for piece, look in zip(parameters["pieces"], parameters["looks"], strict=True)
    ]


FAMILY = Family(
    name="sea_shell",
    label="shell",
    facts=(
        Fact(
            "Coiled snails grow as a widening tube on a logarithmic spiral; cowries, bivalves and nautilus differ in outline, sculpture and colour bands.",
            "Dance, S. P. (2002), Shells, Dorling Kindersley",
        ),
    ),
    forms=alike(
        {"snail": 0.25, "cowrie": 0.17, "bivalve": 0.22, "nautilus": 0.12, "nacre": 0.08, "mixed": 0.16},
        draw_lot,
        make_pieces,
    ),
)
