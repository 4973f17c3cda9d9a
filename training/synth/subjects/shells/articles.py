"""Things cut and bent from sheets of tortoiseshell, or of plastic that imitates it: combs, cuffs, frames, boxes."""

from __future__ import annotations

import math

import numpy as np

from training.synth.kit.assembly import Part, ripple, turn_matrix
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Array
from training.synth.kit.plates import (
    Outline,
    bar,
    cut,
    disc_outline,
    dished,
    plate_mesh,
    polygon,
    united,
    worn,
    wrapped,
)
from training.synth.kit.round_shapes import ball, lathed, ring, smooth_path, tube

SHEET, METAL = 0, 1
"""Material numbers of the parts: the sheet itself, and fittings."""


def draw_comb(draws: Draws) -> Parameters:
    """Draw a comb: a dressing comb (long, one row), a side comb, or a mantilla comb with a pierced crest."""
    kind = draws.weighted({"dressing": 0.35, "side": 0.35, "mantilla": 0.3})
    width = {"dressing": (0.12, 0.2), "side": (0.06, 0.11), "mantilla": (0.11, 0.2)}[kind]
    return {
        "kind": kind,
        "width_m": draws.uniform(*width),
        "spine": draws.uniform(0.28, 0.5) if kind == "dressing" else draws.uniform(0.2, 0.45),
        "crest": draws.uniform(0.6, 1.2),
        "tooth_m": draws.uniform(0.0022, 0.0036) if kind == "dressing" else draws.uniform(0.0035, 0.0065),
        "thickness_m": draws.uniform(0.0022, 0.004),
        "arch": draws.uniform(0.0, 0.25),
        "bend": draws.uniform(0.8, 1.6) if kind == "mantilla" else draws.uniform(0.0, 0.8),
        "broken": draws.weighted({"0": 0.6, "1": 0.25, "2": 0.15}),
        "pierced": draws.integer(3, 6),
        "seed": draws.seed(),
    }


def comb_parts(values: Parameters) -> list[Part]:
    """Build a comb, teeth towards -y."""
    width, rng = values["width_m"], np.random.default_rng(values["seed"])
    body, low, high = _comb_outline(values, rng)
    sheet = plate_mesh(
        body, low, high, min(0.0011, width / 130), thickness=values["thickness_m"], rim=0.35, round_over=0.004
    )
    points = sheet[0]
    if values["bend"] > 0.05:
        points = wrapped(points, width / values["bend"])
    points = dished(points, 9.0, 0.35 if values["kind"] != "dressing" else 9.0)
    return [Part(vertices=points, faces=sheet[1], pattern=sheet[0])]


def _comb_outline(values: Parameters, rng: np.random.Generator) -> tuple[Outline, Array, Array]:
    width, kind = values["width_m"], values["kind"]
    tall = 0.032 + 0.05 * values["spine"] if kind == "dressing" else 0.4 * width
    tooth = values["tooth_m"]
    places = np.arange(-width / 2 + 0.6 * tooth, width / 2 - 0.5 * tooth, tooth * 1.75)
    lost = rng.choice(len(places), int(values["broken"]), replace=False)
    length = tall * (0.75 + 0.1 * rng.random()) * np.ones(len(places))
    length *= 1 - values["arch"] * (2 * places / width) ** 2
    length[lost] *= rng.uniform(0.15, 0.6, len(lost))
    back = values["spine"] * tall
    x = np.linspace(-width / 2, width / 2, 25)
    top = back * (1 + values["arch"] * (1 - (2 * x / width) ** 2))
    spine = polygon([*zip(x, top, strict=True), (width / 2, -0.002), (-width / 2, -0.002)], rounding=0.003)
    crest = 0.0
    if kind == "mantilla":
        crest = values["crest"] * width * 0.75
        spine = united(spine, _crest(values, width, back, crest), fillet=0.004)
    body = united(spine, _teeth(places, length, tooth), fillet=0.0)
    high = np.array([0.56 * width if kind != "mantilla" else 0.72 * width, 1.3 * back + crest * 1.1 + 0.01])
    return body, np.array([-high[0], -float(length.max()) - 0.004]), high


def _teeth(places: Array, length: Array, thick: float) -> Outline:
    """Return all teeth at once: each point asks only the tooth that is nearest."""

    def distance(points: Array) -> Array:
        nearest = np.abs(points[:, None, 0] - places).argmin(axis=1)
        reach = length[nearest]
        share = np.clip(-points[:, 1] / reach, 0.0, 1.0)
        wide = thick / 2 * (1 - 0.55 * share**2)
        over = np.maximum(np.maximum(points[:, 1], -points[:, 1] - reach + thick / 2), 0.0)
        return np.hypot(points[:, 0] - places[nearest], over) - wide

    return distance


def _crest(values: Parameters, width: float, base: float, crest: float) -> Outline:
    """Return a fan-shaped back with a scalloped edge and pierced leaves."""
    angle = np.linspace(0, math.pi, 90)
    lobes = values["pierced"] * 2 + 1
    reach = 1 + 0.07 * np.abs(np.sin(angle * lobes / 2 * 1.0))
    edge = np.column_stack(
        [0.62 * width * reach * np.cos(angle), base * 0.6 + crest * reach * np.sin(angle) ** 0.8]
    )
    holes: list[Outline] = []
    for row, share in ((0, 0.42), (1, 0.72)):
        for turn in np.linspace(0.35, math.pi - 0.35, values["pierced"] + 2 * row):
            way = np.array([0.62 * width * math.cos(turn), crest * math.sin(turn)])
            middle = np.array([0.0, base * 0.8])
            holes.append(
                bar(middle + way * share, middle + way * (share + 0.17), 0.035 * width, 0.075 * width)
            )
            x, y = middle + way * (share + 0.02) * 0.75
            holes.append(disc_outline(x, y, 0.014 * width))
    return cut(polygon(edge), *holes)


def draw_cuff(draws: Draws) -> Parameters:
    """Draw a bangle: closed, or an open cuff; narrow to very wide, some with a carved or wavy edge."""
    wide = draws.chance(0.55)
    return {
        "open": draws.chance(0.45),
        "radius_m": draws.uniform(0.029, 0.036),
        "width_m": draws.uniform(0.022, 0.06) if wide else draws.uniform(0.006, 0.016),
        "depth_m": draws.uniform(0.0025, 0.006),
        "squareness": draws.uniform(0.1, 0.9),
        "oval": draws.uniform(0.86, 1.0),
        "belly": draws.uniform(-0.06, 0.1),
        "gap_deg": draws.uniform(25, 75),
        "seed": draws.seed(),
    }


def cuff_parts(values: Parameters, *, standing: bool = False) -> list[Part]:
    """Build a bangle, lying with its hole up."""
    radius, width = values["radius_m"], values["width_m"]
    if values["open"]:
        arc = math.radians(360 - values["gap_deg"]) * radius
        shape = polygon(_pill(arc, width, values["squareness"]), rounding=0.002)
        points, faces = plate_mesh(
            shape, (-arc / 2, -width / 2), (arc / 2, width / 2), 0.0016, thickness=values["depth_m"], rim=0.45
        )
        bent = wrapped(points, radius)
        vertices = bent @ turn_matrix(x=math.pi / 2).T
        pattern = points
    else:
        vertices, faces = ring(radius, width, values["depth_m"], squareness=values["squareness"], sides=96)
        pattern = vertices
    swell = 1 + values["belly"] * (1 - (2 * vertices[:, 2:3] / width) ** 2)
    vertices = (
        vertices * np.array([values["oval"], 1.0, 1.0]) * np.column_stack([swell, swell, 1 + 0 * swell])
    )
    vertices = vertices * (1 + 0.012 * ripple(vertices, values["seed"], 0.06)[:, None])
    part = Part(vertices=vertices, faces=faces, pattern=pattern)
    return [part.moved(turn=turn_matrix(x=math.pi / 2 - 0.1))] if standing else [part]


def laid_cuff(values: Parameters) -> list[Part]:
    """Build a bangle that stands if its lot's arrangement does, and else lies."""
    return cuff_parts(values, standing=values["arrangement"]["kind"] == "standing")


def _pill(length: float, width: float, squareness: float) -> Array:
    angle = np.linspace(0, 2 * math.pi, 60, endpoint=False)
    power = 1 - 0.7 * squareness
    cosine, sine = np.cos(angle), np.sin(angle)
    x = length / 2 * np.sign(cosine) * np.abs(cosine) ** (0.3 * power)
    return np.column_stack([x, width / 2 * np.sign(sine) * np.abs(sine) ** power])


def draw_box(draws: Draws) -> Parameters:
    """Draw a box: round snuff box, oblong casket or cigarette case, some with metal mounts."""
    return {
        "kind": draws.weighted({"round": 0.4, "oblong": 0.6}),
        "length_m": draws.uniform(0.055, 0.14),
        "aspect": draws.uniform(0.55, 0.9),
        "height": draws.uniform(0.2, 0.5),
        "mount": draws.chance(0.5),
        "knob": draws.chance(0.45),
        "pique": draws.integer(0, 14) if draws.chance(0.4) else 0,
    }


def box_parts(values: Parameters) -> list[Part]:
    """Build a closed box."""
    length, aspect = values["length_m"], values["aspect"] if values["kind"] == "oblong" else 1.0
    tall = length * values["height"]
    angle = np.linspace(0, 2 * math.pi, 72, endpoint=False) + math.pi / 4
    power = 1.0 if values["kind"] == "round" else 0.16
    x = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power
    y = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power * aspect
    parts = []
    for bottom, top, grow, crown in ((0.0, 0.62 * tall, 0.975, 0.0), (0.60 * tall, tall, 1.0, 0.07)):
        profile = [
            (1e-4, bottom),
            (0.93 * grow, bottom),
            (grow, bottom + 0.03 * tall),
            (grow, top - 0.06 * tall),
        ]
        profile += [(0.95 * grow, top), (0.5 * grow, top + crown * tall), (1e-4, top + 1.2 * crown * tall)]
        loops = [np.column_stack([r * x, r * y, np.full(72, z / (length / 2))]) for r, z in profile]
        faces = lathed(profile, sides=72)[1]
        parts.append(Part(vertices=np.concatenate(loops) * length / 2, faces=faces))
    if values["mount"]:
        band = np.column_stack([x, y, np.full(72, 0.61 * tall / (length / 2))]) * (length / 2) * 1.005
        points, faces = tube(band, 0.0011, sides=8, closed=True)
        parts.append(Part(vertices=points, faces=faces, material=METAL))
    if values["knob"]:
        points, faces = ball(0.06 * length)
        parts.append(Part(vertices=points, faces=faces, material=METAL).moved(by=(0, 0, 1.13 * tall)))
    return parts + _pique(values["pique"], length, aspect, 1.09 * tall)


def _pique(count: int, length: float, aspect: float, height: float) -> list[Part]:
    """Return gold dots set in a ring on a lid."""
    parts = []
    for turn in np.linspace(0, 2 * math.pi, count, endpoint=False):
        points, faces = ball(0.016 * length, sides=10)
        place = (
            0.3 * length * math.cos(turn),
            0.3 * length * aspect * math.sin(turn),
            height - 0.004 * length,
        )
        parts.append(Part(vertices=points * [1, 1, 0.5], faces=faces, material=METAL).moved(by=place))
    return parts


def draw_hairpin(draws: Draws) -> Parameters:
    """Draw a hairpin: two long prongs under a plain, looped or carved head."""
    return {
        "length_m": draws.uniform(0.085, 0.16),
        "head": draws.weighted({"arch": 0.45, "disc": 0.3, "leaf": 0.25}),
        "apart_m": draws.uniform(0.009, 0.018),
        "prong_m": draws.uniform(0.004, 0.0065),
        "bend_m": draws.uniform(0.15, 0.6),
    }


def hairpin_parts(values: Parameters) -> list[Part]:
    """Build a hairpin along x, head at -x."""
    length, apart, prong = values["length_m"], values["apart_m"], values["prong_m"]
    legs = [
        bar((-0.5 * length, s * apart / 2), (0.5 * length, s * apart * 0.42), prong, 0.4 * prong)
        for s in (-1, 1)
    ]
    if values["head"] == "arch":
        head = cut(
            disc_outline(-0.5 * length, 0, apart / 2 + prong / 2),
            disc_outline(-0.49 * length, 0, apart / 2 - prong / 2),
        )
    elif values["head"] == "disc":
        head = cut(
            disc_outline(-0.57 * length, 0, 0.15 * length), disc_outline(-0.6 * length, 0, 0.05 * length)
        )
    else:
        corners = [(-0.48, 0.0), (-0.55, 0.12), (-0.68, 0.16), (-0.82, 0.0), (-0.68, -0.16), (-0.55, -0.12)]
        head = polygon(np.array(corners) * length, rounding=0.004)
    shape = united(head, *legs, fillet=0.003)
    side = 0.2 * length + apart
    points, faces = plate_mesh(
        shape, (-0.85 * length, -side), (0.52 * length, side), 0.0013, thickness=0.0035, rim=0.4
    )
    return [Part(vertices=dished(points, values["bend_m"], 9.0), faces=faces, pattern=points)]


def draw_pick(draws: Draws) -> Parameters:
    """Draw a plectrum: pear, triangle or long koto and shamisen-like blade."""
    return {
        "kind": draws.weighted({"pear": 0.6, "triangle": 0.25, "long": 0.15}),
        "length_m": draws.uniform(0.026, 0.036),
        "thickness_m": draws.uniform(0.0009, 0.0018),
    }


def pick_parts(values: Parameters, *, regular: bool = False) -> list[Part]:
    """Build a plectrum; a real one is a little hollow and uneven, a ``regular`` one is stamped."""
    size = values["length_m"]
    corners = {
        "pear": [
            (0.5, 0.0),
            (0.12, 0.36),
            (-0.28, 0.46),
            (-0.47, 0.2),
            (-0.5, 0.0),
            (-0.47, -0.2),
            (-0.28, -0.46),
            (0.12, -0.36),
        ],
        "triangle": [(0.55, 0.0), (-0.42, 0.55), (-0.5, 0.0), (-0.42, -0.55)],
        "long": [(1.1, 0.12), (1.1, -0.12), (-0.7, -0.34), (-0.85, 0.0), (-0.7, 0.34)],
    }[values["kind"]]
    smooth = smooth_path(np.column_stack([np.array(corners), np.zeros(len(corners))]), 60, closed=True)[:, :2]
    shape = polygon(smooth * size)
    if not regular:
        shape = worn(shape, lambda points: ripple(points, 5, 0.03), 0.0003)
    points, faces = plate_mesh(
        shape, (-size, -size), (1.2 * size, size), size / 22, thickness=values["thickness_m"], rim=0.5
    )
    bent = points if regular else dished(points, 0.12, 0.3)
    return [Part(vertices=bent, faces=faces, pattern=points)]
