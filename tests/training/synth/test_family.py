"""The protocol of forms: what is drawn for a lot and its pieces, and what `make` is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import (
    Family,
    Form,
    alike,
    arranged,
    assembled,
    in_pieces,
    laid_out,
    nothing,
    seeded,
)
from training.synth.kit.draws import Draws, Parameters

HEAP = {"heap": 1.0}


def length(draws: Draws) -> Parameters:
    return {"length_m": draws.uniform(0.1, 0.2)}


def unmade(lot: Parameters) -> Sequence[Any]:
    raise AssertionError(f"drawing must make nothing, and made {lot}")


def drawn(form: Form, seed: int = 1) -> Parameters:
    return form.draw(Draws(seed, ("lot",)), "usual")


def test_the_usual_form_holds_its_name_its_layout_and_a_seed() -> None:
    lot = drawn(laid_out(make=lambda lot, rng: [], draw=length))
    assert list(lot) == ["form", "arrangement", "length_m", "seed"]
    assert (lot["form"], lot["arrangement"]["kind"]) == ("usual", "single")


def test_a_form_in_pieces_draws_each_from_a_stream_of_its_own() -> None:
    short, long = (
        drawn(in_pieces(piece=length, make=unmade, layouts=HEAP, most=20, variants=variants))
        for variants in (2, 4)
    )
    assert [len(lot["pieces"]) for lot in (short, long)] == [2, 4]
    assert long["pieces"][:2] == short["pieces"]
    assert len({piece["length_m"] for piece in long["pieces"]}) == 4


def test_a_lot_shares_what_is_drawn_for_it() -> None:
    lot = drawn(in_pieces(piece=length, lot=lambda draws: {"colour": draws.seed()}, make=unmade))
    assert list(lot) == ["form", "arrangement", "colour", "pieces"]
    assert len(lot["pieces"]) == lot["arrangement"]["count"] == 1


def test_a_lot_knows_how_many_pieces_lie_there() -> None:
    lot = drawn(arranged(lot=lambda draws, count: {"counted": count}, make=unmade, layouts=HEAP, most=9))
    assert lot["counted"] == lot["arrangement"]["count"] >= 5


def test_a_piece_is_shaped_from_its_own_values_before_those_of_its_lot() -> None:
    lot = {"form": "ring", "colour": "red", "size": 1, "pieces": [{"size": 2}, {"size": 3}]}
    made = assembled(
        lambda values: [(values["colour"], values["size"])],
        lambda values: [values["size"]],
        join=lambda name, parts, materials: (name, parts, materials),
    )(lot)
    assert made == [("ring", [("red", 2)], [1]), ("ring", [("red", 3)], [1])]


def test_a_seeded_maker_is_given_the_generator_of_the_lot() -> None:
    make = seeded(lambda lot, rng: [rng.random()])
    assert make({"seed": 5}) == [np.random.default_rng(5).random()]


def test_forms_that_share_their_functions_keep_their_weights() -> None:
    forms = alike({"a": 1.0, "b": 3.0}, lambda draws, form: {"form": form}, unmade)
    assert Family(name="x", label="", forms=forms).weights == {"a": 1.0, "b": 3.0}
    assert forms["b"].draw(Draws(0, ()), "b") == {"form": "b"}


def test_nothing_is_drawn_where_there_is_nothing() -> None:
    assert nothing(Draws(0, ())) == {}
