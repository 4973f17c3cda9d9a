"""Every family: JSON values that are equal for a seed, labels of the taxonomy, facts with sources."""

from __future__ import annotations

import json

import pytest

from training.synth.drawn_scene import draw_scene
from training.synth.families import family_names, load_family
from training.synth.kit.draws import Draws
from training.synth.setting.arrange import ARRANGEMENTS
from wildvision.taxonomy import load_taxonomy

SEEDS = range(12)


@pytest.mark.parametrize("name", family_names())
class TestFamily:
    def test_scenes_are_json_and_equal_for_a_seed(self, name: str) -> None:
        family = load_family(name)
        for index in SEEDS:
            scene = draw_scene(family, 5, index)
            assert json.loads(json.dumps(scene, allow_nan=False)) == json.loads(
                json.dumps(draw_scene(family, 5, index))
            )

    def test_scenes_differ(self, name: str) -> None:
        family = load_family(name)
        lots = {json.dumps(draw_scene(family, seed, 0)["lot"]) for seed in SEEDS}
        assert len(lots) == len(SEEDS)

    def test_every_form_can_be_drawn_and_laid_out(self, name: str) -> None:
        family = load_family(name)
        for form, chosen in family.forms.items():
            for seed in SEEDS:
                arrangement = chosen.draw(Draws(seed, (name, form)), form)["arrangement"]
                assert arrangement["kind"] in ARRANGEMENTS

    def test_describes_itself(self, name: str) -> None:
        family = load_family(name)
        known = {category.id for category in load_taxonomy().categories} | {""}
        assert family.name == name
        assert {label.removesuffix("?") for label in family.label.split(";")} <= known
        assert all(weight > 0 for weight in family.weights.values())
        assert family.version >= 1
        assert all(len(fact.says) > 20 and len(fact.source) > 10 for fact in family.facts)

    def test_products_say_what_they_rest_on(self, name: str) -> None:
        family = load_family(name)
        if family.label in {category.id for category in load_taxonomy().products}:
            assert len(family.facts) >= 2


def test_unknown_families_are_named() -> None:
    with pytest.raises(ValueError, match="no family 'unicorn_horn'"):
        load_family("unicorn_horn")
