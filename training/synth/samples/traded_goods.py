"""Sample scenes of goods as sellers and customs officers show them: tusks, a skin, horns, figures, bangles."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from training.synth.kit.assembly import Part, assemble
from training.synth.kit.blender import add_mesh
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.fur import cut_sheet
from training.synth.kit.geometry import Point
from training.synth.kit.materials import glossy_material
from training.synth.kit.meshes import grid_mesh
from training.synth.kit.round_shapes import lathed
from training.synth.setting.camera_and_lamps import camera
from training.synth.setting.ground_materials import ground_material
from training.synth.setting.light import build_light
from training.synth.subjects.carvings import people
from training.synth.subjects.carvings.fields import carve
from training.synth.subjects.cloth.goods import folded_cloth
from training.synth.subjects.cloth.prints import print_shader
from training.synth.subjects.horns.bodies import add_body
from training.synth.subjects.horns.materials import rhino_material
from training.synth.subjects.horns.rhino import whole_horn
from training.synth.subjects.ivory.materials import draw_ivory, draw_skin, ivory_material, tusk_material
from training.synth.subjects.ivory.tusks import tusk_part
from training.synth.subjects.pelts.cat_coats import CATS, coat_colours, draw_coat
from training.synth.subjects.pelts.outline import draw_outline
from training.synth.subjects.pelts.skins import add_skin, lay, paint_pelt

# Length (metres), place along x and y (metres) and turn (degrees) of each tusk.
_TUSKS: tuple[tuple[float, float, float, float], ...] = (
    (1.30, 0.02, 0.40, 2.0),
    (1.15, -0.05, 0.20, -2.0),
    (1.35, 0.03, 0.00, 1.0),
    (1.05, -0.02, -0.20, -1.0),
    (0.95, 0.04, -0.38, 3.0),
    (0.80, -0.10, -0.55, 0.0),
)


def tusk_stockpile() -> None:
    """Six tusks side by side on a tarpaulin, as a seizure is photographed."""
    skin = draw_skin(Draws(7, ("samples", "tusks")), kinds={"tan": 1.0})
    for number, (length, x, y, turn) in enumerate(_TUSKS):
        tusk = _add_tusk(skin, length, seed=40 + number)
        tusk.location = (x, y, 0.0)
        tusk.rotation_euler.z = math.radians(turn)
    _ground("plastic", (0.02, 0.07, 0.22), side=16.0)
    _light("window", height=50.0, around=120.0, radius=1.0)
    camera(eye=(-0.55, -1.25, 1.15), target=(0.0, -0.09, 0.03), lens=38, roll=-4.0)


def _add_tusk(skin: Parameters, length: float, seed: int) -> Any:
    values: Parameters = {
        "length_m": length, "radius_m": 0.052 * length, "bend_deg": 72.0, "late": 1.0, "spiral_deg": 4.0, "oval": 0.93,
        "start": 0.0, "end": 1.0, "hollow": 0.3, "ragged": 0.08, "facet": 0.15, "seed": seed,
    }  # fmt: skip
    part = tusk_part(values, sides=64, rings=140)
    return assemble("tusk", [part], [tusk_material(skin, length, values["radius_m"])])


def leopard_skin() -> None:
    """A whole leopard skin spread on floor boards in a living room."""
    draws, cat = Draws(3, ("samples", "skin")), CATS["leopard"]
    outline = draw_outline(
        draws.part("outline"), body=1.15, width=cat.width, tail=cat.tail, tail_thick=cat.tail_thick
    )
    outline |= {"head": "flat", "limbs_cut": "paws", "holes": 0}
    coat = draw_coat(draws.part("coat"), "leopard") | {"faded": 0.0}
    canvas = paint_pelt(outline, lambda at: coat_colours(coat, at), pixels=1100)
    flat = {"way": "floor", "waves": 0.008, "curl": 0.02, "seed": 5}
    sheet, _ = lay(cut_sheet(canvas, 0.0075), canvas, flat)
    skin = add_skin(
        sheet, canvas, np.random.default_rng(2), leather=(0.5, 0.36, 0.22), hair=0.014, hairs=110_000
    )
    skin.rotation_euler.z = math.radians(205.0)
    _ground("boards", (0.20, 0.09, 0.04), side=14.0)
    _light("window", height=55.0, around=160.0, radius=0.9)
    camera(eye=(0.12, -1.68, 1.80), target=(0.05, -0.06, 0.0), lens=33, roll=-2.0)


def leopard_print() -> None:
    """Cotton printed with a leopard's spots, folded, on the same boards: a look-alike of the skin."""
    lot: Parameters = {
        "pattern": "leopard", "ground": (0.80, 0.62, 0.38), "dark": (0.06, 0.04, 0.03), "fill": (0.58, 0.38, 0.18),
        "repeat_m": 0.30, "pattern_seed": 4, "cloth": "cotton", "trim": (0.01, 0.01, 0.01), "size": 1.1, "seed": 6,
    }  # fmt: skip
    cloth = folded_cloth(lot, print_shader(lot).material, np.random.default_rng(1))
    cloth[0].rotation_euler.z = math.radians(24.0)
    _ground("boards", (0.20, 0.09, 0.04), side=14.0)
    _light("window", height=55.0, around=160.0, radius=0.4)
    camera(eye=(0.05, -0.68, 0.62), target=(0.0, -0.015, 0.01), lens=52, roll=-2.0)


def rhino_horn() -> None:
    """A long front horn and a short rear one on a cloth, after they were seized."""
    tones: Parameters = {
        "skin": (0.062, 0.052, 0.043), "base": (0.20, 0.165, 0.125), "worn": (0.27, 0.17, 0.075), "tip": (0.014, 0.012, 0.010),
        "rim": (0.33, 0.21, 0.10), "core": (0.022, 0.014, 0.009), "core_size": 0.5, "wear": 0.5, "polish": 0.3, "dust": 0.35,
    }  # fmt: skip
    material = rhino_material(tones)
    shape: Parameters = {
        "square": 2.6, "bend_power": 1.1, "waist": 0.26, "taper": 0.68, "flare": 0.06, "lean": 0.25, "flutes": 1.0,
        "notch": 0.0, "blunt": 22.0, "dish": 0.25, "start": 0.0, "end": 1.0, "hairs": 600,
    }  # fmt: skip
    front = shape | {
        "length_m": 0.50,
        "base_wide_m": 0.082,
        "base_deep_m": 0.09,
        "bend_deg": 62.0,
        "seed": 11,
    }
    rear = shape | {
        "length_m": 0.24,
        "base_wide_m": 0.066,
        "base_deep_m": 0.078,
        "bend_deg": 12.0,
        "seed": 12,
    }
    for values, place, turn in ((front, (-0.02, 0.09, 0.0), 12.0), (rear, (0.02, -0.13, 0.0), 172.0)):
        horn = add_body("horn", whole_horn(values), [material])
        horn.location, horn.rotation_euler.z = place, math.radians(turn)
    _ground("cloth", (0.42, 0.40, 0.36), side=6.0)
    _light("ceiling", height=58.0, around=130.0, radius=0.3)
    camera(eye=(0.05, -0.66, 0.56), target=(0.0, -0.02, 0.03), lens=40)


def ivory_figure() -> None:
    """A carved ivory figure on a turned wooden stand before a dark wall, as an auction shows it."""
    look = draw_ivory(Draws(5, ("samples", "figure")), tones={"cream": 1.0})
    look |= {"stain_share": 0.8, "cracks": 0.4, "gloss": 0.3, "patina_share": 0.4}
    field, low, high = people.standing(21)
    part = carve(field, low, high, cells=230, height=0.19)
    part = part.moved(by=(0, 0, -part.vertices[:, 2].min()))
    foot = [(1e-3, -0.022), (0.046, -0.022), (0.047, -0.018), (0.040, -0.014), (0.038, -0.005), (0.042, 0.0), (1e-3, 0.0)]  # fmt: skip
    vertices, faces = lathed(np.array(foot), sides=96)
    stand = glossy_material("stand", (0.05, 0.02, 0.01), 0.3, coat=0.4)
    pattern = Part(vertices=part.vertices, faces=part.faces, values=part.values)
    thing = assemble(
        "figure",
        [pattern, Part(vertices=vertices, faces=faces, material=1)],
        [ivory_material(look, 0.19), stand],
    )
    thing.rotation_euler.z = math.radians(-72.0)
    _ground("velvet", (0.03, 0.035, 0.05), side=3.0)
    _wall((0.16, 0.15, 0.14), distance=0.8)
    _light("window", height=40.0, around=215.0, radius=0.12)
    camera(eye=(0.07, -0.66, 0.20), target=(0.0, 0.0, 0.110), lens=62, f_number=16)


def _ground(kind: str, colour: Point, *, side: float) -> None:
    surface = {"kind": kind, "colour": colour, "second": colour, "scale": 1.0, "gloss": 0.4, "seed": 4}
    add_mesh("ground", grid_mesh(side, side, 2), ground_material(surface))


def _wall(colour: Point, *, distance: float) -> None:
    wall = add_mesh("wall", grid_mesh(6.0, 6.0, 2), glossy_material("wall", colour, 0.8))
    wall.location, wall.rotation_euler = (0.0, distance, 0.0), (math.radians(90.0), 0.0, 0.0)


def _light(lamp: str, *, height: float, around: float, radius: float) -> None:
    """Light a thing of ``radius`` at the origin from a drawn room and one soft lamp."""
    light: Parameters = {
        "lamp": lamp, "room_share": 0.45, "width_deg": 34.0, "colour": (1.0, 0.96, 0.90), "room_colour": (0.95, 0.97, 1.0),
        "height_deg": height, "around_deg": around, "seed": 8,
    }  # fmt: skip
    build_light(light, centre=(0.0, 0.0, 0.0), radius=radius, eye=(0.0, -1.0, 1.0))
