"""Fur: a sheet with a coat painted on it and real short hairs on top; positions are metres.

A coat is painted in a flat canvas; a sheet is a mesh whose vertices know their place in it. The hairs are Blender
hair curves, made in one go from arrays, which costs about as much as any other mesh of their size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh, blender
from training.synth.kit.coat_patterns import combed
from training.synth.kit.colours import WHITE, Colour
from training.synth.kit.geometry import Array, Numbers
from training.synth.kit.shader import Shader

CANVAS = "canvas"
"""Point attribute, three numbers: place in the canvas, 0 to 1, and 0."""

_STRAND = np.array([0.0, 0.35, 0.7, 1.0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """A painted coat, row 0 at the lowest y.

    Attributes:
        low: Lowest x and y, metres.
        high: Highest x and y, metres.
        colours: Display (sRGB) values 0 to 1, (H, W, 3).
        inside: Metres from the edge of the skin, positive inside, (H, W).
        flow: Direction of the hair, (H, W, 2), unit vectors.
    """

    low: tuple[float, float]
    high: tuple[float, float]
    colours: Array
    inside: Array
    flow: Array

    def pixels(self, flat: Array) -> tuple[Array, Array]:
        """Return the rows and columns of places (N, 2) in metres."""
        height, width = self.inside.shape
        share = (flat - self.low) / (np.array(self.high) - self.low)
        column = np.clip((share[:, 0] * width).astype(np.int64), 0, width - 1)
        return np.clip((share[:, 1] * height).astype(np.int64), 0, height - 1), column


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A mesh of quads cut out of a canvas.

    Attributes:
        flat: Where its vertices are in the canvas (V, 2), metres.
        faces: Quads (F, 4); the first edge runs along x, and they go round counter-clockwise.
        points: Where its vertices are in space (V, 3).
    """

    flat: Array
    faces: Array
    points: Array


def paint(
    low: tuple[float, float],
    high: tuple[float, float],
    pixel: float,
    colour: Callable[[Array, Array], tuple[Array, Array, Array]],
    *,
    seed: int,
    streaks: float = 0.10,
) -> Canvas:
    """Paint a canvas.

    Args:
        low: Lowest x and y.
        high: Highest x and y.
        pixel: Size of a pixel, in metres.
        colour: From places x and y (N,) to colours (N, 3), depth inside (N,) and hair direction (N, 2).
        seed: Of the hair streaks.
        streaks: How much lighter and darker hairs are than the coat.
    """
    width, height = (max(int(np.ceil((b - a) / pixel)), 8) for a, b in zip(low, high, strict=True))
    x, y = np.meshgrid(
        low[0] + (np.arange(width, dtype=np.float32) + 0.5) * (high[0] - low[0]) / width,
        low[1] + (np.arange(height, dtype=np.float32) + 0.5) * (high[1] - low[1]) / height,
    )
    colours, inside, flow = colour(x.ravel(), y.ravel())
    flow = flow.reshape(height, width, 2).astype(np.float32)
    hair = combed(flow[..., 0], flow[..., 1], np.arange(width * height), seed)
    shade = 1 + streaks * np.clip(hair, -2, 2)
    painted = np.clip(colours * shade[:, None], 0, 1).reshape(height, width, 3)
    return Canvas(
        low=low,
        high=high,
        colours=painted.astype(np.float32),
        inside=inside.reshape(height, width),
        flow=flow,
    )


def cut_sheet(canvas: Canvas, pitch: float, *, within: Array | None = None) -> Sheet:
    """Cut the skin out of its canvas, flat at z = 0.

    Args:
        canvas: The coat.
        pitch: Size of the quads, in metres.
        within: Depth inside another outline (H, W), to cut a piece out of the skin.
    """
    inside = canvas.inside if within is None else np.minimum(canvas.inside, within)
    columns, rows = (max(int((b - a) / pitch), 2) for a, b in zip(canvas.low, canvas.high, strict=True))
    x, y = np.meshgrid(
        np.linspace(canvas.low[0], canvas.high[0], columns + 1),
        np.linspace(canvas.low[1], canvas.high[1], rows + 1),
    )
    flat = np.stack([x.ravel(), y.ravel()], axis=1)
    depth = inside[canvas.pixels(flat)]
    corner = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
    faces = np.stack([corner, corner + 1, corner + columns + 2, corner + columns + 1], axis=1)
    faces = faces[(depth[faces] > 0).any(axis=1)]
    slope_y, slope_x = np.gradient(inside)
    height, width = inside.shape
    slope = np.stack(
        [
            slope_x * width / (canvas.high[0] - canvas.low[0]),
            slope_y * height / (canvas.high[1] - canvas.low[1]),
        ],
        axis=-1,
    )[canvas.pixels(flat)]
    slope /= np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 0.5)
    flat = flat - np.clip(depth, -1.5 * pitch, 0)[:, None] * slope
    used, index = np.unique(faces, return_inverse=True)
    flat, faces = flat[used], index.reshape(faces.shape)
    return Sheet(flat=flat, faces=faces, points=np.column_stack([flat, np.zeros(len(flat))]))


def shaped(sheet: Sheet, points: Array) -> Sheet:
    """Return the sheet with its vertices elsewhere in space."""
    return Sheet(flat=sheet.flat, faces=sheet.faces, points=points)


def grey(value: float) -> Colour:
    """Return the grey of a value."""
    return value, value, value


def coat_image(colours: Array) -> Any:
    """Return a packed image of display values (H, W, 3)."""
    height, width = colours.shape[:2]
    image = blender().data.images.new("coat", width, height)
    image.pixels.foreach_set(
        np.concatenate([colours, np.ones((height, width, 1))], axis=2).astype(np.float32).ravel()
    )
    image.update()
    image.pack()
    return image


def fur_shader(image: Any, *, leather: Numbers, sheen: float = 0.25, roughness: float = 0.75) -> Shader:
    """Return short fur from a painted coat on the front of a sheet, and bare leather on its back."""
    shader = Shader("fur", roughness=roughness)
    place = shader.node("Attribute", attribute_name=CANVAS).outputs["Vector"]
    coat = shader.node("TexImage", {"Vector": place}, image=image, extension="EXTEND").outputs["Color"]
    grain = shader.noise(260.0, detail=3.0)
    shade = shader.ramp(grain, (0.3, grey(0.72)), (0.65, WHITE))
    coat = shader.mix(coat, shade, 1.0, "MULTIPLY")
    spots = shader.noise(14.0, detail=5.0)
    red, green, blue = (float(c) for c in leather)
    hide = shader.ramp(spots, (0.3, (red * 0.55, green * 0.5, blue * 0.45)), (0.6, (red, green, blue)))
    back = shader.node("NewGeometry").outputs["Backfacing"]
    shader.set("Base Color", shader.mix(coat, hide, back))
    shader.set("Sheen Weight", sheen)
    shader.set("Sheen Roughness", 0.4)
    shader.set("Specular IOR Level", 0.25)
    shader.bump(grain, 0.002)
    return shader


def add_sheet(name: str, sheet: Sheet, canvas: Canvas, material: Any) -> Any:
    """Add a sheet as an object."""
    thing = add_mesh(name, (sheet.points, sheet.faces), material)
    share = (sheet.flat - canvas.low) / (np.array(canvas.high) - canvas.low)
    attribute = thing.data.attributes.new(CANVAS, "FLOAT_VECTOR", "POINT")
    attribute.data.foreach_set("vector", np.column_stack([share, 0 * share[:, 0]]).astype(np.float32).ravel())
    return thing


def add_hairs(
    parent: Any,
    sheet: Sheet,
    canvas: Canvas,
    rng: np.random.Generator,
    *,
    count: int,
    length: float,
    lift: float = 0.35,
) -> Any:
    """Cover the front of a sheet with hairs that have the colours of its coat.

    Args:
        parent: The sheet's object.
        sheet: The sheet, as shaped.
        canvas: Its coat.
        rng: Where the hairs are.
        count: Hairs.
        length: Of a hair, in metres.
        lift: How steeply hairs leave the skin: 0 flat, 1 upright.
    """
    a, b, c, d = (sheet.points[sheet.faces[:, k]] for k in range(4))
    normal = np.cross(c - a, d - b)
    area = np.linalg.norm(normal, axis=1) + 1e-12
    face = rng.choice(len(area), count, p=area / area.sum())
    u, v = rng.random((2, count))
    flat, root = (_inside(values[sheet.faces[face]], u, v) for values in (sheet.flat, sheet.points))
    row, column = canvas.pixels(flat)
    flow = canvas.flow[row, column] + rng.normal(0, 0.22, (count, 2)) + _tufts(flat, rng)
    along = _unit((b - a + c - d)[face]) * flow[:, :1] + _unit((d - a + c - b)[face]) * flow[:, 1:]
    up = (normal / area[:, None])[face]
    colours = canvas.colours[row, column]
    return _strands(
        parent, root, _unit(along), up, colours, rng, length=length, lift=lift, area=float(area.sum()) / 2
    )


def add_pile(
    parent: Any,
    mesh: tuple[Array, Array],
    colours: Array,
    rng: np.random.Generator,
    *,
    count: int,
    length: float,
    flow: Array | None = None,
    lift: float = 0.6,
    bare: Array | None = None,
) -> Any:
    """Cover a solid with hairs.

    Args:
        parent: Its object.
        mesh: Vertices (V, 3) and quads (F, 4).
        colours: Display value of each vertex (V, 3).
        rng: Where the hairs are.
        count: Hairs.
        length: Of a hair, in metres.
        flow: Direction of the hair at each vertex (V, 3); None: any.
        lift: How steeply hairs leave the surface: 0 flat, 1 upright.
        bare: Share of hairs that each vertex lacks (V,), 0 to 1.
    """
    vertices, faces = mesh
    a, b, c, d = (vertices[faces[:, k]] for k in range(4))
    normal = np.cross(c - a, d - b)
    size = np.linalg.norm(normal, axis=1) + 1e-12
    weight = size if bare is None else size * (1 - bare[faces].mean(axis=1)) + 1e-12
    face = rng.choice(len(size), count, p=weight / weight.sum())
    u, v = rng.random((2, count))
    corners = faces[face]
    root = _inside(vertices[corners], u, v)
    lean = (
        rng.normal(0, 1, (count, 3)) if flow is None else flow[corners[:, 0]] + rng.normal(0, 0.3, (count, 3))
    )
    up = normal[face] / size[face, None]
    along = _unit(lean - up * (lean * up).sum(axis=1, keepdims=True))
    tint = _inside(colours[corners], u, v)
    return _strands(parent, root, along, up, tint, rng, length=length, lift=lift, area=float(size.sum()) / 2)


def _strands(
    parent: Any,
    root: Array,
    along: Array,
    up: Array,
    colours: Array,
    rng: np.random.Generator,
    *,
    length: float,
    lift: float,
    area: float,
) -> Any:
    """Add bent hairs whose widths together cover the area."""
    count = len(root)
    tall = np.clip(lift * rng.uniform(0.5, 1.5, (count, 1)), 0.0, 0.98)
    size = length * rng.uniform(0.6, 1.2, (count, 1))
    bend = along * np.sqrt(1 - tall**2)
    strands = np.stack(
        [root + size * t * (bend * (0.7 + 0.3 * t) + up * tall * (1 - 0.45 * t)) for t in _STRAND], axis=1
    )
    radius = min(0.75 * area / (count * length), 0.12 * length)
    return _curves(parent, strands, _linear(colours) * rng.uniform(0.82, 1.2, (count, 1)), radius)


def _inside(corners: Array, u: Array, v: Array) -> Array:
    """Interpolate in quads: corners (N, 4, D)."""
    u, v = u[:, None], v[:, None]
    return (corners[:, 0] * (1 - u) + corners[:, 1] * u) * (1 - v) + (
        corners[:, 3] * (1 - u) + corners[:, 2] * u
    ) * v


def _tufts(flat: Array, rng: np.random.Generator) -> Array:
    """Lean neighbouring hairs alike: (N, 2)."""
    table = rng.normal(0, 0.3, (4096, 2))
    cell = np.floor(flat / 0.018).astype(np.int64) @ np.array([73, 1361])
    return table[cell % 4096]


def _unit(vectors: Array) -> Array:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def _linear(display: Array) -> Array:
    """Return linear values of display (sRGB) values, IEC 61966-2-1."""
    return np.where(display <= 0.04045, display / 12.92, ((display + 0.055) / 1.055) ** 2.4)


def _curves(parent: Any, strands: Array, colours: Array, radius: float) -> Any:
    """Add hair curves (N, 4, 3) as a child of an object."""
    bpy = blender()
    count, knots = strands.shape[:2]
    data = bpy.data.hair_curves.new("hairs")
    data.add_curves([knots] * count)
    data.attributes["position"].data.foreach_set("vector", strands.astype(np.float32).ravel())
    thickness = np.tile(radius * np.array([1.0, 0.9, 0.6, 0.15]), count).astype(np.float32)
    data.attributes.new("radius", "FLOAT", "POINT").data.foreach_set("value", thickness)
    tint = np.concatenate([colours, np.ones((count, 1))], axis=1).astype(np.float32)
    data.attributes.new("tint", "FLOAT_COLOR", "CURVE").data.foreach_set("color", tint.ravel())
    shader = Shader("hair", roughness=0.6)
    shader.set("Base Color", shader.node("Attribute", attribute_name="tint").outputs["Color"])
    shader.set("Specular IOR Level", 0.3)
    data.materials.append(shader.material)
    thing = bpy.data.objects.new("hairs", data)
    bpy.context.collection.objects.link(thing)
    thing.parent = parent
    return thing
