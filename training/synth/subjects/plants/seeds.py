"""Seeds, nuts and beans, by kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.synth.kit.blade_materials import blade_shader
from training.synth.kit.draws import Parameters
from training.synth.kit.grown_shapes import add_piece, blob, rest, roughen, waves


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """One kind of seed; colours are linear RGB.

    Attributes:
        axes: Half axes, mm.
        dark: Colour of furrows and spots.
        light: Colour of the rest.
        tip: Colour of the pointed end; None: as the rest.
        edge: Colour of the rim of flat seeds; None: as the rest.
        rough: 0 a mirror, 1 chalk.
        pointed: How narrow the end at +x is, 0 to 1.
        flat: 1 an ellipsoid, below 1 with flat sides.
        veins: How dark its lengthwise lines are, 0 to 1.
        lines: How many there are, about.
        groove: Depth of a furrow along its lower side, as a share of its height.
        warty: Depth of its wrinkles, as a share of its height.
        skew: How far it bends like a bean.
    """

    axes: tuple[float, float, float]
    dark: tuple[float, float, float]
    light: tuple[float, float, float]
    tip: tuple[float, float, float] | None = None
    edge: tuple[float, float, float] | None = None
    rough: float = 0.5
    pointed: float = 0.0
    flat: float = 1.0
    veins: float = 0.2
    lines: float = 8.0
    groove: float = 0.0
    warty: float = 0.03
    skew: float = 0.06


SEEDS = {
    "almond": Seed(
        axes=(12, 7.5, 4.5), dark=(0.15, 0.06, 0.023), light=(0.38, 0.185, 0.075), rough=0.65, pointed=0.6, flat=0.8,
        veins=0.4, lines=11, warty=0.06,
    ),
    "almond_in_shell": Seed(
        axes=(16, 10, 6.5), dark=(0.30, 0.18, 0.08), light=(0.50, 0.33, 0.17), rough=0.8, pointed=0.6, veins=0.3, warty=0.05,
    ),
    "apricot_kernel": Seed(
        axes=(7.5, 5.8, 3.2), dark=(0.16, 0.07, 0.03), light=(0.40, 0.22, 0.10), pointed=0.75, flat=0.8, veins=0.45, lines=9,
    ),
    "pumpkin_seed": Seed(
        axes=(9, 5.2, 1.4), dark=(0.55, 0.46, 0.30), light=(0.76, 0.68, 0.50), edge=(0.62, 0.50, 0.30), pointed=0.5,
        flat=0.45, rough=0.5, veins=0.08,
    ),
    "green_pumpkin_seed": Seed(
        axes=(7, 4, 1.5), dark=(0.055, 0.065, 0.025), light=(0.16, 0.18, 0.07), edge=(0.28, 0.27, 0.12), pointed=0.45,
        flat=0.6,
    ),
    "watermelon_seed": Seed(
        axes=(7.5, 4.8, 1.4), dark=(0.012, 0.010, 0.009), light=(0.045, 0.032, 0.024), edge=(0.02, 0.015, 0.01),
        tip=(0.20, 0.14, 0.09), pointed=0.4, flat=0.5, rough=0.35,
    ),
    "sunflower_seed": Seed(
        axes=(7, 3.6, 2.2), dark=(0.018, 0.016, 0.015), light=(0.16, 0.145, 0.125), pointed=0.65, flat=0.8, veins=0.92,
        lines=4.5,
    ),
    "cocoa_bean": Seed(
        axes=(12, 6.8, 4.2), dark=(0.06, 0.024, 0.013), light=(0.23, 0.10, 0.05), rough=0.75, pointed=0.15, flat=0.8,
        veins=0.35, warty=0.12,
    ),
    "kidney_bean": Seed(
        axes=(8, 4.5, 3.8), dark=(0.06, 0.007, 0.007), light=(0.17, 0.020, 0.016), rough=0.22, skew=0.3, veins=0.1,
    ),
    "white_bean": Seed(
        axes=(7.5, 5, 3.6), dark=(0.60, 0.53, 0.40), light=(0.80, 0.75, 0.62), rough=0.3, skew=0.2, veins=0.04,
    ),
    "coffee_bean": Seed(
        axes=(5.4, 3.9, 2.7), dark=(0.018, 0.009, 0.005), light=(0.075, 0.034, 0.017), rough=0.38, groove=0.6, veins=0.2,
    ),
    "tamarind_seed": Seed(
        axes=(7.5, 6.2, 3.2), dark=(0.028, 0.010, 0.005), light=(0.10, 0.034, 0.013), rough=0.2, flat=0.6, warty=0.10,
    ),
    "sea_bean": Seed(
        axes=(24, 22, 9), dark=(0.035, 0.012, 0.006), light=(0.13, 0.045, 0.018), rough=0.25, flat=0.7, warty=0.06,
        veins=0.15,
    ),
    "jackfruit_seed": Seed(
        axes=(15, 9, 8), dark=(0.36, 0.22, 0.11), light=(0.60, 0.46, 0.28), rough=0.55, veins=0.3, lines=5, skew=0.12,
    ),
    "hazelnut": Seed(
        axes=(8.5, 7.6, 7.6), dark=(0.17, 0.07, 0.025), light=(0.38, 0.18, 0.07), tip=(0.48, 0.34, 0.20), rough=0.45,
        pointed=0.4, veins=0.35, lines=16, skew=0.0,
    ),
    "walnut": Seed(
        axes=(18, 15.5, 15.5), dark=(0.20, 0.10, 0.045), light=(0.46, 0.29, 0.14), rough=0.75, pointed=0.2, veins=0.45,
        lines=7, warty=0.10, skew=0.0,
    ),
    "pecan": Seed(
        axes=(17, 9.5, 9), dark=(0.06, 0.024, 0.012), light=(0.30, 0.135, 0.055), rough=0.45, pointed=0.45, veins=0.35,
        lines=5, skew=0.0,
    ),
    "brazil_nut": Seed(
        axes=(19, 9.5, 9), dark=(0.06, 0.035, 0.022), light=(0.20, 0.125, 0.075), rough=0.75, pointed=0.5, warty=0.10,
        veins=0.4, skew=0.15,
    ),
}  # fmt: skip


def seeds(kind: Seed) -> Callable[[Parameters, np.random.Generator], Sequence[Any]]:
    """Return the maker of six seeds of one kind."""

    def make(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
        material = _shader(kind, parameters)
        return [_seed(kind, parameters["scale"], material, rng) for _ in range(6)]

    return make


def _shader(kind: Seed, parameters: Parameters) -> Any:
    tone = parameters["value"] * np.array(parameters["tint"])
    dark, light = np.array(kind.dark) * tone, np.array(kind.light) * tone
    tip = light * 0.8 if kind.tip is None else np.array(kind.tip) * tone
    shader = blade_shader(
        "seed", [(0.0, light * 0.8), (0.2, light), (0.75, light), (0.97, tip)], under=light, roughness=kind.rough,
        veins=kind.veins, vein_count=kind.lines, mottle=0.45, blotch=dark, waver=0.08, variety=parameters["variety"],
        relief=0.04 * kind.axes[2] * 0.001 * (kind.veins + 0.3),
    )  # fmt: skip
    base = shader.surface.inputs["Base Color"].links[0].from_socket
    if kind.edge is not None:
        rim = shader.ramp(shader.attribute("rim"), (0.78, (0.0,) * 3), (0.9, (0.8,) * 3))
        base = shader.mix(base, tuple((np.array(kind.edge) * tone).tolist()), rim)
    shader.set("Base Color", shader.mix(base, tuple((dark * 0.6).tolist()), shader.attribute("furrow")))
    return shader.material


def _seed(kind: Seed, scale: float, material: Any, rng: np.random.Generator) -> Any:
    axes = np.array(kind.axes) * 0.001 * scale * rng.uniform(0.88, 1.12, 3)
    vertices, faces = blob((1.0, 1.0, 1.0), columns=30, rows=14)
    unit = vertices.copy()
    height = np.sign(unit[:, 2]) * np.abs(unit[:, 2]) ** kind.flat
    narrow = 1 - kind.pointed * np.clip(unit[:, 0] * 0.5 + 0.5, 0, 1) ** 2.2
    furrow = kind.groove * np.exp(-((unit[:, 1] / 0.16) ** 2)) * (unit[:, 2] > 0)
    y = unit[:, 1] * narrow + kind.skew * unit[:, 0] ** 2 * rng.choice([-1, 1])
    z = height * (1 - furrow) * (0.35 + 0.65 * narrow)
    if kind.groove:
        z = np.maximum(z, -0.15)  # such beans are flat below; the furrow is on the flat side
        z = -z
    shaped = np.column_stack([unit[:, 0], y, z]) * axes
    rim = np.linalg.norm(unit[:, :2], axis=1)
    mesh = roughen((shaped, faces), rng, size=axes[1] * 0.9, depth=kind.warty * axes[2])
    line = 0.4 * np.abs(waves(unit, rng, size=0.9)) * (kind.warty > 0.08)
    return add_piece(
        "seed",
        rest(mesh),
        material,
        along=(unit[:, 0] + 1) / 2,
        fan=unit[:, 1],
        rim=rim,
        furrow=np.maximum(furrow, line).clip(0, 1),
    )
