"""Draws of sea shells, and the shapes they give."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.synth.solids import open_edges, volume
from training.synth.kit.draws import Draws
from training.synth.subjects.shells import mollusc_draws as draw
from training.synth.subjects.shells.molluscs import shell_parts


def test_mixed_lots_hold_several_groups() -> None:
    groups = {draw.draw_any(Draws(seed, ()), "cone")["group"] for seed in range(40)}
    assert groups == {"snail", "cowrie", "bivalve"}


@pytest.mark.parametrize("kind", ["cowrie", "bivalve", "nautilus", "nacre"])
def test_a_kind_gives_shells_of_its_group(kind: str) -> None:
    shell = draw.draw_kind(kind)(Draws(1, ()), "whelk")
    look = draw.draw_shell_look(Draws(1, ()), shell)
    assert shell["group"] == kind
    assert all(0 <= value <= 1 for value in (*look["ground"], *look["mark"], *look["inside"]))


def test_a_nautilus_is_rayed_and_cowries_shine() -> None:
    nautilus, cowrie = (draw.draw_kind(kind)(Draws(1, ()), "") for kind in ("nautilus", "cowrie"))
    assert draw.draw_shell_look(Draws(1, ()), nautilus)["marks"] == "rays"
    assert draw.draw_shell_look(Draws(1, ()), cowrie)["gloss"] == 0.5


@pytest.mark.parametrize("kind", ["cowrie", "nacre"])
def test_shells_are_closed_solids(kind: str) -> None:
    shell = draw.draw_kind(kind)(Draws(2, ()), "") | {"arrangement": {"kind": "heap"}}
    for part in shell_parts(shell):
        mesh = (part.vertices, np.asarray(part.faces))
        assert not open_edges(mesh)
        assert volume(mesh) > 0
