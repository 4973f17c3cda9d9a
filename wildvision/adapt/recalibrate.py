"""Calibration and thresholds from one's own labelled photos; network and head stay as they are, bit for bit.

Two things are fitted, and both are small. A category with enough photos of one's own gets a Platt scaling (Platt
1999). Thresholds are one rung of the model's ladder (`wildvision.adapt.ladder`): the most generous at which no more
than the asked share of one's everyday photos is to be expected to pass. Photos that come from the same platform are
as good as drawn in any order, so the share of all its photos that pass the rung below the (k + 1)-th of n follows
Beta(k + 1, n - k), whatever the network is (Wilks 1941, tolerance limits). The promise is its mean, and the interval
is that of the share among as many photos more.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from wildvision.adapt.labelled import LabelledPhoto
from wildvision.adapt.ladder import Ladder, flag_ladder, review_ladder
from wildvision.adapt.metrics import exact_interval, further_interval, share_interval
from wildvision.adapt.scaling import choose_scaling, scaled
from wildvision.adapt.scoring import ScoredPhotos, score_photos
from wildvision.adapt.thresholds import everyday_photos
from wildvision.archive.rows import Row
from wildvision.classifier import Classifier
from wildvision.decision import probability
from wildvision.errors import LabelError, ManifestError
from wildvision.manifest import (
    Calibration,
    CategoryEntry,
    Interval,
    Manifest,
    Policy,
    Promise,
    Reached,
    Recalibration,
    Threshold,
    find_model,
    load_manifest,
)
from wildvision.results import Rule

LEAST_EVERYDAY = 60
"""Everyday photos below which nothing is promised: with 60 and none that passes, the rate may still be 6 %."""
LEAST_SHOWN = 20
"""Photos of a category, and photos without it, below which it keeps the calibration it has (as in training)."""
ABSTAINED = frozenset({Rule.TOO_SMALL.value, Rule.BLANK.value})
SURE = 40.0  # logits are held within this: a probability of 1e-17, where double precision ends

IDENTITY = Calibration(method="platt", slope=1.0, intercept=0.0, basis="own photos")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Thresholds of a policy, and what they are to let pass.

    Attributes:
        review: Rung of the ladder of reviews.
        flag: Rung of the ladder of flags.
        promise: Share of the platform's everyday photos at each.
    """

    review: int
    flag: int
    promise: Promise


def recalibrate(
    model: str | Path | None,
    photos: Sequence[LabelledPhoto],
    out: Path,
    *,
    name: str | None = None,
    workers: int | None = None,
    advance: Callable[[Row], None] | None = None,
) -> Manifest:
    """Write a model directory with calibration and thresholds from labelled photos of one's own.

    Args:
        model: A bundled model's id or a model directory; None: the default.
        photos: About 200, drawn at random from where the model is to be used.
        out: The new directory; must not exist, or be empty.
        name: Id of the new model; None: that of the old one with ``-own`` behind it.
        workers: Processes, as for `score_photos`.
        advance: Called with each row.

    Returns:
        The manifest of the new model.

    Raises:
        LabelError: There are too few photos; the message says how many are needed, or ``out`` is in use.
        ModelError: The model cannot be used, or has no curves to choose thresholds by.
    """
    directory = find_model(model)
    manifest = load_manifest(directory)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise LabelError(f"expected a new or empty folder for the model, found {out} in use; choose another")
    with raw_model(directory, manifest) as raw:
        scored = score_photos(photos, Classifier(raw, threads=1), workers=workers, advance=advance)
    changed = recalibrated(manifest, scored, name=name or f"{manifest.id}-own")
    digest = hashlib.sha256((directory / "manifest.json").read_bytes()).hexdigest()
    _write(_with_digest(changed, digest), directory, out)
    return load_manifest(out)


@contextmanager
def raw_model(directory: Path, manifest: Manifest) -> Generator[Path]:
    """Yield a copy of a model whose scores are the sigmoid of its logits, for as long as it is needed."""
    plain = tuple(msgspec.structs.replace(entry, calibration=IDENTITY) for entry in manifest.categories)
    with tempfile.TemporaryDirectory(prefix="wildvision-") as folder:
        copy = Path(folder) / directory.name
        shutil.copytree(directory, copy)
        write_manifest(msgspec.structs.replace(manifest, categories=plain), copy)
        yield copy


def write_manifest(manifest: Manifest, directory: Path) -> None:
    """Write ``manifest.json``."""
    content = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    (directory / "manifest.json").write_bytes(content + b"\n")


def recalibrated(manifest: Manifest, scored: ScoredPhotos, *, name: str) -> Manifest:
    """Return a manifest with what labelled photos say: calibrations, policies and what they promise.

    Args:
        manifest: Of the model.
        scored: Photos scored by `raw_model`.
        name: Id of the new model.

    Raises:
        LabelError: There are too few everyday photos.
        ManifestError: The model has no curves.
    """
    everyday = everyday_photos(scored.photos)
    check_enough(int(everyday.sum()))
    logits = logits_of(scored.scores)
    entries = tuple(_entry(entry, logits, scored, column) for column, entry in enumerate(manifest.categories))
    before = np.stack(
        [scaled(logits[:, i], e.calibration) for i, e in enumerate(manifest.categories)], axis=1
    )
    moved = tuple(
        new.id
        for old, new in zip(manifest.categories, entries, strict=True)
        if old.calibration != new.calibration
    )
    ladders = review_ladder(manifest), flag_ladder(manifest)
    products = [manifest.category_ids.index(product) for product in manifest.product_ids]
    reached = [_entries(ladder, before[:, products], scored.rules) for ladder in ladders]
    choices = {
        policy: choose(ladders, [entry[everyday] for entry in reached], *_asked(manifest, policy))
        for policy in manifest.policies
    }
    change = _Change(manifest, entries, ladders, reached, scored, everyday)
    return msgspec.structs.replace(
        manifest,
        id=name,
        created=dt.datetime.now(dt.UTC).date().isoformat(),
        categories=entries,
        policies={policy: change.policy(policy, choice) for policy, choice in choices.items()},
        review_curves={
            product: tuple((change.moved(product, score), share) for score, share in curve)
            for product, curve in manifest.review_curves.items()
        },
        metrics={},  # were measured with the calibration that is gone
        recalibrated=Recalibration(
            of_model=manifest.id,
            of_manifest="",
            created=dt.datetime.now(dt.UTC).date().isoformat(),
            photos=len(scored.photos),
            everyday=int(everyday.sum()),
            sources=len(set(scored.owners)),
            labels=_digest(scored),
            calibrated=moved,
            promised={policy: choice.promise for policy, choice in choices.items()},
        ),
    )


def check_enough(everyday: int) -> None:
    """Refuse to promise anything from too few photos.

    Raises:
        LabelError: There are fewer than `LEAST_EVERYDAY`.
    """
    if everyday < LEAST_EVERYDAY:
        raise LabelError(
            f"expected at least {LEAST_EVERYDAY} everyday photos, which show nothing with a name, found {everyday}; "
            "draw about 200 photos at random from where the model is to be used, label them, and put those that show "
            "nothing into everyday/"
        )


def choose(
    ladders: tuple[Ladder, Ladder], entries: Sequence[NDArray[np.int64]], review: float, flag: float
) -> Choice:
    """Choose the rungs of a policy.

    Args:
        ladders: Of reviews and of flags.
        entries: For each ladder, shape (N,): the lowest rung that each everyday photo passes.
        review: Share that may pass the first.
        flag: Share that may pass the second.
    """
    (to_review, promised_review), (to_flag, promised_flag) = (
        _rung(ladder, entry, share)
        for ladder, entry, share in zip(ladders, entries, (review, flag), strict=True)
    )
    return Choice(review=to_review, flag=to_flag, promise=Promise(review=promised_review, flag=promised_flag))


def _rung(ladder: Ladder, entries: NDArray[np.int64], share: float) -> tuple[int, Interval]:
    """Return the most generous rung that at most k of n photos pass, with (k + 1) / (n + 1) within the share."""
    allowed = max(0, int(np.floor(share * (len(entries) + 1) + 1e-9)) - 1)
    falling = np.sort(entries)
    rung = int(falling[allowed]) - 1 if allowed < len(falling) else len(ladder.budgets) - 1
    rung = min(rung, len(ladder.budgets) - 1)
    if (allowed + 1) / (
        len(entries) + 1
    ) > share:  # too few photos to see so rare a thing: no more than was asked
        rung = min(rung, ladder.rung_within(share))
    hits, total = int((entries <= rung).sum()), len(entries)
    low, high = further_interval(hits, total)
    value = min((hits + 1) / (total + 1), high)
    return rung, Interval(value=round(value, 4), low=round(low, 4), high=round(high, 4))


def logits_of(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logits, shape as given, that `raw_model` made scores of."""
    with np.errstate(divide="ignore"):
        return np.clip(np.log(scores) - np.log1p(-scores), -SURE, SURE)


def _entries(ladder: Ladder, scores: NDArray[np.float64], rules: Sequence[str]) -> NDArray[np.int64]:
    entries = ladder.entries(scores)
    entries[[rule in ABSTAINED for rule in rules]] = len(ladder.budgets)
    return entries


def _asked(manifest: Manifest, policy: str) -> tuple[float, float]:
    asked = manifest.policies[policy]
    if asked.asked_review is None or asked.asked_flag is None:
        raise ManifestError(
            f"expected policy {policy!r} to say what share of everyday photos it may ask for, found none; make the "
            "model again with a newer version of the training",
            model=manifest.id,
        )
    return asked.asked_review, asked.asked_flag


def _entry(
    entry: CategoryEntry, logits: NDArray[np.float64], scored: ScoredPhotos, column: int
) -> CategoryEntry:
    _, truth, owners, rows = scored.settled(column)
    if min(int(truth.sum()), int((~truth).sum())) < LEAST_SHOWN:
        return entry
    found = choose_scaling(logits[rows, column], truth, np.array(owners), ("platt",))
    if found is None:
        return entry
    return msgspec.structs.replace(entry, calibration=msgspec.structs.replace(found, basis="own photos"))


def logit_at(score: float, calibration: Calibration) -> float:
    """Return the logit whose calibrated probability this is, the middle one where several have it."""
    if calibration.method == "isotonic":
        logits, probabilities = (np.array(side) for side in zip(*calibration.knots, strict=True))
        return float(np.interp(score, probabilities, logits))
    clipped = min(max(score, 1e-17), 1 - 1e-16)
    return float((np.log(clipped) - np.log1p(-clipped) - calibration.intercept) / calibration.slope)


@dataclass(frozen=True, slots=True)
class _Change:
    """From the old manifest to the new one."""

    manifest: Manifest
    entries: tuple[CategoryEntry, ...]
    ladders: tuple[Ladder, Ladder]
    reached: Sequence[NDArray[np.int64]]
    scored: ScoredPhotos
    everyday: NDArray[np.bool_]

    def policy(self, name: str, choice: Choice) -> Policy:
        old, promise = self.manifest.policies[name], choice.promise
        review, flag = self.ladders[0].at(choice.review), self.ladders[1].at(choice.flag)
        return msgspec.structs.replace(
            old,
            objective=f"of this platform's everyday photos, {_percent(promise.review)} reach review and "
            f"{_percent(promise.flag)} a flag; asked were {old.asked_review:.1%} and {old.asked_flag:.1%}",
            set_on=f"{int(self.everyday.sum())} everyday photos of the platform",
            thresholds={
                product: self._threshold(product, review[product], flag[product])
                for product in self.manifest.product_ids
            },
            measured=None,
        )

    def _threshold(self, product: str, review: float | None, flag: float | None) -> Threshold:
        limits = [limit for limit in (review, flag) if limit is not None]
        low = min(limits, default=None)
        new = [None if limit is None else self.moved(product, limit) for limit in (low, flag)]
        return Threshold(review=new[0], flag=new[1], measured=self._measured(product, new))

    def _measured(self, product: str, limits: Sequence[float | None]) -> Reached | None:
        column = self.manifest.category_ids.index(product)
        calibration = self.entries[column].calibration
        scores = scaled(logits_of(self.scored.scores[:, column]), calibration)
        passes = [np.zeros(len(scores), np.bool_) if x is None else scores >= x for x in limits]
        positive = self.scored.truth[:, column] & self.scored.label_mask[:, column]
        review, flag = (self._share(chosen, self.everyday) for chosen in passes)
        found = [self._share(chosen, positive) if positive.any() else None for chosen in passes]
        return Reached(everyday_review=review, everyday_flag=flag, found_review=found[0], found_flag=found[1])

    def _share(self, chosen: NDArray[np.bool_], among: NDArray[np.bool_]) -> Interval:
        owners = [self.scored.photos[row].owner for row in np.flatnonzero(among).tolist()]
        if len(set(owners)) > 1:
            return share_interval(chosen[among], owners)
        low, high = exact_interval(int(chosen[among].sum()), int(among.sum()))
        return Interval(value=round(float(chosen[among].mean()), 4), low=round(low, 4), high=round(high, 4))

    def moved(self, product: str, score: float) -> float:
        """Return what a score of the old calibration is by the new one."""
        column = self.manifest.category_ids.index(product)
        old, new = self.manifest.categories[column].calibration, self.entries[column].calibration
        if old == new:
            return score
        return round(probability(logit_at(score, old), new), 6)


def _percent(share: Interval) -> str:
    return f"{share.value:.1%} ({share.low:.1%} to {share.high:.1%})"


def _digest(scored: ScoredPhotos) -> str:
    lines = sorted(
        f"{photo.owner} {sorted(photo.positive)} {sorted(photo.masked)} {[round(score, 6) for score in scores]}"
        for photo, scores in zip(scored.photos, scored.scores.tolist(), strict=True)
    )
    return hashlib.sha256("\n".join(lines).encode("utf-8", "backslashreplace")).hexdigest()


def _with_digest(manifest: Manifest, digest: str) -> Manifest:
    assert manifest.recalibrated is not None  # noqa: S101  `recalibrated` has just made it
    record = msgspec.structs.replace(manifest.recalibrated, of_manifest=digest)
    return msgspec.structs.replace(manifest, recalibrated=record)


def _write(manifest: Manifest, directory: Path, out: Path) -> None:
    """Write the new directory, there whole or not at all: the files that the manifest names, and the manifest."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as folder:
        made = Path(folder) / out.name
        made.mkdir()
        for name in manifest.files:
            shutil.copyfile(directory / name, made / name)
        write_manifest(manifest, made)
        load_manifest(made)
        if out.exists():
            out.rmdir()
        made.rename(out)
