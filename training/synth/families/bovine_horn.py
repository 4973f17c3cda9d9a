"""Cattle and buffalo horn: whole, as drinking horns, mounted in pairs, and worked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from training.synth.family import Fact, Family, alike
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.materials import cloth_material, glossy_material, wood_material
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.horns.bodies import Body, add_body
from training.synth.subjects.horns.cattle_draws import draw_horn, draw_pair, draw_tip, draw_tones, draw_worked
from training.synth.subjects.horns.crafts import (
    bowl,
    button,
    cuff,
    horn_comb,
    horn_links,
    lying_horn,
    mounted_pair,
    stump,
)
from training.synth.subjects.horns.materials import bovine_material, streaked_material

_WHOLE = ("cow", "buffalo", "longhorn", "drinking", "tips")
_LYING = {"single": 0.4, "row": 0.15, "scattered": 0.2, "heap": 0.15, "bundle": 0.05, "hand": 0.05}


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one lot of horn."""
    layouts, most, shape = _FORMS[form][:3]
    arrangement = draw_arrangement(draws.part("arrangement"), layouts, most=most)
    count = 1 if arrangement["kind"] in ("single", "hanging") else min(arrangement["count"], 4)
    return {
        "form": form,
        "arrangement": arrangement,
        "tones": draw_tones(draws.part("tones"), form),
        "metal": draws.choice(("brass", "steel", "copper")),
        "cloth": draws.choice(
            ((0.12, 0.02, 0.02), (0.02, 0.02, 0.02), (0.03, 0.06, 0.03), (0.16, 0.08, 0.04))
        ),
        "pieces": [shape(draws.part(f"piece {n}"), form) for n in range(count)],
    }


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the pieces."""
    form, tones = parameters["form"], parameters["tones"]
    whole = form in (*_WHOLE, "pair")
    horn = bovine_material(tones) if whole else streaked_material(tones)
    dark = glossy_material("hole", (0.02, 0.018, 0.015), 0.8)
    metal = {"brass": (0.72, 0.5, 0.18), "steel": (0.6, 0.6, 0.6), "copper": (0.7, 0.36, 0.22)}
    bright = glossy_material("metal", metal[parameters["metal"]], 0.28, metal=1.0)
    materials = [horn, dark if form == "buttons" else bright]
    if form == "pair":
        materials += [wood_material(), cloth_material(tuple(parameters["cloth"]))]
    return [add_body(form, _FORMS[form][3](values), materials) for values in parameters["pieces"]]


Shape = Callable[[Draws, str], Parameters]
Maker = Callable[[Parameters], Sequence[Body]]

_FORMS: dict[str, tuple[dict[str, float], int, Shape, Maker]] = {
    "cow": (_LYING, 12, draw_horn, lying_horn),
    "buffalo": (_LYING, 10, draw_horn, lying_horn),
    "longhorn": (_LYING, 8, draw_horn, lying_horn),
    "drinking": ({"single": 0.6, "row": 0.2, "scattered": 0.1, "hand": 0.1}, 5, draw_horn, lying_horn),
    "pair": ({"hanging": 1.0}, 1, draw_pair, mounted_pair),
    "tips": ({"scattered": 0.4, "row": 0.25, "heap": 0.25, "hand": 0.1}, 20, draw_tip, stump),
    "combs": ({"single": 0.35, "row": 0.3, "scattered": 0.3, "hand": 0.05}, 6, draw_worked, horn_comb),
    "bowl": ({"single": 0.7, "scattered": 0.3}, 3, draw_worked, bowl),
    "buttons": ({"scattered": 0.3, "row": 0.15, "heap": 0.3, "filled": 0.25}, 40, draw_worked, button),
    "bangles": ({"single": 0.4, "scattered": 0.5, "hand": 0.1}, 5, draw_worked, cuff),
    "links": ({"single": 0.8, "hand": 0.2}, 1, draw_worked, horn_links),
}

FAMILY = Family(
    name="bovine_horn",
    label="bovine_horn",
    facts=(
        Fact("Bovid horn is a hollow keratin sheath over a bony core; unlike rhinoceros horn it is not solid.",
             "Espinoza & Mann (1992), Identification Guide for Ivory and Ivory Substitutes, WWF & TRAFFIC"),
    ),
    forms=alike({
        "cow": 0.2, "buffalo": 0.17, "longhorn": 0.08, "drinking": 0.12, "pair": 0.12, "tips": 0.07, "combs": 0.06,
        "bowl": 0.05, "buttons": 0.05, "bangles": 0.05, "links": 0.03,
    }, draw_lot, make_pieces),
)  # fmt: skip
