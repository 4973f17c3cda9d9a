"""Split dried fish, cut leather and paper fans on the racks, decks and cloths where shark fins lie elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Array
from training.synth.kit.grown_materials import grown
from training.synth.kit.grown_shapes import add_piece, plate, rest
from training.synth.subjects.field_forms import in_a_field
from training.synth.subjects.fins.dried import draw_dried, fish_pieces

_PAPERS = ((0.75, 0.72, 0.65), (0.55, 0.05, 0.05), (0.05, 0.15, 0.35), (0.60, 0.42, 0.10), (0.10, 0.10, 0.10))


def _draw_fish(draws: Draws) -> Parameters:
    return draw_dried(draws, ("fish",))


def _draw_leather(draws: Draws) -> Parameters:
    return draw_dried(draws, ("leather",))


def _make(lot: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    del rng
    return fish_pieces(lot)


def _draw_fans(draws: Draws) -> Parameters:
    return {
        "radius_m": draws.uniform(0.12, 0.24),
        "open_deg": draws.uniform(80, 170),
        "pleats": draws.integer(14, 34),
        "papers": [draws.colour(draws.choice(_PAPERS), value=0.3) for _ in range(2)],
    }


def _fans(lot: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Pleated paper between an inner and an outer arc."""
    fans, half = [], np.radians(lot["open_deg"] / 2)
    for paper in lot["papers"]:
        tone = np.array(paper)
        material = grown("paper", [tone * 0.85, tone], size=0.05, roughness=0.8, variety=0.1).material
        arc = np.linspace(-half, half, 4 * lot["pleats"] + 1)
        rim = np.stack([np.sin(arc), np.cos(arc)], axis=1)
        outline = np.concatenate([rim, 0.3 * rim[::-1]])[::-1] - [0.0, 0.75]

        def dome(flat: Array, share: Array) -> Array:
            del share
            angle = np.arctan2(flat[:, 0], flat[:, 1] + 0.75 * lot["radius_m"])
            return (
                0.012 * lot["radius_m"] * np.cos(angle * lot["pleats"] * np.pi / half) * rng.uniform(0.8, 1)
            )

        mesh, _ = plate(outline * lot["radius_m"], thickness=0.0012, dome=dome, rings=10, edge=1.0)
        fans.append(add_piece("fan", rest(mesh), material))
    return fans


FAMILY = Family(
    name="dried_fish",
    label="",
    forms={
        "fish": in_a_field(
            make=_make, draw=_draw_fish, bases={"slats": 0.4, "mesh": 0.3, "none": 0.3}, weight=0.35
        ),
        "fish_heap": laid_out(make=_make, draw=_draw_fish, layouts={"heap": 0.5, "filled": 0.5}, most=30, weight=0.2),
        "leather": in_a_field(make=_make, draw=_draw_leather, neat=0.4, weight=0.25),
        "fans": in_a_field(make=_fans, draw=_draw_fans, rows=(3, 4), columns=(3, 4), weight=0.2),
    },
    facts=(
        Fact(
            "Small fish are split, salted and dried in the sun on raised racks.",
            "Doe 1998, Fish Drying and Smoking: Production and Quality, Technomic Publishing",
        ),
    ),
)  # fmt: skip
