"""The sample scenes, one function each, and `SCENES`, their register.

Lengths are metres and angles degrees unless a name says otherwise; +z is up. Light power is in
watts, as Blender counts it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from PIL import Image

from training.synth.kit.blender import add_mesh
from training.synth.kit.colours import WARM, WINDOW
from training.synth.kit.materials import cloth_material, glossy_material, plain_material, wood_material
from training.synth.kit.meshes import cloth_mesh, grid_mesh, lathe_mesh, tube_mesh
from training.synth.samples.bead_necklaces import necklace_path, string_beads
from training.synth.samples.chat_page import chat_page
from training.synth.samples.hare import carve_hare
from training.synth.samples.materials import (
    floor_material,
    glass_material,
    netsuke_ivory_material,
    table_material,
)
from training.synth.samples.paper_sweep import studio
from training.synth.samples.traded_goods import (
    ivory_figure,
    leopard_print,
    leopard_skin,
    rhino_horn,
    tusk_stockpile,
)
from training.synth.samples.tusk import add_tusk
from training.synth.setting.camera_and_lamps import area_light, camera, world
from training.synth.setting.household import (
    add_apple,
    add_book,
    add_carton,
    add_pencil,
    mug_handle_path,
    mug_profile,
)


def ivory_carving() -> None:
    """A crouching ivory hare, the size of a netsuke, photographed as a museum would."""
    carve_hare(netsuke_ivory_material(grain=(0.15, 1.0, 1.0), scale=120.0), fur_depth=1.0)
    studio(top=(0.09, 0.093, 0.10), bottom=(0.40, 0.40, 0.40))
    camera(eye=(0.115, -0.145, 0.062), target=(0.000, 0.0, 0.0135), lens=100, f_number=32)


def wooden_figure() -> None:
    """The same hare in dark wood: the look-alike that has no ivory in it."""
    carve_hare(wood_material(), fur_depth=0.6)
    studio(top=(0.17, 0.165, 0.155), bottom=(0.48, 0.47, 0.45))
    camera(eye=(0.135, 0.125, 0.066), target=(0.000, 0.0, 0.0135), lens=100, f_number=32)


def elephant_tusk() -> None:
    """A raw tusk, 1.2 m along its curve, on floor boards, lit by the flash of a phone."""
    tusk = add_tusk()
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


SCENES: dict[str, Callable[[], None]] = {
    "ivory_carving": ivory_carving,
    "elephant_tusk": elephant_tusk,
    "ceramic_mug": ceramic_mug,
    "wooden_figure": wooden_figure,
    "bead_necklace": bead_necklace,
    "desk": desk,
    "tusk_stockpile": tusk_stockpile,
    "ivory_figure": ivory_figure,
    "leopard_skin": leopard_skin,
    "leopard_print": leopard_print,
    "chat_screenshot": ivory_figure,
    "rhino_horn": rhino_horn,
}

PAGES: dict[str, Callable[[Image.Image], Image.Image]] = {"chat_screenshot": chat_page}
"""What the picture of a scene is put into, by its name."""
