"""Seeds, nuts and beans: flat brown things by the handful that are no scales."""

from __future__ import annotations

from training.synth.family import LOOSE, Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.plants.seeds import SEEDS, seeds


def _draw(draws: Draws) -> Parameters:
    return {
        "value": draws.uniform(0.7, 1.25),
        "tint": draws.colour((0.96, 0.96, 0.96), value=0.03, tint=0.07),
        "scale": draws.uniform(0.85, 1.2),
        "variety": draws.uniform(0.15, 0.45),
    }


FAMILY = Family(
    name="seeds_nuts",
    label="",
    forms={
        name: laid_out(make=seeds(kind), draw=_draw, layouts=LOOSE, most=120) for name, kind in SEEDS.items()
    },
    facts=(
        Fact(
            "Apricot kernels are flat and heart-shaped, 1 to 1.9 cm long, 0.8 to 1.5 cm wide and 0.5 to 0.8 cm "
            "thick, yellowish to dark brown, one end pointed, with veins that run up from the round end.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, "
            "Armeniacae Semen Amarum",
        ),
        Fact(
            "Sea beans (Entada) are flat, round, hard brown seeds of several centimetres.",
            "Gunn and Dennis 1976, World Guide to Tropical Drift Seeds and Fruits, Quadrangle",
        ),
    ),
    version=2,
)
