"""A page about a scan: every hit, what failed, what came near, and what it was made with.

The page is one HTML file that loads nothing: pictures, style and script are inside it, and what it says of the scan is
one JSON value that the script shows a screen at a time.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import importlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wildvision.archive.decide import Decider, scan_classifier, scan_model
from wildvision.archive.folder import PARTS, check_decided, open_folder, saying
from wildvision.archive.hits import Card, Hit, detail_of
from wildvision.archive.looked_at import LookedAt
from wildvision.archive.report.findings import Findings, Progress, Sheet, find
from wildvision.archive.report.packing import packed
from wildvision.archive.report.pictures import Picture, Wanted, draw
from wildvision.archive.report.posts import PostFindings, decided_posts, stored_posts
from wildvision.archive.rows import Row
from wildvision.archive.run import policy_record
from wildvision.archive.sinks import from_record, read_part, replace_file
from wildvision.errors import ArchiveError
from wildvision.heat import COLOUR
from wildvision.manifest import Policy

CARDS = 12
"""Curious pictures a product, unless told otherwise."""
PICTURED = 500
"""Groups of hits that have a picture on the page, unless told otherwise; the rest is there in words."""
_SCRIPTS = ("boxes.js", "page.js")
_DIGEST = 12  # characters of a SHA-256 that a card shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """How many pictures a page was to show, and how many of them could not be read again."""

    wanted: int
    missing: int

    @property
    def are_mostly_missing(self) -> bool:
        """Whether the page is rather empty."""
        return 2 * self.missing > self.wanted


def _silent(_what: str, _done: int, _total: int | None) -> None:
    """Tell nobody."""


def write_report(
    results: Path,
    page: Path,
    *,
    model: str | None = None,
    policy: str | Policy | None = None,
    cards: int = CARDS,
    pictured: int = PICTURED,
    progress: Progress = _silent,
) -> Pictures:
    """Write the page of a scan, finished or not.

    The images are read again from the scan's sources for their thumbnails, also from another working directory; those
    that are gone get an empty frame.

    Args:
        results: The folder of the scan.
        page: Where to write, whole or not at all.
        model: The bundled model's id or the directory of the scan's model, for the maps; None: as the scan says.
        policy: Name of one of the model's policies, or one's own, to decide by; None: verdicts as they are stored.
        cards: Pictures a product without a hit, of those with the highest scores.
        pictured: Groups of hits with a picture; the page lists those above it without one.
        progress: Is told what is being done, how much of it is done, and of how many.

    Returns:
        How many pictures there should be, and how many are missing.

    Raises:
        ScanError: The folder holds no scan, or the model is another one than the scan's, or the page cannot be written.
        ModelError: The model is not at hand and was asked for, or is needed for the policy.
        ArchiveError: jinja2 is not installed.
    """
    environment = _environment()
    folder, facts = open_folder(results)
    check_decided(facts, results)
    classifier = scan_classifier(facts, model)
    decider = None if policy is None else Decider(scan_model(facts, model), policy)
    if decider:
        facts = {**facts, **policy_record(decider.name, decider.policy)}
    findings = find(
        lambda: _rows(results, decider),
        facts["categories"],
        cards=cards,
        detail=detail_of(facts),
        progress=progress,
    )
    posts = (
        decided_posts(_rows(results, decider), scan_model(facts, model), decider)
        if decider
        else stored_posts(folder)
    )
    wanted = _carriers(posts, pictured) | _wanted(findings, pictured)
    pictures = draw(wanted, facts, classifier, progress=progress)
    text = _rendered(environment, facts, findings, posts, pictures, explained=classifier is not None)
    with saying(f"{page} cannot be written"):
        replace_file(page, lambda path: _write(path, text))
    missing = sum(picture.thumbnail is None for picture in pictures.values())
    return Pictures(wanted=len(pictures), missing=missing)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _environment() -> Any:
    try:
        jinja2 = importlib.import_module("jinja2")
    except ImportError as error:
        raise ArchiveError(
            "reports need jinja2; install wildvision with its extra `scan`, e.g. `pip install '.[scan]'` in a checkout"
        ) from error
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("wildvision.archive.report", ""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["grouped"] = "{:,}".format
    return environment


def _rows(results: Path, decider: Decider | None) -> Iterator[Row]:
    for path in sorted((results / PARTS).glob("part-*")):
        for record in read_part(path):
            row = from_record(record)
            yield decider.decide(row) if decider else row


def _wanted(findings: Findings, pictured: int) -> dict[str, Wanted]:
    """Return which images are shown, and with the maps of which categories."""
    wanted: dict[str, Wanted] = {}
    hits = [card.shown for card in findings.groups[:pictured]]
    curious = [card.shown for sheet in findings.sheets for card in sheet.curious]
    for hit, is_hit in [*((hit, True) for hit in hits), *((hit, False) for hit in curious)]:
        entry = wanted.setdefault(hit.id, Wanted(is_hit=is_hit, frame_s=hit.frame_s))
        if hit.category:
            entry.categories.add(hit.category)
        if hit.apart:
            entry.parts[hit.category] = hit.apart
    return wanted


def _carriers(posts: PostFindings, pictured: int) -> dict[str, Wanted]:
    """Return the pictures that stand for posts."""
    return {
        post.carrier: Wanted(is_hit=False, frame_s=post.carrier_frame_s)
        for post in posts.hits[:pictured]
        if post.carrier is not None
    }


def _rendered(
    environment: Any,
    facts: Mapping[str, Any],
    findings: Findings,
    posts: PostFindings,
    pictures: Mapping[str, Picture],
    *,
    explained: bool,
) -> str:
    script = "".join(environment.loader.get_source(environment, name)[0] for name in _SCRIPTS)
    style = environment.loader.get_source(environment, "page.css")[0]
    return environment.get_template("page.html.jinja").render(
        facts=facts,
        findings=findings,
        posts=posts,
        names={entry["id"]: entry["name"] for entry in facts["categories"]},
        pictures=pictures,
        data=_json(packed(_data(facts, findings, pictures))),
        script=script,
        script_digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        style=style,
        written=dt.datetime.now(tz=dt.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        missing=sum(picture.thumbnail is None for picture in pictures.values()),
        explained=explained,
    )


def _json(value: Any) -> str:
    """Return JSON that can stand inside a script element: nothing in it can end that element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _data(facts: Mapping[str, Any], findings: Findings, pictures: Mapping[str, Picture]) -> dict[str, Any]:
    """Return what the script shows; names are short because there may be a hundred thousand of them."""
    thresholds = facts["thresholds"]["thresholds"]
    return {
        "names": {entry["id"]: entry["name"] for entry in facts["categories"]},
        "thresholds": {name: [steps["flag"], steps["review"]] for name, steps in thresholds.items()},
        "heat": COLOUR,
        "graphs": [[_graph_name(sheet), *sheet.counts.tolist()] for sheet in findings.sheets],
        "groups": [_card(card, pictures) for card in findings.groups],
        "curious": [_sheet(sheet, thresholds, pictures) for sheet in findings.sheets if sheet.curious],
        "failures": findings.failures,
        "pictures": {
            name: {
                "image": picture.thumbnail,
                "maps": picture.overlays,
                "date": picture.date,
                "parts": {key: [part.thumbnail, part.overlay] for key, part in picture.parts.items()},
            }
            for name, picture in pictures.items()
        },
    }


def _sheet(sheet: Sheet, thresholds: Mapping[str, Any], pictures: Mapping[str, Picture]) -> dict[str, Any]:
    return {
        "category": sheet.category,
        "name": sheet.name,
        "review": thresholds.get(sheet.category, {}).get("review"),
        "cards": [_card(card, pictures) for card in sheet.curious],
    }


def _graph_name(sheet: Sheet) -> str:
    return sheet.name if sheet.product else f"{sheet.name} (look-alike)"


def _card(card: Card, pictures: Mapping[str, Picture]) -> dict[str, Any]:
    hit, width, height, size = card.shown, *card.shown.size
    return {
        "category": hit.category,
        "reason": hit.reason,
        "known": hit.known.words,
        "post": hit.post,
        "time": hit.frame_s,
        "size": [width, height, size],
        "hits": _rows_of(card.hits),
        "others": card.others,
        "more": card.more,
        "parts": _parts(hit.parts) if hit.parts and hit.id in pictures else [],
    }


def _parts(parts: LookedAt) -> list[Any]:
    """Return the part that carries the answer, its kind and its score alone, and the boxes of all."""
    return [parts.carrier, parts.kind, round(parts.score, 4), parts.boxes.tolist()]


def _rows_of(hits: Sequence[Hit]) -> list[tuple[str, str, float, str]]:
    return [(hit.id, hit.verdict, round(hit.score, 4), hit.prints.sha256[:_DIGEST]) for hit in hits]
