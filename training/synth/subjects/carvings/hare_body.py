"""The hare's body as a signed distance field, in centimetres, facing +x, standing on z = 0."""

from __future__ import annotations

import numpy as np

from training.synth.kit.distance_fields import blend, capsule, ellipsoid
from training.synth.kit.geometry import Array, Point

EAR_HOLLOW: tuple[Point, Point] = ((0.02, 0.55, 2.74), (1.22, 0.23, 0.13))  # centre, half axes


def hare_distance(p: Array) -> Array:
    """Approximate signed distance (cm, negative inside) from points (N, 3) to the hare."""
    q = fold(p)
    body = ellipsoid(q, (-0.35, 0.0, 1.25), (1.75, 1.15, 1.22), pitch=4.0)
    body = blend(body, ellipsoid(q, (-0.95, 0.0, 1.28), (1.25, 1.24, 1.28)), 0.3)
    body = blend(body, ellipsoid(q, (0.95, 0.0, 1.05), (0.85, 0.90, 0.98)), 0.35)
    body = blend(body, ellipsoid(q, (-0.85, 0.98, 0.95), (1.00, 0.46, 0.90), pitch=-16.0), 0.06)
    body = blend(body, capsule(q, (-1.1, 1.10, 0.24), (0.10, 1.16, 0.20), 0.27, 0.24), 0.06)
    body = blend(body, capsule(q, (0.95, 0.62, 1.00), (1.28, 0.56, 0.30), 0.36, 0.27), 0.08)
    body = blend(body, capsule(q, (1.25, 0.54, 0.20), (1.72, 0.46, 0.18), 0.25, 0.23), 0.05)
    body = blend(body, ellipsoid(q, (-2.15, 0.0, 0.98), (0.36, 0.36, 0.52), pitch=-12.0), 0.05)
    body = blend(body, hare_head(q), 0.10)
    body = blend(body, hare_ear(q), 0.04)
    return blend(body, 0.06 - q[:, 2], -0.08)


def fold(p: Array) -> Array:
    """Move points (N, 3) to the +y side: the animal is symmetric in y."""
    return np.stack([p[:, 0], np.abs(p[:, 1]), p[:, 2]], axis=1)


def hare_head(q: Array) -> Array:
    """Signed distance to the head: skull, muzzle and cheeks less the eye sockets and mouth."""
    head = ellipsoid(q, (1.50, 0.0, 1.98), (0.92, 0.70, 0.76), pitch=-24.0)
    head = blend(head, ellipsoid(q, (2.12, 0.0, 1.72), (0.42, 0.38, 0.37), pitch=-15.0), 0.22)
    head = blend(head, ellipsoid(q, (1.80, 0.40, 1.62), (0.46, 0.32, 0.36)), 0.15)
    head = blend(head, capsule(q, (1.55, 0.56, 2.32), (2.00, 0.49, 2.28), 0.10, 0.07), 0.10)
    head = blend(head, -ellipsoid(q, (1.79, 0.66, 2.10), (0.20, 0.12, 0.155)), -0.04)
    head = blend(head, -capsule(q, (2.52, 0.0, 1.52), (2.14, 0.34, 1.40), 0.035, 0.03), -0.03)
    head = blend(head, -capsule(q, (2.57, 0.0, 1.52), (2.58, 0.0, 1.78), 0.03, 0.03), -0.03)
    return blend(head, -ellipsoid(q, (2.51, 0.10, 1.85), (0.06, 0.05, 0.04)), -0.03)


def hare_ear(q: Array) -> Array:
    """Signed distance to an ear laid back along the curve of the back, hollowed above."""
    bent = straighten_back(q)
    ear = ellipsoid(bent, (0.10, 0.52, 2.58), (1.52, 0.40, 0.17), yaw=-9.0)
    ear = blend(ear, capsule(bent, (1.50, 0.30, 2.58), (0.95, 0.38, 2.58), 0.20, 0.24), 0.15)
    return blend(ear, -ellipsoid(bent, *EAR_HOLLOW, yaw=-9.0), -0.06)


def straighten_back(q: Array) -> Array:
    """Move points (N, 3) to a space where the curve of the back is a straight line."""
    bent = q.copy()
    bent[:, 2] += 0.11 * (q[:, 0] - 0.35) ** 2
    return bent
