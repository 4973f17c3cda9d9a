"""Openwork and sprays: pierced balls within balls, flowers with leaves; distance fields about one unit high."""

from __future__ import annotations

import numpy as np

from training.synth.kit.distance_fields import ellipsoid
from training.synth.kit.geometry import Array, Point
from training.synth.subjects.carvings.fields import Field, chain, cylinder, placed, speckle, union

_GOLDEN = np.pi * (3 - 5**0.5)


def puzzle_ball(seed: int) -> tuple[Field, Point, Point]:
    """Return balls loose within balls, each pierced with round holes, on a turned stem; radius 0.36."""
    rng = np.random.default_rng(seed)
    count = int(rng.choice([12, 14, 20]))
    number = np.arange(count) + 0.5
    high = 1 - 2 * number / count
    ways = np.column_stack(
        [
            np.sqrt(1 - high**2) * np.cos(_GOLDEN * number),
            np.sqrt(1 - high**2) * np.sin(_GOLDEN * number),
            high,
        ]
    ).astype(np.float32)
    hole = np.cos(0.98 * np.sqrt(4 / count) * rng.uniform(0.62, 0.8))
    turns = [np.linalg.qr(rng.normal(size=(3, 3)))[0].astype(np.float32) for _ in range(3)]
    detail, stand = int(rng.integers(2**31)), bool(rng.random() < 0.6)
    middle = np.array([0, 0, 0.62 if stand else 0.36], np.float32)

    def field(p: Array) -> Array:
        q = p - middle
        far = np.linalg.norm(q, axis=1)
        total = np.full(len(p), 9.0, np.float32)
        for layer, radius in enumerate((0.36, 0.275, 0.195)):
            away = q @ turns[layer] / np.maximum(far[:, None], 1e-6)
            nearest = (away @ ways.T).max(axis=1)
            shell = np.abs(far - radius) - (0.021 if layer == 0 else 0.014)
            if layer == 0:
                shell = shell + np.float32(0.013) * speckle(q, np.random.default_rng(detail), 0.06)
            total = np.minimum(total, np.maximum(shell, (nearest - hole) * radius))
        total = np.minimum(total, np.abs(far - 0.11) - 0.012)
        if stand:
            wave = 0.02 * np.sin(40 * p[:, 2]) + 0.05 * np.exp(-(((p[:, 2] - 0.2) / 0.035) ** 2))
            stem = np.maximum(np.hypot(p[:, 0], p[:, 1]) - 0.06 - wave, np.abs(p[:, 2] - 0.14) - 0.14)
            foot = ellipsoid(p, (0, 0, 0.0), (0.2, 0.2, 0.07))
            total = np.minimum(total, np.maximum(union(stem.astype(np.float32), foot, width=0.03), -p[:, 2]))
        return total

    return field, (-0.4, -0.4, -0.05), (0.4, 0.4, 1.02 if stand else 0.76)


def spray(seed: int) -> tuple[Field, Point, Point]:
    """Return a brooch of flowers and leaves that lies flat, its face up."""
    rng = np.random.default_rng(seed)
    blooms = [((0.0, 0.0, 0.10), 1.0)]
    for _ in range(int(rng.integers(0, 3))):
        a = rng.uniform(0, 6.28)
        blooms.append(
            ((float(0.34 * np.cos(a)), float(0.34 * np.sin(a)), 0.06), float(rng.uniform(0.5, 0.75)))
        )
    leaves = [
        (float(rng.uniform(0, 6.28)), float(rng.uniform(0.35, 0.55))) for _ in range(int(rng.integers(2, 6)))
    ]
    petals, rows = int(rng.choice([5, 6, 8])), int(rng.integers(1, 4))
    spin = rng.uniform(0, 6, 4)

    def bloom(p: Array) -> Array:
        total = ellipsoid(p, (0, 0, 0.04), (0.09, 0.09, 0.06))
        angle = np.arctan2(p[:, 1], p[:, 0])
        for row in range(rows):
            sector = 2 * np.pi / petals
            local = (angle + spin[row] + sector / 2) % sector - sector / 2
            r = np.hypot(p[:, 0], p[:, 1])
            q = np.column_stack([r * np.cos(local), r * np.sin(local), p[:, 2]]).astype(np.float32)
            reach = 0.30 - 0.085 * row
            petal = ellipsoid(
                q,
                (reach * 0.62, 0, 0.01 + 0.055 * row),
                (reach * 0.48, reach * 0.44, 0.03),
                pitch=10 + 16 * row,
            )
            petal = petal + np.float32(0.012) * np.exp(-((q[:, 1] / 0.012) ** 2)).astype(np.float32)
            total = np.minimum(total, petal)
        return total

    def field(p: Array) -> Array:
        total = np.full(len(p), 9.0, np.float32)
        for place, size in blooms:
            total = np.minimum(total, bloom(placed(p, place, size=size)) * np.float32(size))
        for angle, long in leaves:
            q = placed(p, (0, 0, 0.03), turn=angle)
            leaf = ellipsoid(q, (0.26 + long / 3, 0, 0), (long / 2, 0.085, 0.028))
            vein = np.exp(-(((np.abs(q[:, 1]) - 0.5 * np.mod(q[:, 0], 0.08)) / 0.008) ** 2)) + np.exp(
                -((q[:, 1] / 0.008) ** 2)
            )
            total = np.minimum(total, leaf + np.float32(0.010) * vein.astype(np.float32))
        stem = chain(p, [(-0.05, 0, 0.02), (-0.25, -0.25, 0.02), (-0.3, -0.5, 0.02)], [0.03, 0.025, 0.03])
        return np.minimum(total, stem)

    return field, (-0.72, -0.72, -0.05), (0.72, 0.72, 0.34)


def basket(seed: int) -> tuple[Field, Point, Point]:
    """Return a lidded round box of pierced work on feet, about one unit high."""
    rng = np.random.default_rng(seed)
    around, rows = int(rng.integers(10, 22)), float(rng.uniform(14, 26))

    def field(p: Array) -> Array:
        r, angle = np.hypot(p[:, 0], p[:, 1]), np.arctan2(p[:, 1], p[:, 0])
        wide = 0.40 + 0.05 * np.sin(3.0 * p[:, 2])
        wall = np.maximum(np.abs(r - wide) - 0.022, np.abs(p[:, 2] - 0.36) - 0.28)
        holes = np.abs(np.sin(around * angle / 2) * np.sin(rows * p[:, 2])) - 0.45
        band = np.minimum(p[:, 2] - 0.14, 0.58 - p[:, 2])
        wall = np.maximum(wall, np.minimum(0.05 * holes, band))
        lid = ellipsoid(p, (0, 0, 0.62), (0.44, 0.44, 0.26))
        lid = np.maximum(np.maximum(lid, -ellipsoid(p, (0, 0, 0.60), (0.40, 0.40, 0.22))), 0.62 - p[:, 2])
        lid = lid + np.float32(0.012) * (np.sin(around * angle) * np.sin(30 * r)).astype(np.float32)
        knob = ellipsoid(p, (0, 0, 0.93), (0.07, 0.07, 0.08))
        foot = cylinder(p, (0, 0, 0.05), 0.40, 0.05)
        return np.minimum(np.minimum(wall, lid), np.minimum(knob, foot)).astype(np.float32)

    return field, (-0.5, -0.5, -0.03), (0.5, 0.5, 1.04)
