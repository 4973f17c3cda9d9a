"""The outline of a flat skin opened along the belly: trunk, four limbs, neck or head, and tail, with named regions.

Places are metres; the spine runs along x from the root of the tail (0) to the nape (the body's length).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.synth.kit.coat_patterns import noise, step
from training.synth.kit.draws import Draws
from training.synth.kit.geometry import Array, Numbers

_LATERAL = np.array([-0.02, 0.06, 0.25, 0.5, 0.75, 0.9, 1.0, 1.12])
_WIDTHS = np.array([0.10, 0.235, 0.245, 0.25, 0.27, 0.25, 0.15, 0.10])  # half widths over the body's length


def draw_outline(
    draws: Draws, *, body: float, width: float = 1.0, tail: float, tail_thick: float
) -> dict[str, Any]:
    """Draw the outline of one skin.

    Args:
        draws: Where the values come from.
        body: Length from the root of the tail to the nape, in metres.
        width: Over that of a usual skin.
        tail: Length of the tail over that of the body.
        tail_thick: Half width of the tail over the body's length.
    """
    return {
        "body": body,
        "width": width * draws.uniform(0.85, 1.15),
        "tail": tail * draws.uniform(0.85, 1.1) * (0.15 if draws.chance(0.1) else 1.0),
        "tail_thick": tail_thick,
        "tail_bend": draws.normal(0.0, 0.8, -1.8, 1.8),
        "head": draws.weighted({"flat": 0.7, "cut": 0.3}),
        "hind": [[draws.normal(0, 0.16, -0.4, 0.4), draws.normal(1.0, 0.13, 0.6, 1.25)] for _ in "lr"],
        "fore": [[draws.normal(0, 0.16, -0.4, 0.4), draws.normal(1.0, 0.13, 0.6, 1.25)] for _ in "lr"],
        "limbs_cut": draws.weighted({"paws": 0.75, "cut": 0.25}),
        "ragged": draws.uniform(0.3, 1.0),
        "holes": draws.integer(1, 3) if draws.chance(0.2) else 0,
        "seed": draws.seed(),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Regions:
    """Where places (N,) are on the animal.

    Attributes:
        x: Metres along the spine.
        y: Metres across it.
        depth: Metres from the nearest edge, positive inside.
        side: -1 and 1 at the edges of the trunk, 0 on the spine; goes on over the limbs.
        limb: 0 on the trunk to 1 on the limbs.
        limb_along: 0 at the root of the limb to 1 at the paw.
        limb_across: Metres from the limb's axis.
        head: 0 to 1.
        tail: 0 to 1.
        tail_along: 0 at the root to 1 at the tip.
        flow_x: Direction of the hair, unit vector.
        flow_y: Its other half.
        body: Length of the body, in metres.
    """

    x: Array
    y: Array
    depth: Array
    side: Array
    limb: Array
    limb_along: Array
    limb_across: Array
    head: Array
    tail: Array
    tail_along: Array
    flow_x: Array
    flow_y: Array
    body: float


def bounds(outline: dict[str, Any]) -> tuple[float, float, float, float]:
    """Return the lowest x, lowest y, highest x and highest y that the skin can reach, in metres."""
    body = outline["body"]
    reach = body * (0.30 + 0.45 * outline["width"] + 0.06)
    tail = body * (outline["tail"] + 0.08)
    return -max(tail, 0.34 * body), -reach, 1.42 * body, reach


def regions(outline: dict[str, Any], x: Array, y: Array) -> Regions:
    """Work out where on the animal each place is."""
    body = outline["body"]
    u, w = (x / body).astype(np.float32), (y / body).astype(np.float32)
    half = outline["width"] * np.interp(u, _LATERAL, _WIDTHS).astype(np.float32)
    ends = np.maximum(-u - 0.01, u - 1.05)
    trunk = np.maximum((np.abs(w) - half) * 0.9, ends)
    limb, along, across, (flow_x, flow_y) = _limbs(outline, u, w)
    tail, tail_along = _chain(u, w, *_tail_path(outline))
    head = _head(u, w) if outline["head"] == "flat" else np.full_like(u, 9.0)
    distance = _join(_join(_join(trunk, limb, 0.12), tail, 0.05), head, 0.08)
    ragged = outline["ragged"] * (
        0.010 * noise(u * 14, w * 14, outline["seed"]) + 0.007 * noise(u * 45, w * 45, 7)
    )
    distance = distance + ragged
    for hole in _holes(outline):
        distance = np.maximum(distance, hole[2] - np.hypot(u - hole[0], (w - hole[1]) * hole[3]))
    on_limb = step(0.02, -0.05, limb - np.minimum(trunk, tail)) * step(0.5, 0.9, np.abs(w) / half)
    down = np.sign(w) * np.clip(np.abs(w) / half, 0, 1) * 0.7
    mixed_x, mixed_y = -1.0 + on_limb * (1 + flow_x), down * (1 - on_limb) + on_limb * flow_y
    length = np.hypot(mixed_x, mixed_y) + 1e-6
    return Regions(
        x=x, y=y, depth=-distance * body, side=w / half, limb=on_limb, limb_along=along,
        limb_across=across * body, head=step(1.0, 1.07, u) * (1 - on_limb) * (outline["head"] == "flat"),
        tail=step(0.015, -0.05, u) * step(0.03, 0.0, tail), tail_along=tail_along,
        flow_x=mixed_x / length, flow_y=mixed_y / length, body=body,
    )  # fmt: skip


def _join(a: Array, b: Array, width: float) -> Array:
    h = np.maximum(width - np.abs(a - b), 0.0) / width
    return np.minimum(a, b) - h * h * width / 4


def _limbs(outline: dict[str, Any], u: Array, w: Array) -> tuple[Array, Array, Array, tuple[Array, Array]]:
    """Return the distance to the nearest limb, the share along it, that from its axis, and its direction."""
    best = np.full_like(u, 9.0)
    along, across, fx, fy = (np.zeros_like(u) for _ in range(4))
    for path, radii in _limb_paths(outline):
        distance, share = _chain(u, w, path, radii)
        nearer = distance < best
        end = path[-1] - path[0]
        end /= np.linalg.norm(end)
        off = (u - path[0][0]) * end[1] - (w - path[0][1]) * end[0]
        along, across = np.where(nearer, share, along), np.where(nearer, off, across)
        fx, fy = np.where(nearer, end[0], fx), np.where(nearer, end[1], fy)
        best = np.minimum(best, distance)
    return best, along, across, (fx, fy)


def _limb_paths(outline: dict[str, Any]) -> list[tuple[Array, Array]]:
    paths, wide = [], outline["width"]
    cut = 0.72 if outline["limbs_cut"] == "cut" else 1.0
    for side, (turn, size) in zip((-1, 1), outline["hind"], strict=True):
        knee = np.array([0.01 - 0.22 * turn - 0.04, side * (0.19 * wide + 0.2 * size)])
        foot = knee + cut * size * np.array([-0.13 - 0.15 * turn, side * 0.11])
        paths.append((np.array([[0.10, side * 0.16 * wide], knee, foot]), np.array([0.125, 0.078, 0.056])))
    for side, (turn, size) in zip((-1, 1), outline["fore"], strict=True):
        elbow = np.array([0.92 + 0.22 * turn, side * (0.19 * wide + 0.17 * size)])
        foot = elbow + cut * size * np.array([0.10 + 0.12 * turn, side * 0.12])
        paths.append((np.array([[0.83, side * 0.16 * wide], elbow, foot]), np.array([0.12, 0.075, 0.058])))
    return paths


def _tail_path(outline: dict[str, Any]) -> tuple[Array, Array]:
    s = np.linspace(0, 1, 7)
    angle = np.pi + outline["tail_bend"] * s
    steps = np.stack([np.cos(angle), np.sin(angle)], axis=1) * outline["tail"] / 6
    path = np.concatenate([[[0.02, 0.0]], np.array([0.02, 0.0]) + np.cumsum(steps[:-1], axis=0)])
    return path, outline["tail_thick"] * (1.25 - 0.45 * s)


def _chain(u: Array, w: Array, path: Array, radii: Array) -> tuple[Array, Array]:
    """Return the distance to a chain of tapering rods, and the share of the way along it."""
    best, share = np.full_like(u, 9.0), np.zeros_like(u)
    count = len(path) - 1
    for k in range(count):
        a, axis = path[k], path[k + 1] - path[k]
        t = np.clip(((u - a[0]) * axis[0] + (w - a[1]) * axis[1]) / (axis @ axis), 0, 1).astype(np.float32)
        far = np.hypot(u - a[0] - t * axis[0], w - a[1] - t * axis[1]) - (
            radii[k] + t * (radii[k + 1] - radii[k])
        )
        share = np.where(far < best, (k + t) / count, share)
        best = np.minimum(best, far)
    return best, share


def _head(u: Array, w: Array) -> Array:
    """A flattened face: wide cheeks, narrowing to the muzzle, with two ears."""
    cheeks = (np.hypot((u - 1.14) / 0.12, w / 0.14) - 1) * 0.12
    muzzle = (np.hypot((u - 1.25) / 0.085, w / 0.08) - 1) * 0.075
    ears = np.hypot(u - 1.085, np.abs(w) - 0.145) - 0.038
    return _join(_join(cheeks, muzzle, 0.05), ears, 0.02)


def _holes(outline: dict[str, Any]) -> Sequence[Numbers]:
    rng = np.random.default_rng(outline["seed"])
    return [
        (rng.uniform(0.15, 0.85), rng.uniform(-0.18, 0.18), rng.uniform(0.006, 0.02), rng.uniform(0.4, 1.5))
        for _ in range(outline["holes"])
    ]
