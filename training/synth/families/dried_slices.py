"""Dried slices of roots, stems, mushrooms and fruit, as in Chinese medicine: discs and tongues that curl."""

from __future__ import annotations

from training.synth.family import LOOSE, Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.plants.slices import SLICES, slices


def _draw(draws: Draws) -> Parameters:
    return {
        "value": draws.uniform(0.7, 1.12),
        "tint": draws.colour((1.0, 0.95, 0.86), value=0.0, tint=0.08),
        "scale": draws.uniform(0.75, 1.25),
        "rays": draws.uniform(0.5, 1.2),
        "warp": draws.uniform(0.4, 1.6),
    }


FAMILY = Family(
    name="dried_slices",
    label="herbal_medicine",
    forms={
        name: laid_out(make=slices(kind), draw=_draw, layouts=LOOSE, most=90) for name, kind in SLICES.items()
    },
    facts=(
        Fact(
            "Astragalus root is cut into round or slanting, long oval slices with a yellowish white bark and a pale"
            " yellow wood that shows rays and fissures.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, "
            "Astragali Radix",
        ),
        Fact(
            "Angelica slices are round or irregular, pale brownish yellow, with a brown ring between bark and wood "
            "and a yellowish brown skin.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, "
            "Angelicae Sinensis Radix",
        ),
        Fact(
            "Areca slices are thin and round; the cut face shows a marbled pattern of brown seed coat and white "
            "endosperm.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, "
            "Arecae Semen",
        ),
        Fact(
            "Sargentodoxa stem slices have a reddish brown bark that runs into a yellowish white wood, with rays.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, "
            "Sargentodoxae Caulis",
        ),
    ),
    version=2,
)
