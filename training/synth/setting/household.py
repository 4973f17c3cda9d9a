"""Things without wildlife in them: a book, a pencil, an apple, a cardboard box and a mug's outline."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh
from training.synth.kit.geometry import Array, Mesh, Point
from training.synth.kit.materials import (
    apple_material,
    board_material,
    glossy_material,
    page_material,
    plain_material,
)
from training.synth.kit.meshes import box_mesh, lathe_mesh, rod_mesh, tube_mesh


def add_book(place: Point, turn: float) -> None:
    """Add a closed hardback lying on the desk."""
    cover = glossy_material("cover", (0.03, 0.10, 0.30), roughness=0.45)
    band = plain_material((0.80, 0.62, 0.20))
    pages = page_material()
    parts = [
        (box_mesh(0.150, 0.215, 0.003), cover, (0, 0, 0)),
        (box_mesh(0.144, 0.206, 0.024), pages, (0.001, 0, 0.003)),
        (box_mesh(0.150, 0.215, 0.003), cover, (0, 0, 0.027)),
        (box_mesh(0.004, 0.215, 0.030), cover, (-0.0755, 0, 0)),
        (box_mesh(0.105, 0.004, 0.0004), band, (0, 0.070, 0.030)),
        (box_mesh(0.105, 0.030, 0.0004), band, (0, 0.042, 0.030)),
        (box_mesh(0.105, 0.004, 0.0004), band, (0, 0.014, 0.030)),
        (box_mesh(0.050, 0.006, 0.0004), band, (0, -0.080, 0.030)),
    ]
    add_group(parts, place, turn)


def add_pencil(place: Point, turn: float) -> None:
    """Add a six-sided yellow pencil with a pink rubber, lying along x."""
    paint = glossy_material("paint", (0.85, 0.45, 0.02), roughness=0.25, coat=0.5)
    wood, lead = plain_material((0.62, 0.40, 0.20)), plain_material((0.03, 0.03, 0.035))
    tin = glossy_material("tin", (0.75, 0.75, 0.72), roughness=0.25, metal=1.0)
    cuts = [-0.095, -0.085, -0.072, 0.060, 0.076, 0.081]
    rubber = plain_material((0.75, 0.30, 0.28))
    looks = [(rubber, 12), (tin, 24), (paint, 6), (wood, 24), (lead, 16)]
    widths = [(0.0034, 0.0034), (0.0036, 0.0036), (0.0038,) * 2, (0.0036, 0.0009), (0.0009, 0.0002)]
    parts = []
    for (start, end), (look, sides), (r_start, r_end) in zip(
        itertools.pairwise(cuts), looks, widths, strict=True
    ):
        parts.append((rod_mesh(start, end, r_start, r_end, sides), look, (0, 0, 0.0038)))
    add_group(parts, place, turn)


def add_apple(place: Point) -> None:
    """Add a red apple with its stem."""
    t = np.linspace(0.0, np.pi, 60)
    r = 0.037 * np.sin(t) * (1 + 0.10 * np.cos(t)) + 0.0005 * (t > 0)
    z = 0.034 + 0.034 * np.cos(t) - 0.015 * np.exp(-((t / 0.42) ** 2))
    z += 0.006 * np.exp(-(((np.pi - t) / 0.35) ** 2))
    bend = np.linspace(0, 1, 12)[:, None]
    stem = np.array([0, 0, 0.052]) + bend * np.array([0, 0, 0.024]) + bend**2 * [0.006, 0, 0]
    parts = [
        (lathe_mesh(np.stack([r, z], axis=1)), apple_material(), (0, 0, -0.004)),
        (tube_mesh(stem, 0.0014), plain_material((0.08, 0.04, 0.015)), (0, 0, -0.004)),
    ]
    add_group(parts, place, 0.0)


def add_carton(place: Point, turn: float) -> None:
    """Add a closed cardboard box with tape and a label."""
    board, label = board_material(), plain_material((0.85, 0.85, 0.82))
    tape = glossy_material("tape", (0.50, 0.33, 0.14), roughness=0.2)
    parts = [
        (box_mesh(0.20, 0.14, 0.115), board, (0, 0, 0)),
        (box_mesh(0.2012, 0.036, 0.0006), tape, (0, 0, 0.115)),
        (box_mesh(0.0006, 0.036, 0.035), tape, (0.1002, 0, 0.0806)),
        (box_mesh(0.070, 0.0006, 0.045), label, (-0.04, -0.0702, 0.03)),
        *[
            (box_mesh(w, 0.0007, 0.003), plain_material((0.05, 0.05, 0.05)), (x, -0.0704, z))
            for w, x, z in ((0.05, -0.045, 0.062), (0.04, -0.05, 0.053), (0.046, -0.047, 0.044))
        ],
    ]
    add_group(parts, place, turn)


def add_group(parts: Sequence[tuple[Mesh, Any, Point]], place: Point, turn: float) -> None:
    """Add (mesh, material, offset) parts as one thing at ``place``, turned about z."""
    angle = math.radians(turn)
    for mesh, material, (x, y, z) in parts:
        piece = add_mesh("part", mesh, material)
        dx = x * math.cos(angle) - y * math.sin(angle)
        dy = x * math.sin(angle) + y * math.cos(angle)
        piece.location = (place[0] + dx, place[1] + dy, place[2] + z)
        piece.rotation_euler = (0.0, 0.0, angle)


def mug_profile() -> Array:
    """Return radius and height (N, 2) of a mug: outside from the foot up, then the inside."""
    outside = [(0, 0.002), (0.030, 0.002), (0.031, 0), (0.034, 0), (0.037, 0.003), (0.040, 0.010)]
    wall = [(0.041, 0.03), (0.041, 0.06), (0.0412, 0.090), (0.0410, 0.0935), (0.0398, 0.0950)]
    inside = [(0.0386, 0.0935), (0.0380, 0.088), (0.0378, 0.03), (0.036, 0.012), (0.03, 0.007)]
    return round_profile(np.array([*outside, *wall, *inside, (0.0, 0.006)]))


def round_profile(points: Array) -> Array:
    """Cut the corners of an open line (N, 2) three times (Chaikin 1974)."""
    for _ in range(3):
        a, b = points[:-1], points[1:]
        inner = np.stack([0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b], axis=1).reshape(-1, 2)
        points = np.concatenate([points[:1], inner, points[-1:]])
    return points


def mug_handle_path() -> Array:
    """Return the centre line (N, 3) of the handle, in the xz plane."""
    t = np.radians(np.linspace(-90, 90, 60))
    x = 0.0390 + 0.033 * np.sign(np.cos(t)) * np.abs(np.cos(t)) ** 0.75
    return np.stack([x, np.zeros_like(t), 0.050 + 0.030 * np.sin(t)], axis=1)
