"""The polished carapace of a sea turtle, its scutes worn level and parted by pale lines, and the whole mounted animal."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from training.synth.kit.assembly import Part, ripple
from training.synth.kit.blender import add_mesh
from training.synth.kit.colours import rgb
from training.synth.kit.distance_fields import blend, capsule, ellipsoid, surface_nets
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Array, Numbers
from training.synth.kit.grown_materials import grown, tinted

RINGS, SECTORS = 96, 192
_FLAT = 4.5  # width of a flipper over its thickness
_PALE_SEAM = -1.5
"""Of the attribute ``seam``, which darkens tortoiseshell where it is positive."""

_VERTEBRALS = ((0.36, 0.0), (0.185, 0.0), (0.0, 0.0), (-0.18, 0.0), (-0.345, 0.0))
_COSTALS = ((0.27, 0.21), (0.095, 0.255), (-0.095, 0.245), (-0.265, 0.185))


def draw_smooth_carapace(draws: Draws) -> Parameters:
    """Draw a carapace as restored and varnished ones are sold."""
    return {
        "length_m": draws.log_uniform(0.28, 0.80),
        "width": draws.uniform(0.68, 0.84),
        "height": draws.uniform(0.15, 0.24),
        "saw": draws.uniform(0.0, 0.035),
        "point": draws.uniform(0.55, 1.1),
        "seam": draws.uniform(0.004, 0.009),
        "groove": draws.uniform(0.001, 0.006),
        "keel": draws.uniform(0.0, 0.012),
        "seed": draws.seed(),
    }


def smooth_carapace_parts(values: Parameters) -> list[Part]:
    """Build it rim down, head end towards +x."""
    rng = np.random.default_rng(values["seed"])
    radius = np.linspace(0.0, 1.0, RINGS) ** 0.8
    angle = np.linspace(0, 2 * np.pi, SECTORS, endpoint=False)
    rim = _rim(values, angle)
    flat = (radius[:, None, None] * rim[None]).reshape(-1, 2)  # (RINGS * SECTORS, 2)
    out = np.repeat(radius, SECTORS)
    number, apart, centre = _scutes(values, flat, out, rng)
    seam = np.clip(1 - apart / values["seam"], 0.0, 1.0)
    dome = values["height"] * np.clip(1 - out**2.4, 0, 1) ** 0.85
    keel = values["keel"] * np.exp(-((flat[:, 1] / 0.05) ** 2)) * (1 - out)
    swell = 0.006 * np.clip(apart / 0.05, 0, 1) - values["groove"] * seam
    growth = 0.0006 * np.sin(np.hypot(*(flat - centre).T) * 240)
    height = dome + keel + swell + growth + 0.004 * ripple(flat, values["seed"], 0.25) + 0.02 * out**8
    vertices = np.column_stack([flat, height - height.min()]) * values["length_m"]
    away = (flat - centre) * values["length_m"]
    pattern = np.column_stack([np.arctan2(away[:, 1], away[:, 0]), np.hypot(*away.T), 1.7 * number])
    faces = _quads()
    part = Part(vertices=vertices, faces=faces, pattern=pattern, values={"seam": _PALE_SEAM * seam})
    return [part, _inside(vertices, faces)]


def _rim(values: Parameters, angle: Array) -> Array:
    """Return the outline (S, 2) for a length of 1, with teeth towards the tail."""
    x = 0.5 * np.cos(angle)
    u = np.clip(x + 0.5, 0.0, 1.0)
    blunt = 0.5 + 0.35 * values["point"]
    grid = np.linspace(0, 1, 400)
    shape = u**blunt * (1 - u) ** 0.48 / (grid**blunt * (1 - grid) ** 0.48).max()
    wide = values["width"] / 2 * shape * np.sign(np.sin(angle))
    rear = np.clip(0.6 - u, 0.0, 1.0)
    teeth = 1 + values["saw"] * rear * (2 * np.mod(angle * 13 / np.pi, 1.0) - 1)
    return np.column_stack([x, wide]) * teeth[:, None]


def _scutes(
    values: Parameters, flat: Array, out: Array, rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    """Return for each place its scute's number, the distance to the next seam, and the scute's growth centre."""
    wide = values["width"] / 0.76
    seeds = [*_VERTEBRALS, *_COSTALS, *((x, -y) for x, y in _COSTALS)]
    centres = (np.array(seeds) + rng.normal(0, 0.006, (len(seeds), 2))) * [1.0, wide]
    bent = flat + 0.006 * np.column_stack([ripple(flat, values["seed"] + k, 0.12) for k in (1, 2)])
    far = np.hypot(bent[:, None, 0] - centres[None, :, 0], bent[:, None, 1] - centres[None, :, 1])
    order = np.sort(far, axis=1)
    number, apart = far.argmin(axis=1), (order[:, 1] - order[:, 0]) / 2
    grown_from = centres - [0.07, 0.0]
    angle = np.arctan2(flat[:, 1] / values["width"], flat[:, 0])
    share = (angle / (2 * np.pi) + 0.5) * 25
    marginal = out > 0.83
    along = np.abs(np.mod(share, 1.0) - 0.5)
    apart = np.where(
        marginal, np.minimum((out - 0.83) * 0.4, (0.5 - along) * 0.09), np.minimum(apart, (0.83 - out) * 0.4)
    )
    turn = (np.floor(share) + 0.15) / 25 * 2 * np.pi - np.pi
    edge = np.column_stack([0.49 * np.cos(turn), 0.49 * values["width"] * np.sin(turn)])
    centre = np.where(marginal[:, None], edge, grown_from[number])
    return np.where(marginal, 20 + np.floor(share), number), np.abs(apart), centre


def _quads() -> Array:
    ring, sector = np.meshgrid(np.arange(RINGS - 1), np.arange(SECTORS), indexing="ij")
    beside = (sector + 1) % SECTORS
    corners = [ring * SECTORS + sector, (ring + 1) * SECTORS + sector, (ring + 1) * SECTORS + beside, ring * SECTORS + beside]  # fmt: skip
    return np.stack(corners, axis=-1).reshape(-1, 4)


def _inside(vertices: Array, faces: Array) -> Part:
    """Return the bone below, seen from under the rim."""
    inner = vertices * [0.985, 0.985, 0.97] - [0, 0, 0.004 * np.ptp(vertices[:, 0])]
    return Part(vertices=inner, faces=faces[:, ::-1], material=1)


def draw_turtle(draws: Draws) -> Parameters:
    """Draw head and flippers of a mounted turtle."""
    return {
        "skin": draws.colour(
            draws.choice(((0.16, 0.075, 0.03), (0.09, 0.05, 0.025), (0.22, 0.13, 0.06))), value=0.3
        ),
        "raised": draws.uniform(-5, 25),
        "spread": draws.uniform(25, 60),
        "droop": draws.uniform(0.0, 0.12),
        "belly": draws.colour((0.55, 0.40, 0.20), value=0.2),
        "seed": draws.seed(),
    }


def add_turtle_body(turtle: Parameters, carapace: Parameters, colour: Numbers | None = None) -> Any:
    """Add head, neck, flippers and belly under a carapace of the same frame; ``colour``: of a cast in one colour."""
    field = _turtle_field(turtle, carapace)
    points, faces = surface_nets(field, (-0.75, -0.95, -0.2), (0.95, 0.95, 0.45), 0.014)
    skin = np.array(turtle["skin"] if colour is None else colour)
    look = grown(
        "turtle skin", [skin * 0.5, skin, skin * 1.3], size=0.03, roughness=0.3, coat=0.5, bump=0.002, variety=0.0
    )  # fmt: skip
    if colour is None:
        plates = look.node("TexVoronoi", {"Vector": look.place(), "Scale": 45.0}, feature="DISTANCE_TO_EDGE")
        lines = look.ramp(plates.outputs["Distance"], (0.0, (0.8, 0.8, 0.8)), (0.12, (0.0, 0.0, 0.0)))
        tinted(look, rgb(np.minimum(skin * 3.2, 0.7)), lines)
    return add_mesh("turtle", (points * carapace["length_m"], faces), look.material)


def _turtle_field(turtle: Parameters, carapace: Parameters) -> Any:
    wide = carapace["width"] / 2
    lift, spread = math.radians(turtle["raised"]), math.radians(turtle["spread"])
    head = np.array([0.50 + 0.16 * math.cos(lift), 0.0, 0.06 + 0.16 * math.sin(lift)])

    def field(p: Array) -> Array:
        solid = ellipsoid(p, (0.0, 0.0, 0.02), (0.44, wide * 0.9, 0.075))
        neck = capsule(p, (0.38, 0.0, 0.04), (float(head[0]), 0.0, float(head[2])), 0.075, 0.06)
        skull = ellipsoid(p, (float(head[0]) + 0.05, 0.0, float(head[2])), (0.10, 0.065, 0.06))
        beak = ellipsoid(p, (float(head[0]) + 0.135, 0.0, float(head[2]) - 0.012), (0.045, 0.03, 0.032))
        solid = blend(blend(solid, neck, 0.05), blend(skull, beak, 0.03), 0.03)
        for side in (-1, 1):
            q = p * np.array([1, side, 1], np.float32)
            mid = (0.30 - 0.14 * math.sin(spread), wide + 0.18 * math.cos(spread), 0.0)
            tip = (mid[0] - 0.24 * math.sin(spread), mid[1] + 0.16 * math.cos(spread), -turtle["droop"])
            flat = np.array([1, 1, _FLAT], np.float32)
            fore = blend(_capsule(q * flat, (0.29, wide * 0.7, 0.02), mid, 0.10, 0.115), _capsule(q * flat, mid, tip, 0.115, 0.05), 0.04)  # fmt: skip
            hind = _capsule(q * flat, (-0.33, wide * 0.55, 0.0), (-0.52, wide * 0.95, 0.0), 0.07, 0.10)
            solid = blend(blend(solid, fore / _FLAT, 0.03), hind / _FLAT, 0.03)
        return solid

    return field


def _capsule(p: Array, start: Numbers, end: Numbers, r_start: float, r_end: float) -> Array:
    """Return a rod in a space that was stretched upwards."""
    a, b = ((float(q[0]), float(q[1]), float(q[2]) * _FLAT) for q in (start, end))
    return capsule(p, a, b, r_start, r_end)
