"""Posts on a page: how many there are of each verdict, and those that ask for a person, the most urgent first."""

from __future__ import annotations

import heapq
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from wildvision.archive.decide import Decider
from wildvision.archive.folder import ScanFolder
from wildvision.archive.hits import HITS
from wildvision.archive.posts import PostRow, post_rows, read_posts
from wildvision.archive.rows import Row
from wildvision.manifest import Manifest
from wildvision.post_scores import PostJudge
from wildvision.results import Verdict

MOST_POSTS = 500
"""Posts with FLAG or REVIEW on a page; the highest are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFindings:
    """What a page says of posts.

    Attributes:
        counts: How many posts of each verdict, and of each error.
        hits: Those with FLAG or REVIEW, FLAG first, then by score, at most `MOST_POSTS`.
    """

    counts: Counter[str] = field(default_factory=Counter[str])
    hits: tuple[PostRow, ...] = ()

    @property
    def left_out(self) -> int:
        """Posts with FLAG or REVIEW that are counted and not listed."""
        return sum(self.counts[verdict] for verdict in HITS) - len(self.hits)


def stored_posts(folder: ScanFolder) -> PostFindings:
    """Return what the posts of a scan say as they are on disk; nothing where it was not grouped."""
    return _found(read_posts(folder))


def decided_posts(rows: Iterable[Row], manifest: Manifest, decider: Decider) -> PostFindings:
    """Return what posts say by another policy.

    Args:
        rows: Of the scan, decided by that policy.
        manifest: Of the scan's model.
        decider: The policy.
    """
    judge = PostJudge(manifest, decider.policy)
    with tempfile.TemporaryDirectory(prefix="wildvision-posts-") as scratch:
        return _found(post_rows(rows, judge, Path(scratch), policy=decider.name))


def _found(posts: Iterator[PostRow]) -> PostFindings:
    counts: Counter[str] = Counter()

    def counted() -> Iterator[PostRow]:
        for post in posts:
            counts[post.verdict or post.error or ""] += 1
            if post.verdict in HITS:
                yield post

    highest = heapq.nlargest(MOST_POSTS, counted(), key=_urgency)
    return PostFindings(counts=counts, hits=tuple(highest))


def _urgency(post: PostRow) -> tuple[bool, float]:
    return post.verdict == Verdict.FLAG.value, post.scores.get(post.category or "", 0.0)
