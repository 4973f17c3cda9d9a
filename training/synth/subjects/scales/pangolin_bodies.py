"""Pangolin scales that hang together: on a dried skin, a tail, a curled body, or a cord; metres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from training.synth.kit.assembly import Part, ripple
from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import Array, ArrayMesh
from training.synth.kit.imbricate import Lane, Places, clad, cover, skin_of
from training.synth.kit.round_shapes import ball, smooth_path, tube
from training.synth.kit.thin_shapes import Values, shell
from training.synth.subjects.scales.shapes import scale_mesh, vary

SCALE, SKIN, CORD = 0, 1, 2
"""The materials of the parts, by number."""


def flat_skin(parameters: Parameters, rng: np.random.Generator) -> list[Part]:
    """Return a whole scaled skin laid flat: back, tail and four legs, the belly skin as a border; the head at -x."""
    length = parameters["body_length"]
    back = _back_lane(length, parameters["plumpness"], parameters["bend_deg"])
    across = max(6, round(0.75 * parameters["across"]))
    parts = _scaled(parameters, rng, back, across=across, missing=parameters["missing"], coverage=1.55)
    border = replace(back, wide=back.wide * rng.uniform(1.02, 1.25), high=back.high * 0.9)
    parts.append(_leather(skin_of(border, inset=1.0, span=1.5), rng))
    for side in (-1, 1):
        for s, turn in ((0.2, 35.0), (0.5, 70.0)):
            leg = _leg_lane(back, s, side, np.radians(turn + rng.normal(0, 12)), length)
            parts += _scaled(parameters, rng, leg, across=3, missing=0.06, coverage=1.6)
            parts.append(_leather(skin_of(leg, inset=0.98, span=1.5 * leg.span), rng))
    return parts


def skin_piece(parameters: Parameters, rng: np.random.Generator) -> list[Part]:
    """Return a cut piece of scaled skin, longer than wide."""
    steps = np.linspace(0.0, 1.0, 30)
    length, half = parameters["body_length"] * 0.45, parameters["body_length"] * 0.16
    path = np.column_stack([(steps - 0.5) * length, 0.012 * np.sin(3 * steps), 0.01 * np.sin(5 * steps)])
    wide = half * (0.85 + 0.2 * np.sin(2.6 * steps + rng.uniform(0, 3)))
    lane = Lane(path=path - [0, 0, 0.03], up=_ups(30), wide=wide * 1.25, high=np.full(30, 0.05), span=0.95)
    parts = _scaled(
        parameters, rng, lane, across=max(5, parameters["across"] - 3), missing=parameters["missing"]
    )
    return [*parts, _leather(skin_of(lane, inset=0.97, span=1.12), rng)]


def tail(parameters: Parameters, rng: np.random.Generator) -> list[Part]:
    """Return a tail, flat below, that tapers to its tip at +x."""
    steps = np.linspace(0.0, 1.0, 60)
    turn = np.radians(parameters["bend_deg"]) * steps
    length = parameters["body_length"] * 0.8
    path = np.cumsum(np.column_stack([np.cos(turn), np.sin(turn), 0 * turn]), axis=0) * length / 60
    wide = length * parameters["plumpness"] * 0.17 * (1 - 0.78 * steps**1.3) * np.sqrt(1 - steps**8 * 0.9)
    lane = Lane(path=path, up=_ups(60), wide=wide, high=wide * 0.5, span=2.7)
    parts = _scaled(
        parameters, rng, lane, across=max(8, parameters["across"] - 1), missing=parameters["missing"]
    )
    return [*parts, _leather(skin_of(lane, span=3.1), rng)]


def curled_body(parameters: Parameters, rng: np.random.Generator) -> list[Part]:
    """Return an animal rolled into a ball: the back outward, the tail wrapped around the outside."""
    size = parameters["body_length"] * 0.28
    steps = np.linspace(0.0, 1.0, 120)
    turn = 2 * np.pi * parameters["turns"] * steps
    in_tail = np.clip((steps - 0.55) / 0.45, 0, 1)
    away = size * (0.42 + 0.52 * np.clip((steps - 0.5) / 0.3, 0, 1) ** 1.2)
    path = np.column_stack([np.cos(turn) * away, np.sin(turn) * away, 0.05 * size * np.sin(turn)])
    up = np.column_stack([np.cos(turn), np.sin(turn), 0 * turn])
    snout = np.clip(steps / 0.28, 0, 1)
    thick = size * (0.18 + 0.40 * np.sin(np.pi / 2 * snout)) * (1 - 0.72 * in_tail)
    wide = size * (0.22 + 0.58 * np.sin(np.pi / 2 * snout)) * (1 - 0.8 * in_tail**1.4)
    lane = Lane(path=path, up=up, wide=wide, high=thick, span=1.95)
    parts = _scaled(
        parameters,
        rng,
        lane,
        across=parameters["across"] + 2,
        missing=0.3 * parameters["missing"],
        tilt_deg=14,
    )
    parts.append(_leather(skin_of(lane, span=3.1), rng))
    belly, faces = ball(0.5 * size, sides=24)
    parts.append(Part(vertices=belly * [1, 1, 1.1], faces=faces, material=SKIN))
    return [part.moved(turn=_rolled(parameters["roll_deg"])) for part in parts]


def strung(parameters: Parameters, rng: np.random.Generator) -> list[Part]:
    """Return scales on a cord that lies in a loop or a curve, each drilled at its root."""
    count, length = parameters["strung_count"], parameters["length"]
    path = _cord_path(parameters, count * length * parameters["width"] * 0.42, rng)
    models = _models(parameters, rng, count=6, rows=12, columns=17)
    at = np.linspace(0.03, 0.97, count) + rng.normal(0, 0.15 / count, count)
    share = np.linspace(0.0, 1.0, len(path))
    points = np.column_stack([np.interp(at, share, path[:, k]) for k in range(3)])
    along = np.column_stack([np.interp(at, share, column) for column in np.gradient(path, axis=0).T])
    angle = np.arctan2(-along[:, 0], along[:, 1]) + rng.normal(0, 0.25, count)
    lean = rng.normal(parameters["lean"], 0.1, count)
    out = np.column_stack([np.cos(angle), np.sin(angle), 0 * angle])
    side = np.column_stack([-np.sin(angle), np.cos(angle), 0 * angle])
    upward = np.cos(lean)[:, None] * [0, 0, 1.0] + np.sin(lean)[:, None] * side
    axes = np.stack([out, np.cross(upward, out), upward], axis=1)
    points += 0.0016 * np.sin(lean)[:, None] + [0, 0, 0.004]
    points -= out * length * 0.12
    sizes = length * rng.uniform(0.8, 1.15, count)
    mesh, values = clad(models, Places(points=points, axes=axes, sizes=sizes), rng)
    cord, cord_faces = tube(path + [0, 0, 0.005], 0.0016, sides=8)
    return [_part(mesh, values), Part(vertices=cord, faces=cord_faces, material=CORD)]


def _scaled(
    parameters: Parameters,
    rng: np.random.Generator,
    lane: Lane,
    *,
    across: int,
    missing: float,
    coverage: float = 1.4,
    tilt_deg: float = 10.0,
) -> list[Part]:
    """Return the scales of a lane, without those that fell off."""
    places = cover(
        lane, rng, across=across, ratio=parameters["width"], overlap=parameters["overlap"], coverage=coverage,
        tilt_deg=tilt_deg,
    )  # fmt: skip
    patchy = ripple(places.points, int(rng.integers(2**31)), 0.2) * 0.5 + 0.5
    places = places.without(rng.random(len(places.sizes)) < missing * patchy.clip(0, 1) * 2)
    mesh, values = clad(_models(parameters, rng, count=5, rows=8, columns=13), places, rng)
    return [_part(mesh, values)]


def _models(
    parameters: Parameters, rng: np.random.Generator, *, count: int, rows: int, columns: int
) -> Sequence[tuple[ArrayMesh, Values]]:
    shapes = [vary(parameters, rng, length=1.0, folded=0.0) for _ in range(count)]
    return [scale_mesh(shape, rng, rows=rows, columns=columns) for shape in shapes]


def _part(mesh: ArrayMesh, values: Values) -> Part:
    return Part(vertices=mesh[0], faces=mesh[1], material=SCALE, values=values)


def _leather(sheet: Array, rng: np.random.Generator) -> Part:
    """Return dried skin around a sheet, wavy and with a ragged border."""
    seed = int(rng.integers(2**31))
    wavy = sheet + 0.004 * ripple(sheet.reshape(-1, 3), seed, 0.06).reshape(sheet.shape[:2])[..., None]
    vertices, faces = shell(wavy, 0.0025)
    return Part(vertices=vertices, faces=faces, material=SKIN)


def _back_lane(length: float, plumpness: float, bend_deg: float) -> Lane:
    """Return head, back and tail along x; the tail is about as long as the body."""
    steps = np.linspace(0.0, 1.0, 90)
    stops = (
        [0, 0.05, 0.13, 0.2, 0.33, 0.48, 0.56, 0.64, 0.8, 0.95, 1.0],
        [16, 30, 46, 72, 98, 100, 74, 54, 42, 25, 8],
    )
    wide = np.interp(steps, *stops) / 100 * length * 0.21 * plumpness
    wide = np.convolve(np.pad(wide, 4, mode="edge"), np.ones(9) / 9, mode="valid")
    yaw = np.radians(bend_deg) * np.clip(steps - 0.45, 0, 1)
    path = np.cumsum(np.column_stack([np.cos(yaw), np.sin(yaw), 0 * yaw]), axis=0) * length * 1.25 / 90
    return Lane(path=path, up=_ups(90), wide=wide, high=0.10 * wide + 0.02, span=1.2)


def _leg_lane(back: Lane, s: float, side: int, turn: float, length: float) -> Lane:
    """Return a splayed leg that starts under the edge of the back."""
    root, axes = back.at(np.array([s]), np.array([0.75 * side * back.span]))
    forward, across = axes[0, 0], side * axes[0, 1]
    way = np.cos(turn) * np.array([*across[:2], 0.0]) + np.sin(turn) * np.array([*forward[:2], 0.0])
    steps = np.linspace(0.0, 1.0, 16)
    path = root[0] * [1, 1, 0] + steps[:, None] * way / np.linalg.norm(way) * length * 0.2
    wide = length * 0.055 * (1.1 - 0.35 * steps)
    return Lane(path=path, up=_ups(16), wide=wide, high=np.full(16, 0.012), span=1.1)


def _cord_path(parameters: Parameters, length: float, rng: np.random.Generator) -> Array:
    """Return a path on the ground: most of a circle, or a lazy curve."""
    if parameters["looped"]:
        turn = np.linspace(0.0, 1.85 * np.pi, 9)
        radius = length / (1.85 * np.pi) * (1 + 0.08 * rng.normal(size=9))
        knots = np.column_stack([radius * np.cos(turn), radius * np.sin(turn) * 0.85, 0 * turn])
    else:
        x = np.linspace(-0.5, 0.5, 6) * length
        knots = np.column_stack([x, 0.12 * length * rng.normal(size=6), 0 * x])
    return smooth_path(knots, 160)


def _rolled(degrees: float) -> Array:
    """Return the (3, 3) matrix that turns about x."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def _ups(count: int) -> Array:
    return np.tile([0.0, 0.0, 1.0], (count, 1))
