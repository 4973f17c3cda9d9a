"""Read COCO annotations: what any of a photo's annotations shows, the photo shows.

Boxes and outlines are not used. A photo without annotations shows none of the categories, as in COCO itself.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec

from training.data.rows import Listing, Row, read_marks
from training.errors import DatasetError


class _Image(msgspec.Struct, frozen=True):
    id: int | str
    file_name: str
    license: int | str | None = None
    source: str = ""


class _Annotation(msgspec.Struct, frozen=True):
    image_id: int | str
    category_id: int


class _Named(msgspec.Struct, frozen=True):
    id: int | str
    name: str = ""


class _Export(msgspec.Struct, frozen=True):
    images: tuple[_Image, ...]
    annotations: tuple[_Annotation, ...]
    categories: tuple[_Named, ...]
    licenses: tuple[_Named, ...] = ()


def read_coco(content: dict[str, Any], path: Path) -> Listing:
    """Read a decoded COCO file; its categories are named by taxonomy ids.

    Args:
        content: The decoded JSON.
        path: The file it comes from; photos lie beside it, or in ``images/`` there or one folder up.

    Raises:
        DatasetError: It is not COCO, or an annotation names a category that is not listed.
    """
    try:
        export = msgspec.convert(content, _Export)
    except msgspec.ValidationError as error:
        raise DatasetError(
            f"expected COCO (images, annotations, categories) at {path}, found: {error}; "
            "a manifest has one photo a line and ends in .jsonl"
        ) from error
    names = {category.id: category.name for category in export.categories}
    unknown = {annotation.category_id for annotation in export.annotations} - set(names)
    if unknown:
        raise DatasetError(f"{path}: annotations name categories that are not listed: {sorted(unknown)}")
    marks: dict[int | str, set[str]] = defaultdict(set)
    for annotation in export.annotations:
        marks[annotation.image_id].add(names[annotation.category_id])
    licences = {licence.id: licence.name for licence in export.licenses}
    return Listing(tuple(_row(image, marks[image.id], licences, path.parent) for image in export.images))


def _row(image: _Image, names: set[str], licences: dict[int | str, str], folder: Path) -> Row:
    marks = read_marks(names)
    licence = licences.get(image.license, "") if image.license is not None else ""
    return Row(
        path=_find(image.file_name, folder),
        labels=marks.labels,
        unsettled=marks.unsettled,
        source=image.source.strip(),
        licence=licence.strip() or "unknown",
    )


def _find(name: str, folder: Path) -> Path:
    places = [folder / name, folder / "images" / name, folder.parent / "images" / name]
    return next((place for place in places if place.is_file()), places[0])
