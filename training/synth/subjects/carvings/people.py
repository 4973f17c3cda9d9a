"""Carved people, as distance fields one unit high, facing +x, standing on z = 0."""

from __future__ import annotations

import numpy as np

from training.synth.kit.distance_fields import blend, capsule, ellipsoid
from training.synth.kit.geometry import Array, Point
from training.synth.subjects.carvings.fields import (
    Field,
    box,
    chain,
    cylinder,
    folds,
    mirrored,
    placed,
    speckle,
    union,
)


def standing(seed: int) -> tuple[Field, Point, Point]:
    """Return a robed figure: a lady, a scholar, an immortal, a saint; with what it holds and what it stands on."""
    rng = np.random.default_rng(seed)
    bow, width = rng.uniform(-0.16, 0.16), rng.uniform(0.85, 1.15)
    head_style = str(rng.choice(["bun", "crown", "bald", "hat", "veil"]))
    held = str(rng.choice(["staff", "vase", "branch", "child", "none"]))
    base = str(rng.choice(["lotus", "rock", "disc", "none"]))
    fold_seed, count = int(rng.integers(2**31)), float(rng.integers(7, 13))

    def field(p: Array) -> Array:
        q = p.copy()
        q[:, 0] += np.float32(bow) * ((2 * q[:, 2] - 1) ** 2 - 0.5) - 0.02
        q[:, 1] /= np.float32(width)
        m = mirrored(q)
        skirt = capsule(q, (0, 0, 0.10), (0, 0, 0.52), 0.165, 0.105)
        skirt = blend(skirt, ellipsoid(q, (0, 0, 0.06), (0.20, 0.19, 0.08)), 0.06)
        chest = ellipsoid(q, (0, 0, 0.63), (0.095, 0.135, 0.16))
        robe = blend(skirt, chest, 0.07)
        low = np.clip((0.60 - q[:, 2]) / 0.2, 0, 1) * np.clip(q[:, 2] / 0.06, 0, 1)
        robe = robe + np.float32(0.014) * folds(q, np.random.default_rng(fold_seed), count=count) * low
        collar = (
            np.sin(95 * (q[:, 2] + 0.9 * m[:, 1])) * np.clip((q[:, 0] - 0.02) * 20, 0, 1) * (q[:, 2] > 0.52)
        )
        robe = robe + np.float32(0.006) * collar.astype(np.float32)
        sash = cylinder(q, (0, 0, 0.515), 0.118, 0.018)
        robe = union(robe, _arms(m, q, fold_seed), sash, width=0.015)
        robe = union(robe, _head(q, 0.865, head_style), width=0.02)
        robe = np.minimum(robe, _held(q, held))
        return np.minimum(robe, _base(p, base, fold_seed))

    return field, (-0.34, -0.34, -0.14), (0.36, 0.34, 1.10)


def _arms(m: Array, q: Array, seed: int) -> Array:
    """Return both arms, bent before the chest, with hanging sleeves."""
    arm = chain(m, [(0, 0.115, 0.70), (0.04, 0.165, 0.56), (0.145, 0.055, 0.575)], [0.05, 0.052, 0.04])
    sleeve = ellipsoid(m, (0.085, 0.125, 0.46), (0.055, 0.035, 0.15), pitch=8)
    sleeve = sleeve + np.float32(0.007) * np.sin(70 * m[:, 0] + 25 * q[:, 2] + seed % 7).astype(np.float32)
    hand = ellipsoid(m, (0.165, 0.03, 0.59), (0.035, 0.025, 0.03))
    return union(arm, sleeve, hand, width=0.03)


def _head(q: Array, z: float, style: str, size: float = 1.0) -> Array:
    """Return a head with a face and what is on it; ``z`` is the height of its middle."""
    h = placed(q, (0.012, 0, z), size=size)
    g = mirrored(h)
    head = ellipsoid(h, (0, 0, 0), (0.066, 0.058, 0.082))
    head = blend(head, capsule(h, (0, 0, -0.13), (0, 0, -0.04), 0.036, 0.036), 0.02)
    head = blend(head, capsule(h, (0.066, 0, 0.012), (0.074, 0, -0.018), 0.008, 0.013), 0.012)
    head = blend(head, -ellipsoid(g, (0.064, 0.027, 0.008), (0.018, 0.017, 0.009)), -0.01)
    head = blend(head, ellipsoid(g, (0.052, 0.026, 0.006), (0.010, 0.013, 0.006)), 0.004)
    head = blend(head, -capsule(g, (0.068, 0, -0.042), (0.060, 0.018, -0.040), 0.004, 0.003), -0.006)
    head = blend(
        head, ellipsoid(g, (-0.005, 0.058, -0.012), (0.016, 0.010, 0.028 if style != "bald" else 0.04)), 0.008
    )
    if style == "bald":
        return head * size
    hair = ellipsoid(h, (-0.014, 0, 0.022), (0.068, 0.066, 0.078)) + np.float32(0.003) * np.sin(
        150 * h[:, 1]
    ).astype(np.float32)
    hair = np.maximum(hair, h[:, 0] - 0.035 - 0.3 * np.maximum(h[:, 2], 0))
    tops = {
        "bun": lambda: ellipsoid(h, (-0.01, 0, 0.11), (0.035, 0.04, 0.04)),
        "crown": lambda: np.maximum(cylinder(h, (0, 0, 0.085), 0.05, 0.04) + 0.01 * np.cos(8 * np.arctan2(h[:, 1], h[:, 0])), -cylinder(h, (0, 0, 0.12), 0.035, 0.04)),
        "hat": lambda: union(cylinder(h, (-0.01, 0, 0.055), 0.085, 0.010), ellipsoid(h, (-0.015, 0, 0.09), (0.055, 0.055, 0.06))),
        "veil": lambda: blend(ellipsoid(h, (-0.03, 0, -0.02), (0.075, 0.085, 0.13)), -ellipsoid(h, (0.06, 0, -0.02), (0.07, 0.06, 0.10)), -0.01),
    }  # fmt: skip
    return union(head, hair, tops[style](), width=0.012).astype(np.float32) * size


def _held(q: Array, held: str) -> Array:
    """Return what the hands hold."""
    if held == "staff":
        return chain(q, [(0.15, 0.15, 0.02), (0.15, 0.13, 0.6), (0.12, 0.13, 0.98)], [0.014, 0.013, 0.02])
    if held == "vase":
        return union(
            ellipsoid(q, (0.19, 0, 0.60), (0.045, 0.045, 0.06)), cylinder(q, (0.19, 0, 0.68), 0.02, 0.03)
        )
    if held == "branch":
        stem = chain(q, [(0.17, 0.02, 0.56), (0.15, 0.07, 0.72), (0.10, 0.14, 0.86)], [0.012, 0.012, 0.01])
        buds = [
            ellipsoid(q, place, (0.032, 0.032, 0.028))
            for place in ((0.14, 0.09, 0.78), (0.12, 0.11, 0.84), (0.1, 0.15, 0.88))
        ]
        return union(stem, *buds, width=0.012)
    if held == "child":
        c = placed(q, (0.15, 0.03, 0.55), size=0.42, turn=0.3)
        body = ellipsoid(c, (0, 0, 0.22), (0.17, 0.15, 0.24))
        return union(body, _head(c, 0.56, "bald", 1.6), width=0.04) * np.float32(0.42)
    return np.full(len(q), 9.0, np.float32)


def _base(p: Array, kind: str, seed: int) -> Array:
    """Return what a figure stands on: lotus petals, rock, a disc, or nothing."""
    if kind == "none":
        return np.full(len(p), 9.0, np.float32)
    if kind == "disc":
        return np.minimum(cylinder(p, (0, 0, 0.0), 0.25, 0.02), cylinder(p, (0, 0, -0.05), 0.28, 0.03))
    if kind == "rock":
        rock = ellipsoid(p, (0, 0, -0.06), (0.28, 0.26, 0.11))
        rock = rock + np.float32(0.022) * speckle(p, np.random.default_rng(seed), 0.12)
        return np.maximum(rock, -0.12 - p[:, 2])
    angle = np.arctan2(p[:, 1], p[:, 0])
    petals = np.abs(np.cos(7 * angle)) * np.clip(0.06 - np.abs(p[:, 2] + 0.03), 0, 1)
    lotus = ellipsoid(p, (0, 0, -0.02), (0.25, 0.25, 0.075)) - petals.astype(np.float32) * 0.5
    return np.maximum(np.minimum(lotus, cylinder(p, (0, 0, -0.1), 0.2, 0.03)), -0.12 - p[:, 2])


def seated(seed: int) -> tuple[Field, Point, Point]:
    """Return a seated figure: a Buddha, a laughing Hotei, a monk, a robed old man."""
    rng = np.random.default_rng(seed)
    belly = rng.uniform(0.9, 1.4)
    style = str(rng.choice(["bald", "bald", "bun", "hat", "veil"]))
    base = str(rng.choice(["lotus", "none", "none", "rock"]))
    sack, knee_up = rng.random() < 0.35, rng.random() < 0.35
    lean, fold_seed = rng.uniform(-0.06, 0.06), int(rng.integers(2**31))

    def field(p: Array) -> Array:
        q = p.copy()
        q[:, 1] += np.float32(lean) * q[:, 2]
        m = mirrored(q)
        torso = ellipsoid(q, (-0.02, 0, 0.40), (0.19, 0.235, 0.27))
        torso = blend(torso, ellipsoid(q, (0.08 * belly, 0, 0.34), (0.15 * belly, 0.19 * belly, 0.19)), 0.06)
        legs = union(
            capsule(m, (0.02, 0.20, 0.13), (0.24, 0.33, 0.11), 0.13, 0.10),
            capsule(m, (0.24, 0.32, 0.09), (0.29, 0.02, 0.08), 0.085, 0.075),
            width=0.05,
        )
        if knee_up:
            legs = np.minimum(
                legs,
                chain(q, [(0.05, 0.22, 0.2), (0.25, 0.26, 0.42), (0.28, 0.24, 0.06)], [0.12, 0.10, 0.08]),
            )
        cloth = folds(q, np.random.default_rng(fold_seed), count=9, sway=0.9)
        low = np.clip((0.62 - q[:, 2]) / 0.3, 0.15, 1)
        bare = np.exp(-(((m[:, 1] / 0.13) ** 2) + ((q[:, 2] - 0.42) / 0.22) ** 2)) * (q[:, 0] > 0.05)
        body = blend(torso, legs, 0.05) + np.float32(0.016) * cloth * (low * (1 - bare)).astype(np.float32)
        edge = np.abs(bare - 0.42) < 0.09
        body = body - np.float32(0.014) * edge.astype(np.float32)
        arm = chain(m, [(-0.02, 0.21, 0.56), (0.05, 0.31, 0.36), (0.22, 0.12, 0.26)], [0.085, 0.08, 0.05])
        arm = arm + np.float32(0.009) * np.sin(45 * q[:, 2] + 30 * m[:, 1] + 3).astype(np.float32)
        body = union(body, arm, width=0.03)
        body = union(body, _head(q, 0.815, style, 1.75), width=0.03)
        if sack:
            bag = ellipsoid(q, (-0.22, -0.12, 0.3), (0.22, 0.24, 0.3)) + np.float32(0.01) * cloth
            body = np.minimum(body, bag)
        return np.maximum(
            np.minimum(body, _base(placed(p, (0, 0, 0), size=1.5), base, fold_seed) * 1.5), -0.16 - p[:, 2]
        )

    return field, (-0.5, -0.5, -0.19), (0.48, 0.5, 1.12)


def kneeling(seed: int) -> tuple[Field, Point, Point]:
    """Return a crouching man bent over what he works at, as in netsuke."""
    rng = np.random.default_rng(seed)
    style = str(rng.choice(["bald", "bun", "hat"]))
    thing = str(rng.choice(["bowl", "drum", "fish", "mask"]))
    fold_seed = int(rng.integers(2**31))

    def field(p: Array) -> Array:
        m = mirrored(p)
        back = ellipsoid(p, (-0.10, 0, 0.34), (0.27, 0.24, 0.25), pitch=28)
        legs = capsule(m, (-0.22, 0.14, 0.12), (0.16, 0.22, 0.12), 0.14, 0.12)
        body = blend(back, legs, 0.06)
        body = body + np.float32(0.018) * folds(p, np.random.default_rng(fold_seed), count=10, sway=1.0)
        arm = chain(m, [(0.06, 0.20, 0.46), (0.20, 0.25, 0.28), (0.34, 0.10, 0.22)], [0.085, 0.07, 0.045])
        body = union(body, arm, width=0.03)
        h = placed(p, (0.2, 0, 0.0))
        body = union(body, _head(h, 0.68, style, 1.6), width=0.03)
        things = {
            "bowl": lambda: np.maximum(ellipsoid(p, (0.38, 0, 0.2), (0.15, 0.15, 0.12)), -ellipsoid(p, (0.38, 0, 0.3), (0.12, 0.12, 0.1))),
            "drum": lambda: np.maximum(cylinder(p, (0.38, 0, 0.14), 0.17, 0.13) + 0.02 * np.abs(np.sin(30 * p[:, 2])), -9),
            "fish": lambda: ellipsoid(p, (0.38, 0, 0.14), (0.12, 0.3, 0.12), yaw=12) + np.float32(0.012) * np.sin(60 * p[:, 1]).astype(np.float32),
            "mask": lambda: ellipsoid(p, (0.40, 0, 0.18), (0.1, 0.17, 0.2), pitch=20),
        }  # fmt: skip
        body = np.minimum(body, things[thing]())
        return np.maximum(body, -p[:, 2]).astype(np.float32)

    return field, (-0.5, -0.46, -0.04), (0.62, 0.46, 0.95)


def group(seed: int) -> tuple[Field, Point, Point]:
    """Return two to four people carved from one piece."""
    rng = np.random.default_rng(seed)
    makers = [standing, seated, kneeling]
    members = []
    count = int(rng.integers(2, 5))
    for number in range(count):
        field, _, _ = makers[int(rng.choice(3, p=[0.5, 0.25, 0.25]))](int(rng.integers(2**31)))
        place = (float(rng.normal(0, 0.12)), (number - (count - 1) / 2) * 0.32, 0.04)
        members.append((field, place, float(rng.uniform(0.62, 0.95)), float(rng.normal(0, 0.6))))
    rock_seed = int(rng.integers(2**31))

    def rock(p: Array) -> Array:
        lump = box(p, (0, 0, 0.0), (0.34, 0.22 * count + 0.1, 0.07), soft=0.07)
        return lump + np.float32(0.02) * speckle(p, np.random.default_rng(rock_seed), 0.15)

    def whole(p: Array) -> Array:
        total = rock(p)
        for member, place, size, turn in members:
            total = blend(total, member(placed(p, place, size=size, turn=turn)) * np.float32(size), 0.015)
        return total

    half = 0.22 * count + 0.3
    return whole, (-0.64, -half, -0.16), (0.64, half, 1.05)
