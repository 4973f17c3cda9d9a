"""Build a drawn scene in Blender, take the picture, and measure how much of the subject it shows."""

from __future__ import annotations

import contextlib
import importlib
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from training.synth.family import Family
from training.synth.kit.blender import blender
from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import Array, Numbers, Point
from training.synth.setting.arrange import arrange
from training.synth.setting.camera_and_lamps import camera
from training.synth.setting.containers import SEE_THROUGH
from training.synth.setting.covers import GLASS_CASE, build_cover
from training.synth.setting.grounds import build_ground
from training.synth.setting.light import build_light
from training.synth.setting.props import build_props
from training.synth.setting.social import Box

_RAYS = 48  # along each side, to measure what is visible
_DARK = 45.0  # luma of 255 that the brightest tenth of the subject's box must reach


class HiddenSubjectError(Exception):
    """Too little of the subject can be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A rendered picture and what it shows of the subject.

    Attributes:
        picture: RGB.
        box: Left, top, right and bottom of the visible subject, 0 to 1 of the picture; None: nothing visible.
        visible_fraction: Share of the subject's outline that is inside the picture and not hidden, 0 to 1.
    """

    picture: Image.Image
    box: Box | None
    visible_fraction: float


def take(
    scene: Parameters,
    family: Family,
    *,
    size: int,
    samples: int,
    threads: int,
    scratch: Path,
    least_visible: float = 0.0,
) -> Shot:
    """Build and render one scene.

    Args:
        scene: As `training.synth.drawn_scene.draw_scene` drew it.
        family: The family of ``scene["family"]``.
        size: Longer side of the picture, in pixels.
        samples: Light paths a pixel, before the denoiser.
        threads: Processor threads.
        scratch: A folder for the renderer's file; this process's own.
        least_visible: Share of the subject that must be seen.

    Raises:
        HiddenSubjectError: Less of it can be seen, or (only if some must) it lies in the dark.
    """
    width, height = _pixels(scene["camera"]["aspect"], size)
    _prepare(width, height, scene["camera"], samples, threads)
    pieces, holder = arrange(family.forms[scene["form"]].make(scene["lot"]), scene["lot"]["arrangement"])
    subject = [part for piece in pieces for part in (piece, *piece.children_recursive)]
    framed = [*subject, *holder] if scene["lot"]["arrangement"]["kind"] == "filled" else subject
    corners = _corners(framed)
    radius = float(np.linalg.norm(np.ptp(corners, axis=0))) / 2
    hanging = scene["lot"]["arrangement"]["kind"] == "hanging"
    view, away = _view(scene["camera"], hanging=hanging)
    eye, target = _frame(scene["camera"], view, corners, width / height)
    build_light(scene["light"], centre=target, radius=radius, eye=eye)
    build_ground(scene["ground"], radius=radius, away=away, hanging=hanging)
    if not scene["cover"] or scene["cover"]["kind"] != GLASS_CASE:  # whose panes would cut through them
        build_props(scene["props"], centre=target, radius=radius, away=away)
    if scene["cover"]:
        build_cover(scene["cover"], corners, eye=eye, hanging=hanging)
    camera(
        eye=eye,
        target=target,
        lens=scene["camera"]["lens_mm"],
        f_number=scene["camera"]["f_number"],
        roll=scene["camera"]["roll_deg"],
    )
    blender().context.view_layer.update()
    box, visible = _visibility(subject)
    if visible < least_visible:
        raise HiddenSubjectError(f"only {visible:.0%} of the subject can be seen")
    picture = _render(scratch)
    if least_visible and _brightest(picture, box) < _DARK:
        raise HiddenSubjectError("the subject lies in the dark")
    return Shot(picture=picture, box=box, visible_fraction=visible)


def _brightest(picture: Image.Image, box: Box | None) -> float:
    """Return the luma, 0 to 255, that a tenth of the subject's box exceeds."""
    left, top, right, bottom = box or (0.0, 0.0, 1.0, 1.0)
    rows = slice(int(top * picture.height), int(bottom * picture.height) + 1)
    columns = slice(int(left * picture.width), int(right * picture.width) + 1)
    return float(np.percentile(np.asarray(picture.convert("L"))[rows, columns], 90))


def _pixels(aspect: str, size: int) -> tuple[int, int]:
    across, down = (int(part) for part in aspect.split(":"))
    longer = max(across, down)
    return round(size * across / longer), round(size * down / longer)


def _prepare(width: int, height: int, camera_values: Parameters, samples: int, threads: int) -> None:
    bpy = blender()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples = samples
    scene.cycles.use_denoising = True
    scene.cycles.seed = camera_values["noise_seed"]
    scene.cycles.max_bounces = 6
    scene.cycles.transparent_max_bounces = 12
    scene.cycles.sample_clamp_indirect = 3.0
    scene.cycles.caustics_reflective = scene.cycles.caustics_refractive = False
    scene.render.resolution_x, scene.render.resolution_y = width, height
    scene.render.threads_mode, scene.render.threads = "FIXED", threads
    scene.render.use_persistent_data = False
    scene.view_settings.view_transform = camera_values["tone"]
    scene.view_settings.exposure = camera_values["exposure"]
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGB"
    scene.render.image_settings.compression = 0


def _corners(things: Sequence[Any]) -> Array:
    return np.array([thing.matrix_world @ _vector(corner) for thing in things for corner in thing.bound_box])


def _vector(values: Numbers) -> Any:
    return importlib.import_module("mathutils").Vector(values)


def _view(values: Parameters, *, hanging: bool) -> tuple[Array, tuple[float, float]]:
    """Return the unit vector from the subject to the camera, and the level direction in which the camera looks."""
    up, around = math.radians(values["elevation_deg"]), math.radians(values["azimuth_deg"])
    around -= math.pi / 2 if hanging else 0.0
    view = np.array([math.cos(up) * math.cos(around), math.cos(up) * math.sin(around), math.sin(up)])
    return view, (-math.cos(around), -math.sin(around))


def _frame(values: Parameters, view: Array, corners: Array, aspect: float) -> tuple[Point, Point]:
    """Place the camera so that the subject fills its share of the picture, off the middle by its shift.

    Args:
        values: Of the camera, as drawn.
        view: Unit vector from the subject to the camera.
        corners: Of the boxes around the subject's parts (N, 3).
        aspect: Width over height of the picture.
    """
    longer = (
        18.0 / values["lens_mm"]
    )  # tangent of half the field of view; Blender fits the longer side to 36 mm
    tangents = np.array([longer * min(aspect, 1.0), longer * min(1 / aspect, 1.0)])
    side = np.cross([0.0, 0.0, 1.0], view)
    side /= max(float(np.linalg.norm(side)), 1e-6)
    axes = np.stack([side, np.cross(view, side)])  # right and up in the picture
    flat = corners @ axes.T
    low, high = flat.min(axis=0), flat.max(axis=0)
    depth = corners @ view
    distance = float(((high - low) / 2 / tangents).max()) / values["fill"]
    middle = (low + high) / 2 @ axes + (depth.min() + depth.max()) / 2 * view
    reach = distance * tangents  # half the picture at the subject
    target = middle + (np.asarray(values["shift"]) * np.maximum(reach, (high - low) / 4)) @ axes
    eye = target + view * (distance + float(np.ptp(depth)) * 0.35)
    return tuple(eye.tolist()), tuple(target.tolist())


def _visibility(subject: Sequence[Any]) -> tuple[Box | None, float]:
    """Shoot rays through a grid wider than the picture; see `Shot` for the results."""
    bpy = blender()
    scene, names = bpy.context.scene, {thing.name for thing in subject}
    graph = bpy.context.evaluated_depsgraph_get()
    body = scene.camera
    frame = [body.matrix_world.to_3x3() @ corner for corner in body.data.view_frame(scene=scene)]
    right, down = frame[0] - frame[3], frame[2] - frame[3]
    origin = body.matrix_world.translation
    margin = 0.5  # of the picture on each side: how far outside of it the subject is looked for
    steps = round(_RAYS * (1 + 2 * margin))
    places = (np.arange(steps) + 0.5) / _RAYS - margin
    seen, total, inside = [], 0, 0
    for y in places:
        for x in places:
            shows, is_open = _follow(scene, graph, origin, frame[3] + right * x + down * y, names)
            if not shows:
                continue
            total += 1
            if is_open and 0 <= x <= 1 and 0 <= y <= 1:
                inside += 1
                seen.append((x, y))
    if not seen:
        return None, 0.0
    points, half = np.array(seen), 0.5 / _RAYS
    low, high = np.clip(points.min(axis=0) - half, 0, 1), np.clip(points.max(axis=0) + half, 0, 1)
    left, top, right, bottom = (round(float(value), 4) for value in (*low, *high))
    return (left, top, right, bottom), round(inside / total, 4)


def _follow(scene: Any, graph: Any, origin: Any, direction: Any, names: set[str]) -> tuple[bool, bool]:
    """Follow a ray: does it meet the subject at all, and does it do so before anything that hides it?"""
    is_open, start, direction = True, origin, direction.normalized()
    for _ in range(8):
        hit, place, _normal, _face, thing, _matrix = scene.ray_cast(graph, start, direction)
        if not hit:
            return False, False
        if thing.name in names:
            return True, is_open
        is_open &= bool(thing.get(SEE_THROUGH, False))
        start = place + direction * 1e-4
    return False, False


def _render(scratch: Path) -> Image.Image:
    bpy = blender()
    path = scratch / "render.png"
    bpy.context.scene.render.filepath = str(path.resolve())
    with _silence():
        bpy.ops.render.render(write_still=True)
    with Image.open(path) as rendered:
        picture = rendered.convert("RGB")
    path.unlink()
    return picture


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Drop the line that Blender prints for every picture; it writes past Python's own output."""
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
