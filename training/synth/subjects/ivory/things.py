"""Objects of worked ivory: each piece with the grain of its size, and a second material for what is set into it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from training.synth.kit.assembly import Part, assemble
from training.synth.kit.draws import Parameters
from training.synth.kit.materials import glossy_material
from training.synth.subjects.ivory.materials import ivory_material

# What stands, rings, cords and blades are made of: colour, roughness, metal.
_SECONDS = {
    "wood": ((0.055, 0.022, 0.010), 0.35, 0.0), "black": ((0.012, 0.011, 0.010), 0.2, 0.0), "silver": ((0.62, 0.60, 0.57), 0.3, 1.0),
    "gold": ((0.72, 0.48, 0.15), 0.25, 1.0), "steel": ((0.50, 0.50, 0.50), 0.28, 1.0), "cord": ((0.10, 0.03, 0.02), 0.8, 0.0),
}  # fmt: skip


def make_ivory(shape: Callable[[Parameters], Sequence[Part]], lot: Parameters) -> list[Any]:
    """Make the pieces of a lot.

    Args:
        shape: Builds a piece from its values and, behind them, its lot's; its parts of materials 1 and 2 are of the
            lot's ``second`` material.
        lot: As the family of worked ivory draws it.
    """
    colour, rough, metal = _SECONDS[lot["second"]]
    second = glossy_material(lot["second"], colour, rough, coat=0.2 * (1 - metal), metal=metal)
    things = []
    for piece in lot["pieces"]:
        parts = shape({**lot, **piece})
        material = ivory_material(lot["look"], piece["size_m"])
        things.append(assemble(lot["form"], parts, [material, second, second]))
    return things
