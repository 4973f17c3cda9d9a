"""Staged lots: what they decide of their scene, and what they leave to it."""

from __future__ import annotations

from training.synth.drawn_scene import draw_scene
from training.synth.families import load_family
from training.synth.family import Family, Form
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.staged import FRONT_DEG, STAGING, draw_staging, unmoved


def draw_lot(draws: Draws, form: str) -> Parameters:
    return {"form": form, "arrangement": unmoved(draws.part("arrangement"))}


def draw_staged_lot(draws: Draws, form: str) -> Parameters:
    view = draw_staging(
        draws.part("view"), elevation=(10, 20), fill=(0.9, 1.1), turn=30, ground={"soil": 1.0}
    )
    return {**draw_lot(draws, form), STAGING: view}


def family(draw: object) -> Family:
    form = Form(draw=draw, make=lambda _: [])  # type: ignore[arg-type]
    return Family(name="thing", label="", forms={"thing": form})


def test_a_lot_replaces_only_what_it_stages() -> None:
    for index in range(20):
        plain = draw_scene(family(draw_lot), 5, index)
        staged = draw_scene(family(draw_staged_lot), 5, index)
        view = staged["lot"][STAGING]
        assert staged["camera"] == {**plain["camera"], **view["camera"]}
        assert staged["light"] == {**plain["light"], **view["light"]}
        assert staged["ground"]["small"]["kind"] == staged["ground"]["large"]["kind"] == "soil"
        assert staged["ground"]["wall"] == plain["ground"]["wall"]
        assert (staged["props"], staged["post"]) == (plain["props"], plain["post"])


def test_a_view_stays_within_what_was_asked() -> None:
    for index in range(60):
        view = draw_staging(Draws(index, ("view",)), elevation=(10, 20), fill=(0.9, 1.1), turn=30, bare=True)
        camera = view["camera"]
        assert 10 <= camera["elevation_deg"] <= 20
        assert 0.9 <= camera["fill"] <= 1.1
        assert abs(camera["azimuth_deg"] - FRONT_DEG) <= 30
        assert view["props"] == []
        assert "ground" not in view


def test_families_that_stage_nothing_are_drawn_as_before() -> None:
    scene = draw_scene(load_family("pebbles"), 1, 0)
    assert STAGING not in scene["lot"]
    assert scene["ground"]["small"] != scene["ground"]["large"]
