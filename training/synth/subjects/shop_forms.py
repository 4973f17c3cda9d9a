"""The forms of worked goods in a shop: some of another family's goods on a table, or one before a lamp."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from training.synth.family import Form
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.shop_table import (
    build_against_the_light,
    build_table,
    draw_against_the_light,
    draw_table,
)


def on_a_table(goods: Mapping[str, Form], names: Sequence[str], *, weight: float) -> Form:
    """Return the form of three to nine things on a shop's table with prices.

    Args:
        goods: Forms that they may have, by name.
        names: Which of them are sold.
        weight: Relative frequency.
    """

    def draw(draws: Draws, form: str) -> Parameters:
        sold = [draws.choice(names) for _ in range(draws.integer(3, 9))]
        lots = [goods[name].draw(draws.part(f"lot {n}"), name) for n, name in enumerate(sold)]
        return {"form": form, **draw_table(draws.part("table")), "lots": [_one(lot) for lot in lots]}

    def make(lot: Parameters) -> Sequence[Any]:
        return build_table(lot, [goods[one["form"]].make(one)[0] for one in lot["lots"]])

    return Form(draw=draw, make=make, weight=weight)


def against_the_light(
    goods: Mapping[str, Form], names: Sequence[str], *, see_through: tuple[float, float], weight: float
) -> Form:
    """Return the form of one thing before a lamp or a bright sheet.

    Args:
        goods: Forms that it may have, by name.
        names: Which of them are shown so.
        see_through: Least and largest share of light that it lets through.
        weight: Relative frequency.
    """

    def draw(draws: Draws, form: str) -> Parameters:
        name = draws.choice(names)
        lot = goods[name].draw(draws.part("lot"), name)
        look = {**lot["look"], "see_through": draws.uniform(*see_through)}
        return {
            "form": form,
            **draw_against_the_light(draws.part("light")),
            "lots": [{**_one(lot), "look": look}],
        }

    def make(lot: Parameters) -> Sequence[Any]:
        (one,) = lot["lots"]
        return build_against_the_light(lot, goods[one["form"]].make(one)[0])

    return Form(draw=draw, make=make, weight=weight)


def _one(lot: Parameters) -> Parameters:
    """Return a lot of one piece that lies."""
    pieces = {"pieces": lot["pieces"][:1]} if "pieces" in lot else {}
    return {**lot, "arrangement": {"kind": "single", "count": 1}, **pieces}
