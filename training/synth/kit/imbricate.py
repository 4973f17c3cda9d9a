"""Cover a body with overlapping scales, in diagonal rows like roof tiles or in the spirals of a cone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.synth.kit.geometry import Array, ArrayMesh
from training.synth.kit.thin_shapes import Values

GOLDEN_ANGLE = np.pi * (3 - 5**0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where scales go.

    Attributes:
        points: Of their roots (K, 3).
        axes: Per scale, as rows: the way its free edge points, across, outward (K, 3, 3).
        sizes: What a model of size 1 is multiplied by (K,).
    """

    points: Array
    axes: Array
    sizes: Array

    def without(self, missing: Array) -> Places:
        """Return the places that are not missing (K,)."""
        return Places(points=self.points[~missing], axes=self.axes[~missing], sizes=self.sizes[~missing])


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A long body: an ellipse carried along a path.

    Attributes:
        path: Centre line from the head backwards (N, 3).
        up: Unit vectors to the back of the animal (N, 3).
        wide: Half width (N,), metres.
        high: Half height (N,), metres.
        span: How far down from the back the scales reach on each side, radians.
    """

    path: Array
    up: Array
    wide: Array
    high: Array
    span: float

    def length(self) -> float:
        """Return the length of the path."""
        return float(np.linalg.norm(np.diff(self.path, axis=0), axis=1).sum())

    def at(self, s: Array, angle: Array) -> tuple[Array, Array]:
        """Return points (..., 3) and axes (..., 3, 3) at shares ``s`` of the way, ``angle`` from the back."""
        share = np.linspace(0.0, 1.0, len(self.path))

        def along(values: Array) -> Array:
            return np.stack([np.interp(s, share, column) for column in values.T], axis=-1)

        forward = along(_unit(np.gradient(self.path, axis=0)))
        up = along(self.up)
        up = _unit(up - (up * forward).sum(-1, keepdims=True) * forward)
        side = np.cross(up, forward)
        wide, high = (np.interp(s, share, size)[..., None] for size in (self.wide, self.high))
        cosine, sine = np.cos(angle)[..., None], np.sin(angle)[..., None]
        points = along(self.path) + high * cosine * up + wide * sine * side
        outward = _unit(cosine / high * up + sine / wide * side)
        return points, np.stack([forward, np.cross(outward, forward), outward], axis=-2)


def cover(
    lane: Lane,
    rng: np.random.Generator,
    *,
    across: int,
    ratio: float,
    overlap: float = 0.45,
    tilt_deg: float = 11.0,
    reach: tuple[float, float] = (0.02, 0.99),
    coverage: float = 1.4,
) -> Places:
    """Place scales on a lane in rows, each row shifted by half a scale.

    Args:
        lane: The body.
        rng: Details.
        across: Scales in a row where the lane is widest; fewer, but smaller ones where it is narrow.
        ratio: Width over length of a scale.
        overlap: Distance of the rows over the length of a scale.
        tilt_deg: How far the free edges stand off.
        reach: Shares of the way where the rows start and end.
        coverage: Width of a scale over the distance of neighbours.
    """
    share, total = np.linspace(0.0, 1.0, len(lane.path)), lane.length()
    around = 2 * lane.span * np.sqrt((lane.wide**2 + lane.high**2) / 2)
    s, row, places = reach[0], 0, []
    while s < reach[1]:
        girth = float(np.interp(s, share, around))
        slots = max(3, round(across * (girth / around.max()) ** 0.6))
        size = coverage * girth / slots / ratio
        angles = lane.span * (2 * (np.arange(slots) + 0.25 + 0.5 * (row % 2)) / slots - 1)
        places.append(np.column_stack([np.full(slots, s), angles, np.full(slots, size)]))
        s, row = s + max(overlap * size / total, 0.006), row + 1
    s, angle, size = np.concatenate(places).T
    s = s + rng.normal(0.0, 0.04, len(s)) * size / total
    points, axes = lane.at(s, angle)
    axes = _tilted(
        axes, np.radians(tilt_deg + rng.normal(0, 0.22 * tilt_deg, len(s))), rng.normal(0, 0.06, len(s))
    )
    return Places(points=points, axes=axes, sizes=size * rng.uniform(0.92, 1.08, len(s)))


def spiral(heights: Array, radii: Array, pitch: Array, sizes: Array, rng: np.random.Generator) -> Places:
    """Place scales around the z axis, each a golden angle on from the last (Fibonacci phyllotaxis).

    Args:
        heights: Of the roots (K,), from the bottom up.
        radii: Distances of the roots from the axis (K,).
        pitch: How far the free edges rise above the level, radians (K,).
        sizes: Of the scales (K,).
        rng: Details.
    """
    count = len(heights)
    angle = np.arange(count) * GOLDEN_ANGLE + rng.normal(0, 0.05, count)
    pitch = pitch + rng.normal(0, 0.06, count)
    out = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)
    up = np.array([0.0, 0.0, 1.0])
    forward = np.cos(pitch)[:, None] * out + np.sin(pitch)[:, None] * up
    outward = np.cos(pitch)[:, None] * -up + np.sin(pitch)[:, None] * out
    points = out * radii[:, None] + heights[:, None] * up
    axes = np.stack([forward, np.cross(outward, forward), outward], axis=1)
    return Places(points=points, axes=axes, sizes=sizes * rng.uniform(0.93, 1.07, count))


def clad(
    models: Sequence[tuple[ArrayMesh, Values]], places: Places, rng: np.random.Generator
) -> tuple[ArrayMesh, dict[str, Array]]:
    """Return one mesh of all scales and their values; ``own`` is a number of its own for each scale, 0 to 1.

    Args:
        models: Scales of size 1 with their root at the origin, free edge along x, outer side to +z, and their values.
        places: Where they go.
        rng: Which model goes where.
    """
    chosen = rng.integers(len(models), size=len(places.sizes))
    vertices, faces, start = [], [], 0
    values: dict[str, list[Array]] = {name: [] for name in (*models[0][1], "own")}
    for number, ((points, quads), own) in enumerate(models):
        at = np.flatnonzero(chosen == number)
        if not len(at):
            continue
        sized = points[None] * places.sizes[at, None, None]
        copies = np.einsum("kvi,kij->kvj", sized, places.axes[at]) + places.points[at, None]
        vertices.append(copies.reshape(-1, 3))
        faces.append((quads[None] + (start + len(points) * np.arange(len(at)))[:, None, None]).reshape(-1, 4))
        start += len(points) * len(at)
        for name, each in own.items():
            values[name].append(np.tile(each, len(at)))
        values["own"].append(np.repeat(rng.uniform(0, 1, len(at)), len(points)))
    mesh = np.concatenate(vertices), np.concatenate(faces)
    return mesh, {name: np.concatenate(parts) for name, parts in values.items()}


def skin_of(lane: Lane, *, inset: float = 0.93, span: float | None = None, sides: int = 40) -> Array:
    """Return the sheet (N, sides, 3) of the body under the scales, to be made a `thin_shapes.shell`."""
    angle = np.linspace(-1.0, 1.0, sides) * (lane.span if span is None else span)
    s, a = np.meshgrid(np.linspace(0.0, 1.0, len(lane.path)), angle, indexing="ij")
    thin = Lane(path=lane.path, up=lane.up, wide=lane.wide * inset, high=lane.high * inset, span=lane.span)
    return thin.at(s, a)[0]


def _tilted(axes: Array, rise: Array, yaw: Array) -> Array:
    """Raise the free edges by angles (K,) and turn the scales about their outward axis."""
    forward, side, outward = axes[:, 0], axes[:, 1], axes[:, 2]
    turned = np.cos(yaw)[:, None] * forward + np.sin(yaw)[:, None] * side
    side = np.cross(outward, turned)
    raised = np.cos(rise)[:, None] * turned + np.sin(rise)[:, None] * outward
    return np.stack([raised, side, np.cross(raised, side)], axis=1)


def _unit(vectors: Array) -> Array:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
