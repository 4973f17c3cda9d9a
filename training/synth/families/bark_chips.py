"""Bark and wood of the herbal trade: cinnamon rolls, squares of bark, wood chips, shavings, mulch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import LOOSE, Fact, Family, laid_out
from training.synth.kit.blade_materials import blade_shader
from training.synth.kit.blender import add_attribute, add_mesh
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import ArrayMesh
from training.synth.kit.grown_shapes import rest
from training.synth.kit.thin_shapes import Values
from training.synth.subjects.plants.peels import bark_sheet

# Outer, deep and inner colour, linear.
_BARKS = {
    "cinnamon": ((0.24, 0.145, 0.085), (0.12, 0.06, 0.03), (0.22, 0.085, 0.036)),
    "eucommia": ((0.26, 0.21, 0.16), (0.13, 0.10, 0.075), (0.09, 0.045, 0.032)),
    "pine": ((0.22, 0.125, 0.075), (0.08, 0.04, 0.025), (0.36, 0.19, 0.09)),
    "birch": ((0.62, 0.58, 0.52), (0.12, 0.09, 0.07), (0.45, 0.27, 0.13)),
    "root_bark": ((0.40, 0.30, 0.18), (0.22, 0.14, 0.08), (0.62, 0.50, 0.33)),
    "magnolia": ((0.23, 0.19, 0.15), (0.11, 0.08, 0.06), (0.14, 0.06, 0.03)),
    "mulch": ((0.12, 0.055, 0.030), (0.05, 0.025, 0.015), (0.20, 0.09, 0.045)),
}
_WOODS = {
    "sandal": ((0.50, 0.33, 0.17), (0.40, 0.24, 0.11)),
    "sappan": ((0.46, 0.16, 0.06), (0.34, 0.10, 0.04)),
    "agar": ((0.20, 0.13, 0.075), (0.055, 0.035, 0.022)),
    "pale": ((0.62, 0.47, 0.28), (0.48, 0.33, 0.18)),
    "red": ((0.26, 0.075, 0.035), (0.15, 0.04, 0.02)),
    "oak": ((0.34, 0.21, 0.11), (0.22, 0.13, 0.065)),
}


def _draw_bark(*kinds: str) -> Any:
    def draw(draws: Draws) -> Parameters:
        kind = draws.choice(kinds)
        outer, deep, inner = (draws.colour(colour, value=0.3, tint=0.08) for colour in _BARKS[kind])
        return {"kind": kind, "outer": outer, "deep": deep, "inner": inner, **_draw_size(draws)}

    return draw


def _draw_wood(draws: Draws) -> Parameters:
    kind = draws.choice(sorted(_WOODS))
    face, deep = (draws.colour(colour, value=0.3, tint=0.08) for colour in _WOODS[kind])
    return {"kind": kind, "outer": face, "deep": deep, "inner": face, **_draw_size(draws)}


def _draw_size(draws: Draws) -> Parameters:
    return {
        "length": draws.log_uniform(0.02, 0.065),
        "slimness": draws.uniform(0.25, 0.95),
        "bend": draws.uniform(0.02, 0.42),
        "rough": draws.uniform(0.4, 1.0),
    }


def _shader(parameters: Parameters) -> Any:
    """Bark: fissures along the grain, grey and brown patches, lichen; within smoother and of another colour."""
    outer, deep = np.array(parameters["outer"]), np.array(parameters["deep"])
    shader = blade_shader(
        "bark", [(0.0, outer * 0.8), (0.35, outer), (0.65, outer * 1.12), (1.0, outer * 0.85)], under=parameters["inner"],
        roughness=0.8, veins=0.55, vein_count=9.0 + 16.0 * parameters["rough"], mottle=0.5 * parameters["rough"],
        blotch=deep, waver=0.3, variety=0.32, relief=0.0011 * parameters["rough"],
    )  # fmt: skip
    lumps = shader.noise(160.0, (0.4, 1.0, 1.0), detail=5.0)
    shader.bump(lumps, 0.0012 * parameters["rough"])
    return shader.material


def _wood_look(parameters: Parameters) -> Any:
    face = np.array(parameters["outer"])
    shader = blade_shader(
        "wood_chip", [(0.0, face * 0.85), (0.5, face), (1.0, face * 1.1)], under=face * 0.92, roughness=0.75, veins=0.4,
        vein_count=18.0, mottle=0.45, blotch=parameters["deep"], waver=0.3, variety=0.3, relief=0.0005,
    )  # fmt: skip
    return shader.material


def _piece(name: str, made: tuple[ArrayMesh, Values], material: Any) -> Any:
    (vertices, faces), values = made
    piece = add_mesh(name, rest((vertices, faces.tolist())), material)
    for key, each in values.items():
        add_attribute(piece, key, each)
    return piece


def _rolls(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    material = _shader(parameters)
    length = 0.05 + 2.2 * parameters["length"]
    return [
        _piece(
            "roll",
            bark_sheet(
                rng, length=length * rng.uniform(0.7, 1.15), width=length * rng.uniform(0.45, 0.9),
                thickness=rng.uniform(0.0012, 0.004), across=rng.choice([0.45, 0.9, 1.3, 1.6]), along=rng.normal(0, 1.0),
            ),
            material,
        )
        for _ in range(5)
    ]  # fmt: skip


def _squares(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    material, size = _shader(parameters), parameters["length"]
    return [
        _piece(
            "bark",
            bark_sheet(
                rng, length=size * rng.uniform(0.7, 1.3), width=size * parameters["slimness"] * rng.uniform(0.7, 1.3),
                thickness=rng.uniform(0.0012, 0.0045), across=parameters["bend"] * rng.uniform(0.2, 1.3),
                along=rng.normal(0, 4), ragged=0.05 + 0.1 * parameters["rough"],
            ),
            material,
        )
        for _ in range(6)
    ]  # fmt: skip


def _chips(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Wood split and chopped: short, angular, thick at one end."""
    material, size, pieces = _wood_look(parameters), 0.75 * parameters["length"], []
    for _ in range(6):
        (vertices, faces), values = bark_sheet(
            rng, length=size * rng.uniform(0.6, 1.4), width=size * parameters["slimness"] * rng.uniform(0.4, 1.0),
            thickness=size * rng.uniform(0.06, 0.22), across=0.02, along=rng.normal(0, 3), ragged=0.12,
        )  # fmt: skip
        wedge = 1 + rng.uniform(-0.8, 0.8) * (values["along"] - 0.5) * 2
        shear = rng.normal(0, 0.5) * vertices[:, 1]
        vertices = np.column_stack([vertices[:, 0] + shear, vertices[:, 1], vertices[:, 2] * wedge])
        pieces.append(_piece("chip", ((vertices, faces), values), material))
    return pieces


def _shavings(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    material, size = _wood_look(parameters), parameters["length"]
    return [
        _piece(
            "shaving",
            bark_sheet(
                rng, length=size * rng.uniform(0.25, 0.6), width=size * rng.uniform(0.9, 1.8), thickness=0.0005,
                across=rng.choice([0.3, 0.5, 1.0, 1.4]), along=rng.normal(0, 8), ragged=0.05,
            ),
            material,
        )
        for _ in range(6)
    ]  # fmt: skip


_ROLLED = {"single": 0.1, "row": 0.15, "bundle": 0.2, "scattered": 0.2, "heap": 0.2, "filled": 0.15}

FAMILY = Family(
    name="bark_chips",
    label="herbal_medicine",
    forms={
        "rolls": laid_out(
            make=_rolls, draw=_draw_bark("cinnamon", "magnolia", "eucommia"), layouts=_ROLLED, most=16
        ),
        "squares": laid_out(
            make=_squares,
            draw=_draw_bark("cinnamon", "eucommia", "pine", "birch", "root_bark", "magnolia"),
            weight=1.6,
            layouts=LOOSE,
            most=80,
        ),
        "mulch": laid_out(
            make=_squares, draw=_draw_bark("mulch", "pine"), weight=0.7, layouts=LOOSE, most=110
        ),
        "chips": laid_out(make=_chips, draw=_draw_wood, weight=1.2, layouts=LOOSE, most=100),
        "shavings": laid_out(make=_shavings, draw=_draw_wood, weight=0.5, layouts=LOOSE, most=70),
    },
    facts=(
        Fact(
            "Cinnamon bark is trough-shaped or rolled into tubes, 0.2 to 0.8 cm thick; outside greyish brown and a little "
            "rough, with fine wrinkles and pale patches, inside reddish brown and rather smooth.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, Cinnamomi "
            "Cortex",
        ),
        Fact(
            "Eucommia bark comes in slabs or pieces curled in at both sides, 3 to 7 mm thick; outside pale to greyish brown "
            "with marked wrinkles and fissures, inside dark purplish brown and smooth.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, Eucommiae "
            "Cortex",
        ),
    ),
)
