"""What a scan found or people decided, written to where it is needed: the images themselves, tables, tasks, hashes.

::

    originals/         the images, byte for byte as they were scanned
    hits.csv           a row for each image: verdict, decision, digest, and the file among the originals
    hashes.csv         SHA-256 and perceptual hash (PDQ), without names: what may be shared
    manifest.csv       decided images with their labels, as training and `wildvision evaluate` read them
    label-studio.json  tasks for Label Studio, with decisions as annotations and scores as predictions
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from wildvision.archive.again import items_again
from wildvision.archive.decisions import Decision, Outcome, read_decisions, settled
from wildvision.archive.folder import check_decided, open_folder, saying
from wildvision.archive.hamming import LEAST_QUALITY
from wildvision.archive.items import Item
from wildvision.archive.posts import PostRow, posts_named
from wildvision.archive.rows import Row
from wildvision.archive.sinks import replace_file
from wildvision.archive.stills import most_bytes
from wildvision.errors import ImageError, ScanError
from wildvision.images import ImageLimits
from wildvision.results import Verdict

ORIGINALS = "originals"
FORMS = (ORIGINALS, "hits", "hashes", "manifest", "label-studio")
"""What can be written."""

_TABLE = (
    "id", "file", "sha256", "pdq", "verdict", "category", "score", "reason", "outcome", "decided_category", "reviewer",
    "time", "case_id", "note", "known", "known_as", "known_distance", "post", "post_verdict",
)  # fmt: skip
_LABEL, _IMAGE, _NOTHING = "label", "image", "everyday"  # as training.labelling.tasks calls them
_MOST_NAME = 80  # characters of a file's name, so that it and its digest fit every file system


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which images are exported.

    Attributes:
        verdicts: Of rows that nobody decided on; those that somebody did count by `outcomes`.
        outcomes: Of decisions.
        category: The product that was confirmed or, where nothing was, that decided the verdict; None: any.
    """

    verdicts: frozenset[str] = frozenset({Verdict.FLAG.value})
    outcomes: frozenset[Outcome] = frozenset({Outcome.CONFIRMED})
    category: str | None = None

    def takes(self, row: Row, decision: Decision | None) -> bool:
        """Whether an image is exported."""
        if decision is None:
            return row.verdict in self.verdicts and self.category in (None, row.category)
        return decision.outcome in self.outcomes and self.category in (
            None,
            decision.category or row.category,
        )

    @property
    def described(self) -> str:
        """What is asked for, in words, such as ``verdict FLAG or decision confirmed, of the category ivory``."""
        named = (("verdict", sorted(self.verdicts)), ("decision", sorted(self.outcomes)))
        asked = " or ".join(f"{what} {'/'.join(names)}" for what, names in named if names)
        return asked + (f", of the category {self.category}" if self.category else "")


@dataclass(slots=True, kw_only=True)
class Exported:
    """What became of an export.

    Attributes:
        images: That were asked for.
        originals: Images of which the bytes were written; equal ones are one file.
        missing: Ids of images that could not be read again.
        changed: Ids of images that are others than those that were scanned, and were not written.
    """

    images: int = 0
    originals: int = 0
    missing: list[str] = field(default_factory=list[str])
    changed: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class _Hit:
    row: Row
    decision: Decision | None
    post: PostRow | None = None


def export(
    results: Path, out: Path, *, wanted: Wanted | None = None, forms: Iterable[str] = FORMS
) -> Exported:
    """Write the images that are asked for, and what is known of them, into a folder.

    An export that is done again writes the same files over; images that are no longer asked for stay.

    Args:
        results: The folder of the scan.
        out: Made if it is not there.
        wanted: Which images; None: confirmed ones, and flagged ones that nobody decided on.
        forms: Of `FORMS`.

    Returns:
        What was written, and what could not be.

    Raises:
        ScanError: The folder holds no scan, nothing in it is asked for, or the folder cannot be written.
    """
    folder, facts = open_folder(results)
    check_decided(facts, results)
    decisions, wanted = settled(read_decisions(results)), wanted or Wanted()
    hits = [
        _Hit(row, decisions.get(row.id))
        for part in folder.parts
        for row in folder.read(part.number)
        if not row.error and wanted.takes(row, decisions.get(row.id))
    ]
    if not hits:
        raise ScanError(
            f"expected images to export in {results}, found none with {wanted.described}; name others with "
            "--verdict, --outcome or --category"
        )
    posts = posts_named(folder, {hit.row.post for hit in hits if hit.row.post})
    hits = [replace(hit, post=posts.get(hit.row.post or "")) for hit in hits]
    exported, chosen = Exported(images=len(hits)), set(forms)
    with saying(f"{out} cannot be written"):
        out.mkdir(parents=True, exist_ok=True)
        files = _write_originals(hits, facts, out, exported) if ORIGINALS in chosen else {}
        for name, write in _WRITERS.items():
            if name in chosen:
                write(out, hits, files, facts)
    return exported


def _write_originals(
    hits: Sequence[_Hit], facts: Mapping[str, Any], out: Path, exported: Exported
) -> dict[str, str]:
    """Write the images' bytes; returns the file of each id, relative to the folder."""
    wanted = {hit.row.id: hit.row for hit in hits}
    files: dict[str, str] = {}
    (out / ORIGINALS).mkdir(exist_ok=True)
    limit = ImageLimits(**facts["limits"]).max_bytes
    for item in items_again(facts["sources"]):
        if item.id in wanted:
            _write_original(item, wanted.pop(item.id), limit, out, files, exported)
            if not wanted:
                break
    exported.missing += sorted(wanted)
    return files


def _write_original(
    item: Item, row: Row, limit: int, out: Path, files: dict[str, str], exported: Exported
) -> None:
    try:
        content = item.content.load(most_bytes(item.id, limit))
    except ImageError:
        exported.missing.append(row.id)
        return
    if hashlib.sha256(content).hexdigest() != row.sha256:
        exported.changed.append(row.id)
        return
    name = f"{ORIGINALS}/{safe_name(row)}"
    replace_file(out / name, lambda path: _write_bytes(path, content))
    files[row.id] = name
    exported.originals += 1


def _write_bytes(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def safe_name(row: Row) -> str:
    """Return a file name that any file system takes, says what it was, and is the same for equal bytes only.

    >>> safe_name(Row(id="a.zip!photos/../con: é.JPG", sha256="0123456789abcdef", format="JPEG"))
    '0123456789ab_con_.jpeg'
    """
    last = re.split(r"[/\\!]", row.id)[-1]
    stem = re.sub(r"[^A-Za-z0-9-]+", "_", last.rpartition(".")[0] or last)[:_MOST_NAME]
    suffix = re.sub(r"[^a-z0-9]", "", (row.format or "bin").lower())
    return f"{(row.sha256 or '')[:12]}_{stem}.{suffix}"


_Write = Callable[[Path, Sequence[_Hit], Mapping[str, str], Mapping[str, Any]], None]


def _write_hits(out: Path, hits: Sequence[_Hit], files: Mapping[str, str], _facts: Mapping[str, Any]) -> None:
    _write_csv(out / "hits.csv", _TABLE, [_table_row(hit, files.get(hit.row.id, "")) for hit in hits])


def _table_row(hit: _Hit, file: str) -> list[Any]:
    row, decision = hit.row, hit.decision
    known = [row.id, file, row.sha256, row.pdq, row.verdict, row.category, _score(row), row.reason]
    made = [""] * 6
    if decision is not None:
        made = [decision.outcome.value, decision.category, decision.reviewer, decision.time]
        made += [decision.case_id, decision.note]
    marked = (row.known, row.known_as, row.known_distance)
    post = [row.post, hit.post.verdict or hit.post.error] if hit.post else [row.post, ""]
    return [cell(value) for value in (*known, *made, *marked, *post)]


def _score(row: Row) -> float | None:
    return row.scores.get(row.category) if row.category else None


def _write_hashes(
    out: Path, hits: Sequence[_Hit], _files: Mapping[str, str], _facts: Mapping[str, Any]
) -> None:
    found = {
        (hit.row.sha256, hit.row.pdq if (hit.row.pdq_quality or 0) >= LEAST_QUALITY else "", _named(hit))
        for hit in hits
    }
    _write_csv(out / "hashes.csv", ("sha256", "pdq", "category"), sorted(found, key=str))


def _named(hit: _Hit) -> str:
    decided = hit.decision.category if hit.decision else None
    return decided or hit.row.category or ""


def _write_manifest(
    out: Path, hits: Sequence[_Hit], files: Mapping[str, str], _facts: Mapping[str, Any]
) -> None:
    rows = [
        (files.get(hit.row.id, hit.row.id), label, _source(hit.row))
        for hit in hits
        if hit.decision and (label := label_of(hit.row, hit.decision))
    ]
    _write_csv(out / "manifest.csv", ("path", "labels", "source"), rows)


def label_of(row: Row, decision: Decision) -> str:
    """Return the label that a decision gives: an id, ``id?`` where it counts neither for nor against; empty: none.

    A confirmed product and a look-alike are what they were called; what is no wildlife shows none of the categories;
    and what a photo does not settle leaves its product open, or has no label where no product was in question.
    """
    if decision.outcome is Outcome.UNSURE:
        return f"{row.category}?" if row.category else ""
    return decision.category or _NOTHING


def _source(row: Row) -> str:
    """Return where an image comes from: its archive, or its folder."""
    place, _, _ = row.id.partition("!")
    return place if "!" in row.id else place.rpartition("/")[0]


def _write_tasks(out: Path, hits: Sequence[_Hit], files: Mapping[str, str], facts: Mapping[str, Any]) -> None:
    tasks = [_task(hit, files.get(hit.row.id, hit.row.id), facts["model"]) for hit in hits]
    text = json.dumps(tasks, ensure_ascii=False, indent=1)
    replace_file(out / "label-studio.json", lambda path: _write_bytes(path, text.encode()))


def _task(hit: _Hit, file: str, model: str) -> dict[str, Any]:
    task: dict[str, Any] = {"data": {_IMAGE: file, "id": hit.row.id, "sha256": hit.row.sha256}}
    chosen = [hit.row.category] if hit.row.category else [_NOTHING]
    task["predictions"] = [
        {"model_version": model, "score": _score(hit.row) or 0.0, "result": [_choices(chosen)]}
    ]
    decision = hit.decision
    if decision is not None and decision.outcome is not Outcome.UNSURE:
        task["annotations"] = [{"result": [_choices([decision.category or _NOTHING])]}]
    return task


def _choices(names: Sequence[str]) -> dict[str, Any]:
    return {"from_name": _LABEL, "to_name": _IMAGE, "type": "choices", "value": {"choices": list(names)}}


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    def write(part: Path) -> None:
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)

    replace_file(path, write)


def cell(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula: names and notes are other people's text (CWE-1236)."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


_WRITERS: Mapping[str, _Write] = {
    "hits": _write_hits,
    "hashes": _write_hashes,
    "manifest": _write_manifest,
    "label-studio": _write_tasks,
}
