"""The helmeted hornbill's skull with its solid casque, and what is carved from the block."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from training.synth.kit.assembly import Part, ripple, turn_matrix
from training.synth.kit.distance_fields import blend, capsule, ellipsoid, surface_nets
from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import Array
from training.synth.kit.plates import plate_mesh, polygon
from training.synth.kit.round_shapes import lathed
from training.synth.subjects.jewellery.bead_strings import bead_mesh, string_parts

CASQUE, FITTING = 0, 1
"""Material numbers of the parts."""


def skull_parts(values: Parameters) -> list[Part]:
    """Build a head that lies on its lower bill, the bill towards +x; 1 unit is its length."""
    tall = values["casque"]

    def field(points: Array) -> Array:
        solid = _head(points, values)
        near = np.abs(solid) < 0.05
        solid[near] += 0.003 * ripple(points[near], values["seed"], 0.12).astype(np.float32)
        return solid

    points, faces = surface_nets(field, (-0.36, -0.19, -0.2), (0.74, 0.19, 0.36), 0.0105)
    points = points.astype(np.float64)
    points *= values["length_m"] / np.ptp(points[:, 0])
    unit = points / (values["length_m"])
    x, z = unit[:, 0] + 0.0, unit[:, 2]
    front = np.clip((x - 0.085) / 0.03, 0, 1)  # the casque's face and the tip of the bill are yellow
    skin = np.clip((z - (0.035 - 0.10 * np.clip(x, 0, 1))) / 0.03, 0, 1) * (1 - front)
    base = (
        np.clip((0.22 - x) / 0.08, 0, 1) * np.clip((x + 0.04) / 0.04, 0, 1) * np.clip((0.06 - z) / 0.02, 0, 1)
    )
    back = np.clip((-0.03 - x) / 0.03, 0, 1) * np.clip((0.14 * tall - z) / 0.03, 0, 1)
    return [Part(vertices=points, faces=faces, values={"red": np.maximum(skin, 0.9 * base), "bone": back})]


def laid_skull(values: Parameters) -> list[Part]:
    """Build a head that lies on its side, as most do; some rest on the bill."""
    lean = [math.pi / 2 - 0.12, -math.pi / 2 + 0.12, 0.08][values["seed"] % 3]
    return [part.moved(turn=turn_matrix(x=lean)) for part in skull_parts(values)]


def _head(p: Array, values: Parameters) -> Array:
    """Return the distance to a head whose gape is at the origin."""
    tall, bend = values["casque"], values["bend"]
    drop = 0.13 * bend * np.clip(p[:, 0], 0, None) ** 2
    q = np.column_stack([p[:, 0], p[:, 1], p[:, 2] + drop]).astype(np.float32)
    gape = values["gape"] * np.clip(q[:, 0], 0, None)
    upper = (
        capsule(q * np.array([1, 1.35, 1], np.float32), (-0.08, 0, 0.03), (0.66, 0, 0.0), 0.084, 0.018) / 1.2
    )
    low = np.column_stack([q[:, 0], q[:, 1] * 1.35, q[:, 2] + gape + 0.045]).astype(np.float32)
    lower = capsule(low, (-0.12, 0, 0.0), (0.61, 0, 0.02), 0.056, 0.015) / 1.2
    casque = _block(q, tall)
    brain = ellipsoid(q, (-0.22, 0, 0.02), (0.13, 0.115, 0.115))
    socket = np.minimum(
        ellipsoid(q, (-0.105, 0.115, 0.025), (0.05, 0.05, 0.05)),
        ellipsoid(q, (-0.105, -0.115, 0.025), (0.05, 0.05, 0.05)),
    )
    cheek = capsule(q, (-0.18, 0.085, -0.06), (0.02, 0.055, -0.05), 0.018, 0.02)
    cheek = np.minimum(cheek, capsule(q, (-0.18, -0.085, -0.06), (0.02, -0.055, -0.05), 0.018, 0.02))
    head = blend(blend(upper, casque, 0.03), brain, 0.05)
    head = np.maximum(head, -socket)
    return np.minimum(blend(head, cheek, 0.02), lower)


def _block(q: Array, tall: float) -> Array:
    """Return the casque: a high block with a blunt, nearly upright face, sloping to the nape."""
    middle = np.array([0.0, 0, 0.13 * tall], np.float32)
    slope = 0.25 * (q[:, 0] - 0.1)
    d = np.abs(np.column_stack([q[:, 0] - middle[0], q[:, 1], q[:, 2] - slope - middle[2]])) - np.array(
        [0.075, 0.035, 0.075 * tall], np.float32
    )
    outside = np.linalg.norm(np.maximum(d, 0), axis=1) + np.minimum(d.max(axis=1), 0)
    ridge = ellipsoid(q, (-0.10, 0, 0.11 * tall), (0.13, 0.06, 0.075 * tall), 14.0, 0.0)
    return blend(outside - 0.058, ridge, 0.05)


def block_parts(values: Parameters) -> list[Part]:
    """Build a worked piece; the red skin is on one side, as it was on the bird."""
    makers = {"block": _carved_block, "buckle": _buckle, "bottle": _bottle, "pendant": _buckle}
    return makers[values["kind"]](values)


def laid_block(values: Parameters) -> list[Part]:
    """Build a worked piece; some bottles lie on their flat side."""
    flat = values["kind"] == "bottle" and values["seed"] % 3 == 0
    parts = block_parts(values)
    return [part.moved(turn=turn_matrix(x=math.pi / 2)) for part in parts] if flat else parts


def _carved_block(values: Parameters) -> list[Part]:
    length, seed = values["length_m"], values["seed"]

    def field(points: Array) -> Array:
        d = np.abs(points - np.array([0, 0, 0.33], np.float32)) - np.array([0.36, 0.16, 0.21], np.float32)
        solid = np.linalg.norm(np.maximum(d, 0), axis=1) + np.minimum(d.max(axis=1), 0) - 0.12
        solid = np.maximum(solid, points[:, 2] - 0.62 - 0.12 * points[:, 0])
        near = np.abs(solid) < 0.08
        solid[near] -= 0.03 * values["relief"] * _motif(points[near], values).astype(np.float32)
        return solid

    points, faces = surface_nets(field, (-0.6, -0.4, -0.08), (0.6, 0.4, 0.8), 0.019)
    points = points.astype(np.float64)
    depth = points[:, 2] + 0.03 * ripple(points, seed, 0.4) - 0.25 * np.clip(points[:, 0] - 0.1, 0, 1)
    cut = _motif(points, values)
    red = np.clip((depth - 0.62 + values["skin"]) / 0.08, 0, 1) * np.clip(1.15 + 0.9 * cut, 0, 1)
    parts = [Part(vertices=points * length, faces=faces, values={"red": red})]
    if values["stand"]:
        foot, quads = lathed(
            np.array([(1e-4, -0.1), (0.55, -0.1), (0.5, -0.04), (0.52, 0.02), (1e-4, 0.02)]) * length,
            sides=48,
        )
        parts.append(Part(vertices=foot * [1.0, 0.62, 1.0], faces=quads, material=FITTING))
    return parts


def _motif(points: Array, values: Parameters) -> Array:
    """Return the height of the carving, -1 to 1, at points of a piece that is 1 long."""
    if values["motif"] == "plain":
        return np.zeros(len(points))
    bend = 0.12 * ripple(points, values["seed"], 0.35, octaves=1)[:, None]
    p = (points + bend) * (13.0 if values["motif"] == "leaves" else 9.0)
    if values["motif"] == "leaves":
        waves = np.sin(p[:, 0] + 0.7 * p[:, 2]) * np.sin(p[:, 2] * 1.1 - 0.6 * p[:, 0] + p[:, 1])
    else:
        rings = np.hypot(np.sin(p[:, 0] * 0.5), np.sin(p[:, 2] * 0.5 + 0.4 * p[:, 1]))
        waves = np.sin(rings * 9)
    return np.clip(waves * 1.8, -1, 1)


def _buckle(values: Parameters) -> list[Part]:
    """Return an oval or oblong plaque, red in front, carved through to the yellow."""
    length = values["length_m"]
    angle = np.linspace(0, 2 * math.pi, 64, endpoint=False)
    power = 0.45 if values["kind"] == "buckle" else 0.95
    wide = 0.36 if values["kind"] == "buckle" else 0.4
    oval = np.column_stack(
        [
            0.5 * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power,
            wide * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power,
        ]
    )
    points, faces = plate_mesh(
        polygon(oval), (-0.5, -0.45), (0.5, 0.45), 0.0145, thickness=0.15, rim=0.5, round_over=0.12
    )
    face = points[:, 2] > 0
    height = _motif(np.column_stack([points[:, 0], 0 * points[:, 0], points[:, 1]]), values)
    inner = np.clip(8 * (0.40 - np.hypot(points[:, 0], points[:, 1] * 0.5 / wide)), 0, 1)
    points[:, 2] += 0.028 * values["relief"] * height * face * inner
    red = np.where(
        face, np.clip(0.45 + 1.2 * height * inner + (1 - inner), 0, 1), np.clip(points[:, 0] * 12, 0, 1)
    )
    if values["motif"] == "plain":
        red = np.clip((points[:, 0] + 0.1) * 12 + 0.5, 0, 1)
    return [Part(vertices=points * length, faces=faces, values={"red": red})]


def _bottle(values: Parameters) -> list[Part]:
    """Return a flattened snuff bottle with a stopper."""
    length = values["length_m"]
    profile = [
        (1e-4, 0),
        (0.2, 0),
        (0.24, 0.02),
        (0.22, 0.05),
        (0.38, 0.22),
        (0.43, 0.45),
        (0.37, 0.68),
        (0.18, 0.82),
        (0.13, 0.9),
        (0.15, 0.95),
        (1e-4, 0.95),
    ]
    fine = np.linspace(0, len(profile) - 1, 60)
    knots = np.array(profile)
    smooth = np.column_stack([np.interp(fine, range(len(profile)), knots[:, k]) for k in (0, 1)])
    points, faces = lathed(smooth, sides=72)
    height = _motif(points, values)
    body = np.clip(1 - np.abs(points[:, 2] - 0.42) / 0.35, 0, 1)
    points = points * np.column_stack(
        [1 + 0 * body, 0.55 + 0.05 * values["relief"] * height * body, 1 + 0 * body]
    )
    red = (
        np.clip((np.abs(points[:, 0]) - 0.26) / 0.05, 0, 1)
        if values["skin"] > 0.25
        else np.clip((points[:, 1] - 0.03) / 0.04, 0, 1)
    )
    stopper, quads = lathed([(1e-4, 0.95), (0.11, 0.95), (0.13, 1.0), (0.1, 1.08), (1e-4, 1.11)], sides=24)
    return [
        Part(vertices=points * length, faces=faces, values={"red": red}),
        Part(vertices=stopper * length, faces=quads, material=FITTING),
    ]


def casque_bead(values: Parameters) -> list[Part]:
    """Build a bead that is part yellow, part red, of ``bead_m`` across and a ``shape``."""
    rng = np.random.default_rng(values["seed"])
    points, faces = bead_mesh(values["shape"], rng)
    turn = turn_matrix(*rng.uniform(0, 6, 3))
    share = rng.uniform(-0.25, 0.3)
    red = np.clip(((points @ turn)[:, 2] - share) / 0.05 + 0.5, 0, 1)
    half = np.abs(points[:, 0]).max()
    hole = (np.hypot(points[:, 1], points[:, 2]) < 0.12) & (np.abs(points[:, 0]) > 0.8 * half)
    marks = {"red": red, "hole": hole * 1.0}
    return [Part(vertices=points * values["bead_m"], faces=faces, values=marks)]


def casque_string(values: Parameters) -> list[Part]:
    """Build a string of beads, each part red."""
    return [_half_red(part, values["seed"]) for part in string_parts(values)]


def _half_red(part: Part, seed: int) -> Part:
    """Make each bead of a string red on one side of a plane of its own."""
    if "tone" not in part.values or part.pattern is None:
        return part
    tone = np.asarray(part.values["tone"])
    _, group = np.unique(tone, return_inverse=True)
    count = group.max() + 1
    middle = np.stack([np.bincount(group, part.pattern[:, k]) for k in range(3)], axis=1)
    middle /= np.bincount(group)[:, None]
    rng = np.random.default_rng(seed)
    way = rng.normal(size=(count, 3))
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    offset = part.pattern - middle[group]
    size = np.abs(offset).max()
    red = np.clip(
        ((offset * way[group]).sum(axis=1) / size - rng.uniform(-0.4, 0.4, count)[group]) * 10 + 0.5, 0, 1
    )
    return replace(part, values={**part.values, "red": red})
