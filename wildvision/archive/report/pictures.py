"""Thumbnails and maps of a page, made from the images as the scan's sources hold them now."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from wildvision.archive.again import items_again
from wildvision.archive.items import Item
from wildvision.archive.looked_at import box_in
from wildvision.archive.report.findings import Progress
from wildvision.archive.report.packing import WEBP
from wildvision.archive.stills import most_bytes, still
from wildvision.classifier import Classifier
from wildvision.errors import ImageError, RuntimeBackendError
from wildvision.heat import heat_picture
from wildvision.images import ImageLimits, read_image
from wildvision.layout import Box

_LARGE, _SMALL = (
    208,
    144,
)  # px, longer side of a thumbnail: of a hit, as wide as its card, and of a curious picture
_QUALITY = {_LARGE: 32, _SMALL: 30}  # of WebP
_DECODED = 2 * _LARGE  # px: images are shrunk while decoding as long as their longer side stays at least this
_MAP = 12  # px, longer side of an overlay, which the browser stretches; the network's own maps have 8


@dataclass(slots=True, kw_only=True)
class PartPicture:
    """What can be seen of the part of an image that carries the score of a category.

    Attributes:
        thumbnail: ``data:`` URL.
        overlay: As those of `Picture`; None: without the model.
    """

    thumbnail: str
    overlay: str | None = None


@dataclass(slots=True, kw_only=True)
class Picture:
    """What can be seen of an image.

    Attributes:
        thumbnail: ``data:`` URL; None: the image could not be read again.
        overlays: What speaks for a category, by its id: the width in px, and how opaque each px is, bytes in base64.
        date: When its file was changed last, ISO 8601; None: the source does not say.
        parts: What is shown beside it, by category.
    """

    thumbnail: str | None = None
    overlays: dict[str, str] = field(default_factory=dict[str, str])
    date: str | None = None
    parts: dict[str, PartPicture] = field(default_factory=dict[str, PartPicture])


@dataclass(slots=True, kw_only=True)
class Wanted:
    """What a page shows of an image: how large, which frame of a clip, the maps of which categories, which parts."""

    is_hit: bool
    frame_s: float | None = None
    categories: set[str] = field(default_factory=set[str])
    parts: dict[str, Box] = field(default_factory=dict[str, Box])


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
    for item in items_again(facts["sources"]) if missing else ():
        if item.id in missing:
            missing.remove(item.id)
            with contextlib.suppress(ImageError, RuntimeBackendError):
                pictures[item.id] = _picture(item, wanted[item.id], classifier, limits)
            progress("drawing pictures", len(wanted) - len(missing), len(wanted))
            if not missing:
                break
    return pictures


def _picture(item: Item, wanted: Wanted, classifier: Classifier | None, limits: ImageLimits) -> Picture:
    shown_of = still(item.content.load(most_bytes(item.id, limits.max_bytes)), wanted.frame_s)
    picture, maps = Picture(date=_date(item.modified)), dict[str, NDArray[np.float32]]()
    if classifier is None:
        image = read_image(shown_of, limits=limits, decode_side=_DECODED)
    else:
        image = classifier.decode(shown_of)
        maps = {name: classifier.activation_map(image, name) for name in sorted(wanted.categories)}
    picture.overlays = {name: _overlay(found) for name, found in maps.items()}
    side = _LARGE if wanted.is_hit else _SMALL
    picture.thumbnail = _thumbnail(image.pixels, side)
    if wanted.parts:
        whole = read_image(shown_of, limits=limits)  # of a part every pixel counts
        for name, box in wanted.parts.items():
            found = maps.get(name)
            picture.parts[name] = PartPicture(
                thumbnail=_thumbnail(box_in(whole, box).of(whole.pixels), side),
                overlay=None if found is None else _overlay(box_in(image, box).of(found)),
            )
    return picture


def _thumbnail(pixels: NDArray[np.uint8], side: int) -> str:
    shown = Image.fromarray(pixels)
    shown.thumbnail((side, side))
    return _data_url(shown, _QUALITY[side])


def _date(modified: float | None) -> str | None:
    if modified is None:
        return None
    with contextlib.suppress(OverflowError, ValueError, OSError):  # archives hold any number
        return dt.datetime.fromtimestamp(modified, tz=dt.UTC).date().isoformat()


def _data_url(picture: Image.Image, quality: int) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=quality, method=6)
    return f"{WEBP}{base64.b64encode(buffer.getvalue()).decode()}"


def _overlay(activation: NDArray[np.float32]) -> str:
    heat = heat_picture(activation, _MAP)
    return f"{heat.width} {base64.b64encode(heat.getchannel('A').tobytes()).decode()}"
