"""Limb bones and ribs, and the stuff of bone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.draws import Parameters
from training.synth.kit.grown_materials import grown
from training.synth.kit.grown_shapes import add_piece, arc, curve, rest, roughen, taper


def bone_material(parameters: Parameters) -> Any:
    """Return bone: pores and dark flecks along its length."""
    colour = np.array(parameters["colour"])
    shader = grown(
        "bone", [colour * (1 - 0.4 * parameters["old"]), colour, colour * 1.08], size=0.03, stretch=(0.3, 1, 1),
        roughness=0.75 - 0.4 * parameters["polish"], grain=0.15, bump=0.0003, translucent=0.1, dirt=parameters["old"],
    )  # fmt: skip
    pores = shader.node("TexVoronoi", {"Vector": shader.place((0.25, 1, 1)), "Scale": 900.0}).outputs[
        "Distance"
    ]
    share = shader.ramp(pores, (0.10, (0.75,) * 3), (0.2, (0.0,) * 3))
    base = shader.surface.inputs["Base Color"].links[0].from_socket
    shader.set("Base Color", shader.mix(base, (0.10, 0.055, 0.025), share))
    return shader.material


def limb_bones(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Limb bones: a shaft with two knobbed ends."""
    material = bone_material(parameters)
    return [_limb(parameters["length"] * rng.uniform(0.8, 1.2), rng, material) for _ in range(3)]


def _limb(length: float, rng: np.random.Generator, material: Any) -> Any:
    u = np.linspace(0, 1, 90)
    shaft = length * rng.uniform(0.035, 0.06)
    ends = rng.uniform(1.7, 2.6, 2)
    wide = shaft * curve(
        [
            (0, 0.5),
            (0.03, ends[0] * 0.9),
            (0.09, ends[0]),
            (0.28, 1.0),
            (0.72, 1.0),
            (0.91, ends[1]),
            (0.97, ends[1] * 0.9),
            (1, 0.5),
        ],
        u,
    )
    path = arc(length, bend_deg=rng.uniform(-14, 14), steps=90)
    mesh, along, around = taper(path, wide, wide * rng.uniform(0.6, 0.95), sides=36)
    end = np.clip(np.abs(along - 0.5) * 2 - 0.72, 0, 1) / 0.28
    knob = 1 + 0.3 * end * np.cos(2 * around + rng.uniform(0, 3))
    centre = np.stack([np.interp(along, u, path[:, k]) for k in range(3)], axis=1)
    points = centre + (mesh[0] - centre) * knob[:, None]
    return add_piece(
        "bone", rest(roughen((points, mesh[1]), rng, size=0.3 * length, depth=0.01 * length)), material
    )


def ribs(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make ribs: thin, bent, flat in section."""
    material, pieces = bone_material(parameters), []
    for _ in range(4):
        length = 1.3 * parameters["length"] * rng.uniform(0.7, 1.2)
        u = np.linspace(0, 1, 70)
        wide = length * 0.028 * curve([(0, 1.2), (0.1, 0.8), (0.9, 1.0), (1, 0.5)], u)
        path = arc(length, bend_deg=rng.uniform(50, 110), steps=70)
        mesh, _, _ = taper(path, 0.5 * wide, wide, sides=20)
        pieces.append(
            add_piece("rib", rest(roughen(mesh, rng, size=0.2 * length, depth=0.006 * length)), material)
        )
    return pieces
