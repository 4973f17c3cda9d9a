"""The pictures that were classified last, so that a result can be explained without keeping every picture alive."""

from __future__ import annotations

import threading
from collections import OrderedDict

from wildvision.pixels import DecodedImage

MOST_PICTURES = 8  # more than are at work at once in a stream
MOST_BYTES = 32 * 2**20  # of pixels, of all of them together


class RecentPictures:
    """A bounded memory of decoded pictures; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, DecodedImage] = OrderedDict()
        self._next = 0

    def keep(self, image: DecodedImage) -> int:
        """Remember a picture, forget the oldest ones that are too many, and return its number."""
        with self._lock:
            number, self._next = self._next, self._next + 1
            self._kept[number] = image
            while len(self._kept) > MOST_PICTURES or self._bytes() > MOST_BYTES:
                self._kept.popitem(last=False)
            return number

    def get(self, number: int) -> DecodedImage | None:
        """Return a picture that is still remembered."""
        with self._lock:
            return self._kept.get(number)

    def _bytes(self) -> int:
        return sum(image.pixels.nbytes for image in self._kept.values())
