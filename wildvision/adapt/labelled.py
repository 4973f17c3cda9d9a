"""Labelled photos to measure, calibrate or teach with: where each is, who it is from, what it shows, what is open.

| input | what is read |
|---|---|
| a folder of folders | ``LABEL/photo.jpg`` or ``LABEL/SOURCE/photo.jpg``, as `wildvision.adapt.inputs.readers` says |
| ``.csv``, ``.parquet``, ``.jsonl`` | a manifest with ``path`` and ``labels``, and ``source`` where it is known |
| ``.json`` | an export of Label Studio, or COCO |
| the results of a scan | its rows with the decisions beside them, as `wildvision.adapt.decisions` says |

What nobody labelled is left out and said; it never counts as "shows nothing".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from wildvision.adapt.decisions import decided_items
from wildvision.adapt.inputs.listing import ListedPhoto, Rejected, printable
from wildvision.adapt.inputs.readers import read_input
from wildvision.adapt.labels import may_show_product
from wildvision.archive.folder import SCAN_FILE
from wildvision.archive.items import InFile, Item
from wildvision.errors import LabelError

UNKNOWN = "unknown"
"""Owner of all photos whose source nobody told: they may all be of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPhoto:
    """One labelled photo.

    Attributes:
        source: Where its bytes are; `Item.content` is read where it is needed, also in another process.
        owner: The shop, museum or platform it comes from; `UNKNOWN` where nobody told.
        positive: Category ids that it shows.
        masked: Ids that count neither for nor against.
        name: What to call it in a message or on a page.
    """

    source: Item
    owner: str
    positive: frozenset[str]
    masked: frozenset[str]
    name: str

    @property
    def labels(self) -> frozenset[str]:
        """Category ids that it shows."""
        return self.positive

    @property
    def unsettled(self) -> frozenset[str]:
        """Ids that count neither for nor against."""
        return self.masked

    @property
    def group(self) -> str:
        """The owner: photos of one owner stay together when some are left out."""
        return self.owner

    @property
    def origin(self) -> str:
        """The owner."""
        return self.owner

    @property
    def shows_product(self) -> bool:
        """Whether it shows, or may show, anything but look-alikes."""
        return may_show_product(self.positive | self.masked)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPhotos:
    """What inputs hold.

    Attributes:
        photos: In the order of their names.
        rejected: Entries that cannot be used, with the reason.
        strange: Label ids that no category of the model has, with how many photos bear each.
    """

    photos: tuple[LabelledPhoto, ...]
    rejected: tuple[Rejected, ...]
    strange: dict[str, int]


def read_labelled(inputs: Iterable[Path], categories: Sequence[str]) -> LabelledPhotos:
    """Read labelled photos; nothing is opened yet, so that a photo that is gone shows when it is scored.

    Args:
        inputs: Folders, manifests, exports, or folders of scans with decisions.
        categories: Ids that the model scores; decisions on a scan leave all but the one decided on open.

    Raises:
        LabelError: There is no input, or one cannot be read; all its faults are named.
        ScanError: The folder of a scan is unreadable.
    """
    found: list[LabelledPhoto] = []
    rejected: list[Rejected] = []
    for path in inputs:
        photos, refused = _read(path, categories)
        found += photos
        rejected += refused
    if not found:
        raise LabelError(
            "expected labelled photos, found none"
            + (f"; {len(rejected)} were left out, first: {rejected[0].message}" if rejected else "")
            + "; put photos into folders named by what they show, and those that show nothing into everyday/"
        )
    found.sort(key=lambda photo: photo.name)
    return LabelledPhotos(photos=tuple(found), rejected=tuple(rejected), strange=_strange(found, categories))


def _read(path: Path, categories: Sequence[str]) -> tuple[list[LabelledPhoto], tuple[Rejected, ...]]:
    if (path / SCAN_FILE).is_file():
        return [
            LabelledPhoto(
                source=decided.item,
                owner=decided.owner or UNKNOWN,
                positive=decided.positive,
                masked=decided.masked(categories),
                name=decided.item.id,
            )
            for decided in decided_items(path)
        ], ()
    listing = read_input(path)
    return [_photo(row) for row in listing.rows], listing.rejected


def _photo(row: ListedPhoto) -> LabelledPhoto:
    owner = (row.source or row.group).split("/")[0]  # OWNER/NAME is a source of an owner
    place = str(row.path)
    return LabelledPhoto(
        source=Item(id=place, content=InFile(place)),
        owner=owner or UNKNOWN,
        positive=row.labels,
        masked=row.unsettled,
        name=printable(place),
    )


def _strange(photos: Iterable[LabelledPhoto], categories: Collection[str]) -> dict[str, int]:
    known, counts = set(categories), dict[str, int]()
    for photo in photos:
        for label in photo.positive - known:
            counts[label] = counts.get(label, 0) + 1
    return dict(sorted(counts.items()))
