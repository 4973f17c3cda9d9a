"""Let pieces fall into heaps and holders, by Blender's rigid bodies (Bullet), which repeat exactly on one machine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh, blender
from training.synth.kit.geometry import Array, Point
from training.synth.kit.meshes import box_mesh
from training.synth.setting.containers import Holder

_WALLS = 16  # boxes around the inside of a holder
_FRAME_RATE = 24
_MOST_FRAMES = 600
_MOST_LAYERS = 14
_DRAG = 0.8  # share of the speed lost in a second: thin things would fall through the floor if they were fast
_FALLING_SPEED = 6.0  # units a second, the end of 9.81 / -ln(1 - drag)
_TURNS = np.arange(48) * np.pi * (3 - 5**0.5)  # golden angle: directions evenly over the ball
_HEIGHTS = 1 - 2 * (np.arange(48) + 0.5) / 48
_DIRECTIONS = np.stack(
    [np.sqrt(1 - _HEIGHTS**2) * np.cos(_TURNS), np.sqrt(1 - _HEIGHTS**2) * np.sin(_TURNS), _HEIGHTS], axis=1
)
_SIMULATED_RADIUS = 0.5  # units; Bullet is stable for things about a unit across
_SETTLING_FRAMES = 30


def drop(
    pieces: Sequence[Any],
    holder: Holder,
    reach: float,
    rng: np.random.Generator,
    *,
    aligned: float | None = None,
    flat: bool = False,
) -> None:
    """Let the pieces fall onto the floor of the holder and leave them where they come to rest.

    The simulation runs in a scaled space in which a piece is about one unit across.

    Args:
        pieces: Objects whose origin is their middle.
        holder: Its walls stay; one of height 0 has none.
        reach: Radius of the disc over which they fall; on open ground they first fall into a pipe of that radius,
            then slump, so that they become a heap.
        rng: Details.
        aligned: Angle about z that all share, in radians; None: each its own.
        flat: Whether they start level and no pipe holds them.
    """
    blender().context.view_layer.update()
    radii = np.array([_radius(piece) for piece in pieces])
    factor = _SIMULATED_RADIUS / float(np.median(radii))
    bodies = _bodies(pieces, factor)
    room = max(reach - radii.max(), 0.02 * reach)
    if not holder.height:  # so wide that what falls is at most about `_MOST_LAYERS` layers high
        room = max(room, 2.1 * radii.max() * math.sqrt(len(pieces) / _MOST_LAYERS / 3))
    places = _above(radii * factor, room * factor, rng, start=max(holder.height, holder.floor) * factor)
    for body, place in zip(bodies, places, strict=True):
        flips = rng.random() < 0.35 if aligned is None else False
        tilt = rng.normal(0, 0.25 if flat or aligned is not None else 0.7, 2)
        spin = rng.uniform(0, 2 * math.pi) if aligned is None else aligned + rng.normal(0, 0.12)
        body.rotation_euler = (tilt[0] + math.pi * flips, 0.4 * tilt[1], spin)
        body.location = place
    fall = float(places[:, 2].max()) / _FALLING_SPEED
    frames = min(round((fall + 2.0) * _FRAME_RATE), _MOST_FRAMES)
    if holder.height or flat or aligned is not None:
        _simulate(bodies, _walls(holder, factor), holder.floor * factor, frames)
    else:
        pipe = Holder(radius=max(reach, room + radii.max()), height=float(places[:, 2].max()) / factor)
        _simulate(bodies, _walls(pipe, factor), holder.floor * factor, frames)
        _simulate(bodies, [], holder.floor * factor, _SETTLING_FRAMES)
    for piece, body in zip(pieces, bodies, strict=True):
        piece.location = body.location / factor
        piece.rotation_euler = body.rotation_euler
        blender().data.objects.remove(body)
    blender().context.view_layer.update()


def _simulate(bodies: Sequence[Any], walls: Sequence[Any], floor: float, frames: int) -> None:
    """Run the rigid bodies from where they are, leave them where they end, and remove the walls."""
    bpy = blender()
    scene = bpy.context.scene
    bpy.ops.rigidbody.world_add()
    world = scene.rigidbody_world
    world.collection = bpy.data.collections.new("falling")
    world.substeps_per_frame, world.solver_iterations = 10, 16
    colliders = [_solid((400.0, 400.0, 2.0), (0.0, 0.0, floor - 1.0)), *walls]
    for thing in colliders:
        world.collection.objects.link(thing)
        thing.rigid_body.type, thing.rigid_body.collision_shape = "PASSIVE", "BOX"
        thing.rigid_body.friction = 0.8
        thing.rigid_body.use_margin, thing.rigid_body.collision_margin = True, 0.0
    for body in bodies:
        world.collection.objects.link(body)
        solid = body.rigid_body
        solid.collision_shape, solid.mass = "CONVEX_HULL", 0.2
        solid.friction, solid.restitution = 1.2, 0.0
        solid.use_margin, solid.collision_margin = True, 0.008
        solid.linear_damping, solid.angular_damping = _DRAG, 0.95
    world.point_cache.frame_end = frames + 1
    for frame in range(1, frames + 1):
        scene.frame_set(frame)
    rest = [body.matrix_world.copy() for body in bodies]
    bpy.ops.rigidbody.world_remove()
    for body, matrix in zip(bodies, rest, strict=True):
        body.location, body.rotation_euler = matrix.translation, matrix.to_euler()
    for thing in colliders:
        bpy.data.objects.remove(thing)
    scene.frame_set(0)


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


def _solid(size: Point, place: Point, turn: float = 0.0) -> Any:
    """Return an unseen box that stops what falls; Bullet centres boxes on their origin."""
    vertices, faces = box_mesh(*size)
    solid = add_mesh("solid", (vertices - [0.0, 0.0, size[2] / 2], faces), None)
    solid.location, solid.rotation_euler = place, (0.0, 0.0, turn)
    solid.hide_render = True
    return solid


def _walls(holder: Holder, factor: float) -> list[Any]:
    """Return the boxes around the inside of a holder: cheaper and tighter than its mesh."""
    if not holder.height:
        return []
    radius, height = holder.radius * factor, (holder.height - holder.floor) * factor
    width, thick = 2.3 * math.pi * radius / _WALLS, 1.0
    walls = []
    for turn in np.arange(_WALLS) * 2 * math.pi / _WALLS:
        away = radius + thick / 2
        place = (away * math.cos(turn), away * math.sin(turn), holder.floor * factor + height / 2)
        walls.append(_solid((thick, width, height), place, float(turn)))
    return walls


def _above(radii: Array, reach: float, rng: np.random.Generator, *, start: float) -> Array:
    """Return where pieces start to fall (N, 3): in layers over a disc, no two touching."""
    step = 2.1 * float(radii.max())
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


def _radius(piece: Any) -> float:
    return 0.5 * math.hypot(piece.dimensions.x, piece.dimensions.y)
