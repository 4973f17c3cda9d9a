"""Bone: whole, sawn, carved and strung; pores and dark flecks, and no cross-hatching."""

from __future__ import annotations

from training.synth.family import Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.bones.limbs import bone_material, limb_bones, ribs
from training.synth.subjects.carvings.goods import bangles, figures, strings


def _draw(draws: Draws) -> Parameters:
    return {
        "colour": draws.colour(
            draws.choice([(0.72, 0.64, 0.48), (0.80, 0.77, 0.70), (0.55, 0.42, 0.26)]), value=0.15
        ),
        "old": draws.uniform(0, 1),
        "polish": draws.uniform(0, 0.7),
        "length": draws.log_uniform(0.06, 0.42),
    }


FAMILY = Family(
    name="bone_items",
    label="bone",
    forms={
        "long": laid_out(
            make=limb_bones, draw=_draw, weight=0.34,
            layouts={"single": 0.35, "row": 0.15, "scattered": 0.25, "heap": 0.15, "bundle": 0.1}, most=9,
        ),
        "ribs": laid_out(make=ribs, draw=_draw, weight=0.14, layouts={"single": 0.4, "scattered": 0.4, "heap": 0.2}, most=8),
        "figure": figures(bone_material, _draw, weight=0.2),
        "beads": strings(bone_material, _draw, shapes={"round": 0.4, "tube": 0.35, "disc": 0.25}, weight=0.2),
        "bangle": bangles(bone_material, _draw, weight=0.12),
    },
    facts=(
        Fact(
            "Bone is pierced by Haversian canals, seen as dark dots or short lines on a polished surface.",
            "Espinoza and Mann 1992, Identification Guide for Ivory and Ivory Substitutes, WWF and TRAFFIC",
        ),
    ),
)  # fmt: skip
