"""Dried slices and roots of the herbal trade: pale or brown discs and tongues that curl."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from training.synth.draws import Draws, Parameters
from training.synth.forms import add_piece, plate, rest, waves
from training.synth.forms_of import LOOSE, Form, family_of
from training.synth.geometry import Array
from training.synth.organic import faded, grown, tinted

# Length and width in mm, thickness in mm, core, flesh and rim colour, curl.
_KINDS: dict[str, Any] = {
    "astragalus": ((55, 14), 1.2, (0.62, 0.46, 0.20), (0.78, 0.68, 0.45), (0.42, 0.27, 0.12), 0.10),
    "angelica": ((45, 28), 1.5, (0.62, 0.50, 0.30), (0.70, 0.60, 0.40), (0.22, 0.12, 0.055), 0.12),
    "lingzhi": ((60, 22), 2.5, (0.30, 0.17, 0.08), (0.42, 0.27, 0.14), (0.10, 0.028, 0.014), 0.10),
    "lemon": ((42, 40), 2.0, (0.60, 0.40, 0.10), (0.70, 0.50, 0.14), (0.55, 0.30, 0.05), 0.08),
    "apple_ring": ((48, 46), 3.5, (0.72, 0.56, 0.33), (0.80, 0.68, 0.45), (0.30, 0.10, 0.05), 0.12),
    "mushroom": ((38, 26), 2.0, (0.50, 0.38, 0.22), (0.62, 0.50, 0.32), (0.12, 0.06, 0.03), 0.25),
    "ginseng_slice": ((22, 17), 1.5, (0.50, 0.28, 0.09), (0.66, 0.45, 0.20), (0.38, 0.19, 0.07), 0.06),
    "areca_slice": ((24, 20), 1.2, (0.42, 0.22, 0.12), (0.72, 0.58, 0.42), (0.16, 0.07, 0.035), 0.05),
    "hawthorn": ((20, 19), 2.5, (0.50, 0.30, 0.14), (0.55, 0.32, 0.15), (0.20, 0.012, 0.010), 0.10),
    "banana": ((30, 27), 4.0, (0.48, 0.30, 0.10), (0.70, 0.55, 0.26), (0.50, 0.32, 0.11), 0.05),
}


def _make(kind: str) -> Callable[[Parameters, np.random.Generator], Sequence[Any]]:
    size, thickness, core, flesh, rim_colour, curl = _KINDS[kind]

    def make(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
        value = parameters["value"]
        flesh_now = np.array(flesh) * value
        look = grown(
            kind, [flesh_now * 0.72, flesh_now], size=0.006, roughness=0.75, grain=0.3, bump=0.0003,
            translucent=0.15, variety=0.3,
        )  # fmt: skip
        tinted(look, np.array(core) * value, faded(look, "rim", (0.1, 0.8), (0.35, 0.0)))
        tinted(look, np.array(rim_colour) * value, faded(look, "rim", (0.86, 0.0), (0.95, 0.9)))
        return [_slice(np.array(size) * 0.001, thickness * 0.001, curl, look.material, rng) for _ in range(6)]

    return make


def _slice(size: Array, thickness: float, curl: float, material: Any, rng: np.random.Generator) -> Any:
    angle = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    outline = np.stack([np.cos(angle) * size[0], np.sin(angle) * size[1]], axis=1) / 2 * rng.uniform(0.8, 1.2)
    outline *= 1 + 0.09 * waves(outline, rng, size=size[1] * 0.8)[:, None]
    bend, turn = curl * rng.normal(1, 0.6), rng.uniform(0, np.pi)

    def dome(flat: Array, rim: Array) -> Array:
        along = flat @ [np.cos(turn), np.sin(turn)]
        return bend * along**2 / size[1] * 4 + 0.05 * size[1] * rim * waves(flat, rng, size=size[1] * 0.7)

    mesh, rim = plate(outline, thickness=thickness, dome=dome, rings=7, edge=0.6)
    return add_piece("slice", rest(mesh), material, rim=rim)


def _draw(draws: Draws) -> Parameters:
    return {"value": draws.uniform(0.65, 1.15)}


FAMILY = family_of(
    "dried_slices",
    "herbal_medicine",
    {kind: Form(make=_make(kind), draw=_draw, layouts=LOOSE, most=80) for kind in _KINDS},
)
