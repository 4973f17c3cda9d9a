"""Readers of what people have: folder trees, manifests, COCO and Label Studio exports.

| input | what it is read as |
|---|---|
| folder with ``manifest.csv`` | that manifest |
| any other folder | ``LABEL/photo.jpg`` or ``LABEL/SOURCE/photo.jpg``; the label ``everyday`` or ``none`` is no label, ``a+b`` is two, ``id?`` is one that counts neither for nor against; linked folders are entered |
| ``.csv``, ``.parquet``, ``.jsonl`` | a manifest: ``path`` and ``labels``, all else optional; labels that are empty say "nothing", labels that are missing (null) say nothing: the photo is rejected |
| ``.json`` with an object | COCO (`training.data.coco`) |
| ``.json`` with a list | Label Studio (`training.data.label_studio`) |

A label that cannot be understood is an error or leaves its photo out; it never becomes "shows nothing". Nothing here
opens a photo: whether the file is there and can be decoded is found out later, for all inputs alike.
"""  # noqa: E501

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast, get_args

import msgspec

from training.data.coco import read_coco
from training.data.folders import list_folder
from training.data.label_studio import read_label_studio
from training.data.listing import ListedPhoto, Listing, Rejected, printable, read_marks
from training.data.samples import Split
from training.errors import DatasetError

_TRUE = frozenset({"1", "true", "yes"})
_FALSE = frozenset({"", "0", "false", "no"})


def read_inputs(inputs: Sequence[Path]) -> Listing:
    """Read all inputs, in any order, into one listing sorted by path.

    Raises:
        DatasetError: There is no input, one is of no known kind, or its rows are malformed (all are named).
    """
    if not inputs:
        raise DatasetError("expected at least one folder, manifest or export of photos, found none")
    listings = [read_input(path) for path in inputs]
    rows = sorted((row for listing in listings for row in listing.rows), key=lambda row: row.sort_key)
    rejected = sorted(
        (entry for listing in listings for entry in listing.rejected), key=lambda e: (e.path, e.message)
    )
    return Listing(tuple(rows), tuple(rejected))


def read_input(path: Path, *, labelled: bool = True) -> Listing:
    """Read one input; the module's table says how each kind is recognised.

    Args:
        path: A folder or file.
        labelled: Whether photos of a manifest that nobody labelled are rejected; else they are rows without labels.

    Raises:
        DatasetError: It is missing, of no known kind, or its rows are malformed (all are named).
    """
    path = path.resolve()
    if path.is_dir():
        manifest = path / "manifest.csv"
        return _read_manifest(manifest, labelled=labelled) if manifest.is_file() else _read_tree(path)
    if not path.is_file():
        raise DatasetError(f"expected a folder, manifest or export of photos, found nothing at {path}")
    if path.suffix.lower() == ".json":
        return _read_json(path)
    if path.suffix.lower() not in _RECORDS:
        raise DatasetError(
            f"expected a folder, .csv, .parquet, .jsonl or .json, found {path}; put photos in LABEL/ folders"
        )
    return _read_manifest(path, labelled=labelled)


# --- folder trees -----------------------------------------------------------------------------------------


def _read_tree(root: Path) -> Listing:
    files, rejected = list_folder(root)
    stray = [file for file in files if file.parent == root]
    if stray:
        raise DatasetError(
            f"expected photos in folders named by their label under {root}, found {len(stray)} files beside the "
            f"folders, first: {printable(stray[0].name)}; photos without wildlife go into everyday/"
        )
    rows = tuple(_tree_row(file, file.relative_to(root).parts) for file in files)
    return Listing(
        rows, (*rejected, *_empty_folders(root, {row.path.relative_to(root).parts[0] for row in rows}))
    )


def _tree_row(file: Path, parts: tuple[str, ...]) -> ListedPhoto:
    names = parts[0].split("+")
    if not any(name.strip() for name in names):
        raise DatasetError(
            f"expected folders named by their label, found {parts[0]!r} for {printable(file)}; "
            "photos without wildlife go into everyday/"
        )
    marks = read_marks(names)
    source = parts[1] if len(parts) > 2 else ""
    return ListedPhoto(path=file, labels=marks.labels, unsettled=marks.unsettled, source=source)


def _empty_folders(root: Path, used: set[str]) -> list[Rejected]:
    """Name label folders without any file: a category would be missing in silence."""
    folders = [path for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")]
    return [
        Rejected(path=path, error="EmptyFolder", message="the folder holds no photo")
        for path in sorted(folders)
        if path.name not in used
    ]


# --- manifests --------------------------------------------------------------------------------------------


def _read_manifest(path: Path, *, labelled: bool) -> Listing:
    try:
        records = list(_RECORDS[path.suffix.lower()](path))
    except (OSError, ValueError, csv.Error) as error:  # msgspec's, pyarrow's and Unicode's are ValueErrors
        raise DatasetError(f"expected a manifest at {path}, found: {error}") from error
    rows, problems = [], []
    for number, record in enumerate(records, start=1):
        try:
            rows.append(_manifest_row(record, path.parent, labelled=labelled))
        except ValueError as error:
            problems.append(f"row {number}: {error}")
    if problems:
        listed = "\n  ".join(problems[:20])
        raise DatasetError(f"{path} has {len(problems)} malformed rows:\n  {listed}")
    return Listing(
        tuple(row for row in rows if isinstance(row, ListedPhoto)),
        tuple(row for row in rows if isinstance(row, Rejected)),
    )


def _csv_records(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(newline="", encoding="utf-8-sig") as file:  # spreadsheets write a byte-order mark
        reader = csv.DictReader(file, strict=True)
        names = Counter(reader.fieldnames or ())
        if double := [name for name, count in names.items() if name and count > 1]:
            raise ValueError(
                f"expected each column once, found {', '.join(map(repr, double))} more than once"
            )
        yield from reader


def _parquet_records(path: Path) -> Iterator[Mapping[str, Any]]:
    from pyarrow import parquet  # noqa: PLC0415  slow to import, and only Parquet needs it

    yield from parquet.read_table(path).to_pylist()


def _jsonl_records(path: Path) -> Iterator[Mapping[str, Any]]:
    yield from msgspec.json.Decoder(dict[str, Any]).decode_lines(path.read_bytes())


_RECORDS = {".csv": _csv_records, ".parquet": _parquet_records, ".jsonl": _jsonl_records}


def _manifest_row(record: Mapping[str, Any], folder: Path, *, labelled: bool) -> ListedPhoto | Rejected:
    _check_columns(record)
    path = folder / _text(record, "path")
    labels, lookalikes = _many(record["labels"]), _many(record.get("lookalikes"))
    if labelled and _is_missing(record["labels"]) and not any(mark.strip() for mark in lookalikes):
        message = "nobody said what it shows; write 'everyday' in column 'labels' if it shows nothing"
        return Rejected(path=path, error="Unlabelled", message=message)
    marks = read_marks([*labels, *lookalikes])
    mask = _text(record, "mask")
    return ListedPhoto(
        path=path,
        labels=marks.labels,
        unsettled=marks.unsettled,
        source=_text(record, "source"),
        licence=_text(record, "licence") or _text(record, "license") or "unknown",
        use=_one_of(record, "use", ("train", "eval")) or "train",
        split=_one_of(record, "split", get_args(Split)),
        group=_text(record, "group"),
        synthetic=_is_true(record, "synthetic"),
        mask=folder / mask if mask else None,
    )


def _check_columns(record: Mapping[str, Any]) -> None:
    # What csv.DictReader makes of a line with more cells than the head has columns: a list with the key None.
    if spilled := [value for column, value in record.items() if not isinstance(column, str)]:
        raise ValueError(f"expected no more cells than columns, found {spilled[0]!r} too many; quote commas")
    for column in ("path", "labels"):
        if column not in record:
            raise ValueError(f"expected a column {column!r}, found {', '.join(map(str, record))}")
    if not _text(record, "path"):
        raise ValueError("expected a file in column 'path', found nothing")


def _is_missing(value: Any) -> bool:
    return value is None or value != value  # noqa: PLR0124  NaN is how pandas writes a missing text


def _text(record: Mapping[str, Any], column: str) -> str:
    value = record.get(column)
    return "" if _is_missing(value) else str(value).strip()


def _many(value: Any) -> list[str]:
    """Return the marks of a cell: text divided by semicolons, or a list.

    Raises:
        ValueError: It is something else. Numbers are classes of a list that is not here.
    """
    if _is_missing(value):
        return []
    if isinstance(value, str):
        return value.split(";")
    if isinstance(value, list) and all(isinstance(mark, str) for mark in value):
        return value
    raise ValueError(
        f"expected labels as text or a list of texts, found {value!r}; write ids of the taxonomy"
    )


def _one_of(record: Mapping[str, Any], column: str, allowed: tuple[str, ...]) -> Any:
    value = _text(record, column)
    if value and value not in allowed:
        raise ValueError(f"expected one of {', '.join(allowed)} in column {column!r}, found {value!r}")
    return value or None


def _is_true(record: Mapping[str, Any], column: str) -> bool:
    value = _text(record, column).lower()
    if value not in _TRUE | _FALSE:
        raise ValueError(f"expected true or false in column {column!r}, found {value!r}")
    return value in _TRUE


# --- JSON exports -----------------------------------------------------------------------------------------


def _read_json(path: Path) -> Listing:
    try:
        content = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError) as error:
        raise DatasetError(f"expected JSON at {path}, found: {error}") from error
    if isinstance(content, dict):
        return read_coco(cast("dict[str, Any]", content), path)
    return read_label_studio(content, path)
