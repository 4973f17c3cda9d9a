"""Posts of a scan: one answer for each, made from the rows of its pictures once these are on disk.

``posts.EXT`` stands beside the parts. It follows from them alone, so it is written anew after a run that changed them,
and after a change of policy: nothing about posts has to survive a crash.
"""

from __future__ import annotations

import contextlib
import csv
import importlib
import itertools
import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from wildvision.archive.folder import JOURNAL, ScanFolder, saying
from wildvision.archive.rows import SCORE_PREFIX, Row
from wildvision.archive.sinks import read_part, replace_file
from wildvision.archive.tables import pyarrow
from wildvision.errors import PostError, ScanError
from wildvision.post_scores import NOT_JUDGED, Picture, PostJudge
from wildvision.results import Rule

POSTS = "posts"
"""Name, without suffix, of the file in the folder of a scan."""
MOST_PICTURES = 1000
"""Of a post: more are a folder or a column that does not name posts, and no answer is given for all of them."""
_BATCH = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRow:
    """What a scan says of one post.

    Attributes:
        post: Its name.
        pictures: How many rows it has.
        failed: How many of them could not be read.
        left_out: How many were read and are too small or blank to say anything.
        verdict: FLAG, REVIEW, CLEAR or ABSTAIN; None: there is no answer.
        rule: The rule that decided.
        category: The product that decided, if one did.
        reason: The same in one sentence.
        carrier: Id of the row that carries the answer; None: no picture could be judged.
        carrier_frame_s: Where that is a clip, the time of its frame, seconds.
        policy: Name of the thresholds that decided.
        scores: Combined score of every category of the model, 0 to 1; empty: there is no answer.
        error: Class of the error; None: there is an answer.
        error_message: What was expected, found, and can be done.
    """

    post: str
    pictures: int
    failed: int = 0
    left_out: int = 0
    verdict: str | None = None
    rule: str | None = None
    category: str | None = None
    reason: str | None = None
    carrier: str | None = None
    carrier_frame_s: float | None = None
    policy: str | None = None
    scores: Mapping[str, float] = field(default_factory=dict[str, float])
    error: str | None = None
    error_message: str | None = None


_PLAIN = tuple(entry.name for entry in fields(PostRow) if entry.name != "scores")
_COUNTS = ("pictures", "failed", "left_out")
_TIME = "carrier_frame_s"


def refresh_posts(folder: ScanFolder, judge: PostJudge, scratch: Path, *, policy: str = "") -> None:
    """Write the answers for the posts of a scan, unless those that are there are younger than its rows.

    Args:
        folder: Of the scan.
        judge: By whose thresholds.
        scratch: A folder for a temporary database.
        policy: Name of the thresholds.

    Raises:
        ScanError: A part cannot be read, or the file cannot be written.
    """
    path, journal = posts_file(folder), folder.path / JOURNAL
    with contextlib.suppress(OSError):
        if path.stat().st_mtime_ns > journal.stat().st_mtime_ns:
            return
    write_posts(folder, judge, scratch, policy=policy)


def write_posts(folder: ScanFolder, judge: PostJudge, scratch: Path, *, policy: str = "") -> None:
    """Write the answers for the posts of a scan anew; the arguments are those of `refresh_posts`."""
    rows = (row for part in folder.parts for row in folder.read(part.number))
    answers = post_rows(rows, judge, scratch, policy=policy)
    path = posts_file(folder)
    with saying(f"{path.name} cannot be written"):
        replace_file(path, lambda part: _WRITERS[path.suffix](part, answers, judge.categories))


def posts_file(folder: ScanFolder) -> Path:
    """Return where the posts of a scan stand, in the format of its parts."""
    return folder.path / f"{POSTS}.{folder.file_format}"


def read_posts(folder: ScanFolder) -> Iterator[PostRow]:
    """Yield the posts of a scan as they are on disk; none where it was not grouped.

    Raises:
        ScanError: The file is damaged.
    """
    path = posts_file(folder)
    if not path.exists():
        return
    try:
        for record in read_part(path):
            yield _from_record(record)
    except Exception as error:  # each format has errors of its own
        raise ScanError(
            f"expected the posts of a scan, found a damaged {path} ({error}); remove it and run the scan again"
        ) from error


def posts_named(folder: ScanFolder, names: Collection[str]) -> dict[str, PostRow]:
    """Return some posts of a scan by name, for whoever shows their pictures.

    Raises:
        ScanError: The file is damaged.
    """
    return {post.post: post for post in read_posts(folder) if post.post in names} if names else {}


def post_rows(rows: Iterable[Row], judge: PostJudge, scratch: Path, *, policy: str = "") -> Iterator[PostRow]:
    """Yield an answer for each post of some rows, by name.

    Rows of a post may stand anywhere, and there may be more than memory holds: they are sorted in a temporary database.

    Args:
        rows: Of a scan; those of no post are left out.
        judge: By whose thresholds.
        scratch: A folder for the database.
        policy: Name of the thresholds.
    """
    path = scratch / "posts.sqlite"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as store:
        store.execute("PRAGMA journal_mode = OFF")
        store.execute("PRAGMA synchronous = OFF")  # it is thrown away
        store.execute("DROP TABLE IF EXISTS rows")
        store.execute(
            "CREATE TABLE rows (post TEXT, number INTEGER, id TEXT, rule TEXT, reason TEXT, error TEXT, "
            "frame_s REAL, scores BLOB, PRIMARY KEY (post, number)) WITHOUT ROWID"
        )
        store.execute("BEGIN")
        store.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _stored(rows, judge.categories))
        found = store.execute(
            "SELECT post, id, rule, reason, error, frame_s, scores FROM rows ORDER BY post, number"
        )
        for name, members in itertools.groupby(found, key=lambda row: row[0]):
            yield _post_row(name, members, judge, policy)
    path.unlink(missing_ok=True)


def _stored(rows: Iterable[Row], categories: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    for number, row in enumerate(rows):
        if row.post is not None:
            scores = np.array([row.scores.get(category, 0.0) for category in categories])
            error = f"{row.error}: {row.error_message}" if row.error else None
            yield row.post, number, row.id, row.rule, row.reason, error, row.frame_s, scores.tobytes()


def _post_row(name: str, members: Iterator[tuple[Any, ...]], judge: PostJudge, policy: str) -> PostRow:
    read = list(itertools.islice(members, MOST_PICTURES))
    more = sum(1 for _ in members)
    if more:
        message = (
            f"expected a post of at most {MOST_PICTURES:,} pictures, found {len(read) + more:,}; "
            "group by what names a single listing"
        )
        return PostRow(post=name, pictures=len(read) + more, error=PostError.__name__, error_message=message)
    errors = [row[4] for row in read if row[4]]
    facts: dict[str, Any] = {"post": name, "pictures": len(read), "failed": len(errors)}
    if len(errors) == len(read):
        message = f"expected a picture that can be read, found none of {len(read)}, the first: {errors[0]}"
        return PostRow(**facts, error=PostError.__name__, error_message=message)
    pictures = [_picture(row, judge.categories) for row in read]
    decision = judge.judge(pictures)
    return PostRow(
        **facts,
        left_out=sum(picture is not None and picture.rule in NOT_JUDGED for picture in pictures),
        verdict=decision.verdict.value,
        rule=decision.reason.rule.value,
        category=decision.reason.category,
        reason=decision.reason.message,
        carrier=None if decision.carrier is None else read[decision.carrier][1],
        carrier_frame_s=None if decision.carrier is None else read[decision.carrier][5],
        policy=policy,
        scores={prediction.category: prediction.score for prediction in decision.predictions},
    )


def _picture(row: tuple[Any, ...], categories: Sequence[str]) -> Picture | None:
    _, _, rule, reason, error, _, scores = row
    if error:
        return None
    values: list[float] = np.frombuffer(scores).tolist()
    return Picture(scores=dict(zip(categories, values, strict=True)), rule=Rule(rule), reason=reason or "")


def count_posts(folder: ScanFolder) -> Counter[str]:
    """Return how many posts of each verdict, and of each error, a scan has.

    Raises:
        ScanError: The file is damaged.
    """
    return Counter(post.verdict or post.error or "" for post in read_posts(folder))


# --- files ------------------------------------------------------------------------------------------------


def _columns(categories: Sequence[str]) -> tuple[str, ...]:
    return (*_PLAIN, *(f"{SCORE_PREFIX}{category}" for category in categories))


def _record(post: PostRow, categories: Sequence[str]) -> dict[str, Any]:
    record: dict[str, Any] = {name: getattr(post, name) for name in _PLAIN}
    return record | {f"{SCORE_PREFIX}{category}": post.scores.get(category) for category in categories}


def _from_record(record: Mapping[str, Any]) -> PostRow:
    facts = {name: record[name] for name in _PLAIN if record.get(name) is not None}
    facts |= {name: int(facts[name]) for name in _COUNTS if name in facts}  # CSV has text
    facts |= {_TIME: float(facts[_TIME])} if _TIME in facts else {}
    scores = {
        name.removeprefix(SCORE_PREFIX): float(value)
        for name, value in record.items()
        if name.startswith(SCORE_PREFIX) and value is not None
    }
    return PostRow(**facts, scores=scores)


def _write_parquet(path: Path, posts: Iterator[PostRow], categories: Sequence[str]) -> None:
    """Write posts as Parquet, some at a time."""
    arrow, parquet = pyarrow("writing Parquet"), importlib.import_module("pyarrow.parquet")
    kinds = {name: arrow.int64() for name in _COUNTS} | {
        name: arrow.float64() for name in (_TIME, *(f"{SCORE_PREFIX}{category}" for category in categories))
    }
    schema = arrow.schema([(name, kinds.get(name, arrow.string())) for name in _columns(categories)])
    with path.open("wb") as file, parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while batch := list(itertools.islice(posts, _BATCH)):
            records = [_record(post, categories) for post in batch]
            writer.write_table(arrow.Table.from_pylist(records, schema=schema))


def _write_jsonl(path: Path, posts: Iterator[PostRow], categories: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for post in posts:
            file.write(json.dumps(_record(post, categories), ensure_ascii=False) + "\n")


def _write_csv(path: Path, posts: Iterator[PostRow], categories: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _columns(categories))
        writer.writeheader()
        writer.writerows(_record(post, categories) for post in posts)


_WRITERS = {".parquet": _write_parquet, ".jsonl": _write_jsonl, ".csv": _write_csv}
