"""Frames of spectacles cut from sheets of tortoiseshell or plastic, as values and as parts; metres."""

from __future__ import annotations

import math

import numpy as np

from training.synth.kit.assembly import Part, turn_matrix
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Array
from training.synth.kit.plates import (
    Outline,
    bar,
    cut,
    dished,
    plate_mesh,
    polygon,
    united,
)


def draw_spectacles(draws: Draws) -> Parameters:
    """Draw a pair of spectacles: round, panto or square eyes, some tinted lenses, temples folded or open."""
    return {
        "eye_m": draws.uniform(0.042, 0.054),
        "square": draws.weighted({"round": 0.5, "panto": 0.3, "square": 0.2}),
        "rim_m": draws.uniform(0.0035, 0.0075),
        "bridge_m": draws.uniform(0.016, 0.024),
        "thickness_m": draws.uniform(0.003, 0.0048),
        "temples_deg": draws.choice([88.0, 92.0, 84.0, 3.0]),
        "lens": draws.weighted({"clear": 0.55, "dark": 0.25, "none": 0.2}),
    }


def spectacle_parts(values: Parameters) -> list[Part]:
    """Build spectacles that stand on their rims and temple ends; parts of material 2 are the lenses."""
    eye, rim = values["eye_m"], values["rim_m"]
    apart = eye + values["bridge_m"]
    power = {"round": 1.0, "panto": 0.85, "square": 0.55}[values["square"]]
    angle = np.linspace(0, 2 * math.pi, 48, endpoint=False)
    oval = np.column_stack(
        [
            np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power,
            0.9 * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power,
        ]
    )
    if values["square"] == "panto":
        oval[:, 0] *= 1 + 0.1 * oval[:, 1]
    eyes = [polygon(oval * eye / 2 + [side * apart / 2, 0.0]) for side in (-1, 1)]
    grown = [_grown(shape, rim) for shape in eyes]
    bridge = bar((-0.3 * apart, 0.17 * eye), (0.3 * apart, 0.17 * eye), rim * 1.2, rim * 1.2)
    lugs = [
        bar(
            (s * (apart / 2 + 0.4 * eye), 0.2 * eye),
            (s * (apart / 2 + 0.62 * eye), 0.24 * eye),
            rim * 1.5,
            rim,
        )
        for s in (-1, 1)
    ]
    front = cut(united(*grown, bridge, *lugs, fillet=0.004), *eyes)
    reach = (apart / 2 + 0.75 * eye, 0.62 * eye)
    points, faces = plate_mesh(
        front,
        (-reach[0], -reach[1]),
        reach,
        0.0011,
        thickness=values["thickness_m"],
        rim=0.5,
        round_over=0.002,
    )
    upright = turn_matrix(x=math.pi / 2)
    bent = dished(points, 0.45, 9.0)
    parts = [Part(vertices=bent, faces=faces, pattern=points).moved(turn=upright)]
    parts += [_temple(values, side, apart / 2 + 0.6 * eye, 0.24 * eye, bent) for side in (-1, 1)]
    if values["lens"] != "none":
        for shape, side in zip(eyes, (-1, 1), strict=True):
            low = (side * apart / 2 - 0.6 * eye, -0.6 * eye)
            high = (side * apart / 2 + 0.6 * eye, 0.6 * eye)
            glass, quads = plate_mesh(shape, low, high, 0.003, thickness=0.0012)
            parts.append(Part(vertices=dished(glass, 0.45, 9.0), faces=quads, material=2).moved(turn=upright))
    return parts


def _grown(shape: Outline, by: float) -> Outline:
    return lambda points: shape(points) - by


def _temple(values: Parameters, side: int, x: float, z: float, front: Array) -> Part:
    """Return a temple: a flat bar that goes back (+y) or lies folded behind the front, its end bent down."""
    length = 0.128
    shape = united(
        bar((0, 0), (0.72 * length, 0.0), values["rim_m"] * 1.3, values["rim_m"] * 0.8),
        bar((0.72 * length, 0.0), (length, -0.03), values["rim_m"] * 0.8, values["rim_m"] * 1.3),
        fillet=0.004,
    )
    points, faces = plate_mesh(
        shape, (-0.01, -0.045), (length + 0.01, 0.01), 0.0013, thickness=0.003, rim=0.5
    )
    upright = points @ turn_matrix(x=math.pi / 2).T
    swing = math.radians(values["temples_deg"])
    hinge = np.array([side * x, 0.002 - float(front[:, 2].min()) * 0.8, z])
    if values["temples_deg"] < 45:
        hinge[1] += 0.006 if side > 0 else 0.002
    turn = turn_matrix(z=swing) if side < 0 else np.diag([-1.0, 1.0, 1.0]) @ turn_matrix(z=swing)
    quads = faces if side < 0 else faces[:, ::-1]
    return Part(vertices=upright, faces=quads, pattern=points + 0.3).moved(turn=turn, by=hinge)
