"""Rendering many pictures: the plan, resuming, failures and crashes; a drawn picture stands in for Blender's."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from tests.training.synth.noise_pictures import NAMES, TINY, drawn, run
from training.data.readers import read_inputs
from training.synth import generate
from training.synth.drawn_scene import draw_scene
from training.synth.families import family_names, load_family
from training.synth.generate import (
    FAILURES,
    MANIFEST,
    Job,
    RenderOptions,
    Tally,
    make_picture,
    pack,
    plan,
    read_manifest,
)


def stored_scene(row: dict[str, Any]) -> dict[str, Any]:
    family, share = load_family(row["family"]), row["cover_share"]
    return draw_scene(family, row["seed"], row["index"], attempt=row["attempt"], cover_share=share)


def failing(job: Job, **options: Any) -> generate.Outcome:
    return "no luck" if job.index == 1 else drawn(job, **options)


def dying(job: Job, **options: Any) -> generate.Outcome:
    if job == Job("rhino_horn", 1):
        os._exit(1)
    return drawn(job, **options)


def waiting(job: Job, **options: Any) -> generate.Outcome:
    (options["out"] / f"{os.getpid()}.pid").touch()
    time.sleep(120)
    return "nobody stopped it"


def test_plan_mixes_families_and_favours_products() -> None:
    jobs = plan(NAMES, 40)
    products = sum(job.family == "rhino_horn" for job in jobs)
    assert products == pytest.approx(40 * generate.PRODUCT_SHARE / (generate.PRODUCT_SHARE + 1), abs=1)
    assert jobs[:10] == plan(NAMES, 10)
    assert len(set(jobs)) == 40


def test_a_run_writes_rows_that_prepare_reads(tmp_path: Path) -> None:
    assert run(tmp_path) == Tally(kept=0, rendered=4, failed=0)
    rows = read_manifest(tmp_path)
    assert [row["path"] for row in rows] == sorted(row["path"] for row in rows)
    assert {row["family"] for row in rows} == set(NAMES)
    assert all(0 <= row["visible_fraction"] <= 0.5 for row in rows)
    listing = read_inputs([tmp_path / MANIFEST])
    assert all(row.synthetic and row.path.is_file() for row in listing.rows)
    assert {label for row in listing.rows for label in row.labels} == set(NAMES)
    assert {row.source for row in listing.rows} == {f"wildvision-synth/{name}" for name in NAMES}


def until(condition: Callable[[], bool], *, seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes in /proc")
def test_no_worker_outlives_a_killed_run(tmp_path: Path) -> None:
    parent = get_context("spawn").Process(target=run, args=(tmp_path, 2, waiting))
    parent.start()
    assert until(lambda: len(list(tmp_path.glob("*.pid"))) == 2)
    workers = [int(path.stem) for path in tmp_path.glob("*.pid")]
    parent.kill()
    parent.join()
    assert until(lambda: not any(map(is_running, workers)), seconds=20)


def test_equal_seeds_give_equal_files(tmp_path: Path) -> None:
    run(tmp_path / "a")
    run(tmp_path / "b")
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert len(files) == 6
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    run(tmp_path, 4)
    rows = read_manifest(tmp_path)
    (tmp_path / rows[0]["path"]).unlink()
    with (tmp_path / MANIFEST).open("a") as journal:
        journal.write('{"path": "torn')  # killed while it wrote
    assert run(tmp_path, 6) == Tally(kept=3, rendered=3, failed=0)
    assert len(read_manifest(tmp_path)) == 6
    assert all((tmp_path / row["path"]).is_file() for row in read_manifest(tmp_path))


def test_other_options_make_the_pictures_again(tmp_path: Path) -> None:
    run(tmp_path)
    assert run(tmp_path, options=RenderOptions(size=32, samples=1)).rendered == 4
    assert {row["render_size"] for row in read_manifest(tmp_path)} == {32}


def test_a_failure_costs_one_picture(tmp_path: Path) -> None:
    tally = run(tmp_path, maker=failing)
    lines = [json.loads(line) for line in (tmp_path / FAILURES).read_text().splitlines()]
    assert tally.failed == len(lines) > 0
    assert tally.rendered == 4 - tally.failed
    assert {line["error"] for line in lines} == {"no luck"}
    assert run(tmp_path) == Tally(kept=tally.rendered, rendered=tally.failed, failed=0)
    assert (tmp_path / FAILURES).read_text() == ""


def test_a_crash_of_the_renderer_costs_one_picture(tmp_path: Path) -> None:
    assert run(tmp_path, maker=dying) == Tally(kept=0, rendered=3, failed=1)
    (line,) = (tmp_path / FAILURES).read_text().splitlines()
    assert json.loads(line)["path"].startswith("rhino_horn/rhino_horn-3-00001")


def test_a_scene_that_raises_becomes_a_failure(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generate, "take", lambda *_, **__: 1 / 0)
        outcome = make_picture(Job("rhino_horn", 0), out=tmp_path, seed=0, options=TINY)
    assert isinstance(outcome, str)
    assert "ZeroDivisionError" in outcome


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


def test_the_stored_set_is_whole_and_of_these_families() -> None:
    folder = Path(generate.__file__).parent / "set"
    rows = read_manifest(folder)
    assert {row["family"] for row in rows} == set(family_names())
    for row in rows:
        family = load_family(row["family"])
        assert hashlib.sha256((folder / row["path"]).read_bytes()).hexdigest() == row["sha256"]
        assert (row["labels"], row["family_version"]) == (family.label, family.version)
        scene = stored_scene(row)
        assert (scene["form"], scene["generator_version"]) == (row["form"], row["generator_version"])
