"""Render the sample pictures: every scene is built from code, with fixed seeds.

``python -m training.synth.render_samples --out samples`` writes one JPEG per entry of `SCENES`.
It needs Blender's Python module (``pip install 'wildvision[synth]'``); nothing is downloaded.

Lengths are metres and angles degrees unless a name says otherwise; +z is up. Colours are linear
RGB, 0 to 1. Light power is in watts, as Blender counts it.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import itertools
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray
Colour = tuple[float, float, float]
Point = tuple[float, float, float]

IVORY: Colour = (0.85, 0.71, 0.46)
IVORY_SHADE: Colour = (0.74, 0.53, 0.27)
PATINA: Colour = (0.22, 0.095, 0.03)
WHITE: Colour = (1.0, 1.0, 1.0)
WINDOW: Colour = (1.0, 0.97, 0.93)
WARM: Colour = (1.0, 0.77, 0.53)


class MissingBlenderError(ImportError):
    """Blender's Python module ``bpy`` is not installed."""


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


def main(argv: Sequence[str] | None = None) -> int:
    """Render the scenes named on the command line and print the time each took."""
    args = build_parser().parse_args(argv)
    settings = RenderSettings(width=args.width, samples=args.samples, threads=args.threads)
    try:
        blender()
    except MissingBlenderError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    args.out.mkdir(parents=True, exist_ok=True)
    for name in args.only or SCENES:
        started = time.perf_counter()
        path = render_scene(name, args.out, settings)
        seconds = time.perf_counter() - started
        sys.stdout.write(f"{path}  {path.stat().st_size / 1000:.0f} kB  {seconds:.1f} s\n")
    return 0


def build_parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(prog="render_samples", description="Render the samples.")
    parser.add_argument("--out", type=Path, required=True, help="folder for the JPEG files")
    parser.add_argument("--only", nargs="+", choices=sorted(SCENES), help="scenes, default all")
    parser.add_argument("--width", type=int, default=800, help="pixels across (4:3 pictures)")
    parser.add_argument("--samples", type=int, default=64, help="light paths per pixel")
    parser.add_argument("--threads", type=int, default=2, help="processor threads")
    return parser


def blender() -> Any:
    """Return the ``bpy`` module.

    Raises:
        MissingBlenderError: It is not installed.
    """
    try:
        return importlib.import_module("bpy")
    except ImportError as error:
        raise MissingBlenderError(
            "rendering needs Blender's Python module: pip install 'wildvision[synth]' "
            "(bpy has wheels for one Python version only; see its package page)"
        ) from error


def render_scene(name: str, out: Path, settings: RenderSettings) -> Path:
    """Build the scene called ``name`` from nothing and write ``out/name.jpg``."""
    path = out / f"{name}.jpg"
    prepare_scene(settings)
    SCENES[name]()
    bpy = blender()
    bpy.context.scene.render.filepath = str(path.resolve())
    bpy.ops.render.render(write_still=True)
    path.write_bytes(without_comments(path.read_bytes()))
    return path


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


# --- scenes ---------------------------------------------------------------------------------


def ivory_carving() -> None:
    """A crouching ivory hare, the size of a netsuke, photographed as a museum would."""
    carve_hare(ivory_material(grain=(0.15, 1.0, 1.0), scale=120.0), fur_depth=1.0)
    studio(top=(0.09, 0.093, 0.10), bottom=(0.40, 0.40, 0.40))
    camera(eye=(0.115, -0.145, 0.062), target=(0.000, 0.0, 0.0135), lens=100, f_number=32)


def wooden_figure() -> None:
    """The same hare in dark wood: the look-alike that has no ivory in it."""
    carve_hare(wood_material(), fur_depth=0.6)
    studio(top=(0.17, 0.165, 0.155), bottom=(0.48, 0.47, 0.45))
    camera(eye=(0.135, 0.125, 0.066), target=(0.000, 0.0, 0.0135), lens=100, f_number=32)


def elephant_tusk() -> None:
    """A raw tusk, 1.2 m along its curve, on floor boards, lit by the flash of a phone."""
    mesh = tusk_mesh(length=1.2, radius=0.075, bend=-72.0)
    tusk = add_mesh("tusk", mesh, raw_tusk_material())
    angle = np.linspace(0.0, 2 * np.pi, 72, endpoint=False)
    rings = len(mesh[0]) // 72
    add_attribute(tusk, "along", np.repeat(TUSK_STATIONS, 72))
    add_attribute(tusk, "inside", np.repeat(np.where(np.arange(rings) < 40, 1.0, 0.0), 72))
    add_attribute(tusk, "around", np.tile(np.abs(angle - np.pi), rings))
    tusk.location = (-0.36, -0.28, 0.070)
    tusk.rotation_euler = (0.0, 0.0, math.radians(62.0))
    add_mesh("floor", grid_mesh(20.0, 20.0, 2), floor_material())
    world(0.05)
    eye, target = (-0.30, -1.02, 0.80), (0.0, 0.04, 0.0)
    flash = (-0.26, -1.01, 0.83)
    area_light(flash, target, size=0.015, power=19.0, colour=(1.0, 0.97, 0.92))
    area_light((2.6, -0.6, 2.2), (0, 0, 0), size=1.0, power=22.0, colour=WARM)
    camera(eye=eye, target=target, lens=38, roll=-3.0)


def ceramic_mug() -> None:
    """A white glazed mug on a table, in window light."""
    glaze = glossy_material("glaze", (0.84, 0.84, 0.82), roughness=0.12, coat=0.6)
    add_mesh("mug", lathe_mesh(mug_profile()), glaze)
    add_mesh("handle", tube_mesh(mug_handle_path(), 0.0068, flatten=0.62), glaze)
    add_mesh("table", grid_mesh(1.6, 1.6, 2), table_material())
    wall = add_mesh("wall", grid_mesh(4.0, 4.0, 2), plain_material((0.36, 0.42, 0.43)))
    wall.location, wall.rotation_euler = (0.0, 1.4, 0.0), (math.radians(90.0), 0.0, 0.0)
    world(0.35)
    window = (-0.7, -0.1, 0.55)
    area_light(window, (0, 0, 0.05), size=0.5, power=11.0, colour=WINDOW, shape="SQUARE")
    camera(eye=(0.12, -0.38, 0.20), target=(0.014, 0.0, 0.046), lens=55, f_number=5.6)


def desk() -> None:
    """Book, pencil, apple and a cardboard box on a desk: nothing of interest."""
    add_mesh("desk", grid_mesh(2.4, 2.4, 2), table_material())
    wall = add_mesh("wall", grid_mesh(5.0, 5.0, 2), plain_material((0.62, 0.60, 0.55)))
    wall.location, wall.rotation_euler = (0.0, 0.75, 0.0), (math.radians(90.0), 0.0, 0.0)
    add_book((-0.07, -0.02, 0.0), turn=14.0)
    add_apple((0.155, -0.05, 0.0))
    add_pencil((0.05, -0.175, 0.0), turn=-12.0)
    add_carton((0.10, 0.20, 0.0), turn=-22.0)
    world(0.4)
    area_light((-0.9, -0.3, 1.1), (0, 0, 0), size=0.5, power=26.0, colour=(1.0, 0.96, 0.9))
    camera(eye=(0.10, -0.64, 0.44), target=(0.035, 0.02, 0.030), lens=44, f_number=11)


def bead_necklace() -> None:
    """A loop of coloured glass beads on pale linen."""
    add_mesh("cloth", cloth_mesh(1.0, seed=5, height=0.0015), cloth_material((0.70, 0.66, 0.58)))
    path = necklace_path()
    add_mesh("thread", tube_mesh(path, 0.0006, closed=True), plain_material((0.3, 0.25, 0.2)))
    colours = [(0.02, 0.13, 0.62), (0.70, 0.03, 0.05), (0.02, 0.45, 0.22), (0.90, 0.45, 0.03)]
    glass = [glass_material(f"glass{i}", colour) for i, colour in enumerate(colours)]
    string_beads(path, glass, radius=0.0062)
    world(0.5)
    area_light((-0.3, 0.25, 0.4), (0, 0, 0), size=0.18, power=5.0, colour=(1.0, 0.97, 0.93))
    camera(eye=(0.02, -0.25, 0.26), target=(0.0, -0.006, 0.0), lens=54, f_number=11)


def ivory_bangle_market() -> None:
    """Ivory bangles and beads on a dark cloth under a warm lamp, as a phone would take it."""
    cloth = cloth_material((0.010, 0.011, 0.022))
    add_mesh("cloth", cloth_mesh(1.6, seed=9, height=0.006), cloth)
    bangle = ivory_material(grain=(1.0, 1.0, 0.3), scale=60.0)
    for radius, place, tilt in BANGLES:
        ring = add_mesh("bangle", bangle_mesh(radius, width=0.013), bangle)
        ring.location = place
        ring.rotation_euler = tuple(math.radians(angle) for angle in tilt)
    string_beads(bead_strand_path(), [bangle], radius=0.0075)
    scatter_beads(bangle, seed=3)
    world(0.06)
    area_light((-0.25, 0.30, 0.50), (0, 0, 0), size=0.10, power=9.0, colour=WARM)
    area_light((0.5, -0.5, 0.7), (0, 0, 0), size=0.5, power=3.0, colour=(1.0, 0.85, 0.7))
    camera(eye=(0.05, -0.27, 0.23), target=(0.004, 0.004, 0.010), lens=32, roll=4.0)


SCENES: dict[str, Callable[[], None]] = {
    "ivory_carving": ivory_carving,
    "ivory_bangle_market": ivory_bangle_market,
    "elephant_tusk": elephant_tusk,
    "ceramic_mug": ceramic_mug,
    "wooden_figure": wooden_figure,
    "bead_necklace": bead_necklace,
    "desk": desk,
}

# Ring radius, place and tilt (degrees) of each bangle.
BANGLES: tuple[tuple[float, Point, Point], ...] = (
    (0.034, (-0.055, 0.025, 0.007), (0, 0, 0)),
    (0.033, (-0.053, 0.027, 0.0205), (0, 0, 40)),
    (0.034, (-0.056, 0.024, 0.0345), (2, -1, 90)),
    (0.036, (0.030, 0.050, 0.007), (0, 0, 20)),
    (0.032, (0.060, 0.012, 0.020), (22, 12, 0)),
    (0.033, (0.004, -0.050, 0.007), (0, 0, 60)),
)


# --- the carved hare ------------------------------------------------------------------------

CENTIMETRE = 0.01
EAR_HOLLOW: tuple[Point, Point] = ((0.02, 0.55, 2.74), (1.22, 0.23, 0.13))  # centre, half axes


def carve_hare(material: Any, fur_depth: float) -> None:
    """Add the hare, facing +x, standing on z = 0, with dark inlaid eyes.

    Args:
        material: Its material; reads the point attribute ``stain`` (0 clean, 1 in a cut line).
        fur_depth: Depth of the cut hair lines, 1 for the ivory carver's.
    """
    vertices, faces, normals, stain = hare_surface()
    carved = vertices - normals * (0.0050 * fur_depth * stain)[:, None]
    hare = add_mesh("hare", (carved * CENTIMETRE, faces), material)
    add_attribute(hare, "stain", stain)
    horn = glossy_material("horn", (0.012, 0.006, 0.004), roughness=0.08, coat=1.0)
    for side in (-1.0, 1.0):
        eye = add_mesh("eye", sphere_mesh(0.125 * CENTIMETRE), horn)
        eye.location = tuple(CENTIMETRE * c for c in (1.79, 0.605 * side, 2.10))


@functools.cache
def hare_surface() -> tuple[Array, Array, Array, Array]:
    """Build the hare's surface in centimetres.

    Returns:
        Vertices (N, 3), quads (M, 4), outward unit normals (N, 3) and stain (N,), 0 to 1.
    """
    vertices, faces = surface_nets(hare_distance, (-2.9, -1.8, -0.1), (3.0, 1.8, 3.1), 0.03)
    vertices, faces = subdivide(vertices, faces, levels=2)
    for _ in range(2):
        normals = gradient(hare_distance, vertices)
        vertices = vertices - normals * hare_distance(vertices)[:, None]
    stain = cut_lines(vertices)
    return vertices, faces, normals, stain


def hare_distance(p: Array) -> Array:
    """Approximate signed distance (cm, negative inside) from points (N, 3) to the hare."""
    q = np.stack([p[:, 0], np.abs(p[:, 1]), p[:, 2]], axis=1)  # the animal is symmetric in y
    body = ellipsoid(q, (-0.35, 0.0, 1.25), (1.75, 1.15, 1.22), pitch=4.0)
    body = blend(body, ellipsoid(q, (-0.95, 0.0, 1.28), (1.25, 1.24, 1.28)), 0.3)
    body = blend(body, ellipsoid(q, (0.95, 0.0, 1.05), (0.85, 0.90, 0.98)), 0.35)
    body = blend(body, ellipsoid(q, (-0.85, 0.98, 0.95), (1.00, 0.46, 0.90), pitch=-16.0), 0.06)
    body = blend(body, capsule(q, (-1.1, 1.10, 0.24), (0.10, 1.16, 0.20), 0.27, 0.24), 0.06)
    body = blend(body, capsule(q, (0.95, 0.62, 1.00), (1.28, 0.56, 0.30), 0.36, 0.27), 0.08)
    body = blend(body, capsule(q, (1.25, 0.54, 0.20), (1.72, 0.46, 0.18), 0.25, 0.23), 0.05)
    body = blend(body, ellipsoid(q, (-2.15, 0.0, 0.98), (0.36, 0.36, 0.52), pitch=-12.0), 0.05)
    body = blend(body, hare_head(q), 0.10)
    body = blend(body, hare_ear(q), 0.04)
    return blend(body, 0.06 - q[:, 2], -0.08)


def hare_head(q: Array) -> Array:
    """Signed distance to the head: skull, muzzle and cheeks less the eye sockets and mouth."""
    head = ellipsoid(q, (1.50, 0.0, 1.98), (0.92, 0.70, 0.76), pitch=-24.0)
    head = blend(head, ellipsoid(q, (2.12, 0.0, 1.72), (0.42, 0.38, 0.37), pitch=-15.0), 0.22)
    head = blend(head, ellipsoid(q, (1.80, 0.40, 1.62), (0.46, 0.32, 0.36)), 0.15)
    head = blend(head, capsule(q, (1.55, 0.56, 2.32), (2.00, 0.49, 2.28), 0.10, 0.07), 0.10)
    head = blend(head, -ellipsoid(q, (1.79, 0.66, 2.10), (0.20, 0.12, 0.155)), -0.04)
    head = blend(head, -capsule(q, (2.52, 0.0, 1.52), (2.14, 0.34, 1.40), 0.035, 0.03), -0.03)
    head = blend(head, -capsule(q, (2.57, 0.0, 1.52), (2.58, 0.0, 1.78), 0.03, 0.03), -0.03)
    return blend(head, -ellipsoid(q, (2.51, 0.10, 1.85), (0.06, 0.05, 0.04)), -0.03)


def hare_ear(q: Array) -> Array:
    """Signed distance to an ear laid back along the curve of the back, hollowed above."""
    bent = q.copy()
    bent[:, 2] += 0.11 * (q[:, 0] - 0.35) ** 2  # measured in a space where the back is straight
    ear = ellipsoid(bent, (0.10, 0.52, 2.58), (1.52, 0.40, 0.17), yaw=-9.0)
    ear = blend(ear, capsule(bent, (1.50, 0.30, 2.58), (0.95, 0.38, 2.58), 0.20, 0.24), 0.15)
    return blend(ear, -ellipsoid(bent, *EAR_HOLLOW, yaw=-9.0), -0.06)


def ellipsoid(p: Array, centre: Point, radii: Point, pitch: float = 0.0, yaw: float = 0.0) -> Array:
    """Approximate signed distance to an ellipsoid (Quilez's bound: k0 (k0 - 1) / k1).

    Args:
        p: Points, (N, 3).
        centre: Its centre.
        radii: Half axes.
        pitch: Degrees that its +x end is raised.
        yaw: Degrees that its +x end turns to +y.
    """
    q = (p - np.float32(centre)) @ rotation(pitch, yaw)
    k0 = np.linalg.norm(q / np.float32(radii), axis=1)
    k1 = np.linalg.norm(q / np.float32(radii) ** 2, axis=1)
    return k0 * (k0 - 1.0) / np.maximum(k1, 1e-6)


def rotation(pitch: float, yaw: float) -> Array:
    """Return the (3, 3) matrix whose columns are the axes after pitch, then yaw, in degrees."""
    a, b = math.radians(pitch), math.radians(yaw)
    raise_x = [[math.cos(a), 0, -math.sin(a)], [0, 1, 0], [math.sin(a), 0, math.cos(a)]]
    turn_x = [[math.cos(b), -math.sin(b), 0], [math.sin(b), math.cos(b), 0], [0, 0, 1]]
    return (np.array(turn_x) @ np.array(raise_x)).astype(np.float32)


def capsule(p: Array, start: Point, end: Point, r_start: float, r_end: float) -> Array:
    """Approximate signed distance to a rod whose radius goes from ``r_start`` to ``r_end``."""
    a, axis = np.float32(start), np.float32(end) - np.float32(start)
    t = np.clip((p - a) @ axis / (axis @ axis), 0.0, 1.0)
    return np.linalg.norm(p - a - t[:, None] * axis, axis=1) - (r_start + t * (r_end - r_start))


def blend(a: Array, b: Array, width: float) -> Array:
    """Join two distance fields with a fillet of ``width``; a negative width intersects them."""
    sign, k = (1.0, width) if width > 0 else (-1.0, -width)
    h = np.maximum(k - np.abs(a - b), 0.0) / k
    return sign * (np.minimum(sign * a, sign * b) - h * h * k / 4.0)


def gradient(field: Callable[[Array], Array], p: Array, step: float = 0.004) -> Array:
    """Return the unit gradient of ``field`` at points (N, 3), by central differences."""
    axes = np.eye(3, dtype=np.float32) * step
    slope = np.stack([field(p + axis) - field(p - axis) for axis in axes], axis=1)
    return slope / np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-9)


def surface_nets(
    field: Callable[[Array], Array], low: Point, high: Point, step: float
) -> tuple[Array, Array]:
    """Mesh the zero surface of ``field`` with naive surface nets (Gibson 1998).

    Args:
        field: Signed distance at points (N, 3), negative inside.
        low: Lower corner of the box to search.
        high: Upper corner.
        step: Grid spacing.

    Returns:
        Vertices (N, 3), float32, and quads (M, 4) with outward winding.
    """
    axes = [np.arange(a, b, step, dtype=np.float32) for a, b in zip(low, high, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)  # (X, Y, Z, 3)
    values = field(points.reshape(-1, 3)).reshape(points.shape[:3])
    offsets = np.array([(i, j, k) for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    size = np.array(values.shape) - 1
    boxes = [tuple(map(slice, offset, offset + size)) for offset in offsets]
    corners = np.stack([values[box] for box in boxes], axis=-1)  # (X-1, Y-1, Z-1, 8)
    inside = (corners < 0).sum(axis=-1)
    cells = np.argwhere((inside > 0) & (inside < 8))
    places = crossing_means(corners[tuple(cells.T)], offsets)
    index = np.full(tuple(size), -1)
    index[tuple(cells.T)] = np.arange(len(cells))
    faces = np.concatenate([edge_quads(values < 0, index, axis) for axis in range(3)])
    return (np.float32(low) + (cells + places) * step).astype(np.float32), faces


def crossing_means(corners: Array, offsets: Array) -> Array:
    """Average where the cell edges cross zero: corners (N, 8) give places (N, 3), 0 to 1."""
    total, count = np.zeros((len(corners), 3)), np.zeros((len(corners), 1))
    for a in range(8):
        for b in range(a + 1, 8):
            if np.abs(offsets[a] - offsets[b]).sum() != 1:
                continue
            crosses = ((corners[:, a] < 0) != (corners[:, b] < 0))[:, None]
            span = np.where(crosses[:, 0], corners[:, a] - corners[:, b], 1.0)
            t = (corners[:, a] / span)[:, None]
            total += np.where(crosses, offsets[a] + t * (offsets[b] - offsets[a]), 0.0)
            count += crosses
    return total / count


def edge_quads(inside: Array, index: Array, axis: int) -> Array:
    """Return one quad (M, 4) for each grid edge along ``axis`` that the surface crosses."""
    u, v = (axis + 1) % 3, (axis + 2) % 3
    first, second = np.moveaxis(inside, axis, 0)[:-1], np.moveaxis(inside, axis, 0)[1:]
    edges = np.argwhere(np.moveaxis(first != second, 0, axis))
    edges = edges[(edges[:, u] > 0) & (edges[:, v] > 0)]
    step_u, step_v = np.eye(3, dtype=int)[u], np.eye(3, dtype=int)[v]
    around = [edges - step_u - step_v, edges - step_v, edges, edges - step_u]
    quads = np.stack([index[tuple(cell.T)] for cell in around], axis=1)
    outward = inside[tuple(edges.T)]
    return np.where(outward[:, None], quads, quads[:, ::-1])


def cut_lines(vertices: Array) -> Array:
    """Return how much each vertex lies in an engraved line, 0 to 1.

    Hair strokes start at random vertices and follow the coat from nose to tail; the toes and
    the whisker pads get a few lines of their own.
    """
    rng = np.random.default_rng(11)
    starts = rng.choice(len(vertices), 5600, replace=False)
    starts = starts[furred(vertices[starts])]
    strokes = trace_strokes(vertices[starts], rng)
    stain = line_strength(vertices, strokes, width=0.013)
    depth = np.where(furred(vertices), 1.0, 0.0) * stain
    return np.maximum(depth, line_strength(vertices, toe_lines(), width=0.03))


def furred(p: Array) -> Array:
    """Tell which points (N, 3) of the hare carry hair: not soles, ear hollows, nose or eyes."""
    q = np.stack([p[:, 0], np.abs(p[:, 1]), p[:, 2]], axis=1)
    eye = np.linalg.norm(q - np.float32((1.79, 0.62, 2.10)), axis=1) < 0.26
    bent = q.copy()
    bent[:, 2] += 0.11 * (q[:, 0] - 0.35) ** 2
    hollow = ellipsoid(bent, *EAR_HOLLOW, yaw=-9.0) < 0.06
    return ~(eye | hollow | (q[:, 0] > 2.36) | (q[:, 2] < 0.30))


def trace_strokes(starts: Array, rng: np.random.Generator) -> Array:
    """Follow the lie of the coat over the surface from each start (N, 3).

    Returns:
        Points along all the strokes, (N * steps, 3).
    """
    steps, stride = 14, rng.uniform(0.010, 0.030, size=(len(starts), 1))
    sway = rng.normal(0.0, 0.16, size=(len(starts), 3))
    points, place = [starts], starts
    for _ in range(steps - 1):
        normal = gradient(hare_distance, place)
        lie = np.stack([-np.ones(len(place)), 0.25 * place[:, 1], -0.45 + 0 * place[:, 0]], axis=1)
        lie = lie + sway
        lie -= (lie * normal).sum(axis=1, keepdims=True) * normal
        lie /= np.maximum(np.linalg.norm(lie, axis=1, keepdims=True), 1e-6)
        place = place + lie * stride
        place = (place - normal * hare_distance(place)[:, None]).astype(np.float32)
        points.append(place)
    return np.concatenate(points)


def toe_lines() -> Array:
    """Return points (N, 3) along the cuts between the toes of all four feet."""
    t = np.linspace(0.0, 1.0, 30)[:, None]
    lines = []
    for x, y, z in ((0.11, 1.16, 0.20), (1.73, 0.46, 0.18)):
        for shift in (-0.08, 0.08):
            for side in (-1.0, 1.0):
                tip = np.array((x + 0.22, side * (y + shift), z))
                back = np.array((x - 0.12, side * (y + shift), z + 0.235))
                top = np.array((x + 0.14, side * (y + shift), z + 0.20))
                lines.append((1 - t) ** 2 * tip + 2 * t * (1 - t) * top + t**2 * back)
    return np.concatenate(lines)


def line_strength(vertices: Array, points: Array, width: float) -> Array:
    """Fall off from 1 on the ``points`` to 0 at ``width`` from them, for each vertex."""
    kdtree = importlib.import_module("mathutils.kdtree")
    tree = kdtree.KDTree(len(points))
    for i, point in enumerate(points.tolist()):
        tree.insert(point, i)
    tree.balance()
    distance = np.array([tree.find(vertex)[2] for vertex in vertices.tolist()])
    return np.clip(1.0 - (distance / width) ** 2, 0.0, 1.0)


def subdivide(vertices: Array, faces: Array, levels: int) -> tuple[Array, Array]:
    """Smooth and refine a quad mesh: each level makes four quads of one."""
    bpy = blender()
    rough = add_mesh("rough", (vertices, faces), None)
    modifier = rough.modifiers.new("refine", "SUBSURF")
    modifier.levels = levels
    fine = rough.evaluated_get(bpy.context.evaluated_depsgraph_get()).to_mesh()
    points = np.empty(len(fine.vertices) * 3, dtype=np.float32)
    fine.vertices.foreach_get("co", points)
    corners = np.empty(len(fine.loops), dtype=np.int32)
    fine.loops.foreach_get("vertex_index", corners)
    bpy.data.objects.remove(rough)
    return points.reshape(-1, 3), corners.reshape(-1, 4)


# --- other shapes: each returns (vertices (N, 3), faces) in metres ----------------------------

# Share of the tusk's length at each ring: out of the pulp cavity, then along the outside.
TUSK_STATIONS = np.concatenate([np.linspace(0.22, 0.0, 40), np.linspace(0.0, 1.0, 160)])


def tusk_mesh(length: float, radius: float, bend: float) -> tuple[Array, list]:
    """Sweep a tapering tusk that curves in the xy plane, with an open pulp cavity.

    Args:
        length: Along the curve.
        radius: At the base.
        bend: Degrees the curve turns from base to tip.
    """
    s = TUSK_STATIONS
    deep, skin = s[:40] / s[0], s[40:]
    hollow = radius * 0.82 * np.sqrt(1 - deep**1.3 * 0.999)
    taper = radius * (1 - 0.22 * skin - 0.50 * skin**2.2) * np.sqrt(1 - skin**14 * 0.99)
    wobble = 1 + 0.015 * np.sin(skin * 21) + 0.012 * np.sin(skin * 47 + 1)
    r = np.concatenate([hollow, taper * wobble])
    turn = np.radians(bend) * s**1.15
    fine = np.linspace(0.0, 1.0, 2000)
    angle = np.radians(bend) * fine**1.15
    x = np.interp(s, fine, np.cumsum(np.cos(angle)) * length / 2000)
    y = np.interp(s, fine, np.cumsum(np.sin(angle)) * length / 2000)
    centres = np.stack([x, y, np.zeros_like(x)], axis=1)
    side = np.stack([-np.sin(turn), np.cos(turn), np.zeros_like(turn)], axis=1)
    up = np.tile([0.0, 0.0, 1.0], (len(s), 1))
    return sweep(centres, side * r[:, None], up * r[:, None] * 0.92, sides=72, closed=False)


def sweep(centres: Array, side: Array, up: Array, sides: int, closed: bool) -> tuple[Array, list]:
    """Join rings into a tube: ring ``i`` has centre, side and up vectors (N, 3)."""
    angle = np.linspace(0.0, 2 * np.pi, sides, endpoint=False)[None, :, None]
    rings = centres[:, None] + side[:, None] * np.cos(angle) + up[:, None] * np.sin(angle)
    return rings.reshape(-1, 3), ring_faces(len(centres), sides, closed)


def ring_faces(rings: int, sides: int, closed: bool) -> list[tuple[int, ...]]:
    """Number the quads between neighbouring rings of ``sides`` vertices."""
    spans = rings if closed else rings - 1
    return [
        (a * sides + j, a * sides + (j + 1) % sides, b * sides + (j + 1) % sides, b * sides + j)
        for a, b in ((i, (i + 1) % rings) for i in range(spans))
        for j in range(sides)
    ]


def tube_mesh(
    path: Array, radius: float, closed: bool = False, flatten: float = 1.0, sides: int = 24
) -> tuple[Array, list]:
    """Wrap a tube around a path (N, 3); ``flatten`` is its height over its width."""
    tangent = np.gradient(path, axis=0)
    if closed:
        tangent = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    level = np.ptp(path[:, 2]) < 0.5 * np.ptp(path[:, :2].max(axis=0) - path[:, :2].min(axis=0))
    helper = np.array([0.0, 0.0, 1.0]) if closed or level else np.array([0.0, 1.0, 0.0])
    side = np.cross(tangent, helper)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    up = np.cross(side, tangent)
    return sweep(path, side * radius * flatten, up * radius, sides, closed)


def lathe_mesh(profile: Array, sides: int = 96) -> tuple[Array, list]:
    """Turn a profile (N, 2) of radius and height about the z axis."""
    angle = np.linspace(0.0, 2 * np.pi, sides, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)], axis=1)  # (S, 3)
    height = np.zeros((len(profile), 1, 3))
    height[:, 0, 2] = profile[:, 1]
    rings = profile[:, 0, None, None] * ring + height
    faces = ring_faces(len(profile), sides, closed=False)
    return rings.reshape(-1, 3), [face[::-1] for face in faces]


def sphere_mesh(radius: float) -> tuple[Array, list]:
    """Return a ball about the origin."""
    angle = np.linspace(0.0, np.pi, 25)
    return lathe_mesh(radius * np.stack([np.sin(angle), np.cos(angle)], axis=1), sides=48)


def grid_mesh(width: float, depth: float, count: int) -> tuple[Array, list]:
    """Return a flat sheet at z = 0, centred, with ``count`` vertices along each side."""
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, count), np.linspace(-0.5, 0.5, count))
    vertices = np.stack([x.ravel() * width, y.ravel() * depth, np.zeros(x.size)], axis=1)
    rows = range(count - 1)
    corner = [(i * count + j) for i in rows for j in rows]
    return vertices, [(a, a + 1, a + count + 1, a + count) for a in corner]


def cloth_mesh(size: float, seed: int, height: float) -> tuple[Array, list]:
    """Return a sheet with soft folds of about ``height``."""
    rng = np.random.default_rng(seed)
    vertices, faces = grid_mesh(size, size, 220)
    for _ in range(14):
        angle, phase = rng.uniform(0, 2 * np.pi, 2)
        across = vertices[:, 0] * np.cos(angle) + vertices[:, 1] * np.sin(angle)
        along = vertices[:, 1] * np.cos(angle) - vertices[:, 0] * np.sin(angle)
        wave = np.sin(rng.uniform(18, 45) * across + 2 * np.sin(7 * along + phase) + phase)
        vertices[:, 2] += height / 3.5 * np.abs(wave) ** 1.5 * rng.uniform(0.3, 1.0)
    vertices[:, 2] -= np.percentile(vertices[:, 2], 60)
    return vertices, faces


def box_mesh(width: float, depth: float, height: float) -> tuple[Array, list]:
    """Return a box centred in x and y, standing on z = 0."""
    x, y = width / 2, depth / 2
    flat = [(-x, -y), (x, -y), (x, y), (-x, y)]
    vertices = np.array([(*p, z) for z in (0.0, height) for p in flat])
    sides = [(i, (i + 1) % 4, (i + 1) % 4 + 4, i + 4) for i in range(4)]
    return vertices, [(3, 2, 1, 0), (4, 5, 6, 7), *sides]


def bangle_mesh(radius: float, width: float) -> tuple[Array, list]:
    """Return a flat-lying ring, domed outside and nearly flat inside."""
    angle = np.linspace(0.0, 2 * np.pi, 40, endpoint=False)
    bulge = np.where(np.cos(angle) > 0, 0.0055, 0.0022)
    r = radius + bulge * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.8
    z = width / 2 * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** 0.7
    profile = np.stack([r, z], axis=1)
    return lathe_mesh(np.concatenate([profile, profile[:1]]), sides=128)


def mug_profile() -> Array:
    """Return radius and height (N, 2) of a mug: outside from the foot up, then the inside."""
    outside = [(0, 0.002), (0.030, 0.002), (0.031, 0), (0.034, 0), (0.037, 0.003), (0.040, 0.010)]
    wall = [(0.041, 0.03), (0.041, 0.06), (0.0412, 0.090), (0.0410, 0.0935), (0.0398, 0.0950)]
    inside = [(0.0386, 0.0935), (0.0380, 0.088), (0.0378, 0.03), (0.036, 0.012), (0.03, 0.007)]
    return round_profile(np.array([*outside, *wall, *inside, (0.0, 0.006)]))


def round_profile(points: Array) -> Array:
    """Cut the corners of an open line (N, 2) three times (Chaikin 1974)."""
    for _ in range(3):
        a, b = points[:-1], points[1:]
        inner = np.stack([0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b], axis=1).reshape(-1, 2)
        points = np.concatenate([points[:1], inner, points[-1:]])
    return points


def mug_handle_path() -> Array:
    """Return the centre line (N, 3) of the handle, in the xz plane."""
    t = np.radians(np.linspace(-90, 90, 60))
    x = 0.0390 + 0.033 * np.sign(np.cos(t)) * np.abs(np.cos(t)) ** 0.75
    return np.stack([x, np.zeros_like(t), 0.050 + 0.030 * np.sin(t)], axis=1)


def necklace_path() -> Array:
    """Return a closed, slightly uneven loop (N, 3), resting on z = 0."""
    t = np.linspace(0, 2 * np.pi, 900, endpoint=False)
    r = 0.076 * (1 + 0.10 * np.cos(2 * t + 0.6) + 0.06 * np.sin(3 * t) + 0.03 * np.sin(5 * t))
    return np.stack([1.15 * r * np.cos(t), 0.85 * r * np.sin(t), 0.0062 + 0 * t], axis=1)


def bead_strand_path() -> Array:
    """Return the winding line (N, 3) of the ivory beads on the market cloth."""
    t = np.linspace(0, 1, 600)
    x, y = 0.055 + 0.075 * t, -0.045 + 0.03 * np.sin(5.2 * t) - 0.02 * t
    return np.stack([x, y, 0.0075 + 0 * t], axis=1)


# --- things made of several shapes ------------------------------------------------------------


def string_beads(path: Array, materials: Sequence[Any], radius: float) -> None:
    """Set touching beads along a path (N, 3), the materials in a mixed but fixed order."""
    rng = np.random.default_rng(7)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    count = round(length[-1] / (2.04 * radius))
    stations = (np.arange(count) + 0.5) * length[-1] / count
    for station in stations:
        bead = add_mesh("bead", sphere_mesh(radius), materials[rng.integers(len(materials))])
        bead.location = tuple(np.interp(station, length, path[:, k]) for k in range(3))
        size = rng.uniform(0.96, 1.0)
        bead.scale = (size, size, size)
        bead.rotation_euler = tuple(rng.uniform(0, 6, 3))


def scatter_beads(material: Any, seed: int) -> None:
    """Lay a few loose beads in front of the bangles."""
    rng = np.random.default_rng(seed)
    for i in range(7):
        radius = rng.uniform(0.005, 0.008)
        bead = add_mesh("bead", sphere_mesh(radius), material)
        bead.location = (-0.105 + 0.020 * i % 0.06, -0.045 - 0.018 * (i // 3), radius)
        bead.rotation_euler = tuple(rng.uniform(0, 6, 3))


def add_book(place: Point, turn: float) -> None:
    """Add a closed hardback lying on the desk."""
    cover = glossy_material("cover", (0.03, 0.10, 0.30), roughness=0.45)
    band = plain_material((0.80, 0.62, 0.20))
    pages = page_material()
    parts = [
        (box_mesh(0.150, 0.215, 0.003), cover, (0, 0, 0)),
        (box_mesh(0.144, 0.206, 0.024), pages, (0.001, 0, 0.003)),
        (box_mesh(0.150, 0.215, 0.003), cover, (0, 0, 0.027)),
        (box_mesh(0.004, 0.215, 0.030), cover, (-0.0755, 0, 0)),
        (box_mesh(0.105, 0.004, 0.0004), band, (0, 0.070, 0.030)),
        (box_mesh(0.105, 0.030, 0.0004), band, (0, 0.042, 0.030)),
        (box_mesh(0.105, 0.004, 0.0004), band, (0, 0.014, 0.030)),
        (box_mesh(0.050, 0.006, 0.0004), band, (0, -0.080, 0.030)),
    ]
    add_group(parts, place, turn)


def add_pencil(place: Point, turn: float) -> None:
    """Add a six-sided yellow pencil with a pink rubber, lying along x."""
    paint = glossy_material("paint", (0.85, 0.45, 0.02), roughness=0.25, coat=0.5)
    wood, lead = plain_material((0.62, 0.40, 0.20)), plain_material((0.03, 0.03, 0.035))
    tin = glossy_material("tin", (0.75, 0.75, 0.72), roughness=0.25, metal=1.0)
    cuts = [-0.095, -0.085, -0.072, 0.060, 0.076, 0.081]
    rubber = plain_material((0.75, 0.30, 0.28))
    looks = [(rubber, 12), (tin, 24), (paint, 6), (wood, 24), (lead, 16)]
    widths = [(0.0034, 0.0034), (0.0036, 0.0036), (0.0038,) * 2, (0.0036, 0.0009), (0.0009, 0.0002)]
    parts = []
    for ends, (look, sides), radii in zip(itertools.pairwise(cuts), looks, widths, strict=True):
        parts.append((rod_mesh(*ends, *radii, sides), look, (0, 0, 0.0038)))
    add_group(parts, place, turn)


def rod_mesh(start: float, end: float, r_start: float, r_end: float, sides: int) -> tuple:
    """Return a capped rod along x that tapers from ``r_start`` to ``r_end``."""
    centres = np.array([(x, 0.0, 0.0) for x in (start, start, end, end)])
    r = np.array([1e-6, r_start, r_end, 1e-6])[:, None]
    side, up = r * np.array([0.0, 1.0, 0.0]), r * np.array([0.0, 0.0, 1.0])
    return sweep(centres, side, up, sides, closed=False)


def add_apple(place: Point) -> None:
    """Add a red apple with its stem."""
    t = np.linspace(0.0, np.pi, 60)
    r = 0.037 * np.sin(t) * (1 + 0.10 * np.cos(t)) + 0.0005 * (t > 0)
    z = 0.034 + 0.034 * np.cos(t) - 0.015 * np.exp(-((t / 0.42) ** 2))
    z += 0.006 * np.exp(-(((np.pi - t) / 0.35) ** 2))
    bend = np.linspace(0, 1, 12)[:, None]
    stem = np.array([0, 0, 0.052]) + bend * np.array([0, 0, 0.024]) + bend**2 * [0.006, 0, 0]
    parts = [
        (lathe_mesh(np.stack([r, z], axis=1)), apple_material(), (0, 0, -0.004)),
        (tube_mesh(stem, 0.0014), plain_material((0.08, 0.04, 0.015)), (0, 0, -0.004)),
    ]
    add_group(parts, place, 0.0)


def add_carton(place: Point, turn: float) -> None:
    """Add a closed cardboard box with tape and a label."""
    board, label = board_material(), plain_material((0.85, 0.85, 0.82))
    tape = glossy_material("tape", (0.50, 0.33, 0.14), roughness=0.2)
    parts = [
        (box_mesh(0.20, 0.14, 0.115), board, (0, 0, 0)),
        (box_mesh(0.2012, 0.036, 0.0006), tape, (0, 0, 0.115)),
        (box_mesh(0.0006, 0.036, 0.035), tape, (0.1002, 0, 0.0806)),
        (box_mesh(0.070, 0.0006, 0.045), label, (-0.04, -0.0702, 0.03)),
        *[
            (box_mesh(w, 0.0007, 0.003), plain_material((0.05, 0.05, 0.05)), (x, -0.0704, z))
            for w, x, z in ((0.05, -0.045, 0.062), (0.04, -0.05, 0.053), (0.046, -0.047, 0.044))
        ],
    ]
    add_group(parts, place, turn)


def add_group(parts: Sequence[tuple[Any, Any, Point]], place: Point, turn: float) -> None:
    """Add (mesh, material, offset) parts as one thing at ``place``, turned about z."""
    angle = math.radians(turn)
    for mesh, material, (x, y, z) in parts:
        piece = add_mesh("part", mesh, material)
        dx = x * math.cos(angle) - y * math.sin(angle)
        dy = x * math.sin(angle) + y * math.cos(angle)
        piece.location = (place[0] + dx, place[1] + dy, place[2] + z)
        piece.rotation_euler = (0.0, 0.0, angle)


def add_mesh(name: str, mesh: tuple[Array, Any], material: Any) -> Any:
    """Add an object; its edges sharper than 35 degrees stay sharp."""
    bpy = blender()
    vertices, faces = mesh
    data = bpy.data.meshes.new(name)
    data.from_pydata(np.asarray(vertices).tolist(), [], np.asarray(faces).tolist())
    data.shade_smooth()
    data.set_sharp_from_angle(angle=math.radians(35.0))
    thing = bpy.data.objects.new(name, data)
    bpy.context.collection.objects.link(thing)
    if material is not None:
        data.materials.append(material)
    return thing


def add_attribute(thing: Any, name: str, values: Array) -> None:
    """Store one number per vertex, for a material to read."""
    attribute = thing.data.attributes.new(name, "FLOAT", "POINT")
    attribute.data.foreach_set("value", np.asarray(values, dtype=np.float32))


# --- light and camera -------------------------------------------------------------------------


def studio(top: Colour, bottom: Colour) -> None:
    """Add a paper sweep behind the origin and three soft lights, for a thing 4 cm wide."""
    t = np.linspace(0.0, np.pi / 2, 24)
    floor = np.array([(-0.6, 0.0), (0.10, 0.0)])
    curve = np.stack([0.10 + 0.15 * np.sin(t), 0.15 - 0.15 * np.cos(t)], axis=1)
    profile = np.concatenate([floor, curve, np.array([(0.25, 0.8)])])
    away = np.array([-0.62, 0.78])
    along = np.array([0.78, 0.62])
    vertices = [(*(away * d + along * w), z) for d, z in profile for w in np.linspace(-0.9, 0.9, 2)]
    faces = [(2 * i, 2 * i + 1, 2 * i + 3, 2 * i + 2) for i in range(len(profile) - 1)]
    add_mesh("sweep", (np.array(vertices), faces), sweep_material(top, bottom))
    world(0.25)
    area_light((-0.10, -0.26, 0.26), (0, 0, 0.01), size=0.16, power=1.6, colour=(1, 0.98, 0.95))
    area_light((0.30, -0.02, 0.14), (0, 0, 0.01), size=0.20, power=0.5, colour=(0.95, 0.97, 1))
    area_light((-0.16, 0.12, 0.24), (0, 0, 0.02), size=0.08, power=0.7, colour=WHITE)


def world(strength: float, colour: Colour = (0.85, 0.92, 1.0)) -> None:
    """Light the scene evenly from all sides."""
    bpy = blender()
    sky = bpy.data.worlds.new("world")
    background = sky.node_tree.nodes["Background"]
    background.inputs["Color"].default_value = (*colour, 1.0)
    background.inputs["Strength"].default_value = strength
    bpy.context.scene.world = sky


def area_light(
    place: Point, target: Point, *, size: float, power: float, colour: Colour, shape: str = "DISK"
) -> None:
    """Add a lamp ``size`` across, of ``power`` watts, that faces ``target``."""
    bpy = blender()
    data = bpy.data.lights.new("lamp", "AREA")
    data.shape, data.size, data.energy, data.color = shape, size, power, colour
    lamp = bpy.data.objects.new("lamp", data)
    lamp.location = place
    lamp.rotation_euler = facing(place, target)
    bpy.context.collection.objects.link(lamp)


def camera(
    *, eye: Point, target: Point, lens: float, f_number: float | None = None, roll: float = 0.0
) -> None:
    """Add the camera; the target is in focus.

    Args:
        eye: Where it stands.
        target: What it looks at.
        lens: Focal length in millimetres on a sensor 36 mm wide.
        f_number: Aperture; None keeps everything sharp.
        roll: Degrees about the line of sight.
    """
    bpy = blender()
    data = bpy.data.cameras.new("camera")
    data.lens, data.clip_start, data.clip_end = lens, 0.002, 50.0
    data.dof.use_dof = f_number is not None
    data.dof.focus_distance = math.dist(eye, target)
    data.dof.aperture_fstop = f_number or 16.0
    body = bpy.data.objects.new("camera", data)
    body.location, body.rotation_euler = eye, facing(eye, target)
    body.rotation_euler.rotate_axis("Z", math.radians(roll))
    bpy.context.collection.objects.link(body)
    bpy.context.scene.camera = body


def facing(place: Point, target: Point) -> Any:
    """Return the Euler angles that turn a lamp or camera at ``place`` to ``target``."""
    vector = importlib.import_module("mathutils").Vector
    return (vector(target) - vector(place)).to_track_quat("-Z", "Y").to_euler()


# --- materials ----------------------------------------------------------------------------------


class Look:
    """A material under construction: short spellings for Blender's shader nodes."""

    def __init__(self, name: str, **settings: float) -> None:
        self.material = blender().data.materials.new(name)
        self.tree = self.material.node_tree
        self.surface = self.tree.nodes["Principled BSDF"]
        for key, value in settings.items():
            self.set(key.replace("_", " ").title().replace("Ior", "IOR"), value)

    def set(self, name: str, value: Any) -> None:
        """Give the surface input ``name`` a colour, a number or another node's output."""
        self.fill(self.surface.inputs[name], value)

    def fill(self, socket: Any, value: Any) -> None:
        """Link or assign ``value`` to an input."""
        if hasattr(value, "is_linked"):
            self.tree.links.new(value, socket)
        elif isinstance(value, tuple) and len(value) == 3 and socket.type == "RGBA":
            socket.default_value = (*value, 1.0)
        else:
            socket.default_value = value

    def node(self, kind: str, inputs: dict[Any, Any] | None = None, **attributes: Any) -> Any:
        """Add the node ``ShaderNode{kind}``."""
        node = self.tree.nodes.new(f"ShaderNode{kind}")
        for key, value in attributes.items():
            setattr(node, key, value)
        for key, value in (inputs or {}).items():
            self.fill(node.inputs[key], value)
        return node

    def place(self, stretch: Point = (1.0, 1.0, 1.0)) -> Any:
        """Return object coordinates in metres times ``stretch``."""
        coordinates = self.node("TexCoord").outputs["Object"]
        return self.node("Mapping", {"Vector": coordinates, "Scale": stretch}).outputs[0]

    def noise(self, scale: float, stretch: Point = (1.0, 1.0, 1.0), **inputs: float) -> Any:
        """Return smooth noise, 0 to 1, ``scale`` features a metre."""
        extra = {key.title(): value for key, value in inputs.items()}
        place = self.place(stretch)
        return self.node("TexNoise", {"Vector": place, "Scale": scale, **extra}).outputs[0]

    def streaks(self, place: Any, stretch: Point) -> Any:
        """Return noise, 0 to 1, over ``place`` times ``stretch``."""
        moved = self.node("Mapping", {"Vector": place, "Scale": stretch}).outputs[0]
        return self.node("TexNoise", {"Vector": moved, "Scale": 1.0, "Detail": 6.0}).outputs[0]

    def cracks(self, scale: float, stretch: Point, width: float, share: float) -> Any:
        """Return 1 on thin broken lines between cells and 0 elsewhere."""
        warp = self.node("TexNoise", {"Vector": self.place(stretch), "Scale": scale * 2})
        moved = self.node("VectorMath", {0: self.place(stretch)}, operation="ADD")
        scaled = self.node("VectorMath", {0: warp.outputs["Color"]}, operation="SCALE")
        scaled.inputs["Scale"].default_value = 0.35 / scale
        self.fill(moved.inputs[1], scaled.outputs[0])
        cells = self.node(
            "TexVoronoi",
            {"Vector": moved.outputs[0], "Scale": scale},
            feature="DISTANCE_TO_EDGE",
        )
        line = self.ramp(cells.outputs["Distance"], (0.0, WHITE), (width, (0, 0, 0)))
        some = self.noise(scale * 0.8)
        gate = self.ramp(some, (1 - share, (0, 0, 0)), (1 - share + 0.08, WHITE))
        return self.mix(line, gate, 1.0, "MULTIPLY")

    def ramp(self, value: Any, *stops: tuple[float, Colour]) -> Any:
        """Map a number to a colour through ``(position, colour)`` stops."""
        node = self.node("ValToRGB", {0: value})
        elements = node.color_ramp.elements
        while len(elements) < len(stops):
            elements.new(0.5)
        for element, (position, colour) in zip(elements, stops, strict=True):
            element.position, element.color = position, (*colour, 1.0)
        return node.outputs[0]

    def mix(self, a: Any, b: Any, share: Any, mode: str = "MIX") -> Any:
        """Blend colour ``b`` over ``a`` by ``share``."""
        node = self.node("Mix", {6: a, 7: b, 0: share}, data_type="RGBA", blend_type=mode)
        return node.outputs[2]  # sockets by number: a name means one per data type

    def bump(self, height: Any, depth: float, strength: float = 1.0) -> None:
        """Roughen the surface by ``depth`` metres of ``height`` (0 to 1), over earlier bumps."""
        node = self.node("Bump", {"Height": height, "Distance": depth, "Strength": strength})
        earlier = self.surface.inputs["Normal"].links
        if earlier:
            self.tree.links.new(earlier[0].from_socket, node.inputs["Normal"])
        self.set("Normal", node.outputs[0])

    def recess(self, distance: float) -> Any:
        """Return 1 in hollows narrower than about ``distance`` and 0 on open surface."""
        hidden = self.node("AmbientOcclusion", {"Distance": distance}, samples=8)
        return self.ramp(hidden.outputs["AO"], (0.25, WHITE), (0.72, (0, 0, 0)))


def ivory_material(grain: Point, scale: float) -> Any:
    """Return worked ivory: cream, waxy, brown in the recesses, with fine age cracks.

    Args:
        grain: Stretch of the pattern; small numbers draw it out along that axis.
        scale: Pattern features a metre.
    """
    look = Look("ivory", roughness=0.30, coat_weight=0.3, coat_roughness=0.15)
    look.set("Subsurface Weight", 0.3)
    look.set("Subsurface Radius", (1.0, 0.55, 0.25))
    look.set("Subsurface Scale", 0.0015)
    cloud = look.noise(scale * 0.7, grain, detail=5.0)
    base = look.ramp(cloud, (0.35, IVORY_SHADE), (0.55, IVORY))
    streaks = look.ramp(look.noise(scale * 6, grain), (0.35, (0.88, 0.82, 0.72)), (0.65, WHITE))
    base = look.mix(base, streaks, 0.3, "MULTIPLY")
    base = look.mix(base, PATINA, half(look, look.recess(0.004), 0.85))
    base = look.mix(base, PATINA, half(look, stain_of(look), 0.8))
    cracks = look.cracks(scale * 0.6, grain, width=0.016, share=0.5)
    look.set("Base Color", look.mix(base, (0.14, 0.06, 0.02), half(look, cracks, 0.75)))
    look.bump(cracks, -0.00008)
    return look.material


def half(look: Look, value: Any, share: float) -> Any:
    """Scale a 0 to 1 value by ``share``."""
    return look.node("Math", {0: value, 1: share}, operation="MULTIPLY").outputs[0]


def stain_of(look: Look) -> Any:
    """Return the mesh's ``stain`` attribute, 0 where it has none."""
    return attribute_of(look, "stain")


def attribute_of(look: Look, name: str) -> Any:
    """Return a point attribute of the mesh."""
    return look.node("Attribute", attribute_name=name).outputs["Fac"]


def wood_material() -> Any:
    """Return dark carved wood with growth rings and pores."""
    look = Look("wood", roughness=0.42, coat_weight=0.15, coat_roughness=0.3)
    rings = look.node(
        "TexWave",
        {
            "Vector": look.place((0.12, 1.0, 1.0)),
            "Scale": 170.0,
            "Distortion": 3.0,
            "Detail": 3.0,
            "Detail Scale": 0.6,
        },
        wave_type="RINGS",
        rings_direction="X",
    ).outputs["Fac"]
    base = look.ramp(
        rings,
        (0.0, (0.062, 0.024, 0.010)),
        (0.6, (0.125, 0.052, 0.020)),
        (1.0, (0.15, 0.065, 0.026)),
    )
    pores = look.noise(1500.0, (0.05, 1.0, 1.0), detail=4.0)
    base = look.mix(base, look.ramp(pores, (0.35, (0.35, 0.3, 0.3)), (0.5, WHITE)), 0.8, "MULTIPLY")
    base = look.mix(base, (0.012, 0.006, 0.003), half(look, look.recess(0.005), 0.8))
    look.set("Base Color", look.mix(base, (0.015, 0.007, 0.004), half(look, stain_of(look), 0.6)))
    look.bump(pores, 0.00008)
    return look.material


def raw_tusk_material() -> Any:
    """Return unworked tusk: cream to brown, streaked and cracked along its length."""
    look = Look("tusk", roughness=0.42, coat_weight=0.1)
    look.set("Subsurface Weight", 0.15)
    look.set("Subsurface Radius", (1.0, 0.6, 0.3))
    look.set("Subsurface Scale", 0.004)
    along = attribute_of(look, "along")
    root, neck = (0.26, 0.15, 0.07), (0.50, 0.35, 0.19)
    base = look.ramp(along, (0.0, root), (0.2, neck), (0.3, IVORY_SHADE), (0.8, IVORY))
    around = attribute_of(look, "around")
    grain = look.node("CombineXYZ", {0: half(look, along, 1.2), 1: around}).outputs[0]
    streaks = look.streaks(grain, (2.5, 9.0, 1.0))
    shade = look.ramp(streaks, (0.30, (0.50, 0.36, 0.22)), (0.55, WHITE))
    base = look.mix(base, shade, 0.6, "MULTIPLY")
    fissures = look.streaks(grain, (1.6, 22.0, 1.0))
    lines = look.ramp(fissures, (0.33, (0.12, 0.06, 0.025)), (0.36, WHITE))
    base = look.mix(base, lines, 0.85, "MULTIPLY")
    inside = half(look, attribute_of(look, "inside"), 0.93)
    look.set("Base Color", look.mix(base, (0.05, 0.03, 0.015), inside))
    look.bump(lines, 0.0012)
    look.bump(streaks, 0.0015)
    return look.material


def floor_material() -> Any:
    """Return wooden floor boards along x."""
    return wooden_boards("floor", (0.20, 0.095, 0.04), (0.30, 0.16, 0.075), board=0.11)


def table_material() -> Any:
    """Return a table top of wide pale boards."""
    return wooden_boards("table", (0.36, 0.21, 0.10), (0.45, 0.28, 0.15), board=0.30)


def wooden_boards(name: str, dark: Colour, light: Colour, board: float) -> Any:
    """Return varnished boards along x, ``board`` wide, each of its own shade."""
    look = Look(name, roughness=0.36, coat_weight=0.12)
    boards = look.node(
        "TexBrick",
        {
            "Vector": look.place(),
            "Color1": dark,
            "Color2": light,
            "Mortar": (0.02, 0.01, 0.005),
            "Scale": 1.0,
            "Mortar Size": 0.0012,
            "Mortar Smooth": 0.2,
            "Brick Width": board * 11,
            "Row Height": board,
        },
        offset=0.37,
    )
    grain = look.noise(90.0, (0.06, 1.0, 1.0), detail=6.0, distortion=1.2)
    veins = look.ramp(grain, (0.32, (0.45, 0.40, 0.36)), (0.62, WHITE))
    look.set("Base Color", look.mix(boards.outputs["Color"], veins, 0.85, "MULTIPLY"))
    look.bump(grain, 0.0003)
    return look.material


def plain_material(colour: Colour) -> Any:
    """Return a matt surface of one colour."""
    return glossy_material("plain", colour, roughness=0.75)


def glossy_material(
    name: str, colour: Colour, roughness: float, coat: float = 0.0, metal: float = 0.0
) -> Any:
    """Return a surface of one colour under an optional clear coat."""
    look = Look(name, roughness=roughness, coat_weight=coat, coat_roughness=0.04, metallic=metal)
    look.set("Base Color", colour)
    return look.material


def sweep_material(top: Colour, bottom: Colour) -> Any:
    """Return matt paper that fades from ``bottom`` at z = 0 to ``top`` at z = 0.2."""
    look = Look("sweep", roughness=0.9)
    height = look.node("SeparateXYZ", {0: look.place()}).outputs["Z"]
    look.set("Base Color", look.ramp(height, (0.0, bottom), (0.2, top)))
    return look.material


def cloth_material(colour: Colour) -> Any:
    """Return woven cloth with a soft sheen."""
    look = Look("cloth", roughness=0.95, sheen_weight=0.05)
    weave = look.node("TexChecker", {"Vector": look.place(), "Scale": 900.0}).outputs["Fac"]
    mottle = look.noise(300.0, detail=4.0)
    shade = look.ramp(mottle, (0.3, (0.6, 0.6, 0.6)), (0.7, WHITE))
    look.set("Base Color", look.mix(colour, shade, 0.6, "MULTIPLY"))
    look.bump(weave, 0.0002)
    return look.material


def glass_material(name: str, colour: Colour) -> Any:
    """Return coloured, clear glass."""
    look = Look(name, roughness=0.03, transmission_weight=0.85)
    look.set("Base Color", colour)
    look.set("IOR", 1.5)
    return look.material


def apple_material() -> Any:
    """Return red apple skin with yellow streaks around the stem."""
    look = Look("apple", roughness=0.25, coat_weight=0.4)
    look.set("Subsurface Weight", 0.1)
    look.set("Subsurface Scale", 0.003)
    streak = look.noise(140.0, (1.0, 1.0, 0.12), detail=4.0)
    skin = look.ramp(
        streak, (0.35, (0.42, 0.015, 0.015)), (0.62, (0.60, 0.06, 0.02)), (0.8, (0.75, 0.40, 0.08))
    )
    height = look.node("SeparateXYZ", {0: look.place()}).outputs["Z"]
    crown = look.ramp(height, (0.052, (0, 0, 0)), (0.066, (0.5, 0.5, 0.5)))
    look.set("Base Color", look.mix(skin, (0.55, 0.45, 0.08), crown))
    return look.material


def page_material() -> Any:
    """Return the edge of a block of paper."""
    look = Look("pages", roughness=0.9)
    lines = look.noise(2500.0, (0.01, 0.01, 1.0))
    look.set("Base Color", look.ramp(lines, (0.35, (0.45, 0.41, 0.33)), (0.6, (0.80, 0.76, 0.66))))
    return look.material


def board_material() -> Any:
    """Return brown cardboard."""
    look = Look("board", roughness=0.85)
    fibre = look.noise(250.0, (0.3, 0.3, 1.0), detail=5.0)
    look.set("Base Color", look.ramp(fibre, (0.3, (0.36, 0.22, 0.11)), (0.7, (0.46, 0.30, 0.16))))
    return look.material


if __name__ == "__main__":
    raise SystemExit(main())
