"""The studio of the sample pictures: a paper sweep and three soft lights."""

from __future__ import annotations

import numpy as np

from training.synth.kit.blender import add_mesh
from training.synth.kit.colours import WHITE, Colour
from training.synth.samples.materials import sweep_material
from training.synth.setting.camera_and_lamps import area_light, world


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
