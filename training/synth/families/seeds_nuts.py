"""Seeds, nuts and beans: flat brown things by the handful that are no scales."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from training.synth.draws import Draws, Parameters
from training.synth.forms import add_piece, blob, rest, roughen, turned
from training.synth.forms_of import LOOSE, Form, family_of
from training.synth.organic import grown

# Half axes in mm; dark and light colour, linear; roughness; how pointed one end is, 0 to 1.
_KINDS: dict[str, Any] = {
    "almond": ((12, 7.5, 4.5), (0.16, 0.065, 0.025), (0.36, 0.17, 0.07), 0.6, 0.55),
    "pumpkin_seed": ((8.5, 5, 1.4), (0.55, 0.46, 0.30), (0.78, 0.70, 0.52), 0.55, 0.45),
    "green_pumpkin_seed": ((7, 4, 1.6), (0.07, 0.09, 0.03), (0.20, 0.22, 0.08), 0.5, 0.4),
    "sunflower_seed": ((6.5, 3.2, 2), (0.02, 0.018, 0.016), (0.30, 0.28, 0.24), 0.55, 0.5),
    "cocoa_bean": ((12, 6.5, 4), (0.07, 0.026, 0.014), (0.22, 0.09, 0.045), 0.7, 0.2),
    "kidney_bean": ((8, 4.5, 3.8), (0.07, 0.008, 0.008), (0.19, 0.022, 0.018), 0.25, 0.0),
    "white_bean": ((7.5, 5, 4), (0.66, 0.60, 0.47), (0.82, 0.77, 0.64), 0.3, 0.0),
    "coffee_bean": ((5.2, 3.8, 2.5), (0.022, 0.011, 0.006), (0.075, 0.036, 0.018), 0.4, 0.0),
    "tamarind_seed": ((7.5, 6, 3), (0.035, 0.012, 0.006), (0.10, 0.035, 0.014), 0.2, 0.0),
    "hazelnut": ((8, 7.5, 7.5), (0.20, 0.085, 0.030), (0.40, 0.19, 0.075), 0.45, 0.35),
    "walnut": ((17, 15, 15), (0.22, 0.115, 0.05), (0.46, 0.28, 0.13), 0.75, 0.2),
    "mussel": ((30, 15, 7), (0.010, 0.011, 0.018), (0.055, 0.055, 0.075), 0.3, 0.5),
}


def _make(kind: str) -> Callable[[Parameters, np.random.Generator], Sequence[Any]]:
    axes, dark, light, roughness, pointed = _KINDS[kind]

    def make(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
        dark_now, light_now = (np.array(c) * parameters["value"] for c in (dark, light))
        look = grown(
            kind, [dark_now, light_now], size=axes[0] * 0.0006, stretch=(0.3, 1, 1), roughness=roughness,
            grain=0.35, bump=0.0003, variety=0.45, dirt=0.4,
        )  # fmt: skip
        return [_seed(np.array(axes) * 0.001, pointed, kind, look.material, rng) for _ in range(5)]

    return make


def _seed(axes: Any, pointed: float, kind: str, material: Any, rng: np.random.Generator) -> Any:
    vertices, faces = blob(axes * rng.uniform(0.85, 1.15, 3), columns=24, rows=14)
    along = vertices[:, 0] / axes[0]
    vertices[:, 1:] *= (1 - pointed * np.clip(along, 0, 1) ** 2)[:, None]
    vertices[:, 1] += 0.12 * axes[0] * rng.normal() * along**2
    if kind == "coffee_bean":
        vertices[:, 2] = np.maximum(vertices[:, 2], -0.25 * axes[2])
    depth = 0.12 if kind == "walnut" else 0.04
    mesh = roughen((vertices, faces), rng, size=axes[0] * (0.35 if kind == "walnut" else 0.9), depth=depth * axes[2])
    return add_piece(kind, rest(turned(mesh, about="z", degrees=0)), material)


def _draw(draws: Draws) -> Parameters:
    return {"value": draws.uniform(0.7, 1.25)}


FAMILY = family_of(
    "seeds_nuts",
    "",
    {kind: Form(make=_make(kind), draw=_draw, layouts=LOOSE, most=120) for kind in _KINDS},
)
