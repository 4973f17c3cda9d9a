"""Draws of skins: rugs have whole paws and lie flat; hides have stumps."""

from __future__ import annotations

import pytest

from training.synth.kit.draws import Draws
from training.synth.subjects.pelts.cat_coats import CATS
from training.synth.subjects.pelts.cat_skins import draw_cat_skin, draw_rug_skin
from training.synth.subjects.pelts.hide_coats import HIDES
from training.synth.subjects.pelts.whole_hides import draw_whole_hide


@pytest.mark.parametrize("kind", CATS)
def test_a_rug_is_the_same_skin_made_ready(kind: str) -> None:
    rug, skin = draw_rug_skin(Draws(3, ()), kind), draw_cat_skin(Draws(3, ()), kind)
    assert (rug["coat"], rug["hair_m"]) == (skin["coat"], skin["hair_m"])
    assert (rug["outline"]["head"], rug["outline"]["limbs_cut"], rug["outline"]["holes"]) == (
        "cut",
        "paws",
        0,
    )
    assert rug["lay"]["curl"] == 0
    assert rug["lay"]["waves"] == pytest.approx(0.3 * skin["lay"]["waves"])


@pytest.mark.parametrize("kind", HIDES)
def test_hides_have_stumps_of_legs_and_no_head(kind: str) -> None:
    hide = draw_whole_hide(Draws(2, ()), kind, "folded")
    assert (hide["outline"]["head"], hide["outline"]["limbs_cut"]) == ("cut", "cut")
    assert all(size < 1.01 for limb in ("hind", "fore") for _, size in hide["outline"][limb])
    assert hide["lay"]["way"] == "folded"
