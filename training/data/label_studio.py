"""Label Studio's JSON export (not JSON-MIN), as listed photos: https://labelstud.io/guide/task_format.

Labels are the choices, the leaves of a taxonomy, and the labels of boxes, outlines, brushes and points. Only a finished
annotation whose result is empty, or that says ``everyday`` or ``none``, means that the photo shows nothing. A photo is
rejected as unlabelled where something was marked without saying what, where only comments, ratings or other things were
given that name no category, and where nobody finished: cancelled and skipped annotations, drafts and predictions are
not read. Where several people labelled a photo, what all of them saw is a label and what only some saw is unsettled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from training.data.listing import NO_LABEL, ListedPhoto, Listing, Rejected, read_marks
from training.errors import DatasetError

# A region without a label of its own: the label is another result of the same region id.
_REGIONS = frozenset({"rectangle", "polygon", "brush", "ellipse", "keypoint", "bitmask", "vector"})
_CATEGORICAL = frozenset({"choices", "taxonomy"})
# Flags of an annotation that nobody stands by.
_NOT_FINISHED = ("was_cancelled", "skipped", "was_skipped", "draft", "is_draft", "was_draft")


class _Result(msgspec.Struct, frozen=True):
    type: str = ""
    value: Any = None
    id: str | int | None = None

    @property
    def marks_a_region(self) -> bool:
        return self.type in _REGIONS or self.type in _CATEGORICAL or self.type.endswith("labels")


class _Data(msgspec.Struct, frozen=True):
    image: str
    source: str | None = None
    licence: str | None = None


class _Task(msgspec.Struct, frozen=True):
    data: _Data
    annotations: tuple[dict[str, Any], ...]
    drafts: tuple[Any, ...] = ()
    id: int | str | None = None


class _UnlabelledError(Exception):
    """An annotation says something, but not which category."""


def read_label_studio(content: object, path: Path) -> Listing:
    """Read a decoded export.

    Args:
        content: The decoded JSON, a list of tasks.
        path: The file it comes from; relative photos are sought beside it and in the folders above.

    Raises:
        DatasetError: It is not such an export.
    """
    try:
        tasks = msgspec.convert(content, tuple[_Task, ...])
    except msgspec.ValidationError as error:
        raise DatasetError(
            f"expected a Label Studio export with data.image and annotations at {path}, found: {error}; "
            "export as JSON, not JSON-MIN"
        ) from error
    entries = [_read_task(task, path.parent) for task in tasks]
    rows = tuple(entry for entry in entries if isinstance(entry, ListedPhoto))
    return Listing(rows, tuple(entry for entry in entries if isinstance(entry, Rejected)))


def _read_task(task: _Task, folder: Path) -> ListedPhoto | Rejected:
    file = find_photo(task.data.image, folder)
    try:
        labels = _agreed(task)
    except _UnlabelledError as error:
        return Rejected(path=file, error="Unlabelled", message=f"task {task.id} {error}")
    marks = read_marks(labels)
    return ListedPhoto(
        path=file,
        labels=marks.labels,
        unsettled=marks.unsettled,
        source=(task.data.source or "").strip(),
        licence=(task.data.licence or "").strip() or "unknown",
    )


def _agreed(task: _Task) -> list[str]:
    """Return what all annotators saw, and with a question mark what only some of them saw."""
    finished = [_names(a) for a in task.annotations if not any(a.get(flag) for flag in _NOT_FINISHED)]
    if not finished:
        raise _UnlabelledError("has no finished annotation")
    agreed, seen = frozenset.intersection(*finished), frozenset.union(*finished)
    if not seen and any(isinstance(draft, Mapping) and draft.get("result") for draft in task.drafts):
        raise _UnlabelledError("has an empty annotation, and a draft that says more and was not submitted")
    return [*agreed, *(f"{name.removesuffix('?')}?" for name in seen - agreed)]


# --- one annotation ---------------------------------------------------------------------------------------


def _names(annotation: Mapping[str, Any]) -> frozenset[str]:
    """Return the labels of a finished annotation, without the words for "none".

    Raises:
        _UnlabelledError: Something was marked without saying what, or nothing that was given is a category.
    """
    results = _results(annotation)
    found = [(result, _labels(result)) for result in results]
    named = {result.id for result, labels in found if labels and result.id is not None}
    nameless = [r.type for r, labels in found if not labels and r.marks_a_region and r.id not in named]
    if nameless or (found and not any(labels for _, labels in found)):
        kinds = ", ".join(sorted(set(nameless or [result.type or "(none)" for result in results])))
        raise _UnlabelledError(
            f"has a result without a label, of type {kinds}; label it again, as 'everyday' if it shows nothing"
        )
    return frozenset(label for _, labels in found for label in labels) - NO_LABEL


def _results(annotation: Mapping[str, Any]) -> list[_Result]:
    try:
        return msgspec.convert(annotation.get("result"), list[_Result])
    except msgspec.ValidationError as error:
        raise _UnlabelledError(f"has an annotation without a readable result: {error}") from error


def _labels(result: _Result) -> list[str]:
    """Return the labels that a result carries, whatever its type; none where one of them is no text."""
    if not isinstance(result.value, Mapping):
        return []
    given = [(key, value) for key, value in result.value.items() if _holds_labels(key)]
    names = [
        name for key, value in given for name in (_leaves(value) if key == "taxonomy" else _listed(value))
    ]
    texts = [name.strip() for name in names if isinstance(name, str)]
    return texts if len(texts) == len(names) and all(texts) else []


def _holds_labels(key: str) -> bool:
    return key in _CATEGORICAL or key.endswith("labels")


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _leaves(value: Any) -> list[Any]:
    """Return the ends of the paths that were chosen; the way to a chosen end is no choice of its own."""
    paths = [tuple(_listed(path)) for path in _listed(value)]
    return [
        path[-1] if path else None
        for path in paths
        if not any(len(other) > len(path) and other[: len(path)] == path for other in paths)
    ]


def find_photo(image: str, folder: Path) -> Path:
    """Find the file that a task's ``data.image`` means.

    Args:
        image: A path, or an address of Label Studio: ``/data/local-files/?d=PATH`` is relative to its document
            root, which the export does not tell; ``/data/upload/PROJECT/NAME`` is a copy it made.
        folder: Where the export is. A relative path is sought here, then in each folder above.

    Returns:
        The first that is there; else where it was expected.
    """
    places = list(_places(image, folder))
    return next((place for place in places if place.is_file()), places[0])


def _places(image: str, folder: Path) -> Iterator[Path]:
    address = urlsplit(image)
    if address.path.rstrip("/").endswith("/data/local-files"):
        name = parse_qs(address.query).get("d", [""])[0].lstrip("/")
    elif address.scheme == "file":
        name = unquote(address.path)
    elif "/data/upload/" in address.path:
        name = unquote(address.path.partition("/data/")[2])
        yield folder / PurePosixPath(name).name
    else:
        name = image
    yield from (place / name for place in (folder, *folder.parents))
