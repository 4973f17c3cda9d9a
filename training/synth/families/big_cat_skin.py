"""Skins of tigers, leopards, jaguars, snow and clouded leopards, as floor skins, rugs, rolls, pieces and trim."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from training.synth.family import Fact, Family, Form, nothing, seeded
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.pelts import cat_skins
from training.synth.subjects.pelts.cat_skins import draw_cat_skin, draw_rug_skin

_CATS = {"tiger": 0.34, "leopard": 0.34, "jaguar": 0.14, "snow_leopard": 0.13, "clouded_leopard": 0.05}
_CUT_UP = {name: _CATS[name] for name in ("tiger", "leopard", "jaguar")}
_BACKINGS = [(0.02, 0.015, 0.012), (0.16, 0.02, 0.015), (0.02, 0.07, 0.03), (0.3, 0.22, 0.12)]
_CLOTHS = [
    (0.10, 0.012, 0.015), (0.02, 0.03, 0.09), (0.015, 0.013, 0.012), (0.2, 0.13, 0.07), (0.03, 0.06, 0.03),
]  # fmt: skip


def _one(draws: Draws) -> int:
    del draws
    return 1


def _form(
    make: Callable[..., Sequence[Any]],
    *,
    skin: Callable[[Draws, str], Parameters] = draw_cat_skin,
    count: Callable[[Draws], int] = _one,
    cats: Mapping[str, float] = _CATS,
    goods: Callable[[Draws], Parameters] = nothing,
    layouts: Mapping[str, float],
    most: int = 3,
    weight: float,
) -> Form:
    """Return a form of some skins, most often of one kind of cat, and what is made with them."""

    def draw(draws: Draws, form: str) -> Parameters:
        kind, number = draws.weighted(cats), count(draws)
        same = draws.chance(0.75)
        others = [draws.part(f"kind{n}") for n in range(1, number)]
        kinds = [kind, *(kind if same else other.weighted(_CATS) for other in others)]
        arrangement = draw_arrangement(draws.part("arrangement"), layouts, most=most)
        if arrangement["kind"] == "row":
            arrangement["count"] = min(arrangement["count"], 3)
        skins = [skin(draws.part(f"skin{n}"), each) for n, each in enumerate(kinds)]
        return {
            "form": form,
            "arrangement": arrangement,
            "skins": skins,
            "seed": draws.seed(),
            **goods(draws),
        }

    return Form(draw=draw, make=seeded(make), weight=weight)


def _whole(way: str, layouts: Mapping[str, float], weight: float) -> Form:
    return _form(cat_skins.whole_skin, skin=partial(draw_cat_skin, way=way), layouts=layouts, weight=weight)


def _backing(draws: Draws) -> Parameters:
    cloth = list(draws.colour(draws.choice(_BACKINGS)))
    return {"backing": cloth, "border_m": draws.uniform(0.025, 0.06) if draws.chance(0.6) else 0.0}


def _cut(draws: Draws) -> Parameters:
    return {"piece_m": draws.log_uniform(0.15, 0.5), "slender": draws.log_uniform(0.35, 0.9)}


def _article(draws: Draws) -> Parameters:
    article = draws.weighted({"stole": 0.45, "robe": 0.55})
    cloth = list(draws.colour(draws.choice(_CLOTHS)))
    return {"article": article, "cloth": cloth, "width_m": draws.uniform(0.10, 0.22)}


FAMILY = Family(
    name="big_cat_skin",
    label="big_cat_skin",
    forms={
        "floor": _whole("floor", {"single": 1.0}, 0.24),
        "rug": _form(cat_skins.rug, skin=draw_rug_skin, goods=_backing, layouts={"single": 1.0}, weight=0.15),
        "hanging": _whole("hanging", {"hanging": 1.0}, 0.17),
        "folded": _whole("folded", {"single": 0.9, "row": 0.1}, 0.11),
        "rolled": _whole("rolled", {"single": 0.75, "row": 0.25}, 0.06),
        "draped": _whole("draped", {"standing": 1.0}, 0.06),
        "stack": _form(
            cat_skins.skin_stack, count=lambda draws: draws.integer(2, 4), layouts={"single": 1.0}, weight=0.07
        ),
        "pieces": _form(
            cat_skins.skin_pieces, cats=_CUT_UP, goods=_cut, weight=0.08, most=8,
            layouts={"single": 0.3, "row": 0.25, "scattered": 0.35, "spread": 0.1},
        ),
        "trim": _form(cat_skins.trimmed, cats=_CUT_UP, goods=_article, layouts={"single": 1.0}, weight=0.06),
    },
    facts=(
        Fact(
            "Leopard rosettes are rings of spots without dots inside; jaguar rosettes are larger, fewer, and many "
            "have one or more dots inside. Head, belly and lower limbs bear solid spots.",
            "Seymour 1989, Panthera onca, Mammalian Species 340; Stein and Hayssen 2013, Panthera pardus, Mammalian"
            " Species 45",
        ),
        Fact(
            "A tiger's stripes run across the body; they are denser on the hindquarters than on the shoulders, and "
            "underparts, inner limbs, brows and cheeks are white.",
            "Mazak 1981, Panthera tigris, Mammalian Species 152",
        ),
        Fact(
            "Snow leopards are pale grey to cream with large, blurred dark grey rosettes, long hair, and a thick "
            "tail of 80 to 105 cm on a head and body of 100 to 130 cm.",
            "Hemmer 1972, Uncia uncia, Mammalian Species 20; McCarthy and Mallon (eds) 2016, Snow Leopards, "
            "Academic Press",
        ),
        Fact(
            "Stripes and rosettes of cats are told apart and reproduced by models of local activation and lateral "
            "inhibition.",
            "Allen, Cuthill, Scott-Samuel and Baddeley 2011, Why the leopard got its spots: relating pattern "
            "development to ecology in felids, Proceedings of the Royal Society B 278",
        ),
        Fact(
            "Skins are traded whole with head, limbs and tail, mounted as rugs, and as strips and trim of "
            "traditional robes (chubas), worn in the 2000s with tiger, leopard and otter skin.",
            "Environmental Investigation Agency and Wildlife Protection Society of India 2006, Skinning the Cat: "
            "Crime and Politics of the Big Cat Skin Trade",
        ),
    ),
)  # fmt: skip
