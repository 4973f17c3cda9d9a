"""COCO annotations as listed photos: what any of a photo's annotations shows, the photo shows.

Boxes and outlines are not used. A photo without annotations shows none of the categories, as in COCO itself. Ids are
compared as text, because tools write the same id as ``1``, ``"1"`` and ``"000000000001"``; an annotation that finds no
photo all the same is listed as rejected.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from training.data.listing import ListedPhoto, Listing, Rejected, read_marks
from training.errors import DatasetError

Id = int | float | str
_SHOWN = 20


class _Image(msgspec.Struct, frozen=True):
    id: Id
    file_name: str
    license: Id | None = None
    source: str = ""


class _Annotation(msgspec.Struct, frozen=True):
    image_id: Id | None
    category_id: Id


class _Named(msgspec.Struct, frozen=True):
    id: Id
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

    Returns:
        The photos; annotations of photos that are not listed are rejected, as one entry that counts and names them.

    Raises:
        DatasetError: It is not COCO, ids are ambiguous, a category is not listed or has no name, or no annotation at
            all finds its photo.
    """
    try:
        export = msgspec.convert(content, _Export)
    except msgspec.ValidationError as error:
        raise DatasetError(
            f"expected COCO (images, annotations, categories) at {path}, found: {error}; "
            "a manifest has one photo a line and ends in .jsonl"
        ) from error
    names = _category_names(export, path)
    joined = _join(export, path)
    marks: dict[str, set[str]] = defaultdict(set)
    for image_id, annotation in joined.matched:
        marks[image_id].add(names[_text(annotation.category_id)])
    licences = {_text(licence.id): licence.name for licence in export.licenses}
    rows = tuple(_row(image, marks[_text(image.id)], licences, path.parent) for image in export.images)
    return Listing(rows, joined.rejected)


# --- ids --------------------------------------------------------------------------------------------------


def _text(value: Id) -> str:
    """Return an id as text; tables with gaps turn whole numbers into fractions (1.0)."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _short(text: str) -> str:
    """Return an id without what tools add and drop: leading zeros, and the fraction of a whole number.

    >>> _short("000000000001"), _short("1.0"), _short("000"), _short("img_01")
    ('1', '1', '0', 'img_01')
    """
    whole = text.removesuffix(".0")
    return (whole.lstrip("0") or "0") if whole.isascii() and whole.isdigit() else text


class _Index:
    """Ids that are listed, and how to find one of them that is written otherwise."""

    def __init__(self, ids: Iterable[str], *, what: str, path: Path) -> None:
        self._ids, self._what, self._path = frozenset(ids), what, path
        self._by_short: dict[str, set[str]] = defaultdict(set)
        for text in self._ids:
            self._by_short[_short(text)].add(text)

    def find(self, value: Id) -> str | None:
        """Return the listed id that is meant; None if none is.

        Raises:
            DatasetError: It could be any of several.
        """
        text = _text(value)
        if text in self._ids:
            return text
        alike = sorted(self._by_short.get(_short(text), ()))
        if len(alike) > 1:
            raise DatasetError(
                f"{self._path}: an annotation names {self._what} {text!r}, which could be any of "
                f"{', '.join(map(repr, alike))}; write the id as it is listed"
            )
        return alike[0] if alike else None


# --- categories -------------------------------------------------------------------------------------------


def _category_names(export: _Export, path: Path) -> dict[str, str]:
    """Return the name of each category by the id that annotations use."""
    _refuse_double(((_text(c.id), c.name.strip()) for c in export.categories), "categories", path)
    names = {_text(category.id): category.name.strip() for category in export.categories}
    index = _Index(names, what="category", path=path)
    used = {_text(annotation.category_id) for annotation in export.annotations}
    found = {text: index.find(text) for text in used}
    if unknown := sorted(text for text, listed in found.items() if listed is None):
        raise DatasetError(
            f"{path}: annotations name categories that are not listed: [{', '.join(unknown[:_SHOWN])}]; "
            f"listed are [{', '.join(sorted(names))}]"
        )
    named = {text: names[listed] for text, listed in found.items() if listed is not None}
    if nameless := sorted(text for text, name in named.items() if not name):
        raise DatasetError(
            f"{path}: expected categories with names, found none for [{', '.join(nameless)}]; "
            "name them by ids of the taxonomy"
        )
    return named


def _refuse_double(entries: Iterable[tuple[str, str]], what: str, path: Path) -> None:
    counts = Counter(identity for identity, _ in set(entries))
    if double := sorted(identity for identity, count in counts.items() if count > 1):
        raise DatasetError(
            f"{path}: expected {what} with different ids, found different ones with [{', '.join(double[:_SHOWN])}]; "
            "were two files joined without new ids?"
        )


# --- photos -----------------------------------------------------------------------------------------------


class _Joined(NamedTuple):
    """Annotations with the listed id of their photo, and what is said of those without one."""

    matched: Sequence[tuple[str, _Annotation]]
    rejected: tuple[Rejected, ...]


def _join(export: _Export, path: Path) -> _Joined:
    _refuse_double(((_text(image.id), image.file_name) for image in export.images), "images", path)
    index = _Index((_text(image.id) for image in export.images), what="image", path=path)
    found = [(None if a.image_id is None else index.find(a.image_id), a) for a in export.annotations]
    matched = [(image_id, annotation) for image_id, annotation in found if image_id is not None]
    lost = [str(annotation.image_id) for image_id, annotation in found if image_id is None]
    if not lost:
        return _Joined(matched, ())
    listed = ", ".join(list(dict.fromkeys(lost))[:_SHOWN])
    message = f"{len(lost)} of {len(found)} annotations are of images that are not listed: {listed}"
    if not matched:
        first = ", ".join(str(image.id) for image in export.images[:3]) or "none"
        raise DatasetError(
            f"{path}: expected annotations of the images that it lists, found that {message}; the ids listed begin "
            f"with {first}"
        )
    return _Joined(matched, (Rejected(path=path, error="AnnotationWithoutImage", message=message),))


def _row(image: _Image, names: set[str], licences: Mapping[str, str], folder: Path) -> ListedPhoto:
    marks = read_marks(names)
    licence = licences.get(_text(image.license), "") if image.license is not None else ""
    return ListedPhoto(
        path=_find(image.file_name, folder),
        labels=marks.labels,
        unsettled=marks.unsettled,
        source=image.source.strip(),
        licence=licence.strip() or "unknown",
    )


def _find(name: str, folder: Path) -> Path:
    places = [folder / name, folder / "images" / name, folder.parent / "images" / name]
    return next((place for place in places if place.is_file()), places[0])
