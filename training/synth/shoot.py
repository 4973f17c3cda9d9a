"""Step 3 of a picture: measure how much of the subject can be seen, and render."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.synth.kit.blender import blender
from training.synth.kit.draws import Parameters
from training.synth.setting.containers import SEE_THROUGH
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


def picture_size(aspect: str, longer: int) -> tuple[int, int]:
    """Return width and height, in pixels, of a picture of an aspect such as ``4:3``."""
    across, down = (int(part) for part in aspect.split(":"))
    most = max(across, down)
    return round(longer * across / most), round(longer * down / most)


def shoot(
    subject: Sequence[Any],
    view: Parameters,
    *,
    size: tuple[int, int],
    samples: int,
    threads: int,
    scratch: Path,
    least_visible: float = 0.0,
) -> Shot:
    """Render the scene that stands in Blender.

    Args:
        subject: The objects of what is shown, from `training.synth.build.build`.
        view: Of the camera, as drawn.
        size: Width and height, in pixels.
        samples: Light paths a pixel, before the denoiser.
        threads: Processor threads.
        scratch: A folder for the renderer's file; this process's own.
        least_visible: Share of the subject that must be seen.

    Raises:
        HiddenSubjectError: Less of it can be seen, or (only if some must) it lies in the dark.
    """
    _prepare(*size, view, samples, threads)
    box, visible = _visibility(subject)
    if visible < least_visible:
        raise HiddenSubjectError(f"only {visible:.0%} of the subject can be seen")
    picture = _render(scratch)
    if least_visible and _brightest(picture, box) < _DARK:
        raise HiddenSubjectError("the subject lies in the dark")
    return Shot(picture=picture, box=box, visible_fraction=visible)


def _prepare(width: int, height: int, camera_values: Parameters, samples: int, threads: int) -> None:
    """Set up the renderer."""
    scene = blender().context.scene
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


def mask_of(subject: Sequence[Any], view: Parameters, *, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Return where the subject can be seen in the picture of the scene that stands in Blender, without rendering it.

    Args:
        subject: As for `shoot`.
        view: Of the camera, as drawn.
        size: Width and height, in pixels.

    Returns:
        Shape (48, 48): places from top to bottom and from left to right, evenly over the picture.
    """
    _prepare(*size, view, samples=1, threads=1)
    seen, _, _ = _seen(subject)
    mask = np.zeros((_RAYS, _RAYS), np.bool_)
    for x, y in seen:
        mask[int(y * _RAYS), int(x * _RAYS)] = True
    return mask


def _visibility(subject: Sequence[Any]) -> tuple[Box | None, float]:
    """Return box and visible fraction of the subject; see `Shot`."""
    seen, inside, total = _seen(subject)
    if not seen:
        return None, 0.0
    points, half = np.array(seen), 0.5 / _RAYS
    low, high = np.clip(points.min(axis=0) - half, 0, 1), np.clip(points.max(axis=0) + half, 0, 1)
    left, top, right, bottom = (round(float(value), 4) for value in (*low, *high))
    return (left, top, right, bottom), round(inside / total, 4)


def _seen(subject: Sequence[Any]) -> tuple[list[tuple[float, float]], int, int]:
    """Shoot rays through a grid wider than the picture.

    Returns:
        The places in the picture at which the subject can be seen, 0 to 1 across and down; how many they are; and how
        many rays meet the subject at all.
    """
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
                seen.append((float(x), float(y)))
    return seen, inside, total


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


def _brightest(picture: Image.Image, box: Box | None) -> float:
    """Return the luma, 0 to 255, that a tenth of the subject's box exceeds."""
    left, top, right, bottom = box or (0.0, 0.0, 1.0, 1.0)
    rows = slice(int(top * picture.height), int(bottom * picture.height) + 1)
    columns = slice(int(left * picture.width), int(right * picture.width) + 1)
    return float(np.percentile(np.asarray(picture.convert("L"))[rows, columns], 90))
