"""Explanations: where in a picture the evidence for a category lies, as numbers, as boxes and as a picture.

The class activation map (Zhou et al. 2016, "Learning deep features for discriminative localization") of a network that
ends in global pooling and one linear layer adds up to the logit, so nothing is estimated here. It shows what the
network looked at, not where a thing ends, and not why.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from wildvision.heat import heat_picture

EXPLANATION_SCHEMA = 1
"""Raised when a field of `Explanation.to_dict` goes or changes its meaning."""

REGION_FROM = 0.2
"""Share of the map's maximum from which a place belongs to a region: Zhou et al. 2016, section 3.2."""

LEAST_SHARE = 0.05  # of the evidence: a region with less is not named
MOST_REGIONS = 8
_GRID = 48  # cells along the longer side on which regions are told apart; networks' own maps have 8
_ROWS = 16  # cells along the longer side of the map in `to_dict`
_INK, _LINE = (255, 255, 255), (20, 20, 20)

FloatMap = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceBox:
    """A region that speaks for a category: columns ``left`` to ``right`` and rows ``top`` to ``bottom``, last excluded.

    Attributes:
        left: Px of the original picture.
        top: The same.
        right: The same.
        bottom: The same.
        share: Of all that speaks for the category in the picture, 0 to 1.
    """

    left: int
    top: int
    right: int
    bottom: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Explanation:
    """Where the evidence for one category lies.

    Attributes:
        category: A taxonomy id.
        score: Its calibrated probability, as the classification of the picture has it.
        logit: What the network said of the view that carries the score: the picture, or a part of it.
        map: Shape (H, W), float32: what each place adds to the logit; above 0 for the category, below 0 against it. Its
            mean and `constant` are the logit. Where a part of the picture carries the score, it is 0 outside of it.
        pixels: What the map lies over, RGB, shape (H, W, 3), uint8.
        width: Of the original in px, upright.
        height: Of the original in px, upright.
        boxes: Regions that carry the score, by falling share; empty where nothing speaks for the category.
    """

    category: str
    score: float
    logit: float
    map: FloatMap
    pixels: NDArray[np.uint8]
    width: int
    height: int
    boxes: tuple[EvidenceBox, ...]

    @property
    def constant(self) -> float:
        """What is not in the picture: the head's bias, and what the padding beside a picture adds."""
        return self.logit - float(self.map.mean(dtype=np.float64))

    def __repr__(self) -> str:
        facts = f"{self.category}={self.score:.2f}, regions={len(self.boxes)}"
        return f"<Explanation {facts}, {self.width} x {self.height} px>"

    def overlay(self, *, boxes: bool = True) -> Image.Image:
        """Return the picture with what speaks for the category laid over it, RGB, in the size of `pixels`.

        Args:
            boxes: Whether the regions are drawn in, each with its share of the evidence.
        """
        picture = Image.fromarray(self.pixels).convert("RGBA")
        heat = heat_picture(self.map, max(picture.size)).resize(picture.size, Image.Resampling.BILINEAR)
        picture.alpha_composite(heat)
        drawn = picture.convert("RGB")
        for box in self.boxes if boxes else ():
            _draw(drawn, box, scale=drawn.width / self.width)
        return drawn

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON; the map as rows of means over at most 16 x 16 places."""
        coarse = _coarse(self.map, _ROWS).astype(np.float64)
        coarse += (
            self.map.mean(dtype=np.float64) - coarse.mean()
        )  # cells of unlike size move the mean a little
        return {
            "schema": EXPLANATION_SCHEMA,
            "category": self.category,
            "score": self.score,
            "logit": self.logit,
            "constant": self.constant,
            "width": self.width,
            "height": self.height,
            "boxes": [
                {"left": b.left, "top": b.top, "right": b.right, "bottom": b.bottom, "share": b.share}
                for b in self.boxes
            ],
            "map": [[round(float(value), 4) for value in row] for row in coarse],
        }


def regions(evidence: FloatMap, *, width: int, height: int) -> tuple[EvidenceBox, ...]:
    """Return the connected regions of a map (H, W) that carry most of what speaks for a category.

    Args:
        evidence: As in `Explanation`.
        width: Of the original picture, px.
        height: Of the original picture, px.

    Returns:
        At most `MOST_REGIONS`, by falling share, each with at least `LEAST_SHARE`.
    """
    cells = np.clip(_coarse(evidence, _GRID), 0, None)
    total = float(cells.sum(dtype=np.float64))
    if total <= 0:
        return ()
    rows, columns = cells.shape
    found = [
        EvidenceBox(
            left=round(left / columns * width),
            top=round(top / rows * height),
            right=round(right / columns * width),
            bottom=round(bottom / rows * height),
            share=round(share, 4),
        )
        for left, top, right, bottom, share in _components(cells, total)
        if share >= LEAST_SHARE
    ]
    return tuple(sorted(found, key=lambda box: -box.share)[:MOST_REGIONS])


def _components(cells: FloatMap, total: float) -> Iterator[tuple[int, int, int, int, float]]:
    """Yield left, top, right, bottom and share of each connected region, in cells."""
    waiting = cells >= max(REGION_FROM * float(cells.max()), np.finfo(np.float32).tiny)
    while waiting.any():
        row, column = (int(place) for place in np.argwhere(waiting)[0])
        members = _flood(waiting, row, column)
        rows, columns = [r for r, _ in members], [c for _, c in members]
        share = sum(float(cells[place]) for place in members) / total
        yield min(columns), min(rows), max(columns) + 1, max(rows) + 1, share


def _flood(waiting: NDArray[np.bool_], row: int, column: int) -> list[tuple[int, int]]:
    """Take one region of 4-connected cells out of those that wait, and return it."""
    waiting[row, column] = False
    members, edge = [(row, column)], deque([(row, column)])
    while edge:
        r, c = edge.popleft()
        for near in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)):
            if 0 <= near[0] < waiting.shape[0] and 0 <= near[1] < waiting.shape[1] and waiting[near]:
                waiting[near] = False
                members.append(near)
                edge.append(near)
    return members


def _coarse(evidence: FloatMap, side: int) -> FloatMap:
    """Return means over a grid of at most ``side`` cells along the longer side."""
    height, width = evidence.shape
    scale = min(1.0, side / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(evidence).resize(size, Image.Resampling.BOX))


def _draw(picture: Image.Image, box: EvidenceBox, *, scale: float) -> None:
    """Draw a region's outline and its share of the evidence."""
    draw = ImageDraw.Draw(picture)
    seen = min(max(picture.size), 2 * min(picture.size))  # what one sees at once of a page of any length
    unit = max(1, round(seen / 250))
    corners = [round(edge * scale) for edge in (box.left, box.top, box.right, box.bottom)]
    corners[2], corners[3] = max(corners[0], corners[2] - 1), max(corners[1], corners[3] - 1)
    draw.rectangle(corners, outline=_LINE, width=2 * unit)
    draw.rectangle(corners, outline=_INK, width=unit)
    font = ImageFont.load_default(size=max(9, 5 * unit + 4))
    place, text = (corners[0] + 2 * unit, corners[1] + 2 * unit), f"{box.share:.0%}"
    draw.rectangle(draw.textbbox(place, text, font=font), fill=_LINE)
    draw.text(place, text, fill=_INK, font=font)
