"""The shell of the hawksbill: loose scutes, and the whole carapace of overlapping ones."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from training.synth.kit.assembly import Part, ripple, turn_matrix
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Array
from training.synth.kit.plates import dished, plate_mesh, polygon, worn
from training.synth.kit.round_shapes import smooth_path

SCUTE, BONE = 0, 1
"""Material numbers of the parts."""

# Corners of loose scutes, head end towards +x, for a length of 1; the growth centre last.
_OUTLINES = {
    "vertebral": [(0.30, 0.20), (0.34, 0.0), (0.30, -0.20), (-0.02, -0.46), (-0.36, -0.24), (-0.62, 0.0), (-0.36, 0.24), (-0.02, 0.46)],
    "costal": [(0.40, -0.20), (0.44, 0.22), (0.20, 0.46), (-0.28, 0.44), (-0.52, 0.20), (-0.60, -0.16), (-0.30, -0.42), (0.14, -0.44)],
    "marginal": [(0.42, -0.22), (0.46, 0.16), (0.02, 0.26), (-0.46, 0.24), (-0.66, -0.04), (-0.38, -0.22), (0.0, -0.28)],
}  # fmt: skip
_CENTRES = {"vertebral": (-0.50, 0.0), "costal": (-0.46, 0.22), "marginal": (-0.5, 0.1)}


def draw_scute(draws: Draws) -> Parameters:
    """Draw a loose scute: one of the 13 large ones, or of the marginals that make the saw edge."""
    kind = draws.weighted({"costal": 0.5, "vertebral": 0.35, "marginal": 0.15})
    size = {"costal": (0.11, 0.24), "vertebral": (0.10, 0.19), "marginal": (0.06, 0.11)}[kind]
    return {
        "kind": kind,
        "length_m": draws.uniform(*size),
        "aspect": draws.uniform(0.85, 1.15),
        "thickness_m": draws.uniform(0.0016, 0.0055),
        "bow": draws.uniform(0.7, 3.0),
        "trough": draws.log_uniform(0.4, 2.5),
        "keel": draws.uniform(0.0, 0.018) if kind == "vertebral" else 0.0,
        "frayed": draws.log_uniform(0.0006, 0.003),
        "mirror": draws.chance(0.5),
        "seed": draws.seed(),
    }


def scute_parts(values: Parameters, *, facets: int = 55) -> list[Part]:
    """Build a loose scute, hollow side down; ``facets`` along its length."""
    length, seed = values["length_m"], values["seed"]
    rng = np.random.default_rng(seed)
    corners = np.array(_OUTLINES[values["kind"]]) * [1.0, values["aspect"] * (-1 if values["mirror"] else 1)]
    corners = corners * length + rng.normal(0, 0.012 * length, corners.shape)
    rounded = smooth_path(np.column_stack([corners, 0 * corners[:, 0]]), 64, closed=True)[:, :2]
    outline = worn(
        polygon(0.6 * rounded + 0.4 * _straight(corners, 64)),
        lambda points: ripple(points, seed, 0.06 * length, octaves=2),
        values["frayed"],
    )
    reach = 0.75 * length * max(1.0, values["aspect"])
    points, faces = plate_mesh(
        outline, (-reach, -reach), (reach, reach), length / facets, thickness=values["thickness_m"], rim=0.25,
        round_over=0.22 * length,
    )  # fmt: skip
    pattern = _rays(
        points[:, :2], _CENTRES[values["kind"]], length, values["mirror"], float(rng.uniform(0, 9))
    )
    points = dished(points, values["bow"] * length * 2.2, values["trough"] * length)
    points[:, 2] += 0.004 * ripple(points[:, :2], seed + 1, 0.6 * length, octaves=2)
    points[:, 2] += (
        values["keel"] * np.exp(-((points[:, 1] / (0.1 * length)) ** 2)) * (0.6 - points[:, 0] / length)
    )
    return [Part(vertices=points, faces=faces, pattern=pattern)]


def laid_scute(values: Parameters) -> list[Part]:
    """Build a loose scute, coarser where it is one of many."""
    crowd = values["arrangement"]["kind"] in ("heap", "spread", "filled")
    return scute_parts(values, facets=24 if crowd else 55)


def _straight(corners: Array, count: int) -> Array:
    """Return points on the straight edges, begun where `smooth_path` begins."""
    closed = np.concatenate([corners, corners[:1]])
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    at = np.linspace(0.0, length[-1], count, endpoint=False)
    return np.column_stack([np.interp(at, length, closed[:, k]) for k in (0, 1)])


def _rays(points: Array, centre: tuple[float, float], length: float, mirror: bool, number: float) -> Array:
    """Return pattern coordinates of a sunburst: angle about the growth centre, distance from it, the scute's number."""
    x, y = centre[0] * length, centre[1] * length * (-1 if mirror else 1)
    across, along = points[:, 1] - y, points[:, 0] - x
    return np.column_stack([np.arctan2(across, along), np.hypot(across, along), np.full(len(points), number)])


@dataclass(frozen=True, slots=True)
class _Scute:
    """A scute in the plan of the carapace, whose length is 1; the head is towards +x."""

    corners: Array
    centre: tuple[float, float]
    rim: bool


def draw_carapace(draws: Draws) -> Parameters:
    """Draw a carapace: young hawksbills are heart-shaped with a saw edge, old ones longer and smoother."""
    return {
        "length_m": draws.log_uniform(0.22, 0.85),
        "width": draws.uniform(0.68, 0.84),
        "height": draws.uniform(0.17, 0.25),
        "saw": draws.uniform(0.35, 1.2),
        "overlap": draws.uniform(0.6, 1.3),
        "point": draws.uniform(0.5, 1.1),
        "keel": draws.uniform(0.0, 0.014),
        "seed": draws.seed(),
    }


def carapace_parts(values: Parameters) -> list[Part]:
    """Build a carapace, rim down, head end towards +x."""
    rng = np.random.default_rng(values["seed"])
    plan = [*_vertebrals(values), *_costals(values), *_marginals(values)]
    parts = [_plate(values, scute, rng) for scute in plan]
    return [*parts, _under(values)]


def laid_carapace(values: Parameters) -> list[Part]:
    """Build a carapace, hung up if its lot's arrangement hangs."""
    parts = carapace_parts(values)
    return hung_up(parts) if values["arrangement"]["kind"] == "hanging" else parts


def hung_up(parts: list[Part]) -> list[Part]:
    """Turn a carapace upright, head end up, its back towards -y."""
    return [part.moved(turn=turn_matrix(x=math.pi / 2) @ turn_matrix(z=math.pi / 2)) for part in parts]


def _half_width(values: Parameters, x: Array) -> Array:
    """Return the carapace's half width at ``x`` from -0.5 (tail) to 0.5 (head)."""
    u = np.clip(x + 0.5, 0.0, 1.0)
    blunt = 0.5 + 0.35 * values["point"]
    shape = u**blunt * (1 - u) ** 0.48
    grid = np.linspace(0, 1, 400)
    return values["width"] / 2 * shape / (grid**blunt * (1 - grid) ** 0.48).max()


def _edge(values: Parameters, share: Array, inward: float) -> Array:
    """Return points (N, 2) of the left rim, or of a line inside it, from head (0) to tail (1)."""
    angle = np.linspace(0, math.pi, 500)
    x = 0.5 * np.cos(angle)
    line = np.column_stack([x, _half_width(values, x)])
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    at = np.asarray(share) * length[-1]
    rim = np.column_stack([np.interp(at, length, line[:, k]) for k in (0, 1)])
    return rim * (1 - inward) + [0.012 * inward, 0.0]


_SEAMS = (0.435, 0.27, 0.09, -0.085, -0.25, -0.40)  # where vertebral scutes meet, on the midline
_NARROW = (0.085, 0.075, 0.07, 0.065, 0.05, 0.03)  # half widths there, and at the corners between
_WIDE = (0.125, 0.15, 0.15, 0.135, 0.10)


def _vertebrals(values: Parameters) -> list[_Scute]:
    scutes = []
    for k in range(5):
        front, rear = _SEAMS[k], _SEAMS[k + 1] - 0.028 * values["overlap"]
        middle = (front + _SEAMS[k + 1]) / 2 - 0.015
        a, b, c = _NARROW[k], _WIDE[k], _NARROW[k + 1]
        half = [(front, a), (middle, b), (rear + 0.035, c * 1.1), (rear, 0.25 * c)]
        corners = np.array([*half, *((x, -y) for x, y in half[::-1])])
        scutes.append(_Scute(corners, (rear + 0.03, 0.0), rim=False))
    return scutes


def _costals(values: Parameters) -> list[_Scute]:
    """Return the four scutes of each side between the vertebrals and the marginals."""
    apex = [((_SEAMS[k] + _SEAMS[k + 1]) / 2 - 0.015, _WIDE[k]) for k in range(5)]
    outer = _edge(values, np.array([0.135, 0.335, 0.50, 0.665, 0.835]), 0.165)
    scutes = []
    for k in range(4):
        lap = 0.03 * values["overlap"]
        inside, outside = apex[k + 1], outer[k + 1]
        corners = np.array(
            [apex[k], (_SEAMS[k + 1], _NARROW[k + 1] * 0.9), (inside[0] - 0.4 * lap, inside[1]),
             (0.5 * (inside[0] + outside[0]) - lap, 0.5 * (inside[1] + outside[1])),
             (outside[0] - 0.5 * lap, outside[1] - 0.01),
             (0.5 * (outer[k] + outer[k + 1])) * 1.03, outer[k]]
        )  # fmt: skip
        centre = (0.5 * (inside[0] + outside[0]) - 0.4 * lap, 0.65 * inside[1] + 0.35 * outside[1])
        scutes += [_Scute(corners * [1, side], (centre[0], centre[1] * side), rim=False) for side in (1, -1)]
    return scutes


def _marginals(values: Parameters) -> list[_Scute]:
    """Return the scutes of the rim, whose rear corners stand out more and more towards the tail."""
    count = 12
    stations = np.linspace(0.035, 1.0, count + 1)
    scutes = []
    for k in range(count):
        at = stations[[k, k + 1]]
        rim, inside = _edge(values, at, 0.0), _edge(values, at, 0.19)
        along = (rim[1] - rim[0]) / np.linalg.norm(rim[1] - rim[0])
        out = np.array([-along[1], along[0]])
        saw = 0.02 * values["saw"] * (k / count) ** 1.3 * (0.3 if k == count - 1 else 1.0)
        tip = rim[1] + along * (0.022 if k < count - 1 else 0.004) * values["overlap"] + out * saw
        corners = np.array(
            [rim[0], (rim[0] + rim[1]) / 2 + out * saw * 0.7, tip, rim[1] - out * 0.02, inside[1], inside[0]]
        )
        scutes += [_Scute(corners * [1, side], (tip[0], tip[1] * side), rim=True) for side in (1, -1)]
    nuchal = np.array(
        [(0.515, 0.05), (0.425, 0.09), (0.415, 0.0), (0.425, -0.09), (0.515, -0.05), (0.50, 0.0)]
    )
    return [*scutes, _Scute(nuchal, (0.43, 0.0), rim=True)]


def _height(values: Parameters, points: Array) -> Array:
    """Return the height of the carapace above points (N, 2) of its plan."""
    across = np.abs(points[:, 1]) / np.maximum(_half_width(values, points[:, 0]), 0.02)
    along = np.clip(np.abs(points[:, 0] - 0.02) / 0.52, 0.0, 1.0)
    arch = (
        np.clip(1 - np.clip(across, 0.0, 1.0) ** 2.1, 0.0, 1.0) ** 1.1
    )  # level again at the rim, which flares
    dome = values["height"] * (1 - along**2.3) ** 0.9 * arch
    keel = values["keel"] * np.exp(-((points[:, 1] / 0.03) ** 2)) * np.clip(0.7 - along, 0.0, 1.0)
    return dome + keel + 0.03 * np.clip(across, 0.0, 1.2) ** 3


def _plate(values: Parameters, scute: _Scute, rng: np.random.Generator) -> Part:
    """Build one scute: it rises from the front edge, under the one before, to the rear edge."""
    seed = int(rng.integers(2**31))
    corners = scute.corners + rng.normal(0, 0.0022, scute.corners.shape)
    low, high = corners.min(axis=0), corners.max(axis=0)
    outline = worn(polygon(corners, rounding=0.012), lambda p: ripple(p, seed, 0.03, octaves=2), 0.0012)
    points, faces = plate_mesh(
        outline,
        low - 0.01,
        high + 0.01,
        0.009 if scute.rim else 0.011,
        thickness=0.010,
        rim=0.35,
        round_over=0.03,
    )
    flat = points[:, :2]
    rise = np.clip((high[0] - flat[:, 0]) / (high[0] - low[0]), 0.0, 1.0)
    lift = 0.017 * values["overlap"] * rise**1.3 - 0.004 + (0.004 if scute.rim else 0.0)
    growth = 0.0008 * np.sin(np.hypot(*(flat - scute.centre).T) * 260)
    lifted = points[:, 2] + _height(values, flat) + lift + growth + 0.0015 * ripple(flat, seed, 0.09)
    vertices = np.column_stack([flat, lifted]) * values["length_m"]
    pattern = _rays(
        flat * values["length_m"], scute.centre, values["length_m"], False, float(rng.uniform(0, 9))
    )
    seam = np.clip(1 + outline(flat) / 0.014, 0.0, 1.0) * (0.35 + 0.65 * (1 - rise))
    return Part(vertices=vertices, faces=faces, pattern=pattern, values={"seam": seam})


def _under(values: Parameters) -> Part:
    """Return the bone below, which shows in gaps and from behind."""
    rim = _edge(values, np.linspace(0, 1, 40), 0.04)
    outline = polygon(np.concatenate([rim, rim[::-1] * [1, -1]]))
    points, faces = plate_mesh(outline, (-0.52, -0.45), (0.52, 0.45), 0.025, thickness=0.012)
    points[:, 2] += _height(values, points[:, :2]) - 0.014
    return Part(vertices=points * values["length_m"], faces=faces, material=BONE)
