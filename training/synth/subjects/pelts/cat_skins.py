"""Skins of big cats as objects: whole and rugs, stacks, cut pieces, and trim."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.synth.kit.blender import holding
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.fur import (
    Canvas,
    Sheet,
    add_hairs,
    add_sheet,
    coat_image,
    cut_sheet,
    fur_shader,
    shaped,
)
from training.synth.subjects.pelts.cat_coats import CATS, coat_colours, draw_coat
from training.synth.subjects.pelts.cat_heads import add_cat_head
from training.synth.subjects.pelts.goods import robe, rug_backing, stole
from training.synth.subjects.pelts.outline import draw_outline
from training.synth.subjects.pelts.skins import add_skin, draw_lay, lay, paint_pelt, paint_trunk, plain_cut


def draw_cat_skin(draws: Draws, kind: str, *, way: str = "floor") -> Parameters:
    """Draw one skin: its coat, outline and how it lies (see `draw_lay`)."""
    cat = CATS[kind]
    young = draws.chance(0.12)
    body = draws.uniform(*cat.body_m) * (draws.uniform(0.5, 0.8) if young else 1.0)
    outline = draw_outline(
        draws.part("outline"), body=body, width=cat.width, tail=cat.tail, tail_thick=cat.tail_thick
    )
    return {
        "cat": kind,
        "coat": draw_coat(draws.part("coat"), kind),
        "outline": outline,
        "lay": draw_lay(draws.part("lay"), way),
        "leather": list(draws.colour((0.50, 0.36, 0.22), value=0.3)),
        "hair_m": cat.hair_m * draws.uniform(0.75, 1.25),
    }


def draw_rug_skin(draws: Draws, kind: str) -> Parameters:
    """Draw the skin of a rug: whole paws, no holes, spread flat, and a head of its own."""
    skin = draw_cat_skin(draws, kind)
    skin["outline"] |= {"head": "cut", "limbs_cut": "paws", "holes": 0}
    skin["lay"] |= {"curl": 0.0, "waves": 0.3 * skin["lay"]["waves"]}
    return skin


def whole_skin(lot: Parameters, rng: np.random.Generator) -> list[Any]:
    """Make a skin as it is laid."""
    (skin,) = lot["skins"]
    canvas, sheet, things = _laid(skin)
    thing = add_skin(sheet, canvas, rng, leather=skin["leather"], hair=skin["hair_m"])
    return [holding(thing, things)]


def rug(lot: Parameters, rng: np.random.Generator) -> list[Any]:
    """Make a skin with a stuffed head, some with a border of cloth."""
    (skin,) = lot["skins"]
    canvas, sheet, things = _laid(skin)
    body = skin["outline"]["body"]
    lift = sheet.points - np.column_stack([sheet.flat, sheet.points[:, 2]])
    nape = np.array([1.02 * body, 0.0, 0.0]) + lift.mean(axis=0)
    things += add_cat_head(skin["coat"], 0.30 * body, nape, rng)
    if lot["border_m"]:
        sheet = shaped(sheet, sheet.points + np.array([0.0, 0.0, 0.008]))
        things.append(rug_backing(canvas, sheet, lot["border_m"], lot["backing"]))
    thing = add_skin(sheet, canvas, rng, leather=skin["leather"], hair=skin["hair_m"])
    return [holding(thing, things)]


def _laid(skin: Parameters) -> tuple[Canvas, Sheet, list[Any]]:
    """Return the painted pelt, its sheet where it lies, and what holds it."""
    canvas = paint_pelt(skin["outline"], lambda at: coat_colours(skin["coat"], at))
    sheet, things = lay(cut_sheet(canvas, 0.0085 * skin["outline"]["body"]), canvas, skin["lay"])
    return canvas, sheet, things


def skin_stack(lot: Parameters, rng: np.random.Generator) -> list[Any]:
    """Make skins thrown on each other, each turned a little."""
    bottom, height = None, 0.0
    for skin in lot["skins"]:
        canvas = paint_pelt(skin["outline"], lambda at, skin=skin: coat_colours(skin["coat"], at), pixels=380)
        sheet = cut_sheet(canvas, 0.012 * skin["outline"]["body"])
        sheet, _ = lay(sheet, canvas, skin["lay"] | {"waves": 0.5 * skin["lay"]["waves"]})
        turn = rng.normal(0, 0.25) + (np.pi if rng.random() < 0.3 else 0.0)
        c, s = np.cos(turn), np.sin(turn)
        points = sheet.points @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) + [
            *rng.normal(0, 0.13, 2),
            height,
        ]
        sheet = shaped(sheet, points)
        height += 0.035
        thing = add_skin(sheet, canvas, rng, leather=skin["leather"], hair=skin["hair_m"], hairs=24000)
        bottom = thing if bottom is None else holding(bottom, [thing])
    return [bottom]


def skin_pieces(lot: Parameters, rng: np.random.Generator) -> list[Any]:
    """Make four pieces cut out of one skin."""
    skin, variants = lot["skins"][0], []
    for _ in range(4):
        long = lot["piece_m"] * rng.uniform(0.7, 1.3)
        size = (long, long * np.clip(lot["slender"] * rng.uniform(0.7, 1.4), 0.15, 1.0))
        room = (size[0] * 1.5, size[1] * 1.6)
        canvas = paint_trunk(
            skin["outline"],
            lambda at: coat_colours(skin["coat"], at),
            room,
            max(room) / 260,
            middle=rng.uniform(0.25, 0.75),
        )
        sheet = plain_cut(canvas, rng, size, max(size) / 36)
        sheet, _ = lay(
            sheet,
            canvas,
            skin["lay"] | {"curl": 0.1 * long, "waves": 0.05 * long, "seed": int(rng.integers(1 << 30))},
        )
        variants.append(
            add_skin(
                sheet, canvas, rng, leather=skin["leather"], hair=min(skin["hair_m"], 0.25 * long), hairs=9000
            )
        )
    return variants


def trimmed(lot: Parameters, rng: np.random.Generator) -> list[Any]:
    """Make a stole, or a robe with bands of skin along its edges."""
    skin = lot["skins"][0]
    make = stole if lot["article"] == "stole" else robe
    canvas, sheets, things = make(
        lot,
        lambda size: paint_trunk(
            skin["outline"], lambda at: coat_colours(skin["coat"], at), size, max(size) / 420
        ),
        rng,
    )
    parent = None
    material = fur_shader(coat_image(canvas.colours), leather=skin["leather"]).material
    for sheet in sheets:
        thing = add_sheet("trim", sheet, canvas, material)
        add_hairs(thing, sheet, canvas, rng, count=40000 // len(sheets), length=skin["hair_m"], lift=0.45)
        parent = thing if parent is None else holding(parent, [thing])
    return [holding(parent, things)]
