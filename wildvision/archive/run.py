"""A scan that survives and grows: the same command goes on where it stopped, and scores what is new.

Rows are known by the id of their item and by what changes with its content (`Item.stamp`), not by position: what has a
row keeps it, what is new or changed is scored, what is gone is named. Rows are committed in parts, so a run that was
killed and resumed over the same sources leaves the same parts as an unbroken one.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import json
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from wildvision.archive.claims import Claims
from wildvision.archive.engines import Engine
from wildvision.archive.folder import SCAN_SCHEMA, Part, ScanFolder, check_decided, check_schema
from wildvision.archive.grouping import Grouping
from wildvision.archive.index import Entry, Index
from wildvision.archive.items import Item
from wildvision.archive.ledger import InOrder, Job, Ledger, PartFormat, renamed
from wildvision.archive.likeness.known import known_photos
from wildvision.archive.posts import count_posts, refresh_posts
from wildvision.archive.rows import Row, Scorer
from wildvision.archive.sinks import WRITERS
from wildvision.archive.sources import check_sources, open_sources
from wildvision.archive.tables import pyarrow
from wildvision.archive.travel import pack
from wildvision.archive.workers import Pool, make_pool
from wildvision.classifier import Classifier
from wildvision.errors import ScanError
from wildvision.images import DEFAULT_LIMITS, ImageLimits
from wildvision.manifest import Policy, bundled_models, find_models
from wildvision.model_folder import Precision
from wildvision.parts import EARLIER, Detail
from wildvision.post_scores import PostJudge

Source = str | os.PathLike[str]
_HASH_RANGE = 2**64
_FIXED = ("model", "model_sha256", "policy", "precision", "detail", "file_format", "embeddings", "group_by")
"""What must be the same in every run over a folder; anything else may change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which items of the sources are scored.

    Attributes:
        limit: At most so many; None: all.
        sample: Share of the items, chosen by their ids, or by their posts, the same ones every time; 0 to 1.
        since: Only items changed at or after this time, seconds since 1970; those of unknown age are scored.
    """

    limit: int | None = None
    sample: float = 1.0
    since: float | None = None

    @property
    def is_everything(self) -> bool:
        """Whether no item is left out."""
        return self.limit is None and self.sample >= 1.0 and self.since is None

    def take(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the chosen items."""
        chosen = (item for item in items if self._is_sampled(item) and self._is_recent(item))
        return islice(chosen, self.limit)

    def _is_sampled(self, item: Item) -> bool:
        if self.sample >= 1.0:
            return True
        name = item.id if item.post is None else item.post  # a post is sampled whole
        digest = hashlib.sha256(name.encode("utf-8", "backslashreplace")).digest()
        return int.from_bytes(digest[:8], "big") < self.sample * _HASH_RANGE

    def _is_recent(self, item: Item) -> bool:
        return self.since is None or item.modified is None or item.modified >= self.since


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOptions:
    """What is scanned, and how; model, policy, precision, detail, format and embeddings stay as they were in a folder.

    Attributes:
        sources: See `wildvision.archive.sources.open_source`.
        model: A bundled model's id or a model directory, or several of them; None: the default.
        policy: Name of its thresholds, or one's own; None: the folder's, else the model's default.
        precision: Of its network, see `wildvision.Classifier`.
        detail: How much of an image is looked at, see `wildvision.Classifier`.
        file_format: ``"parquet"``, ``"jsonl"`` or ``"csv"``.
        embeddings: Whether rows carry the embedding.
        part_rows: Rows a part: what a crash costs at most.
        selection: Which items are scored.
        limits: What an image may ask for before it is refused.
        workers: Processes; see `wildvision.archive.workers.make_pool`.
        group_by: What makes items a post, see `wildvision.archive.grouping.Grouping`; None: nothing does.
        known: A bank of hashes, whose photos are marked; see `wildvision.archive.likeness.banks`.
    """

    sources: tuple[str, ...]
    model: str | tuple[str, ...] | None = None
    policy: str | Policy | None = None
    precision: Precision = "float32"
    detail: Detail = "balanced"
    file_format: str = "parquet"
    embeddings: bool = False
    part_rows: int = 1000
    selection: Selection = Selection()
    limits: ImageLimits = DEFAULT_LIMITS
    workers: int | None = None
    group_by: str | None = None
    known: Path | None = None

    @property
    def grouping(self) -> Grouping | None:
        """What makes items a post.

        Raises:
            OptionError: It is none of the groupings there are.
        """
        return None if self.group_by is None else Grouping(self.group_by)


@dataclass(slots=True)
class Account:
    """What a run did.

    Attributes:
        met: Items that the sources hold, selected or not.
        scored: Items that had no row.
        rescored: Items whose row was replaced: changed, or failed before.
        gone: Rows whose items were not met; only known after a complete run over everything.
        skipped: Files that are no images and were left out, by suffix.
        empty: Sources in which no image was found.
        is_complete: Whether the sources were read to their end.
    """

    met: int = 0
    scored: int = 0
    rescored: int = 0
    gone: int = 0
    skipped: Counter[str] = field(default_factory=Counter[str])
    empty: list[str] = field(default_factory=list[str])
    is_complete: bool = False


def scan(  # noqa: PLR0913 - a door: its options are those of ScanOptions
    sources: Source | Sequence[Source],
    *,
    model: str | tuple[str, ...] | None = None,
    policy: str | Policy | None = None,
    precision: Precision = "float32",
    detail: Detail = "balanced",
    embeddings: bool = False,
    selection: Selection = Selection(),
    limits: ImageLimits = DEFAULT_LIMITS,
    workers: int | None = None,
    group_by: str | None = None,
) -> Iterator[Row]:
    """Score what the sources hold; returns an iterator of one row for each item, in order, read or failed.

    Nothing is kept on disk; see `ScanRun` for runs that can be resumed. In a script, call it below
    ``if __name__ == "__main__":``, for each worker process imports the script, or use ``workers=0``.

    Args:
        sources: One or more; see `wildvision.archive.sources.open_source`.
        model: A bundled model's id or a model directory, or several of them; None: the default.
        policy: Its thresholds, see `wildvision.Classifier`.
        precision: Of its network, see `wildvision.Classifier`.
        detail: How much of an image is looked at, see `wildvision.Classifier`.
        embeddings: Whether rows carry the embedding.
        selection: Which items are scored.
        limits: What an image may ask for before it is refused.
        workers: Processes; 0: none; None: one for each core. See `wildvision.archive.workers.make_pool`.
        group_by: What makes items a post, see `wildvision.archive.grouping.Grouping`; None: nothing does.

    Raises:
        ArchiveError: A source does not exist, or none can be opened; one that fails among others gets a row.
        ModelError: The model cannot be used.
        OptionError: ``group_by`` is none of the groupings there are.
        ScanError: While iterating: no worker process starts.
    """
    named, grouping = _named(sources), None if group_by is None else Grouping(group_by)
    column = grouping and grouping.column
    check_sources(named, column=column)
    classifier = Classifier(
        model, policy=policy, threads=1, limits=limits, precision=precision, detail=detail
    )
    make_scorer = functools.partial(Scorer, classifier, embeddings=embeddings)
    items = open_sources(named, column=column)
    return _rows(selection.take(grouping.named(items) if grouping else items), make_scorer, workers)


def _rows(items: Iterator[Item], make_scorer: Callable[[], Scorer], workers: int | None) -> Iterator[Row]:
    jobs = (Job(Entry(key, item.id, None, item.stamp, failed=False), item) for key, item in enumerate(items))
    with make_pool(make_scorer, workers) as pool:
        for _, row in InOrder(pool, jobs):
            yield row


def _named(sources: Source | Sequence[Source]) -> tuple[str, ...]:
    """Return sources as text, whether one was given or several."""
    several = [sources] if isinstance(sources, str | os.PathLike) else sources
    return tuple(os.fspath(source) for source in several)


class ScanRun:
    """A scan with its folder.

    Args:
        out: The folder; made with the first part.
        options: What is scanned, and how.
        engine: What scores on other machines, such as `wildvision.archive.ray.RayEngine`; None: processes of this one.

    Attributes:
        account: What the last `run` did; filled while it goes on.

    Raises:
        ScanError: The folder holds a scan with another model or other options, which the message names.
        ModelError: The model cannot be used.
        ArchiveError: pyarrow is not installed, and rows are to be Parquet.
        BankError: The bank of hashes cannot be read.
    """

    def __init__(self, out: Path, options: ScanOptions, engine: Engine | None = None) -> None:
        if options.file_format not in WRITERS:
            raise ScanError(
                f"expected one of the formats {', '.join(WRITERS)}, found {options.file_format!r}"
            )
        if options.file_format == "parquet":
            pyarrow("writing Parquet")  # an hour's work later is too late to say that it is missing
        self._options, self._engine = options, engine
        self._folder = ScanFolder(out, options.file_format)
        self._before = self._folder.manifest
        self._classifier = Classifier(
            options.model,
            policy=options.policy or _policy_of(self._before),
            threads=1,
            limits=options.limits,
            precision=options.precision,
            detail=options.detail,
        )
        self._grouping = options.grouping
        self._known = None if options.known is None else known_photos(options.known)
        self._check(out)
        self._stop = threading.Event()
        self.account = Account()

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that are whole, in order."""
        return self._folder.parts

    @property
    def posts(self) -> Counter[str]:
        """How many posts of each verdict, and of each error, there are.

        Raises:
            ScanError: The file of the posts is damaged.
        """
        return count_posts(self._folder)

    def stop(self) -> None:
        """Finish the part at work, then end; may be called from a signal handler."""
        self._stop.set()

    def run(
        self, advance: Callable[[Row], None] | None = None, *, retry_failed: bool = False
    ) -> Iterator[Part]:
        """Score what has no row yet and what changed; yields each part as it is committed.

        Args:
            advance: Called with each row.
            retry_failed: Score what failed before again too.

        Raises:
            ArchiveError: Nothing was ever scored here, and a source does not exist or none can be opened; one that
                fails among others, or later, gets a row.
            ScanError: Another process writes to the folder, no worker starts, or a part cannot be read or written. What
                was scored until then is committed.
        """
        self.account = Account()
        if self._folder.manifest is None:
            check_sources(self._options.sources, column=self._grouping and self._grouping.column)
        engine = self._engine or contextlib.nullcontext()
        with self._folder.writing() as scratch, closing(Index()) as index, engine:
            done = self._folder.mend()
            claims_path = scratch / "claims.sqlite"
            with closing(Claims(claims_path)) as claims:
                for part in done:
                    claims.add(index.load(part.number, self._folder.facts(part.number)))
                ledger = self._ledger(index, done)
                jobs = self._jobs(index, retry_failed)
                with self._pool(claims_path) as pool:
                    rows = InOrder(pool, jobs, ledger.recall, claims)
                    yield from self._commit(rows, ledger, advance)
            yield from self._close(index, ledger)
            self._answer_posts(scratch)

    def _pool(self, claims: Path) -> Pool:
        options = self._options
        if self._engine is None:
            make_scorer = functools.partial(
                Scorer, self._classifier, embeddings=options.embeddings, claims=claims, known=self._known
            )
            return make_pool(make_scorer, options.workers)
        packed = pack(
            options.model,
            policy=options.policy or _policy_of(self._before),
            precision=options.precision,
            limits=options.limits,
            embeddings=options.embeddings,
            detail=options.detail,
            known=self._known,
        )
        return self._engine.pool(packed)

    def _commit(self, rows: InOrder, ledger: Ledger, advance: Callable[[Row], None] | None) -> Iterator[Part]:
        try:
            for entry, row in rows:
                if advance:
                    advance(row)
                if entry.place is None:
                    self.account.scored += 1
                else:
                    self.account.rescored += 1
                yield from ledger.add(entry, row)
        except Exception:
            yield from ledger.flush()  # what was scored is not scored twice
            raise
        yield from ledger.flush()

    def _close(self, index: Index, ledger: Ledger) -> Iterator[Part]:
        """Compare what has rows with what was met, where all was looked at."""
        if not (self.account.is_complete and self._options.selection.is_everything):
            return
        resolved: dict[int, list[str]] = {}
        for number, item_id in index.resolved():
            resolved.setdefault(number, []).append(item_id)
        for number, ids in resolved.items():
            yield ledger.drop(number, ids)
            index.forget(ids)
        gone = list(index.gone())
        self.account.gone = len(gone)
        if self._folder.manifest is not None:
            self._folder.name_gone(gone)

    def _answer_posts(self, scratch: Path) -> None:
        """Answer for the posts of all rows, where there are posts."""
        if self._grouping is not None and self._folder.manifest is not None:
            judge = PostJudge(self._classifier.manifest, self._classifier.policy)
            refresh_posts(self._folder, judge, scratch, policy=self._classifier.policy_name)

    def _ledger(self, index: Index, done: Sequence[Part]) -> Ledger:
        manifest = self._classifier.manifest
        form = PartFormat(
            rows=self._options.part_rows,
            categories=manifest.category_ids,
            embedding_size=manifest.embedding_size if self._options.embeddings else None,
        )
        following = done[-1].number + 1 if done else 0
        return Ledger(
            self._folder, index, form, following, lambda: self._folder.describe_run(self._manifest())
        )

    def _jobs(self, index: Index, retry_failed: bool) -> Iterator[Job]:
        """Yield what has to be scored: what is new, what changed, and, if asked for, what failed."""
        drawn = 0
        for item in self._options.selection.take(self._items()):
            if self._stop.is_set() and drawn % self._options.part_rows == 0:
                return
            met = index.meet(item)
            if met is None:
                continue
            entry, is_new = met
            is_changed = item.stamp is not None and item.stamp != entry.stamp
            if is_new or is_changed or (retry_failed and entry.failed):
                drawn += is_new
                if not is_new:
                    index.restamp(entry.key, item.stamp)
                yield Job(entry, renamed(item, entry))
        self.account.is_complete = True

    def _items(self) -> Iterator[Item]:
        for source in self._options.sources:
            before = self.account.met
            for item in self._open(source):
                self.account.met += 1
                yield item
            if self.account.met == before:
                self.account.empty.append(source)

    def _open(self, source: str) -> Iterator[Item]:
        grouping = self._grouping
        items = open_sources(
            (source,),
            skipped=self.account.skipped,
            column=grouping and grouping.column,
            elsewhere=self._engine.elsewhere if self._engine else None,
        )
        return items if grouping is None else grouping.named(items)

    # --- what the folder was begun with ---------------------------------------------------------------------------

    def _check(self, out: Path) -> None:
        """Hold this run to what must not change in a folder."""
        if self._before is None:
            return
        check_schema(self._before, out)
        check_decided(self._before, out)
        now = self._manifest()
        before = {"detail": EARLIER, **self._before}
        changed = [
            f"{key}: {before.get(key)!r} then, {now[key]!r} now"
            for key in _FIXED
            if before.get(key) != now[key]
        ]
        own = now["policy"] == "custom"
        if own and not changed and self._before.get("thresholds") != now["thresholds"]:
            changed.append("policy: one's own then, with other thresholds now")
        if changed:
            only_policy = len(changed) == 1 and changed[0].startswith("policy:")
            advice = (
                f"apply another policy to all of it with `wildvision decide {out} --policy "
                f"{'FILE.json' if own else now['policy']}`"
                if only_policy
                else "go on with the same model and options, or choose another folder"
            )
            raise ScanError(f"{out} holds a scan that was begun otherwise ({'; '.join(changed)}); {advice}")

    def _manifest(self) -> dict[str, Any]:
        """Return the record of what is scanned and with what; sources of earlier runs stay named."""
        options, classifier = self._options, self._classifier
        before: list[dict[str, str]] = (self._before or {}).get("sources", [])
        named = [{"source": source, "directory": os.getcwd()} for source in options.sources]  # noqa: PTH109
        return {
            "schema": SCAN_SCHEMA,
            "wildvision": importlib.metadata.version("wildvision"),
            "model": classifier.manifest.id,
            "model_directory": _directory(options.model),
            "model_sha256": classifier.model_sha256,
            "categories": _categories(classifier),
            **policy_record(classifier.policy_name, classifier.policy),
            "precision": options.precision,
            "detail": options.detail,
            "file_format": options.file_format,
            "embeddings": options.embeddings,
            "group_by": options.group_by,
            "sources": [*before, *(entry for entry in named if entry not in before)],
            "part_rows": options.part_rows,
            "selection": asdict(options.selection),
            "limits": asdict(options.limits),
            "known": self._known.facts if self._known else (self._before or {}).get("known"),
        }


def policy_record(name: str, policy: Policy) -> dict[str, Any]:
    """Return what a folder's manifest says of its policy: its name and its thresholds."""
    return {"policy": name, "thresholds": json.loads(msgspec.json.encode(policy))}


def _policy_of(manifest: dict[str, Any] | None) -> str | Policy | None:
    """Return the policy of a folder: by its name, or as it is written down where it is the user's own."""
    if manifest is None or manifest.get("schema") != SCAN_SCHEMA:
        return None
    if manifest["policy"] != "custom":
        return manifest["policy"]
    return msgspec.convert(manifest["thresholds"], Policy)


def _categories(classifier: Classifier) -> list[dict[str, str]]:
    """Return what a report calls the columns of scores, also where the model is not at hand."""
    entries = map(classifier.manifest.taxonomy.get, classifier.manifest.category_ids)
    return [{"id": entry.id, "name": entry.name, "kind": entry.kind.value} for entry in entries]


def _directory(model: str | tuple[str, ...] | None) -> str | list[str] | None:
    """Return where models are that did not come with the package, for whoever reads the results elsewhere."""
    bundled = bundled_models()
    found = [d.name if d in bundled.values() else str(d.resolve()) for d in find_models(model)]
    if len(found) > 1:
        return found
    return None if found[0] in bundled else found[0]
