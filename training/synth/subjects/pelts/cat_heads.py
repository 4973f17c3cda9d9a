"""A cat's head as taxidermists mount it on a rug: open mouth, canines, glass eyes; metres, facing +x."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh
from training.synth.kit.coat_patterns import cells, noise, spots, step, stripe_patch, stripes
from training.synth.kit.distance_fields import blend, capsule, ellipsoid, surface_nets
from training.synth.kit.fur import add_pile
from training.synth.kit.geometry import Array
from training.synth.kit.materials import glossy_material
from training.synth.kit.round_shapes import ball, tube
from training.synth.kit.shader import Shader

_STEP = 0.055  # of the surface grid, in units of the head's half length


def head_field(p: Array) -> Array:
    """Return the distance to a head about one unit in half length, its chin near z = 0."""
    q = p * np.array([1.0, 0.0, 1.0], np.float32) + np.abs(p) * np.array([0.0, 1.0, 0.0], np.float32)
    skull = ellipsoid(q, (0.0, 0.0, 0.62), (0.50, 0.42, 0.36))
    skull = blend(skull, capsule(q, (-0.3, 0, 0.5), (-1.0, 0, 0.2), 0.40, 0.30), 0.25)
    skull = blend(skull, ellipsoid(q, (0.12, 0.30, 0.45), (0.26, 0.16, 0.26)), 0.12)
    skull = blend(skull, ellipsoid(q, (0.50, 0.0, 0.53), (0.34, 0.20, 0.16)), 0.14)
    skull = blend(skull, ellipsoid(q, (0.66, 0.09, 0.46), (0.16, 0.13, 0.11)), 0.06)
    skull = blend(skull, capsule(q, (0.02, 0.12, 0.22), (0.58, 0.05, 0.14), 0.17, 0.10), 0.08)
    skull = blend(skull, ellipsoid(q, (-0.10, 0.34, 0.98), (0.07, 0.15, 0.16)), 0.06)
    mouth = np.maximum(ellipsoid(q, (0.66, 0.0, 0.31), (0.46, 0.30, 0.11)), 0.20 - q[:, 0])
    socket = ellipsoid(q, (0.36, 0.21, 0.66), (0.09, 0.08, 0.06))
    return np.maximum(np.maximum(skull, -mouth), -socket)


def add_cat_head(coat: dict[str, Any], length: float, place: Array, rng: np.random.Generator) -> list[Any]:
    """Add a mounted head and return its objects.

    Args:
        coat: As `training.synth.subjects.pelts.cat_coats.draw_coat` drew it.
        length: From the nape to the nose, in metres.
        place: Where the nape meets the floor (3,).
        rng: For its hair.
    """
    vertices, faces = surface_nets(head_field, (-1.35, -0.62, -0.1), (0.95, 0.64, 1.25), _STEP)
    colours, mouth = _colours(coat, vertices)
    unit = length / 1.75
    offset = np.asarray(place) + unit * np.array([0.95, 0.0, 0.0])
    points = vertices * unit + offset
    shader = Shader("head", roughness=0.7)
    shader.set("Base Color", shader.node("Attribute", attribute_name="tint").outputs["Color"])
    head = add_mesh("head", (points, faces), shader.material)
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    tint = head.data.attributes.new("tint", "FLOAT_COLOR", "POINT")
    tint.data.foreach_set("color", np.column_stack([linear, np.ones(len(linear))]).astype(np.float32).ravel())
    flow = np.tile([-1.0, 0.0, -0.2], (len(points), 1)) + 0.6 * (vertices - [0, 0, 0.5]) * [0, 1, 1]
    bare = mouth
    add_pile(
        head, (points, faces), colours, rng, count=9000, length=0.09 * unit, flow=flow, lift=0.4, bare=bare
    )
    return [head, *_details(unit, offset)]


def _details(unit: float, offset: Array) -> list[Any]:
    """Add eyes, teeth and tongue."""
    things = []
    amber = glossy_material("eye", (0.55, 0.32, 0.04), roughness=0.08, coat=1.0)
    black = glossy_material("pupil", (0.004, 0.004, 0.004), roughness=0.1, coat=1.0)
    tooth = glossy_material("tooth", (0.75, 0.66, 0.47), roughness=0.25, coat=0.3)
    tongue = glossy_material("tongue", (0.45, 0.10, 0.09), roughness=0.3, coat=0.3)
    eye, _ = ball(0.075, sides=16)
    for side in (-1, 1):
        for centre, scale, material in (
            ((0.35, 0.205, 0.665), 1.0, amber),
            ((0.405, 0.222, 0.667), 0.5, black),
        ):
            middle = np.array(centre) * [1, side, 1]
            things.append(add_mesh("eye", ((eye * scale + middle) * unit + offset, _), material))
        for x, top, bottom, radius in ((0.72, 0.40, 0.20, 0.036), (0.60, 0.19, 0.34, 0.032)):
            path = np.array(
                [
                    [x, side * 0.10, top],
                    [x + 0.015, side * 0.10, (top + bottom) / 2],
                    [x, side * 0.095, bottom],
                ]
            )
            fang, quads = tube(path, radius * np.array([1.0, 0.75, 0.12]), sides=8)
            things.append(add_mesh("tooth", (fang * unit + offset, quads), tooth))
    lick, quads = ball(1.0, sides=16)
    things.append(
        add_mesh("tongue", ((lick * [0.24, 0.075, 0.03] + [0.50, 0, 0.235]) * unit + offset, quads), tongue)
    )
    return things


def _colours(coat: dict[str, Any], vertices: Array) -> tuple[Array, Array]:
    """Return the display colour (V, 3) and how bare, as mouth, eyelids and nose are, each vertex is."""
    x, y, z = vertices.astype(np.float32).T
    side = np.abs(y)
    back, flank, pale, dark = (
        np.array(coat[key], dtype=np.float32) for key in ("back", "flank", "belly", "dark")
    )
    rgb = flank + step(0.6, 0.95, z)[:, None] * (back - flank)
    if coat["kind"] == "tiger":
        patch = stripe_patch(coat["seed"], length=3.0)
        mark = step(
            0.2,
            0.5,
            stripes(patch, (x + 0.9 * side * side) * 6.5 + 20, y * 4.5) + 0.3 * noise(x * 4, y * 4, 3),
        )
    else:
        mark = spots(cells(x * 9 + z * 3, y * 9 + z * 6 * np.sign(y), coat["seed"] + 10), 0.30)
    white = np.maximum(
        step(1.0, 0.6, np.hypot((x - 0.68) / 0.24, (z - 0.42) / 0.15)),
        np.maximum(
            step(0.28, 0.2, z) * (x > -0.3),
            step(
                1.0,
                0.5,
                np.sqrt(((x - 0.3) / 0.12) ** 2 + ((z - 0.80) / 0.09) ** 2 + ((side - 0.2) / 0.14) ** 2),
            ),
        ),
    )
    white = np.maximum(
        white, step(1.0, 0.5, np.hypot((x - 0.18) / 0.25, (z - 0.40) / 0.15)) * step(0.25, 0.35, side) * 0.7
    )
    rgb = rgb + (0.9 * white)[:, None] * (pale - rgb)
    mark = mark * (1 - 0.75 * step(0.35, 0.6, x)) * (1 - 0.4 * white)
    ear = step(0.86, 0.95, z) * step(0.16, 0.24, side)
    mark = np.maximum(mark, ear * step(-0.08, -0.14, x))
    rgb = rgb + mark[:, None] * (dark - rgb)
    eye = step(
        1.0, 0.8, np.sqrt(((x - 0.36) / 0.13) ** 2 + ((side - 0.21) / 0.13) ** 2 + ((z - 0.66) / 0.085) ** 2)
    )
    nose = step(1.0, 0.85, np.sqrt(((x - 0.84) / 0.09) ** 2 + (side / 0.10) ** 2 + ((z - 0.56) / 0.07) ** 2))
    inner = step(
        1.0, 0.85, np.sqrt(((x - 0.60) / 0.40) ** 2 + (side / 0.25) ** 2 + ((z - 0.31) / 0.12) ** 2)
    ) * (x > 0.18)
    for colour, share in (((0.05, 0.04, 0.03), eye), ((0.52, 0.27, 0.24), nose), ((0.38, 0.12, 0.11), inner)):
        rgb = rgb + share[:, None] * (np.array(colour) - rgb)
    return np.clip(rgb, 0, 1), np.maximum(np.maximum(eye, nose), inner)
