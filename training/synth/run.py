"""Render many scenes with several processes; a run that stops goes on where it was.

A folder holds ``FAMILY/NAME.webp`` and ``manifest.jsonl``, one row a picture, which `training.prepare` reads. A
picture is written whole, then its row; one without a row is rendered again, and so is one of an older version.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import json
import os
import signal
import tempfile
import threading
import traceback
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from training.synth.drawn_scene import COVER_SHARE, GENERATOR_VERSION, draw_scene
from training.synth.families import load_family
from training.synth.kit.draws import Parameters
from training.synth.setting.social import apply_post
from training.synth.stage import HiddenSubjectError, Shot, take
from wildvision.taxonomy import load_taxonomy

MANIFEST = "manifest.jsonl"
FAILURES = "failures.jsonl"
SOURCE = "wildvision-synth"
LICENCE = "Apache-2.0"  # the pictures are the project's own work
PRODUCT_SHARE = 3.0
"""How many pictures of a product family there are for each one of a look-alike family."""

PACKED = ("form", "seed", "index", "attempt", "cover_share", "family_version", "generator_version")
"""What a packed manifest keeps of a scene."""

_LEAST_VISIBLE = 0.2  # of the subject
_ATTEMPTS = 6  # scenes drawn for one picture until one shows its subject
_MOST_SECONDS = 150.0  # a picture
_FRESH_AFTER = 60  # pictures a worker, after which the processes are replaced: Blender's memory grows slowly

Outcome = dict[str, Any] | str
"""A manifest row, or the text of what went wrong."""

PictureMaker = Callable[..., Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """How scenes become files.

    Attributes:
        size: Longer side of the rendering, in pixels; what is done to the picture afterwards may change it.
        samples: Light paths a pixel, before the denoiser.
        threads: Processor threads a worker.
        quality: Of the WebP files, 1 to 100.
        cover_share: Of the scenes seen through bubble wrap or glass, see `training.synth.drawn_scene.COVER_SHARE`.
    """

    size: int = 256
    samples: int = 16
    threads: int = 1
    quality: int = 80
    cover_share: float = COVER_SHARE


class Job(NamedTuple):
    """One picture to make."""

    family: str
    index: int


class Tally(NamedTuple):
    """What a call of `render` did."""

    kept: int
    rendered: int
    failed: int


def plan(names: Sequence[str], count: int) -> list[Job]:
    """Share ``count`` pictures among families, products `PRODUCT_SHARE` times as many, in an order that mixes them.

    A larger count only adds pictures; the first ones stay the same.

    >>> plan(["red_coral"], 2)
    [Job(family='red_coral', index=0), Job(family='red_coral', index=1)]
    """
    products = {category.id for category in load_taxonomy().products}
    speeds = {name: PRODUCT_SHARE if load_family(name).label in products else 1.0 for name in names}
    made = dict.fromkeys(names, 0)
    jobs = []
    for _ in range(count):
        name = min(names, key=lambda name: (made[name] + 0.5) / speeds[name])
        jobs.append(Job(name, made[name]))
        made[name] += 1
    return jobs


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
        jobs: See `plan`.
        out: The folder, made if need be.
        seed: Of all draws.
        options: How scenes become files; a picture made with others is made again.
        workers: Processes.
        make: Makes one picture in a worker process; None: `make_picture`.
    """
    out.mkdir(parents=True, exist_ok=True)
    rows = {row["path"]: row for row in read_manifest(out)}
    wanted = [job for job in jobs if not _is_made(rows.get(_name(job, seed)), job, out, options)]
    tally = Tally(len(jobs) - len(wanted), 0, 0)
    yield tally
    with (out / MANIFEST).open("a", encoding="utf-8") as journal, (out / FAILURES).open("w") as failures:
        maker = functools.partial(make or make_picture, out=out, seed=seed, options=options)
        for job, outcome in _outcomes(wanted, workers, maker):
            if isinstance(outcome, str):
                failures.write(json.dumps({"path": _name(job, seed), "error": outcome}) + "\n")
                failures.flush()
                tally = tally._replace(failed=tally.failed + 1)
            else:
                rows[outcome["path"]] = outcome
                journal.write(json.dumps(outcome, ensure_ascii=False) + "\n")
                journal.flush()
                tally = tally._replace(rendered=tally.rendered + 1)
            yield tally
    _replace(out / MANIFEST, _lines(rows))


def pack(folder: Path, out: Path, jobs: Sequence[Job]) -> int:
    """Add the pictures of some jobs to a folder with a short manifest, to be stored; returns how many.

    Its rows hold no scene but what brings it back: ``draw_scene(load_family(family), seed, index, attempt=attempt,
    cover_share=cover_share)``, while the versions are the same.
    """
    wanted, count = set(jobs), 0
    rows = {row["path"]: row for row in read_manifest(out)}
    for row in read_manifest(folder):
        scene = row.pop("scene")
        if Job(row["family"], scene["index"]) not in wanted:
            continue
        rows[row["path"]] = row | {name: scene[name] for name in PACKED}
        count += 1
        target = out / row["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, (folder / row["path"]).read_bytes())
    _replace(out / MANIFEST, _lines(rows))
    return count


def read_manifest(out: Path) -> list[dict[str, Any]]:
    """Return the rows of a folder, the last one of each picture; a torn last line, of a killed run, is dropped."""
    path = out / MANIFEST
    if not path.exists():
        return []
    rows: dict[str, dict[str, Any]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        rows[row["path"]] = row
    return list(rows.values())


def _lines(rows: Mapping[str, Mapping[str, Any]]) -> bytes:
    return "".join(json.dumps(rows[path], ensure_ascii=False) + "\n" for path in sorted(rows)).encode()


def _name(job: Job, seed: int) -> str:
    return f"{job.family}/{job.family}-{seed}-{job.index:05d}.webp"


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


def make_picture(job: Job, *, out: Path, seed: int, options: RenderOptions) -> Outcome:
    """Make one picture and return its manifest row, or the text of what went wrong."""
    try:
        with _time_limit():
            scene, shot = _visible_shot(job, seed, options)
        picture, box, covered = apply_post(shot.picture, scene["post"], shot.box)
        seen = {"box": box, "visible_fraction": round(shot.visible_fraction * (1 - covered), 4)}
        return _write(picture, seen, scene, out / _name(job, seed), options)
    except Exception:  # noqa: BLE001  a long run never dies of one scene
        return traceback.format_exc()


@contextlib.contextmanager
def _time_limit() -> Iterator[None]:
    """Raise TimeoutError in a scene that never ends, where the system has alarms."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(_number: int, _frame: object) -> None:
        raise TimeoutError(f"the scene took longer than {_MOST_SECONDS:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, _MOST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _visible_shot(job: Job, seed: int, options: RenderOptions) -> tuple[Parameters, Shot]:
    """Draw scenes until one shows its subject, and take it."""
    family = load_family(job.family)
    for attempt in range(_ATTEMPTS):
        scene = draw_scene(family, seed, job.index, attempt=attempt, cover_share=options.cover_share)
        with tempfile.TemporaryDirectory() as scratch, contextlib.suppress(HiddenSubjectError):
            return scene, take(
                scene,
                family,
                size=options.size,
                samples=options.samples,
                threads=options.threads,
                scratch=Path(scratch),
                least_visible=_LEAST_VISIBLE,
            )
    raise HiddenSubjectError(f"{_ATTEMPTS} scenes hid their subject")


def _write(
    picture: Image.Image, seen: Parameters, scene: Parameters, path: Path, options: RenderOptions
) -> dict[str, Any]:
    family = load_family(scene["family"])
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=options.quality, method=6)
    path.parent.mkdir(exist_ok=True)
    _replace(path, buffer.getvalue())
    return {
        "path": f"{path.parent.name}/{path.name}",
        "labels": family.label,
        "family": family.name,
        "source": f"{SOURCE}/{family.name}",
        "licence": LICENCE,
        "synthetic": "true",
        "sha256": hashlib.sha256(buffer.getvalue()).hexdigest(),
        "width": picture.width,
        "height": picture.height,
        **seen,
        "render_size": options.size,
        "render_samples": options.samples,
        "scene": scene,
    }


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(path)
