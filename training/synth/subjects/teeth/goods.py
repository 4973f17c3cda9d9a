"""Teeth and claws as they are sold: loose, with a metal cap and ring, and strung on a cord; metres."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from training.synth.kit.blender import add_attribute, add_mesh, holding
from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import Array
from training.synth.kit.materials import glossy_material
from training.synth.kit.round_shapes import ball, ring, smooth_path, tube
from training.synth.kit.shader import Shader
from training.synth.subjects.teeth.materials import ALONG, claw_shader, tooth_shader
from training.synth.subjects.teeth.shapes import Horn, canine, claw, horn_mesh

_BEADS = {
    "wood": (0.16, 0.07, 0.03),
    "red": (0.4, 0.03, 0.02),
    "bone": (0.72, 0.64, 0.48),
    "turquoise": (0.08, 0.42, 0.40),
}


def horn_of(lot: Parameters, rng: np.random.Generator) -> Horn:
    """Return the shape of one piece of a lot."""
    length = lot["length_m"] * rng.uniform(0.82, 1.15)
    return (
        canine(rng, length) if lot["kind"] == "canine" else claw(rng, length, bear=lot["kind"] == "bear_claw")
    )


def shader_of(lot: Parameters) -> Shader:
    """Return what the pieces of a lot are made of."""
    return tooth_shader(lot["tooth"]) if lot["kind"] == "canine" else claw_shader(lot["claw"])


def add_horn(horn: Horn, material: Any, seed: int, place: Callable[[Array], Array]) -> Any:
    """Add one piece whose points are moved by ``place``."""
    (points, faces), along, around = horn_mesh(horn, seed)
    thing = add_mesh("horn", (place(points), faces), material)
    add_attribute(thing, ALONG, along)
    add_attribute(thing, "around", np.abs(around - np.pi))
    return thing


def on_ground(points: Array) -> Array:
    """Move points so that their middle is the origin in x and y, and the lowest is at z = 0."""
    low, high = points.min(axis=0), points.max(axis=0)
    return points - [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]]


def loose_pieces(lot: Parameters, rng: np.random.Generator) -> list[Any]:
    """Return five pieces."""
    material = shader_of(lot).material
    things = []
    for _ in range(5):
        horn = horn_of(lot, rng)
        if rng.random() < 0.5:
            horn = replace(horn, bend_deg=-horn.bend_deg)
        things.append(add_horn(horn, material, int(rng.integers(1 << 30)), on_ground))
    return things


def _cap(horn: Horn, share: float, seed: int) -> tuple[Array, Array, Array]:
    """Return the points and quads of a metal cap over the base of a piece, and its middle."""
    (points, faces), along, _ = horn_mesh(horn, seed)
    keep = (along[faces] <= share).all(axis=1)
    normal = points - _axis(horn, along)
    grown = points + 0.10 * normal
    back = np.where(along < 1e-6, -0.02 * horn.length, 0.0)
    grown[:, 0] += back
    return grown, faces[keep], grown[along < 1e-6].mean(axis=0)


def _axis(horn: Horn, along: Array) -> Array:
    s = np.linspace(0, 1, 200)
    turn = np.radians(horn.bend_deg) * s**horn.late
    path = np.cumsum(np.column_stack([np.cos(turn), np.sin(turn), 0 * turn]), axis=0) * horn.length / 200
    return np.column_stack([np.interp(along, s, path[:, k]) for k in range(3)])


def pendant(lot: Parameters, rng: np.random.Generator) -> list[Any]:
    """Return one piece in a metal cap with a ring, often on a cord or chain."""
    horn, seed = horn_of(lot, rng), int(rng.integers(1 << 30))
    metal = glossy_material("metal", tuple(lot["metal"]), roughness=0.28, metal=1.0)
    grown, faces, base = _cap(horn, lot["cap"], seed)
    lift = -float(grown[:, 2].min())
    thing = add_horn(horn, shader_of(lot).material, seed, lambda points: points + np.array([0, 0, lift]))
    loop, quads = ring(0.05 * horn.length, 0.02 * horn.length, 0.022 * horn.length, sides=28)
    parts = [
        add_mesh("cap", (grown + np.array([0, 0, lift]), faces), metal),
        add_mesh("ring", (loop + base + [-0.075 * horn.length, 0, lift], quads), metal),
    ]
    if rng.random() < 0.65:
        start = base + np.array([-0.1 * horn.length, 0, 0])
        size = horn.length
        knots = np.array(
            [
                [0, 0, 0],
                [-0.5, 0.35, 0],
                [-1.1, 0.7, 0],
                [-1.7, 0.3, 0],
                [-1.75, -0.3, 0],
                [-1.1, -0.6, 0],
                [-0.5, -0.3, 0],
            ]
        )
        cord = start + size * (knots + rng.normal(0, 0.09, knots.shape)) * [1, 1, 0]
        cord[:, 2] = 0.0016
        colour = lot["cord"] if rng.random() < 0.7 else lot["metal"]
        strap = glossy_material("cord", tuple(colour), roughness=0.55)
        parts.append(
            add_mesh("cord", tube(smooth_path(cord, 140, closed=True), 0.0014, sides=8, closed=True), strap)
        )
    return [holding(thing, parts)]


def necklace(lot: Parameters, rng: np.random.Generator) -> list[Any]:
    """Return pieces that hang outward from a cord in an open loop, with beads between."""
    count, radius = lot["teeth"], rng.uniform(0.075, 0.1)
    radius = max(radius, lot["length_m"] * 0.42 * count / np.pi * 0.6)
    squeeze = rng.uniform(0.75, 1.0)
    angle = np.linspace(0, 2 * np.pi, 160, endpoint=False)
    path = np.column_stack([radius * np.cos(angle), radius * squeeze * np.sin(angle), 0 * angle + 0.006])
    parent = add_mesh(
        "cord",
        tube(path, 0.0013, sides=8, closed=True),
        glossy_material("cord", tuple(lot["cord"]), roughness=0.7),
    )
    spread = min(0.26 * (count - 1), 2.4) if count > 1 else 0.0
    middles = -np.pi / 2 + np.linspace(-spread, spread, count)
    material = shader_of(lot).material
    metal = glossy_material("metal", tuple(lot["metal"]), roughness=0.3, metal=1.0)
    parts = []
    for place in middles:
        at = np.array([radius * np.cos(place), radius * squeeze * np.sin(place), 0.0])
        turn = place + rng.normal(0, 0.12)
        parts += _hung(lot, rng, at, turn, material, metal)
    parts += _beads(lot, rng, radius, squeeze, middles)
    return [holding(parent, parts)]


def _hung(
    lot: Parameters, rng: np.random.Generator, at: Array, turn: float, material: Any, metal: Any
) -> list[Any]:
    """Return one piece that points outward from the cord, with its cap or wire."""
    horn, seed = horn_of(lot, rng), int(rng.integers(1 << 30))
    if np.cos(turn) > 0:
        horn = replace(horn, bend_deg=-horn.bend_deg)
    grown, faces, _ = _cap(horn, 0.5 * lot["cap"], seed)
    lift, (c, s) = -float(grown[:, 2].min()), (np.cos(turn), np.sin(turn))
    matrix = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])

    def place(points: Array) -> Array:
        return (points + np.array([-0.03 * horn.length, 0, lift])) @ matrix + at

    return [add_horn(horn, material, seed, place), add_mesh("cap", (place(grown), faces), metal)]


def _beads(
    lot: Parameters, rng: np.random.Generator, radius: float, squeeze: float, middles: Array
) -> list[Any]:
    if lot["beads"] == "none":
        return []
    material = glossy_material("bead", _BEADS[lot["beads"]], roughness=0.35)
    size = rng.uniform(0.003, 0.006)
    angle = np.arange(0, 2 * np.pi, 2.3 * size / radius) - np.pi / 2
    gap = np.abs((angle[:, None] - middles + np.pi) % (2 * np.pi) - np.pi).min(axis=1)
    angle = angle[gap > 0.012 / radius]
    points, faces = ball(size, sides=10)
    places = np.column_stack(
        [radius * np.cos(angle), radius * squeeze * np.sin(angle), 0 * angle + size + 0.001]
    )
    vertices = (places[:, None] + points).reshape(-1, 3)
    quads = (np.arange(len(places))[:, None, None] * len(points) + faces).reshape(-1, 4)
    return [add_mesh("beads", (vertices, quads), material)]
