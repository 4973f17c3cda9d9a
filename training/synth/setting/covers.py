"""What a seller or a museum leaves between the lens and the thing: a sheet of bubble wrap, or the panes of a case."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh, blender
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Array, Point
from training.synth.kit.grown_shapes import joined, moved
from training.synth.kit.meshes import box_mesh, grid_mesh
from training.synth.kit.shader import Shader
from training.synth.setting.containers import SEE_THROUGH

BUBBLE_WRAP, GLASS_CASE = "bubble wrap", "glass case"

_BUBBLES_M = (0.010, 0.030)
"""Diameters that are sold: small bubbles are about 3/8 inch wide, large ones about 1 1/4 inch (US patent 3,142,599,
"Method for making laminated cushioning material", and the trade's usual sizes)."""
_LARGE_FROM = 0.15  # m, of the subject's radius: large things come in large bubbles
_MOST_BUBBLES = 44  # along a side of the sheet; more would cost time and show as noise
_PER_BUBBLE = 6  # vertices along its pitch
_CASTS = 56  # rays along a side, to feel what the sheet lies on

_FRAMES = {
    "none": None,
    "aluminium": ((0.60, 0.60, 0.60), 1.0),
    "brass": ((0.62, 0.42, 0.12), 1.0),
    "black": ((0.02, 0.02, 0.02), 0.0),
    "white": ((0.75, 0.75, 0.73), 0.0),
    "wood": ((0.16, 0.07, 0.03), 0.0),
}
"""Colour (linear RGB) and metallicity of the bars along a case's edges."""

_GLASS, _FOIL = 5.0, 1.5
"""Exponents of `_see_through`: 5 is Schlick's; crumpled film, seen from afar, shines from less steep angles."""

_LININGS = (
    (0.30, 0.01, 0.02),
    (0.01, 0.01, 0.015),
    (0.7, 0.69, 0.66),
    (0.02, 0.04, 0.16),
    (0.45, 0.36, 0.25),
)
"""Linear RGB of cloth or board on which cases show things: red, black, white, blue, beige."""


def draw_cover(draws: Draws, share: float, kind: str) -> Parameters | None:
    """Draw what is between, or None.

    Args:
        draws: Where the values come from.
        share: Of the scenes that have a cover, 0 to 1.
        kind: Of the arrangement; what hangs on a wall is never in bubble wrap.
    """
    if not draws.chance(share):
        return None
    if kind != "hanging" and draws.chance(0.55):
        return {
            "kind": BUBBLE_WRAP,
            "reach": [draws.uniform(0.6, 1.5), draws.uniform(0.6, 1.5)],
            "shift": [draws.normal(0, 0.25, -0.5, 0.5), draws.normal(0, 0.25, -0.5, 0.5)],
            "turn_deg": draws.uniform(0, 180),
            "haze": draws.uniform(0.04, 0.18),
            "seed": draws.seed(),
        }
    return {
        "kind": GLASS_CASE,
        "margin": [draws.uniform(0.06, 0.8), draws.uniform(0.06, 0.8), draws.uniform(0.06, 0.6)],
        "frame": draws.choice(sorted(_FRAMES)),
        "bar": draws.uniform(0.015, 0.04),
        "mirror": draws.uniform(0.01, 0.08),
        "lining": draws.colour(draws.choice(_LININGS), value=0.3, tint=0.1) if draws.chance(0.7) else None,
    }


def build_cover(cover: Parameters, corners: Array, *, eye: Point, hanging: bool) -> None:
    """Build it over things that stand already.

    Args:
        cover: As drawn.
        corners: Of the boxes around the subject's parts (N, 3), in metres.
        eye: Where the camera is, which stays outside of a case.
        hanging: Whether the subject hangs on a wall; then its case has no lining.
    """
    clear = (
        _bubble_wrap(cover, corners)
        if cover["kind"] == BUBBLE_WRAP
        else _glass_case(cover, corners, eye, lined=not hanging)
    )
    clear[SEE_THROUGH] = True


def _see_through(shader: Shader, straight: float, exponent: float) -> None:
    """Let all light through but what Schlick's formula reflects, from either side: ``straight`` is its share at 0 degrees.

    Blender's own Fresnel node takes the inside of a thin sheet for the inside of a block, and shadows turn black.
    Source: Schlick 1994, "An inexpensive BRDF model for physically-based rendering", equation 15.
    """
    clear = shader.node("BsdfTransparent").outputs[0]
    facing = shader.node("LayerWeight").outputs["Facing"]
    steep = shader.node("Math", {0: facing, 1: exponent}, operation="POWER").outputs[0]
    share = shader.node("Math", {0: steep, 1: 1 - straight, 2: straight}, operation="MULTIPLY_ADD").outputs[0]
    mixed = shader.node("MixShader", {0: share, 1: clear, 2: shader.surface.outputs[0]}).outputs[0]
    shader.tree.links.new(mixed, shader.tree.nodes["Material Output"].inputs["Surface"])


# --- bubble wrap ----------------------------------------------------------------------------------------------


def _bubble_wrap(cover: Parameters, corners: Array) -> Any:
    """Drape a sheet over the subject, or over a part of it."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    span = np.maximum((high - low)[:2], 0.25 * float((high - low).max()))
    size = span * cover["reach"]
    radius = float(np.linalg.norm(high - low)) / 2
    pitch = max(_BUBBLES_M[radius > _LARGE_FROM], float(size.max()) / _MOST_BUBBLES)
    count = max(int(size.max() / pitch * _PER_BUBBLE), 24)
    flat, faces = grid_mesh(float(size[0]), float(size[1]), count)
    turn = math.radians(cover["turn_deg"])
    spin = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    middle = (low + high)[:2] / 2 + span * cover["shift"]
    points = flat.copy()
    points[:, :2] = flat[:, :2] @ spin + middle
    points[:, 2] = _draped(points[:, :2], count, top=float(high[2]) + radius) + bubbles(flat, pitch)
    rng = np.random.default_rng(cover["seed"])
    points[:, 2] += 0.02 * radius * (1 + _creases(flat[:, :2] / radius, rng)) + 0.15 * pitch
    return add_mesh("bubble wrap", (points, faces), _film(cover))


def _draped(places: Array, count: int, top: float) -> Array:
    """Return the height (N,) of a stiff sheet that lies on whatever is there at ``places`` (N, 2), a grid."""
    bpy = blender()
    bpy.context.view_layer.update()
    graph = bpy.context.evaluated_depsgraph_get()
    step = max(count // _CASTS, 1)
    some = np.unique(np.append(np.arange(0, count, step), count - 1))
    grid = places.reshape(count, count, 2)[np.ix_(some, some)]
    felt = np.zeros(grid.shape[:2])
    for place in np.ndindex(*felt.shape):
        x, y = grid[place]
        hit, point, *_ = bpy.context.scene.ray_cast(graph, (float(x), float(y), top), (0.0, 0.0, -1.0))
        felt[place] = max(point[2], 0.0) if hit else 0.0
    held = _around(felt, np.max)
    sheet = held
    for _ in range(len(some) // 2):  # as long as it takes a slope to cross half the sheet
        sheet = np.maximum(_around(sheet, np.mean), held)
    rows = np.array([np.interp(np.arange(count), some, row) for row in sheet])
    return np.array([np.interp(np.arange(count), some, column) for column in rows.T]).T.ravel()


def _around(heights: Array, of: Any) -> Array:
    """Return a statistic of each cell and its eight neighbours."""
    wide = np.pad(heights, 1, mode="edge")
    n, m = heights.shape
    return of([wide[i : i + n, j : j + m] for i in range(3) for j in range(3)], axis=0)


def bubbles(flat: Array, pitch: float) -> Array:
    """Return the height (N,) at places (N, 2 or more) of domes in staggered rows, ``pitch`` apart, in metres."""
    rows = flat[:, 1] / (pitch * math.sqrt(0.75))
    row = np.round(rows)
    across = flat[:, 0] / pitch + 0.5 * (row % 2)
    far = np.hypot(across - np.round(across), (rows - row) * math.sqrt(0.75))
    return 0.38 * pitch * np.sqrt(np.clip(1 - (far / 0.44) ** 2, 0, 1))


def _creases(flat: Array, rng: np.random.Generator) -> Array:
    """Return a few soft waves (N,), -1 to 1."""
    total = np.zeros(len(flat))
    for _ in range(4):
        angle, phase = rng.uniform(0, 2 * np.pi, 2)
        along = flat @ [math.cos(angle), math.sin(angle)]
        total += np.sin(rng.uniform(2, 7) * along + phase) / 4
    return total


def _film(cover: Parameters) -> Any:
    """Return clear polyethylene: little is lost straight on, the walls of bubbles shine."""
    shader = Shader("film", roughness=0.06)
    shader.set("Base Color", (0.9, 0.9, 0.9))
    _see_through(shader, cover["haze"], _FOIL)
    return shader.material


# --- glass case -----------------------------------------------------------------------------------------------


def _glass_case(cover: Parameters, corners: Array, eye: Point, *, lined: bool) -> Any:
    low, high = case_room(cover, corners, eye)
    size, middle = high - low, (low + high) / 2
    bar = cover["bar"] * float(size.max())
    frame = _FRAMES[cover["frame"]]
    if frame:
        _bars(low, high, bar, *frame)
    if lined and cover["lining"]:
        shader = Shader("lining", roughness=0.95)
        shader.set("Base Color", tuple(cover["lining"]))
        sheet = moved(box_mesh(float(size[0]), float(size[1]), 0.004), (middle[0], middle[1], -0.0035))
        add_mesh("lining", sheet, shader.material)
    shader = Shader("pane", metallic=1.0, roughness=0.01)
    shader.set("Base Color", (0.95, 1.0, 0.97))
    _see_through(shader, cover["mirror"], _GLASS)
    points, faces = box_mesh(*(float(side) for side in size))
    panes = faces[1:]  # all but the bottom
    return add_mesh("panes", (points + [middle[0], middle[1], low[2]], panes), shader.material)


def case_room(cover: Parameters, corners: Array, eye: Point) -> tuple[Array, Array]:
    """Return the case's lowest and highest corner; it shrinks until the camera is outside."""
    inner = corners.min(axis=0), corners.max(axis=0)
    margin = np.asarray(cover["margin"]) * float(np.ptp(corners, axis=0).max())
    for share in (1.0, 0.7, 0.45, 0.25, 0.1, 0.02):
        low, high = inner[0] - share * margin, inner[1] + share * margin
        low[2] = max(float(low[2]), 0.0)
        gap = 0.05 * (high - low)
        if not np.all((np.asarray(eye) > low - gap) & (np.asarray(eye) < high + gap)):
            break
    return low, high


def _bars(low: Array, high: Array, bar: float, colour: Point, metallic: float) -> None:
    """Build the twelve edges of a case."""
    shader = Shader("frame", metallic=metallic, roughness=0.3)
    shader.set("Base Color", colour)
    size, middle = high - low, (low + high) / 2
    parts: list[Any] = []
    for axis in range(3):
        others: Sequence[int] = [other for other in range(3) if other != axis]
        for first in (low, high):
            for second in (low, high):
                centre, length = middle.copy(), np.full(3, bar)
                centre[others[0]], centre[others[1]] = first[others[0]], second[others[1]]
                length[axis] = size[axis] + bar
                base = (centre[0], centre[1], centre[2] - length[2] / 2)
                parts.append(moved(box_mesh(*(float(side) for side in length)), base))
    mesh, _ = joined(parts)
    add_mesh("frame", mesh, shader.material)
