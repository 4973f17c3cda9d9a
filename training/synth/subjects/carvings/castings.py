"""Casts from a mould of two halves: the seam between them, and medallions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.synth.kit.assembly import Part, ripple, turn_matrix
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.plates import plate_mesh, polygon
from training.synth.kit.round_shapes import smooth_path
from training.synth.subjects.carvings.figures import FIGURES, figure_part
from training.synth.subjects.jewellery.bangles import bangle_parts
from training.synth.subjects.jewellery.bead_strings import bead_parts


def draw_figure(draws: Draws) -> Parameters:
    """Draw a cast figure, its seam at the sides or in front."""
    return {
        "seed": draws.seed(),
        "figure": draws.choice(FIGURES),
        "height_m": draws.log_uniform(0.035, 0.22),
        "seam_deg": draws.choice([0.0, 90.0]),
    }


def cast_figure(values: Parameters) -> list[Part]:
    """Build a figure with worn edges and a seam."""
    figure = figure_part(values["figure"], height=values["height_m"], seed=values["seed"], finish=0.5)
    return [_seamed(figure, values["height_m"], turn=np.radians(values["seam_deg"]))]


def draw_bangle(draws: Draws) -> Parameters:
    """Draw a cast bangle."""
    return {
        "seed": draws.seed(),
        "radius_m": draws.uniform(0.028, 0.034),
        "width_m": draws.log_uniform(0.007, 0.05),
        "depth_m": draws.uniform(0.004, 0.012),
        "squareness": draws.uniform(0.0, 0.9),
    }


def cast_bangle(values: Parameters) -> list[Part]:
    """Build a bangle with a seam."""
    return [_seamed(part, 0.03) for part in bangle_parts(values)]


def draw_bead(draws: Draws) -> Parameters:
    """Draw a cast bead."""
    seed, shape = draws.seed(), draws.choice(["round", "barrel", "disc", "faceted"])
    return {"seed": seed, "shape": shape, "bead_m": draws.uniform(0.008, 0.02)}


def cast_bead(values: Parameters) -> list[Part]:
    """Build a bead with a seam."""
    return [_seamed(part, values["bead_m"]) for part in bead_parts(values)]


def draw_medallion(draws: Draws) -> Parameters:
    """Draw a medallion: its size, how high its relief stands, and its petals."""
    return {
        "seed": draws.seed(),
        "length_m": draws.uniform(0.025, 0.07),
        "relief": draws.uniform(0.5, 1.2),
        "petals": draws.integer(5, 9),
    }


def cast_medallion(piece: Parameters) -> list[Part]:
    """Build a cast plaque with a flower in relief."""
    length = piece["length_m"]
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    edge = np.column_stack([0.5 * np.cos(angle), 0.5 * np.sin(angle), 0 * angle])
    outline = polygon(smooth_path(edge, 60, closed=True)[:, :2])
    points, faces = plate_mesh(
        outline, (-0.5, -0.5), (0.5, 0.5), 0.018, thickness=0.12, rim=0.7, round_over=0.06
    )
    radius, turn = np.hypot(points[:, 0], points[:, 1]), np.arctan2(points[:, 1], points[:, 0])
    petals = np.cos(piece["petals"] * turn) * np.clip(1 - np.abs(radius - 0.22) / 0.16, 0, 1)
    rim = np.exp(-(((radius - 0.43) / 0.025) ** 2)) + np.exp(-((radius / 0.07) ** 2))
    rough = 0.15 * ripple(points[:, :2], piece["seed"], 0.12)
    points[:, 2] += 0.045 * piece["relief"] * (petals + rim + rough) * (points[:, 2] > 0)
    return [Part(vertices=points * length, faces=faces)]


def _seamed(part: Part, size: float, turn: float = 0.0) -> Part:
    """Raise the line on which the halves of the mould met."""
    points = part.vertices @ turn_matrix(z=turn).T
    middle = points.mean(axis=0)
    seam = np.exp(-(((points[:, 1] - middle[1]) / (0.013 * size)) ** 2))
    out = points - middle
    out[:, 1] = 0
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)
    return replace(
        part, vertices=points + out * seam[:, None] * 0.008 * size, values={**part.values, "seam": seam}
    )
