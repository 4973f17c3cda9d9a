"""Goods in a shop: which are drawn, and that each lies as one piece."""

from __future__ import annotations

from training.synth.families import load_family
from training.synth.family import Form
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.staged import STAGING
from training.synth.subjects.shop_forms import against_the_light, on_a_table

GOODS = load_family("tortoiseshell").forms


def lots(form: Form, seed: int) -> list[Parameters]:
    return form.draw(Draws(seed, ("shop",)), "any")["lots"]


def test_a_table_holds_three_to_nine_of_the_things_that_are_sold() -> None:
    table = on_a_table(GOODS, ("comb", "box"), weight=0.5)
    drawn = [lots(table, seed) for seed in range(40)]
    assert {len(things) for things in drawn} == set(range(3, 10))
    assert {lot["form"] for things in drawn for lot in things} == {"comb", "box"}
    assert table.weight == 0.5


def test_each_thing_is_one_piece_that_lies() -> None:
    for lot in lots(on_a_table(GOODS, ("bangle", "scutes"), weight=1.0), 3):
        assert lot["arrangement"] == {"kind": "single", "count": 1}
        assert len(lot["pieces"]) == 1


def test_before_a_lamp_is_one_thing_that_lets_light_through() -> None:
    lit = against_the_light(GOODS, ("scutes",), see_through=(0.3, 0.6), weight=1.0)
    for seed in range(20):
        (lot,) = lots(lit, seed)
        assert 0.3 <= lot["look"]["see_through"] <= 0.6
    assert STAGING in lit.draw(Draws(1, ()), "lit")
