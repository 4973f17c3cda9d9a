"""Lumps of amber and flat pendants on cords."""

from __future__ import annotations

import math

import numpy as np

from training.synth.kit.assembly import Part, ripple, turn_matrix
from training.synth.kit.draws import Parameters
from training.synth.kit.plates import cut, disc_outline, plate_mesh, polygon, united
from training.synth.kit.round_shapes import ball, tube


def lump_parts(piece: Parameters) -> list[Part]:
    """Build a water-worn or broken lump."""
    rng = np.random.default_rng(piece["seed"])
    points, faces = ball(0.5, sides=36)
    rough = (
        1
        + 0.22 * ripple(points, piece["seed"], 1.1)[:, None]
        + 0.02 * ripple(points, piece["seed"] + 1, 0.2)[:, None]
    )
    points = points * rough * rng.uniform([0.9, 0.6, 0.45], [1.2, 0.95, 0.8])
    chipped = np.maximum(points @ rng.normal(size=3) / 1.6 - 0.26, 0)[:, None]
    vertices = (points - chipped * points) * piece["length_m"]
    return [Part(vertices=vertices, faces=faces, values={"tone": rng.random()})]


def pendant_parts(piece: Parameters) -> list[Part]:
    """Build a flat pendant, +x up, on a cord."""
    length = piece["length_m"]
    outlines = {
        "ring": cut(disc_outline(0, 0, 0.5), disc_outline(0, 0, 0.13)),
        "gourd": united(disc_outline(-0.2, 0, 0.32), disc_outline(0.26, 0, 0.2), fillet=0.12),
        "drop": united(
            disc_outline(-0.15, 0, 0.32), polygon([(0.5, 0.0), (-0.05, 0.27), (-0.05, -0.27)]), fillet=0.1
        ),
        "plaque": polygon([(0.5, 0.3), (0.5, -0.3), (-0.5, -0.3), (-0.5, 0.3)], rounding=0.08),
    }
    points, faces = plate_mesh(
        outlines[piece["kind"]], (-0.55, -0.55), (0.6, 0.55), 0.02, thickness=0.2, rim=0.3, round_over=0.13
    )
    if piece["kind"] == "plaque":
        points[:, 2] += 0.02 * ripple(points[:, :2], piece["seed"], 0.2) * (points[:, 2] > 0)
    body = Part(vertices=points * length, faces=faces)
    t = np.linspace(0, 2 * math.pi, 120, endpoint=False)
    rng = np.random.default_rng(piece["seed"])
    wide, far = rng.uniform(0.02, 0.05), rng.uniform(0.05, 0.1)
    start = 0.15 * length if piece["kind"] == "ring" else 0.46 * length
    loop = np.column_stack(
        [start + far * (1 - np.cos(t)), wide * np.sin(t) * (1.3 - np.cos(t)) / 2, 0.0 * t + 0.1 * length]
    )
    loop[:, 2] = np.where(loop[:, 0] < 0.55 * length, 0.12 * length, -0.085 * length)
    loop += 0.004 * np.column_stack(
        [ripple(loop, piece["seed"], 0.06), ripple(loop, piece["seed"] + 1, 0.06), 0 * t]
    )
    cord, quads = tube(loop, 0.0011, sides=8, closed=True)
    return [body.moved(turn=turn_matrix()), Part(vertices=cord, faces=quads, material=1)]
