"""Things covered with carved relief: plaques, medallions, card cases, brush pots, boxes, whole tusks; metres."""

from __future__ import annotations

import math

import numpy as np

from training.synth.kit.assembly import Part, turn_matrix
from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import Array
from training.synth.kit.grown_shapes import arc, curve
from training.synth.kit.meshes import ring_faces
from training.synth.kit.round_shapes import frames, outward
from training.synth.subjects.carvings.relief_canvas import ReliefCanvas, carve_relief


def plaque_part(values: Parameters, *, columns: int = 200) -> Part:
    """Make a flat plaque that lies face up.

    Args:
        values: ``width_m``, ``height_m``, ``thick_m``, ``depth_m``, ``style``, ``bend`` (how much it follows the round
            of the tusk), ``broken`` (a corner is lost) and ``seed``.
        columns: Vertices across.
    """
    wide = values["width_m"] / values["height_m"]
    rows = max(8, round(columns / wide)) if wide > 1 else columns
    columns = columns if wide > 1 else max(8, round(columns * wide))
    y, x = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, wide, columns), indexing="ij")
    raised = carve_relief(ReliefCanvas(x, y, values["seed"]), wide, values["style"])
    hollow = recess_of(raised)
    raised[[0, -1]], raised[:, [0, -1]] = 0.15, 0.15
    across, up = (x - wide / 2) * values["height_m"], (y - 0.5) * values["height_m"]
    dome = -values["bend"] * (across / values["width_m"]) ** 2 * values["width_m"]
    across, up = _chipped(across, up, values)
    front = np.stack([across, up, dome + values["thick_m"] + values["depth_m"] * raised], axis=-1)
    back = np.stack([across, up, dome], axis=-1)
    vertices = np.concatenate([front.reshape(-1, 3), back.reshape(-1, 3)])
    faces = slab_faces(rows, columns)
    flat = np.zeros(rows * columns)
    shades = {
        "recess": np.concatenate([hollow.ravel(), flat]),
        "edge": np.concatenate([ridge_of(raised).ravel(), flat]),
    }
    return Part(vertices=vertices, faces=faces, values=shades, pattern=vertices[:, [2, 0, 1]])


def _chipped(across: Array, up: Array, values: Parameters) -> tuple[Array, Array]:
    """Pull the outline in along a ragged line where a piece has broken off."""
    if not values["broken"]:
        return across, up
    rng = np.random.default_rng(values["seed"])
    angle = rng.uniform(0, 2 * math.pi)
    way = np.array([math.cos(angle), math.sin(angle)])
    side = across * -way[1] + up * way[0]
    limit = values["height_m"] * rng.uniform(0.2, 0.38)
    limit = limit + 0.03 * values["height_m"] * (
        np.sin(side / values["height_m"] * 19) + np.sin(side / values["height_m"] * 43 + 1)
    )
    over = np.maximum(across * way[0] + up * way[1] - limit, 0)
    return across - 0.97 * over * way[0], up - 0.97 * over * way[1]


def slab_faces(rows: int, columns: int) -> Array:
    """Return the quads of a slab: a front grid (rows, columns), the same behind it, and the walls between."""
    index = np.arange(rows * columns).reshape(rows, columns)
    front = np.stack([index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]], axis=-1).reshape(-1, 4)
    rim = np.concatenate([index[0, :-1], index[:-1, -1], index[-1, :0:-1], index[:0:-1, 0]])
    after, shift = np.roll(rim, -1), rows * columns
    walls = np.stack([rim, rim + shift, after + shift, after], axis=-1)
    return np.concatenate([front, front[:, ::-1] + shift, walls])


def recess_of(height: Array, *, wrap: bool = False) -> Array:
    """Return 0 to 1: how far each point of a height field (H, W) lies below those around it."""
    hollow = np.zeros_like(height)
    for reach, weight in ((2, 1.6), (6, 1.5)):
        hollow += weight * np.clip(_blurred(height, reach, wrap=wrap) - height, 0, 1)
    return np.clip(hollow + 0.25 * (height < 0.04), 0, 1)


def ridge_of(height: Array) -> Array:
    """Return 0 to 1: how far each point of a height field (H, W) stands above those around it."""
    return np.clip(2.5 * (height - _blurred(height, 4)), 0, 1)


def _blurred(height: Array, reach: int, *, wrap: bool = False) -> Array:
    for axis in (0, 1):
        width = [(reach + 1, reach) if k == axis else (0, 0) for k in (0, 1)]
        total = np.cumsum(np.pad(height, width, mode="wrap" if wrap and axis == 1 else "edge"), axis=axis)
        size = height.shape[axis]
        upper = np.take(total, np.arange(size) + 2 * reach + 1, axis=axis)
        height = (upper - np.take(total, np.arange(size), axis=axis)) / (2 * reach + 1)
    return height


def medallion_part(values: Parameters, *, rings: int = 70, sides: int = 150) -> Part:
    """Make a round or oval plaque: ``width_m``, ``height_m``, ``thick_m``, ``depth_m``, ``style`` and ``seed``."""
    share = np.linspace(0, 1, rings)[:, None]
    angle = np.linspace(0, 2 * math.pi, sides, endpoint=False)
    x, y = 0.5 + 0.5 * share * np.cos(angle), 0.5 + 0.5 * share * np.sin(angle)
    raised = carve_relief(ReliefCanvas(x, y, values["seed"]), 1.0, values["style"])
    raised = np.where(
        share > 0.93, 0.85 * np.clip((1 - share) / 0.03, 0, 1), np.where(share > 0.9, 0.1, raised)
    )
    across, up = (x - 0.5) * values["width_m"], (y - 0.5) * values["height_m"]
    domed = values["thick_m"] * (1 - 0.25 * share**2)
    front = np.stack([across, up, domed + values["depth_m"] * raised], axis=-1)
    low = np.stack([across[-1:], up[-1:], 0.15 * values["thick_m"] + 0 * up[-1:]], axis=-1)
    back = np.stack([0.92 * across[[-1, 0]], 0.92 * up[[-1, 0]], np.zeros((2, sides))], axis=-1)
    points = np.concatenate([front, low, back]).reshape(-1, 3)
    vertices, faces = outward(points, np.array(ring_faces(rings + 3, sides, closed=False)))
    flat = np.zeros((3, sides))
    recess = np.concatenate([recess_of(raised, wrap=True), flat]).ravel()
    return Part(vertices=vertices, faces=faces, values={"recess": recess}, pattern=vertices[:, [2, 0, 1]])


def case_part(values: Parameters, *, around: int = 300, rows: int = 110) -> Part:
    """Make a card case, box or brush pot that stands upright.

    Args:
        values: ``width_m``, ``deep_m``, ``height_m``, ``square`` (0 oval, towards 1 a rectangle), ``wall_m``, ``open``
            (an open top), ``lid`` (share of the height where a lid begins), ``depth_m``, ``style`` and ``seed``.
        around: Vertices around.
        rows: Vertices up.
    """
    outline = _outline(values, around)
    step = np.linalg.norm(np.roll(outline, -1, axis=0) - outline, axis=1)
    girth = step.sum() / values["height_m"]
    up = np.linspace(0, 1, rows)
    y, x = np.meshgrid(up, np.concatenate([[0], np.cumsum(step)[:-1]]) / values["height_m"], indexing="ij")
    raised = carve_relief(ReliefCanvas(x, y, values["seed"]), girth, values["style"])
    raised = np.where(np.abs(y - values["lid"]) < 0.012, -0.8, raised)
    out = outline / np.maximum(np.linalg.norm(outline, axis=1, keepdims=True), 1e-9)
    wall = outline[None] + (values["depth_m"] * raised)[..., None] * out  # (rows, around, 2)
    wall = np.concatenate([wall, np.zeros((rows, around, 1))], axis=-1)
    wall[..., 2] = y * values["height_m"]
    inner = 1 - values["wall_m"] / (values["width_m"] / 2)
    floor = 0.15 * values["height_m"] if values["open"] else values["height_m"]
    tops = [
        (1.0, 1.0),
        (inner, 1.0),
        (inner, floor / values["height_m"]),
        (0.001, floor / values["height_m"]),
    ]
    if not values["open"]:
        tops = [(0.97, 1.01), (0.8, 1.02), (0.001, 1.025)]
    caps = [
        np.column_stack([outline * s, np.full(around, h * values["height_m"])])[None]
        for s, h in [(0.001, 0.0), (0.97, 0.0), *tops]
    ]
    points = np.concatenate([*caps[:2], wall, *caps[2:]])
    vertices, faces = outward(points.reshape(-1, 3), np.array(ring_faces(len(points), around, closed=False)))
    hollow = np.concatenate(
        [np.zeros((2, around)), recess_of(raised, wrap=True), np.zeros((len(tops), around))]
    )
    return Part(vertices=vertices, faces=faces, values={"recess": hollow.ravel()})


def _outline(values: Parameters, around: int) -> Array:
    """Return points (around, 2), evenly apart, on an oval or a rounded rectangle."""
    angle = np.linspace(0, 2 * math.pi, 4000)
    power = 1 - 0.85 * values["square"]
    x = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power * values["width_m"] / 2
    y = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power * values["deep_m"] / 2
    way = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    at = np.linspace(0, way[-1], around, endpoint=False)
    return np.column_stack([np.interp(at, way, x), np.interp(at, way, y)])


def tusk_relief_part(values: Parameters, *, rows: int = 260, sides: int = 150) -> Part:
    """Make a carved tusk that lies along x, or stands.

    Args:
        values: ``length_m``, ``radius_m``, ``bend_deg``, ``depth`` (of the relief over the radius), ``style``,
            ``upright`` (figures stand along the tusk, else across it), ``plain`` (share of the tip left smooth),
            ``standing`` and ``seed``.
        rows: Vertices along.
        sides: Vertices around.
    """
    s = np.linspace(0, 1, rows)
    girth = values["radius_m"] * curve(
        ((0, 0.95), (0.2, 1.0), (0.5, 0.86), (0.8, 0.58), (0.95, 0.33), (1.0, 0.10)), s
    )
    around = np.linspace(0, 2 * math.pi, sides, endpoint=False)
    long = values["length_m"] / (2 * math.pi * values["radius_m"])
    turn, along = np.meshgrid(around / (2 * math.pi), s * long, indexing="xy")
    if values["upright"]:
        raised = _banded(turn, along, long, values)
    else:
        raised = carve_relief(ReliefCanvas(along, turn, values["seed"]), long, values["style"])
    plain = np.clip((1 - values["plain"] - s) / 0.02, 0, 1) * np.clip((s - 0.02) / 0.01, 0, 1)
    raised = raised * plain[:, None]
    reach = girth[:, None] * (1 + values["depth"] * (raised - 0.35 * plain[:, None]))
    path = arc(values["length_m"], bend_deg=values["bend_deg"], steps=rows)
    path = path - path.mean(axis=0)
    chord = path[-1] - path[0]
    path = path @ turn_matrix(z=-math.atan2(chord[1], chord[0])).T
    side, up = frames(path)
    rings = path[:, None] + reach[..., None] * (
        side[:, None] * np.cos(around)[:, None] + up[:, None] * np.sin(around)[:, None]
    )
    ends = [path[:1, None] + 0 * rings[:1], path[-1:, None] + 0 * rings[:1]]
    points = np.concatenate([ends[0], rings, ends[1]])
    vertices, faces = outward(points.reshape(-1, 3), np.array(ring_faces(rows + 2, sides, closed=False)))
    zero = np.zeros((1, sides))
    hollow = np.concatenate([zero, recess_of(raised, wrap=True) * plain[:, None], zero]).ravel()
    part = Part(vertices=vertices, faces=faces, values={"recess": hollow}, pattern=vertices[:, [1, 2, 0]])
    if values["standing"]:
        part = part.moved(turn=np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]]))
        low = part.vertices[:, 2].min()
        foot = part.vertices[part.vertices[:, 2] < low + 0.03 * values["length_m"]].mean(axis=0)
        part = part.moved(by=(-foot[0], -foot[1], -low))
    return part


def _banded(turn: Array, along: Array, long: float, values: Parameters) -> Array:
    """Return relief in bands one above the other, each about as high as the tusk is round."""
    raised = np.zeros_like(turn)
    bands = max(2, round(long * 1.3))
    for band in range(bands):
        low, high = band * long / bands, (band + 1) * long / bands
        inside = (along[:, 0] >= low) & (along[:, 0] <= high)
        if not inside.any():
            continue
        y = (along[inside] - low) / (high - low)
        wide = bands / long
        raised[inside] = carve_relief(
            ReliefCanvas(turn[inside] * wide, y, values["seed"] + band), wide, values["style"]
        )
    return raised
