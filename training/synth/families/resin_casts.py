"""Cast resin and plastic: figures, bangles, pendants and beads with mould seams, bubbles and one even colour."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from training.synth.family import Fact, Family, Form, arranged, assembled
from training.synth.kit.assembly import Part
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.carvings import castings
from training.synth.subjects.jewellery.bead_strings import draw_string, string_parts
from training.synth.subjects.jewellery.gem_materials import metal_material, resin_material, thread_material

_COLOURS = {
    "cream": (0.80, 0.68, 0.47), "white": (0.84, 0.83, 0.80), "grey": (0.45, 0.45, 0.44), "black": (0.02, 0.02, 0.022),
    "turquoise": (0.02, 0.36, 0.42), "red": (0.5, 0.02, 0.02), "green": (0.05, 0.25, 0.10), "bronze": (0.16, 0.09, 0.035),
}  # fmt: skip
_SHARES = {
    "cream": 0.36, "white": 0.3, "grey": 0.04, "black": 0.06, "turquoise": 0.06, "red": 0.05, "green": 0.06, "bronze": 0.07,
}  # fmt: skip


def _form(
    piece: Callable[[Draws], Parameters],
    shape: Callable[[Parameters], list[Part]],
    *,
    weight: float,
    layouts: Mapping[str, float],
    most: int,
    moulds: int = 3,
) -> Form:
    """Return a form of casts; copies come from one mould, or half the time from several."""

    def lot(draws: Draws, count: int) -> Parameters:
        colour = draws.weighted(_SHARES)
        old = colour == "cream" and draws.chance(0.6)
        used = 1 if moulds == 1 or draws.chance(0.5) else min(moulds, count)
        return {
            "look": _draw_look(draws, colour, old=old),
            "thread": draws.colour((0.1, 0.08, 0.06), value=0.5),
            "pieces": [piece(draws.part(f"mould{number}")) for number in range(used)],
        }

    return arranged(
        lot=lot, make=assembled(shape, _materials, name="cast"), weight=weight, layouts=layouts, most=most
    )


def _draw_look(draws: Draws, colour: str, *, old: bool) -> Parameters:
    return {
        "colour": draws.colour(_COLOURS[colour], value=0.12, tint=0.04),
        "patina": draws.uniform(0.4, 0.95) if old else draws.uniform(0, 0.25),
        "patina_colour": draws.colour((0.20, 0.085, 0.03), value=0.3),
        "bubbles": draws.uniform(0, 0.9),
        "roughness": draws.uniform(0.15, 0.5),
        "swirl": draws.uniform(0, 0.6) if draws.chance(0.25) else 0.0,
    }


def _materials(lot: Parameters) -> Sequence[Any]:
    return [resin_material(lot["look"]), thread_material(tuple(lot["thread"])), metal_material("silver")]


def _string(draws: Draws) -> Parameters:
    return draw_string(draws, shapes={"round": 0.6, "barrel": 0.2, "disc": 0.2}, diameters=(0.008, 0.022))


FAMILY = Family(
    name="resin_casts",
    label="resin",
    facts=(
        Fact(
            "Manufactured ivory is resin, casein or celluloid, often with a filler; it lacks the grain of tusks or "
            "repeats it as regular lines, and its relief is soft.",
            "Espinoza, E. O. & Mann, M.-J. (1992), Identification Guide for Ivory and Ivory Substitutes, WWF & "
            "TRAFFIC",
        ),
    ),
    forms={
        "figure": _form(
            castings.draw_figure, castings.cast_figure, weight=0.42, most=5,
            layouts={"standing": 0.5, "single": 0.15, "row": 0.2, "scattered": 0.15},
        ),
        "bangle": _form(
            castings.draw_bangle, castings.cast_bangle, weight=0.24, most=14,
            layouts={"single": 0.35, "row": 0.15, "scattered": 0.3, "heap": 0.2},
        ),
        "medallion": _form(
            castings.draw_medallion, castings.cast_medallion, weight=0.1, most=6, moulds=1,
            layouts={"single": 0.3, "scattered": 0.4, "hand": 0.3},
        ),
        "beads": _form(
            castings.draw_bead, castings.cast_bead, weight=0.12, most=60, moulds=1,
            layouts={"heap": 0.5, "filled": 0.3, "spread": 0.2},
        ),
        "string": _form(_string, string_parts, weight=0.12, most=3, layouts={"single": 0.7, "scattered": 0.3}),
    },
)  # fmt: skip
