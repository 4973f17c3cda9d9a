"""Nothing in particular: the ground, the light, and a scrap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.grown_materials import grown
from training.synth.kit.grown_shapes import add_piece, blob, plate, rest, roughen, waves
from training.synth.setting.props import build_prop


def _draw(draws: Draws) -> Parameters:
    return {
        "colour": draws.colour((0.5, 0.48, 0.44), value=0.8, tint=0.3),
        "size": draws.log_uniform(0.02, 0.3),
        "gloss": draws.uniform(0, 1),
        "kind": draws.choice(["coin", "key", "card", "tag", "pen"]),
    }


def _scrap(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """A torn piece of paper, a leaf or a crumb."""
    colour = np.array(parameters["colour"])
    shader = grown("scrap", [colour * 0.8, colour], size=parameters["size"] * 0.3, roughness=0.85, grain=0.1)
    if rng.random() < 0.4:
        mesh = roughen(
            blob((parameters["size"] / 8,) * 3),
            rng,
            size=parameters["size"] / 6,
            depth=parameters["size"] / 30,
        )
        return [add_piece("crumb", rest(mesh), shader.material)]
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    outline = np.stack([np.cos(angle), 0.7 * np.sin(angle)], axis=1) * parameters["size"] / 2
    outline *= 1 + 0.15 * waves(outline, rng, size=parameters["size"] / 3)[:, None]
    mesh, _ = plate(
        outline,
        thickness=0.0006,
        dome=lambda flat, rim: 0.04 * parameters["size"] * waves(flat, rng, size=parameters["size"] / 2),
    )
    return [add_piece("scrap", rest(mesh), shader.material)]


def _coin(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    del rng
    return [build_prop({**parameters, "seed": parameters["seed"]})]


FAMILY = Family(
    name="empty_scene",
    label="",
    forms={
        "scrap": laid_out(make=_scrap, draw=_draw, weight=0.6),
        "thing": laid_out(make=_coin, draw=_draw, weight=0.4),
    },
)
