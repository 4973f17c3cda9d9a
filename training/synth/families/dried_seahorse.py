"""Dried seahorses: ringed bodies, curled or straightened tails, horses' heads."""

from __future__ import annotations

from training.synth.family import Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.fish.seahorses import seahorses


def _draw(draws: Draws) -> Parameters:
    return {
        "colour": draws.colour(
            draws.choice([(0.55, 0.42, 0.24), (0.30, 0.20, 0.10), (0.10, 0.07, 0.045), (0.68, 0.60, 0.44)]),
            value=0.25,
        ),
        "length": draws.log_uniform(0.06, 0.2),
        "rings": draws.integer(34, 50),
        "spines": draws.uniform(0.0, 1.0),
        "curl_deg": draws.uniform(120, 560),
    }


FAMILY = Family(
    name="dried_seahorse",
    label="dried_seahorse",
    forms={
        "dried": laid_out(
            make=seahorses, draw=_draw, most=30,
            layouts={"single": 0.25, "row": 0.25, "scattered": 0.15, "heap": 0.1, "filled": 0.12, "spread": 0.08, "hand": 0.05},
        )
    },
    facts=(
        Fact(
            "The body is cased in bony rings, about 8 to 13 around the trunk and 30 to 45 around the prehensile "
            "tail; the head stands at a right angle to it, with a tubular snout and a coronet.",
            "Lourie, Foster, Cooper and Vincent 2004, A Guide to the Identification of Seahorses, Project Seahorse "
            "and TRAFFIC North America",
        ),
        Fact(
            "Dried specimens in trade measure mostly 6 to 20 cm and are cream, brown or black, often bleached.",
            "Lourie, Foster, Cooper and Vincent 2004, A Guide to the Identification of Seahorses, Project Seahorse "
            "and TRAFFIC North America",
        ),
    ),
)  # fmt: skip
