"""Rhinoceros horns: whole, sawn into lengths, discs and chunks, and shaved."""

from __future__ import annotations

import numpy as np

from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import Array
from training.synth.subjects.horns.bodies import (
    Body,
    Spine,
    angles,
    at_rest,
    end_cap,
    flutes,
    hairs,
    ripples,
    spine,
    swept,
)

SIDES, RINGS = 88, 110
_NOTCH = 0.3  # radians: half width of the groove in front of an Asian horn


def whole_horn(values: Parameters, *, standing: bool = False) -> list[Body]:
    """Make a horn, lying or standing on its base.

    Args:
        values: ``length_m``, ``base_deep_m`` and ``base_wide_m`` (half axes), ``square`` (exponent of the base's
            outline), ``bend_deg``, ``waist`` (share of the base that narrows at once), ``taper`` (exponent),
            ``flare``, ``lean``, ``flutes``, ``notch``, ``blunt``, ``start`` and ``end`` (sawn there; shares of the
            length), ``hairs`` (number) and ``seed``.
        standing: Whether it stands.
    """
    rng = np.random.default_rng(values["seed"])
    shares = np.linspace(0.0, 1.0, RINGS) ** 1.25
    stations = values["start"] + (values["end"] - values["start"]) * shares
    bend = np.radians(values["bend_deg"]) * stations ** values["bend_power"]
    sway = 0.04 * np.sin(stations * rng.uniform(2, 4) + rng.uniform(0, 6))
    line = spine(stations, values["length_m"], bend, sway)
    skin = _leaning(_skin(line, values, rng), line, values, rng)
    sawn_base, sawn_tip = values["start"] > 0.0, values["end"] < 0.999
    parts = [skin]
    if sawn_base:
        parts.append(end_cap(skin, SIDES, first=True))
    else:
        parts += [_sole(skin, values, rng), *_fringe(skin, values, rng)]
    if sawn_tip:
        parts.append(end_cap(skin, SIDES, first=False))
    return at_rest(parts, (-1.0, 0.0, 0.0) if standing else (0.0, rng.normal(0, 0.3), -1.0))


def laid_horn(values: Parameters) -> list[Body]:
    """Make a horn that stands if its lot's arrangement does, and else lies."""
    return whole_horn(values, standing=values["arrangement"]["kind"] == "standing")


def girth(stations: Array, values: Parameters) -> Array:
    """Return the radius at each station as a share of that of the base."""
    waist = values["waist"]
    trunk = (1 - waist) * (1 - np.minimum(stations, 1.0)) ** values["taper"]
    foot = waist * np.exp(-stations / 0.10)
    return np.maximum((trunk + foot) * np.sqrt(1 - stations ** values["blunt"] * 0.97), 0.004)


def _skin(line: Spine, values: Parameters, rng: np.random.Generator) -> Body:
    s = line.stations
    radius = girth(s, values)
    grooves = 0.020 * flutes(rng, s, SIDES, (3, 9), 0.25) + 0.009 * flutes(rng, s, SIDES, (14, 34), 0.5)
    grooves *= values["flutes"] * (0.25 + np.exp(-s / 0.45))[:, None]
    frayed = 1 + 0.3 * flutes(rng, s, SIDES, (12, 30), 0.4)
    skirt = values["flare"] * np.exp(-s / 0.035)[:, None] * frayed
    steps = 0.012 * np.sin(np.cumsum(rng.uniform(0.2, 0.9, len(s))))[:, None] * np.exp(-s / 0.3)[:, None]
    front = np.angle(np.exp(1j * (angles(SIDES) - np.pi)))
    notch = values["notch"] * np.exp(-((front / _NOTCH) ** 2))[None] * np.exp(-s / 0.3)[:, None]
    relief = 1 + grooves + skirt + steps - notch
    square = 2 + (values["square"] - 2) * np.exp(-s / 0.22)
    body = swept(line, values["base_deep_m"] * radius, values["base_wide_m"] * radius, relief, square=square)
    return _frayed(body, values)


def _frayed(body: Body, values: Parameters) -> Body:
    along = body.marks["along"]
    depth = 0.05 + 0.07 * values["flare"] / 0.1
    return Body(
        vertices=body.vertices,
        faces=body.faces,
        marks={**body.marks, "skirt": np.clip(1 - along / depth, 0.0, 1.0) ** 1.5},
    )


def _leaning(body: Body, line: Spine, values: Parameters, rng: np.random.Generator) -> Body:
    """Tilt the base plane against the axis, make its edge ragged, and roughen the whole a little."""
    vertices = body.vertices.copy()
    near = np.exp(-body.marks["along"] / 0.12)
    ragged = np.tile(flutes(rng, line.stations[:1], SIDES, (6, 22), 0.0)[0], len(line.stations))
    sawn = values["start"] > 0.0
    vertices[:, 0] += near * vertices[:, 1] * values["lean"]
    vertices[:, 0] -= near**6 * ragged * values["base_deep_m"] * (0.0 if sawn else 0.03)
    vertices += 0.006 * values["base_wide_m"] * ripples(rng, vertices, 40.0)[:, None]
    return Body(vertices=vertices, faces=body.faces, marks=body.marks)


def _sole(skin: Body, values: Parameters, rng: np.random.Generator) -> Body:
    """Return the hollowed, pitted underside of a horn that was taken off whole."""
    sole = end_cap(skin, SIDES, first=True, dish=values["dish"], rings=14, mark="sole")
    bumps = ripples(rng, sole.vertices, 130.0) * values["base_wide_m"] * 0.02
    vertices = sole.vertices + bumps[:, None] * [1.0, 0.0, 0.0]
    return Body(vertices=vertices, faces=sole.faces, marks=sole.marks)


def _fringe(skin: Body, values: Parameters, rng: np.random.Generator) -> list[Body]:
    """Return the loose fibres around the base."""
    count = values["hairs"]
    if not count:
        return []
    rows = np.minimum((rng.exponential(4.0, count)).astype(int), RINGS // 3)
    chosen = rows * SIDES + rng.integers(0, SIDES, count)
    roots, middle = skin.vertices[chosen], skin.vertices[:SIDES].mean(axis=0)
    outward = roots - middle
    outward[:, 0] = 0.0
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    ahead = outward * rng.uniform(0.0, 0.6, (count, 1)) + rng.normal(0, 0.25, (count, 3))
    ahead[:, 0] -= rng.uniform(0.5, 1.2, count)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    lengths = rng.exponential(0.16, count).clip(0.05, 0.5) * values["base_wide_m"]
    fringe = hairs(roots - 0.002 * outward, ahead, lengths, 0.022 * values["base_wide_m"], rng)
    return [fringe]


def horn_disc(values: Parameters) -> list[Body]:
    """Make a slice sawn across a horn.

    Args:
        values: ``deep_m`` and ``wide_m`` (half axes), ``square``, ``thick_m``, ``slant``, ``notch`` and ``seed``.
    """
    rng = np.random.default_rng(values["seed"])
    bevel = min(0.0012, 0.2 * values["thick_m"])
    heights = np.array([0.0, bevel, *np.linspace(0.2, 0.8, 5) * values["thick_m"], values["thick_m"] - bevel])
    heights = np.append(heights, values["thick_m"])
    line = spine(heights / values["thick_m"], values["thick_m"], np.zeros(len(heights)))
    relief = 1 + 0.018 * flutes(rng, line.stations, SIDES, (2, 6), 0.03)
    relief += 0.006 * flutes(rng, line.stations, SIDES, (14, 40), 0.1)
    front = np.angle(np.exp(1j * (angles(SIDES) - np.pi)))
    relief -= values["notch"] * np.exp(-((front / _NOTCH) ** 2))[None]
    shrink = 1 - np.isin(np.arange(len(heights)), (0, len(heights) - 1)) * bevel / values["wide_m"]
    growth = shrink * (1 - 0.08 * line.stations)
    skin = swept(line, values["deep_m"] * growth, values["wide_m"] * growth, relief, square=values["square"])
    vertices = skin.vertices.copy()
    vertices[:, 0] += values["slant"] * vertices[:, 1] * skin.marks["along"]
    skin = Body(
        vertices=vertices, faces=skin.faces, marks={**skin.marks, "along": np.full(len(vertices), 0.45)}
    )
    ends = [end_cap(skin, SIDES, first=first) for first in (True, False)]
    return at_rest([skin, *ends], (-1.0, 0.0, 0.0))


def chunk(values: Parameters) -> list[Body]:
    """Make a block sawn or split out of a horn, with some of the skin left on it.

    Args:
        values: ``deep_m``, ``wide_m``, ``length_m``, ``cuts`` (angle in degrees and distance from the axis, 0 to 1
            of the radius, of each lengthwise cut), ``slants`` (of both ends, two numbers each) and ``seed``.
    """
    rng = np.random.default_rng(values["seed"])
    around = angles(64)
    rough = 1 + 0.03 * flutes(rng, np.zeros(1), 64, (2, 12), 0.0)[0]
    outline = np.stack([np.cos(around) * rough, np.sin(around) * rough, np.zeros(64)], axis=1)
    for angle, distance in values["cuts"]:
        outline = _clipped(outline, np.radians(angle), distance)
    count = len(outline)
    section = outline[:, :2] * [values["deep_m"], values["wide_m"]]
    ends = []
    for sign, slant in zip((-1, 1), values["slants"], strict=True):
        height = sign * values["length_m"] / 2 + section @ np.asarray(slant)
        ends.append(np.column_stack([height, section]))
    grain = [np.column_stack([end[:, 0], outline[:, :2]]) for end in ends]
    faces = [tuple(reversed(range(count))), tuple(range(count))]
    caps = [
        Body(vertices=end, faces=[face], marks={"grain": mark, "cut": np.ones(count)})
        for end, mark, face in zip(ends, grain, faces, strict=True)
    ]
    pairs = np.stack([np.arange(count), np.roll(np.arange(count), -1)], axis=1)
    walls = np.concatenate([ends[0][pairs], ends[1][pairs][:, ::-1]], axis=1).reshape(-1, 3)  # (C * 4, 3)
    lines = np.concatenate([grain[0][pairs], grain[1][pairs][:, ::-1]], axis=1).reshape(-1, 3)
    sawn = np.repeat(outline[:, 2], 4)
    quads = [tuple(range(4 * i, 4 * i + 4)) for i in range(count)]
    skin = {"grain": lines, "cut": sawn, "along": np.full(len(walls), 0.4)}
    return at_rest([*caps, Body(vertices=walls, faces=quads, marks=skin)], rng.normal(size=3))


def _clipped(outline: Array, angle: float, distance: float) -> Array:
    """Keep what of a convex outline (N, 3) is nearer than ``distance``; column 2 marks where a cut edge starts."""
    normal = np.array([np.cos(angle), np.sin(angle)])
    away = outline[:, :2] @ normal - distance
    kept = []
    for i, j in zip(range(len(outline)), np.roll(np.arange(len(outline)), -1), strict=True):
        if away[i] <= 0:
            kept.append(outline[i])
        if (away[i] <= 0) != (away[j] <= 0):
            share = away[i] / (away[i] - away[j])
            place = outline[i] + share * (outline[j] - outline[i])
            kept.append(np.array([*place[:2], 1.0 if away[i] <= 0 else outline[i][2]]))
    return np.array(kept) if len(kept) > 2 else outline


def shaving(values: Parameters) -> list[Body]:
    """Make a thin curl planed off a horn: ``length_m``, ``wide_m``, ``turns``, ``drift`` and ``seed``."""
    rng = np.random.default_rng(values["seed"])
    stations = np.linspace(0.0, 1.0, 60)
    bend = 2 * np.pi * values["turns"] * (0.7 * stations + 0.3 * stations**2)
    line = spine(
        stations, values["length_m"], bend, values["drift"] + 0.15 * np.sin(stations * rng.uniform(3, 9))
    )
    edge = np.sqrt(np.clip(1 - (2 * stations - 1) ** 6, 0.02, 1)) * (
        1 + 0.12 * ripples(rng, line.centres, 300.0)
    )
    thin = np.full(60, 0.00025)
    body = swept(line, thin, values["wide_m"] / 2 * edge, np.ones((60, 8)))
    grain = np.stack([body.marks["grain"][:, 2] * 0.01, *_planed(body, values, rng)], axis=1)
    body = Body(vertices=body.vertices, faces=body.faces, marks={**body.marks, "grain": grain})
    return at_rest([body], rng.normal(size=3))


def _planed(body: Body, values: Parameters, rng: np.random.Generator) -> Array:
    """Return where in the horn's cross-section a shaving came from, shape (2, N)."""
    start, angle = rng.uniform(0.3, 0.85), rng.uniform(0, 2 * np.pi)
    reach = body.marks["along"] * values["length_m"] / 0.12
    return np.stack([start * np.cos(angle) + reach * 0.5, start * np.sin(angle) + 0.0 * reach])
