"""Things that hold pieces: bowls, jars, boxes, trays, baskets, sacks and bags."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Array, FacetMesh
from training.synth.kit.grown_materials import grown
from training.synth.kit.grown_shapes import joined, moved, waves
from training.synth.kit.materials import wooden_boards
from training.synth.kit.meshes import box_mesh, lathe_mesh
from training.synth.kit.shader import Shader
from training.synth.setting.ground_materials import image_texture
from training.synth.setting.hands import build_hand, draw_hand
from training.synth.setting.printed_textures import mat

SEE_THROUGH = "see_through"
"""Custom property of objects, such as a jar, that rays pass when it is measured what can be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Something that holds pieces.

    Attributes:
        objects: What is seen of it.
        radius: Of the round room inside, in metres.
        floor: Height of its floor, in metres.
        height: Height of its rim, in metres; 0: no walls.
    """

    objects: Sequence[Any] = ()
    radius: float = 0.0
    floor: float = 0.0
    height: float = 0.0


EMPTY = Holder()

_POTTERY = (
    (0.75, 0.74, 0.70),
    (0.08, 0.10, 0.25),
    (0.30, 0.10, 0.05),
    (0.05, 0.05, 0.05),
    (0.20, 0.30, 0.22),
    (0.6, 0.45, 0.2),
)
_PLASTICS = (
    (0.6, 0.02, 0.02),
    (0.02, 0.12, 0.5),
    (0.03, 0.3, 0.1),
    (0.7, 0.5, 0.05),
    (0.75, 0.75, 0.75),
    (0.05, 0.05, 0.05),
)
_KINDS = {
    "bowl": 0.2,
    "plate": 0.1,
    "basin": 0.12,
    "jar": 0.16,
    "box": 0.13,
    "tray": 0.1,
    "basket": 0.07,
    "sack": 0.07,
    "bag": 0.05,
}


def draw_container(draws: Draws, *, hand: bool = False) -> Parameters:
    """Draw what holds the pieces: a container, or a hand."""
    if hand:
        return draw_hand(draws)
    kind = draws.weighted(_KINDS)
    colours = _PLASTICS if kind == "basin" else _POTTERY
    return {
        "kind": kind,
        "colour": draws.colour(draws.choice(colours), value=0.3, tint=0.1),
        "depth": draws.uniform(0.8, 1.25),
        "gloss": draws.uniform(0, 1),
        "turn": draws.uniform(0, 6.28),
        "seed": draws.seed(),
    }


def build_container(container: Parameters, reach: float) -> Holder:
    """Build it around pieces that would need a disc of radius ``reach``."""
    return _BUILDERS[container["kind"]](container, reach)


def _paint(container: Parameters, **settings: float) -> Any:
    shader = Shader("container", roughness=0.15 + 0.5 * (1 - container["gloss"]), **settings)
    shader.set("Base Color", tuple(container["colour"]))
    return shader.material


def _lathed(
    container: Parameters,
    outside: Sequence[tuple[float, float]],
    inside: Sequence[tuple[float, float]],
    r: float,
    material: Any,
) -> Any:
    """Turn a wall about z; the points are shares of ``r``."""
    profile = np.array([(0.001, 0.0), *outside, *inside, (0.001, inside[-1][1])]) * r
    del container
    return add_mesh("container", lathe_mesh(profile, sides=64), material)


def _bowl(container: Parameters, r: float) -> Holder:
    d = container["depth"]
    outside = [(0.75, 0.0), (0.97, 0.25 * d), (1.08, 0.75 * d), (1.06, 0.77 * d)]
    inside = [(1.03, 0.75 * d), (0.92, 0.27 * d), (0.82, 0.07)]
    thing = _lathed(container, outside, inside, r, _paint(container, coat_weight=0.5))
    return Holder(objects=(thing,), radius=0.9 * r, floor=0.07 * r, height=0.75 * d * r)


def _plate(container: Parameters, r: float) -> Holder:
    outside = [(0.7, 0.0), (0.8, 0.03), (1.3, 0.14), (1.3, 0.16)]
    inside = [(1.05, 0.10), (0.9, 0.06), (0.8, 0.05)]
    thing = _lathed(container, outside, inside, r, _paint(container, coat_weight=0.5))
    return Holder(objects=(thing,), radius=1.05 * r, floor=0.055 * r, height=0.4 * r)


def _basin(container: Parameters, r: float) -> Holder:
    d = 0.8 * container["depth"]
    outside = [(0.98, 0.0), (1.12, d), (1.2, d), (1.2, d - 0.03)]
    inside = [(1.09, d - 0.02), (0.96, 0.03)]
    thing = _lathed(container, outside, inside, r, _paint(container))
    return Holder(objects=(thing,), radius=0.95 * r, floor=0.03 * r, height=d * r)


def _jar(container: Parameters, r: float) -> Holder:
    """A glass jar; light goes straight through its walls, which is cheap and near enough for thin glass."""
    shader = Shader("glass", roughness=0.02)
    clear = shader.node("BsdfTransparent").outputs[0]
    shine = shader.node("LayerWeight", {"Blend": 0.12}).outputs["Fresnel"]
    mixed = shader.node("MixShader", {0: shine, 1: clear, 2: shader.surface.outputs[0]}).outputs[0]
    shader.set("Base Color", (0.9, 0.95, 0.93))
    shader.tree.links.new(mixed, shader.tree.nodes["Material Output"].inputs["Surface"])
    r = 0.72 * r
    d = 1.9 * container["depth"]
    outside = [(1.0, 0.0), (1.05, 0.06), (1.05, d), (0.85, 1.12 * d), (0.85, 1.2 * d)]
    inside = [(0.80, 1.2 * d), (0.80, 1.12 * d), (1.0, d), (1.0, 0.08)]
    thing = _lathed(container, outside, inside, r, shader.material)
    thing[SEE_THROUGH] = True
    return Holder(objects=(thing,), radius=0.98 * r, floor=0.08 * r, height=d * r)


def _box(container: Parameters, r: float) -> Holder:
    """An open cardboard box with its flaps out."""
    side, height, thick = 2.1 * r, 1.1 * r * container["depth"], 0.03 * r
    walls = [moved(box_mesh(side, side, thick), (0, 0, 0))]
    flaps = []
    for turn in range(4):
        c, s = np.cos(turn * np.pi / 2), np.sin(turn * np.pi / 2)
        size = (thick, side, height) if turn % 2 == 0 else (side, thick, height)
        walls.append(moved(box_mesh(*size), (c * side / 2, s * side / 2, 0)))
        flap = (0.42 * side, 0.97 * side, thick) if turn % 2 == 0 else (0.97 * side, 0.42 * side, thick)
        flaps.append(
            moved(box_mesh(*flap), (c * 0.71 * side, s * 0.71 * side, height - 0.12 * side * (turn % 3)))
        )
    mesh, _ = joined([*walls, *flaps])
    shader = grown(
        "cardboard",
        [(0.26, 0.16, 0.08), (0.38, 0.25, 0.13)],
        size=0.08,
        roughness=0.85,
        grain=0.15,
        variety=0.0,
    )
    thing = add_mesh("box", mesh, shader.material)
    thing.rotation_euler.z = container["turn"]
    return Holder(objects=(thing,), radius=1.02 * r, floor=thick, height=height)


def _tray(container: Parameters, r: float) -> Holder:
    """A flat tray of steel or wood."""
    side, wall = 2.5 * r, 0.05 * r
    pieces = [moved(box_mesh(1.3 * side, side, wall), (0, 0, 0))]
    for x, y, w, d in (
        (0.65, 0, 0.03, 1.0),
        (-0.65, 0, 0.03, 1.0),
        (0, 0.5, 1.3, 0.03),
        (0, -0.5, 1.3, 0.03),
    ):
        pieces.append(moved(box_mesh(w * side, d * side, 0.16 * side), (x * side, y * side, 0)))
    mesh, _ = joined(pieces)
    if container["gloss"] > 0.5:
        shader = Shader("steel", metallic=1.0, roughness=0.3)
        shader.set("Base Color", (0.6, 0.6, 0.62))
        material = shader.material
    else:
        material = wooden_boards("tray", (0.2, 0.1, 0.045), (0.36, 0.2, 0.1), board=0.3)
    thing = add_mesh("tray", mesh, material)
    thing.rotation_euler.z = container["turn"]
    return Holder(objects=(thing,), radius=1.2 * r, floor=wall, height=0.4 * r)


def _basket(container: Parameters, r: float) -> Holder:
    shader = Shader("basket", roughness=0.8)
    weave = image_texture(shader, mat(np.random.default_rng(container["seed"])), 0.5 * r)
    shader.set("Base Color", weave)
    d = 0.75 * container["depth"]
    outside = [(0.9, 0.0), (1.15, 0.5 * d), (1.12, d), (1.15, 1.05 * d)]
    inside = [(1.05, d), (1.05, 0.5 * d), (0.85, 0.06)]
    thing = _lathed(container, outside, inside, r, shader.material)
    return Holder(objects=(thing,), radius=0.98 * r, floor=0.06 * r, height=d * r)


def _crumpled(mesh: FacetMesh, rng: np.random.Generator, r: float, depth: float) -> Array:
    """Push a lathed wall in and out, more towards its rim."""
    points = mesh[0]
    far = np.clip(points[:, 2] / r, 0, 1.2)
    radial = points[:, :2] / np.maximum(np.linalg.norm(points[:, :2], axis=1, keepdims=True), 1e-9)
    push = depth * r * far * waves(points, rng, size=0.9 * r)
    moved_points = points.copy()
    moved_points[:, :2] += radial * push[:, None]
    moved_points[:, 2] += 0.5 * depth * r * far * waves(points, rng, size=0.7 * r)
    return moved_points


def _sack(container: Parameters, r: float) -> Holder:
    """An open sack of jute or woven plastic with its rim rolled down."""
    rng = np.random.default_rng(container["seed"])
    d = 1.0 * container["depth"]
    outside = np.array(
        [
            (0.85, 0.0),
            (1.2, 0.25 * d),
            (1.2, 0.7 * d),
            (1.25, 0.9 * d),
            (1.15, d),
            (1.02, 0.92 * d),
            (1.02, 0.3 * d),
            (0.9, 0.05),
        ]
    )
    fine = (
        np.interp(np.linspace(0, 7, 50), np.arange(8), outside[:, 0]),
        np.interp(np.linspace(0, 7, 50), np.arange(8), outside[:, 1]),
    )
    mesh = lathe_mesh(np.concatenate([[(0.001, 0)], np.stack(fine, axis=1), [(0.001, 0.05)]]) * r, sides=72)
    points = _crumpled(mesh, rng, r, 0.10)
    colour = np.array(((0.36, 0.26, 0.14), (0.72, 0.72, 0.70), (0.45, 0.5, 0.4))[container["seed"] % 3])
    shader = grown("sack", [colour * 0.7, colour], size=0.05, roughness=0.9, grain=0.2, variety=0.0)
    shader.bump(shader.node("TexChecker", {"Vector": shader.place(), "Scale": 420.0}).outputs["Fac"], 0.0012)
    thing = add_mesh("sack", (points, mesh[1]), shader.material)
    return Holder(objects=(thing,), radius=0.93 * r, floor=0.06 * r, height=0.9 * d * r)


def _bag(container: Parameters, r: float) -> Holder:
    """An open bag of clear plastic: wrinkles that shine."""
    rng = np.random.default_rng(container["seed"])
    d = 1.1 * container["depth"]
    wall = np.array(
        [
            (0.9, 0.0),
            (1.12, 0.2 * d),
            (1.1, 0.6 * d),
            (1.0, d),
            (0.99, d),
            (1.08, 0.6 * d),
            (1.1, 0.2 * d),
            (0.88, 0.02),
        ]
    )
    at = np.linspace(0, 7, 60)
    fine = np.stack([np.interp(at, np.arange(8), wall[:, k]) for k in (0, 1)], axis=1)
    mesh = lathe_mesh(np.concatenate([[(0.001, 0)], fine, [(0.001, 0.02)]]) * r, sides=90)
    points = _crumpled(mesh, rng, r, 0.16)
    shader = Shader("film", roughness=0.08)
    clear = shader.node("BsdfTransparent").outputs[0]
    shine = shader.node("LayerWeight", {"Blend": 0.25}).outputs["Fresnel"]
    mixed = shader.node("MixShader", {0: shine, 1: clear, 2: shader.surface.outputs[0]}).outputs[0]
    shader.tree.links.new(mixed, shader.tree.nodes["Material Output"].inputs["Surface"])
    shader.bump(shader.noise(60.0, detail=4.0, distortion=2.0), 0.01)
    thing = add_mesh("bag", (points, mesh[1]), shader.material)
    thing[SEE_THROUGH] = True
    return Holder(objects=(thing,), radius=0.95 * r, floor=0.03 * r, height=0.8 * d * r)


def _hand(container: Parameters, r: float) -> Holder:
    objects, radius, floor = build_hand(container, r)
    fits = r <= radius  # what is longer than the palm lies across it, past invisible walls
    return Holder(objects=objects, radius=radius, floor=floor, height=floor + radius if fits else 0.0)


_BUILDERS: dict[str, Callable[[Parameters, float], Holder]] = {
    "bowl": _bowl,
    "plate": _plate,
    "basin": _basin,
    "jar": _jar,
    "box": _box,
    "tray": _tray,
    "basket": _basket,
    "sack": _sack,
    "bag": _bag,
    "hand": _hand,
}
