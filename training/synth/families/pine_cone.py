"""Pine and spruce cones, open and closed, and their loose scales: woody scales in spirals, like a pangolin's."""

from __future__ import annotations

from typing import Any

from training.synth.family import Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.plants.pine_cones import cone_scales, pine_cones

# Half width and length of the cone in mm, number of scales, length of a scale over half width, lean, scale width.
_KINDS: dict[str, Any] = {
    "open": ((16, 30), (45, 85), (55, 90), (1.1, 1.4), (0.55, 1.0), (0.55, 0.72)),
    "half_open": ((14, 27), (45, 90), (60, 100), (0.95, 1.15), (0.22, 0.5), (0.55, 0.75)),
    "closed": ((12, 24), (40, 90), (80, 130), (0.65, 0.85), (0.02, 0.12), (0.65, 0.85)),
    "spruce": ((13, 19), (90, 150), (130, 190), (1.0, 1.3), (0.12, 0.4), (0.85, 1.05)),
    "larch": ((8, 13), (20, 35), (35, 55), (1.0, 1.25), (0.2, 0.5), (0.85, 1.1)),
}
_DARK, _LIGHT = (0.075, 0.040, 0.020), (0.30, 0.19, 0.10)


def _draw(draws: Draws) -> Parameters:
    kind = draws.weighted({"open": 0.35, "half_open": 0.2, "closed": 0.15, "spruce": 0.15, "larch": 0.15})
    half, length, count, scale, lean, width = (draws.uniform(*limits) for limits in _KINDS[kind])
    return {
        "kind": kind,
        "half_width": half * 0.001,
        "length": length * 0.001,
        "scales": round(count),
        "scale_length": scale,
        "lean": lean,
        "width": width,
        "thick": 0.035 if kind in ("spruce", "larch") else draws.uniform(0.07, 0.13),
        "prickle": 0.0 if kind in ("spruce", "larch") else draws.uniform(0.02, 0.10),
        "dark": draws.colour(_DARK, value=0.5, tint=0.12),
        "light": draws.colour(_LIGHT, value=0.45, tint=0.12),
        "grey": draws.uniform(0.0, 0.6),
        "tips": draws.weighted({"plain": 0.85, "snow": 0.08, "gold": 0.07}),
        "stands": draws.chance(0.25),
    }


_FEW = {
    "single": 0.3, "standing": 0.05, "scattered": 0.2, "row": 0.1, "heap": 0.15, "filled": 0.15, "hand": 0.05,
}  # fmt: skip
_MANY = {"scattered": 0.15, "spread": 0.15, "heap": 0.35, "filled": 0.25, "hand": 0.1}

FAMILY = Family(
    name="pine_cone",
    label="",
    forms={
        "cones": laid_out(make=pine_cones, draw=_draw, weight=0.72, layouts=_FEW, most=18),
        "scales": laid_out(make=cone_scales, draw=_draw, weight=0.28, layouts=_MANY, most=90),
    },
    facts=(
        Fact(
            "Seed cones of pines are a few to some tens of centimetres long; each woody scale ends in an apophysis,"
            " the part seen on the closed cone, with an umbo that often carries a prickle; spruce scales are thin "
            "and lack it.",
            "Farjon 2010, A Handbook of the World's Conifers, Brill",
        ),
        Fact(
            "Scales follow one another at about 137.5 degrees, which gives the two families of spirals.",
            "Prusinkiewicz and Lindenmayer 1990, The Algorithmic Beauty of Plants, chapter 4, Springer",
        ),
    ),
)
