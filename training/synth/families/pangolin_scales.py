"""Pangolin scales: loose, roasted, strung, and in overlapping rows on skins, tails and curled bodies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from training.synth.family import Fact, Family, laid_out
from training.synth.kit.assembly import Part, assemble
from training.synth.kit.blender import add_attribute, add_mesh
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.grown_shapes import rest
from training.synth.subjects.scales.materials import (
    cord_material,
    dried_skin_material,
    horn_scale_material,
    roasted_scale_material,
)
from training.synth.subjects.scales.pangolin_bodies import curled_body, flat_skin, skin_piece, strung, tail
from training.synth.subjects.scales.shapes import scale_mesh, vary

# Width over length, root over width, where it is widest, edge (1 point, 3 round), cusps, length in metres.
_KINDS: dict[str, tuple[tuple[float, float], ...]] = {
    "sunda": ((0.9, 1.25), (0.45, 0.7), (0.38, 0.55), (1.25, 2.0), (0.0, 0.02), (0.020, 0.045)),
    "chinese": ((0.9, 1.3), (0.5, 0.75), (0.40, 0.58), (1.5, 2.4), (0.0, 0.02), (0.020, 0.042)),
    "indian": ((1.05, 1.4), (0.5, 0.75), (0.42, 0.60), (1.8, 2.7), (0.0, 0.0), (0.035, 0.065)),
    "ground": ((0.85, 1.15), (0.4, 0.65), (0.42, 0.58), (1.9, 2.9), (0.0, 0.0), (0.030, 0.060)),
    "giant": ((0.9, 1.2), (0.45, 0.7), (0.42, 0.60), (2.0, 3.0), (0.0, 0.0), (0.045, 0.072)),
    "white_bellied": ((0.55, 0.8), (0.4, 0.65), (0.38, 0.55), (1.1, 1.6), (0.04, 0.11), (0.016, 0.034)),
    "long_tailed": ((0.55, 0.75), (0.4, 0.65), (0.36, 0.52), (1.1, 1.7), (0.02, 0.08), (0.022, 0.048)),
}
# Dark and light colour, linear, with how often, by kind.
_TONES: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "brown": ((0.105, 0.060, 0.028), (0.36, 0.22, 0.095)),
    "dark": ((0.042, 0.028, 0.018), (0.20, 0.125, 0.060)),
    "grey": ((0.130, 0.108, 0.080), (0.36, 0.30, 0.205)),
    "olive": ((0.105, 0.080, 0.042), (0.34, 0.26, 0.125)),
    "horn": ((0.190, 0.110, 0.045), (0.52, 0.34, 0.145)),
    "golden": ((0.140, 0.070, 0.024), (0.55, 0.30, 0.085)),
}
_TONES_OF: dict[str, dict[str, float]] = {
    "sunda": {"brown": 3, "olive": 3, "horn": 2, "dark": 1},
    "chinese": {"grey": 2, "brown": 3, "olive": 2, "dark": 2},
    "indian": {"horn": 3, "grey": 2, "olive": 2},
    "ground": {"brown": 3, "grey": 2, "golden": 1, "dark": 1},
    "giant": {"brown": 3, "grey": 2, "olive": 2},
    "white_bellied": {"brown": 3, "grey": 2, "dark": 2, "olive": 1},
    "long_tailed": {"dark": 3, "golden": 3, "brown": 1},
}
_ON_A_BODY = {"whole_skin": flat_skin, "skin_piece": skin_piece, "tail": tail, "curled": curled_body}


def _draw(draws: Draws) -> Parameters:
    kind = draws.choice(sorted(_KINDS))
    width, root, corner, edge, cusps, length = (draws.uniform(*limits) for limits in _KINDS[kind])
    tone = draws.weighted(_TONES_OF[kind])
    dark, light = _TONES[tone]
    return {
        "kind": kind,
        "tone": tone,
        "width": width,
        "root": root,
        "corner": corner,
        "edge": edge,
        "cusps": cusps,
        "length": length,
        "arch": draws.uniform(0.05, 0.17),
        "keel": draws.uniform(0.0, 0.05),
        "wear": draws.uniform(0.05, 1.0),
        "dark": draws.colour(dark, value=0.3, tint=0.08),
        "light": draws.colour(light, value=0.25, tint=0.08),
        "root_colour": draws.colour(draws.choice([dark, light, (0.30, 0.20, 0.11)]), value=0.3),
        "dust": draws.colour((0.34, 0.28, 0.20), value=0.3, tint=0.1),
        "dustiness": draws.uniform(0.0, 0.7),
        "edge_light": draws.uniform(0.35, 1.0),
        "striation": draws.uniform(0.45, 1.0),
        "banding": draws.uniform(0.1, 0.7),
        "gloss": draws.uniform(0.28, 0.65),
        "remnants": draws.uniform(0.0, 1.0),
        "variety": draws.uniform(0.2, 0.5),
    }


def _draw_roasted(draws: Draws) -> Parameters:
    drawn = _draw(draws)
    drawn["light"] = draws.colour((0.62, 0.37, 0.10), value=0.2, tint=0.08)
    drawn["dark"] = draws.colour((0.26, 0.12, 0.035), value=0.3, tint=0.08)
    drawn["length"] = draws.uniform(0.015, 0.035)
    drawn["arch"] = draws.uniform(0.12, 0.35)
    return drawn


def _draw_strung(draws: Draws) -> Parameters:
    return {
        **_draw(draws),
        "strung_count": draws.integer(9, 34),
        "looped": draws.chance(0.6),
        "lean": draws.uniform(0.15, 0.6),
        "cord_colour": draws.choice(
            [(0.55, 0.45, 0.30), (0.45, 0.04, 0.03), (0.03, 0.03, 0.03), (0.7, 0.68, 0.62)]
        ),
    }


def _draw_body(draws: Draws) -> Parameters:
    return {
        **_draw(draws),
        "body_length": draws.uniform(0.35, 0.75),
        "plumpness": draws.uniform(0.8, 1.25),
        "bend_deg": draws.normal(0, 35, -80, 80),
        "across": draws.integer(8, 13),
        "overlap": draws.uniform(0.42, 0.56),
        "missing": draws.choice([0.0, 0.02, 0.06, 0.15]),
        "turns": draws.uniform(1.35, 1.7),
        "roll_deg": draws.choice([0.0, 0.0, 60.0, 90.0, 110.0]),
        "skin_colour": draws.colour(
            draws.choice([(0.30, 0.20, 0.12), (0.16, 0.09, 0.05), (0.40, 0.31, 0.22)]), value=0.3
        ),
    }


def _loose(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    material = horn_scale_material(parameters)
    return [_piece(parameters, rng, material) for _ in range(6)]


def _piece(parameters: Parameters, rng: np.random.Generator, material: Any, *, spread: float = 0.3) -> Any:
    length = parameters["length"] * rng.uniform(1 - spread, 1 + spread)
    mesh, values = scale_mesh(vary(parameters, rng, length=length), rng)
    piece = add_mesh("scale", rest((mesh[0], mesh[1].tolist())), material)
    for name, each in values.items():
        add_attribute(piece, name, each)
    return piece


def _roasted(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Roasted scales swell and curl, so they are thicker and more arched, and many are folded."""
    material = roasted_scale_material(parameters)
    pieces = []
    for _ in range(6):
        length = parameters["length"] * rng.uniform(0.6, 1.3)
        mesh, values = scale_mesh(vary(parameters, rng, length=length, folded=0.5), rng)
        vertices = mesh[0].copy()
        vertices[:, 2] -= (rng.uniform(2.0, 9.0) * vertices[:, 0] ** 2) * (0.02 / length)
        vertices[:, 2] += (
            rng.uniform(0.3, 1.2) * length * values["fan"] * np.sin(np.pi * values["along"]) * 0.15
        )
        piece = add_mesh("roasted_scale", rest((vertices, mesh[1].tolist())), material)
        for name, each in values.items():
            add_attribute(piece, name, each)
        pieces.append(piece)
    return pieces


def _strung(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    materials = [horn_scale_material(parameters), *[cord_material(tuple(parameters["cord_colour"]))] * 2]
    return [assemble("strung_scales", strung(parameters, rng), materials)]


def _on_a_body(form: str) -> Callable[[Parameters, np.random.Generator], Sequence[Any]]:
    def make(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
        materials = [horn_scale_material(parameters), dried_skin_material(tuple(parameters["skin_colour"]))]
        kind = parameters["arrangement"]["kind"]
        variants = 2 if kind in ("row", "scattered", "heap", "filled") else 1
        return [
            assemble(form, _upright(_ON_A_BODY[form](parameters, rng), hanging=kind == "hanging"), materials)
            for _ in range(variants)
        ]

    return make


def _upright(parts: Sequence[Part], *, hanging: bool) -> Sequence[Part]:
    """Turn parts that lie along x so that they hang with their back to the viewer at -y, the head up."""
    if not hanging:
        return parts
    turn = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, -1.0], [-1.0, 0.0, 0.0]])
    return [part.moved(turn=turn) for part in parts]


_LAYOUTS = {
    "single": 0.08,
    "scattered": 0.14,
    "row": 0.05,
    "heap": 0.28,
    "filled": 0.24,
    "spread": 0.1,
    "hand": 0.11,
}

FAMILY = Family(
    name="pangolin_scales",
    label="pangolin_scales",
    forms={
        "loose": laid_out(make=_loose, draw=_draw, weight=0.62, layouts=_LAYOUTS, most=120),
        "roasted": laid_out(
            make=_roasted,
            draw=_draw_roasted,
            weight=0.05,
            layouts={"heap": 0.4, "filled": 0.4, "spread": 0.2},
            most=100,
        ),
        "strung": laid_out(
            make=_strung, draw=_draw_strung, weight=0.08, layouts={"single": 0.85, "hand": 0.15}
        ),
        "whole_skin": laid_out(
            make=_on_a_body("whole_skin"),
            draw=_draw_body,
            weight=0.08,
            layouts={"single": 0.65, "hanging": 0.25, "row": 0.1},
            most=3,
        ),
        "skin_piece": laid_out(
            make=_on_a_body("skin_piece"),
            draw=_draw_body,
            weight=0.05,
            layouts={"single": 0.8, "row": 0.2},
            most=3,
        ),
        "tail": laid_out(
            make=_on_a_body("tail"), draw=_draw_body, weight=0.04, layouts={"single": 0.7, "row": 0.3}, most=4
        ),
        "curled": laid_out(
            make=_on_a_body("curled"),
            draw=_draw_body,
            weight=0.08,
            layouts={"single": 0.85, "scattered": 0.15},
            most=3,
        ),
    },
    facts=(
        Fact(
            "A scale is fan-shaped, triangular, rhombic or shield-shaped, or half folded, 0.7 to 5 cm long and wide, thick in "
            "the middle and thin at the edge; outside dark brown or yellowish brown and shiny with tens of longitudinal "
            "striae and some transverse lines, inside paler; horny, translucent and tough.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, Manis Squama",
        ),
        Fact(
            "The scales overlap like roof tiles in a diagonal pattern, each one over those behind it, and cover back, "
            "flanks, tail and the outside of the legs; belly and the inside of the legs are bare.",
            "Wang, Yang, Sherman and Meyers 2016, Pangolin armor: overlapping, structure, and mechanical properties of "
            "the keratinous scales, Acta Biomaterialia 41",
        ),
        Fact(
            "Tree pangolins of Africa have small, narrow scales, those of the white-bellied pangolin with three points; ground "
            "and giant pangolins have large, rounded ones; Asian species have broad ones.",
            "Challender, Nash and Waterman (eds) 2020, Pangolins: Science, Society and Conservation, Academic Press",
        ),
        Fact(
            "Scales are traded loose, in sacks, as whole scaled skins, and as parts of bodies; colours run from dark brown to "
            "yellowish grey, and scales of one animal differ in shape and size.",
            "Cota-Larson 2017, Pangolin Species Identification Guide: A Rapid Assessment Tool for Field and Desk, USAID "
            "Wildlife Asia",
        ),
    ),
    version=2,
)
