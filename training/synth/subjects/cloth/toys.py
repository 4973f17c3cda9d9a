"""Stuffed toys: soft round bodies, sitting, lying or standing, with sewn faces; metres, facing +x."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh, holding
from training.synth.kit.coat_patterns import cells, noise, rosettes, spots, step, stripe_patch, stripes
from training.synth.kit.distance_fields import blend, capsule, ellipsoid, surface_nets
from training.synth.kit.draws import Parameters
from training.synth.kit.fur import add_pile
from training.synth.kit.geometry import Array, ArrayMesh, Point
from training.synth.kit.materials import cloth_material, glossy_material
from training.synth.kit.round_shapes import ball, smooth_path, tube
from training.synth.kit.shader import Shader

ToyField = Callable[[Array], Array]

HEADS: dict[str, Point] = {
    "sitting": (0.06, 0.0, 0.82),
    "lying": (0.52, 0.0, 0.38),
    "standing": (0.50, 0.0, 0.62),
}
"""Middle of the head, which has a radius of about a quarter, in units of the toy's size."""


def body_field(lot: Parameters) -> ToyField:
    """Return the distance to a toy of unit size."""
    fat, pose = lot["fat"], lot["pose"]

    def field(p: Array) -> Array:
        q = np.stack([p[:, 0], np.abs(p[:, 1]), p[:, 2]], axis=1)
        shape = _BODIES[pose](q, fat)
        return blend(shape, _head(q, np.array(HEADS[pose]), lot), 0.05)

    return field


def _sitting(q: Array, fat: float) -> Array:
    body = ellipsoid(q, (-0.02, 0.0, 0.33), (0.25 * fat, 0.27 * fat, 0.33))
    arms = capsule(q, (0.02, 0.24, 0.52), (0.26, 0.30, 0.27), 0.09, 0.095)
    legs = blend(
        capsule(q, (0.08, 0.2, 0.13), (0.42, 0.27, 0.11), 0.13, 0.11),
        ellipsoid(q, (0.48, 0.28, 0.15), (0.08, 0.11, 0.15)),
        0.06,
    )
    tail = capsule(q * [1, 1, 1], (-0.22, 0.0, 0.1), (-0.42, 0.06, 0.06), 0.05, 0.045)
    return blend(blend(blend(body, arms, 0.05), legs, 0.05), tail, 0.03)


def _lying(q: Array, fat: float) -> Array:
    body = ellipsoid(q, (0.0, 0.0, 0.21), (0.46, 0.25 * fat, 0.21))
    arms = capsule(q, (0.3, 0.17, 0.12), (0.66, 0.24, 0.075), 0.10, 0.085)
    legs = capsule(q, (-0.3, 0.2, 0.12), (-0.10, 0.36, 0.085), 0.13, 0.09)
    tail = capsule(q, (-0.42, 0.0, 0.14), (-0.85, 0.02, 0.05), 0.05, 0.04)
    return blend(blend(blend(body, arms, 0.05), legs, 0.06), tail, 0.04)


def _standing(q: Array, fat: float) -> Array:
    body = ellipsoid(q, (0.0, 0.0, 0.42), (0.46, 0.21 * fat, 0.19 * fat))
    arms = capsule(q, (0.27, 0.13, 0.36), (0.31, 0.15, 0.07), 0.10, 0.085)
    legs = capsule(q, (-0.28, 0.13, 0.36), (-0.30, 0.15, 0.07), 0.11, 0.085)
    tail = capsule(q, (-0.42, 0.0, 0.46), (-0.72, 0.03, 0.62), 0.045, 0.04)
    return blend(blend(blend(body, arms, 0.06), legs, 0.06), tail, 0.04)


_BODIES: dict[str, Callable[[Array, float], Array]] = {
    "sitting": _sitting,
    "lying": _lying,
    "standing": _standing,
}


def _head(q: Array, at: Array, lot: Parameters) -> Array:
    def place(x: float, y: float, z: float) -> Point:
        return (float(at[0]) + x, y, float(at[2]) + z)

    big = lot["head"]
    skull = ellipsoid(q, place(0, 0, 0), (0.24 * big, 0.27 * big, 0.24 * big))
    skull = blend(skull, ellipsoid(q, place(0.2 * big, 0.0, -0.07), (0.10, 0.13, 0.09)), 0.05)
    if lot["animal"] == "rabbit":
        ears = capsule(q, place(-0.02, 0.10, 0.2), place(-0.10, 0.18, 0.58), 0.055, 0.065)
    elif lot["animal"] == "dog":
        ears = capsule(q, place(0.0, 0.22, 0.16), place(0.04, 0.32, -0.12), 0.06, 0.085)
    else:
        ears = ellipsoid(q, place(-0.02, 0.19 * big, 0.21 * big), (0.05, 0.085, 0.09))
    return blend(skull, ears, 0.03)


def add_toy(lot: Parameters, rng: np.random.Generator) -> Any:
    """Add one toy with its pile, eyes, nose and perhaps a ribbon."""
    vertices, faces = surface_nets(body_field(lot), (-0.95, -0.5, -0.06), (0.95, 0.5, 1.5), 0.033)
    low = float(vertices[:, 2].min())
    points = (vertices - [0, 0, low]) * lot["size_m"]
    colours = toy_colours(lot, vertices)
    shader = Shader("plush", roughness=0.9)
    shader.set("Base Color", shader.node("Attribute", attribute_name="tint").outputs["Color"])
    shader.set("Sheen Weight", 0.5)
    toy = add_mesh("toy", (points, faces), shader.material)
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    tint = toy.data.attributes.new("tint", "FLOAT_COLOR", "POINT")
    tint.data.foreach_set("color", np.column_stack([linear, np.ones(len(linear))]).astype(np.float32).ravel())
    mesh: ArrayMesh = (points, faces)
    add_pile(toy, mesh, colours, rng, count=14000, length=lot["pile_m"], lift=0.8)
    return holding(toy, _face(lot, low))


def toy_colours(lot: Parameters, vertices: Array) -> Array:
    """Return the display colour of each vertex (V, 3): main colour, pale muzzle and belly, printed pattern."""
    x, y, z = vertices.astype(np.float32).T
    at = np.array(HEADS[lot["pose"]])
    main, pale, dark = (np.array(lot[key], dtype=np.float32) for key in ("main", "pale", "dark"))
    muzzle = step(
        1.0,
        0.85,
        np.sqrt(((x - at[0] - 0.22) / 0.16) ** 2 + (y / 0.16) ** 2 + ((z - at[2] + 0.08) / 0.11) ** 2),
    )
    under = {
        "sitting": step(0.12, 0.18, x) * step(0.16, 0.1, np.abs(y)) * (z < 0.55) * (z > 0.1),
        "lying": step(0.10, 0.06, z) * 0,
        "standing": step(0.30, 0.26, z) * (z > 0.2) * step(0.13, 0.08, np.abs(y)),
    }
    light = np.clip(np.maximum(muzzle, under[lot["pose"]]), 0, 1)
    rgb = np.tile(main, (len(x), 1))
    mark = _pattern(lot, x, y, z) * (1 - light)
    rgb = rgb + mark[:, None] * (dark - rgb)
    rgb = rgb + light[:, None] * (pale - rgb)
    return np.clip(rgb * (1 + 0.04 * noise(x * 6, y * 6 + z * 5, lot["seed"] % 999)[:, None]), 0, 1)


def _pattern(lot: Parameters, x: Array, y: Array, z: Array) -> Array:
    """Print on the plush: evenly spaced stripes or rings of spots, as cut from cloth."""
    along = x if lot["pose"] != "sitting" else z
    around = np.arctan2(y, z - 0.3 if lot["pose"] != "sitting" else x + 0.02) / 2.2
    if lot["animal"] == "tiger":
        field = stripes(stripe_patch(lot["seed"] % 1000, length=3.0), along * 7.0, around * 4.0)
        return step(0.25, 0.4, field)
    if lot["animal"] == "leopard":
        dark, _ = rosettes(
            cells(along * 8, around * 8, lot["seed"] % 1000), size=0.33, width=0.10, broken=0.6, dots=0.0
        )
        return dark
    if lot["animal"] == "cow":
        return spots(cells(along * 3, around * 3, lot["seed"] % 1000, 0.4), 0.4)
    return 0 * x


def _face(lot: Parameters, low: float) -> list[Any]:
    """Eyes, nose and a stitched mouth, and often a ribbon round the neck."""
    size, at, big = lot["size_m"], np.array(HEADS[lot["pose"]]), lot["head"]
    black = glossy_material("eye", (0.006, 0.005, 0.005), roughness=0.12, coat=1.0)
    nose = glossy_material("nose", tuple(lot["nose"]), roughness=0.4)
    bead, faces = ball(1.0, sides=14)
    things = []
    for side in (-1, 1):
        centre = at + np.array([0.205 * big, side * 0.105, 0.065])
        things.append(add_mesh("eye", (((bead * 0.034 + centre) - [0, 0, low]) * size, faces), black))
    centre = at + np.array([0.19 * big + 0.105, 0, -0.03])
    things.append(
        add_mesh("nose", (((bead * [0.022, 0.042, 0.028] + centre) - [0, 0, low]) * size, faces), nose)
    )
    knots = np.array(
        [
            [0.005, -0.07, -0.10],
            [0.012, -0.03, -0.125],
            [0.012, 0.0, -0.085],
            [0.012, 0.03, -0.125],
            [0.005, 0.07, -0.10],
        ]
    )
    mouth = (smooth_path(knots + at + [0.19 * big + 0.09, 0, 0], 30) - [0, 0, low]) * size
    things.append(add_mesh("mouth", tube(mouth, 0.006 * size, sides=6), black))
    if lot["ribbon"] and lot["pose"] == "sitting":
        angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        neck = np.column_stack([0.02 + 0.20 * np.cos(angle), 0.21 * np.sin(angle), 0 * angle + 0.60]) - [
            0,
            0,
            low,
        ]
        things.append(
            add_mesh(
                "ribbon",
                tube(neck * size, 0.028 * size, sides=10, closed=True),
                cloth_material(tuple(lot["ribbon_colour"])),
            )
        )
    return things
