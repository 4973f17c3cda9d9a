"""Lay out the pieces of a lot: single, in rows, scattered, heaped, or filled into something.

Heaps are dropped and settled by Blender's rigid bodies (Bullet), which is deterministic on one machine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.blender import add_mesh, blender
from training.synth.containers import build_container, sample_container
from training.synth.draws import Draws, Parameters
from training.synth.geometry import Array
from training.synth.meshes import box_mesh

ARRANGEMENTS = {
    "single": "one piece, lying as built, turned about z",
    "standing": "one piece that the family built standing; seen from low angles",
    "hanging": "one piece that the family built upright in the xz plane, facing -y, before a wall",
    "row": "pieces side by side, neatly",
    "scattered": "pieces apart from each other, each lying as built, turned at random",
    "spread": "pieces thrown down in about one layer",
    "heap": "pieces dropped into a heap",
    "bundle": "long pieces (along x) dropped side by side",
    "filled": "pieces dropped into a container: jar, bowl, sack, box, bag, basket, tray",
    "hand": "one piece or a few on a hand",
}
"""The kinds of layout and what each does with the variants that a family builds."""

_FRAME_RATE = 24
_TURNS = np.arange(48) * np.pi * (3 - 5**0.5)  # golden angle: directions evenly over the ball
_HEIGHTS = 1 - 2 * (np.arange(48) + 0.5) / 48
_DIRECTIONS = np.stack(
    [np.sqrt(1 - _HEIGHTS**2) * np.cos(_TURNS), np.sqrt(1 - _HEIGHTS**2) * np.sin(_TURNS), _HEIGHTS], axis=1
)
_SIMULATED_RADIUS = 0.5  # units; Bullet is stable for things about a unit across


def sample_arrangement(draws: Draws, kinds: dict[str, float], *, most: int = 60) -> Parameters:
    """Draw a layout.

    Args:
        draws: Where the values come from.
        kinds: Names of `ARRANGEMENTS` with their relative frequency.
        most: The largest number of pieces in a heap; rows and hands hold fewer.
    """
    kind = draws.weighted(kinds)
    limits = {
        "single": (1, 1), "standing": (1, 1), "hanging": (1, 1),
        "row": (2, min(most, 7)), "scattered": (2, min(most, 12)), "hand": (1, min(most, 3)),
        "spread": (4, min(most, 40)), "bundle": (2, min(most, 14)),
        "heap": (5, most), "filled": (6, most),
    }  # fmt: skip
    low, high = limits[kind]
    count = round(draws.log_uniform(low, max(low, high))) if high > low else low
    drawn: Parameters = {
        "kind": kind,
        "count": count,
        "turn_deg": draws.uniform(0, 360),
        "seed": draws.seed(),
    }
    if kind in ("filled", "hand"):
        drawn["container"] = sample_container(draws.part("container"), hand=kind == "hand")
    return drawn


def arrange(variants: Sequence[Any], arrangement: Parameters) -> tuple[list[Any], list[Any]]:
    """Copy and place the variants; the originals are used up.

    Returns:
        The placed pieces, and the objects that hold them (container or hand).
    """
    kind, rng = arrangement["kind"], np.random.default_rng(arrangement.get("seed", 0))
    turn = math.radians(arrangement.get("turn_deg", 0.0))
    if kind in ("single", "standing", "hanging"):
        for thing in variants:
            thing.rotation_euler.z += 0.0 if kind == "hanging" else turn
        return _settled(variants), []
    pieces = _copies(variants, arrangement["count"], rng)
    if kind in ("row", "scattered"):
        places = _row(pieces, rng, turn) if kind == "row" else _apart(pieces, rng)
        for piece, (x, y, angle) in zip(pieces, places, strict=True):
            piece.location.x, piece.location.y = x, y
            piece.rotation_euler.z += angle
        return _settled(pieces), []
    radii = np.array([_radius(piece) for piece in pieces])
    holder, reach = [], _reach(kind, radii)
    if "container" in arrangement:
        holder, reach = build_container(arrangement["container"], reach)
    _drop(pieces, holder, reach, rng, aligned=turn if kind == "bundle" else None, layered=kind == "spread")
    return pieces, holder


def _copies(variants: Sequence[Any], count: int, rng: np.random.Generator) -> list[Any]:
    """Return ``count`` objects: each variant in turn, then copies of it that share its mesh."""
    collection = blender().context.collection
    pieces = []
    for number in range(count):
        original = variants[number % len(variants)]
        piece = original
        if number >= len(variants):
            piece = original.copy()
            collection.objects.link(piece)
            for child in original.children:
                twin = child.copy()
                collection.objects.link(twin)
                twin.parent = piece
            piece.scale = tuple(np.asarray(piece.scale) * rng.uniform(0.88, 1.12))
        pieces.append(piece)
    for unused in variants[count:]:
        for child in list(unused.children):
            blender().data.objects.remove(child)
        blender().data.objects.remove(unused)
    for mesh in {piece.data.name: piece for piece in pieces}.values():
        _recentre(mesh.data, pieces)
    blender().context.view_layer.update()
    return pieces


def _recentre(mesh: Any, pieces: Sequence[Any]) -> None:
    """Move the origin of a mesh to the middle of its box, about which rigid bodies turn; nothing moves visibly."""
    points = np.empty(len(mesh.vertices) * 3, dtype=np.float32)
    mesh.vertices.foreach_get("co", points)
    points = points.reshape(-1, 3)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    mesh.vertices.foreach_set("co", (points - middle).ravel())
    mesh.update()
    for piece in pieces:
        if piece.data == mesh:
            piece.location = tuple(np.asarray(piece.location) + middle * np.asarray(piece.scale))
            for child in piece.children:
                child.location = tuple(np.asarray(child.location) - middle)


def _row(pieces: Sequence[Any], rng: np.random.Generator, turn: float) -> list[tuple[float, float, float]]:
    """Return x, y and angle of pieces side by side along their own y, the row turned by ``turn``."""
    widths = np.array([piece.dimensions.y for piece in pieces])
    gaps = widths.mean() * rng.uniform(0.08, 0.5)
    middles = np.cumsum(widths + gaps) - widths / 2 - (widths.sum() + gaps * len(pieces)) / 2
    slips = rng.normal(0, 0.04, len(pieces)) * [piece.dimensions.x for piece in pieces]
    angles = rng.normal(0, math.radians(4), len(pieces))
    return [
        (x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn), turn + angle)
        for x, y, angle in zip(slips, middles, angles, strict=True)
    ]


def _apart(pieces: Sequence[Any], rng: np.random.Generator) -> list[tuple[float, float, float]]:
    """Return x, y and angle of pieces whose circles overlap little, near the origin."""
    placed: list[tuple[float, float, float]] = []
    radii = [0.8 * _radius(piece) for piece in pieces]
    spread = 0.4 * max(radii)
    for number, radius in enumerate(radii):
        while True:
            spread *= 1.03
            x, y = rng.normal(0, spread, 2)
            if all(math.hypot(x - a, y - b) > radius + radii[k] for k, (a, b, _) in enumerate(placed)):
                break
        placed.append((float(x), float(y), float(rng.uniform(0, 2 * math.pi))))
        spread = max(0.4 * max(radii), 0.7 * spread) if number else spread
    return placed


def _radius(piece: Any) -> float:
    return 0.5 * math.hypot(piece.dimensions.x, piece.dimensions.y)


def _reach(kind: str, radii: Array) -> float:
    """Return the radius of the disc over which pieces are dropped."""
    area = float((radii**2).sum())
    share = {"spread": 0.9, "bundle": 0.25, "hand": 0.2, "filled": 0.3}.get(kind, 0.35)
    return max(math.sqrt(area * share), 1.05 * float(radii.max()))


def _settled(pieces: Sequence[Any]) -> list[Any]:
    blender().context.view_layer.update()
    return list(pieces)


def _drop(
    pieces: Sequence[Any],
    holder: Sequence[Any],
    reach: float,
    rng: np.random.Generator,
    *,
    aligned: float | None,
    layered: bool,
) -> None:
    """Let the pieces fall onto z = 0, or into the holder, and leave them where they come to rest.

    The simulation runs in a scaled space in which a piece is about one unit across.
    """
    bpy = blender()
    scene = bpy.context.scene
    bpy.context.view_layer.update()
    radii = np.array([_radius(piece) for piece in pieces])
    factor = _SIMULATED_RADIUS / float(np.median(radii))
    bpy.ops.rigidbody.world_add()
    world = scene.rigidbody_world
    world.collection = bpy.data.collections.new("falling")
    world.substeps_per_frame, world.solver_iterations = 8, 12
    colliders = [_floor(), *holder]
    for thing in colliders:
        if thing in holder:
            thing.scale = tuple(np.asarray(thing.scale) * factor)
            thing.location = tuple(np.asarray(thing.location) * factor)
        world.collection.objects.link(thing)
        thing.rigid_body.type = "PASSIVE"
        thing.rigid_body.collision_shape = "MESH" if thing in holder else "BOX"
        thing.rigid_body.friction = 0.8
        thing.rigid_body.use_margin, thing.rigid_body.collision_margin = True, 0.01
    places = _above(radii * factor, max(reach - radii.max(), 0.1 * reach) * factor, rng, start=_top(holder))
    bodies = _bodies(pieces, factor)
    for body, place in zip(bodies, places, strict=True):
        flips = rng.random() < 0.35 if aligned is None else False
        tilt = rng.normal(0, 0.25 if layered or aligned is not None else 0.7, 2)
        spin = rng.uniform(0, 2 * math.pi) if aligned is None else aligned + rng.normal(0, 0.12)
        body.rotation_euler = (tilt[0] + math.pi * flips, 0.4 * tilt[1], spin)
        body.location = place
        world.collection.objects.link(body)
        solid = body.rigid_body
        solid.collision_shape, solid.mass = "CONVEX_HULL", 0.2
        solid.friction, solid.restitution = 0.75, 0.0
        solid.use_margin, solid.collision_margin = True, 0.004
        solid.linear_damping, solid.angular_damping = 0.15, 0.5
    fall = math.sqrt(2 * float(places[:, 2].max()) / 9.81)
    frames = round((fall + 2.0) * _FRAME_RATE)
    world.point_cache.frame_end = frames + 1
    for frame in range(1, frames + 1):
        scene.frame_set(frame)
    rest = [body.matrix_world.copy() for body in bodies]
    bpy.ops.rigidbody.world_remove()
    for piece, body, matrix in zip(pieces, bodies, rest, strict=True):
        piece.location = matrix.translation / factor
        piece.rotation_euler = matrix.to_euler()
        bpy.data.objects.remove(body)
    bpy.data.objects.remove(colliders[0])
    for thing in holder:
        thing.scale = tuple(np.asarray(thing.scale) / factor)
        thing.location = tuple(np.asarray(thing.location) / factor)
    scene.frame_set(0)
    bpy.context.view_layer.update()


def _bodies(pieces: Sequence[Any], factor: float) -> list[Any]:
    """Return stand-ins for the simulation: each piece's outermost points, ``factor`` times larger, without faces."""
    bpy = blender()
    outlines: dict[str, Any] = {}
    bodies = []
    for piece in pieces:
        name = piece.data.name
        if name not in outlines:
            points = np.empty(len(piece.data.vertices) * 3, dtype=np.float32)
            piece.data.vertices.foreach_get("co", points)
            points = points.reshape(-1, 3)
            outmost = np.unique(np.argmax(points @ _DIRECTIONS.T, axis=0))
            outlines[name] = bpy.data.meshes.new("outline")
            outlines[name].from_pydata(points[outmost].tolist(), [], [])
        body = bpy.data.objects.new("body", outlines[name])
        body.scale = tuple(np.asarray(piece.scale) * factor)
        bpy.context.collection.objects.link(body)
        bodies.append(body)
    return bodies


def _floor() -> Any:
    vertices, faces = box_mesh(400.0, 400.0, 2.0)
    floor = add_mesh("floor", (vertices - [0.0, 0.0, 1.0], faces), None)  # Bullet centres boxes on the origin
    floor.location.z = -1.0
    floor.hide_render = True
    return floor


def _top(holder: Sequence[Any]) -> float:
    heights = [corner[2] * thing.scale.z + thing.location.z for thing in holder for corner in thing.bound_box]
    return max(heights, default=0.0)


def _above(radii: Array, reach: float, rng: np.random.Generator, *, start: float) -> Array:
    """Return where pieces start to fall (N, 3): in layers over a disc, no two touching."""
    step = 2.0 * float(np.quantile(radii, 0.9)) * 0.9
    ring = [(0.0, 0.0)]
    for lap in range(1, int(reach / step) + 1):
        around = int(2 * math.pi * lap)
        ring += [
            (lap * step * math.cos(2 * math.pi * k / around), lap * step * math.sin(2 * math.pi * k / around))
            for k in range(around)
        ]
    places = []
    for number in range(len(radii)):
        layer, slot = divmod(number, len(ring))
        x, y = ring[slot]
        places.append((x, y, start + step * (0.6 + layer)))
    return np.array(places) + rng.normal(0, 0.05 * step, (len(radii), 3)) * [1, 1, 0]
