"""One picture, by the five steps: draw, build, shoot, post, row."""

from __future__ import annotations

import contextlib
import signal
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from training.synth.build import build
from training.synth.drawn_scene import draw_scene
from training.synth.families import load_family
from training.synth.family import Family
from training.synth.kit.draws import Parameters
from training.synth.plan import Job, picture_path
from training.synth.row import RenderOptions, write_picture
from training.synth.setting.social import apply_post
from training.synth.shoot import HiddenSubjectError, Shot, picture_size, shoot

Outcome = dict[str, Any] | str
"""A manifest row, or the text of what went wrong."""

_LEAST_VISIBLE = 0.2  # of the subject
_ATTEMPTS = 6  # scenes drawn for one picture until one shows its subject
_MOST_SECONDS = 150.0  # a picture


def make_picture(job: Job, *, out: Path, seed: int, options: RenderOptions) -> Outcome:
    """Make one picture and return its manifest row, or the text of what went wrong."""
    try:
        with _time_limit():
            scene, shot = _visible_shot(job, seed, options)
        picture, box, covered = apply_post(shot.picture, scene["post"], shot.box)
        seen = {"box": box, "visible_fraction": round(shot.visible_fraction * (1 - covered), 4)}
        return write_picture(picture, seen, scene, out / picture_path(job, seed), options)
    except Exception:  # noqa: BLE001  a long run never dies of one scene
        return traceback.format_exc()


def _visible_shot(job: Job, seed: int, options: RenderOptions) -> tuple[Parameters, Shot]:
    """Draw scenes until one shows its subject, and take it."""
    family = load_family(job.family)
    for attempt in range(_ATTEMPTS):
        scene = draw_scene(family, seed, job.index, attempt=attempt, cover_share=options.cover_share)
        with contextlib.suppress(HiddenSubjectError):
            return scene, take(scene, family, options, least_visible=_LEAST_VISIBLE)
    raise HiddenSubjectError(f"{_ATTEMPTS} scenes hid their subject")


def take(scene: Parameters, family: Family, options: RenderOptions, *, least_visible: float = 0.0) -> Shot:
    """Build and render one scene.

    Args:
        scene: As `training.synth.drawn_scene.draw_scene` drew it.
        family: The family of ``scene["family"]``.
        options: How scenes become files.
        least_visible: Share of the subject that must be seen.

    Raises:
        HiddenSubjectError: Less of it can be seen, or (only if some must) it lies in the dark.
    """
    view = scene["camera"]
    width, height = picture_size(view["aspect"], options.size)
    subject = build(scene, family, aspect=width / height)
    with tempfile.TemporaryDirectory() as scratch:
        return shoot(
            subject,
            view,
            size=(width, height),
            samples=options.samples,
            threads=options.threads,
            scratch=Path(scratch),
            least_visible=least_visible,
        )


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
