"""Sea shells: coiled ones, cowries, bivalves, and pieces of mother-of-pearl.

Patterns: x runs around the shell, y along its growth. The attribute ``inside`` is 1 where one looks into it.
"""

from __future__ import annotations

import math

import numpy as np

from training.synth.kit.assembly import Part, ripple, turn_matrix
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Array
from training.synth.kit.meshes import ring_faces
from training.synth.kit.plates import Outline, dished, plate_mesh, polygon
from training.synth.kit.round_shapes import ball, outward
from training.synth.kit.thin_shapes import lower_side, shell_faces

SHELL, NACRE = 0, 1
"""Material numbers of the parts."""

_COILS = {
    "nautilus": {"turns": 2.6, "grow": 3.0, "sink": 0.0, "tube": 0.62, "tall": 1.0, "size": (0.09, 0.19)},
    "turban": {"turns": 4.5, "grow": 1.75, "sink": 1.3, "tube": 0.62, "tall": 1.05, "size": (0.025, 0.07)},
    "whelk": {"turns": 5.0, "grow": 1.75, "sink": 2.0, "tube": 0.66, "tall": 1.9, "size": (0.04, 0.14)},
    "conch": {"turns": 5.0, "grow": 1.9, "sink": 1.5, "tube": 0.78, "tall": 1.9, "size": (0.12, 0.24)},
    "auger": {"turns": 9.0, "grow": 1.3, "sink": 3.4, "tube": 0.66, "tall": 1.2, "size": (0.04, 0.11)},
    "moon": {"turns": 4.0, "grow": 2.2, "sink": 0.75, "tube": 0.7, "tall": 1.1, "size": (0.02, 0.06)},
    "cone": {"turns": 6.0, "grow": 1.45, "sink": 0.62, "tube": 0.5, "tall": 4.0, "size": (0.03, 0.08)},
}  # fmt: skip
"""Whorls, growth a whorl, sinking and tube radius over the whorl's radius, height over width of the tube, metres."""

COILS = tuple(_COILS)


def draw_coil(draws: Draws, kind: str) -> Parameters:
    """Draw a coiled shell of a kind."""
    base = _COILS[kind]
    low, high = base["size"]
    return {
        "kind": kind,
        "length_m": draws.log_uniform(low, high),
        "sink": base["sink"] * draws.uniform(0.85, 1.2),
        "tall": base["tall"] * draws.uniform(0.92, 1.1),
        "knobs": draws.uniform(0.15, 0.4)
        if kind == "conch"
        else draws.uniform(0, 0.16) * (kind in ("whelk", "turban")),
        "knob_count": draws.integer(7, 13),
        "ribs": draws.uniform(0, 0.03) * (kind in ("whelk", "turban", "auger")),
        "chip": draws.uniform(0, 0.08),
        "seed": draws.seed(),
    }


def coil_parts(values: Parameters, *, fine: bool = True) -> list[Part]:
    """Build a coiled shell, lying on its side as it would fall."""
    rings, sides = (150, 40) if fine else (62, 18)
    base = _COILS[values["kind"]]
    theta = np.linspace(0.0, 1.0, rings) ** 0.8 * 2 * math.pi * base["turns"]
    back = np.linspace(1.0, 0.86, rings // 8)
    theta = np.concatenate([theta, theta[-1] * back])
    inner = np.concatenate([np.zeros(rings), np.ones(len(back))])
    scale = base["grow"] ** ((theta - theta.max()) / (2 * math.pi))
    phi = np.linspace(0.0, 2 * math.pi, sides, endpoint=False)
    section = _section(values, theta, phi) * (1 - 0.07 * inner)[:, None]
    tube = base["tube"] * (1.0 if values["kind"] != "conch" else 1 + 0.35 * (theta / theta.max()) ** 30)
    out = (scale * tube)[:, None] * section * np.cos(phi)
    up = (scale * tube)[:, None] * section * np.sin(phi) * values["tall"]
    if values["kind"] in ("whelk", "conch", "cone"):  # the last whorl draws out into a canal
        up = np.where(up < 0, up * (1.0 if values["kind"] == "cone" else 1.45), up * 0.62)
        out = out * (1 - 0.55 * np.clip(-np.sin(phi), 0, 1) ** 1.3)
    reach = scale[:, None] + out
    x, y = reach * np.cos(theta)[:, None], reach * np.sin(theta)[:, None]
    z = up - (values["sink"] * scale)[:, None]
    points = np.stack([x, y, z], axis=-1).reshape(-1, 3)
    points *= 1 + 0.012 * ripple(points, values["seed"], 0.8)[:, None]
    points *= values["length_m"] / np.ptp(points, axis=0).max()
    pattern = np.column_stack(
        [np.tile(phi, len(theta)), np.repeat(theta, sides) * 1.3, np.zeros(len(points))]
    )
    faces = np.array(ring_faces(len(theta), sides, closed=False))
    part = Part(
        vertices=points,
        faces=outward(points, faces)[1],
        pattern=pattern,
        values={"inside": np.repeat(inner, sides)},
    )
    lie = turn_matrix(x=0.12 if values["kind"] in ("nautilus", "moon", "turban") else math.pi / 2 - 0.15)
    return [part.moved(turn=lie)]


def _section(values: Parameters, theta: Array, phi: Array) -> Array:
    """Return the radius of the tube around (T, P): round, with knobs on the shoulder, ribs and a ragged lip."""
    shoulder = np.exp(-(((phi - 0.9) / 0.38) ** 2))
    knobs = values["knobs"] * np.clip(np.sin(theta * values["knob_count"] / 2), 0, 1)[:, None] ** 2 * shoulder
    ribs = values["ribs"] * np.sin(phi * 14)
    lip = values["chip"] * np.sin(phi * 5 + 1) * (theta[:, None] / theta.max()) ** 40
    return 1 + knobs + ribs + lip


def draw_cowrie(draws: Draws) -> Parameters:
    """Draw a cowrie, its back or its toothed slit up."""
    return {
        "kind": "cowrie",
        "length_m": draws.log_uniform(0.014, 0.09),
        "width": draws.uniform(0.62, 0.76),
        "height": draws.uniform(0.45, 0.58),
        "callus": draws.uniform(0.0, 0.12),
        "belly_up": draws.chance(0.35),
        "seed": draws.seed(),
    }


def cowrie_parts(values: Parameters, *, fine: bool = True) -> list[Part]:
    """Build a cowrie along x."""
    unit, faces = ball(1.0, sides=56 if fine else 24)
    x, y, z = unit.T
    taper = 1 - 0.16 * x
    points = np.column_stack([x * 0.5, 0.5 * values["width"] * y * taper, values["height"] * 0.62 * z])
    below = np.clip(-z, 0, 1)
    points[:, 2] = np.where(z < 0, -0.19 * values["height"] * below**0.35, points[:, 2])
    points[:, 1] *= 1 + values["callus"] * np.exp(-((z / 0.3) ** 2))
    line = y * taper - 0.12 * np.sin(2.2 * x)
    slit = np.exp(-((line / 0.085) ** 2)) * (z < 0)
    teeth = 0.5 + 0.5 * np.sin(x * 46)
    near = np.exp(-((line / 0.3) ** 2)) * (z < 0)
    points[:, 2] += 0.075 * slit + 0.012 * near * teeth
    dark = np.clip(slit * 1.6 - 0.3, 0, 1) + 0.4 * near * (1 - teeth) * (1 - slit)
    pattern = np.column_stack([unit[:, 0] * 1.2, unit[:, 1], unit[:, 2]]) + values["seed"] % 97
    part = Part(
        vertices=points * values["length_m"], faces=faces, pattern=pattern,
        values={"inside": np.clip(dark, 0, 1), "pale": np.clip(-z * 4 + 0.4, 0, 1)},
    )  # fmt: skip
    return [part.moved(turn=turn_matrix(x=math.pi))] if values["belly_up"] else [part]


def draw_valve(draws: Draws) -> Parameters:
    """Draw one valve of a scallop, cockle, clam, mussel or oyster, hollow side up or down."""
    kind = draws.weighted({"scallop": 0.4, "cockle": 0.2, "clam": 0.2, "mussel": 0.1, "oyster": 0.1})
    return {
        "kind": kind,
        "length_m": draws.log_uniform(0.025, 0.12),
        "spread": {"scallop": 1.02, "cockle": 1.25, "clam": 1.6, "mussel": 0.5, "oyster": 0.95}[kind]
        * draws.uniform(0.94, 1.06),
        "dome": draws.uniform(0.18, 0.3) if kind in ("scallop", "oyster") else draws.uniform(0.26, 0.42),
        "ribs": draws.integer(15, 26) if kind in ("scallop", "cockle") else 0,
        "rib": draws.uniform(0.014, 0.026),
        "skew": draws.normal(0, 0.06) + (0.2 if kind in ("clam", "mussel") else 0.0),
        "rough": {"oyster": 0.05}.get(kind, 0.008),
        "hollow_up": draws.chance(0.3),
        "seed": draws.seed(),
    }


def valve_parts(values: Parameters, *, fine: bool = True) -> list[Part]:
    """Build one valve, its hinge towards -x."""
    across, along = (121, 30) if fine else (41, 11)
    u = np.linspace(-1, 1, across)
    v = np.linspace(0.004, 1.0, along) ** 0.8
    angle = u * values["spread"] + values["skew"] * (1 - u**2)
    reach = np.cos(0.72 * u) ** 0.55 if values["kind"] != "mussel" else np.cos(0.9 * u) ** 0.25
    reach = reach * (1 + 0.018 * np.cos(u * math.pi * values["ribs"])) if values["ribs"] else reach
    r = v[:, None] * reach
    x, y = r * np.cos(angle), r * np.sin(angle)
    arch = (
        values["dome"]
        * np.clip(1 - (2 * np.abs(v - 0.4) / 1.2) ** 2.2, 0, 1)[:, None]
        * (1 - np.abs(u) ** 2.6)
    )
    relief = (
        values["rib"] * np.cos(u * math.pi * values["ribs"]) * v[:, None] ** 0.8 if values["ribs"] else 0 * x
    )
    flat = np.stack([x, y], axis=-1).reshape(-1, 2)
    bumps = values["rough"] * ripple(
        flat, values["seed"], 0.15 if values["kind"] == "oyster" else 0.3
    ).reshape(x.shape)
    rings = 0.006 * np.sin(v * 60)[:, None]
    top = np.stack([x, y, arch + relief + bumps + rings], axis=-1).reshape(-1, 3)
    low = np.stack([x, y, arch - 0.022 + 0.6 * relief], axis=-1).reshape(-1, 3)
    faces, inside = shell_faces(along, across), lower_side(along, across)
    pattern = np.column_stack([np.tile(u * 6, along), np.repeat(v * 8, across), np.zeros(len(top))])
    points = np.concatenate([top, low])
    parts = [(points, faces, np.concatenate([pattern, pattern]), inside)]
    if values["kind"] == "scallop":
        parts.append(_ears(values))
    turn = turn_matrix(x=math.pi) if values["hollow_up"] else np.eye(3)
    return [
        Part(vertices=p * values["length_m"], faces=f, pattern=q, values={"inside": i}).moved(turn=turn)
        for p, f, q, i in parts
    ]


def _ears(values: Parameters) -> tuple[Array, Array, Array, Array]:
    """Return the two flat wings at a scallop's hinge."""
    shape = polygon([(-0.02, -0.3), (0.0, 0.3), (0.17, 0.27), (0.2, 0.0), (0.17, -0.27)], rounding=0.02)
    points, faces = plate_mesh(shape, (-0.05, -0.35), (0.25, 0.35), 0.04, thickness=0.02)
    points[:, 2] += 0.03 + 0.01 * np.sin(points[:, 1] * 60) - 0.2 * points[:, 0] * values["dome"]
    pattern = np.column_stack([points[:, 1] * 20, points[:, 0] * 8, 0 * points[:, 0]])
    return points, faces, pattern, (points[:, 2] < 0.02) * 1.0


def draw_nacre_piece(draws: Draws) -> Parameters:
    """Draw a cut piece of mother-of-pearl: button, disc, leaf or plain plaque."""
    return {
        "kind": draws.weighted({"button": 0.4, "disc": 0.2, "leaf": 0.2, "plaque": 0.2}),
        "length_m": draws.log_uniform(0.012, 0.06),
        "aspect": draws.uniform(0.5, 0.9),
        "bow": draws.log_uniform(0.6, 3.0),
        "holes": draws.choice([1, 2, 4]),
    }


def _pierced(solid: Outline, centres: Array, radius: float) -> Outline:
    """Return an outline with round holes about ``centres``, shape (N, 2)."""

    def shape(points: Array) -> Array:
        gaps = np.linalg.norm(points[:, None] - centres, axis=-1).min(axis=1)
        return np.maximum(solid(points), radius - gaps)

    return shape


def nacre_parts(values: Parameters) -> list[Part]:
    """Build a piece of mother-of-pearl, flat on z = 0."""
    length, kind = values["length_m"], values["kind"]
    angle = np.linspace(0, 2 * math.pi, 40, endpoint=False)
    aspect = 1.0 if kind in ("button", "disc") else values["aspect"]
    power = {"leaf": 1.5, "plaque": 0.25}.get(kind, 1.0)
    edge = np.column_stack(
        [0.5 * np.cos(angle), 0.5 * aspect * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power]
    )
    if kind == "plaque":
        edge[:, 0] = 0.5 * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power
    shape: Outline = polygon(edge * length)
    holes = [
        (0.07 * math.cos(a), 0.07 * math.sin(a))
        for a in np.linspace(0, 2 * math.pi, values["holes"], endpoint=False)
    ]
    if kind == "button":
        centres = np.array(holes) * length * (1.0 if values["holes"] > 1 else 0.0)
        shape = _pierced(shape, centres, 0.03 * length)

    points, faces = plate_mesh(
        shape,
        (-0.5 * length, -0.5 * length),
        (0.5 * length, 0.5 * length),
        length / 30,
        thickness=0.05 * length,
    )
    bent = dished(points, values["bow"] * length, values["bow"] * length)
    return [Part(vertices=bent, faces=faces, material=NACRE, pattern=points)]


def shell_parts(values: Parameters) -> list[Part]:
    """Build one shell of any group; few on the ground are built finer than many in a heap."""
    if values["group"] == "nacre":
        return nacre_parts(values)
    fine = values["arrangement"]["kind"] in ("single", "row", "scattered", "hand")
    return _GROUPS[values["group"]](values, fine=fine)


_GROUPS = {"snail": coil_parts, "nautilus": coil_parts, "cowrie": cowrie_parts, "bivalve": valve_parts}
