"""Runs: many pictures with several processes; one that stops goes on where it was.

A picture without a row is rendered again, and so is one of an older version.
"""

from __future__ import annotations

import functools
import json
import os
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any, NamedTuple

from training.synth.drawn_scene import GENERATOR_VERSION
from training.synth.families import load_family
from training.synth.picture import Outcome, make_picture
from training.synth.plan import Job, picture_path
from training.synth.row import FAILURES, MANIFEST, RenderOptions, read_manifest, write_manifest

_FRESH_AFTER = 60  # pictures a worker, after which the processes are replaced: Blender's memory grows slowly

PictureMaker = Callable[..., Outcome]


class Tally(NamedTuple):
    """What a call of `render` did."""

    kept: int
    rendered: int
    failed: int


def render(
    jobs: Sequence[Job],
    out: Path,
    *,
    seed: int,
    options: RenderOptions,
    workers: int,
    make: PictureMaker | None = None,
) -> Iterator[Tally]:
    """Make the pictures that are not there yet; yields the tally so far, first before any work.

    Args:
        jobs: See `training.synth.plan.plan`.
        out: The folder, made if need be.
        seed: Of all draws.
        options: How scenes become files; a picture made with others is made again.
        workers: Processes.
        make: Makes one picture in a worker process; None: `training.synth.picture.make_picture`.
    """
    out.mkdir(parents=True, exist_ok=True)
    rows = {row["path"]: row for row in read_manifest(out)}
    wanted = [job for job in jobs if not _is_made(rows.get(picture_path(job, seed)), job, out, options)]
    tally = Tally(len(jobs) - len(wanted), 0, 0)
    yield tally
    with (out / MANIFEST).open("a", encoding="utf-8") as journal, (out / FAILURES).open("w") as failures:
        maker = functools.partial(make or make_picture, out=out, seed=seed, options=options)
        for job, outcome in _outcomes(wanted, workers, maker):
            if isinstance(outcome, str):
                failures.write(json.dumps({"path": picture_path(job, seed), "error": outcome}) + "\n")
                failures.flush()
                tally = tally._replace(failed=tally.failed + 1)
            else:
                rows[outcome["path"]] = outcome
                journal.write(json.dumps(outcome, ensure_ascii=False) + "\n")
                journal.flush()
                tally = tally._replace(rendered=tally.rendered + 1)
            yield tally
    write_manifest(out, rows)


def _is_made(row: Mapping[str, Any] | None, job: Job, out: Path, options: RenderOptions) -> bool:
    if row is None or not (out / row["path"]).exists():
        return False
    family, scene = load_family(job.family), row["scene"]
    versions = (family.version, GENERATOR_VERSION, options.cover_share, options.size, options.samples)
    return versions == (
        scene["family_version"],
        scene["generator_version"],
        scene["cover_share"],
        row["render_size"],
        row["render_samples"],
    )


def _outcomes(
    jobs: Sequence[Job], workers: int, make: Callable[[Job], Outcome]
) -> Iterator[tuple[Job, Outcome]]:
    """Yield each job with its outcome; what was at work when a process died is tried again alone."""
    todo = list(jobs)
    while todo:
        batch, todo = todo[: workers * _FRESH_AFTER], todo[workers * _FRESH_AFTER :]
        done = yield from _round(batch, workers, make)
        left = [job for job in batch if job not in done]
        suspects, todo = left[:workers], [*left[workers:], *todo]
        for job in suspects:
            if not (yield from _round([job], 1, make)):
                yield job, "the renderer's process died"


def _end_with_parent() -> None:
    """Let no worker outlive a run that was killed: it would wait for work for ever."""

    def watch() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _round(
    jobs: Sequence[Job], workers: int, make: Callable[[Job], Outcome]
) -> Generator[tuple[Job, Outcome], None, set[Job]]:
    """Yield outcomes until all are there or a process dies; return the jobs that are done."""
    done: set[Job] = set()
    spawn = get_context("spawn")  # a forked Blender hangs
    with ProcessPoolExecutor(workers, mp_context=spawn, initializer=_end_with_parent) as pool:
        futures = {pool.submit(make, job): job for job in jobs}
        for future in as_completed(futures):
            try:
                outcome = future.result()
            except BrokenProcessPool:
                continue
            done.add(futures[future])
            yield futures[future], outcome
    return done
