"""Fried slices: plain, ridged, stacked and corn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from training.synth.kit.draws import Parameters
from training.synth.kit.grown_materials import base_of, faded, grown, tinted
from training.synth.kit.grown_shapes import add_piece, rest
from training.synth.subjects.plants.peels import fried_slice

# Saddle, folds, ridges in metres, corners.
CUTS: dict[str, tuple[float, float, float, int]] = {
    "plain": (0.10, 0.085, 0.0, 0),
    "ridged": (0.06, 0.05, 0.0011, 0),
    "saddle": (0.13, 0.004, 0.0, 0),
    "corn": (0.05, 0.05, 0.0, 3),
}


def crisp_material(parameters: Parameters) -> Any:
    """Fried starch: gold in patches, brown at the rim and on blisters, oily, a little see-through."""
    gold = np.array(parameters["gold"])
    shader = grown(
        "crisp", [gold * 0.75, gold, parameters["pale"]], size=0.02, roughness=parameters["oil"], translucent=0.25,
        variety=0.22, coat=0.1,
    )  # fmt: skip
    burnt = shader.mix(faded(shader, "rim", (0.72, 0.0), (1.0, parameters["burn"])), shader.ramp(
        shader.noise(110.0, detail=3.0), (0.35, (0.25,) * 3), (0.6, (1.0,) * 3)
    ), 1.0, "MULTIPLY")  # fmt: skip
    tinted(shader, gold * [0.55, 0.42, 0.35], burnt)
    blisters = shader.noise(380.0, detail=2.0)
    tinted(shader, gold * 0.7, shader.ramp(blisters, (0.6, (0.0,) * 3), (0.72, (0.6,) * 3)))
    if parameters["seasoning"]:
        specks = shader.ramp(
            shader.noise(900.0, detail=2.0), (0.60, (0.0,) * 3), (0.66, (parameters["seasoning"],) * 3)
        )
        shader.set("Base Color", shader.mix(base_of(shader), tuple(parameters["season_colour"]), specks))
    shader.bump(blisters, 0.0011)
    return shader.material


def crisps(cut: str) -> Callable[[Parameters, np.random.Generator], Sequence[Any]]:
    """Return the maker of six crisps of one cut of `CUTS`."""
    saddle, folds, ridges, corners = CUTS[cut]

    def make(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
        material, pieces = crisp_material(parameters), []
        for _ in range(6):
            same = cut == "saddle"
            mesh, rim = fried_slice(
                rng, size=parameters["size"] * (rng.uniform(0.98, 1.02) if same else rng.uniform(0.7, 1.2)),
                saddle=saddle * (1.0 if same else rng.uniform(0.1, 1.5)), folds=folds * rng.uniform(0.6, 1.5),
                ridges=ridges, corners=corners,
            )  # fmt: skip
            pieces.append(add_piece("crisp", rest(mesh), material, rim=rim))
        return pieces

    return make
