"""Potato crisps: curled, ridged or stacked saddles, and fried corn triangles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from training.synth.family import LOOSE, Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.grown_materials import base_of, faded, grown, tinted
from training.synth.kit.grown_shapes import add_piece, rest
from training.synth.subjects.plants.peels import fried_slice

_PALE, _GOLD = (0.80, 0.62, 0.28), (0.70, 0.42, 0.11)
# Saddle, folds, ridges in metres, corners.
_CUTS: dict[str, tuple[float, float, float, int]] = {
    "plain": (0.10, 0.085, 0.0, 0),
    "ridged": (0.06, 0.05, 0.0011, 0),
    "saddle": (0.13, 0.004, 0.0, 0),
    "corn": (0.05, 0.05, 0.0, 3),
}


def _draw(draws: Draws) -> Parameters:
    return {
        "pale": draws.colour(_PALE, value=0.2, tint=0.08),
        "gold": draws.colour(_GOLD, value=0.3, tint=0.1),
        "burn": draws.uniform(0.1, 0.95),
        "seasoning": draws.choice([0.0, 0.0, 0.35, 0.7]),
        "season_colour": draws.choice([(0.45, 0.07, 0.02), (0.10, 0.13, 0.03), (0.30, 0.13, 0.04)]),
        "size": draws.uniform(0.036, 0.062),
        "oil": draws.uniform(0.3, 0.6),
    }


def _material(parameters: Parameters) -> Any:
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


def _make(cut: str) -> Callable[[Parameters, np.random.Generator], Sequence[Any]]:
    saddle, folds, ridges, corners = _CUTS[cut]

    def make(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
        material, pieces = _material(parameters), []
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


FAMILY = Family(
    name="potato_crisps",
    label="",
    forms={
        "plain": laid_out(make=_make("plain"), draw=_draw, weight=1.6, layouts=LOOSE, most=70),
        "ridged": laid_out(make=_make("ridged"), draw=_draw, weight=0.8, layouts=LOOSE, most=60),
        "saddle": laid_out(
            make=_make("saddle"), draw=_draw, weight=0.6, layouts={**LOOSE, "row": 0.1}, most=50
        ),
        "corn": laid_out(make=_make("corn"), draw=_draw, weight=0.9, layouts=LOOSE, most=60),
    },
    facts=(
        Fact(
            "Potatoes for crisps are cut into slices between 1 and 2 mm thick; frying gives a golden colour, browner at "
            "the rim, and blisters the surface.",
            "Lisinska and Leszczynski 1989, Potato Science and Technology, Elsevier Applied Science",
        ),
        Fact(
            "Stacked crisps are made from dough of one size in the shape of a saddle, a hyperbolic paraboloid.",
            "Baur 1970, Packaging of chip-type snack food products, US patent 3,498,798",
        ),
    ),
)
