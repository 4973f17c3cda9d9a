"""Things of cattle and buffalo horn: whole horns, drinking horns, mounted pairs, combs, buttons and beads."""

from __future__ import annotations

import numpy as np

from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import Array
from training.synth.kit.meshes import lathe_mesh, ring_faces, tube_mesh
from training.synth.subjects.horns.bodies import (
    Body,
    angles,
    at_rest,
    end_cap,
    flutes,
    moved_body,
    ripples,
    spine,
    swept,
)

SIDES = 64
_HOLLOW, _RINGS = 24, 120
METAL, WOOD, CLOTH = 1, 2, 3  # slots after the horn's own


def cattle_horn(values: Parameters) -> list[Body]:
    """Make a hollow horn that starts at the origin along +x and bends to +y.

    Args:
        values: ``length_m``, ``base_m`` (radius), ``flat`` (height over width), ``bend_deg``, ``back_deg`` (the
            second curve), ``sway_deg`` (out of the plane), ``taper``, ``ridges`` (number), ``ridge`` (depth, share
            of the radius), ``wall`` (share of the radius), ``rough``, ``rim`` (whether metal binds the mouth) and
            ``seed``.
    """
    rng = np.random.default_rng(values["seed"])
    stations = np.concatenate([np.linspace(0.3, 0.0, _HOLLOW), np.linspace(0.0, 1.0, _RINGS)])
    skin = stations[_HOLLOW:]
    bend = np.radians(values["bend_deg"]) * stations + np.radians(values["back_deg"]) * stations**2.5
    sway = np.radians(values["sway_deg"]) * np.sin(np.pi * stations * 0.9)
    line = spine(stations, values["length_m"], bend, sway)
    hollow = (1 - values["wall"]) * np.sqrt(1 - (stations[:_HOLLOW] / 0.3) ** 1.4 * 0.999)
    solid = (1 - 0.94 * skin ** values["taper"]) * np.sqrt(1 - skin**26 * 0.97)
    radius = values["base_m"] * np.concatenate([hollow, solid])
    relief = np.ones((len(stations), SIDES))
    relief[_HOLLOW:] += _ridges(skin, values, rng) + 0.012 * flutes(rng, skin, SIDES, (1, 5), 0.4)
    body = swept(line, radius * values["flat"], radius, relief, square=values["square"])
    count = len(stations)
    inside = np.repeat(np.where(np.arange(count) < _HOLLOW, 1.0, 0.0), SIDES)
    vertices = (
        body.vertices
        + values["rough"] * 0.01 * values["base_m"] * (ripples(rng, body.vertices, 60.0)[:, None])
    )
    ragged = flutes(rng, np.zeros(1), SIDES, (1, 9), 0.0)[0] * values["rough"] * values["base_m"] * 0.05
    vertices[:, 0] += np.tile(ragged, count) * np.exp(-body.marks["along"] / 0.02)
    horn = Body(vertices=vertices, faces=body.faces, marks={**body.marks, "inside": inside})
    return [horn, *([_binding(values)] if values["rim"] else [])]


def _ridges(skin: Array, values: Parameters, rng: np.random.Generator) -> Array:
    """Return growth rings, strong near the base and gone at two thirds, shape (N, S)."""
    phase = 2 * np.pi * values["ridges"] * skin**0.9
    slant = 0.5 * np.cos(angles(SIDES) + rng.uniform(0, 6))[None]
    wave = np.clip(np.sin(phase[:, None] + slant + 0.35 * flutes(rng, skin, SIDES, (1, 4), 0.5)), -0.6, 1)
    front = 0.65 + 0.35 * np.cos(angles(SIDES) - np.pi)[None]
    return values["ridge"] * wave * front * np.clip(1 - skin / 0.72, 0, 1)[:, None] ** 0.8


def _binding(values: Parameters) -> Body:
    """Return a metal band about the mouth of a drinking horn."""
    stations = np.array([0.045, 0.0, 0.0, -0.006, -0.006, 0.0, 0.06, 0.066, 0.07, 0.062])
    radius = np.array([0.86, 0.9, 0.97, 1.0, 1.05, 1.06, 1.05, 1.07, 1.03, 0.97]) * values["base_m"]
    line = spine(stations, values["length_m"], np.zeros(len(stations)))
    body = swept(
        line, radius * values["flat"], radius, np.ones((len(stations), SIDES)), square=values["square"]
    )
    return Body(vertices=body.vertices, faces=body.faces, marks=body.marks, slot=METAL)


def lying_horn(values: Parameters) -> list[Body]:
    """Make one horn at rest on its side."""
    down = (0.0, 0.15, -1.0) if values["seed"] % 2 else (0.0, -0.15, 1.0)
    return at_rest(cattle_horn(values), down, values["seed"])


def mounted_pair(values: Parameters) -> list[Body]:
    """Make two horns on a wooden board, hanging: in the xz plane, facing -y.

    Args:
        values: ``horn`` (see `cattle_horn`), ``rise_deg`` (of the roots), ``board`` (``shield``, ``oval`` or
            ``plank``), ``board_m`` (half width), ``boss_m`` (radius of the covered middle) and ``seed``.
    """
    right = cattle_horn(values["horn"])
    rise = np.radians(values["rise_deg"])
    forward = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], dtype=float)  # the curve's plane: xy to xz
    lift = np.array([[np.cos(rise), 0, -np.sin(rise)], [0, 1, 0], [np.sin(rise), 0, np.cos(rise)]])
    root = np.array([values["boss_m"] * 0.75, -values["boss_m"] * 0.9, 0.0])
    right = [moved_body(part, lift @ forward, root) for part in right]
    left = [moved_body(part, np.diag([-1.0, 1.0, 1.0])) for part in right]
    parts = [*right, *left, boss(values), board(values)]
    low = min(part.vertices[:, 2].min() for part in parts)
    back = max(part.vertices[:, 1].max() for part in parts)
    return [moved_body(part, np.eye(3), (0.0, -back, -low)) for part in parts]


def boss(values: Parameters) -> Body:
    """Return the covered skull stump between two horns.

    Args:
        values: ``boss_m`` (radius) and ``seed``.
    """
    polar = np.linspace(0, np.pi, 25)
    profile = np.stack([np.sin(polar), np.cos(polar)], axis=1) * values["boss_m"]
    vertices, faces = lathe_mesh(profile, sides=40)
    rng = np.random.default_rng(values["seed"])
    vertices = vertices[:, [2, 1, 0]] * [1.15, 0.95, 0.85] + [0.0, -values["boss_m"] * 0.8, 0.0]
    vertices = vertices + 0.02 * values["boss_m"] * ripples(rng, vertices, 50.0)[:, None]
    return Body(vertices=vertices, faces=[face[::-1] for face in faces], slot=CLOTH)


def board(values: Parameters) -> Body:
    """Return a bevelled board, its back at y = 0.

    Args:
        values: ``board`` (``shield``, ``oval`` or ``plank``) and ``board_m`` (half width).
    """
    turn = angles(120)
    x, z = np.sin(turn), np.cos(turn)
    if values["board"] == "shield":
        z = np.where(z < 0, z * (1.45 - 0.25 * np.abs(x)), 0.95 * np.sign(z) * np.abs(z) ** 0.4)
        x = np.sign(x) * np.abs(x) ** 0.62 * np.where(z < -0.3, 0.98, 1.0)
    elif values["board"] == "plank":
        x, z = np.sign(x) * np.abs(x) ** 0.3 * 1.3, np.sign(z) * np.abs(z) ** 0.3 * 0.62
    thick = 0.02
    rows = [(0.0, 0.0), (1.0, 0.0), (1.0, 0.6 * thick), (0.93, thick), (0.0, thick)]
    rings = [
        np.stack([share * x, np.full(120, -deep / values["board_m"]), share * z], axis=1)
        for share, deep in rows
    ]
    vertices = np.concatenate(rings) * values["board_m"]
    faces = ring_faces(len(rows), 120, closed=False)
    return Body(vertices=vertices, faces=[face[::-1] for face in faces], slot=WOOD)


def horn_comb(values: Parameters) -> list[Body]:
    """Make a flat comb: ``length_m``, ``depth_m``, ``teeth`` (number), ``arch`` and ``seed``."""
    rng = np.random.default_rng(values["seed"])
    length, depth, thick = values["length_m"], values["depth_m"], 0.0032
    back = np.linspace(-1, 1, 60)
    crest = depth * (0.42 + values["arch"] * (1 - back**2))
    ends = np.clip(1 - np.abs(back) ** 14, 0.05, 1)
    spineward = [
        _bar(length / 2 * back, 0 * back, crest * ends, thick * (0.7 + 0.5 * ends), rng),
    ]
    teeth = np.linspace(-0.47, 0.47, values["teeth"]) * length
    pitch = teeth[1] - teeth[0]
    lengths = -depth * (0.62 - 0.08 * np.abs(np.linspace(-1, 1, len(teeth))) ** 3)
    return at_rest(
        [
            *spineward,
            *(_tooth(x, low, pitch * 0.3, thick * 0.45) for x, low in zip(teeth, lengths, strict=True)),
        ],
        (0.0, 0.0, -1.0),
    )


def _bar(x: Array, low: Array, high: Array, thick: Array, rng: np.random.Generator) -> Body:
    """Return a plate between two curves, thinner at its edges."""
    rows = []
    for height, half in ((0.0, 0.55), (0.3, 1.0), (0.75, 0.9), (1.0, 0.3)):
        rows.append(np.stack([x, low + (high - low) * height, thick / 2 * half], axis=1))
    for height, half in ((1.0, -0.3), (0.75, -0.9), (0.3, -1.0), (0.0, -0.55)):
        rows.append(np.stack([x, low + (high - low) * height, thick / 2 * half], axis=1))
    rings = np.stack(rows, axis=1)  # (N, 8, 3)
    vertices = rings.reshape(-1, 3)
    faces = [face[::-1] for face in ring_faces(len(x), 8, closed=False)]
    faces += [tuple(range(8)), tuple(reversed(range(8 * (len(x) - 1), 8 * len(x))))]
    return Body(vertices=vertices, faces=faces, marks={"grain": _plate_grain(vertices, rng)})


def _plate_grain(vertices: Array, rng: np.random.Generator) -> Array:
    return vertices + rng.uniform(0, 3, 3)


def _tooth(x: float, low: float, half: float, thick: float) -> Body:
    heights = np.array([0.006, 0.3 * low, 0.8 * low, low])
    width, deep = half * np.array([1.0, 1.0, 0.8, 0.25]), thick * np.array([1.0, 1.0, 0.8, 0.3])
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    vertices = np.array(
        [(x + a * w, y, b * d) for y, w, d in zip(heights, width, deep, strict=True) for a, b in corners]
    )
    faces = [face[::-1] for face in ring_faces(4, 4, closed=False)]
    return Body(vertices=vertices, faces=[*faces, (12, 13, 14, 15)], marks={"grain": vertices + 1.0})


def turned_body(profile: Array, seed: int, *, sides: int = 48, oval: float = 1.0) -> list[Body]:
    """Turn a closed profile (N, 2) of radius and height into a bowl, button or ring of horn plate."""
    rng = np.random.default_rng(seed)
    vertices, faces = lathe_mesh(profile, sides=sides)
    vertices = vertices * [1.0, oval, 1.0]
    basis = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    grain = vertices @ basis + rng.uniform(0, 3, 3)
    return [Body(vertices=vertices, faces=faces, marks={"grain": grain})]


def bowl(values: Parameters) -> list[Body]:
    """Make a bowl of horn: ``radius_m``, ``height_m``, ``oval`` and ``seed``."""
    r, h = values["radius_m"], values["height_m"]
    t = np.linspace(0.0, 1.0, 16)
    outside = np.stack([r * (0.35 + 0.65 * np.sin(t * np.pi / 2)), h * t**1.6], axis=1)
    inside = np.stack([r * 0.955 * np.sqrt(t[::-1]), h * (0.07 + 0.93 * t[::-1] ** 1.5)], axis=1)
    profile = np.concatenate([[[1e-4, 0.0]], outside, [[r * 0.985, h * 1.012]], inside])
    return turned_body(profile[::-1], values["seed"], sides=72, oval=values["oval"])


def button(values: Parameters) -> list[Body]:
    """Make a button with a raised rim and four dark holes: ``radius_m``, ``holes`` and ``seed``."""
    r = values["radius_m"]
    shape = [
        (0.0, 0.0),
        (0.9, 0.0),
        (1.0, 0.1),
        (1.0, 0.24),
        (0.92, 0.32),
        (0.78, 0.26),
        (0.6, 0.2),
        (0.0, 0.19),
    ]
    body = turned_body(np.array(shape)[::-1] * r + [1e-5, 0.0], values["seed"], sides=28)
    places = [(0.2, 0.2), (-0.2, 0.2), (-0.2, -0.2), (0.2, -0.2)][:: 4 // values["holes"]]
    holes = []
    for x, y in places:
        spot, faces = lathe_mesh(np.array([(1e-5, 0.205), (0.085, 0.205), (0.09, 0.15)]) * r, sides=9)
        holes.append(Body(vertices=spot + [x * r, y * r, 0.0], faces=faces, slot=METAL))
    return [*body, *holes]


def cuff(values: Parameters) -> list[Body]:
    """Make a bangle of horn: ``inner_m``, ``wide_m``, ``thick_m`` and ``seed``."""
    turn = angles(18)
    out = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** 0.5 * values["thick_m"] / 2
    high = np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** 0.5 * values["wide_m"] / 2
    ring = np.stack([values["inner_m"] + values["thick_m"] / 2 + out, high + values["wide_m"] / 2], axis=1)
    return turned_body(np.concatenate([ring, ring[:1]])[::-1], values["seed"], sides=96)


def horn_links(values: Parameters) -> list[Body]:
    """Make a necklace of oval horn links, lying in a loop: ``links``, ``link_m``, ``squash`` and ``seed``."""
    rng = np.random.default_rng(values["seed"])
    count, size = values["links"], values["link_m"]
    around = count * size * 1.32 / (2 * np.pi)
    parts = []
    for number, turn in enumerate(np.linspace(0, 2 * np.pi, count, endpoint=False)):
        flat, lap = number % 2 == 0, angles(28)
        path = np.stack([size * np.cos(lap), 0.68 * size * np.sin(lap), 0 * lap], axis=1)
        vertices, faces = tube_mesh(path, size * 0.17, closed=True, sides=10)
        tilt = rng.normal(0, 0.15) + (0.0 if flat else 0.95)
        roll = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
        heading = turn + np.pi / 2
        yaw = np.array(
            [[np.cos(heading), -np.sin(heading), 0], [np.sin(heading), np.cos(heading), 0], [0, 0, 1]]
        )
        place = [
            around * np.cos(turn),
            values["squash"] * around * np.sin(turn),
            size * (0.2 if flat else 0.5),
        ]
        grain = vertices + rng.uniform(0, 3, 3)
        parts.append(
            moved_body(Body(vertices=vertices, faces=faces, marks={"grain": grain}), yaw @ roll, place)
        )
    low = min(part.vertices[:, 2].min() for part in parts)
    return [moved_body(part, np.eye(3), (0, 0, -low)) for part in parts]


def stump(values: Parameters) -> list[Body]:
    """Make a solid polished tip sawn off a horn: ``length_m``, ``base_m``, ``bend_deg``, ``taper`` and ``seed``."""
    rng = np.random.default_rng(values["seed"])
    stations = np.linspace(0, 1, 50)
    line = spine(stations, values["length_m"], np.radians(values["bend_deg"]) * stations)
    radius = values["base_m"] * (1 - 0.93 * stations ** values["taper"]) * np.sqrt(1 - stations**24 * 0.97)
    relief = 1 + 0.012 * flutes(rng, stations, 36, (1, 4), 0.4)
    skin = swept(line, radius * values["flat"], radius, relief)
    skin = Body(
        vertices=skin.vertices,
        faces=skin.faces,
        marks={**skin.marks, "along": 0.45 + 0.55 * skin.marks["along"]},
    )
    return at_rest([skin, end_cap(skin, 36, first=True)], (0.0, 0.0, -1.0), values["seed"])
