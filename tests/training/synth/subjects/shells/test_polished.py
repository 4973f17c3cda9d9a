"""Polished carapaces and mounted turtles as values."""

from __future__ import annotations

from training.synth.kit.draws import Draws
from training.synth.setting.staged import STAGING
from training.synth.subjects.shells.polished import draw_carapace, draw_mounted

SEEDS = range(40)


def test_a_carapace_hangs_without_labels_of_its_own_view_or_lies_staged() -> None:
    hung, lying = ([draw_carapace(Draws(seed, ()), form) for seed in SEEDS] for form in ("hung", "polished"))
    assert {lot["arrangement"]["kind"] for lot in hung} == {"hanging"}
    assert not any(lot[STAGING] for lot in hung)
    assert all(lot[STAGING]["camera"]["elevation_deg"] >= 35 for lot in lying)
    assert {lot["labels"] for lot in lying} == {0, 1, 2}


def test_polished_shell_lets_no_light_through() -> None:
    assert all(draw_carapace(Draws(seed, ()), "polished")["look"]["see_through"] == 0 for seed in SEEDS)


def test_one_or_two_turtles_are_mounted_each_with_a_look_of_its_own() -> None:
    lots = [draw_mounted(Draws(seed, ()), "mounted")["animals"] for seed in SEEDS]
    assert {len(animals) for animals in lots} == {1, 2}
    first, second = next(animals for animals in lots if len(animals) == 2)
    assert first["look"] != second["look"]
    assert first["carapace"]["length_m"] != second["carapace"]["length_m"]
