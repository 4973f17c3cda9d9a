"""Carved animals, as distance fields about one unit high or long, facing +x, standing on z = 0."""

from __future__ import annotations

import numpy as np

from training.synth.kit.distance_fields import blend, capsule, ellipsoid
from training.synth.kit.geometry import Array, Point
from training.synth.subjects.carvings.fields import Field, box, chain, mirrored, scales, speckle, union
from training.synth.subjects.carvings.hare_body import hare_distance


def elephant(seed: int) -> tuple[Field, Point, Point]:
    """Return an elephant: walking, trunk down, curled or raised; plain, saddled, or on a base."""
    rng = np.random.default_rng(seed)
    trunk = [
        [(0.52, 0, 0.66), (0.66, 0, 0.46), (0.66, 0, 0.24), (0.73, 0, 0.10)],
        [(0.52, 0, 0.68), (0.70, 0, 0.60), (0.78, 0, 0.80), (0.70, 0, 1.00)],
        [(0.52, 0, 0.66), (0.64, 0, 0.44), (0.60, 0, 0.26), (0.48, 0, 0.22)],
    ][int(rng.integers(3))]
    step, saddle = rng.uniform(-0.09, 0.09, 4), rng.random() < 0.45
    has_base, ear_size = rng.random() < 0.4, rng.uniform(0.85, 1.25)
    wrinkle = rng.uniform(0.0, 0.006)
    detail = int(rng.integers(2**31))

    def field(p: Array) -> Array:
        m = mirrored(p)
        body = ellipsoid(p, (-0.03, 0, 0.58), (0.40, 0.235, 0.265), pitch=3)
        body = blend(body, ellipsoid(p, (-0.30, 0, 0.55), (0.18, 0.21, 0.25)), 0.08)
        for number, (x, y) in enumerate(((0.22, 0.14), (0.22, -0.14), (-0.27, 0.14), (-0.27, -0.14))):
            leg = capsule(p, (x, y, 0.45), (x + float(step[number]), y, 0.075), 0.105, 0.082)
            body = blend(body, leg, 0.05)
        head = ellipsoid(p, (0.42, 0, 0.72), (0.17, 0.15, 0.19), pitch=-20)
        head = blend(head, ellipsoid(m, (0.42, 0.06, 0.84), (0.11, 0.08, 0.08)), 0.05)
        head = union(head, chain(p, trunk, [0.10, 0.075, 0.055, 0.04]), width=0.05)
        body = blend(body, head, 0.05)
        ear = ellipsoid(m, (0.30, 0.205, 0.66), (0.14 * ear_size, 0.028, 0.19 * ear_size), yaw=28)
        body = union(body, ear, width=0.012)
        body = union(
            body,
            chain(m, [(0.50, 0.085, 0.56), (0.62, 0.12, 0.46), (0.73, 0.12, 0.47)], [0.032, 0.027, 0.012]),
            width=0.012,
        )
        body = union(
            body,
            chain(p, [(-0.46, 0, 0.66), (-0.52, 0, 0.5), (-0.49, 0, 0.28)], [0.03, 0.02, 0.028]),
            width=0.012,
        )
        body = blend(body, -ellipsoid(m, (0.52, 0.135, 0.73), (0.03, 0.03, 0.022)), -0.01)
        body = blend(body, ellipsoid(m, (0.515, 0.118, 0.73), (0.022, 0.018, 0.015)), 0.004)
        body = body + np.float32(wrinkle) * np.sin(75 * p[:, 2] + 3 * np.sin(9 * p[:, 0])).astype(np.float32)
        if saddle:
            cloth = ellipsoid(p, (-0.03, 0, 0.60), (0.425, 0.262, 0.275))
            ornament = speckle(np.abs(p), np.random.default_rng(detail), 0.07)
            cloth = np.maximum(cloth + np.float32(0.006) * ornament, np.abs(p[:, 0] + 0.04) - 0.19)
            body = np.minimum(body, np.maximum(cloth, 0.42 - p[:, 2]))
        if has_base:
            body = np.minimum(body, box(p, (0.05, 0, -0.03), (0.62, 0.30, 0.05), soft=0.05))
        return np.maximum(body, (-0.07 if has_base else 0.0) - p[:, 2])

    return field, (-0.72, -0.36, -0.1), (0.9, 0.36, 1.12)


def hare(seed: int) -> tuple[Field, Point, Point]:
    """Return a crouching hare."""
    rng = np.random.default_rng(seed)
    stretch = np.array([rng.uniform(0.85, 1.15), rng.uniform(0.9, 1.1), rng.uniform(0.9, 1.15)], np.float32)
    fur, detail = rng.uniform(0.0, 0.012), int(rng.integers(2**31))

    def field(p: Array) -> Array:
        q = p * 3.1 / stretch
        hair = np.sin(26 * q[:, 2] + 9 * q[:, 0] + 4 * speckle(q, np.random.default_rng(detail), 1.2))
        return hare_distance(q) / np.float32(3.3) + np.float32(fur) * 0.5 * hair.astype(np.float32)

    return field, (-1.0, -0.62, -0.03), (1.1, 0.62, 1.05)


def crouching(seed: int) -> tuple[Field, Point, Point]:
    """Return a lying or sitting beast: a dog, an ox, a rat, a tiger, a lion-dog."""
    rng = np.random.default_rng(seed)
    kind = str(rng.choice(["dog", "ox", "rat", "lion", "tiger"]))
    look, raised = rng.uniform(-50, 50), rng.uniform(0.0, 0.3)
    fur, detail = rng.uniform(0.002, 0.007), int(rng.integers(2**31))
    c, s = np.float32(np.cos(np.radians(look))), np.float32(np.sin(np.radians(look)))

    def field(p: Array) -> Array:
        m = mirrored(p)
        body = ellipsoid(p, (-0.15, 0, 0.32), (0.47, 0.27, 0.28), pitch=4)
        body = blend(body, ellipsoid(m, (-0.40, 0.19, 0.25), (0.24, 0.13, 0.22), pitch=-14), 0.03)
        body = blend(body, capsule(m, (-0.44, 0.24, 0.07), (-0.12, 0.29, 0.06), 0.075, 0.06), 0.025)
        body = blend(body, ellipsoid(m, (0.17, 0.15, 0.28), (0.15, 0.11, 0.2)), 0.04)
        body = blend(body, capsule(m, (0.12, 0.20, 0.08), (0.45, 0.13, 0.06), 0.075, 0.06), 0.025)
        back = np.abs(p[:, 1]) + 8 * np.maximum(0.4 - p[:, 2], 0)
        body = body - np.float32(0.012) * (np.sin(42 * p[:, 0]) * np.exp(-((back / 0.05) ** 2))).astype(
            np.float32
        )
        h = p - np.array([0.34, 0, 0.5 + raised], np.float32)
        h = np.column_stack([c * h[:, 0] + s * h[:, 1], -s * h[:, 0] + c * h[:, 1], h[:, 2]])
        body = union(body, capsule(p, (0.15, 0, 0.38), (0.32, 0, 0.48 + raised), 0.2, 0.16), width=0.06)
        body = union(body, _beast_head(h, kind), width=0.04)
        tail = {"rat": [(-0.6, 0, 0.15), (-0.5, 0.36, 0.06), (0.1, 0.37, 0.06), (0.4, 0.3, 0.05)]}.get(
            kind, [(-0.58, 0, 0.3), (-0.66, 0.12, 0.35), (-0.5, 0.28, 0.4)]
        )
        body = union(body, chain(p, tail, np.linspace(0.06, 0.03, len(tail))), width=0.02)
        hair = np.sin(38 * p[:, 0] + 30 * p[:, 2] + 3 * speckle(p, np.random.default_rng(detail), 0.3))
        body = body + np.float32(fur) * hair.astype(np.float32)
        return np.maximum(body, -p[:, 2])

    return field, (-0.78, -0.46, -0.04), (0.86, 0.46, 1.12)


def _beast_head(h: Array, kind: str) -> Array:
    """Return the head of a beast, its middle at the origin."""
    g = mirrored(h)
    long = {"dog": 1.0, "ox": 1.25, "rat": 1.3, "lion": 0.85, "tiger": 0.85}[kind]
    head = ellipsoid(h, (0, 0, 0.04), (0.19, 0.165, 0.165))
    head = blend(head, ellipsoid(h, (0.17 * long, 0, -0.03), (0.13 * long, 0.10, 0.09)), 0.06)
    head = blend(head, -ellipsoid(g, (0.13, 0.10, 0.07), (0.045, 0.04, 0.032)), -0.012)
    head = blend(head, ellipsoid(g, (0.125, 0.088, 0.07), (0.032, 0.03, 0.024)), 0.005)
    head = blend(head, -capsule(g, (0.28 * long, 0, -0.06), (0.14, 0.08, -0.075), 0.012, 0.01), -0.012)
    head = blend(head, ellipsoid(h, (0.29 * long, 0, 0.0), (0.03, 0.04, 0.025)), 0.01)
    if kind == "ox":
        horns = chain(g, [(0.0, 0.1, 0.16), (-0.06, 0.22, 0.2), (-0.14, 0.2, 0.27)], [0.045, 0.035, 0.012])
        return union(head, horns, ellipsoid(g, (-0.05, 0.19, 0.06), (0.04, 0.09, 0.05)), width=0.015)
    if kind == "lion":
        curls = ellipsoid(h, (-0.07, 0, 0.02), (0.2, 0.24, 0.24))
        swirl = np.sin(40 * np.hypot(g[:, 1] - 0.12, h[:, 2]) + 3 * np.arctan2(h[:, 2], g[:, 1]))
        return union(head, curls + np.float32(0.02) * swirl.astype(np.float32), width=0.015)
    high = {
        "dog": (0.05, 0.045, 0.13, -0.02),
        "rat": (0.03, 0.07, 0.08, 0.16),
        "tiger": (0.03, 0.055, 0.06, 0.17),
    }[kind]
    ear = ellipsoid(g, (-0.05, 0.15 if kind == "dog" else 0.11, high[3] + 0.02), (high[0], high[1], high[2]))
    return union(head, ear, width=0.015)


def horse(seed: int) -> tuple[Field, Point, Point]:
    """Return a standing horse, its head up or down to graze, on a base."""
    rng = np.random.default_rng(seed)
    grazing = rng.random() < 0.4
    step = rng.uniform(-0.08, 0.08, 4)

    def field(p: Array) -> Array:
        m = mirrored(p)
        body = ellipsoid(p, (0, 0, 0.56), (0.34, 0.15, 0.16))
        body = blend(body, ellipsoid(m, (-0.25, 0.05, 0.56), (0.15, 0.11, 0.16)), 0.05)
        for number, (x, y) in enumerate(((0.24, 0.085), (0.24, -0.085), (-0.29, 0.085), (-0.29, -0.085))):
            s = float(step[number])
            body = union(
                body,
                chain(p, [(x, y, 0.5), (x + s, y, 0.27), (x + 0.6 * s, y, 0.04)], [0.075, 0.042, 0.045]),
                width=0.04,
            )
        crown = (0.52, 0, 0.50) if grazing else (0.46, 0, 0.90)
        nose = (0.56, 0, 0.16) if grazing else (0.68, 0, 0.76)
        body = union(body, capsule(p, (0.24, 0, 0.64), crown, 0.13, 0.075), width=0.06)
        body = union(body, capsule(p, crown, nose, 0.08, 0.05), width=0.02)
        mane = capsule(p, (0.16, 0, 0.76), (crown[0] - 0.07, 0, crown[2] + 0.06), 0.05, 0.05)
        body = union(
            body,
            mane + np.float32(0.012) * np.sin(70 * p[:, 0] - 30 * p[:, 2]).astype(np.float32),
            width=0.01,
        )
        body = union(
            body,
            capsule(
                m,
                (crown[0] - 0.02, 0.04, crown[2] + 0.05),
                (crown[0] - 0.02, 0.055, crown[2] + 0.12),
                0.025,
                0.008,
            ),
            width=0.01,
        )
        tail = chain(p, [(-0.38, 0, 0.64), (-0.48, 0, 0.5), (-0.46, 0, 0.2)], [0.04, 0.055, 0.03])
        body = union(body, tail + np.float32(0.008) * np.sin(80 * p[:, 0]).astype(np.float32), width=0.02)
        return np.minimum(body, box(p, (0.05, 0, -0.02), (0.55, 0.22, 0.04), soft=0.04))

    return field, (-0.66, -0.28, -0.08), (0.78, 0.28, 1.1)


def bird(seed: int) -> tuple[Field, Point, Point]:
    """Return a perched bird: an eagle, an owl, a cock, a crane, on a rock."""
    rng = np.random.default_rng(seed)
    neck, beak = rng.uniform(0.0, 0.22), rng.uniform(0.06, 0.2)
    plump, detail = rng.uniform(0.85, 1.2), int(rng.integers(2**31))

    def field(p: Array) -> Array:
        q = p.copy()
        q[:, 1] /= np.float32(plump)
        m = mirrored(q)
        feathers = np.sin(34 * q[:, 0] - 22 * q[:, 2]) * np.sin(26 * m[:, 1] + 18 * q[:, 2])
        body = ellipsoid(q, (0, 0, 0.48), (0.26, 0.18, 0.2), pitch=38) + np.float32(0.006) * feathers.astype(
            np.float32
        )
        wing = ellipsoid(m, (-0.08, 0.155, 0.46), (0.32, 0.05, 0.14), pitch=42)
        wing = wing + np.float32(0.012) * np.abs(np.sin(24 * (q[:, 2] - 0.8 * q[:, 0]))).astype(np.float32)
        body = union(body, wing, width=0.015)
        head = (0.2, 0.0, 0.76 + neck)
        body = union(body, capsule(q, (0.13, 0, 0.58), head, 0.13, 0.09), width=0.04)
        body = union(body, ellipsoid(q, head, (0.11, 0.095, 0.10)), width=0.02)
        body = union(
            body,
            chain(
                q,
                [(0.28, 0, head[2]), (0.30 + beak, 0, head[2] - 0.02), (0.32 + beak, 0, head[2] - 0.07)],
                [0.05, 0.03, 0.008],
            ),
            width=0.015,
        )
        body = blend(body, -ellipsoid(m, (0.26, 0.085, head[2] + 0.03), (0.025, 0.025, 0.022)), -0.008)
        tail = ellipsoid(q, (-0.30, 0, 0.24), (0.20, 0.11, 0.035), pitch=48)
        body = union(body, tail + np.float32(0.008) * np.sin(60 * q[:, 1]).astype(np.float32), width=0.02)
        body = union(body, capsule(m, (0.03, 0.07, 0.34), (0.06, 0.08, 0.12), 0.05, 0.035), width=0.03)
        rock = ellipsoid(p, (0, 0, 0.04), (0.26, 0.22, 0.12)) + np.float32(0.02) * speckle(
            p, np.random.default_rng(detail), 0.12
        )
        return np.maximum(np.minimum(body, rock), -p[:, 2])

    return field, (-0.52, -0.36, -0.03), (0.66, 0.36, 1.2)


def fish(seed: int) -> tuple[Field, Point, Point]:
    """Return a carp that bends its tail up, with scales and fins."""
    rng = np.random.default_rng(seed)
    bend, fat = rng.uniform(0.2, 0.8), rng.uniform(0.85, 1.15)

    def field(p: Array) -> Array:
        q = p - np.array([0, 0, 0.26], np.float32)
        q[:, 2] -= np.float32(bend) * np.maximum(-q[:, 0], 0) ** 2
        q[:, 1] += np.float32(0.25 * bend) * np.maximum(-q[:, 0], 0) ** 2
        m = mirrored(q)
        body = ellipsoid(q, (0, 0, 0), (0.62, 0.19 * fat, 0.25 * fat))
        covered = np.clip((0.32 - q[:, 0]) / 0.05, 0, 1)
        body = body - np.float32(0.016) * scales(q, 0.075) * covered.astype(np.float32)
        rays = np.float32(0.01) * np.sin(50 * np.arctan2(q[:, 2], q[:, 0] + 0.4)).astype(np.float32)
        tail = ellipsoid(q, (-0.72, 0, 0), (0.22, 0.04, 0.24)) + rays
        fin = ellipsoid(q, (-0.02, 0, 0.27), (0.26, 0.035, 0.12), pitch=-8) + rays
        side = ellipsoid(m, (0.22, 0.22, -0.12), (0.15, 0.03, 0.08), yaw=-30, pitch=20) + rays
        body = union(body, tail, fin, side, width=0.02)
        gill = np.abs(np.hypot(q[:, 0] - 0.56, q[:, 2]) - 0.24)
        body = body + np.float32(0.016) * np.exp(-((gill / 0.016) ** 2)).astype(np.float32) * (q[:, 0] < 0.5)
        body = blend(body, ellipsoid(m, (0.47, 0.1, 0.07), (0.04, 0.04, 0.04)), 0.01)
        return blend(body, -ellipsoid(q, (0.63, 0, -0.02), (0.07, 0.05, 0.04)), -0.02)

    return field, (-1.0, -0.45, -0.12), (0.72, 0.45, 1.1)


def coil(seed: int) -> tuple[Field, Point, Point]:
    """Return a coiled dragon or snake with scales and a raised head."""
    rng = np.random.default_rng(seed)
    t = np.linspace(0, 1, 30)
    turns, knot = rng.uniform(1.6, 2.4), rng.uniform(0.03, 0.12)
    angle = 2 * np.pi * turns * t
    reach = 0.42 - 0.22 * t
    line = np.column_stack(
        [reach * np.cos(angle), reach * np.sin(angle), 0.13 + 0.42 * t + knot * np.sin(3 * angle)]
    )
    thick = 0.125 * np.sin(np.pi * (0.08 + 0.86 * t)) ** 0.5
    dragon = rng.random() < 0.6
    end, ahead = line[-1], (line[-1] - line[-2]) / np.linalg.norm(line[-1] - line[-2])

    def field(p: Array) -> Array:
        body = chain(p, line, thick)
        net = np.sin(46 * (p[:, 0] + p[:, 1]) + 20 * p[:, 2]) * np.sin(
            46 * (p[:, 0] - p[:, 1]) - 20 * p[:, 2]
        )
        body = body + np.float32(0.010) * net.astype(np.float32)
        h = p - (end + 0.1 * ahead).astype(np.float32)
        head = ellipsoid(h, (0, 0, 0.03), (0.15, 0.13, 0.11))
        nose = tuple((0.16 * ahead).tolist())
        head = union(head, ellipsoid(h, (nose[0], nose[1], 0.0), (0.09, 0.09, 0.06)), width=0.04)
        if dragon:
            back = tuple((-0.22 * ahead + [0, 0, 0.14]).tolist())
            side = np.array([-ahead[1], ahead[0], 0]) * 0.06
            head = union(
                head,
                *(
                    chain(h, [tuple(s * side + [0, 0, 0.1]), tuple(s * side * 2 + back)], [0.025, 0.01])
                    for s in (-1, 1)
                ),
                width=0.015,
            )
        ball = ellipsoid(p, (0, 0, 0.13), (0.16, 0.16, 0.16))
        return np.maximum(np.minimum(union(body, head, width=0.03), ball), -p[:, 2])

    return field, (-0.62, -0.62, -0.03), (0.62, 0.62, 0.95)
