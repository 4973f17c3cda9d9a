"""Antlers of deer, elk, reindeer and moose: shed, mounted, and sawn into pieces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synth.family import Fact, Family, alike
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.materials import cloth_material, plain_material, wood_material
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.horns.antler_draws import _TONES, draw_antler, draw_sawn, draw_trophy
from training.synth.subjects.horns.antlers import antler_piece, lying_antler, trophy
from training.synth.subjects.horns.bodies import add_body
from training.synth.subjects.horns.materials import antler_material

_LAYOUTS: dict[str, tuple[dict[str, float], int]] = {
    "deer": ({"single": 0.5, "row": 0.1, "scattered": 0.2, "heap": 0.2}, 8),
    "roe": ({"single": 0.35, "row": 0.2, "scattered": 0.25, "heap": 0.1, "hand": 0.1}, 10),
    "moose": ({"single": 0.85, "scattered": 0.15}, 2),
    "trophy": ({"hanging": 1.0}, 1),
    "pieces": ({"scattered": 0.3, "row": 0.2, "heap": 0.3, "filled": 0.1, "hand": 0.1}, 24),
}


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one lot of antlers."""
    layouts, most = _LAYOUTS[form]
    arrangement = draw_arrangement(draws.part("arrangement"), layouts, most=most)
    count = 1 if arrangement["kind"] in ("single", "hanging") else min(arrangement["count"], 4)
    body, groove, tip = _TONES[draws.weighted({"brown": 0.5, "dark": 0.2, "pale": 0.3})]
    tones = draws.part("tones")
    return {
        "form": form,
        "arrangement": arrangement,
        "tones": {
            "body": tones.colour(body, value=0.3),
            "groove": tones.colour(groove, value=0.4),
            "tip": tones.colour(tip, value=0.15),
            "weathered": tones.uniform(0, 1) if tones.chance(0.4) else tones.uniform(0, 0.25),
        },
        "cover": draws.choice(("bone", "cloth")),
        "pieces": [_DRAWERS[form](draws.part(f"piece {n}"), form) for n in range(count)],
    }


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the antlers."""
    form = parameters["form"]
    material = antler_material(parameters["tones"])
    make = {"trophy": trophy, "pieces": antler_piece}.get(form, lying_antler)
    bone = plain_material((0.58, 0.50, 0.36))
    cover = bone if parameters["cover"] == "bone" else cloth_material((0.05, 0.02, 0.015))
    materials = [material, bone, wood_material(), cover] if form == "trophy" else [material]
    return [add_body(form, make(values), materials) for values in parameters["pieces"]]


_DRAWERS = {
    "deer": draw_antler, "roe": draw_antler, "moose": draw_antler, "trophy": draw_trophy,
    "pieces": draw_sawn,
}  # fmt: skip

FAMILY = Family(
    name="antler",
    label="antler",
    facts=(
        Fact(
            "Antlers are bone: a beam with forked tines on a knobbed burr, its surface furrowed and pearled, brown "
            "with paler, worn tips; those of moose spread into a palm; a cut end shows a spongy core.",
            "Goss, R. J. (1983), Deer Antlers: Regeneration, Function and Evolution, Academic Press",
        ),
    ),
    forms=alike(
        {"deer": 0.36, "roe": 0.12, "moose": 0.12, "trophy": 0.22, "pieces": 0.18}, draw_lot, make_pieces
    ),
)
