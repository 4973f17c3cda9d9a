"""Scoring processes: they decode, look and judge, one job at a time, and answer with JSON that is ready to send."""

from __future__ import annotations

import io
import logging
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from wildvision.archive.likeness.known import Known, known_photos
from wildvision.classifier import Classifier
from wildvision.errors import TaxonomyError, UnavailableError, WildvisionError
from wildvision.images import ImageLimits
from wildvision.manifest import Model
from wildvision.model_folder import Precision
from wildvision.serve.answers import Reply, raw, reply_of
from wildvision.serve.hashed import hashed
from wildvision.serve.jobs import Job, Judging, pack_reply, unpack_job

READY, FAILED = b"ready", b"failed:"
"""The first words of a process: it can work, or why it cannot."""

PNG = "image/png"

_log = logging.getLogger(__name__)
_POLICIES = 16  # that are kept ready, beside the one that was asked for last


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a process scores with."""

    model: Model | None
    precision: Precision
    threads: int
    limits: ImageLimits
    bank: Path | None = None


class Scorer:
    """Answers jobs.

    Args:
        setup: What to score with.

    Raises:
        WildvisionError: The model or the bank cannot be used.
    """

    def __init__(self, setup: Setup) -> None:
        self._classifier = Classifier(
            setup.model, threads=setup.threads, limits=setup.limits, precision=setup.precision
        )
        self._bank: Known | None = known_photos(setup.bank) if setup.bank else None
        self._judges: dict[str, Classifier] = {}
        self._tasks: Mapping[str, Callable[[Job], Reply]] = {
            "classify": self._classify,
            "hash": self._hash,
            "explain": self._explain,
        }

    def answer(self, job: Job) -> Reply:
        """Answer a job; whatever goes wrong with it is an answer too."""
        try:
            return self._tasks[job.task](job)
        except WildvisionError as error:
            return reply_of(error)
        except MemoryError:
            return reply_of(UnavailableError("expected enough memory for this image, found too little"))
        except Exception:  # noqa: BLE001 - a fault of ours must not cost the process and what it would answer next
            _log.exception("a job of kind %s failed", job.task)
            return reply_of(
                UnavailableError("expected an answer, found a fault of the service; it is logged")
            )

    def _classify(self, job: Job) -> Reply:
        judge = self._judge(job.judging)
        result = judge.judge(
            judge.decode(job.image)
        )  # no picture is kept, as `classify` does for explanations
        return Reply(status=200, body=raw(result.to_dict()), verdict=result.verdict.value)

    def _explain(self, job: Job) -> Reply:
        judge = self._judge(job.judging)
        if job.category is not None and job.category not in judge.categories:
            raise TaxonomyError(
                f"expected one of {', '.join(judge.categories)}, found {job.category[:80]!r}",
                category=job.category[:80],
            )
        found = judge.explain(job.image, job.category)
        if not job.as_picture:
            return Reply(status=200, body=raw(found.to_dict()))
        picture = io.BytesIO()
        found.overlay().save(picture, "PNG")
        return Reply(status=200, body=msgspec.Raw(picture.getvalue()), media=PNG)

    def _hash(self, job: Job) -> Reply:
        image = self._classifier.decode(job.image)
        return Reply(status=200, body=raw(hashed(job.image, image, self._bank)))

    def _judge(self, judging: Judging) -> Classifier:
        judge = self._judges.get(judging.digest)
        if judge is None:
            if len(self._judges) >= _POLICIES:
                self._judges.clear()
            judge = self._judges[judging.digest] = self._classifier.with_policy(judging.policy)
        return judge


def work(connection: Connection, setup: Setup) -> None:
    """Answer what comes through the connection until it closes: the life of a scoring process."""
    for name in ("SIGINT", "SIGTERM"):  # its parent decides when to stop, after what was accepted is answered
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    try:
        scorer = Scorer(setup)
    except WildvisionError as error:
        connection.send_bytes(FAILED + str(error).encode())
        return
    try:
        connection.send_bytes(READY)
        while True:
            connection.send_bytes(pack_reply(scorer.answer(unpack_job(connection.recv_bytes()))))
    except (EOFError, OSError):
        return
