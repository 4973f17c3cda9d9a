"""Beads: loose ones, and strings of them laid down, coiled, worn round or hung up."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from training.synth.kit.assembly import Part, ripple
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Array, ArrayMesh
from training.synth.kit.round_shapes import ball, frames, lathed, smooth_path, tube

BEAD, THREAD, METAL = 0, 1, 2
"""Material numbers of the parts."""

_LENGTHS = {
    "round": 1.0, "barrel": 1.25, "olive": 1.6, "rondelle": 0.55, "disc": 0.3, "tube": 1.9, "faceted": 0.95,
    "twig": 0.75, "chip": 0.6, "lump": 1.0, "branch": 0.6,
}  # fmt: skip
"""Length along the string over the diameter, by the shape of the bead."""


def draw_string(draws: Draws, *, shapes: Mapping[str, float], diameters: tuple[float, float]) -> Parameters:
    """Draw a string of beads.

    Args:
        draws: Where the values come from.
        shapes: Shapes of beads with their relative frequency.
        diameters: Smallest and largest bead, in metres.
    """
    layout = draws.weighted({"loop": 0.4, "coil": 0.15, "strand": 0.2, "bracelet": 0.25})
    return {
        "shape": draws.weighted(shapes),
        "bead_m": draws.log_uniform(*diameters),
        "layout": layout,
        "length_m": {"bracelet": 0.175, "strand": 0.4}.get(layout, 0.45) * draws.uniform(0.9, 1.35),
        "graduated": draws.uniform(0.3, 0.6) if layout != "bracelet" and draws.chance(0.35) else 0.0,
        "uneven": draws.uniform(0.01, 0.14),
        "strands": draws.integer(2, 5) if draws.chance(0.2) else 1,
        "tassel": draws.chance(0.2),
        "clasp": draws.chance(0.4),
        "seed": draws.seed(),
    }


def draw_alike(
    draws: Draws, count: int, *, shapes: Mapping[str, float], diameters: tuple[float, float]
) -> list[Parameters]:
    """Draw loose beads of one shape and nearly one size; see `bead_parts`."""
    shape, size = draws.weighted(shapes), draws.log_uniform(*diameters)
    return [
        {"shape": shape, "bead_m": size * draws.uniform(0.9, 1.1), "seed": draws.seed()} for _ in range(count)
    ]


def string_parts(values: Parameters, *, hanging: bool = False) -> list[Part]:
    """Build a string of beads: lying on z = 0, or hung up in the xz plane."""
    rng = np.random.default_rng(values["seed"])
    count = values["strands"] if values["layout"] not in ("bracelet", "coil") else 1
    parts: list[Part] = []
    for strand in range(count):
        path, closed = _path(values, rng, strand, hanging=hanging)
        parts += _strung(values, path, rng, closed=closed)
        if values["clasp"] and closed and strand == 0:
            parts.append(_clasp(values, path))
    if values["tassel"] and values["layout"] in ("bracelet", "loop"):
        parts += _tassel(values, path, rng)
    return parts


def laid_string(values: Parameters) -> list[Part]:
    """Build a string of beads as its lot's arrangement asks: hung up, or lying."""
    return string_parts(values, hanging=values["arrangement"]["kind"] == "hanging")


def bead_parts(values: Parameters) -> list[Part]:
    """Build a loose bead of ``shape``, ``bead_m`` (diameter) and ``seed``."""
    return [loose_bead(values["shape"], values["bead_m"], values["seed"])]


def _path(values: Parameters, rng: np.random.Generator, strand: int, *, hanging: bool) -> tuple[Array, bool]:
    """Return the line of a strand (N, 3) and whether it closes on itself."""
    size, length = values["bead_m"], values["length_m"]
    t = np.linspace(0, 2 * math.pi, 240, endpoint=False)
    if hanging:
        r = length / 6.0 + 1.3 * size * strand
        drop = 1.5 + 0.3 * np.cos(3 * t)
        line = np.column_stack(
            [r * np.sin(t) * (0.85 - 0.12 * np.cos(t)), 0.6 * size * np.cos(t), -r * np.cos(t) * drop]
        )
        return line, True
    if values["layout"] == "coil":
        turns = 2.5 + 1.5 * rng.random()
        a = np.linspace(0, 2 * math.pi * turns, 500)
        r = 0.03 + 1.08 * size * a / (2 * math.pi)
        return np.column_stack([1.15 * r * np.cos(a), r * np.sin(a), 0.5 * size + 0 * a]), False
    if values["layout"] == "strand":
        knots = np.linspace(-0.5, 0.5, 6)[:, None] * [length, 0, 0] + rng.normal(0, 0.02, (6, 3)) * [
            0.3,
            1,
            0,
        ]
        return smooth_path(knots + [0, 1.5 * size * strand, 0.5 * size], 240), False
    r = length / (2 * math.pi)
    unrest = 0.015 if values["layout"] == "bracelet" else 0.11
    for order in (2, 3, 4, 5):
        r = r * (1 + unrest / order * rng.normal() * np.cos(order * t + rng.uniform(0, 6)) * 1.6)
    r = r + 1.05 * size * strand
    return np.column_stack([1.1 * r * np.cos(t), 0.9 * r * np.sin(t), 0.5 * size + 0 * t]), True


def _strung(values: Parameters, path: Array, rng: np.random.Generator, *, closed: bool) -> list[Part]:
    """Return all beads of a strand as one part, and its thread."""
    line = np.concatenate([path, path[:1]]) if closed else path
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    sizes, middles = _spaced(values, float(length[-1]), rng)
    places = np.column_stack([np.interp(middles, length, line[:, k]) for k in range(3)])
    ahead = np.column_stack([np.interp(middles + 1e-3, length, line[:, k]) for k in range(3)])
    beads = set_beads(values["shape"], places, ahead - places, sizes, rng, uneven=values["uneven"])
    points, faces = tube(path, 0.0006 + 0.03 * values["bead_m"], sides=6, closed=closed)
    return [beads, Part(vertices=points, faces=faces, material=THREAD)]


def _spaced(values: Parameters, length: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return diameters and middles of beads that fill a length one after the other."""
    pitch = values["bead_m"] * _LENGTHS[values["shape"]] * 1.03
    count = max(int(length / pitch), 4)
    place = np.abs(np.linspace(-1, 1, count))
    sizes = values["bead_m"] * (1 - values["graduated"] * place)
    sizes = sizes * (1 + values["uneven"] * 0.8 * rng.uniform(-1, 0.3, count))
    ends = np.cumsum(sizes)
    return sizes, (ends - sizes / 2) / ends[-1] * length


def set_beads(
    shape: str, places: Array, along: Array, sizes: Array, rng: np.random.Generator, *, uneven: float
) -> Part:
    """Return beads at ``places`` (N, 3), their holes along ``along`` (N, 3), as one part.

    Each bead has a ``tone`` of its own, 0 to 1, and its own place in the pattern.
    """
    count = len(places)
    along = along / np.linalg.norm(along, axis=1, keepdims=True)
    helper = np.where(np.abs(along[:, 2:3]) > 0.9, [1.0, 0.0, 0.0], [0.0, 0.0, 1.0])
    across = np.cross(helper, along)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    up = np.cross(along, across)
    spin = rng.uniform(0, 2 * math.pi, (count, 1))
    if shape in ("twig", "branch"):  # they lie down rather than stand up
        spin = rng.normal(0, 0.35, (count, 1)) + math.pi * rng.integers(0, 2, (count, 1))
    side = across * np.cos(spin) + up * np.sin(spin)
    above = np.cross(along, side)
    meshes = [bead_mesh(shape, rng) for _ in range(4 if shape in ("chip", "lump", "twig", "branch") else 1)]
    stretch = 1 + uneven * rng.uniform(-1, 1, (count, 3))
    vertices, faces, pattern, start = [], [], [], 0
    for number in range(count):
        points, quads = meshes[number % len(meshes)]
        frame = np.stack([along[number], side[number], above[number]])
        own = points * sizes[number] * stretch[number]
        vertices.append(places[number] + own @ frame)
        pattern.append(own + rng.uniform(0, 3, 3))
        faces.append(quads + start)
        start += len(points)
    tone = np.repeat(rng.random(count), [len(points) for points in pattern])
    return Part(
        vertices=np.concatenate(vertices), faces=np.concatenate(faces), values={"tone": tone},
        pattern=np.concatenate(pattern),
    )  # fmt: skip


def bead_mesh(shape: str, rng: np.random.Generator, *, sides: int = 16) -> ArrayMesh:
    """Return a bead of diameter 1 about the origin, its hole along x."""
    half = _LENGTHS[shape] / 2
    if shape in ("twig", "branch"):
        return _twig(rng)
    if shape in ("chip", "lump"):
        points, faces = ball(0.5, sides=12 if shape == "chip" else 18)
        rough = (
            1 + (0.28 if shape == "chip" else 0.13) * ripple(points, int(rng.integers(2**31)), 0.9)[:, None]
        )
        return points * rough * ([0.7, 1.1, 0.8] if shape == "chip" else [1.0, 0.95, 0.85]), faces
    u = np.linspace(-1, 1, 11)
    if shape == "faceted":
        profile = [
            (-half, 0.12),
            (-half * 0.8, 0.3),
            (-half * 0.3, 0.5),
            (half * 0.3, 0.5),
            (half * 0.8, 0.3),
            (half, 0.12),
        ]
        z, r = np.array(profile).T
        sides = 9
    else:
        power = {"round": 0.5, "barrel": 0.32, "olive": 0.75, "rondelle": 0.4, "disc": 0.2, "tube": 0.08}[
            shape
        ]
        u = np.sin(u * math.pi / 2)
        z, r = u * half, 0.5 * np.maximum(1 - u**2, 0.012) ** power
    points, faces = lathed(np.column_stack([np.r_[1e-3, r, 1e-3], np.r_[z[0], z, z[-1]]]), sides=sides)
    return points[:, [2, 0, 1]], faces


def _twig(rng: np.random.Generator) -> ArrayMesh:
    """Return a short, crooked branch across the string, drilled near its thick end."""
    long = rng.uniform(1.4, 3.2)
    knots = np.array([[0, -0.35, 0], [0.1, 0.2, 0.04], [-0.1, 0.6 * long, 0], [0.05, long, 0.05]])
    path = smooth_path(knots + rng.normal(0, 0.07, (4, 3)), 10)
    radius = 0.5 * np.linspace(0.85, 0.42, 10) * (1 + 0.12 * rng.normal(size=10))
    radius[[0, -1]] *= 0.72
    return tube(path, radius, sides=10)


def _clasp(values: Parameters, path: Array) -> Part:
    """Return a metal barrel at the start of the path."""
    side, up = frames(path, closed=True)
    along = np.cross(side[0], up[0])
    points, faces = bead_mesh("barrel", np.random.default_rng(0))
    vertices = points * values["bead_m"] * [1.4, 0.8, 0.8] @ np.stack([along, side[0], up[0]]) + path[0]
    return Part(vertices=vertices, faces=faces, material=METAL)


def _tassel(values: Parameters, path: Array, rng: np.random.Generator) -> list[Part]:
    """Return a bunch of threads under a larger bead, lying outward from the far end of the path."""
    root = path[len(path) // 2]
    out = root * [1, 1, 0] / max(float(np.linalg.norm(root[:2])), 1e-6)
    size, length = values["bead_m"], 0.055
    guru = set_beads("round", root[None] + out * size, out[None], np.array([1.25 * size]), rng, uneven=0.0)
    threads = []
    for _ in range(12):
        end = root + out * (2 * size + length) + rng.normal(0, 0.006, 3) * [1, 1, 0]
        line = smooth_path([root + out * 1.6 * size, (root + end) / 2 + rng.normal(0, 0.002, 3), end], 8)
        line[:, 2] = np.maximum(line[:, 2], 0.001)
        points, faces = tube(line, 0.0009, sides=5)
        threads.append(Part(vertices=points, faces=faces, material=THREAD))
    return [guru, *threads]


def loose_bead(shape: str, diameter: float, seed: int) -> Part:
    """Return one bead of a shape, in metres, with a dark hole through it where the shape shows it."""
    rng = np.random.default_rng(seed)
    points, faces = bead_mesh(shape, rng)
    body = Part(
        vertices=points * diameter * (1 + 0.06 * rng.normal(size=3)),
        faces=faces,
        values={"tone": rng.random()},
    )
    if shape in ("twig", "branch", "chip"):
        return body
    half = np.abs(points[:, 0]).max() * diameter * 1.004
    dark = np.clip(1 - np.hypot(points[:, 1], points[:, 2]) / 0.13, 0, 1) * (
        np.abs(points[:, 0]) * diameter > 0.8 * half
    )
    return Part(vertices=body.vertices, faces=faces, values={**body.values, "hole": (dark > 0) * 1.0})
