"""Parts of a picture that a scan looked at by themselves: their boxes, and which of them carries an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from wildvision.archive.rows import Row
from wildvision.errors import ScanError
from wildvision.images import DecodedImage
from wildvision.layout import Box
from wildvision.part_scores import powers_of, shared_scores
from wildvision.parts import Detail, PartKind

SMALL = 0.45
"""Share of a picture's longer side below which a part is shown beside the picture: in a thumbnail it is a few px."""

_WHOLE = "whole"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LookedAt:
    """What was looked at by itself, for one category.

    Attributes:
        boxes: Shape (n, 4), int32: left, top, right, bottom of each part, px of the original, last excluded.
        carrier: The row of `boxes` whose score counts for the picture.
        kind: Of that part, as `wildvision.parts.PartKind` calls it.
        score: Of the category, 0 to 1, had that part come alone.
    """

    boxes: NDArray[np.int32]
    carrier: int
    kind: str
    score: float

    @property
    def box(self) -> Box:
        """The part that carries the answer."""
        return Box(*self.boxes[self.carrier].tolist())

    def is_small(self, width: int, height: int) -> bool:
        """Whether the part that carries the answer is to be shown beside the picture of this size, px."""
        box = self.box
        return max(box.right - box.left, box.bottom - box.top) < SMALL * max(width, height)

    def drawn(self, label: str, *, width: int, height: int) -> dict[str, Any]:
        """Return what ``boxes.js`` lays over a picture, ready for JSON.

        Args:
            label: Of the part that carries the answer.
            width: Of the original, px.
            height: Of the original, px.
        """
        return {
            "size": [width, height],
            "boxes": self.boxes.tolist(),
            "carrier": self.carrier,
            "label": label,
        }


class _Part(msgspec.Struct, frozen=True):
    """A part as a row keeps it."""

    kind: str
    box: tuple[int, int, int, int]
    scores: dict[str, float]


def looked_at(row: Row, category: str, detail: Detail) -> LookedAt | None:
    """Return what was looked at by itself, where a part carries the score of a category.

    Args:
        row: Of a scan.
        category: One that the model scores; of a look-alike, rows keep no scores of parts.
        detail: Of the scan: it says how parts are combined.

    Returns:
        None: only the whole picture was looked at, or it carries the score itself.

    Raises:
        ScanError: The row's parts are none.
    """
    if row.parts is None or not category:
        return None
    views = _read(row)
    parts = views[1:] if views[0].kind == _WHOLE else views
    kinds = [PartKind(part.kind) for part in parts]
    # All that rows keep, for parts that score the same are one.
    names = [category, *sorted(views[0].scores.keys() - {category})]
    scores = np.array([[view.scores.get(name, 0.0) for name in names] for view in views], np.float64)
    areas = [Box(*part.box).area for part in parts]
    best = int(shared_scores(scores, kinds, areas, powers_of(detail))[:, 0].argmax())
    if views[best].kind == _WHOLE:
        return None
    boxes = np.array([part.box for part in parts], np.int32)
    carrier = best - (len(views) - len(parts))
    return LookedAt(boxes=boxes, carrier=carrier, kind=kinds[carrier].value, score=float(scores[best, 0]))


def box_in(image: DecodedImage, box: Box) -> Box:
    """Return where a box of the original lies in decoded pixels, at least one pixel large.

    Args:
        image: The original, decoded; it may have changed since it was scanned, and be smaller.
        box: Px of the original.
    """
    height, width = image.pixels.shape[:2]
    across, down = width / image.width, height / image.height
    left, top = min(int(box.left * across), width - 1), min(int(box.top * down), height - 1)
    right, bottom = min(round(box.right * across), width), min(round(box.bottom * down), height)
    return Box(left, top, max(right, left + 1), max(bottom, top + 1))


def _read(row: Row) -> list[_Part]:
    try:
        parts = msgspec.json.decode(row.parts or "[]", type=list[_Part])
        if parts[0].kind in {_WHOLE, *PartKind} and all(part.kind in set(PartKind) for part in parts[1:]):
            return parts
        found = ", ".join(part.kind for part in parts)
    except (msgspec.MsgspecError, IndexError) as error:
        found = str(error)
    raise ScanError(f"expected the parts of {row.id}, found: {found}")
