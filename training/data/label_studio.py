"""Read Label Studio's JSON export (not JSON-MIN): https://labelstud.io/guide/task_format.

Labels are the choices, and the labels of boxes and outlines where there are any. Where several people labelled a
photo, what all of them saw is a label and what only some saw is unsettled. Cancelled annotations and predictions
are not read; a task without a finished annotation is listed as rejected.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from training.data.rows import Listing, Rejected, Row, read_marks
from training.errors import DatasetError


class _Result(msgspec.Struct, frozen=True):
    type: str = ""
    value: dict[str, Any] = {}


class _Annotation(msgspec.Struct, frozen=True):
    result: tuple[_Result, ...] = ()
    was_cancelled: bool = False


class _Data(msgspec.Struct, frozen=True):
    image: str
    source: str | None = None
    licence: str | None = None


class _Task(msgspec.Struct, frozen=True):
    data: _Data
    annotations: tuple[_Annotation, ...]
    id: int | str | None = None


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
    rows = tuple(entry for entry in entries if isinstance(entry, Row))
    return Listing(rows, tuple(entry for entry in entries if isinstance(entry, Rejected)))


def _read_task(task: _Task, folder: Path) -> Row | Rejected:
    file = find_photo(task.data.image, folder)
    finished = [_names(annotation) for annotation in task.annotations if not annotation.was_cancelled]
    if not finished:
        message = f"task {task.id} has no finished annotation"
        return Rejected(path=file, error="Unlabelled", message=message)
    agreed, seen = frozenset.intersection(*finished), frozenset.union(*finished)
    marks = read_marks([*agreed, *(f"{name.removesuffix('?')}?" for name in seen - agreed)])
    return Row(
        path=file,
        labels=marks.labels,
        unsettled=marks.unsettled,
        source=(task.data.source or "").strip(),
        licence=(task.data.licence or "").strip() or "unknown",
    )


def _names(annotation: _Annotation) -> frozenset[str]:
    names = {str(name).strip() for result in annotation.result for name in _chosen(result)}
    return frozenset(name for name in names if read_marks([name]) != read_marks([]))


def _chosen(result: _Result) -> list[Any]:
    if result.type != "choices" and not result.type.endswith("labels"):
        return []
    names = result.value.get(result.type, [])
    return names if isinstance(names, list) else [names]


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
