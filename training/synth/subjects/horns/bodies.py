"""Shapes of horns: bodies swept along a curve, their cuts, frayed fibres, and how they come to rest.

Every body carries ``grain``: metres along the fibres, then the place in the cross-section, 1 at the outside. A
material that reads it shows the same fibres on the skin and on every cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh
from training.synth.kit.geometry import Array, Face, Numbers
from training.synth.kit.meshes import ring_faces


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A mesh with what its materials read.

    Attributes:
        vertices: Shape (N, 3), metres.
        faces: Facets with outward winding.
        marks: Point attributes by name, shape (N,) or (N, 3).
        slot: Which of its object's materials it wears.
    """

    vertices: Array
    faces: Sequence[Face]
    marks: Mapping[str, Array] = field(default_factory=dict)
    slot: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spine:
    """The centre line of a horn with a frame at each of N stations.

    Attributes:
        stations: Share of the length, shape (N,).
        length: Metres along the curve.
        centres: Shape (N, 3).
        side: Unit vectors in the plane of the curve, to its inner side, shape (N, 3).
        up: Unit vectors across that plane, shape (N, 3).
    """

    stations: Array
    length: float
    centres: Array
    side: Array
    up: Array


def spine(stations: Array, length: float, bend: Array, sway: Array | float = 0.0) -> Spine:
    """Draw a curve whose start, or least station, is the origin; it leaves along +x.

    Args:
        stations: Share of the length, shape (N,); they may run back into a hollow first.
        length: Metres.
        bend: Heading in the xy plane at each station, radians.
        sway: Heading out of that plane, radians.
    """
    sway = np.broadcast_to(sway, stations.shape)
    ahead = np.stack([np.cos(bend) * np.cos(sway), np.sin(bend) * np.cos(sway), np.sin(sway)], axis=1)
    steps = np.diff(stations, prepend=stations[0])[:, None] * length
    middles = (ahead + np.concatenate([ahead[:1], ahead[:-1]])) / 2
    side = np.stack([-np.sin(bend), np.cos(bend), np.zeros_like(bend)], axis=1)
    centres = np.cumsum(middles * steps, axis=0)
    return Spine(
        stations=stations,
        length=length,
        centres=centres - centres[np.argmin(np.abs(stations))],
        side=side,
        up=np.cross(ahead, side),
    )


def angles(sides: int) -> Array:
    """Return the directions of the vertices of a ring, radians from its inner side."""
    return np.linspace(0.0, 2 * np.pi, sides, endpoint=False)


def swept(line: Spine, deep: Array, wide: Array, relief: Array, *, square: Array | float = 2.0) -> Body:
    """Wrap a skin around a spine.

    Args:
        line: N stations.
        deep: Half axis towards the inner side, metres, shape (N,).
        wide: Half axis across, metres, shape (N,).
        relief: Factor on the radius, shape (N, S) for S sides.
        square: Exponent of the superellipse: 2 an ellipse, 5 nearly a rectangle; a number or shape (N,).
    """
    around = angles(relief.shape[1])[None]
    power = np.broadcast_to(np.asarray(square, dtype=float), line.stations.shape)[:, None]
    norm = (np.abs(np.cos(around)) ** power + np.abs(np.sin(around)) ** power) ** (-1 / power)
    u, v = norm * np.cos(around), norm * np.sin(around)  # (N, S)
    rings = (
        line.centres[:, None]
        + line.side[:, None] * (u * relief * deep[:, None])[..., None]
        + line.up[:, None] * (v * relief * wide[:, None])[..., None]
    )
    count, sides = relief.shape
    along = np.repeat(line.stations, sides)
    grain = np.stack([along * line.length, np.tile(np.cos(around), (count, 1)).ravel()], axis=1)
    grain = np.concatenate([grain, np.tile(np.sin(around), (count, 1)).reshape(-1, 1)], axis=1)
    return Body(
        vertices=rings.reshape(-1, 3),
        faces=ring_faces(count, sides, closed=False),
        marks={"along": along, "grain": grain, "around": np.tile(around[0], count)},
    )


def end_cap(
    body: Body, sides: int, *, first: bool, dish: float = 0.0, rings: int = 8, mark: str = "cut"
) -> Body:
    """Close an end of a swept body with a face of its own.

    Args:
        body: As `swept` made it.
        sides: Vertices a ring.
        first: Whether it is the end where the body starts.
        dish: How deep the face is hollowed, as a share of its radius; negative bulges.
        rings: Steps from the middle to the edge.
        mark: The attribute that is 1 on it.
    """
    rim = body.vertices[:sides] if first else body.vertices[-sides:]
    beyond = body.vertices[sides : 2 * sides] if first else body.vertices[-2 * sides : -sides]
    middle = rim.mean(axis=0)
    inward = beyond.mean(axis=0) - middle
    inward /= np.linalg.norm(inward)
    share = np.linspace(0.0, 1.0, rings + 1)[1:]
    reach = np.linalg.norm(rim - middle, axis=1).mean()
    waves = np.fft.rfft(rim - middle, axis=0)
    waves[4:] = 0
    soft = np.fft.irfft(waves, sides, axis=0)  # grooves of the edge do not run to the middle
    spokes = soft + (rim - middle - soft) * (share**8)[:, None, None]
    points = middle + spokes * share[:, None, None]
    points = points + inward * (dish * reach * (1 - share**2))[:, None, None]
    marks = {key: (value[:sides] if first else value[-sides:]) for key, value in body.marks.items()}
    grain = np.tile(marks["grain"], (rings, 1, 1))
    grain[..., 1:] *= share[:, None, None]
    spread = {key: np.tile(value, rings) for key, value in marks.items() if value.ndim == 1}
    count = rings * sides
    centre = middle + inward * dish * reach
    vertices = np.concatenate([points.reshape(-1, 3), centre[None]])
    faces = ring_faces(rings, sides, closed=False)
    faces += [(count, j, (j + 1) % sides) for j in range(sides)]
    if not first:
        faces = [face[::-1] for face in faces]
    faces = [face[::-1] for face in faces]
    middle_grain = grain[0, :1] * [1.0, 0.0, 0.0]
    return Body(
        vertices=vertices,
        faces=faces,
        marks={
            **{key: np.append(value, value[0]) for key, value in spread.items()},
            "grain": np.concatenate([grain.reshape(-1, 3), middle_grain]),
            mark: np.ones(count + 1),
        },
        slot=body.slot,
    )


def joined_body(bodies: Sequence[Body]) -> tuple[Body, Array]:
    """Make one body of several; a mark that some lack is 0 there.

    Returns:
        The body, and the slot of each of its faces.
    """
    names = sorted({name for body in bodies for name in body.marks})
    faces: list[Face] = []
    slots, start = [], 0
    for body in bodies:
        faces += [tuple(int(corner) + start for corner in face) for face in body.faces]
        slots += [body.slot] * len(body.faces)
        start += len(body.vertices)
    marks = {}
    for name in names:
        shape = next(np.shape(body.marks[name])[1:] for body in bodies if name in body.marks)
        blank = [np.zeros((len(body.vertices), *shape)) for body in bodies]
        marks[name] = np.concatenate(
            [body.marks.get(name, empty) for body, empty in zip(bodies, blank, strict=True)]
        )
    vertices = np.concatenate([body.vertices for body in bodies])
    return Body(vertices=vertices, faces=faces, marks=marks), np.array(slots)


def add_body(name: str, bodies: Sequence[Body], materials: Sequence[Any]) -> Any:
    """Add one object made of the bodies, each in the material of its slot."""
    whole, slots = joined_body(bodies)
    thing = add_mesh(name, (whole.vertices, list(whole.faces)), None)
    for material in materials:
        thing.data.materials.append(material)
    thing.data.polygons.foreach_set("material_index", slots.astype(np.int32))
    for key, values in whole.marks.items():
        kind, slot = ("FLOAT", "value") if values.ndim == 1 else ("FLOAT_VECTOR", "vector")
        attribute = thing.data.attributes.new(key, kind, "POINT")
        attribute.data.foreach_set(slot, np.ascontiguousarray(values, dtype=np.float32).ravel())
    return thing


def moved_body(body: Body, turn: Array, shift: Numbers = (0.0, 0.0, 0.0)) -> Body:
    """Return the body turned by a (3, 3) matrix, then shifted; a mirror turns its faces over."""
    faces = body.faces if np.linalg.det(turn) > 0 else [tuple(face[::-1]) for face in body.faces]
    vertices = body.vertices @ turn.T + np.asarray(shift)
    return Body(vertices=vertices, faces=faces, marks=body.marks, slot=body.slot)


def at_rest(bodies: Sequence[Body], down: Numbers, seed: int = 0) -> list[Body]:
    """Turn bodies, as one rigid thing, to a stable pose near that in which ``down`` is the lowest side.

    A pose is stable where the height of the middle over the ground is least among its neighbours. The longest
    axis ends along x, the middle over the origin, the lowest point at z = 0.
    """
    points = np.concatenate([body.vertices for body in bodies])
    rng = np.random.default_rng(seed)
    middle = points.mean(axis=0)
    rays = rng.normal(size=(500, 3))
    outmost = points[np.unique(np.argmax(points @ rays.T, axis=0))] - middle
    low = np.asarray(down, dtype=float) / np.linalg.norm(down)
    for reach in np.geomspace(0.35, 0.003, 30):
        tries = np.concatenate([low[None], low + reach * rng.normal(size=(48, 3))])
        tries /= np.linalg.norm(tries, axis=1, keepdims=True)
        low = tries[np.argmin((outmost @ tries.T).max(axis=0))]
    helper = np.eye(3)[np.argmin(np.abs(low))]
    first = np.cross(helper, low)
    first /= np.linalg.norm(first)
    turn = np.stack([first, np.cross(-low, first), -low])
    level = (points - middle) @ turn.T
    spread = np.cov(level[:, :2].T)
    x, y = np.linalg.eigh(spread)[1][:, 1]
    turn = np.array([[x, y, 0.0], [-y, x, 0.0], [0.0, 0.0, 1.0]]) @ turn
    placed = points @ turn.T
    shift = -(placed.min(axis=0) + placed.max(axis=0)) / 2
    shift[2] = -placed[:, 2].min()
    return [moved_body(body, turn, shift) for body in bodies]


def flutes(
    rng: np.random.Generator, stations: Array, sides: int, waves: tuple[int, int], drift: float
) -> Array:
    """Return grooves along a body: noise of about unit height, smooth around it and slow along it, (N, S).

    Args:
        rng: Where they come from.
        stations: Share of the length, shape (N,).
        sides: S.
        waves: Least and largest number of waves around.
        drift: How much a groove changes from end to end; 1: into its neighbour.
    """
    around, total = angles(sides)[None], np.zeros((len(stations), sides))
    counts = rng.integers(waves[0], waves[1] + 1, 18)
    for count in counts:
        phase = rng.uniform(0, 2 * np.pi) + drift * rng.normal() * 3 * stations[:, None]
        swell = 1 + 0.6 * np.sin(rng.uniform(2, 9) * stations[:, None] + rng.uniform(0, 6))
        total += swell * np.cos(count * around + phase)
    return total / np.sqrt(len(counts) / 2)


def ripples(rng: np.random.Generator, points: Array, scale: float, count: int = 20) -> Array:
    """Return smooth noise of about unit height at points (N, 3), ``scale`` features a metre, shape (N,)."""
    waves = rng.normal(size=(count, 3)) * scale * 2.5
    phases = rng.uniform(0, 2 * np.pi, count)
    return np.cos(points @ waves.T + phases).sum(axis=1) / np.sqrt(count / 2)


def hairs(
    roots: Array, ahead: Array, lengths: Array, width: float, rng: np.random.Generator, *, mark: str = "skirt"
) -> Body:
    """Return flat tapering fibres, a bent blade of two quads each.

    Args:
        roots: Where they grow, shape (N, 3).
        ahead: Unit directions, shape (N, 3).
        lengths: Metres, shape (N,).
        width: Of the root, metres.
        rng: Bends them.
        mark: The attribute that is 1 on them.
    """
    count = len(roots)
    across = np.cross(ahead, rng.normal(size=(count, 3)))
    across *= width / 2 / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    droop = rng.normal(size=(count, 3)) * 0.22
    rows = []
    for share, narrow in ((0.0, 1.0), (0.5, 0.8), (1.0, 0.25)):
        place = roots + (ahead * share + droop * share**2) * lengths[:, None]
        rows += [place - across * narrow, place + across * narrow]
    vertices = np.stack(rows, axis=1).reshape(-1, 3)  # (N * 6, 3)
    first = np.arange(count) * 6
    quads = np.concatenate([first[:, None] + [0, 1, 3, 2], first[:, None] + [2, 3, 5, 4]])
    grain = np.stack([np.zeros(count), rng.normal(size=count), rng.normal(size=count)], axis=1)
    marks = {mark: np.ones(len(vertices)), "grain": np.repeat(grain, 6, axis=0)}
    return Body(vertices=vertices, faces=[tuple(quad) for quad in quads.tolist()], marks=marks)
