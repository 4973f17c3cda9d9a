"""Dried seahorses: ringed bodies, curled tails, horses' heads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import Array, FacetMesh
from training.synth.kit.grown_materials import faded, grown, tinted
from training.synth.kit.grown_shapes import add_piece, curve, joined, moved, rest, taper
from training.synth.kit.meshes import sphere_mesh


def seahorses(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make four seahorses of one batch."""
    colour = np.array(parameters["colour"])
    shader = grown(
        "seahorse", [colour * 0.55, colour, colour * 1.25], size=0.012, roughness=0.6, grain=0.3, bump=0.0003, dirt=0.6,
        translucent=0.12, variety=0.4,
    )  # fmt: skip
    tinted(shader, tuple(colour * 0.45), faded(shader, "groove", (0.0, 0.0), (1.0, 0.7)))
    return [_seahorse(parameters, rng, shader.material) for _ in range(4)]


def _seahorse(parameters: Parameters, rng: np.random.Generator, material: Any) -> Any:
    """Sweep head, neck, trunk and tail along one line; it lies on its side in the xy plane."""
    length = parameters["length"] * rng.uniform(0.8, 1.15)
    steps = 420
    s = np.linspace(0, 1, steps)
    path = _spine(s, length, np.radians(parameters["curl_deg"] * rng.uniform(0.6, 1.2)), rng)
    deep = length * curve(
        [(0, 0.030), (0.06, 0.040), (0.12, 0.038), (0.26, 0.088), (0.40, 0.062), (0.5, 0.034), (1, 0.004)], s
    )
    flat = deep * curve([(0, 0.8), (0.26, 0.5), (0.5, 0.85), (1, 0.9)], s)
    mesh, along, around = taper(path, deep, flat, sides=28, squareness=0.35)
    ring = np.abs(np.sin(np.pi * parameters["rings"] * along)) ** 0.6
    ridge = np.abs(np.cos(3.5 * around)) ** 3
    relief = 1 + 0.10 * (ring - 0.6) + (0.05 + 0.16 * parameters["spines"]) * ridge * ring**4
    centre = np.stack([np.interp(along, s, path[:, k]) for k in range(3)], axis=1)
    body = (centre + (mesh[0] - centre) * relief[:, None], mesh[1])
    parts: list[FacetMesh] = [body, *_head(path, length, rng)]
    whole, part = joined(parts)
    groove = np.concatenate([1 - ring, np.zeros(len(whole[0]) - len(body[0]))])
    return add_piece("seahorse", rest(whole), material, groove=groove, part=part)


def _spine(s: Array, length: float, curl: float, rng: np.random.Generator) -> Array:
    """Return the line (N, 3) from the neck down: the trunk bows forward, the tail rolls up."""
    heading = -np.pi / 2 + 0.55 * np.sin(2.2 * np.pi * s.clip(0, 0.5)) * rng.uniform(0.7, 1.2)
    heading = heading + curl * np.clip((s - 0.42) / 0.58, 0, 1) ** 1.6
    step = np.stack([np.cos(heading), np.sin(heading), np.zeros_like(s)], axis=1) * length / len(s)
    return np.cumsum(step, axis=0)


def _head(path: Array, length: float, rng: np.random.Generator) -> list[FacetMesh]:
    """Return cheek, snout, coronet and eye at the upper end."""
    top = path[0]
    down = np.radians(rng.uniform(-35, 5))
    u = np.linspace(0, 1, 30)
    forward = np.array([np.cos(down), np.sin(down), 0.0])
    snout = top + forward * (u[:, None] * 0.2 - 0.03) * length
    wide = length * curve(
        [(0, 0.02), (0.15, 0.048), (0.35, 0.038), (0.5, 0.017), (0.9, 0.015), (1, 0.019)], u
    )
    cheek, _, _ = taper(snout, wide, 0.75 * wide, sides=20)
    crown_path = top + np.array([-0.15, 1.0, 0.0]) * (u[:, None] * 0.075 - 0.01) * length
    crown, _, _ = taper(crown_path, length * 0.022 * (1 - 0.5 * u), length * 0.018 * (1 - 0.4 * u), sides=10)
    eye = moved(
        sphere_mesh(0.012 * length), top + forward * 0.025 * length + [0, 0.012 * length, 0.03 * length]
    )
    return [cheek, crown, eye]
