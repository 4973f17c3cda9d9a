"""A page about an evaluation: one HTML file that loads nothing, with the photos that the model got wrong."""

from __future__ import annotations

import base64
import importlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from wildvision.adapt.evaluate import Evaluation
from wildvision.adapt.scoring import ScoredPhotos
from wildvision.archive.folder import saying
from wildvision.archive.sinks import replace_file
from wildvision.errors import ArchiveError, ImageError
from wildvision.images import DEFAULT_LIMITS, read_image
from wildvision.manifest import Manifest

CARDS = 12
_THUMBNAIL = 208  # px, longer side
_PLOT = 220  # px, of a reliability diagram


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One photo: its name, its score, and the picture; None: it could not be read again."""

    name: str
    score: float
    picture: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Photos of one category that the model got wrong, the worst first, and its reliability diagram.

    Attributes:
        category: Its id.
        threshold: Score from which the default policy reviews it; None: never, or it is no product.
        alarms: Photos that do not show it, by falling score.
        misses: Photos that show it and are not reviewed, by rising score.
        dots: Of the diagram: x, y and radius in px.
    """

    category: str
    threshold: float | None
    alarms: tuple[Card, ...]
    misses: tuple[Card, ...]
    dots: tuple[tuple[float, float, float], ...]


def write_page(manifest: Manifest, evaluation: Evaluation, scored: ScoredPhotos, page: Path) -> None:
    """Write the page, whole or not at all.

    Raises:
        ArchiveError: jinja2 is not installed.
        ScanError: The page cannot be written.
    """
    try:
        jinja2: Any = importlib.import_module("jinja2")
    except ImportError as error:
        raise ArchiveError(
            "pages need jinja2; install wildvision with its extra `scan`, e.g. `pip install '.[scan]'` in a checkout"
        ) from error
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("wildvision.adapt", ""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text: str = environment.get_template("evaluation.html.jinja").render(
        evaluation=evaluation, sheets=_sheets(manifest, evaluation, scored), plot=_PLOT
    )

    def write(path: Path) -> None:
        path.write_text(text, encoding="utf-8")

    with saying(f"{page} cannot be written"):
        replace_file(page, write)


def _sheets(manifest: Manifest, evaluation: Evaluation, scored: ScoredPhotos) -> list[Sheet]:
    thresholds = manifest.policies[manifest.default_policy].thresholds
    sheets: list[Sheet] = []
    for numbers in evaluation.categories:
        threshold = thresholds[numbers.category].review if numbers.category in thresholds else None
        scores, truth, _, rows = scored.settled(manifest.category_ids.index(numbers.category))
        limit = 0.5 if threshold is None else threshold  # of a look-alike: more likely than not
        alarms = [row for row in np.argsort(-scores).tolist() if not truth[row] and scores[row] >= limit]
        misses = [row for row in np.argsort(scores).tolist() if truth[row] and scores[row] < limit]
        sheets.append(
            Sheet(
                category=numbers.category,
                threshold=threshold,
                alarms=_cards(scored, rows[alarms[:CARDS]].tolist(), scores[alarms[:CARDS]].tolist()),
                misses=_cards(scored, rows[misses[:CARDS]].tolist(), scores[misses[:CARDS]].tolist()),
                dots=tuple(
                    (
                        round(_PLOT * found.mean_score, 1),
                        round(_PLOT * (1 - found.share_shown), 1),
                        round(2 + 1.5 * float(np.log10(found.photos)), 1),
                    )
                    for found in numbers.reliability
                ),
            )
        )
    return sheets


def _cards(scored: ScoredPhotos, rows: Sequence[int], scores: Sequence[float]) -> tuple[Card, ...]:
    return tuple(
        Card(name=scored.photos[row].name, score=score, picture=_picture(scored, row))
        for row, score in zip(rows, scores, strict=True)
    )


def _picture(scored: ScoredPhotos, row: int) -> str | None:
    try:
        encoded = scored.photos[row].source.content.load(DEFAULT_LIMITS.max_bytes)
        picture = Image.fromarray(read_image(encoded, decode_side=2 * _THUMBNAIL).pixels)
    except ImageError:
        return None
    picture.thumbnail((_THUMBNAIL, _THUMBNAIL))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
