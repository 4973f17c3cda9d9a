"""Little figures that are carved or cast in many materials; built of blended solids, 1 tall, front towards +x."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from training.synth.kit.assembly import Part, ripple
from training.synth.kit.distance_fields import blend, capsule, ellipsoid, surface_nets
from training.synth.kit.geometry import Array

FIGURES = ("robed", "buddha", "elephant", "lion", "owl")
"""The figures that `figure_part` can build."""


def figure_part(kind: str, *, height: float, seed: int, facets: int = 58, finish: float = 1.0) -> Part:
    """Build a figure that stands on z = 0.

    Args:
        kind: One of `FIGURES`.
        height: In metres.
        seed: Of its irregularity.
        facets: Along its height.
        finish: Depth of the tool marks and folds, about 1.
    """
    rng = np.random.default_rng(seed)
    stretch = 1 + rng.uniform(-0.12, 0.12, 3)
    shape = _SHAPES[kind]

    def field(points: Array) -> Array:
        solid = shape(points / stretch.astype(np.float32))
        near = np.abs(solid) < 0.06
        solid[near] += 0.004 * finish * ripple(points[near], seed, 0.12).astype(np.float32)
        return np.maximum(solid, -points[:, 2])

    low, high = _BOUNDS[kind]
    points, faces = surface_nets(field, (*low, -0.05), (*high, 1.3), 1 / facets)
    points = points.astype(np.float64)
    return Part(vertices=points * height / np.ptp(points[:, 2]), faces=faces)


def _many(*solids: Array, fillet: float = 0.05) -> Array:
    total = solids[0]
    for solid in solids[1:]:
        total = blend(total, solid, fillet)
    return total


def _pair(shape: Callable[[float], Array], fillet: float = 0.03) -> Array:
    return blend(shape(1.0), shape(-1.0), fillet)


def _robed(p: Array) -> Array:
    """Return a standing woman in a long robe on a lotus, as Guanyin or Mary."""
    angle = np.arctan2(p[:, 1], p[:, 0])
    folds = 0.012 * np.sin(angle * 8 + 3 * np.sin(p[:, 2] * 5)) * np.clip(0.6 - p[:, 2], 0, 0.4) * 2.5
    robe = capsule(p, (0, 0, 0.06), (-0.01, 0, 0.64), 0.19, 0.12) + folds
    arms = _pair(lambda s: capsule(p, (0.0, 0.13 * s, 0.68), (0.15, 0.05 * s, 0.52), 0.055, 0.04))
    sleeves = _pair(lambda s: capsule(p, (0.13, 0.07 * s, 0.5), (0.10, 0.15 * s, 0.26), 0.05, 0.02))
    head = ellipsoid(p, (0.02, 0, 0.85), (0.075, 0.068, 0.095))
    hair = ellipsoid(p, (-0.02, 0, 0.93), (0.06, 0.055, 0.08))
    veil = capsule(p, (-0.05, 0, 0.86), (-0.1, 0, 0.45), 0.08, 0.1)
    petals = 0.02 * np.cos(angle * 9)
    lotus = ellipsoid(p, (0, 0, 0.05), (0.27, 0.27, 0.075)) + petals
    return _many(_many(robe, arms, sleeves, veil), head, hair, lotus, fillet=0.02)


def _buddha(p: Array) -> Array:
    """Return a seated, laughing man with a bare belly."""
    belly = ellipsoid(p, (0.06, 0, 0.36), (0.27, 0.30, 0.28))
    chest = ellipsoid(p, (-0.04, 0, 0.58), (0.2, 0.27, 0.18))
    head = ellipsoid(p, (0.02, 0, 0.85), (0.15, 0.14, 0.165))
    ears = _pair(lambda s: ellipsoid(p, (-0.01, 0.14 * s, 0.80), (0.035, 0.03, 0.09)))
    knees = _pair(lambda s: ellipsoid(p, (0.16, 0.27 * s, 0.12), (0.24, 0.17, 0.12), 0.0, 25 * s))
    arms = _pair(lambda s: capsule(p, (-0.03, 0.28 * s, 0.6), (0.17, 0.33 * s, 0.3), 0.095, 0.065))
    nose = ellipsoid(p, (0.17, 0, 0.84), (0.03, 0.025, 0.03))
    cheeks = _pair(lambda s: ellipsoid(p, (0.12, 0.06 * s, 0.81), (0.045, 0.045, 0.04)))
    seat = ellipsoid(p, (0.03, 0, 0.0), (0.42, 0.42, 0.07))
    navel = ellipsoid(p, (0.33, 0, 0.34), (0.03, 0.02, 0.02))
    body = _many(belly, chest, knees, arms, seat, fillet=0.035)
    return np.maximum(_many(body, head, ears, nose, cheeks, fillet=0.02), -navel)


def _elephant(p: Array) -> Array:
    """Return a walking elephant, its trunk raised."""
    body = ellipsoid(p, (-0.06, 0, 0.52), (0.36, 0.22, 0.25))
    front = _pair(
        lambda s: capsule(p, (0.14, 0.12 * s, 0.45), (0.2 + 0.05 * s, 0.13 * s, 0.03), 0.105, 0.085)
    )
    rear = _pair(
        lambda s: capsule(p, (-0.27, 0.12 * s, 0.45), (-0.3 - 0.05 * s, 0.13 * s, 0.03), 0.115, 0.085)
    )
    head = ellipsoid(p, (0.33, 0, 0.70), (0.17, 0.15, 0.18))
    ears = _pair(lambda s: ellipsoid(p, (0.24, 0.19 * s, 0.66), (0.13, 0.03, 0.17), 0.0, 30 * s))
    trunk = _many(
        capsule(p, (0.44, 0, 0.66), (0.55, 0, 0.48), 0.075, 0.055),
        capsule(p, (0.55, 0, 0.48), (0.63, 0, 0.6), 0.055, 0.045),
        capsule(p, (0.63, 0, 0.6), (0.62, 0, 0.78), 0.045, 0.03), fillet=0.03,
    )  # fmt: skip
    tusks = _pair(lambda s: capsule(p, (0.44, 0.08 * s, 0.58), (0.58, 0.1 * s, 0.50), 0.028, 0.014))
    tail = capsule(p, (-0.41, 0, 0.58), (-0.46, 0.02, 0.3), 0.025, 0.018)
    return _many(_many(body, front, rear, head, trunk), ears, tusks, tail, fillet=0.015)


def _lion(p: Array) -> Array:
    """Return a seated guardian lion with a curly mane."""
    mane_curls = 0.02 * np.sin(p[:, 0] * 34) * np.sin(p[:, 1] * 34) * np.sin(p[:, 2] * 34)
    body = capsule(p, (-0.2, 0, 0.25), (0.08, 0, 0.55), 0.2, 0.17)
    mane = ellipsoid(p, (0.06, 0, 0.74), (0.2, 0.23, 0.24)) + mane_curls
    face = ellipsoid(p, (0.2, 0, 0.76), (0.14, 0.13, 0.14))
    muzzle = ellipsoid(p, (0.31, 0, 0.71), (0.075, 0.1, 0.07))
    mouth = ellipsoid(p, (0.38, 0, 0.67), (0.05, 0.07, 0.014))
    eyes = _pair(lambda s: ellipsoid(p, (0.31, 0.065 * s, 0.80), (0.03, 0.03, 0.03)))
    ears = _pair(lambda s: ellipsoid(p, (0.1, 0.17 * s, 0.92), (0.04, 0.05, 0.06)))
    legs = _pair(lambda s: capsule(p, (0.14, 0.12 * s, 0.5), (0.24, 0.12 * s, 0.09), 0.08, 0.07))
    paws = _pair(lambda s: ellipsoid(p, (0.29, 0.12 * s, 0.1), (0.1, 0.075, 0.05)))
    thighs = _pair(lambda s: ellipsoid(p, (-0.1, 0.17 * s, 0.2), (0.19, 0.1, 0.16)))
    tail = capsule(p, (-0.35, 0, 0.2), (-0.34, 0, 0.55), 0.05, 0.08) + mane_curls
    base = np.max(
        np.abs(p - np.array([0, 0, 0.03], np.float32)) - np.array([0.42, 0.27, 0.045], np.float32), axis=1
    )
    solid = _many(
        _many(body, mane, legs, paws, thighs, tail, fillet=0.03), face, muzzle, eyes, ears, base, fillet=0.015
    )
    return np.maximum(solid, -mouth)


def _owl(p: Array) -> Array:
    """Return an owl on a stump."""
    feathers = 0.010 * np.sin(p[:, 2] * 40 + 4 * np.abs(np.sin(np.arctan2(p[:, 1], p[:, 0]) * 6)))
    body = ellipsoid(p, (0, 0, 0.47), (0.2, 0.24, 0.33)) + feathers * (p[:, 2] < 0.68)
    head = ellipsoid(p, (0.04, 0, 0.78), (0.19, 0.22, 0.18))
    eyes = _pair(lambda s: np.abs(ellipsoid(p, (0.2, 0.09 * s, 0.80), (0.05, 0.075, 0.075))) - 0.012)
    pupils = _pair(lambda s: ellipsoid(p, (0.21, 0.09 * s, 0.80), (0.04, 0.035, 0.035)))
    tufts = _pair(lambda s: capsule(p, (0.03, 0.13 * s, 0.9), (0.0, 0.2 * s, 1.02), 0.05, 0.012))
    beak = capsule(p, (0.2, 0, 0.77), (0.27, 0, 0.69), 0.035, 0.012)
    wings = _pair(lambda s: ellipsoid(p, (-0.03, 0.21 * s, 0.45), (0.15, 0.06, 0.29), -8.0, 0.0)) + feathers
    stump = capsule(p, (0, 0, -0.05), (0, 0, 0.14), 0.2, 0.17)
    return _many(_many(body, head, wings, stump, fillet=0.03), eyes, pupils, tufts, beak, fillet=0.01)


_SHAPES: dict[str, Callable[[Array], Array]] = {
    "robed": _robed, "buddha": _buddha, "elephant": _elephant, "lion": _lion, "owl": _owl,
}  # fmt: skip


_BOUNDS = {
    "robed": ((-0.36, -0.36), (0.36, 0.36)),
    "buddha": ((-0.52, -0.58), (0.56, 0.58)),
    "elephant": ((-0.6, -0.42), (0.84, 0.42)),
    "lion": ((-0.6, -0.42), (0.6, 0.42)),
    "owl": ((-0.36, -0.4), (0.4, 0.4)),
}
