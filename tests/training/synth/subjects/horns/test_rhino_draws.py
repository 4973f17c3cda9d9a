"""Draws of rhinoceros horn: what tells the kinds apart, and what sawing leaves."""

from __future__ import annotations

import numpy as np
import pytest

from training.synth.kit.draws import Draws
from training.synth.subjects.horns import rhino_draws as draw
from training.synth.subjects.horns.seized_rhino import draw_horns

SEEDS = range(60)
KINDS = ("white_front", "black_front", "rear", "asian")


def horns(kind: str) -> list[dict]:
    return [draw.draw_horn(Draws(seed, (kind,)), kind) for seed in SEEDS]


def test_front_horns_are_longer_than_rear_ones_and_those_of_asia_stouter() -> None:
    length = {kind: np.mean([horn["length_m"] for horn in horns(kind)]) for kind in KINDS}
    stout = {
        kind: np.mean([horn["base_wide_m"] / horn["length_m"] for horn in horns(kind)]) for kind in KINDS
    }
    assert length["white_front"] > length["black_front"] > 1.5 * length["rear"]
    assert stout["asian"] > stout["rear"] > stout["white_front"]


@pytest.mark.parametrize("kind", KINDS)
def test_only_horns_of_asia_have_a_groove_and_only_white_ones_a_square_base(kind: str) -> None:
    assert all((horn["notch"] > 0) == (kind == "asian") for horn in horns(kind))
    assert all((horn["square"] >= 3) <= (kind == "white_front") for horn in horns(kind))


def test_no_base_is_wider_than_any_known_one() -> None:
    assert max(horn["base_wide_m"] for kind in KINDS for horn in horns(kind)) <= 0.11


def test_a_sawn_length_is_a_part_of_a_horn_without_its_fibres() -> None:
    for seed in SEEDS:
        piece = draw.draw_sawn(Draws(seed, ()))
        assert 0 < piece["start"] < piece["end"] <= 1
        assert piece["hairs"] == 0


def test_carved_horn_has_a_warmer_rim() -> None:
    raw, carved = (
        np.mean([draw.draw_tones(Draws(seed, ()), carved=carved)["rim"] for seed in SEEDS], axis=0)
        for carved in (False, True)
    )
    assert carved[0] / carved[2] > 2 * raw[0] / raw[2]


class TestSeized:
    def test_horns_that_fill_the_picture_are_front_horns_of_one_kind(self) -> None:
        for seed in SEEDS:
            pieces = draw_horns(Draws(seed, ("held",)), 3, "held")["pieces"]
            assert all(piece["notch"] == 0 and piece["length_m"] >= 0.32 for piece in pieces)

    def test_sawn_lots_hold_lengths_discs_and_chunks(self) -> None:
        pieces = draw_horns(Draws(1, ()), 60, "sawn")["pieces"]
        assert {piece["kind"] for piece in pieces} == {"horn", "disc", "chunk"}
        assert all(piece["start"] > 0 for piece in pieces if piece["kind"] == "horn")

    def test_whole_lots_hold_whole_horns(self) -> None:
        assert all(
            (horn["start"], horn["end"]) == (0.0, 1.0)
            for horn in draw_horns(Draws(2, ()), 20, "rows")["pieces"]
        )
