"""Cattle and buffalo horn: whole, as drinking horns, mounted in pairs, and worked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from training.synth.family import Fact, Family, alike
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.materials import cloth_material, glossy_material, wood_material
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.horns.bodies import Body, add_body
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

_CREAM, _HORN, _BROWN, _BLACK = (
    (0.62, 0.47, 0.27),
    (0.42, 0.27, 0.12),
    (0.10, 0.05, 0.022),
    (0.012, 0.010, 0.009),
)
_WHOLE = ("cow", "buffalo", "longhorn", "drinking", "tips")
_WORKED = ("combs", "bowl", "buttons", "bangles", "links")
_LYING = {"single": 0.4, "row": 0.15, "scattered": 0.2, "heap": 0.15, "bundle": 0.05, "hand": 0.05}


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one lot of horn."""
    layouts, most, shape = _FORMS[form][:3]
    arrangement = draw_arrangement(draws.part("arrangement"), layouts, most=most)
    count = 1 if arrangement["kind"] in ("single", "hanging") else min(arrangement["count"], 4)
    return {
        "form": form,
        "arrangement": arrangement,
        "tones": _draw_tones(draws.part("tones"), form),
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


def _draw_tones(draws: Draws, form: str) -> Parameters:
    """Draw the colours; buffalo is black all over, cattle is pale with a dark tip, or the other way round."""
    dark_share = {"buffalo": 0.85, "longhorn": 0.1, "pair": 0.4, "tips": 0.5}.get(form, 0.2)
    palette = (
        "black"
        if draws.chance(dark_share)
        else draws.weighted({"cream": 0.6, "brown": 0.25, "reversed": 0.15})
    )
    if form in _WORKED:
        palette = draws.weighted({"cream": 0.35, "brown": 0.2, "amber": 0.3, "smoke": 0.15})
    base, body, tip = {
        "amber": (_BROWN, (0.17, 0.055, 0.016), _BLACK),
        "smoke": (_BLACK, (0.11, 0.095, 0.08), _BLACK),
        "black": ((0.05, 0.042, 0.034), (0.028, 0.023, 0.019), _BLACK),
        "cream": ((0.34, 0.26, 0.16), _CREAM, _BLACK),
        "brown": ((0.20, 0.14, 0.08), _HORN, _BROWN),
        "reversed": ((0.03, 0.022, 0.016), (0.06, 0.04, 0.024), _CREAM),
    }[palette]
    return {
        "base": draws.colour(base, value=0.3, tint=0.1),
        "body": draws.colour(body, value=0.3, tint=0.1),
        "tip": draws.colour(tip, value=0.3, tint=0.1),
        "inside": draws.colour((0.30, 0.22, 0.13), value=0.5),
        "split": draws.uniform(0.35, 0.85),
        "ragged": draws.uniform(0.15, 0.6),
        "polish": draws.uniform(0.75, 1.0)
        if form in ("drinking", "tips") or draws.chance(0.6)
        else draws.uniform(0.05, 0.5),
    }


def _draw_horn(draws: Draws, form: str) -> Parameters:
    """Draw the shape of one horn."""
    kind = {"pair": draws.choice(("cow", "longhorn", "buffalo")), "drinking": "cow"}.get(form, form)
    length, ratio, bend, back, sway, flat = {
        "cow": ((0.2, 0.5), (0.075, 0.12), (30, 110), (-40, 30), (-25, 25), (0.85, 1.05)),
        "buffalo": ((0.4, 0.8), (0.075, 0.11), (90, 170), (-20, 30), (-20, 20), (0.55, 0.8)),
        "longhorn": ((0.45, 0.9), (0.05, 0.075), (-60, 60), (20, 110), (-30, 30), (0.9, 1.05)),
    }[kind]  # fmt: skip
    size, bound = draws.log_uniform(*length), form == "drinking"
    ridged = kind == "buffalo"
    return {
        "length_m": size,
        "base_m": size * draws.uniform(*ratio),
        "flat": draws.uniform(*flat),
        "square": draws.uniform(2.0, 3.2) if ridged else 2.0,
        "bend_deg": draws.uniform(*bend),
        "back_deg": draws.uniform(*back),
        "sway_deg": draws.uniform(*sway),
        "taper": draws.uniform(1.0, 1.6),
        "ridges": draws.integer(14, 30) if ridged else draws.integer(4, 12),
        "ridge": draws.uniform(0.03, 0.075) if ridged else draws.uniform(0.0, 0.02) * (not bound),
        "wall": draws.uniform(0.06, 0.16),
        "rough": draws.uniform(0.0, 0.3) if bound else draws.uniform(0.1, 1.0),
        "rim": bound and draws.chance(0.7),
        "seed": draws.seed(),
    }


def _draw_pair(draws: Draws, form: str) -> Parameters:
    horn = _draw_horn(draws.part("horn"), form)
    return {
        "horn": {**horn, "bend_deg": abs(horn["bend_deg"]), "rim": False},
        "rise_deg": draws.uniform(-15, 25),
        "board": draws.choice(("shield", "oval", "plank")),
        "board_m": horn["base_m"] * draws.uniform(2.2, 3.4),
        "boss_m": horn["base_m"] * draws.uniform(1.15, 1.5),
        "seed": draws.seed(),
    }


def _draw_tip(draws: Draws, form: str) -> Parameters:
    del form
    size = draws.uniform(0.06, 0.18)
    return {
        "length_m": size,
        "base_m": size * draws.uniform(0.11, 0.19),
        "flat": draws.uniform(0.75, 1.0),
        "bend_deg": draws.uniform(5, 70),
        "taper": draws.uniform(0.9, 1.6),
        "seed": draws.seed(),
    }


def _draw_worked(draws: Draws, form: str) -> Parameters:
    """Draw the sizes of a worked piece, metres."""
    sizes: dict[str, Callable[[], Parameters]] = {
        "combs": lambda: {
            "length_m": draws.uniform(0.09, 0.18), "depth_m": draws.uniform(0.035, 0.06),
            "teeth": draws.integer(18, 42), "arch": draws.uniform(0.0, 0.35),
        },
        "bowl": lambda: {
            "radius_m": draws.uniform(0.04, 0.1), "height_m": draws.uniform(0.03, 0.07), "oval": draws.uniform(0.7, 1.0),
        },
        "buttons": lambda: {"radius_m": draws.uniform(0.007, 0.016), "holes": draws.choice((2, 4))},
        "bangles": lambda: {
            "inner_m": draws.uniform(0.028, 0.033), "wide_m": draws.log_uniform(0.006, 0.05),
            "thick_m": draws.uniform(0.003, 0.008),
        },
        "links": lambda: {
            "links": draws.integer(9, 22), "link_m": draws.uniform(0.012, 0.024), "squash": draws.uniform(0.6, 1.0),
        },
    }  # fmt: skip
    return {**sizes[form](), "seed": draws.seed()}


Shape = Callable[[Draws, str], Parameters]
Maker = Callable[[Parameters], Sequence[Body]]

_FORMS: dict[str, tuple[dict[str, float], int, Shape, Maker]] = {
    "cow": (_LYING, 12, _draw_horn, lying_horn),
    "buffalo": (_LYING, 10, _draw_horn, lying_horn),
    "longhorn": (_LYING, 8, _draw_horn, lying_horn),
    "drinking": ({"single": 0.6, "row": 0.2, "scattered": 0.1, "hand": 0.1}, 5, _draw_horn, lying_horn),
    "pair": ({"hanging": 1.0}, 1, _draw_pair, mounted_pair),
    "tips": ({"scattered": 0.4, "row": 0.25, "heap": 0.25, "hand": 0.1}, 20, _draw_tip, stump),
    "combs": ({"single": 0.35, "row": 0.3, "scattered": 0.3, "hand": 0.05}, 6, _draw_worked, horn_comb),
    "bowl": ({"single": 0.7, "scattered": 0.3}, 3, _draw_worked, bowl),
    "buttons": ({"scattered": 0.3, "row": 0.15, "heap": 0.3, "filled": 0.25}, 40, _draw_worked, button),
    "bangles": ({"single": 0.4, "scattered": 0.5, "hand": 0.1}, 5, _draw_worked, cuff),
    "links": ({"single": 0.8, "hand": 0.2}, 1, _draw_worked, horn_links),
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
