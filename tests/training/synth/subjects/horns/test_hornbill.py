"""The hornbill's head and what is carved from its casque: sizes, how they lie, and how much of them is red."""

from __future__ import annotations

import numpy as np
import pytest

from training.synth.kit.draws import Draws
from training.synth.subjects.horns import hornbill
from training.synth.subjects.horns.hornbill_draws import draw_block, draw_look, draw_skull
from training.synth.subjects.jewellery.bead_strings import draw_string


def test_a_head_is_as_long_as_drawn_with_a_yellow_face_and_red_sides() -> None:
    values = draw_skull(Draws(1, ()))
    (head,) = hornbill.skull_parts(values)
    assert np.ptp(head.vertices[:, 0]) == pytest.approx(values["length_m"], rel=1e-6)
    red = np.asarray(head.values["red"])
    front = head.vertices[:, 0] > np.quantile(head.vertices[:, 0], 0.9)
    assert red[front].mean() < 0.1 < red.mean() < 0.9


def test_two_heads_of_three_lie_on_their_sides() -> None:
    values = draw_skull(Draws(2, ()))
    tall = [np.ptp(hornbill.laid_skull({**values, "seed": seed})[0].vertices[:, 2]) for seed in range(3)]
    assert tall[2] > 1.3 * max(tall[:2])


@pytest.mark.parametrize("kind", ["block", "buckle", "bottle", "pendant"])
def test_worked_pieces_are_part_red_part_yellow_and_as_long_as_drawn(kind: str) -> None:
    values = {**draw_block(Draws(3, ())), "kind": kind, "stand": False}
    parts = hornbill.block_parts(values)
    red = np.asarray(parts[0].values["red"])
    assert 0.02 < red.mean() < 0.98
    assert 0 <= red.min() <= red.max() <= 1
    size = max(np.ptp(part.vertices, axis=0).max() for part in parts)
    assert 0.7 * values["length_m"] < size < 1.4 * values["length_m"]


def test_only_bottles_lie_on_their_flat_side() -> None:
    bottle = {**draw_block(Draws(4, ())), "kind": "bottle"}
    upright, lying = (hornbill.laid_block({**bottle, "seed": seed})[0].vertices for seed in (1, 3))
    assert np.ptp(upright[:, 2]) > 1.3 * np.ptp(lying[:, 2])


def test_beads_are_part_red_and_have_a_hole() -> None:
    for seed in range(8):
        (bead,) = hornbill.casque_bead({"bead_m": 0.012, "shape": "round", "seed": seed})
        assert np.ptp(bead.vertices, axis=0).max() == pytest.approx(0.012, rel=0.2)
        assert 0.1 < np.asarray(bead.values["red"]).mean() < 0.9
        assert np.asarray(bead.values["hole"]).any()


def test_every_bead_of_a_string_is_red_on_a_side_of_its_own() -> None:
    string = draw_string(Draws(5, ()), shapes={"round": 1.0}, diameters=(0.01, 0.012))
    parts = [part for part in hornbill.casque_string({**string, "strands": 1}) if "red" in part.values]
    assert parts
    for part in parts:
        red = np.asarray(part.values["red"])
        assert 0.2 < red.mean() < 0.8


def test_polished_work_shines_and_worn_heads_do_not() -> None:
    for seed in range(30):
        worn, polished = (draw_look(Draws(seed, ()), worn=worn) for worn in (True, False))
        assert worn["gloss"] == 0.1
        assert polished["roughness"] <= 0.35
        assert worn["age"] >= 0.2
