"""The shape of a pangolin's scale: fan, kite, shield or three points, arched, ridged, worn; metres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import Array, ArrayMesh
from training.synth.kit.thin_shapes import Values, both_sides, grid, lower_side, shell, soft_noise


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleShape:
    """One scale; all but the length are shares of its length.

    Attributes:
        length: From root to free edge, metres.
        width: Where it is widest.
        root: Width of its root over ``width``.
        corner: Where along it is widest, 0 to 1.
        edge: 1: the free edge comes to a point; 2: it is a parabola; 3: it is broad and round.
        cusps: How far the points beside the tip stand out.
        arch: Height of the middle over the sides.
        keel: Height of the ridge along the middle.
        fold: Extra fall of the sides, as on scales that wrap around the edge of tail and limbs.
        bow: How far root and tip bend down.
        thickness: In the middle.
        wear: 0 as grown, 1 chipped.
    """

    length: float
    width: float
    root: float
    corner: float
    edge: float
    cusps: float
    arch: float
    keel: float
    fold: float
    bow: float
    thickness: float
    wear: float


def vary(
    parameters: Parameters, rng: np.random.Generator, *, length: float, folded: float = 0.15
) -> ScaleShape:
    """Return one scale of a lot.

    Args:
        parameters: With the lot's ``width``, ``root``, ``corner``, ``edge``, ``cusps``, ``arch``, ``keel``, ``wear``.
        rng: Details.
        length: Of this scale, metres.
        folded: Share of scales that are folded along their middle.
    """
    is_folded = rng.random() < folded
    return ScaleShape(
        length=length,
        width=parameters["width"] * rng.uniform(0.85, 1.15) * (0.85 if is_folded else 1.0),
        root=float(np.clip(parameters["root"] * rng.uniform(0.8, 1.2), 0.2, 0.9)),
        corner=float(np.clip(parameters["corner"] + rng.normal(0, 0.05), 0.2, 0.7)),
        edge=float(np.clip(parameters["edge"] * rng.uniform(0.85, 1.15), 1.0, 3.2)),
        cusps=parameters["cusps"] * rng.uniform(0.2, 1.2),
        arch=parameters["arch"] * rng.uniform(0.6, 1.4),
        keel=parameters["keel"] * rng.uniform(0.3, 1.5),
        fold=rng.uniform(0.15, 0.4) if is_folded else 0.0,
        bow=rng.uniform(-0.03, 0.12),
        thickness=float(np.clip(0.04 * rng.uniform(0.8, 1.3), 0.0008 / length, 0.0022 / length)),
        wear=parameters["wear"],
    )


def scale_mesh(
    shape: ScaleShape, rng: np.random.Generator, *, rows: int = 15, columns: int = 21
) -> tuple[ArrayMesh, Values]:
    """Return a scale with its root at the origin, its free edge along x and its outer side up.

    Returns:
        The mesh and its values: ``along`` 0 at the root to 1 at the free edge; ``fan`` -1 to 1 across, constant along
        the striae; ``under`` 1 on the inner side.
    """
    u, v = grid(rows, columns)
    u = u**0.85  # more rows near the free edge, where it is cut
    x, y = _outline(shape, u, v, rng)
    middle = np.stack([x, y, _height(shape, x, y) + 0.006 * soft_noise(u, v, rng, waves=2.5)], axis=-1)
    thin = shape.thickness * (0.22 + 0.78 * (1 - u**4)) * (0.35 + 0.65 * (1 - v**6))
    mesh = shell(middle * shape.length, thin * shape.length)
    values = {"along": both_sides(u), "fan": both_sides(v), "under": lower_side(rows, columns)}
    return mesh, values


def _outline(shape: ScaleShape, u: Array, v: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return x and y of the flattened scale: the lines of equal v fan out from the root."""
    tip = shape.corner + (1 - shape.corner) * (1 - (np.sqrt(v**2 + 0.004) - 0.06).clip(0) ** shape.edge)
    cusps = np.exp(-(((np.abs(v) - 0.55) / 0.13) ** 2)) - 0.6 * np.exp(-(((np.abs(v) - 0.27) / 0.13) ** 2))
    end = tip + shape.cusps * cusps - _chips(shape, v, rng)
    root = 0.06 * v**2 + 0.14 * np.abs(v) ** 5  # the corners of the root are round
    half = shape.width / 2 * (shape.root + (1 - shape.root) * np.sin(np.pi / 2 * u) ** 0.9)
    lopsided = 1 + rng.normal(0, 0.06) * np.sign(v) + rng.normal(0, 0.05) * u
    skew = rng.normal(0, 0.06) * u**2
    return root + (end - root) * u, half * v * lopsided + skew


def _chips(shape: ScaleShape, v: Array, rng: np.random.Generator) -> Array:
    """Return how much is broken off the free edge, the same down each column."""
    count = rng.poisson(3.0 * shape.wear)
    bites = np.zeros_like(v)
    for at, width, depth in zip(
        rng.uniform(-1, 1, count), rng.uniform(0.04, 0.22, count), rng.exponential(0.05, count), strict=True
    ):
        bites += depth.clip(0, 0.18) * np.exp(-(((v - at) / width) ** 4))
    ragged = rng.normal(0, 0.012 * shape.wear, v.shape[1])
    blunt = 0.12 * shape.wear * rng.random() * np.exp(-((v / 0.3) ** 2))  # the tip wears off first
    return bites * shape.wear + ragged + blunt


def _height(shape: ScaleShape, x: Array, y: Array) -> Array:
    across = 2 * np.abs(y) / shape.width
    arch = shape.arch * (1 - across**2)
    keel = shape.keel * np.exp(-((across / 0.3) ** 2)) * np.clip(x * 1.6, 0, 1)
    return arch + keel - shape.fold * across * shape.width - shape.bow * (2 * x - 1) ** 2
