"""Raw elephant tusks: whole, sawn, marked with pen, polished, stacked and mounted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synth.family import Fact, Family, alike
from training.synth.kit.assembly import turn_matrix
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.ivory.materials import draw_skin
from training.synth.subjects.ivory.mounts import hung_tusks, mounted_tusks, tusk_thing
from training.synth.subjects.ivory.tusk_draws import draw_tusk
from training.synth.subjects.ivory.tusks import stood_up, tusk_part

_LAYOUTS: dict[str, tuple[dict[str, float], int]] = {
    "whole": ({"single": 0.5, "row": 0.28, "scattered": 0.22}, 7),
    "stack": ({"bundle": 0.75, "row": 0.25}, 12),
    "tips": ({"row": 0.4, "scattered": 0.3, "single": 0.15, "heap": 0.15}, 9),
    "pieces": ({"row": 0.3, "scattered": 0.35, "heap": 0.2, "single": 0.15}, 10),
    "stubs": ({"scattered": 0.5, "row": 0.3, "single": 0.2}, 8),
    "polished": ({"single": 0.6, "row": 0.2, "scattered": 0.2}, 4),
    "mounted": ({"standing": 1.0}, 1),
    "hung": ({"hanging": 1.0}, 1),
}


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one lot of tusks."""
    kinds, most = _LAYOUTS[form]
    arrangement = draw_arrangement(draws.part("arrangement"), kinds, most=most)
    skins = {"polished": 0.75, "fresh": 0.15, "tan": 0.1} if form in ("polished", "mounted", "hung") else None
    count = 2 if form in ("mounted", "hung") else min(arrangement["count"], 5)
    kind = "asian" if draws.chance(0.3) else "african"
    typical = draws.log_uniform(0.3, 1.7) * (0.8 if kind == "asian" else 1.0)
    marked = form in ("whole", "stack", "tips", "pieces") and draws.chance(0.55)
    pieces = [draw_tusk(draws.part(f"tusk {n}"), kind, form, typical, marked=marked) for n in range(count)]
    return {
        "form": form,
        "kind": kind,
        "arrangement": arrangement,
        "skin": draw_skin(draws.part("skin"), kinds=skins),
        "pieces": pieces,
        "stand": {
            "wood": draws.colour((0.10, 0.045, 0.02), value=0.6, tint=0.1),
            "metal": draws.chance(0.35),
            "sides": draws.choice([4, 48]),
            "apart": draws.uniform(2.6, 5.0),
            "outward": draws.chance(0.3),
            "single": draws.chance(0.35),
            "tip_up": draws.chance(0.5),
            "crossed": draws.chance(0.4),
            "seed": draws.seed(),
        },
    }


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the tusks."""
    form = parameters["form"]
    if form in ("mounted", "hung"):
        return [mounted_tusks(parameters) if form == "mounted" else hung_tusks(parameters)]
    few = parameters["arrangement"]["count"] <= 3
    things = []
    for values in parameters["pieces"]:
        part = tusk_part(values, sides=52 if few else 32, rings=100 if few else 56)
        if form == "stubs" or (form == "pieces" and values["seed"] % 4 == 0):
            part = stood_up(part, values)
        elif values["end"] - values["start"] < 0.35:
            part = part.moved(turn=turn_matrix(x=values["seed"] % 7))
        things.append(tusk_thing(parameters, values, part))
    return things


FAMILY = Family(
    name="elephant_tusk",
    label="elephant_tusk",
    facts=(
        Fact(
            "An elephant tusk is an upper incisor of dentine under a thin layer of cementum, with a pulp cavity that "
            "is widest at the base and narrows to a nerve canal; cross-cuts show Schreger lines.",
            "Espinoza, E. O. & Mann, M.-J. (1992), Identification Guide for Ivory and Ivory Substitutes, WWF & TRAFFIC",
        ),
        Fact(
            "In cross-cuts the outer Schreger angles of living elephants average more than 100 degrees, those of "
            "mammoth less.",
            "Espinoza, E. O. & Mann, M.-J. (1993), The history and significance of the Schreger pattern in proboscidean "
            "ivory characterization, Journal of the American Institute for Conservation 32",
        ),
        Fact(
            "African elephants of both sexes carry tusks; Asian tusks, of bulls, are on average smaller.",
            "CITES Identification Manual; Spinage, C. A. (1994), Elephants, T & AD Poyser",
        ),
    ),
    forms=alike(
        {
            "whole": 0.33,
            "stack": 0.16,
            "tips": 0.08,
            "pieces": 0.14,
            "stubs": 0.06,
            "polished": 0.11,
            "mounted": 0.07,
            "hung": 0.05,
        },
        draw_lot,
        make_pieces,
    ),
    version=2,
)
