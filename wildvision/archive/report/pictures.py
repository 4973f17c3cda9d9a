"""Thumbnails and maps of a page, made from the images as the scan's sources hold them now."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from wildvision.archive.index import Index
from wildvision.archive.items import Item, printable
from wildvision.archive.ledger import renamed
from wildvision.archive.places import is_remote
from wildvision.archive.report.findings import Progress
from wildvision.archive.sources import STANDARD_INPUT, open_sources
from wildvision.classifier import Classifier
from wildvision.errors import ImageError, RuntimeBackendError
from wildvision.images import DecodedImage, ImageLimits, read_image

_LARGE, _SMALL = 224, 144  # px, longer side of a thumbnail: of a hit, of a curious picture
_QUALITY = {_LARGE: 40, _SMALL: 35}  # of WebP: 2.5 and 1.2 kB a photo
_DECODED = 2 * _LARGE  # px: images are shrunk while decoding as long as their longer side stays at least this
_MAP = 12  # px, longer side of an overlay, which the browser stretches; the network's own maps have 8


@dataclass(slots=True, kw_only=True)
class Picture:
    """What can be seen of an image.

    Attributes:
        thumbnail: ``data:`` URL; None: the image could not be read again.
        overlays: ``data:`` URL of what speaks for a category, by its id.
        date: When its file was changed last, ISO 8601; None: the source does not say.
    """

    thumbnail: str | None = None
    overlays: dict[str, str] = field(default_factory=dict[str, str])
    date: str | None = None


@dataclass(slots=True, kw_only=True)
class Wanted:
    """What a page shows of an image: how large, and with the maps of which categories."""

    is_hit: bool
    categories: set[str] = field(default_factory=set[str])


def draw(
    wanted: Mapping[str, Wanted],
    facts: Mapping[str, Any],
    classifier: Classifier | None,
    *,
    progress: Progress,
) -> dict[str, Picture]:
    """Read the images of a page again and draw them.

    Args:
        wanted: What to show, by id of the row.
        facts: The scan's manifest.
        classifier: The scan's model, for maps; None: without them.
        progress: Is told how far this is.

    Returns:
        A picture for each id; what cannot be read again has no thumbnail.
    """
    pictures = {name: Picture() for name in wanted}
    missing, limits = set(wanted), ImageLimits(**facts["limits"])
    progress("drawing pictures", 0, len(wanted))
    for item in _items(facts["sources"]) if missing else ():
        if item.id in missing:
            missing.remove(item.id)
            with contextlib.suppress(ImageError, RuntimeBackendError):
                pictures[item.id] = _picture(item, wanted[item.id], classifier, limits)
            progress("drawing pictures", len(wanted) - len(missing), len(wanted))
            if not missing:
                break
    return pictures


def _items(sources: Sequence[Mapping[str, str]]) -> Iterator[Item]:
    """Yield the items of a scan by the ids that they had then, whatever the working directory is now."""
    index = Index()  # names items of the same id as the scan did
    with contextlib.closing(index):
        for entry in sources:
            source, directory = entry["source"], entry["directory"]
            is_relative = not (is_remote(source) or Path(source).is_absolute())
            place = str(Path(directory, source)) if is_relative else source
            for item in open_sources((place,)) if source != STANDARD_INPUT else ():
                name = item.id.removeprefix(printable(f"{directory}{os.sep}")) if is_relative else item.id
                met = index.meet(replace(item, id=name))
                if met is not None:
                    yield renamed(item, met[0])


def _picture(item: Item, wanted: Wanted, classifier: Classifier | None, limits: ImageLimits) -> Picture:
    encoded = item.content.load(limits.max_bytes)
    picture = Picture(date=_date(item.modified))
    if classifier is None:
        image = read_image(encoded, limits=limits, decode_side=_DECODED)
    else:
        image = classifier.decode(encoded)
        picture.overlays = {name: _overlay(image, name, classifier) for name in sorted(wanted.categories)}
    side = _LARGE if wanted.is_hit else _SMALL
    shown = Image.fromarray(image.pixels)
    shown.thumbnail((side, side))
    picture.thumbnail = _data_url(shown, "WEBP", quality=_QUALITY[side])
    return picture


def _date(modified: float | None) -> str | None:
    if modified is None:
        return None
    with contextlib.suppress(OverflowError, ValueError, OSError):  # archives hold any number
        return dt.datetime.fromtimestamp(modified, tz=dt.UTC).date().isoformat()


def _overlay(image: DecodedImage, category: str, classifier: Classifier) -> str:
    """Return the map of what speaks for a category, small, for the browser to lay over the thumbnail."""
    heat = Image.fromarray(np.clip(classifier.activation_map(image, category), 0, None))
    scale = _MAP / max(heat.size)
    small = [max(1, round(side * scale)) for side in heat.size]
    strength = np.asarray(heat.resize((small[0], small[1]), Image.Resampling.BOX))
    strength = strength / max(float(strength.max()), 1e-6)
    overlay = np.zeros((*strength.shape, 4), np.uint8)
    overlay[..., 0], overlay[..., 1] = 255, 60
    overlay[..., 3] = (200 * strength).astype(np.uint8)
    return _data_url(Image.fromarray(overlay), "PNG")


def _data_url(picture: Image.Image, kind: str, **settings: int) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **settings)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"
