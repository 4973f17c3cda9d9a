"""Antlers: beams with tines, burr and pearls; palms; sawn pieces; pairs on a board."""

from __future__ import annotations

import numpy as np

from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import Array
from training.synth.subjects.horns.bodies import (
    Body,
    Spine,
    at_rest,
    end_cap,
    flutes,
    moved_body,
    ripples,
    spine,
    swept,
)
from training.synth.subjects.horns.crafts import board, boss

SIDES = 36
_BEAM, _TINE = 170, 60  # rings


def antler(values: Parameters) -> list[Body]:
    """Make an antler that starts at the origin along +x and curves to +y.

    Args:
        values: ``length_m``, ``base_m`` (radius), ``bend_deg``, ``bow_deg`` (out of the plane), ``tines`` (each
            with ``at``, ``length``, ``angle_deg``, ``out_deg`` and ``curl_deg``; lengths are shares of the beam's),
            ``palm`` (width, share of the length; 0: none), ``pearls`` (depth), ``burr`` and ``seed``.
    """
    rng = np.random.default_rng(values["seed"])
    stations = np.linspace(0.0, 1.0, _BEAM) ** 1.15
    bend = np.radians(values["bend_deg"]) * (0.35 * stations + 0.65 * stations**1.8)
    bow = np.radians(values["bow_deg"]) * np.sin(np.pi * stations)
    line = spine(stations, values["length_m"], bend, bow)
    radius = values["base_m"] * (1 - 0.35 * stations - 0.52 * stations**3) * np.sqrt(1 - stations**22 * 0.97)
    wide = radius + 0.0 * stations
    if values["palm"]:
        spread = values["palm"] * values["length_m"] * np.clip((stations - 0.22) / 0.55, 0, 1) ** 1.2
        deep = radius * (1 - 0.55 * np.clip((stations - 0.2) / 0.4, 0, 1)) + spread
        deep *= np.sqrt(np.clip(1 - np.clip((stations - 0.72) / 0.281, 0, 1) ** 2, 0.0004, 1))
        wide = radius * (1 - 0.5 * np.clip((stations - 0.2) / 0.4, 0, 1))
        radius = deep
    beam = _bone(line, radius, wide, values, rng, root=values["base_m"])
    cap = end_cap(beam, SIDES, first=True, dish=-0.3, rings=8)
    tines = [_tine(line, tine, values, rng) for tine in values["tines"]]
    return [beam, cap, *tines]


def _bone(
    line: Spine, deep: Array, wide: Array, values: Parameters, rng: np.random.Generator, *, root: float
) -> Body:
    """Return a limb with grooves, pearls and, where its root is the antler's, the burr."""
    s, metres = line.stations, line.stations * line.length
    fade = np.clip(1 - s, 0, 1)[:, None] ** 0.6
    relief = 1 + values["pearls"] * fade * (
        0.6 * flutes(rng, s, SIDES, (3, 7), 0.5) + 0.5 * flutes(rng, s, SIDES, (8, 15), 0.8)
    )
    burr = np.zeros_like(s)
    if root:
        burr = np.exp(-metres / (1.1 * root))
        collar = values["burr"] * np.exp(-(((metres / root - 0.35) / 0.28) ** 2))[:, None]
        relief += collar * (0.42 + 0.14 * flutes(rng, s, SIDES, (9, 17), 0.1))
    body = swept(line, deep, wide, relief)
    knobs = ripples(rng, body.vertices, 110.0, count=40) * np.repeat(np.exp(-s / 0.45), SIDES)
    normal = body.vertices - np.repeat(line.centres, SIDES, axis=0)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    lift = 0.5 * values["pearls"] * values["base_m"] * np.clip(knobs, 0, 2)
    tip = np.repeat(np.clip((s - 0.35) / 0.65, 0, 1), SIDES)
    grain = body.marks["grain"] * [1.0, values["base_m"], values["base_m"]]
    marks = {**body.marks, "tip": tip, "burr": np.repeat(burr, SIDES), "grain": grain}
    return Body(vertices=body.vertices + lift[:, None] * normal, faces=body.faces, marks=marks)


def _tine(line: Spine, tine: Parameters, values: Parameters, rng: np.random.Generator) -> Body:
    """Return a tine that grows out of the beam, its root wide and sunk into it."""
    at = int(np.searchsorted(line.stations, tine["at"]).clip(1, _BEAM - 2))
    ahead = line.centres[at + 1] - line.centres[at - 1]
    ahead /= np.linalg.norm(ahead)
    length = tine["length"] * values["length_m"]
    stations = np.linspace(0.0, 1.0, _TINE)
    curl = np.radians(tine["curl_deg"]) * stations
    own = spine(stations, length, curl, 0.1 * np.sin(stations * rng.uniform(2, 5)))
    thick = values["base_m"] * (1 - 0.45 * tine["at"]) * (0.52 + 0.5 * min(1.0, tine["length"]))
    radius = thick * (1 - 0.83 * stations**1.15 + 0.5 * np.exp(-stations * length / (0.9 * thick)))
    radius *= np.sqrt(1 - stations**20 * 0.96)
    body = _bone(own, radius, radius, {**values, "pearls": 0.55 * values["pearls"]}, rng, root=0.0)
    angle, out = np.radians(tine["angle_deg"]), np.radians(tine["out_deg"])
    side, up = line.side[at], line.up[at]
    aim = np.cos(out) * (np.cos(angle) * ahead + np.sin(angle) * side) + np.sin(out) * up
    across = np.cross(np.cross(aim, ahead), aim)
    across /= np.linalg.norm(across)
    turn = np.stack([aim, across, np.cross(aim, across)], axis=1)
    root = line.centres[at] + side * np.sign(np.sin(angle)) * tine.get("offset_m", 0.0)
    return moved_body(body, turn, root - aim * 0.2 * thick)


def lying_antler(values: Parameters) -> list[Body]:
    """Make one shed antler at rest on the ground."""
    side = 1.0 if values["seed"] % 2 else -1.0
    return at_rest(antler(values), (0.0, 0.1, side), values["seed"])


def antler_piece(values: Parameters) -> list[Body]:
    """Make a sawn piece: ``length_m``, ``base_m``, ``bend_deg``, ``taper``, ``pearls``, ``tip`` and ``seed``."""
    rng = np.random.default_rng(values["seed"])
    stations = np.linspace(0.0, 1.0, 80)
    line = spine(stations, values["length_m"], np.radians(values["bend_deg"]) * stations)
    radius = values["base_m"] * (1 - values["taper"] * stations**1.3)
    if values["tip"]:
        radius = radius * np.sqrt(1 - stations**18 * 0.96)
    shape = {**values, "burr": 0.0}
    body = _bone(line, radius, 0.9 * radius, shape, rng, root=0.0)
    if not values["tip"]:
        body = Body(
            vertices=body.vertices, faces=body.faces, marks={**body.marks, "tip": 0 * body.marks["tip"]}
        )
    sawn = [end_cap(body, SIDES, first=True), *([] if values["tip"] else [end_cap(body, SIDES, first=False)])]
    caps = [_unscaled(cap, values["base_m"]) for cap in sawn]
    return at_rest([body, *caps], (0.0, 0.1, -1.0), values["seed"])


def _unscaled(cap: Body, radius: float) -> Body:
    """Give a cut face the place in the cross-section, 1 at the outside, that its pores go by."""
    marks = {**cap.marks, "grain": cap.marks["grain"] * [1.0, 1 / radius, 1 / radius]}
    return Body(vertices=cap.vertices, faces=cap.faces, marks=marks, slot=cap.slot)


def trophy(values: Parameters) -> list[Body]:
    """Make a mirrored pair with the top of the skull, on a board, hanging: upright in the xz plane, facing -y.

    Args:
        values: ``antler`` (see `antler`), ``spread_deg`` (of each from the vertical), ``forward_deg``, ``board``
            (``none``, ``shield``, ``oval`` or ``plank``), ``board_m``, ``boss_m`` and ``seed``.
    """
    spread, forward = np.radians(values["spread_deg"]), np.radians(values["forward_deg"])
    upright = np.array([[0, -1.0, 0], [0, 0, -1.0], [1.0, 0, 0]])
    tilt = np.array([[np.cos(spread), 0, np.sin(spread)], [0, 1, 0], [-np.sin(spread), 0, np.cos(spread)]])
    lean = np.array(
        [[1, 0, 0], [0, np.cos(forward), -np.sin(forward)], [0, np.sin(forward), np.cos(forward)]]
    )
    root = np.array([values["boss_m"] * 0.62, -values["boss_m"] * 1.0, values["boss_m"] * 0.45])
    right = [moved_body(part, lean @ tilt @ upright, root) for part in antler(values["antler"])]
    left = [moved_body(part, np.diag([-1.0, 1.0, 1.0])) for part in right]
    parts = [*right, *left, boss(values)]
    if values["board"] != "none":
        parts.append(moved_body(board(values), np.eye(3), (0.0, 0.0, -0.35 * values["board_m"])))
    points = np.concatenate([part.vertices for part in parts])
    return [moved_body(part, np.eye(3), (0.0, -points[:, 1].max(), -points[:, 2].min())) for part in parts]
