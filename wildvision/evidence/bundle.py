"""A case bundle: one zip with records in a chain, the images themselves, a page to print, and how to verify it.

::

    chain.jsonl    one entry a line, canonical JSON: number, digest of the one before, record, own digest
    head.json      how many entries there are, the digest that stands for all, its signature if there is one
    originals/     the images, byte for byte, by entry; not in a redacted bundle
    page.html      the same for a person, with small pictures; none in a redacted bundle
    VERIFY.txt     how to verify it
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
import msgspec
from PIL import Image

from wildvision.archive.again import items_again
from wildvision.archive.decide import scan_classifier
from wildvision.archive.decisions import Decision, read_decisions
from wildvision.archive.export import Wanted
from wildvision.archive.folder import ScanFolder, check_decided, open_folder, saying
from wildvision.archive.posts import PostRow, posts_named
from wildvision.archive.rows import Row
from wildvision.archive.sinks import replace_file
from wildvision.archive.stills import most_bytes, still
from wildvision.classifier import Classifier
from wildvision.errors import EvidenceError, ImageError
from wildvision.evidence.canonical import canonical
from wildvision.evidence.chain import chained, fingerprint, head_of, sign
from wildvision.evidence.record import RecordOptions, make_record, post_record
from wildvision.images import ImageLimits, read_image
from wildvision.manifest import Policy

BUNDLE_SCHEMA = "wildvision evidence bundle 1"
CHAIN, HEAD, ORIGINALS, PAGE, VERIFY = "chain.jsonl", "head.json", "originals", "page.html", "VERIFY.txt"
_THUMBNAIL = 320  # px
_VERIFY_TEXT = """\
How to verify this bundle

1. Install wildvision of the version in the records (page.html names it), with its extra `evidence`.
2. Run: wildvision verify BUNDLE.zip
   It recomputes every digest, follows the chain, checks the signature if there is one, compares each image with its
   record, and scores it again with the recorded model. Each line says what was compared and whether it matches.
3. Compare the head below, or the fingerprint of the key, with what you were told by another way. Whoever changes a
   whole bundle can make a new chain; nobody can make the old head of it, or sign it with a key that is not theirs.

Head: {head}
Key:  {key}

The format is open: chain.jsonl holds canonical JSON (RFC 8785); sha256 of an entry is the SHA-256 of that entry
without its member "sha256"; "previous" is the sha256 of the entry before, or 64 zeros; the signature is Ed25519
(RFC 8032) over the canonical JSON {{"sha256":HEAD,"wildvision":"head of an evidence chain"}}.

A record shows what a model said of a photo. It proves neither a material nor an offence.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleOptions:
    """What goes into a bundle.

    Attributes:
        record: What stands in each record.
        wanted: Which images; by default confirmed ones, and flagged ones that nobody decided on.
        model: The scan's model or its directory; None: as the scan says.
        key_file: An Ed25519 private key as PEM to sign the head with; None: unsigned.
        password: Of the key.
    """

    record: RecordOptions
    wanted: Wanted = field(default_factory=Wanted)
    model: str | None = None
    key_file: Path | None = None
    password: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """What became of a bundle.

    Attributes:
        records: In it.
        head: Digest that stands for all.
        missing: Ids of images that could not be read again, or that changed since the scan: they are not in it.
    """

    records: int
    head: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Evidence:
    row: Row
    decisions: tuple[Decision, ...]
    encoded: bytes


def write_bundle(results: Path, out: Path, options: BundleOptions) -> Bundled:
    """Write a case bundle of a scan.

    Args:
        results: The folder of the scan.
        out: The zip, written whole or not at all.
        options: What goes into it.

    Raises:
        ScanError: The folder holds no scan, or the bundle cannot be written.
        ModelError: The scan's model is not at hand.
        EvidenceError: Nothing is asked for, no image can be read again, or the key cannot be used.
    """
    folder, facts = open_folder(results)
    check_decided(facts, results)
    classifier = scan_classifier(facts, options.model)
    if classifier is None:
        raise EvidenceError(
            f"expected the scan's model {facts['model']!r} at hand; give its directory with --model"
        )
    rows, decisions = _chosen(results, options.wanted)
    found, missing = _read_again(rows, decisions, facts)
    if not found:
        raise EvidenceError(
            f"expected images of the scan in {results}, found none of {len(rows)} where it found them"
        )
    records = _records(folder, found, facts, classifier, options)
    entries = chained(records)
    head = _head(entries, options)
    with saying(f"{out} cannot be written"):
        replace_file(out, lambda path: _write(path, entries, head, found, classifier, options))
    return Bundled(records=len(entries), head=head["sha256"], missing=tuple(missing))


def _records(
    folder: ScanFolder,
    found: Sequence[_Evidence],
    facts: Mapping[str, Any],
    classifier: Classifier,
    options: BundleOptions,
) -> list[dict[str, Any]]:
    policy = msgspec.convert(facts["thresholds"], Policy)
    posts = posts_named(folder, {one.row.post for one in found if one.row.post})
    return [
        make_record(
            one.row,
            one.encoded,
            one.decisions,
            classifier=classifier,
            policy_name=facts["policy"],
            policy=policy,
            options=options.record,
        )
        | _post_of(one.row, posts, options)
        for one in found
    ]


def _post_of(row: Row, posts: Mapping[str, PostRow], options: BundleOptions) -> dict[str, Any]:
    """Return the member of a record that tells of the image's post; nothing for one that belongs to none."""
    post = posts.get(row.post or "")
    return {} if post is None else {"post": post_record(post, redact=options.record.redact)}


def _chosen(results: Path, wanted: Wanted) -> tuple[dict[str, Row], dict[str, list[Decision]]]:
    folder, _ = open_folder(results)
    by_id: dict[str, list[Decision]] = {}
    for decision in read_decisions(results):
        for name in decision.ids:
            by_id.setdefault(name, []).append(decision)
    rows = {
        row.id: row
        for part in folder.parts
        for row in folder.read(part.number)
        if not row.error and wanted.takes(row, by_id[row.id][-1] if row.id in by_id else None)
    }
    if not rows:
        raise EvidenceError(
            f"expected images for a bundle in {results}, found none with {wanted.described}; name others with "
            "--verdict, --outcome or --category"
        )
    return rows, by_id


def _read_again(
    rows: Mapping[str, Row], decisions: Mapping[str, Sequence[Decision]], facts: Mapping[str, Any]
) -> tuple[list[_Evidence], list[str]]:
    found: dict[str, _Evidence] = {}
    limit = ImageLimits(**facts["limits"]).max_bytes
    for item in items_again(facts["sources"]):
        if item.id not in rows or item.id in found:
            continue
        row = rows[item.id]
        try:
            encoded = item.content.load(most_bytes(item.id, limit))
        except ImageError:
            continue
        if hashlib.sha256(encoded).hexdigest() == row.sha256:
            found[item.id] = _Evidence(row, tuple(decisions.get(row.id, ())), encoded)
        if len(found) == len(rows):
            break
    return [found[name] for name in rows if name in found], [name for name in rows if name not in found]


def _head(entries: Sequence[dict[str, Any]], options: BundleOptions) -> dict[str, Any]:
    head = head_of(entries)
    signature = sign(head, options.key_file, options.password) if options.key_file else None
    return {
        "schema": BUNDLE_SCHEMA,
        "entries": len(entries),
        "sha256": head,
        "signature": signature,
        "redacted": options.record.redact,
    }


def _write(
    path: Path,
    entries: Sequence[dict[str, Any]],
    head: dict[str, Any],
    found: Sequence[_Evidence],
    classifier: Classifier,
    options: BundleOptions,
) -> None:
    redact = options.record.redact
    key = fingerprint(head["signature"]["public_key"]) if head["signature"] else "not signed"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr(CHAIN, b"".join(canonical(entry) + b"\n" for entry in entries))
        bundle.writestr(HEAD, json.dumps(head, indent=1))
        bundle.writestr(VERIFY, _VERIFY_TEXT.format(head=head["sha256"], key=key))
        bundle.writestr(PAGE, _page(entries, head, key, found, classifier, redact=redact))
        if not redact:
            for entry, one in zip(entries, found, strict=True):
                bundle.writestr(original_name(entry), one.encoded, zipfile.ZIP_STORED)


def original_name(entry: Mapping[str, Any]) -> str:
    """Return where a bundle holds the image of an entry."""
    return f"{ORIGINALS}/{entry['number']:06}.{str(entry['record']['image']['format'] or 'bin').lower()}"


def _page(
    entries: Sequence[dict[str, Any]],
    head: Mapping[str, Any],
    key: str,
    found: Sequence[_Evidence],
    classifier: Classifier,
    *,
    redact: bool,
) -> str:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("wildvision.evidence", ""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    taxonomy = classifier.manifest.taxonomy
    pictures = [None if redact else _thumbnail(one, classifier.limits) for one in found]
    return environment.get_template("page.html.jinja").render(
        entries=entries,
        head=head,
        key=key,
        pictures=pictures,
        names={entry.id: entry.name for entry in taxonomy.categories},
        confirmation={entry.id: entry.confirmation for entry in taxonomy.categories},
    )


def _thumbnail(one: _Evidence, limits: ImageLimits) -> str:
    shown = still(one.encoded, one.row.frame_s)
    picture = Image.fromarray(read_image(shown, limits=limits, decode_side=2 * _THUMBNAIL).pixels)
    picture.thumbnail((_THUMBNAIL, _THUMBNAIL))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
