"""Skins of tigers, leopards, jaguars, snow and clouded leopards, as floor skins, rugs, rolls, pieces and trim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import Fact, Family, alike
from training.synth.kit.blender import holding
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.fur import add_hairs, add_sheet, coat_image, cut_sheet, fur_shader, shaped
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.pelts.cat_coats import CATS, coat_colours, draw_coat
from training.synth.subjects.pelts.cat_heads import add_cat_head
from training.synth.subjects.pelts.goods import robe, rug_backing, stole
from training.synth.subjects.pelts.outline import draw_outline
from training.synth.subjects.pelts.skins import add_skin, draw_lay, lay, paint_pelt, paint_trunk, plain_cut

_CATS = {"tiger": 0.34, "leopard": 0.34, "jaguar": 0.14, "snow_leopard": 0.13, "clouded_leopard": 0.05}
_LAYOUTS = {
    "floor": {"single": 1.0},
    "rug": {"single": 1.0},
    "hanging": {"hanging": 1.0},
    "folded": {"single": 0.9, "row": 0.1},
    "rolled": {"single": 0.75, "row": 0.25},
    "draped": {"standing": 1.0},
    "stack": {"single": 1.0},
    "pieces": {"single": 0.3, "row": 0.25, "scattered": 0.35, "spread": 0.1},
    "trim": {"single": 1.0},
}


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one lot: the animals, their coats and outlines, and how the skins are laid."""
    cats = (
        _CATS
        if form not in ("pieces", "trim")
        else {name: _CATS[name] for name in ("tiger", "leopard", "jaguar")}
    )
    kind = draws.weighted(cats)
    count = draws.integer(2, 4) if form == "stack" else 1
    same = draws.chance(0.75)
    kinds = [
        kind if same or number == 0 else draws.part(f"kind{number}").weighted(_CATS)
        for number in range(count)
    ]
    lot: Parameters = {
        "form": form,
        "arrangement": draw_arrangement(
            draws.part("arrangement"), _LAYOUTS[form], most=8 if form == "pieces" else 3
        ),
        "skins": [_draw_skin(draws.part(f"skin{number}"), one, form) for number, one in enumerate(kinds)],
        "seed": draws.seed(),
    }
    if lot["arrangement"]["kind"] == "row":
        lot["arrangement"]["count"] = min(lot["arrangement"]["count"], 3)
    if form == "rug":
        lot["backing"] = list(
            draws.colour(
                draws.choice(
                    [(0.02, 0.015, 0.012), (0.16, 0.02, 0.015), (0.02, 0.07, 0.03), (0.3, 0.22, 0.12)]
                )
            )
        )
        lot["border_m"] = draws.uniform(0.025, 0.06) if draws.chance(0.6) else 0.0
    if form == "pieces":
        lot["piece_m"] = draws.log_uniform(0.15, 0.5)
        lot["slender"] = draws.log_uniform(0.35, 0.9)
    if form == "trim":
        lot["article"] = draws.weighted({"stole": 0.45, "robe": 0.55})
        lot["cloth"] = list(
            draws.colour(
                draws.choice(
                    [
                        (0.10, 0.012, 0.015),
                        (0.02, 0.03, 0.09),
                        (0.015, 0.013, 0.012),
                        (0.2, 0.13, 0.07),
                        (0.03, 0.06, 0.03),
                    ]
                )
            )
        )
        lot["width_m"] = draws.uniform(0.10, 0.22)
    return lot


def _draw_skin(draws: Draws, kind: str, form: str) -> Parameters:
    cat = CATS[kind]
    young = draws.chance(0.12)
    body = draws.uniform(*cat.body_m) * (draws.uniform(0.5, 0.8) if young else 1.0)
    outline = draw_outline(
        draws.part("outline"), body=body, width=cat.width, tail=cat.tail, tail_thick=cat.tail_thick
    )
    if form == "rug":
        outline |= {"head": "cut", "limbs_cut": "paws", "holes": 0}
    way = {"rug": "floor", "stack": "floor", "pieces": "floor", "trim": "floor"}.get(form, form)
    how = draw_lay(draws.part("lay"), way)
    if form == "rug":
        how |= {"curl": 0.0, "waves": 0.3 * how["waves"]}
    return {
        "cat": kind,
        "coat": draw_coat(draws.part("coat"), kind),
        "outline": outline,
        "lay": how,
        "leather": list(draws.colour((0.50, 0.36, 0.22), value=0.3)),
        "hair_m": cat.hair_m * draws.uniform(0.75, 1.25),
    }


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the skins."""
    rng = np.random.default_rng(parameters["seed"])
    form = parameters["form"]
    if form == "pieces":
        return _pieces(parameters, rng)
    if form == "trim":
        return [_trim(parameters, rng)]
    if form == "stack":
        return [_stack(parameters, rng)]
    return [_skin(parameters, parameters["skins"][0], rng)]


def _skin(lot: Parameters, skin: Parameters, rng: np.random.Generator) -> Any:
    canvas = paint_pelt(skin["outline"], lambda at: coat_colours(skin["coat"], at))
    body = skin["outline"]["body"]
    sheet = cut_sheet(canvas, 0.0085 * body)
    sheet, things = lay(sheet, canvas, skin["lay"])
    if lot["form"] == "rug":
        nape = np.array([1.02 * body, 0.0, 0.0]) + (
            sheet.points - np.column_stack([sheet.flat, sheet.points[:, 2]])
        ).mean(axis=0)
        things += add_cat_head(skin["coat"], 0.30 * body, nape, rng)
        if lot["border_m"]:
            sheet = shaped(sheet, sheet.points + np.array([0.0, 0.0, 0.008]))
            things.append(rug_backing(canvas, sheet, lot["border_m"], lot["backing"]))
    thing = add_skin(sheet, canvas, rng, leather=skin["leather"], hair=skin["hair_m"])
    return holding(thing, things)


def _stack(lot: Parameters, rng: np.random.Generator) -> Any:
    """Skins thrown on each other, each turned a little."""
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
    return bottom


def _pieces(lot: Parameters, rng: np.random.Generator) -> list[Any]:
    """Pieces cut out of one skin."""
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


def _trim(lot: Parameters, rng: np.random.Generator) -> Any:
    """A stole, or a robe with bands of skin along its edges."""
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
    return holding(parent, things)


FAMILY = Family(
    name="big_cat_skin",
    label="big_cat_skin",
    facts=(
        Fact(
            "Leopard rosettes are rings of spots without dots inside; jaguar rosettes are larger, fewer, "
            "and many have one or "
            "more dots inside. Head, belly and lower limbs bear solid spots.",
            "Seymour 1989, Panthera onca, Mammalian Species 340; Stein and Hayssen 2013, Panthera pardus, "
            "Mammalian Species 45",
        ),
        Fact(
            "A tiger's stripes run across the body; they are denser on the hindquarters than on the "
            "shoulders, and underparts, "
            "inner limbs, brows and cheeks are white.",
            "Mazak 1981, Panthera tigris, Mammalian Species 152",
        ),
        Fact(
            "Snow leopards are pale grey to cream with large, blurred dark grey rosettes, long hair, and "
            "a thick tail of 80 to "
            "105 cm on a head and body of 100 to 130 cm.",
            "Hemmer 1972, Uncia uncia, Mammalian Species 20; McCarthy and Mallon (eds) 2016, Snow "
            "Leopards, Academic Press",
        ),
        Fact(
            "Stripes and rosettes of cats are told apart and reproduced by models of local activation and "
            "lateral inhibition.",
            "Allen, Cuthill, Scott-Samuel and Baddeley 2011, Why the leopard got its spots: relating "
            "pattern development to "
            "ecology in felids, Proceedings of the Royal Society B 278",
        ),
        Fact(
            "Skins are traded whole with head, limbs and tail, mounted as rugs, and as strips and trim of "
            "traditional robes "
            "(chubas), worn in the 2000s with tiger, leopard and otter skin.",
            "Environmental Investigation Agency and Wildlife Protection Society of India 2006, Skinning "
            "the Cat: Crime and "
            "Politics of the Big Cat Skin Trade",
        ),
    ),
    forms=alike({
        "floor": 0.24, "rug": 0.15, "hanging": 0.17, "folded": 0.11, "rolled": 0.06, "draped": 0.06, "stack": 0.07,
        "pieces": 0.08, "trim": 0.06,
    }, draw_lot, make_pieces),
)  # fmt: skip
