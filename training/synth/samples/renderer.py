"""Turn a scene into a JPEG file, the same bytes on every run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from training.synth.kit.blender import blender
from training.synth.samples.sample_scenes import PAGES, SCENES


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderSettings:
    """How a scene is turned into pixels.

    Attributes:
        width: Picture width in pixels; the height is three quarters of it.
        samples: Light paths per pixel, before the denoiser.
        threads: Processor threads.
        quality: JPEG quality, 1 to 100.
    """

    width: int = 800
    samples: int = 64
    threads: int = 2
    quality: int = 88


def render_scene(name: str, out: Path, settings: RenderSettings) -> Path:
    """Build the scene called ``name`` from nothing and write ``out/name.jpg``."""
    path = out / f"{name}.jpg"
    prepare_scene(settings)
    SCENES[name]()
    bpy = blender()
    bpy.context.scene.render.filepath = str(path.resolve())
    bpy.ops.render.render(write_still=True)
    path.write_bytes(without_comments(path.read_bytes()))
    if name in PAGES:
        with Image.open(path) as photo:
            page = PAGES[name](photo.convert("RGB"))
        page.save(path, "JPEG", quality=settings.quality)
    return path


def prepare_scene(settings: RenderSettings) -> None:
    """Empty Blender and set the renderer, with a fixed noise seed."""
    bpy = blender()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples = settings.samples
    scene.cycles.use_denoising = True
    scene.cycles.seed = 1
    scene.cycles.max_bounces = 8
    scene.cycles.sample_clamp_indirect = 4.0
    scene.render.resolution_x = settings.width
    scene.render.resolution_y = settings.width * 3 // 4
    scene.render.threads_mode = "FIXED"
    scene.render.threads = settings.threads
    scene.view_settings.view_transform = "Filmic"
    scene.view_settings.look = "Medium High Contrast"
    scene.view_settings.exposure = 0.1
    scene.render.image_settings.file_format = "JPEG"
    scene.render.image_settings.quality = settings.quality


def without_comments(jpeg: bytes) -> bytes:
    """Drop the comment segments, where Blender notes dates and times: equal runs, equal bytes.

    Segments are a marker, then a two-byte big-endian length that counts itself (ITU-T T.81, B.1);
    the pixels follow the start-of-scan marker and are copied as they are.
    """
    start_of_scan, comment = b"\xff\xda", b"\xff\xfe"
    kept, at = [jpeg[:2]], 2
    while jpeg[at : at + 2] != start_of_scan:
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if jpeg[at : at + 2] != comment:
            kept.append(jpeg[at:end])
        at = end
    return b"".join([*kept, jpeg[at:]])
