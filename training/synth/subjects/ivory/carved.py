"""Worked ivory of several parts: figures on stands, pendants on cords, bridges of elephants, carved tusks."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from training.synth.kit.assembly import Part, turn_matrix
from training.synth.kit.draws import Parameters
from training.synth.kit.grown_shapes import arc
from training.synth.kit.round_shapes import lathed, ring, tube
from training.synth.subjects.carvings import animals, openwork, people
from training.synth.subjects.carvings.fields import carve
from training.synth.subjects.carvings.reliefs import case_part, medallion_part, plaque_part, tusk_relief_part
from training.synth.subjects.ivory import articles


def figure_parts(values: Parameters, *, lengthwise: bool = False) -> list[Part]:
    """Carve a figure; a stand of wood goes under some.

    Args:
        values: Of the piece and its lot.
        lengthwise: Whether its length lies along the tusk that it was cut from.
    """
    maker = next(
        getattr(module, values["figure"])
        for module in (people, animals, openwork)
        if hasattr(module, values["figure"])
    )
    field, low, high = maker(values["seed"])
    single = values["arrangement"]["count"] == 1
    part = carve(field, low, high, cells=104 if single else 60, height=values["height_m"])
    part = part.moved(by=(0, 0, -part.vertices[:, 2].min()))
    pattern = part.vertices[:, [2, 1, 0]] if lengthwise else part.vertices
    parts = [Part(vertices=part.vertices, faces=part.faces, values=part.values, pattern=pattern)]
    if values["stand"] != "none":
        parts += _stand(parts[0], values)
    if values["lying"]:
        parts = [piece.moved(turn=np.array([[0.0, 0, 1], [0, -1, 0], [1, 0, 0]])) for piece in parts]
    return parts


long_figure_parts = partial(figure_parts, lengthwise=True)


def _stand(part: Part, values: Parameters) -> list[Part]:
    """Return a turned or square base of the second material below a piece that stands on z = 0."""
    foot = part.vertices[part.vertices[:, 2] < 0.12 * np.ptp(part.vertices[:, 2])]
    middle, half = (foot.max(axis=0) + foot.min(axis=0)) / 2, np.ptp(foot, axis=0) / 2 * 1.15
    high = values["stand_high"] * float(half.max())
    profile = [
        (1e-3, -high),
        (1.12, -high),
        (1.15, -0.8 * high),
        (1.0, -0.65 * high),
        (0.97, -0.3 * high),
        (1.05, -0.15 * high),
        (1.0, 0.0),
        (1e-3, 0.0),
    ]
    square = values["stand"] == "square"
    vertices, faces = lathed(profile, sides=4 if square else 48)
    vertices = vertices @ turn_matrix(z=math.pi / 4).T if square else vertices
    reach = 1.35 if square else 1.0
    vertices = vertices * [half[0] * reach, half[1] * reach, 1.0] + [middle[0], middle[1], 0.002 * high]
    return [Part(vertices=vertices, faces=faces, material=1)]


def pendant_parts(values: Parameters) -> list[Part]:
    """Hang a carved thing on a ring and a cord, lying flat."""
    if values["kind"] == "medallion":
        body = [medallion_part(values)]
    elif values["kind"] == "tip":
        u = np.linspace(0, 1, 40)
        path = arc(values["height_m"], bend_deg=values["bend_deg"], steps=40)[:, [1, 0, 2]] * [1, -1, 1] + [
            0,
            values["height_m"] / 2,
            0,
        ]
        vertices, faces = tube(path, 0.16 * values["height_m"] * (1.02 - u) ** 0.7, sides=28)
        body = [Part(vertices=vertices, faces=faces, pattern=vertices[:, [0, 2, 1]])]
    else:
        field, low, high = getattr(people, values["kind"])(values["seed"])
        part = carve(field, low, high, cells=80, height=values["height_m"])
        body = [
            part.moved(turn=np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]]), by=(0, -values["height_m"] / 2, 0))
        ]
    low, high = body[0].vertices.min(axis=0), body[0].vertices.max(axis=0)
    top = np.array(
        [(low[0] + high[0]) / 2 if values["kind"] != "tip" else 0.0, high[1], (low[2] + high[2]) / 2]
    )
    link, quads = ring(0.0035, 0.0016, 0.0016, sides=32)
    parts = [*body, Part(vertices=link + top + [0, 0.003, 0], faces=quads, material=1)]
    return [*parts, _cord(top + [0, 0.006, 0], low[2], values)] if values["cord"] else parts


def _cord(top: np.ndarray, floor: float, values: Parameters) -> Part:
    rng = np.random.default_rng(values["seed"])
    t = np.linspace(0, 2 * math.pi, 160, endpoint=False)
    r = 0.055 * (1 + 0.15 * rng.normal() * np.cos(2 * t) + 0.12 * rng.normal() * np.sin(3 * t))
    line = np.column_stack([r * np.sin(t) * 0.9, 0.055 - r * np.cos(t), np.full(len(t), floor + 0.0012)])
    line = line - line[np.argmin(line[:, 1])] * [1, 1, 0] + [top[0], top[1], 0]
    vertices, faces = tube(line, 0.0011, sides=8, closed=True)
    return Part(vertices=vertices, faces=faces, material=1)


def bridge_parts(values: Parameters) -> list[Part]:
    """Set elephants in a row, large to small, on an arched tusk over a wooden foot."""
    count, long = values["count"], values["length_m"]
    field, low, high = animals.elephant(values["seed"])
    one = carve(field, low, high, cells=62, height=1.0)
    one = one.moved(by=(0, 0, -one.vertices[:, 2].min()))
    sizes = np.linspace(1.0, values["shrink"], count)
    ends = np.concatenate([[0], np.cumsum(sizes)]) / sizes.sum()
    u = np.linspace(-0.04, 1.03, 60)
    line = np.column_stack([(u - 0.5) * long, 0 * u, values["rise"] * long * (1 - (2 * u - 1) ** 2)])
    widths = np.interp(u, [0, 1], [1.0, values["shrink"]]) * 0.30 * sizes[0] / sizes.sum() * long
    vertices, faces = tube(line, widths, sides=24, flatness=0.32)
    parts = [Part(vertices=vertices, faces=faces, pattern=vertices[:, [1, 2, 0]])]
    for k in range(count):
        middle, tall = (ends[k] + ends[k + 1]) / 2, 0.66 * (ends[k + 1] - ends[k]) * long
        height = values["rise"] * long * (1 - (2 * middle - 1) ** 2) + 0.26 * float(
            np.interp(middle, u, widths)
        )
        tilt = -math.atan(values["rise"] * 4 * (1 - 2 * middle))
        parts.append(
            Part(vertices=one.vertices * tall, faces=one.faces, values=one.values).moved(
                turn=turn_matrix(y=tilt), by=((middle - 0.5) * long, 0, height)
            )
        )
    board = [(1e-3, -0.05), (0.58, -0.05), (0.58, -0.02), (0.54, 0.0), (1e-3, 0.0)]
    plate, quads = lathed(np.array(board), sides=4)
    plate = plate @ turn_matrix(z=math.pi / 4).T * [1.35 * long, 0.42 * long, long] + [
        0,
        0,
        -0.25 * widths[0],
    ]
    return [*parts, Part(vertices=plate, faces=quads, material=1)]


def carved_tusk_parts(values: Parameters) -> list[Part]:
    """Carve a whole tusk; one that stands gets a foot of wood."""
    part = tusk_relief_part(values)
    if not values["standing"]:
        return [part]
    return [part, *_stand(part, {"stand": values["stand"], "stand_high": 0.8})]


def seal_parts(values: Parameters) -> list[Part]:
    """Stand a seal up or lay it down."""
    parts = articles.seal(values)
    return (
        parts
        if values["upright"]
        else [part.moved(turn=turn_matrix(x=values["roll"]) @ turn_matrix(y=math.pi / 2)) for part in parts]
    )


def plaque_parts(values: Parameters) -> list[Part]:
    """Lay a plaque down, or set it up on its edge."""
    part = plaque_part(values)
    if values["arrangement"]["kind"] not in ("standing", "hanging"):
        return [part]
    upright = part.moved(
        turn=turn_matrix(x=math.pi / 2 - (0.15 if values["arrangement"]["kind"] == "standing" else 0.0))
    )
    return [upright]


def medallion_parts(values: Parameters) -> list[Part]:
    """Build a medallion in relief."""
    return [medallion_part(values)]


def case_parts(values: Parameters) -> list[Part]:
    """Build a card case, pot or box in relief."""
    return [case_part(values)]
