"""Packed pictures, and the stored set."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from tests.training.synth.noise_pictures import NAMES, run
from training.synth import pack as packing
from training.synth.__main__ import main
from training.synth.drawn_scene import draw_scene
from training.synth.families import family_names, load_family
from training.synth.pack import pack
from training.synth.plan import Job, plan
from training.synth.row import read_manifest


def stored_scene(row: dict[str, Any]) -> dict[str, Any]:
    family, share = load_family(row["family"]), row["cover_share"]
    return draw_scene(family, row["seed"], row["index"], attempt=row["attempt"], cover_share=share)


def test_a_packed_row_brings_its_scene_back(tmp_path: Path) -> None:
    run(tmp_path / "all", 6)
    jobs = plan(NAMES, 4)
    assert pack(tmp_path / "all", tmp_path / "packed", jobs) == 4
    rows = {row["path"]: row for row in read_manifest(tmp_path / "packed")}
    for row in read_manifest(tmp_path / "all"):
        if Job(row["family"], row["scene"]["index"]) not in jobs:
            assert row["path"] not in rows
            continue
        short = rows[row["path"]]
        scene = stored_scene(short)
        assert json.loads(json.dumps(scene)) == row["scene"]
        assert (tmp_path / "packed" / short["path"]).read_bytes() == (
            tmp_path / "all" / row["path"]
        ).read_bytes()


def test_only_the_named_forms_are_packed(tmp_path: Path) -> None:
    run(tmp_path / "all", 6)
    rows = read_manifest(tmp_path / "all")
    form = rows[0]["scene"]["form"]
    wanted = {row["path"] for row in rows if row["scene"]["form"] == form}
    assert wanted != {row["path"] for row in rows}
    assert pack(tmp_path / "all", tmp_path / "packed", plan(NAMES, 6), forms=[form]) == len(wanted)
    assert {row["path"] for row in read_manifest(tmp_path / "packed")} == wanted


def test_nothing_packed_is_no_success(tmp_path: Path) -> None:
    run(tmp_path / "all", 2)
    command = ["pack", str(tmp_path / "all"), "--out", str(tmp_path / "packed"), "--count", "2"]
    assert main([*command, "--families", *NAMES]) == 0
    assert main([*command, "--families", *NAMES, "--forms", "of no family"]) == 1


def test_the_stored_set_is_whole_and_of_these_families() -> None:
    folder = Path(packing.__file__).parent / "set"
    rows = read_manifest(folder)
    assert {row["family"] for row in rows} == set(family_names())
    for row in rows:
        family = load_family(row["family"])
        assert hashlib.sha256((folder / row["path"]).read_bytes()).hexdigest() == row["sha256"]
        assert (row["labels"], row["family_version"]) == (family.label, family.version)
        scene = stored_scene(row)
        assert (scene["form"], scene["generator_version"]) == (row["form"], row["generator_version"])
