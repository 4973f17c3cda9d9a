"""Small things that are taken for teeth and claws, as objects: shark teeth, pods, nuts, tusk shells, charms; metres."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from training.synth.kit.blender import add_attribute, add_mesh, holding
from training.synth.kit.draws import Parameters
from training.synth.kit.grown_materials import grown
from training.synth.kit.materials import glossy_material
from training.synth.kit.round_shapes import ring, tube
from training.synth.subjects.teeth.goods import add_horn, on_ground
from training.synth.subjects.teeth.materials import tooth_shader
from training.synth.subjects.teeth.shapes import Horn, claw, horn_mesh, upright_triangle


def shark_teeth(lot: Parameters, rng: np.random.Generator) -> list[Any]:
    """Make five flat triangles with a root."""
    colour = np.array(lot["colour"])
    tones = {
        "crown": list(colour),
        "root": lot["second"],
        "stain": list(0.4 * np.array(lot["second"])),
        "age": 0.3,
    }
    material = tooth_shader(tones, neck=0.26).material
    things = []
    for _ in range(5):
        length = lot["length_m"] * rng.uniform(0.6, 1.2)
        mesh, along = upright_triangle(
            length, length * rng.uniform(0.75, 1.1), rng, teeth=int(rng.choice([0, 14, 18]))
        )
        thing = add_mesh("shark_tooth", (on_ground(mesh[0]), mesh[1]), material)
        add_attribute(thing, "along", along)
        things.append(thing)
    return things


def chillies(lot: Parameters, rng: np.random.Generator) -> list[Any]:
    """Pods with wrinkles when dry, each with a green or tan stalk."""
    dry = lot["gloss"] > 0.3
    pod = grown(
        "pod",
        [_darker(lot, 0.5), lot["colour"]],
        size=0.02,
        roughness=lot["gloss"],
        bump=0.0008 if dry else 0.0,
        coat=0.3,
    )
    stalk = glossy_material("stalk", (0.10, 0.16, 0.03) if not dry else (0.25, 0.17, 0.07), roughness=0.6)
    things = []
    for _ in range(5):
        length, thick = lot["length_m"] * rng.uniform(0.75, 1.2), rng.uniform(0.055, 0.10)
        horn = Horn(
            length=length, bend_deg=rng.uniform(-70, 70), late=1.2, rough=0.12 if dry else 0.03,
            flat=[(0, 1), (1, 0.85)],
            wide=[(0, 0.7 * thick), (0.06, thick), (0.3, 1.05 * thick), (0.7, 0.65 * thick), (1, 0.08 * thick)],
        )  # fmt: skip
        (points, faces), _, _ = horn_mesh(horn, int(rng.integers(1 << 30)))
        stem = np.array([[0.02, 0, 0], [-0.12, 0.01, 0.0], [-0.28, rng.normal(0, 0.06), 0.02]]) * length
        twig, quads = tube(stem, np.array([0.5, 0.24, 0.22]) * thick * length, sides=8)
        low = points[:, 2].min()
        shift = np.array([length * 0.4, 0, low])
        thing = add_mesh("chilli", (points - shift, faces), pod.material)
        things.append(holding(thing, [add_mesh("stalk", (twig - shift, quads), stalk)]))
    return things


def cashews(lot: Parameters, rng: np.random.Generator) -> list[Any]:
    """Make five cashew nuts."""
    shader = grown(
        "cashew",
        [_darker(lot, 0.75), lot["colour"]],
        size=0.008,
        roughness=0.5,
        bump=0.0002,
        grain=0.15,
        translucent=0.2,
    )
    stops = [(0, 0.10), (0.05, 0.16), (0.3, 0.20), (0.6, 0.165), (0.9, 0.14), (0.97, 0.10), (1, 0.02)]
    return _swept(
        lot,
        rng,
        lambda length: Horn(
            length=1.25 * length, bend_deg=rng.uniform(120, 160), late=1.0, wide=stops, flat=[(0, 0.75), (1, 0.75)],
            rough=0.04,
        ),
        shader.material,
    )  # fmt: skip


def tusk_shells(lot: Parameters, rng: np.random.Generator) -> list[Any]:
    """Slender, slightly curved, ribbed tubes, open at both ends."""
    shader = grown(
        "tusk_shell",
        [_darker(lot, 0.7), lot["colour"]],
        size=0.01,
        roughness=lot["gloss"],
        bump=0.0003,
        grain=0.2,
    )
    stops = [(0, 0.055), (0.5, 0.038), (0.98, 0.018), (1, 0.014)]
    return _swept(
        lot,
        rng,
        lambda length: Horn(
            length=length, bend_deg=rng.uniform(18, 34), late=0.9, wide=stops, flat=[(0, 1), (1, 1)]
        ),
        shader.material,
    )


def cornicelli(lot: Parameters, rng: np.random.Generator) -> list[Any]:
    """Italian horn charms: a slender, twisted, glossy horn with a crown and a ring."""
    bright = lot["metal"] and lot["colour"][1] > 0.3
    material = glossy_material(
        "charm", tuple(lot["colour"]), roughness=lot["gloss"] * 0.6, coat=1.0, metal=1.0 if bright else 0.0
    )
    gold = glossy_material("gold", (0.85, 0.6, 0.22), roughness=0.2, metal=1.0)
    things = []
    for _ in range(4):
        horn = Horn(
            length=lot["length_m"], bend_deg=rng.choice([-1, 1]) * rng.uniform(25, 60), late=1.4,
            flat=[(0, 1), (1, 1)], rough=0.0,
            wide=[(0, 0.09), (0.15, 0.10), (0.5, 0.075), (0.8, 0.045), (1, 0.01)],
        )  # fmt: skip
        things.append(_ringed(add_horn(horn, material, 1, on_ground), horn, gold))
    return things


def carved_claws(lot: Parameters, rng: np.random.Generator) -> list[Any]:
    """Smooth claws of wood, plastic or stone, all alike, bored for a cord."""
    if lot["metal"]:
        look = grown(
            "carved",
            [_darker(lot, 0.55), lot["colour"]],
            size=0.012,
            stretch=(0.2, 1, 1),
            roughness=0.4,
            grain=0.4,
            coat=0.3,
        ).material
    else:
        look = glossy_material("plastic", tuple(lot["colour"]), roughness=0.18, coat=0.6)
    steel = glossy_material("steel", (0.6, 0.6, 0.6), roughness=0.25, metal=1.0)
    first = claw(rng, lot["length_m"], bear=True)
    horn = replace(first, flat=[(0, 0.9), (1, 0.9)], rough=0.0, keel=0.0)
    things = []
    for _ in range(4):
        thing = add_horn(horn, look, 1, on_ground)
        things.append(_ringed(thing, horn, steel) if rng.random() < 0.6 else thing)
    return things


def _swept(lot: Parameters, rng: np.random.Generator, shape: Any, material: Any, count: int = 5) -> list[Any]:
    return [
        add_horn(
            shape(lot["length_m"] * rng.uniform(0.75, 1.2)), material, int(rng.integers(1 << 30)), on_ground
        )
        for _ in range(count)
    ]


def _ringed(thing: Any, horn: Horn, metal: Any) -> Any:
    loop, quads = ring(0.06 * horn.length, 0.02 * horn.length, 0.025 * horn.length, sides=24)
    low = np.array(thing.bound_box).min(axis=0)
    place = np.array(
        [
            low[0] - 0.03 * horn.length,
            low[1] + 0.08 * horn.length * np.sign(horn.bend_deg),
            0.012 * horn.length,
        ]
    )
    if horn.bend_deg < 0:
        place[1] = np.array(thing.bound_box).max(axis=0)[1] - 0.08 * horn.length
    return holding(thing, [add_mesh("ring", (loop + place, quads), metal)])


def _darker(lot: Parameters, share: float) -> list[float]:
    return [share * channel for channel in lot["colour"]]
