"""Fields of many pieces: what is drawn, and which places they have."""

from __future__ import annotations

from training.synth.kit.draws import Draws
from training.synth.setting.fields import _cells, draw_field, single_in_a_field


def test_the_middle_is_left_to_the_piece_that_is_framed() -> None:
    cells = _cells({"rows": 5, "columns": 3})
    assert (0, 0) not in cells
    assert len(set(cells)) == len(cells) == 5 * 3 - 1
    assert {-row for row, _ in cells} == {row for row, _ in cells}  # as many on both sides


def test_a_field_keeps_to_what_is_asked() -> None:
    fields = [
        draw_field(Draws(seed, ("field",)), rows=(3, 4), columns=(5, 9), bases={"mesh": 1.0, "slats": 1.0})
        for seed in range(60)
    ]
    assert {field["rows"] for field in fields} == {3, 4}
    assert {field["columns"] for field in fields} == {5, 6, 7, 8, 9}
    assert {field["base"] for field in fields} == {"mesh", "slats"}
    assert {field["neat"] for field in fields} == {True, False}


def test_a_field_is_not_turned_for_its_base_would_not_follow() -> None:
    layout = single_in_a_field(Draws(1, ("arrangement",)))
    assert (layout["kind"], layout["turn_deg"]) == ("single", 0.0)
