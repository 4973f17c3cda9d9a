"""Turned, sawn and drilled ivory: bangles, seals, sticks, dice, balls, keys, handles, combs, chessmen; metres.

Each function returns parts of one article: material 0 is ivory, 1 a second one (metal, wood, cord).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from training.synth.kit.assembly import Part, turn_matrix
from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import Array
from training.synth.kit.meshes import ring_faces
from training.synth.kit.round_shapes import lathed, outward, ring, tube
from training.synth.subjects.carvings.relief_canvas import ReliefCanvas, carve_relief
from training.synth.subjects.carvings.reliefs import recess_of, slab_faces

_LIE = turn_matrix(y=math.pi / 2)  # what stood along z lies along x


def ivory_bangle(values: Parameters) -> list[Part]:
    """Make a bangle.

    Values: ``inner_m``, ``wide_m``, ``thick_m``, ``square``, ``style`` (plain, ribbed, relief, mounted), ``seed``.
    """
    rng = np.random.default_rng(values["seed"])
    turns, around = (
        np.linspace(0, 2 * math.pi, 200, endpoint=False),
        np.linspace(0, 2 * math.pi, 36, endpoint=False),
    )
    power = 1 - 0.75 * values["square"]
    across = np.sign(np.cos(around)) * np.abs(np.cos(around)) ** power
    up = np.sign(np.sin(around)) * np.abs(np.sin(around)) ** power
    raised = np.zeros((len(turns), len(around)))
    if values["style"] == "relief":
        x, y = np.meshgrid(turns / (2 * math.pi) * 7, (around / math.pi + 0.5) % 2, indexing="ij")
        raised = carve_relief(
            ReliefCanvas(x, y, values["seed"]), 7.0, str(rng.choice(["scroll", "procession"]))
        ) * (np.cos(around) > 0.05)
    elif values["style"] == "ribbed":
        raised = 0.5 + 0.5 * np.sin(int(rng.integers(16, 50)) * turns)[:, None] * (np.cos(around) > 0)
    oval = 1 + rng.normal(0, 0.012) * np.cos(2 * turns)[:, None]
    radius = (values["inner_m"] + values["thick_m"] / 2 * (1 + across)) * oval + 0.0016 * raised
    z = np.broadcast_to(values["wide_m"] / 2 * up, radius.shape)
    points = np.stack([radius * np.cos(turns)[:, None], radius * np.sin(turns)[:, None], z], axis=-1).reshape(
        -1, 3
    )
    vertices, faces = outward(points, np.array(ring_faces(len(turns), len(around), closed=True)))
    parts = [
        Part(
            vertices=vertices,
            faces=faces,
            values={"recess": recess_of(raised, wrap=True).ravel(), "end": 0.6},
        )
    ]
    if values["style"] == "mounted":
        for angle in rng.uniform(0, 6.28) + np.arange(rng.integers(1, 4)) * 2 * math.pi / 3:
            band, quads = ring(values["thick_m"] * 0.55, 0.012, 0.0012, sides=24)
            stretch = band * [1.15, 1.15 * values["wide_m"] / values["thick_m"], 1.0]
            turn = turn_matrix(x=math.pi / 2)
            place = Part(vertices=stretch @ turn.T @ turn_matrix(z=0).T, faces=quads, material=1)
            place = place.moved(by=(values["inner_m"] + values["thick_m"] / 2, 0, 0)).moved(
                turn=turn_matrix(z=angle)
            )
            parts.append(place)
    return parts


def prism(
    outline: Array,
    height: float,
    *,
    rings: int = 12,
    bevel: float = 0.0004,
    values: dict[str, Array] | None = None,
) -> Part:
    """Make an upright prism over an outline (N, 2) whose ends are dense enough for engraving."""
    size = np.abs(outline).max()
    rows: list[tuple[float, float]] = [(s, 0.0) for s in np.linspace(0.001, 1 - bevel / size, rings)]
    rows += [(1.0, bevel), (1.0, height - bevel)]
    rows += [(s, height) for s in np.linspace(1 - bevel / size, 0.001, rings)]
    points = np.concatenate([np.column_stack([outline * s, np.full(len(outline), h)]) for s, h in rows])
    vertices, faces = outward(points, np.array(ring_faces(len(rows), len(outline), closed=False)))
    end = np.array([1.0 if h in (0.0, height) else 0.0 for _, h in rows])
    return Part(
        vertices=vertices, faces=faces, values={"end": np.repeat(end, len(outline)), **(values or {})}
    )


def section(kind: str, radius: float, count: int = 96) -> Array:
    """Return an outline (count, 2): round, oval, square or octagonal, ``radius`` its half width."""
    angle = np.linspace(0, 2 * math.pi, count, endpoint=False)
    unit = np.column_stack([np.cos(angle), np.sin(angle)])
    if kind == "round":
        return radius * unit
    if kind == "oval":
        return radius * unit * [1.0, 0.65]
    power = {"square": 14.0, "octagon": 4.0}[kind]
    return radius * unit / (np.abs(unit) ** power).sum(axis=1, keepdims=True) ** (1 / power)


def seal(values: Parameters) -> list[Part]:
    """Make a name seal, standing on its blank end, the engraved face up.

    Args:
        values: ``radius_m``, ``height_m``, ``section``, ``engraved``, ``paste`` (red paste left on the face), ``cap``
            (a carved top), ``mark`` (a dot on the side) and ``seed``.
    """
    rng = np.random.default_rng(values["seed"])
    outline = section(values["section"], values["radius_m"])
    part = prism(outline, values["height_m"], rings=36 if values["engraved"] else 8)
    x, y, z = part.vertices.T / values["radius_m"]
    top = z > (values["height_m"] / values["radius_m"]) - 0.01
    inside = np.abs(section_reach(x, y, outline / values["radius_m"])) < 0.97
    cut = _characters(x, y, rng) * top if values["engraved"] else np.zeros(len(x))
    paste = top * (1 - cut) * values["paste"] * inside
    vertices = part.vertices - np.column_stack([0 * x, 0 * x, 0.0009 * cut])
    marks = {
        **part.values,
        "recess": 0.8 * cut,
        "paste": paste + 0.5 * cut * values["paste"],
        "tone": rng.random(),
    }
    if values["mark"]:
        dot = np.exp(
            -(
                ((x - 1) / 0.3) ** 2
                + (y / 0.16) ** 2
                + ((z - 0.7 * values["height_m"] / values["radius_m"]) / 0.16) ** 2
            )
            * 2
        )
        marks["ink"] = (dot > 0.5) * 1.0
    off = rng.uniform(-2, 2, 2) * values["radius_m"]
    pattern = part.vertices + [off[0], off[1], rng.uniform(0, 0.2)]
    return [Part(vertices=vertices, faces=part.faces, values=marks, pattern=pattern)]


def section_reach(x: Array, y: Array, outline: Array) -> Array:
    """Return each point's distance from the middle over that of the outline in its direction."""
    angle = np.arctan2(outline[:, 1], outline[:, 0])
    order = np.argsort(angle)
    rim = np.interp(
        np.arctan2(y, x), angle[order], np.linalg.norm(outline, axis=1)[order], period=2 * math.pi
    )
    return np.hypot(x, y) / rim


def _characters(x: Array, y: Array, rng: np.random.Generator) -> Array:
    """Return 1 where a seal's face is cut away: between the strokes of two or four invented characters, and its rim."""
    strokes = np.zeros(len(x))
    cells = (
        [(-0.36, 0.36), (0.36, 0.36), (-0.36, -0.36), (0.36, -0.36)]
        if rng.random() < 0.5
        else [(0, 0.4), (0, -0.4)]
    )
    wide = 0.28 if len(cells) == 4 else 0.5
    for cx, cy in cells:
        u, v = (x - cx) / wide, (y - cy) / 0.30
        for k in np.linspace(-0.8, 0.8, int(rng.integers(2, 5))):
            strokes = np.maximum(strokes, (np.abs(v - k) < 0.12) & (np.abs(u) < rng.uniform(0.6, 1.0)))
        for k in rng.choice([-0.7, -0.35, 0.0, 0.35, 0.7], 2, replace=False):
            strokes = np.maximum(
                strokes, (np.abs(u - k) < 0.12) & (np.abs(v - rng.uniform(-0.3, 0.3)) < rng.uniform(0.4, 0.9))
            )
    rim = (np.hypot(x, y) > 0.88) & (np.hypot(x, y) < 1.0)
    return 1.0 - np.clip(strokes + rim, 0, 1)


def chopsticks(values: Parameters) -> list[Part]:
    """Make a pair of chopsticks side by side along x.

    Values: ``length_m``, ``thick_m``, ``apart_m``, ``cross_deg``, ``tipped``, ``seed``.
    """
    rng = np.random.default_rng(values["seed"])
    parts = []
    for side in (-0.5, 0.5):
        u = np.linspace(0, 1, 40)
        bow = 0.004 * rng.normal() * np.sin(math.pi * u)
        path = np.column_stack([(u - 0.5) * values["length_m"], bow, 0 * u])
        thick = values["thick_m"] / 2 * (0.46 + 0.54 * u)
        vertices, faces = tube(path, thick, sides=20)
        square = np.clip((vertices[:, 0] / values["length_m"] + 0.1) * 6, 0, 1)[:, None] * [0, 1, 1]
        reach = np.abs(vertices[:, 1:]).max(axis=1, keepdims=True) / np.maximum(
            np.linalg.norm(vertices[:, 1:], axis=1, keepdims=True), 1e-9
        )
        vertices[:, 1:] *= 1 + square[:, 1:] * (0.9 / np.maximum(reach, 0.5) - 1) * 0.8
        stick = Part(
            vertices=vertices,
            faces=faces,
            pattern=vertices[:, [1, 2, 0]] + rng.uniform(0, 0.1, 3),
            values={"tone": rng.random()},
        )
        pieces = [stick]
        if values["tipped"]:
            cap, quads = ring(values["thick_m"] * 0.47, 0.016, 0.0007, sides=24)
            pieces.append(
                Part(vertices=cap @ _LIE.T + [values["length_m"] * 0.47, 0, 0], faces=quads, material=1)
            )
        turn = turn_matrix(z=math.radians(values["cross_deg"]) * (2 * side + 0.2 * rng.normal()))
        parts += [
            piece.moved(turn=turn).moved(by=(0.004 * rng.normal(), side * values["apart_m"], 0))
            for piece in pieces
        ]
    return parts


def die(values: Parameters) -> list[Part]:
    """Make a die with ring-and-dot or plain pips: ``side_m``, ``round`` (of its edges, 0 to 1) and ``seed``."""
    count, half = 26, values["side_m"] / 2
    u = np.linspace(-1, 1, count)
    a, b = (grid.ravel() for grid in np.meshgrid(u, u, indexing="ij"))
    index = np.arange(count * count).reshape(count, count)
    quads = np.stack([index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]], axis=-1).reshape(-1, 4)
    vertices, faces, ink = [], [], []
    for face in range(6):
        axis, sign = face % 3, 1 if face < 3 else -1
        flat = np.stack([sign + 0 * a, a, b], axis=1)
        power = 1 + 3.0 / max(values["round"], 0.05)
        flat = flat / np.maximum(
            (np.abs(flat) ** (2 * power)).sum(axis=1, keepdims=True) ** (1 / (2 * power)), 1e-9
        )
        number = face + 1 if face < 3 else 7 - (face - 3 + 1)
        away = np.min([np.hypot(a - x, b - y) for x, y in _pips(number)], axis=0)
        depth = np.clip(1 - (away / 0.17) ** 2, 0, 1)
        flat[:, 0] -= sign * 0.10 * depth
        vertices.append(np.roll(flat, axis, axis=1) * half)
        ink.append((away < 0.16) * 1.0)
        faces.append((quads if sign > 0 else quads[:, ::-1]) + face * count * count)
    points = np.concatenate(vertices)
    end = np.abs(points[:, 2]) > 0.97 * half
    return [
        Part(
            vertices=points,
            faces=np.concatenate(faces),
            values={"ink": np.concatenate(ink), "end": end * 1.0},
        )
    ]


def _pips(number: int) -> Sequence[tuple[float, float]]:
    d = 0.5
    corners = [(-d, -d), (d, d), (-d, d), (d, -d)]
    return {
        1: [(0.0, 0.0)],
        2: corners[:2],
        3: [*corners[:2], (0.0, 0.0)],
        4: corners,
        5: [*corners, (0.0, 0.0)],
        6: [*corners, (-d, 0.0), (d, 0.0)],
    }[number]


def billiard_ball(values: Parameters) -> list[Part]:
    """Make a billiard ball turned about the tusk's axis, its nerve a dark dot at both poles.

    Values: ``radius_m``, ``dyed``, ``seed``.
    """
    angle = np.linspace(0, math.pi, 49)
    vertices, faces = lathed(values["radius_m"] * np.column_stack([np.sin(angle), np.cos(angle)]), sides=64)
    polar = np.hypot(vertices[:, 0], vertices[:, 1]) / values["radius_m"]
    rng = np.random.default_rng(values["seed"])
    marks = {
        "end": np.clip((np.abs(vertices[:, 2]) / values["radius_m"] - 0.55) * 4, 0, 1),
        "recess": np.clip(1 - polar / 0.07, 0, 1),
        "paste": 0.85 * values["dyed"],
    }
    tilt = turn_matrix(x=rng.uniform(0, 3), y=rng.uniform(0, 1.3))
    return [Part(vertices=vertices @ tilt.T, faces=faces, values=marks, pattern=vertices * 1.0)]


def piano_key(values: Parameters) -> list[Part]:
    """Make the covering of a piano key, a thin leaf.

    Values: ``length_m``, ``wide_m``, ``notch`` (0 none, 1 or -1 a side) and ``seed``.
    """
    rng = np.random.default_rng(values["seed"])
    columns, rows = 40, 9
    v, u = np.meshgrid(np.linspace(-0.5, 0.5, rows), np.linspace(0, 1, columns), indexing="ij")
    wide = np.where(u < 0.36, 1.0, 1.0 - 0.42 * abs(values["notch"]))
    x = (u - 0.5) * values["length_m"]
    y = (v * wide - values["notch"] * 0.21 * (u >= 0.36)) * values["wide_m"]
    z = 0.0006 * rng.normal() * np.sin(math.pi * u) + 0.0002 * np.sin(9 * u)
    thick = 0.0013 - 0.0004 * (u < 0.02)
    points = np.concatenate(
        [np.stack([x, y, z + thick], axis=-1).reshape(-1, 3), np.stack([x, y, z], axis=-1).reshape(-1, 3)]
    )
    soiled = np.concatenate([0.25 * (np.abs(v) > 0.45).ravel(), np.zeros(x.size)])
    vertices, faces = outward(points, slab_faces(rows, columns))
    return [
        Part(
            vertices=vertices,
            faces=faces,
            values={"recess": soiled, "tone": rng.random()},
            pattern=vertices[:, [1, 2, 0]] + rng.uniform(0, 0.2, 3),
        )
    ]


def cutlery(values: Parameters) -> list[Part]:
    """Make a knife, fork or carver with an ivory handle.

    Values: ``kind``, ``handle_m``, ``thick_m``, ``blade_m``, ``curl``, ``seed``.
    """
    rng = np.random.default_rng(values["seed"])
    u = np.linspace(0, 1, 30)
    path = np.column_stack([-u * values["handle_m"], 0 * u, 0 * u])
    shape = 0.72 + 0.28 * u + 0.10 * np.sin(math.pi * (u * 1.6)) * values["curl"]
    vertices, faces = tube(path, values["thick_m"] / 2 * shape, sides=24, flatness=rng.uniform(0.6, 0.85))
    handle = Part(
        vertices=vertices,
        faces=faces,
        pattern=vertices[:, [1, 2, 0]] + rng.uniform(0, 0.2, 3),
        values={"tone": rng.random()},
    )
    cap, quads = ring(values["thick_m"] * 0.34, 0.010, values["thick_m"] * 0.08, sides=24)
    ferrule = Part(vertices=cap @ _LIE.T * [1, 1, 0.8], faces=quads, material=1)
    t = np.linspace(0, 1, 24)
    if values["kind"] == "fork":
        metal = [_bar([(0, 0), (0.6, 0), (0.62, 0)], values["blade_m"], 0.004)]
        metal += [
            _bar([(0.6, 0), (0.68, y), (1.0, y)], values["blade_m"], 0.0025)
            for y in np.linspace(-0.055, 0.055, int(rng.integers(2, 5)))
        ]
    else:
        wide = (
            0.011 * np.sqrt(np.clip(1 - t**6, 0.01, 1)) * np.where(t < 0.06, 0.4, 1.0) * rng.uniform(0.8, 1.4)
        )
        line = np.column_stack([t * values["blade_m"], 0.004 * np.sin(math.pi * t), 0 * t])
        points, sides = tube(line, wide, sides=10, flatness=0.08)
        metal = [Part(vertices=points, faces=sides, material=1)]
    return [handle, ferrule, *metal]


def _bar(points: Sequence[tuple[float, float]], length: float, radius: float) -> Part:
    line = np.array([(x * length, y * length, 0.0) for x, y in points])
    vertices, faces = tube(line, radius, sides=10, flatness=0.6)
    return Part(vertices=vertices, faces=faces, material=1)


_CHESSMEN = {
    "pawn": [(0.30, 0), (0.30, 0.07), (0.2, 0.14), (0.11, 0.28), (0.10, 0.48), (0.19, 0.53), (0.12, 0.57), (0.19, 0.68), (0.19, 0.8), (0.12, 0.9), (0.001, 0.93)],
    "rook": [(0.32, 0), (0.32, 0.08), (0.22, 0.16), (0.16, 0.35), (0.15, 0.6), (0.26, 0.68), (0.26, 0.9), (0.20, 0.9), (0.18, 0.8), (0.001, 0.8)],
    "bishop": [(0.32, 0), (0.32, 0.08), (0.2, 0.16), (0.11, 0.4), (0.1, 0.8), (0.2, 0.85), (0.12, 0.89), (0.19, 1.05), (0.15, 1.2), (0.05, 1.3), (0.06, 1.35), (0.001, 1.38)],
    "queen": [(0.35, 0), (0.35, 0.09), (0.24, 0.18), (0.13, 0.5), (0.11, 1.0), (0.23, 1.05), (0.14, 1.1), (0.15, 1.25), (0.24, 1.45), (0.17, 1.46), (0.07, 1.5), (0.07, 1.58), (0.001, 1.61)],
    "king": [(0.36, 0), (0.36, 0.09), (0.25, 0.18), (0.14, 0.5), (0.12, 1.1), (0.24, 1.16), (0.15, 1.2), (0.16, 1.35), (0.23, 1.55), (0.1, 1.62), (0.04, 1.66), (0.06, 1.8), (0.001, 1.84)],
}  # fmt: skip


def chessman(values: Parameters) -> list[Part]:
    """Make a turned chessman that stands: ``kind``, ``size_m`` (the pawn's height), ``dyed`` and ``seed``."""
    profile = np.array(_CHESSMEN[values["kind"]])
    t = np.linspace(0, len(profile) - 1, 90)
    whole = np.minimum(t.astype(int), len(profile) - 2)
    share = t - whole
    smooth = (
        profile[whole] + (profile[whole + 1] - profile[whole]) * (share * share * (3 - 2 * share))[:, None]
    )
    bumps = smooth[:, 0] + 0.012 * np.sin(70 * smooth[:, 1]) * (smooth[:, 0] > 0.05)
    line = np.column_stack([np.r_[0.001, bumps], np.r_[0.0, smooth[:, 1]]]) * values["size_m"]
    vertices, faces = lathed(line, sides=40)
    grooves = np.clip(-np.gradient(np.gradient(np.r_[0.0, bumps])) * -120, 0, 1)
    return [
        Part(
            vertices=vertices,
            faces=faces,
            values={"recess": np.repeat(grooves, 40), "paste": 0.8 * values["dyed"]},
        )
    ]


def ivory_comb(values: Parameters) -> list[Part]:
    """Make a comb that lies flat.

    Values: ``width_m``, ``height_m``, ``back`` (share of the height), ``teeth``, ``double``, ``style``, ``seed``.
    """
    rng = np.random.default_rng(values["seed"])
    wide = values["width_m"] / values["height_m"]
    rows, columns = 70, 160
    y, x = np.meshgrid(np.linspace(0, values["back"], rows), np.linspace(0, wide, columns), indexing="ij")
    raised = carve_relief(
        ReliefCanvas(x * 1 / values["back"], y / values["back"], values["seed"]),
        wide / values["back"],
        values["style"],
    )
    hollow = recess_of(raised)
    raised[[0, -1]], raised[:, [0, -1]] = 0.3, 0.3
    low = 0.5 - values["back"] / 2 if values["double"] else 1 - values["back"]
    crown = 0.0 if values["double"] else 0.12 * np.sin(math.pi * x / wide) * y / values["back"]
    scale = values["height_m"]
    front = np.stack(
        [(x - wide / 2) * scale, (y + low + crown - 0.5) * scale, 0.004 + 0.0012 * raised], axis=-1
    ).reshape(-1, 3)
    back = np.stack([(x - wide / 2) * scale, (y + low + crown - 0.5) * scale, 0 * x], axis=-1).reshape(-1, 3)
    vertices, faces = outward(np.concatenate([front, back]), slab_faces(rows, columns))
    parts = [
        Part(
            vertices=vertices,
            faces=faces,
            values={"recess": np.concatenate([hollow.ravel(), np.zeros(x.size)])},
            pattern=vertices[:, [0, 2, 1]],
        )
    ]
    pitch = values["width_m"] / values["teeth"]
    ends = [(low, 0.0), (low + values["back"], 1.0)] if values["double"] else [(low, 0.0)]
    for root, tip in ends:
        fine = 1 if tip == 0.0 else 2
        for k in range(values["teeth"] * fine):
            if rng.random() < 0.03:
                continue
            at = (k + 0.5) * pitch / fine - values["width_m"] / 2
            guard = k in (0, values["teeth"] * fine - 1)
            line = np.array(
                [
                    (at, (root - 0.5) * scale, 0.002),
                    (at, (0.5 * (root + tip) - 0.5) * scale, 0.002),
                    (at, (tip - 0.5) * scale, 0.002),
                ]
            )
            points, quads = tube(
                line, np.array([1.0, 0.95, 0.45]) * pitch / fine * (0.48 if guard else 0.33), sides=6
            )
            parts.append(Part(vertices=points, faces=quads, pattern=points[:, [0, 2, 1]]))
    return parts


def fan(values: Parameters) -> list[Part]:
    """Make an open fan of pierced sticks, lying flat: ``radius_m``, ``sticks``, ``open_deg`` and ``seed``."""
    rng = np.random.default_rng(values["seed"])
    parts, count = [], values["sticks"]
    holes = rng.uniform(0.35, 0.9, 5)
    for k, angle in enumerate(np.radians(np.linspace(-0.5, 0.5, count) * values["open_deg"])):
        rows, columns = 90, 7
        v, u = np.meshgrid(np.linspace(-0.5, 0.5, columns), np.linspace(0.0, 1.0, rows), indexing="ij")
        guard = k in (0, count - 1)
        half = values["radius_m"] * (0.035 + 0.5 * math.radians(values["open_deg"]) / count * 1.08 * u)
        x, y = u * values["radius_m"], v * 2 * half * 0.5 + 0 * u
        lace = np.abs(np.sin(26 * math.pi * u) * np.cos(math.pi * v)) * (
            np.min([np.abs(u - h) for h in holes], axis=0) < 0.06
        )
        thick = (0.0022 if guard else 0.0009) * (1 - 0.5 * lace)
        z = 0.0008 * k + 0 * x
        points = np.concatenate(
            [np.stack([x, y, z + thick], axis=-1).reshape(-1, 3), np.stack([x, y, z], axis=-1).reshape(-1, 3)]
        )
        vertices, faces = outward(points, slab_faces(columns, rows))
        turn = turn_matrix(z=angle)
        dark = np.concatenate([np.clip(1.6 * lace - 0.2, 0, 1).ravel(), np.zeros(x.size)])
        parts.append(
            Part(
                vertices=vertices @ turn.T,
                faces=faces,
                values={"recess": dark, "tone": float(rng.random())},
                pattern=vertices[:, [1, 2, 0]],
            )
        )
    return parts
