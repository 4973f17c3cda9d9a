"""The form of many things laid out: its values without Blender."""

from __future__ import annotations

import json

from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.field_forms import in_a_field


def _draw(draws: Draws) -> Parameters:
    return {"size": draws.uniform(0.0, 1.0)}


FORM = in_a_field(
    make=lambda lot, rng: [],
    draw=_draw,
    rows=(3, 4),
    columns=(5, 6),
    bases={"slats": 1.0},
    neat=1.0,
    weight=0.3,
)


def test_rows_columns_and_ground_are_those_asked_for() -> None:
    lots = [FORM.draw(Draws(seed, ()), "rack") for seed in range(40)]
    assert {lot["field"]["rows"] for lot in lots} == {3, 4}
    assert {lot["field"]["columns"] for lot in lots} == {5, 6}
    assert {lot["field"]["base"] for lot in lots} == {"slats"}
    assert {lot["arrangement"]["kind"] for lot in lots} == {"single"}


def test_a_lot_is_json_and_holds_what_its_family_draws_and_a_seed() -> None:
    lot = FORM.draw(Draws(3, ()), "rack")
    assert json.loads(json.dumps(lot, allow_nan=False))["form"] == "rack"
    assert 0 <= lot["size"] <= 1
    assert lot["seed"] != FORM.draw(Draws(4, ()), "rack")["seed"]
