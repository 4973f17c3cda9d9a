"""Teaching: a category from one's own photos, beside a network that stays as it is, into a model of its own."""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from wildvision.adapt.background import Background, read_background
from wildvision.adapt.hashes import can_compare
from wildvision.adapt.learned import Learned, Numbers, learn
from wildvision.adapt.lesson import Noticed, make_lesson
from wildvision.adapt.photos import TeachingPhotos, read_photos
from wildvision.adapt.sketch import FILE as SKETCH_FILE
from wildvision.adapt.sketch import pack_sketch, read_sketch
from wildvision.adapt.status import rule
from wildvision.classifier import Classifier
from wildvision.decision import spend_budgets
from wildvision.errors import LabelError, ModelError, OptionError
from wildvision.heads import HEADS_FILE, Heads, pack_heads
from wildvision.manifest import (
    CategoryEntry,
    FileRecord,
    Manifest,
    Policy,
    TaughtHeads,
    Threshold,
    Turning,
    find_model,
    load_manifest,
)
from wildvision.runtime import read_heads, read_verified
from wildvision.taxonomy import Category, Kind, Taxonomy

Place = str | os.PathLike[str]
ID = re.compile("[a-z]+(_[a-z]+)*")
SHARE_OF_BUDGET = 1 / 3  # of the everyday photos that a policy may ask for, which a taught product may add
UNSAID_REVIEW, UNSAID_FLAG = (
    0.03,
    0.003,
)  # shares of a policy that does not say its own: those of ``balanced``
CLOSE = 0.8  # likeness of ids (difflib) from which a new one is probably a slip
CARD, SUMS = "CARD.md", "SHA256SUMS"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCategory:
    """What to say of a category that the taxonomy lacks.

    Attributes:
        name: To display; empty: the id with spaces.
        kind: A product is looked for; a look-alike is what one is mistaken for.
        lookalikes: Ids of the categories that it is mistaken for.
    """

    name: str = ""
    kind: Kind = Kind.PRODUCT
    lookalikes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What the thresholds of one policy find of photos whose source was left out, and what they cost.

    Attributes:
        policy: Its name.
        review: Score from which a person is asked to look; None: never.
        flag: Score from which it is flagged; None: never.
        found: Share of the photos of the category that reach review.
        everyday: Of a thousand photos that show nothing with a name, how many reach review.
        lookalikes: Of a thousand photos of look-alikes.
    """

    policy: str
    review: float | None
    flag: float | None
    found: float
    everyday: float
    lookalikes: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What came of teaching.

    Attributes:
        directory: Of the model.
        model: Its id.
        category: The id that was taught.
        is_new: Whether the model that was taught lacked it.
        entry: As in the manifest: status, calibration, evidence.
        numbers: How it was found on photos of sources left out.
        costs: Of each policy; empty for a look-alike.
        noticed: What was seen of the photos.
    """

    directory: Path
    model: str
    category: str
    is_new: bool
    entry: CategoryEntry
    numbers: Numbers
    costs: tuple[Cost, ...]
    noticed: Noticed


def teach(  # noqa: PLR0913 - a door: its options are those of the command
    category: str,
    photos: Sequence[Place],
    *,
    out: Place,
    others: Sequence[Place] = (),
    model: Place | None = None,
    verdicts: Sequence[str] = (),
    new: NewCategory | None = None,
    keep_hashes: bool = True,
    advance: Callable[[str], object] | None = None,
) -> Taught:
    """Teach a category from photos, and write a model that has it.

    All other categories keep their answers bit for bit. Teaching a category that the model has adds one's own photos
    to what it learned from.

    Args:
        category: Its id: small letters with underscores.
        photos: Where photos that show it are; see `wildvision.adapt.photos.read_photos`.
        out: The model directory to write; an earlier one that was taught is replaced.
        others: Where photos that do not show it are, beside those of the background.
        model: A bundled model's id or a model directory; None: the default.
        verdicts: Of the rows of scans that count.
        new: What to say of a category that the taxonomy lacks.
        keep_hashes: Whether perceptual hashes of the photos go into the model, so that `evaluate` notices them.
        advance: Called with the name of each photo when it is read.

    Raises:
        LabelError: There are too few photos, or contradictory ones, or the id is malformed or nearly another's.
        ArchiveError: A place cannot be opened.
        ModelError: The model cannot be used, or not be taught.
        OptionError: ``out`` holds something that would be lost.
    """
    base, target = find_model(model), Path(out)
    manifest = load_manifest(base)
    _with_category(manifest, category, new)  # what is wrong with them is said before an hour of reading
    few = read_background(base, manifest).settings.rendered_below
    refuse_loss(target)
    classifier = Classifier(base)
    mine = read_photos(
        photos, classifier, verdicts=verdicts, category=category, views_below=few, advance=advance
    )
    theirs = read_photos(others, classifier, verdicts=verdicts, advance=advance) if others else None
    return teach_photos(category, mine, theirs, base=base, target=target, new=new, keep_hashes=keep_hashes)


def teach_photos(
    category: str,
    mine: TeachingPhotos,
    theirs: TeachingPhotos | None,
    *,
    base: Path,
    target: Path,
    new: NewCategory | None = None,
    keep_hashes: bool = True,
) -> Taught:
    """Teach a category from photos that were read, as `teach` does.

    Args:
        category: Its id.
        mine: Photos that show it.
        theirs: Photos that do not, beside those of the background.
        base: The model directory that is taught.
        target: The model directory to write; an earlier one that was taught is replaced.
        new: What to say of a category that the taxonomy lacks.
        keep_hashes: As for `teach`.

    Raises:
        LabelError: As for `teach`.
        ModelError: As for `teach`.
        OptionError: As for `teach`.
    """
    manifest = load_manifest(base)
    extended, is_new = _with_category(manifest, category, new)
    refuse_loss(target)
    background, taxonomy = read_background(base, manifest), extended.taxonomy
    sketch = read_sketch(base, manifest)
    lesson = make_lesson(category, mine, theirs, background, taxonomy, compared=can_compare(), sketch=sketch)
    learned = learn(lesson, manifest, taxonomy, before=_head_before(base, manifest, background, category))
    costs = _costs(learned, lesson.rows, lesson.positive, extended, category)
    written = _with_learned(extended, learned, costs, mine.digests, model_id=_model_id(target))
    files = {HEADS_FILE: pack_heads(_heads(base, manifest, written, learned))}
    if keep_hashes and sketch is not None:
        files[SKETCH_FILE] = pack_sketch(map(bytes, (*sketch, *mine.hashes[mine.hashes.any(axis=1)])))
    _write(base, target, written, files, learned)
    return Taught(
        directory=target,
        model=written.id,
        category=category,
        is_new=is_new,
        entry=learned.entry,
        numbers=learned.numbers,
        costs=costs,
        noticed=lesson.noticed,
    )


# --- before anything is read ------------------------------------------------------------------------------


def _with_category(manifest: Manifest, category: str, new: NewCategory | None) -> tuple[Manifest, bool]:
    """Return the manifest whose taxonomy has the category, and whether the model lacks it."""
    if not ID.fullmatch(category):
        raise LabelError(
            f"expected an id of small letters with underscores, such as elephant_tusk, found {category!r}"
        )
    known = {entry.id for entry in manifest.taxonomy.categories}
    if category in known:
        return manifest, category not in manifest.category_ids
    close = difflib.get_close_matches(category, known, n=1, cutoff=CLOSE)
    if close and new is None:
        raise LabelError(
            f"expected a category of the model or one that is clearly new, found {category!r}, which is nearly "
            f"{close[0]!r}; write that, or give --name to make a new one"
        )
    added = _described(category, new or NewCategory(), manifest.taxonomy)
    return msgspec.structs.replace(manifest, new_categories=(*manifest.new_categories, added)), True


def _described(category: str, new: NewCategory, taxonomy: Taxonomy) -> Category:
    for other in new.lookalikes:
        taxonomy.get(other)
    name = new.name or category.replace("_", " ").capitalize()
    return Category(
        id=category,
        kind=new.kind,
        name=name,
        summary=f"{name}: taught from photos of one's own.",
        taxa=(),
        cites=(),
        lookalikes=new.lookalikes,
        identification=(),
        confirmation=(),
        sources=(),
    )


def refuse_loss(target: Path) -> None:
    """Refuse to write where something other than a taught model would be lost.

    Raises:
        OptionError: It would.
    """
    if not target.exists():
        return
    try:
        taught = load_manifest(target).heads is not None
    except ModelError:
        taught = target.is_dir() and not any(target.iterdir())
    if not taught:
        raise OptionError(
            f"expected a new folder, or that of a taught model, at {target}, found something that would be lost; "
            "choose another --out"
        )


def _model_id(target: Path) -> str:
    return re.sub("[^a-z0-9._-]+", "-", target.resolve().name.lower()).strip("-.") or "taught"


def _head_before(
    base: Path, manifest: Manifest, background: Background, category: str
) -> tuple[NDArray[np.float32], float] | None:
    heads = read_heads(base, manifest)
    if manifest.heads and heads and category in manifest.heads.categories:
        row = manifest.heads.categories.index(category)
        return heads.weights[row], float(heads.bias[row])
    if category in manifest.network_ids and category in background.categories:
        row = background.categories.index(category)
        return background.weights[row], float(background.bias[row])
    return None


# --- thresholds -------------------------------------------------------------------------------------------


def _costs(
    learned: Learned, rows: Sequence[Any], positive: NDArray[np.bool_], manifest: Manifest, category: str
) -> tuple[Cost, ...]:
    if manifest.taxonomy.get(category).kind is not Kind.PRODUCT:
        return ()
    judged = ~np.isnan(learned.scores)
    everyday = judged & np.array([not row.labels and not row.unsettled for row in rows])
    alike = judged & np.array([bool(row.labels | row.unsettled) and not row.shows_product for row in rows])
    found: list[Cost] = []
    for name, policy in manifest.policies.items():
        threshold = _threshold(learned, policy, category)
        review = threshold.review
        reached = learned.scores >= (2.0 if review is None else review)
        found.append(
            Cost(
                policy=name,
                review=review,
                flag=threshold.flag,
                found=float(reached[judged & positive].mean()),
                everyday=1000 * float(reached[everyday].mean()),
                lookalikes=1000 * float(reached[alike].mean()) if alike.any() else None,
            )
        )
    return tuple(found)


def _threshold(learned: Learned, policy: Policy, category: str) -> Threshold:
    """Spend a share of a policy's budget on the category: those of the others stay as they are."""
    review = policy.asked_review if policy.asked_review is not None else UNSAID_REVIEW
    flag = policy.asked_flag if policy.asked_flag is not None else UNSAID_FLAG
    never = {category} if learned.entry.status == "experimental" else set[str]()
    spent = spend_budgets(
        {category: learned.review_curve},
        {category: learned.found_curve},
        review=SHARE_OF_BUDGET * review,
        flag=SHARE_OF_BUDGET * flag,
        never_flag=never,
    )
    return spent[category]


# --- the model directory ----------------------------------------------------------------------------------


def _with_learned(
    manifest: Manifest, learned: Learned, costs: Sequence[Cost], digests: NDArray[np.uint8], *, model_id: str
) -> Manifest:
    category, earlier = learned.entry.id, manifest.heads
    entries = {entry.id: entry for entry in manifest.categories} | {category: learned.entry}
    taught = tuple(dict.fromkeys((*(earlier.categories if earlier else ()), category)))
    chain = hashlib.sha256(manifest.training_data.encode() + b"".join(sorted(d.tobytes() for d in digests)))
    curves: dict[str, Any] = {}
    if costs:
        curves = {
            "review_curves": {**manifest.review_curves, category: learned.review_curve},
            "found_curves": {**manifest.found_curves, category: learned.found_curve}
            if manifest.found_curves
            else {},
        }
    return msgspec.structs.replace(
        manifest,
        id=model_id,
        created=dt.datetime.now(dt.UTC).date().isoformat(),
        categories=tuple(entries.values()),
        heads=TaughtHeads(
            categories=taught, network=manifest.network_ids, base=earlier.base if earlier else manifest.id
        ),
        not_supported=tuple(other for other in manifest.not_supported if other != category),
        policies={
            cost.policy: _with_threshold(manifest.policies[cost.policy], category, cost) for cost in costs
        }
        or manifest.policies,
        metrics={other: found for other, found in manifest.metrics.items() if other != category},
        turning=_without_asking(manifest.turning, category),
        training_data=chain.hexdigest(),
        **curves,
    )


def _without_asking(turning: Turning | None, category: str) -> Turning | None:
    """Let a category that is taught ask for no look from other sides: its logits are another head's now."""
    if turning is None or category not in turning.look_from:
        return turning
    asking = {other: logit for other, logit in turning.look_from.items() if other != category}
    found = {other: rows for other, rows in turning.found.items() if other != category}
    return msgspec.structs.replace(turning, look_from=asking, found=found)


def _with_threshold(policy: Policy, category: str, cost: Cost) -> Policy:
    note = "; products taught later may each add a third of that"
    objective = policy.objective if policy.objective.endswith(note) else policy.objective + note
    threshold = Threshold(review=cost.review, flag=cost.flag)
    return msgspec.structs.replace(
        policy, objective=objective, thresholds={**policy.thresholds, category: threshold}
    )


def _heads(base: Path, before: Manifest, after: Manifest, learned: Learned) -> Heads:
    earlier = read_heads(base, before)
    taught: dict[str, tuple[NDArray[np.float32], float]] = {}
    if earlier and before.heads:
        rows = zip(before.heads.categories, earlier.weights, earlier.bias.tolist(), strict=True)
        taught = {category: (weights, bias) for category, weights, bias in rows}
    taught[learned.entry.id] = learned.weights, learned.bias
    assert after.heads is not None  # noqa: S101 - `_with_learned` has set it
    return Heads(
        weights=np.stack([taught[category][0] for category in after.heads.categories]),
        bias=np.array([taught[category][1] for category in after.heads.categories], np.float32),
        columns=tuple(after.category_ids.index(category) for category in after.heads.categories),
    )


def _write(base: Path, target: Path, manifest: Manifest, new: Mapping[str, bytes], learned: Learned) -> None:
    """Write a model directory; it is there whole or not at all."""
    files = {name: read_verified(base / name, manifest) for name in manifest.files if name not in new}
    files |= new
    records = {
        name: FileRecord(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
        for name, content in new.items()
    }
    manifest = msgspec.structs.replace(manifest, files={**manifest.files, **records})
    files["manifest.json"] = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
    files[CARD] = _card(base, manifest, learned).encode()
    sums = {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}
    files[SUMS] = "".join(f"{found}  {name}\n" for name, found in sums.items()).encode()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as folder:
        made = Path(folder) / "model"
        made.mkdir()
        for name, text in files.items():
            (made / name).write_bytes(text)
        Classifier(made, threads=1)  # what its users will do with it
        if target.exists():
            target.rename(Path(folder) / "replaced")
        made.rename(target)


def _card(base: Path, manifest: Manifest, learned: Learned) -> str:
    """Return the model card: what was taught, before the card of the model that it was taught to."""
    numbers, entry = learned.numbers, learned.entry
    lines = [
        f"# {manifest.id}",
        "",
        f"`{entry.id}` was taught to `{manifest.heads.base if manifest.heads else base.name}` with "
        f"`wildvision teach` on {manifest.created}; all other categories answer as before.",
        "",
        f"- status: **{entry.status}**. {rule()}",
        f"- rests on {entry.evidence.photos} real photos of {entry.evidence.sources} sources and "
        f"{entry.evidence.synthetic_photos} rendered ones",
        f"- measured on {numbers.photos} photos with and {numbers.others} without it, each {numbers.left_by} left out "
        "in turn",
        f"- found at 1 % false positives: {_interval(numbers.at_1)}; at 5 %: {_interval(numbers.at_5)}; area under the "
        f"curve: {_interval(numbers.area)}",
        f"- taken for it most: {', '.join(f'{kind} ({count})' for kind, count in numbers.mistaken.items())}",
    ]
    if numbers.left_by == "group":
        lines.append("- all its photos are of one source: on photos of others expect less")
    asked = load_manifest(base).turning
    if asked is not None and entry.id in asked.look_from:
        lines.append(
            "- it asks for no looks from other sides any more: turned pictures of it are found less often"
        )
    before = (base / CARD).read_text(encoding="utf-8") if (base / CARD).is_file() else ""
    return "\n".join(lines) + (f"\n\n---\n\n{before}" if before else "\n")


def _interval(found: Any) -> str:
    return f"{found.value:.2f} ({found.low:.2f}-{found.high:.2f})"


def record_of(taught: Taught) -> Mapping[str, Any]:
    """Return what came of teaching as values that JSON holds."""
    return {
        "directory": os.fspath(taught.directory),
        "model": taught.model,
        "category": taught.category,
        "is_new": taught.is_new,
        "status": taught.entry.status,
        "evidence": msgspec.to_builtins(taught.entry.evidence),
        "numbers": msgspec.to_builtins(taught.numbers),
        "costs": msgspec.to_builtins(taught.costs),
        "noticed": msgspec.to_builtins(taught.noticed),
    }
