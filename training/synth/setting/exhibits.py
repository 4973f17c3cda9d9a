"""What stands around seized goods: numbered cards and labels, floor and table scales, a press wall, sheets, bags, jars."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from training.synth.kit.blender import add_mesh
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Array, Numbers
from training.synth.kit.grown_materials import grown
from training.synth.kit.grown_shapes import joined, moved, waves
from training.synth.kit.materials import glossy_material
from training.synth.kit.meshes import box_mesh, grid_mesh, lathe_mesh
from training.synth.kit.shader import Shader
from training.synth.setting.containers import SEE_THROUGH
from training.synth.setting.ground_materials import image_texture
from training.synth.setting.printed_textures import font

_PIXELS = 96
_CARDS = ((245, 245, 240), (250, 225, 60), (255, 250, 235), (240, 130, 40))


def draw_marks(draws: Draws) -> Parameters:
    """Draw how pieces are numbered: cards before them, labels tied to them, or not at all."""
    return {
        "kind": draws.weighted({"cards": 0.35, "labels": 0.35, "none": 0.3}),
        "first": draws.integer(1, 60),
        "paper": draws.choice(_CARDS),
        "size_m": draws.uniform(0.05, 0.09),
        "seed": draws.seed(),
    }


def add_mark(marks: Parameters, number: int, place: Numbers) -> None:
    """Add the card or label of a piece before ``place``, towards -y."""
    if marks["kind"] == "none":
        return
    rng = np.random.default_rng([marks["seed"], number])
    wide = marks["size_m"] * (1.0 if marks["kind"] == "cards" else 0.7)
    tall = 0.7 * wide
    text = f"{marks['first'] + number}" if marks["kind"] == "cards" else f"RH{marks['first'] + number:03d}"
    vertices, faces = box_mesh(wide, tall, 0.0008)
    shader = Shader("card", roughness=0.7)
    shader.set("Base Color", image_texture(shader, _written(text, marks["paper"]), wide))
    card = add_mesh("card", (vertices + [wide / 2, tall / 2, 0], faces), shader.material)
    lean = math.radians(68 if marks["kind"] == "cards" else rng.uniform(5, 55))
    card.rotation_euler = (lean, 0.0, rng.normal(0, 0.15))
    card.location = (place[0] - wide / 2, place[1] - 0.02 - 0.3 * tall, place[2] + 0.001)


def _written(text: str, paper: tuple[int, int, int]) -> Any:
    """Draw words into the lower part of a square, which is what a card shows of it."""
    picture = Image.new("RGB", (_PIXELS, _PIXELS), paper)
    draw = ImageDraw.Draw(picture)
    draw.text((_PIXELS / 2, _PIXELS * 0.65), text, fill=(20, 20, 25), font=font(round(88 / max(len(text), 2))), anchor="mm")  # fmt: skip
    return np.asarray(picture)


def draw_scale(draws: Draws) -> Parameters:
    """Draw a table scale or a floor scale."""
    return {
        "kind": draws.weighted({"table": 0.6, "floor": 0.4}),
        "body": draws.colour(
            draws.choice(((0.75, 0.75, 0.72), (0.05, 0.05, 0.055), (0.1, 0.2, 0.35), (0.6, 0.45, 0.05))),
            value=0.2,
        ),
        "reading": draws.integer(80, 9999),
        "turn_deg": draws.uniform(-25, 25),
    }


def add_scale(scale: Parameters, reach: float) -> float:
    """Add it about the origin for something of half length ``reach``; returns the height of its plate, in metres."""
    side = float(np.clip(1.5 * reach, 0.26, 0.7))
    tall = 0.10 if scale["kind"] == "table" else 0.07
    paint = glossy_material("scale", tuple(scale["body"]), 0.35, coat=0.2)
    steel = glossy_material("plate", (0.62, 0.62, 0.64), 0.28, metal=1.0)
    made = [
        add_mesh("scale", box_mesh(0.92 * side, 0.92 * side, tall), paint),
        add_mesh("plate", moved(box_mesh(side, 0.85 * side, 0.012), (0, 0.04 * side, tall)), steel),
    ]
    made += _display(scale, side, tall, paint)
    for thing in made:
        thing.rotation_euler.z += math.radians(scale["turn_deg"])
    return tall + 0.012


def _display(scale: Parameters, side: float, tall: float, paint: Any) -> list[Any]:
    wide = 0.4 * side if scale["kind"] == "table" else 0.22
    pixels = _lit(f"{scale['reading'] / 1000:.2f}")
    shader = Shader("display", roughness=0.2)
    colour = image_texture(shader, pixels, wide)
    shader.set("Base Color", colour)
    shader.set("Emission Color", colour)
    shader.set("Emission Strength", 0.8)
    vertices, faces = box_mesh(wide, 0.4 * wide, 0.003)
    panel = add_mesh("display", (vertices + [wide / 2, 0.2 * wide, 0], faces), shader.material)
    if scale["kind"] == "table":
        panel.rotation_euler.x = math.radians(75)
        panel.location = (-wide / 2, -0.465 * side, 0.25 * tall)
        return [panel]
    column = moved(box_mesh(0.05, 0.05, 0.75), (0, 0.52 * side, 0))
    head = moved(box_mesh(0.26, 0.08, 0.18), (0, 0.50 * side, 0.72))
    panel.rotation_euler.x = math.radians(88)
    panel.location = (-wide / 2, 0.50 * side - 0.045, 0.76)
    mesh, _part = joined([column, head])
    return [panel, add_mesh("column", mesh, paint)]


def _lit(text: str) -> Any:
    picture = Image.new("RGB", (_PIXELS, _PIXELS), (12, 16, 12))
    ImageDraw.Draw(picture).text(
        (_PIXELS / 2, _PIXELS * 0.8), text, fill=(255, 60, 40), font=font(32), anchor="mm"
    )
    return np.asarray(picture)


def draw_sheet(draws: Draws) -> Parameters:
    """Draw a tarpaulin, a cloth or brown paper."""
    colours = ((0.01, 0.06, 0.42), (0.02, 0.12, 0.55), (0.05, 0.25, 0.08), (0.6, 0.6, 0.58), (0.55, 0.2, 0.03), (0.02, 0.02, 0.022), (0.36, 0.24, 0.13))  # fmt: skip
    return {
        "colour": draws.colour(draws.choice(colours), value=0.25),
        "gloss": draws.uniform(0.3, 0.8),
        "seed": draws.seed(),
    }


def add_sheet(sheet: Parameters, half: tuple[float, float], thick: float = 0.004) -> None:
    """Lay it over the floor: half its width and depth in metres; it rises in folds towards its edge."""
    rng = np.random.default_rng(sheet["seed"])
    vertices, faces = grid_mesh(2 * half[0], 2 * half[1], 90)
    edge = np.abs(vertices[:, :2] / np.array(half)).max(axis=1)
    folds = waves(vertices, rng, size=0.35 * half[0]) * 0.02 * half[0]
    vertices[:, 2] = thick + np.clip(edge - 0.55, 0, 1) * np.abs(folds)
    vertices[:, :2] *= 1 + 0.03 * waves(vertices, rng, size=0.8 * half[0])[:, None]
    tone = np.array(sheet["colour"])
    look = grown("sheet", [tone * 0.8, tone], size=0.2, roughness=1 - sheet["gloss"], bump=0.002, variety=0.0)
    look.bump(look.noise(5 / half[0], detail=5.0, distortion=1.5), 0.02 * half[0])
    add_mesh("sheet", (vertices, faces), look.material)


def add_press_wall(distance: float, seed: int) -> None:
    """Add the printed wall of a press conference, ``distance`` metres behind the origin."""
    rng = np.random.default_rng(seed)
    side = 256
    ground = tuple(
        int(c) for c in rng.choice([[245, 245, 245], [30, 50, 110], [225, 232, 240], [200, 30, 30]])
    )
    ink = (30, 50, 120) if sum(ground) > 500 else (240, 240, 240)
    picture = Image.new("RGB", (side, side), ground)
    draw = ImageDraw.Draw(picture)
    for x, y in ((64, 64), (192, 192)):
        draw.ellipse((x - 34, y - 34, x + 34, y + 34), outline=(200, 160, 40), width=8, fill=ink)
        draw.polygon([(x, y - 22), (x + 18, y + 14), (x - 18, y + 14)], fill=(220, 180, 60))
    for x, y in ((192, 64), (64, 192)):
        draw.text(
            (x, y), "CUSTOMS" if rng.random() < 0.5 else "海關", fill=ink, font=font(26, 1), anchor="mm"
        )
    shader = Shader("press wall", roughness=0.6)
    shader.set("Base Color", image_texture(shader, np.asarray(picture), 0.7))
    vertices, faces = grid_mesh(9.0, 3.2, 2)
    wall = add_mesh("press wall", (vertices, faces), shader.material)
    wall.rotation_euler.x = math.pi / 2
    wall.location = (0.0, distance, 1.4)


def add_bag(place: Numbers, radius: float, height: float, kind: str, seed: int, *, is_open: bool) -> Any:
    """Add a sack of ``foil``, ``jute``, ``woven`` plastic or black ``film``; an open one has a rolled rim."""
    rng = np.random.default_rng(seed)
    top = [(1.0, 0.86), (1.05, 0.92), (0.98, 0.95), (0.9, 0.88)] if is_open else [(0.75, 0.86), (0.30, 0.97), (0.14, 1.03), (0.28, 1.16)]  # fmt: skip
    profile = np.array([(0.001, 0.0), (0.85, 0.0), (1.02, 0.10), (1.05, 0.45), (0.98, 0.72), *top])
    fine = np.linspace(0, len(profile) - 1, 60)
    wall = np.stack([np.interp(fine, np.arange(len(profile)), profile[:, k]) for k in (0, 1)], axis=1)
    vertices, faces = lathe_mesh(wall * [radius, height], sides=64)
    vertices = _crumpled(vertices, rng, radius)
    bag = add_mesh("sack", (vertices, faces), _bag_material(kind, seed))
    bag.location = tuple(float(c) for c in place)
    bag.rotation_euler.z = float(rng.uniform(0, 6.28))
    return bag


def _crumpled(vertices: Array, rng: np.random.Generator, radius: float) -> Array:
    radial = vertices[:, :2] / np.maximum(np.linalg.norm(vertices[:, :2], axis=1, keepdims=True), 1e-9)
    push = radius * (0.07 * waves(vertices, rng, size=0.8 * radius) + 0.025 * waves(vertices, rng, size=0.25 * radius))  # fmt: skip
    out = vertices.copy()
    out[:, :2] += radial * push[:, None] * np.clip(vertices[:, 2] / radius + 0.3, 0, 1)[:, None]
    return out


def _bag_material(kind: str, seed: int) -> Any:
    colour = np.array({"foil": (0.78, 0.78, 0.80), "film": (0.02, 0.02, 0.022), "jute": (0.36, 0.26, 0.14), "woven": ((0.72, 0.72, 0.70), (0.45, 0.55, 0.45), (0.7, 0.62, 0.2))[seed % 3]}[kind])  # fmt: skip
    rough = {"foil": 0.22, "film": 0.2}.get(kind, 0.85)
    look = grown(
        "sack", [colour * 0.75, colour], size=0.08, roughness=rough, grain=0.1, bump=0.004, variety=0.0
    )
    if kind == "foil":
        look.set("Metallic", 0.9)
    look.bump(look.noise(14.0 if kind in ("foil", "film") else 40.0, detail=5.0, distortion=2.0), 0.02)
    if kind in ("jute", "woven"):
        look.bump(look.node("TexChecker", {"Vector": look.place(), "Scale": 320.0}).outputs["Fac"], 0.0012)
    return look.material


def _clear(name: str, tint: Numbers, blend: float, crumple: float) -> Any:
    shader = Shader(name, roughness=0.05)
    shader.set("Base Color", tuple(tint))
    clear = shader.node("BsdfTransparent").outputs[0]
    shine = shader.node("LayerWeight", {"Blend": blend}).outputs["Fresnel"]
    if crumple:
        shader.bump(shader.noise(45.0, detail=4.0, distortion=2.0), crumple)
    mixed = shader.node("MixShader", {0: shine, 1: clear, 2: shader.surface.outputs[0]}).outputs[0]
    shader.tree.links.new(mixed, shader.tree.nodes["Material Output"].inputs["Surface"])
    return shader.material


def add_jar(place: Numbers, radius: float, height: float, lid: Numbers | None) -> None:
    """Add a jar of clear plastic or glass with a screw lid; without a colour it stands open."""
    x, y, z = (float(c) for c in place)
    wall = np.array(
        [(0.001, 0.0), (0.94, 0.0), (1.0, 0.05), (1.0, 0.78), (0.97, 0.84), (0.78, 0.93), (0.76, 1.0)]
    )
    jar = add_mesh("jar", lathe_mesh(wall * [radius, height], sides=64), _clear("glass", (0.92, 0.95, 0.94), 0.13, 0.0))  # fmt: skip
    jar.location, jar[SEE_THROUGH] = (x, y, z), True
    if lid is not None:
        profile = np.array([(0.001, 1.12), (0.80, 1.12), (0.84, 1.10), (0.84, 0.94), (0.79, 0.94)])
        cap = add_mesh("lid", lathe_mesh(profile * [radius, height], sides=64), glossy_material("lid", tuple(lid), 0.3, coat=0.2))  # fmt: skip
        cap.location = (x, y, z)


def add_clear_bag(place: Numbers, half: tuple[float, float, float], seed: int) -> None:
    """Add a lying pillow of clear film, half its length, width and height in metres."""
    rng = np.random.default_rng(seed)
    side = np.linspace(-1, 1, 60)
    u, v = np.meshgrid(side, side)
    flat = np.stack([u.ravel(), v.ravel()], axis=1)
    swell = (1 - np.abs(flat[:, 0]) ** 6) * (1 - np.abs(flat[:, 1]) ** 6)
    wrinkle = 0.08 * waves(np.column_stack([flat, 0 * flat[:, 0]]), rng, size=0.3)
    top = np.column_stack([flat * half[:2], half[2] * (1 + swell + wrinkle * swell)])
    faces = [(i * 60 + j, i * 60 + j + 1, (i + 1) * 60 + j + 1, (i + 1) * 60 + j) for i in range(59) for j in range(59)]  # fmt: skip
    bag = add_mesh("bag", (top - [0, 0, 0.6 * half[2]], faces), _clear("film", (1.0, 1.0, 1.0), 0.22, 0.012))
    bag.location, bag[SEE_THROUGH] = tuple(float(c) for c in place), True
