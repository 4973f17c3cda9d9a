"""Pangolin scales: loose, roasted, strung, and in overlapping rows on skins, tails and curled bodies."""

from __future__ import annotations

from training.synth.family import Fact, Family, laid_out
from training.synth.subjects.scales.goods import loose_scales, on_a_body, roasted_scales, strung_scales
from training.synth.subjects.scales.scale_draws import draw_body, draw_roasted, draw_scales, draw_strung

_LAYOUTS = {
    "single": 0.08,
    "scattered": 0.14,
    "row": 0.05,
    "heap": 0.28,
    "filled": 0.24,
    "spread": 0.1,
    "hand": 0.11,
}

FAMILY = Family(
    name="pangolin_scales",
    label="pangolin_scales",
    forms={
        "loose": laid_out(make=loose_scales, draw=draw_scales, weight=0.62, layouts=_LAYOUTS, most=120),
        "roasted": laid_out(
            make=roasted_scales,
            draw=draw_roasted,
            weight=0.05,
            layouts={"heap": 0.4, "filled": 0.4, "spread": 0.2},
            most=100,
        ),
        "strung": laid_out(
            make=strung_scales, draw=draw_strung, weight=0.08, layouts={"single": 0.85, "hand": 0.15}
        ),
        "whole_skin": laid_out(
            make=on_a_body("whole_skin"),
            draw=draw_body,
            weight=0.08,
            layouts={"single": 0.65, "hanging": 0.25, "row": 0.1},
            most=3,
        ),
        "skin_piece": laid_out(
            make=on_a_body("skin_piece"),
            draw=draw_body,
            weight=0.05,
            layouts={"single": 0.8, "row": 0.2},
            most=3,
        ),
        "tail": laid_out(
            make=on_a_body("tail"), draw=draw_body, weight=0.04, layouts={"single": 0.7, "row": 0.3}, most=4
        ),
        "curled": laid_out(
            make=on_a_body("curled"),
            draw=draw_body,
            weight=0.08,
            layouts={"single": 0.85, "scattered": 0.15},
            most=3,
        ),
    },
    facts=(
        Fact(
            "A scale is fan-shaped, triangular, rhombic or shield-shaped, or half folded, 0.7 to 5 cm long and wide, thick in "
            "the middle and thin at the edge; outside dark brown or yellowish brown and shiny with tens of longitudinal "
            "striae and some transverse lines, inside paler; horny, translucent and tough.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, Manis Squama",
        ),
        Fact(
            "The scales overlap like roof tiles in a diagonal pattern, each one over those behind it, and cover back, "
            "flanks, tail and the outside of the legs; belly and the inside of the legs are bare.",
            "Wang, Yang, Sherman and Meyers 2016, Pangolin armor: overlapping, structure, and mechanical properties of "
            "the keratinous scales, Acta Biomaterialia 41",
        ),
        Fact(
            "Tree pangolins of Africa have small, narrow scales, those of the white-bellied pangolin with three points; ground "
            "and giant pangolins have large, rounded ones; Asian species have broad ones.",
            "Challender, Nash and Waterman (eds) 2020, Pangolins: Science, Society and Conservation, Academic Press",
        ),
        Fact(
            "Scales are traded loose, in sacks, as whole scaled skins, and as parts of bodies; colours run from dark brown to "
            "yellowish grey, and scales of one animal differ in shape and size.",
            "Cota-Larson 2017, Pangolin Species Identification Guide: A Rapid Assessment Tool for Field and Desk, USAID "
            "Wildlife Asia",
        ),
    ),
    version=2,
)
