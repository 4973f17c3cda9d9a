"""Dried tangerine peel (chenpi) and other dried citrus peel: petals, scraps and strips that curl."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import LOOSE, Fact, Family, laid_out
from training.synth.kit.assembly import Part, assemble
from training.synth.kit.blade_materials import blade_shader
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.plants.peels import peel_piece, peel_star

# Outer and inner colour, linear.
_COLOURS = {
    "fresh": ((0.66, 0.24, 0.03), (0.75, 0.60, 0.38)),
    "dried": ((0.46, 0.17, 0.035), (0.60, 0.46, 0.27)),
    "aged": ((0.21, 0.085, 0.030), (0.40, 0.28, 0.16)),
    "old": ((0.085, 0.038, 0.018), (0.26, 0.165, 0.09)),
    "green": ((0.15, 0.15, 0.05), (0.52, 0.45, 0.27)),
    "lemon": ((0.58, 0.38, 0.07), (0.68, 0.58, 0.38)),
}


def _draw(draws: Draws) -> Parameters:
    tone = draws.weighted(
        {"fresh": 0.1, "dried": 0.35, "aged": 0.25, "old": 0.1, "green": 0.12, "lemon": 0.08}
    )
    outer, inner = (draws.colour(colour, value=0.25, tint=0.07) for colour in _COLOURS[tone])
    return {
        "tone": tone,
        "outer": outer,
        "inner": inner,
        "length": draws.uniform(0.028, 0.052),
        "petals": draws.integer(3, 4),
        "curl": draws.normal(0.4, 0.9, -1.6, 2.0),
        "thickness": draws.uniform(0.0012, 0.0030),
        "pits": draws.uniform(0.5, 1.0),
        "gloss": draws.uniform(0.4, 0.7),
    }


def _material(parameters: Parameters) -> Any:
    """Peel: dotted with sunken oil glands outside, spongy and pale within."""
    outer = np.array(parameters["outer"])
    shader = blade_shader(
        "peel", [(0.0, outer * 0.75), (0.2, outer), (0.8, outer * 1.1), (1.0, outer * 0.7)], under=parameters["inner"],
        roughness=parameters["gloss"], veins=0.12, vein_count=4.0, mottle=0.35, blotch=outer * 0.4, waver=0.25,
        variety=0.28, relief=0.0003, translucent=0.1,
    )  # fmt: skip
    glands = shader.node("TexVoronoi", {"Vector": shader.place(), "Scale": 620.0}).outputs["Distance"]
    shader.bump(glands, 0.0008 * parameters["pits"])
    shader.bump(shader.noise(120.0, detail=4.0), 0.0015)
    return shader.material


def _stars(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    material, pieces = _material(parameters), []
    for _ in range(4):
        length = parameters["length"] * rng.uniform(0.8, 1.2)
        curl = parameters["curl"] + rng.normal(0, 0.5)
        parts = [
            Part(vertices=mesh[0], faces=mesh[1], values={**values, "own": rng.uniform(0.4, 0.6)})
            for mesh, values in peel_star(rng, petals=parameters["petals"], length=length, curl=curl)
        ]
        over = np.diag([1.0, -1.0, -1.0]) if rng.random() < 0.4 else np.eye(3)  # some lie with the inside up
        pieces.append(assemble("peel", [part.moved(turn=over) for part in parts], [material]))
    return pieces


def _scraps(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    return _cut(parameters, rng, length=(0.5, 1.1), width=(0.45, 0.95), curl=0.9, side_curl=1.0)


def _strips(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    return _cut(parameters, rng, length=(0.8, 1.7), width=(0.08, 0.16), curl=1.6, side_curl=0.3)


def _cut(
    parameters: Parameters,
    rng: np.random.Generator,
    *,
    length: tuple[float, float],
    width: tuple[float, float],
    curl: float,
    side_curl: float,
) -> Sequence[Any]:
    material, pieces = _material(parameters), []
    for _ in range(6):
        long, wide = parameters["length"] * rng.uniform(*length), parameters["length"] * rng.uniform(*width)
        mesh, values = peel_piece(
            rng, length=long, width=wide, curl=rng.normal(0.2, curl), side_curl=rng.normal(0.4, side_curl),
            root=rng.uniform(0.3, 1.0), thickness=parameters["thickness"],
        )  # fmt: skip
        pieces.append(assemble("scrap", [Part(vertices=mesh[0], faces=mesh[1], values=values)], [material]))
    return pieces


FAMILY = Family(
    name="orange_peel",
    label="herbal_medicine",
    forms={
        "petals": laid_out(make=_stars, draw=_draw, weight=1.2, layouts={**LOOSE, "single": 0.15}, most=30),
        "scraps": laid_out(make=_scraps, draw=_draw, weight=1.5, layouts=LOOSE, most=80),
        "strips": laid_out(make=_strips, draw=_draw, weight=0.5, layouts=LOOSE, most=90),
    },
    facts=(
        Fact(
            "Dried tangerine peel is often cut into a few petals that hold together at the base, or comes as irregular pieces, "
            "1 to 4 mm thick; outside orange-red to reddish brown with fine wrinkles and sunken oil dots, inside pale "
            "yellowish white and rough.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, Citri "
            "Reticulatae Pericarpium",
        ),
        Fact(
            "Peel of unripe tangerines is cut into four petals or strips, outside greyish green to dark green.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, Citri "
            "Reticulatae Pericarpium Viride",
        ),
    ),
)
