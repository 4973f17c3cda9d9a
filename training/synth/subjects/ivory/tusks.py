"""Elephant tusks as parts of an object: whole, sawn into lengths, on stands; metres."""

from __future__ import annotations

import math

import numpy as np

from training.synth.kit.assembly import Part, turn_matrix
from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import Array
from training.synth.kit.grown_shapes import arc, curve
from training.synth.kit.meshes import ring_faces
from training.synth.kit.round_shapes import frames, lathed, outward

_GIRTH = (
    (0.0, 0.95),
    (0.22, 1.0),
    (0.5, 0.90),
    (0.75, 0.69),
    (0.9, 0.46),
    (0.965, 0.29),
    (0.99, 0.17),
    (1.0, 0.03),
)
_NERVE = 0.035  # radius of the nerve canal over that of the tusk


def tusk_part(values: Parameters, *, sides: int = 44, rings: int = 90) -> Part:
    """Make a tusk or a length of one; its base end is at -x, and it bends in the xy plane.

    Args:
        values: ``length_m``, ``radius_m``, ``bend_deg``, ``late``, ``spiral_deg``, ``oval``, ``start`` and ``end``
            (shares of the length; sawn there unless 0 and 1), ``hollow`` (depth of the pulp cavity, share of the
            length), ``ragged``, ``facet`` (wear of the tip) and ``seed``.
        sides: Vertices around.
        rings: Along the outside.
    """
    rng = np.random.default_rng(values["seed"])
    rows = _rows(values, rings)
    s = np.array([row[0] for row in rows])
    share = np.array([row[1] for row in rows])
    path = _path(values)
    fine = np.linspace(0, 1, len(path))
    centres = np.column_stack([np.interp(s, fine, path[:, k]) for k in range(3)])
    side, up = frames(path)
    side, up = (np.column_stack([np.interp(s, fine, axis[:, k]) for k in range(3)]) for axis in (side, up))
    angle = np.linspace(0, 2 * math.pi, sides, endpoint=False)
    girth = values["radius_m"] * curve(_GIRTH, s)
    reach = (girth * share)[:, None] * _relief(values, s, share, angle, rng)
    off = rng.normal(0, 0.05, 2) * (1 - share[:, None]) * girth[:, None]  # the nerve is rarely in the middle
    across = reach * np.cos(angle) + off[:, :1]
    above = (reach * np.sin(angle) + off[:, 1:]) * values["oval"]
    points = centres[:, None] + side[:, None] * across[..., None] + up[:, None] * above[..., None]
    points = points + _broken_rim(values, s, share, angle, rng)[..., None] * np.array([1.0, 0, 0])
    vertices, faces = outward(points.reshape(-1, 3), np.array(ring_faces(len(s), sides, closed=False)))
    marks = _marks(rows, sides, angle)
    pattern = np.stack(
        [across, above, np.broadcast_to((s * values["length_m"])[:, None], across.shape)], axis=-1
    )
    return Part(
        vertices=vertices,
        faces=faces,
        values=marks,
        pattern=pattern.reshape(-1, 3) + rng.uniform(0, 0.5) * np.array([0, 0, 1.0]),
    )


def _rows(values: Parameters, rings: int) -> list[tuple[float, float, float, float]]:
    """Return for each ring its station, its radius over the skin's, how deep inside it is and whether it is sawn."""
    start, end, hollow = values["start"], values["end"], values["hollow"]
    sawn_start, sawn_end = start > 0.0, end < 1.0
    rows: list[tuple[float, float, float, float]] = []
    wide = _cavity(start, hollow, raw=not sawn_start)
    deep = min(max(hollow - start, 0.04), 0.8 * (end - start))
    for t in np.linspace(1, 0, 16)[:-1]:
        rows.append(
            (
                start + deep * t,
                max(_cavity(start + deep * t, hollow, raw=False), 0.004 if t > 0.95 else _NERVE * 0.8),
                0.15 + 0.85 * t,
                0.0,
            )
        )
    rows.append((start, wide, 0.1, 0.0))
    for t in np.linspace(0, 1, 12 if sawn_start else 3):
        rows.append((start, wide + (1 - wide) * t, 0.0, 1.0 if sawn_start else 0.0))
    rows += [(float(t), 1.0, 0.0, 0.0) for t in start + (end - start) * np.linspace(0, 1, rings) ** 0.9]
    if sawn_end:
        wide = _cavity(end, hollow, raw=False)
        rows += [(end, wide + (1 - wide) * t, 0.0, 1.0) for t in np.linspace(1, 0, 12)]
        deep = end - min(0.05, 0.4 * (end - start))
        rows += [(end, wide, 0.3, 0.0), (deep, wide * 0.9, 1.0, 0.0), (deep, 0.002, 1.0, 0.0)]
    return rows


def _cavity(at: float, hollow: float, *, raw: bool) -> float:
    """Return the radius of the pulp cavity over that of the tusk: a cone, then the nerve canal."""
    if at >= hollow:
        return _NERVE
    wide = 0.93 if raw else 0.86
    return max(wide * (1 - (at / hollow) ** 1.25), _NERVE)


def _path(values: Parameters) -> Array:
    """Return the centre line (N, 3), level on the whole, centred."""
    path = arc(
        values["length_m"],
        bend_deg=values["bend_deg"],
        steps=300,
        rise_deg=values["spiral_deg"],
        late=values["late"],
    )
    used = path[int(299 * values["start"]) : int(299 * values["end"]) + 1]
    chord = used[-1] - used[0]
    turn = turn_matrix(z=-math.atan2(chord[1], chord[0]))
    path = (path - used.mean(axis=0)) @ turn.T
    slope = math.atan2(chord[2], math.hypot(chord[0], chord[1]))
    return path @ turn_matrix(y=slope).T


def _relief(values: Parameters, s: Array, share: Array, angle: Array, rng: np.random.Generator) -> Array:
    """Return the radius (N, sides) over the even one: growth waves, lengthwise flutes, a worn side of the tip."""
    swell = (
        1
        + 0.012 * np.sin(s * rng.uniform(15, 30) + rng.uniform(0, 6))
        + 0.008 * np.sin(s * rng.uniform(40, 70))
    )
    flutes = np.zeros((len(s), len(angle)))
    for _ in range(7):
        order = rng.integers(2, 12)
        flutes += rng.normal(0, 0.006) * np.sin(
            order * angle + rng.uniform(0, 6) + rng.normal(0, 1.0) * s[:, None]
        )
    worn = np.clip((s - 0.90) / 0.1, 0, 1)[:, None] * np.clip(np.cos(angle - rng.uniform(0, 6)), 0, 1)
    return swell[:, None] * (1 + flutes * (share > 0.5)[:, None]) - values["facet"] * worn


def _broken_rim(values: Parameters, s: Array, share: Array, angle: Array, rng: np.random.Generator) -> Array:
    """Return shifts along x (N, sides) that make the thin rim of the base irregular and chipped."""
    if values["start"] > 0.0:
        tilt = rng.normal(0, 0.06) * np.cos(angle - rng.uniform(0, 6)) * values["radius_m"]
        return np.exp(-(((s - values["start"]) / 0.02) ** 2))[:, None] * tilt * share[:, None]
    edge = np.zeros(len(angle))
    for order in (1, 2, 3, 5, 8, 13):
        edge += rng.normal(0, 1.0 / order**0.7) * np.sin(order * angle + rng.uniform(0, 6))
    for _ in range(rng.integers(0, 4)):
        away = np.angle(np.exp(1j * (angle - rng.uniform(0, 2 * math.pi))))
        edge += rng.uniform(0.6, 2.2) * np.exp(-((away / rng.uniform(0.1, 0.3)) ** 2))
    edge -= edge.mean()
    near = np.exp(-s * values["length_m"] / (0.9 * values["radius_m"]))
    return near[:, None] * edge * values["ragged"] * values["radius_m"]


def _marks(rows: list[tuple[float, float, float, float]], sides: int, angle: Array) -> dict[str, Array]:
    s, share, deep, sawn = np.array(rows).T
    return {
        "along": np.repeat(s, sides),
        "inside": np.repeat(deep, sides),
        "cut": np.repeat(sawn, sides),
        "rim": np.repeat(share, sides),
        "around": np.tile(np.abs(angle - math.pi), len(rows)),
        "upward": np.tile(np.sin(angle), len(rows)),
    }


def mark_places(part: Part, values: Parameters, *, at: float, letters: int) -> Array:
    """Return where on the picture of a mark each vertex is, (V, 3): writing along the top of the tusk.

    Args:
        part: From `tusk_part`.
        values: Its values.
        at: Station of the middle of the writing, share of the length.
        letters: Number of letters; each is about as wide as half the radius.
    """
    pattern = part.vertices if part.pattern is None else part.pattern
    high = 0.62 * values["radius_m"]
    long = 0.62 * high * (letters + 1)
    x = (part.values["along"] - at) * values["length_m"] / long + 0.5
    y = pattern[:, 0] / high + 0.5
    outside = (
        (np.asarray(part.values["upward"]) > 0)
        & (np.asarray(part.values["cut"]) < 0.5)
        & (np.asarray(part.values["inside"]) < 0.01)
    )
    return np.column_stack([np.where(outside, x, -9.0), y, np.zeros(len(x))])


def stood_up(part: Part, values: Parameters, *, lean_to: float = 1.0) -> Part:
    """Return a tusk upright, base down, its tip towards +x (or -x if ``lean_to`` is -1)."""
    base = part.vertices[np.asarray(part.values["along"]) < values["start"] + 0.1].mean(axis=0)
    tip = part.vertices[np.asarray(part.values["along"]) > values["end"] - 0.02].mean(axis=0)
    middle = (base + tip) / 2
    bulge = part.vertices.mean(axis=0)[1] - middle[1]
    flip = np.diag([1.0, -1.0 if bulge * lean_to > 0 else 1.0, 1.0])
    # x (base to tip) becomes up, y becomes x
    turn = np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]]) @ flip
    placed = part.moved(turn=turn)
    faces = np.asarray(placed.faces)
    if np.linalg.det(turn) < 0:
        faces = faces[:, ::-1]
    low = placed.vertices[:, 2].min()
    foot = placed.vertices[placed.vertices[:, 2] < low + 0.1].mean(axis=0)
    return Part(
        vertices=placed.vertices - [foot[0], foot[1], low],
        faces=faces,
        values=placed.values,
        pattern=placed.pattern,
    )


def stand_parts(radius: float, *, wide: float, sides: int) -> list[Part]:
    """Return a turned collar (material 2) on a base board (material 1) for something of ``radius`` at the origin.

    Args:
        radius: Of what stands in it.
        wide: Radius of the board.
        sides: 4 for a square board, more for a round one.
    """
    r, high = radius * 1.06, 0.9 * radius
    profile = [(1.35, 0), (1.4, 0.12), (1.15, 0.3), (1.2, 0.5), (1.06, 0.7), (1.1, 1.0), (0.9, 1.0)]
    collar = [(1e-4, 0.0), *((r * a, high * b) for a, b in profile)]
    vertices, faces = lathed(collar, sides=40)
    edge = [(0.97, -0.7), (1.0, -0.6), (1.0, -0.35), (0.93, -0.3), (0.9, -0.05), (0.86, 0.0)]
    plate, quads = lathed(
        [(1e-4, -0.7 * radius), *((wide * a, radius * b) for a, b in edge), (1e-4, 0.0)], sides=sides
    )
    board = Part(vertices=plate, faces=quads, material=1).moved(turn=turn_matrix(z=math.pi / 4))
    return [Part(vertices=vertices, faces=faces, material=2), board]
