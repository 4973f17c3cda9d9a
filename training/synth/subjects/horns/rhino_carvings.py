"""Carved and polished rhino horn: libation cups, bangles and beads."""

from __future__ import annotations

import numpy as np

from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import Array
from training.synth.kit.meshes import ring_faces, tube_mesh
from training.synth.subjects.horns.bodies import Body, angles, ripples

_SIDES, _WALL = 150, 84  # vertices around a cup, and up its outside


def cup(values: Parameters) -> list[Body]:
    """Make a libation cup standing on its foot, its spout towards +x.

    Args:
        values: ``height_m``, ``rim_m`` (half the rim's length), ``oval`` (width over length), ``foot`` (its radius
            over the rim's), ``spout`` (how far it rises and reaches), ``wave``, ``branches``, ``blossoms``,
            ``relief_m``, ``handle``, ``dark_end`` and ``seed``.
    """
    rng = np.random.default_rng(values["seed"])
    up = np.linspace(0.0, 1.0, _WALL)
    radius = _profile(up, values["foot"])
    around = angles(_SIDES)
    raised = _relief(up, around, values, rng)
    band = np.clip(np.minimum(up / 0.05, (1 - up) / 0.08), 0, 1)[:, None]
    outer = _wall(up, radius, around, values, raised * band)
    deep = np.linspace(1.0, 0.32, 26)
    shrink = np.sqrt(np.clip((deep - 0.315) / 0.685, 0.0, 1.0)) ** 0.6
    hollow = (_profile(deep, values["foot"]) - 0.06) * shrink
    lip = _wall(np.array([1.012, 1.012]), np.array([0.985, 0.955]), around, values, 0.0)
    inner = np.concatenate([lip, _wall(deep, np.append(hollow[:-1], 0.0005), around, values, 0.0)])
    sole = _wall(np.zeros(2), np.array([0.001, 0.8 * values["foot"]]), around, values, 0.0)
    rings = np.concatenate([sole, outer, inner])  # (R, S, 3)
    share = np.concatenate([np.zeros(2), up, np.ones(2), deep])
    dark = {"foot": 1 - share, "rim": share, "none": 0.25 + 0 * share}[values["dark_end"]] ** 1.6
    vertices = rings.reshape(-1, 3)
    length = values["rim_m"]
    grain = np.column_stack([vertices[:, 2], vertices[:, 0] / length, vertices[:, 1] / length])
    body = Body(
        vertices=vertices,
        faces=ring_faces(len(rings), _SIDES, closed=False),
        marks={"grain": grain, "dark": np.repeat(dark, _SIDES), "along": np.repeat(share, _SIDES)},
    )
    parts = [body, *([_handle(values, rng)] if values["handle"] else [])]
    low = min(part.vertices[:, 2].min() for part in parts)
    return [Body(vertices=part.vertices - [0, 0, low], faces=part.faces, marks=part.marks) for part in parts]


def _profile(up: Array, foot: float) -> Array:
    """Return the radius over the rim's: a foot, a neck and a flaring bowl."""
    stem = foot * (0.85 + 0.25 * np.exp(-((up / 0.09) ** 2)))
    bowl = np.clip(up - 0.1, 0, 1) / 0.9
    return stem + (1 - 0.85 * foot) * (0.62 * bowl**0.75 + 0.38 * bowl**4)


def _wall(up: Array, radius: Array, around: Array, values: Parameters, raised: Array | float) -> Array:
    """Return points (R, S, 3) at heights and radii (R,), pushed outward by ``raised`` metres."""
    reach = radius[:, None] * values["rim_m"] + raised
    spout = np.exp(-((np.angle(np.exp(1j * around)) / 0.75) ** 2))
    flare = 1 + values["spout"] * 0.7 * spout[None] * up[:, None] ** 2
    lobes = 1 + values["wave"] * np.cos(5 * around + 1.0)[None] * up[:, None]
    x = reach * flare * lobes * np.cos(around)
    y = reach * values["oval"] * lobes * np.sin(around)
    rise = 1 + values["spout"] * 0.55 * np.cos(around)[None] * up[:, None] ** 2
    z = values["height_m"] * up[:, None] * rise
    lean = 0.22 * values["rim_m"] * up[:, None] ** 1.5
    return np.stack([x + lean, y, z], axis=-1)


def _relief(up: Array, around: Array, values: Parameters, rng: np.random.Generator) -> Array:
    """Return raised branches and blossoms on the outer wall, metres, shape (R, S)."""
    heights, turns = np.meshgrid(up, around, indexing="ij")
    raised = np.zeros(heights.shape)
    for _ in range(values["branches"]):
        steps = np.linspace(0, 1, 22)
        turn = (
            rng.uniform(0, 2 * np.pi)
            + rng.normal(0, 1.2) * steps
            + 0.25 * np.sin(7 * steps + rng.uniform(0, 6))
        )
        height = rng.uniform(0, 0.5) + rng.uniform(0.2, 0.6) * steps + 0.05 * np.sin(11 * steps)
        width = rng.uniform(0.012, 0.03)
        for a, b in zip(turn, height, strict=True):
            raised = np.maximum(raised, _dome(turns, heights, a, b, width))
    for _ in range(values["blossoms"]):
        spot = _dome(
            turns, heights, rng.uniform(0, 2 * np.pi), rng.uniform(0.05, 0.92), rng.uniform(0.012, 0.04)
        )
        raised = np.maximum(raised, spot * rng.uniform(0.5, 1.1))
    cracks = 0.12 * np.sin(9 * turns + 14 * heights) * np.sin(31 * heights + 5 * turns)
    return values["relief_m"] * (raised + cracks)


def _dome(turns: Array, heights: Array, turn: float, height: float, width: float) -> Array:
    across = np.angle(np.exp(1j * (turns - turn))) * 0.45
    return np.sqrt(np.clip(1 - (across**2 + (heights - height) ** 2) / width**2, 0, 1))


def _handle(values: Parameters, rng: np.random.Generator) -> Body:
    """Return a gnarled branch at the back, from the foot to the rim."""
    t = np.linspace(0, 1, 60)
    rim, height = values["rim_m"], values["height_m"]
    up = 0.06 + 0.84 * t
    back = -(_profile(up, values["foot"]) - 0.05 + 0.34 * np.sin(np.pi * t) ** 0.8) * rim
    y = 0.12 * rim * np.sin(rng.uniform(5, 9) * t + rng.uniform(0, 6))
    rise = 1 - values["spout"] * 0.55 * up**2
    path = np.stack([back + 0.22 * rim * up**1.5, y * np.sin(np.pi * t), height * up * rise], axis=1)
    vertices, faces = tube_mesh(path, rim * 0.085, sides=18)
    vertices = vertices + (0.014 * rim * ripples(rng, vertices, 120.0))[:, None]
    grain = np.column_stack([vertices[:, 2], vertices[:, 0] / rim, vertices[:, 1] / rim])
    up = np.clip(vertices[:, 2] / height, 0, 1)
    dark = {"foot": 1 - up, "rim": up, "none": 0.3 + 0 * up}[values["dark_end"]] ** 1.6
    return Body(vertices=vertices, faces=faces, marks={"grain": grain, "dark": dark, "along": up})


def horn_bangle(values: Parameters) -> list[Body]:
    """Make a bangle turned out of a horn, lying flat.

    Args:
        values: ``inner_m`` (radius of the hole), ``wide_m``, ``thick_m``, ``section`` (exponent of the outline),
            ``core`` (how near it lies to the dark core) and ``seed``.
    """
    rng = np.random.default_rng(values["seed"])
    turns, around = angles(120), angles(28)
    power = values["section"]
    norm = (np.abs(np.cos(around)) ** power + np.abs(np.sin(around)) ** power) ** (-1 / power)
    out = values["thick_m"] / 2 * norm * np.cos(around)
    high = values["wide_m"] / 2 * norm * np.sin(around)
    radius = values["inner_m"] + values["thick_m"] / 2 + out[None] + 0.0002 * np.sin(3 * turns)[:, None]
    z = np.broadcast_to(high, radius.shape) + values["wide_m"] / 2
    rings = np.stack([radius * np.cos(turns)[:, None], radius * np.sin(turns)[:, None], z], axis=-1)
    vertices = rings.reshape(-1, 3)
    size = values["inner_m"] + values["thick_m"]
    shift = values["core"] * np.array([np.cos(a := rng.uniform(0, 6.28)), np.sin(a)])
    grain = np.column_stack([vertices[:, 2] + rng.uniform(0, 1), vertices[:, :2] / size * 0.9 + shift])
    faces = [face[::-1] for face in _closed(120, 28)]
    return [Body(vertices=vertices, faces=faces, marks={"grain": grain})]


def _closed(rings: int, sides: int) -> list[tuple[int, ...]]:
    return ring_faces(rings, sides, closed=True)


def bracelet(values: Parameters) -> list[Body]:
    """Make beads on a cord, lying in a ring.

    Args:
        values: ``bead_m`` (radius), ``around_m`` (radius of the ring), ``barrel`` (length over width of a bead),
            ``squash`` (of the ring) and ``seed``.
    """
    rng = np.random.default_rng(values["seed"])
    step = 2 * values["bead_m"] * values["barrel"] * 1.02
    count = max(7, round(2 * np.pi * values["around_m"] * (1 + values["squash"]) / 2 / step))
    around = count * step / (np.pi * (1 + values["squash"]))
    return [
        _bead(values, around, turn + rng.normal(0, 0.015), rng)
        for turn in np.linspace(0, 2 * np.pi, count, endpoint=False)
    ]


def _bead(values: Parameters, around: float, turn: float, rng: np.random.Generator) -> Body:
    polar, rings = np.linspace(0.12, np.pi - 0.12, 13), angles(18)
    radius = values["bead_m"] * rng.uniform(0.95, 1.03)
    local = np.stack(
        [
            np.repeat(values["barrel"] * np.cos(polar), 18),
            np.outer(np.sin(polar), np.cos(rings)).ravel(),
            np.outer(np.sin(polar), np.sin(rings)).ravel(),
        ],
        axis=1,
    )
    heading = turn + np.pi / 2
    turned = np.array(
        [[np.cos(heading), -np.sin(heading), 0], [np.sin(heading), np.cos(heading), 0], [0, 0, 1]]
    )
    place = np.array([around * np.cos(turn), around * values["squash"] * np.sin(turn), radius])
    basis = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    grain = (local @ basis) * [radius, 0.3, 0.3] + [rng.uniform(0, 1), *rng.uniform(-0.75, 0.75, 2)]
    faces = [face[::-1] for face in ring_faces(13, 18, closed=False)]
    return Body(vertices=radius * local @ turned.T + place, faces=faces, marks={"grain": grain})
