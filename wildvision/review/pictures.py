"""Pictures of the cards, decoded by the library and written anew: no byte of a file reaches the browser."""

from __future__ import annotations

import io
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from wildvision.archive.again import items_again
from wildvision.archive.items import InMemory, Item
from wildvision.archive.looked_at import box_in
from wildvision.archive.stills import most_bytes, still
from wildvision.classifier import Classifier
from wildvision.errors import ImageError
from wildvision.heat import heat_picture
from wildvision.images import ImageLimits, read_image
from wildvision.layout import Box

_SIDE = 960  # px, longer side of a picture
_QUALITY = 85  # of JPEG
_MAP = 24  # px, longer side of a map, which the browser stretches


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is shown of a row.

    Attributes:
        frame_s: Of a clip, the time of the frame, seconds.
        part: What is shown beside the picture, px of the original; None: nothing.
    """

    frame_s: float | None = None
    part: Box | None = None


class Pictures:
    """Finds the images of a scan again, in the background, and draws them when they are asked for.

    Images in files and zip archives are read when they are shown. Those that come from a stream are drawn when the
    stream passes, into a temporary folder.

    Args:
        shown: By id, the rows that may be shown, and nothing else.
        facts: The scan's manifest.
        classifier: The scan's model, for maps; None: without them.
    """

    def __init__(
        self, shown: Mapping[str, Shown], facts: Mapping[str, Any], classifier: Classifier | None
    ) -> None:
        self._wanted, self._shown = {name: place for place, name in enumerate(shown)}, shown
        self._classifier = classifier
        self._limits = ImageLimits(**facts["limits"])
        self._items: dict[str, Item] = {}
        self._scratch = tempfile.TemporaryDirectory(prefix="wildvision-review-", ignore_cleanup_errors=True)
        self._lock = threading.Lock()
        self._ended, self._closed = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._find, args=(facts["sources"],), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop looking, and remove what was drawn."""
        self._closed.set()
        self._thread.join(timeout=5)
        self._scratch.cleanup()

    def picture(self, name: str, *, part: bool = False) -> bytes | None:
        """Return a picture as JPEG; None: it was not met yet, see `is_searching`.

        Args:
            name: Id of the row.
            part: Whether the part that carries the answer is wanted instead of the whole picture.

        Raises:
            ImageError: The image cannot be read any more, or no part of it is shown.
            KeyError: It is none of those that may be shown.
        """
        if part and self._shown[name].part is None:
            raise ImageError("expected a picture of which a part is shown, and there is none")
        kept = self._kept(name, part=part)
        if not kept.exists():
            item = self._items.get(name)
            if item is None and not self.is_searching:
                raise ImageError("expected the image where the scan found it, and it is not there")
            if item is None:
                return None
            self._draw(name, item.content.load(most_bytes(name, self._limits.max_bytes)))
        return kept.read_bytes()

    def overlay(self, name: str, category: str, *, part: bool = False) -> bytes | None:
        """Return what speaks for a category as a transparent PNG; None: not met yet, or there is no model.

        Args:
            name: Id of the row.
            category: One that the model scores.
            part: Whether that of the part is wanted.

        Raises:
            ImageError: The image cannot be read any more, or no part of it is shown.
            KeyError: It is none of those that may be shown, or the model does not score the category.
        """
        picture = self.picture(name, part=part)
        if picture is None or self._classifier is None:
            return None
        item, box = self._items.get(name), self._shown[name].part
        # The image itself where it is at hand: of a long page, the picture that is shown has too little left.
        encoded = picture if item is None else item.content.load(self._limits.max_bytes)
        with self._lock:  # one at a time: each takes all cores
            image = self._classifier.decode(encoded)
            activation = self._classifier.activation_map(image, category)
        if part and box is not None and item is not None:
            activation = box_in(image, box).of(activation)
        return _encoded(heat_picture(activation, _MAP), "PNG")

    @property
    def is_searching(self) -> bool:
        """Whether images may still be met."""
        return not self._ended.is_set()

    def _find(self, sources: Sequence[Mapping[str, str]]) -> None:
        missing = set(self._wanted)
        try:
            for item in items_again(sources):
                if self._closed.is_set() or not missing:
                    break
                if item.id in missing:
                    missing.remove(item.id)
                    self._keep(item)
        finally:
            self._ended.set()

    def _keep(self, item: Item) -> None:
        if not isinstance(item.content, InMemory):
            self._items[item.id] = item
            return
        try:
            self._draw(item.id, item.content.load(most_bytes(item.id, self._limits.max_bytes)))
        except ImageError:
            return  # asked for, it is as one that is gone

    def _draw(self, name: str, encoded: bytes) -> None:
        shown = self._shown[name]
        side = None if shown.part else _SIDE  # of a part every pixel counts
        image = read_image(still(encoded, shown.frame_s), limits=self._limits, decode_side=side)
        if shown.part:
            self._keep_drawn(box_in(image, shown.part).of(image.pixels), self._kept(name, part=True))
        self._keep_drawn(image.pixels, self._kept(name))

    def _keep_drawn(self, pixels: NDArray[np.uint8], kept: Path) -> None:
        picture = Image.fromarray(pixels)
        picture.thumbnail((_SIDE, _SIDE))
        part = kept.with_suffix(f".{threading.get_ident()}")
        part.write_bytes(_encoded(picture, "JPEG", quality=_QUALITY))
        part.replace(kept)

    def _kept(self, name: str, *, part: bool = False) -> Path:
        return Path(self._scratch.name) / f"{self._wanted[name]}{'-part' if part else ''}.jpg"


def _encoded(picture: Image.Image, kind: str, **settings: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **settings)
    return buffer.getvalue()
