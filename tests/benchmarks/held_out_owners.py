"""What `recalibrate` and `budget` promise, held against owners left out: two tables for the guide.

    python -m tests.benchmarks.held_out_owners RUN recalibrate
    python -m tests.benchmarks.held_out_owners RUN budget

RUN is the folder of a finished training run. Its ``held_out.npz`` has logits by networks that never saw the photo's
owner; only photos that train are read, and no image is. Nothing is written.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from training.calibration.record import Calibrated, read_held_out
from training.data.samples import read_dataset, refuse_evaluation_only
from training.records import read_record
from wildvision.adapt.budget import plan_budget
from wildvision.adapt.labels import label_matrix
from wildvision.adapt.ladder import Ladder, ladder_of
from wildvision.adapt.learned import LOOKALIKE_COST
from wildvision.adapt.recalibrate import choose
from wildvision.adapt.scaling import scaled
from wildvision.adapt.thresholds import (
    POLICIES,
    LabelledScores,
    everyday_photos,
    owner_weights,
    product_curves,
)
from wildvision.manifest import CategoryEntry, Interval, Manifest, find_model, load_manifest
from wildvision.taxonomy import Taxonomy, extend_taxonomy, load_taxonomy

LABELLED = 200  # photos of one's own platform
LEAST = 100  # photos of the source that have to be left to hold the promise against
ROUNDS = 200
PHOTOS_A_DAY, PREVALENCE = 100_000, 0.001
REVIEWS_A_DAY = (100, 300, 1_000, 3_000)
REPETITIONS = 50  # of halves of the owners


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Held-out photos of a run with their calibrated scores."""

    scored: LabelledScores
    entries: tuple[CategoryEntry, ...]
    taxonomy: Taxonomy

    def products(self) -> list[int]:
        """Columns of the products."""
        ids = {category.id for category in self.taxonomy.products}
        return [column for column, entry in enumerate(self.entries) if entry.id in ids]


def read_run(folder: Path) -> Run:
    """Read a run and score its held-out photos."""
    dataset = read_dataset(folder / "dataset")
    held_out = read_held_out(folder / "held_out.npz", dataset)
    refuse_evaluation_only(held_out.samples)
    entries = read_record(Calibrated, folder / "calibration.json").categories
    targets, label_mask = label_matrix(held_out.samples, [entry.id for entry in entries])
    scores = np.stack(
        [scaled(held_out.logits[:, column], entry.calibration) for column, entry in enumerate(entries)],
        axis=1,
    )
    taxonomy = extend_taxonomy(load_taxonomy(), dataset.new_categories)
    return Run(LabelledScores(held_out.samples, scores, targets > 0.5, label_mask), entries, taxonomy)


def ladders_without(run: Run, rows: NDArray[np.bool_]) -> tuple[Ladder, Ladder]:
    """Return the ladders that the other photos give."""
    curves = product_curves(
        run.scored.take(np.flatnonzero(rows)),
        [entry.id for entry in run.entries],
        run.taxonomy,
        lookalike_cost=LOOKALIKE_COST,
    )
    never = {entry.id for entry in run.entries if entry.status == "experimental"}
    able = {product: curve for product, curve in curves.review.items() if product not in never}
    ids = [run.entries[column].id for column in run.products()]
    return ladder_of(curves.review, curves.found, ids), ladder_of(able, curves.found, ids)


def recalibrate_table(run: Run) -> None:
    """Print, for each owner with many everyday photos, how often 200 of them promise what the rest does."""
    everyday = everyday_photos(run.scored.samples)
    groups = np.array([sample.group for sample in run.scored.samples])
    many = [g for g, n in Counter(groups[everyday].tolist()).most_common() if n >= LABELLED + LEAST]
    print("| source | rest | policy | asked | before | rest after (mean) | within its interval |")
    print("|---|---|---|---|---|---|---|")
    total = Counter[str]()
    for number, group in enumerate(many, start=1):
        own = np.flatnonzero(everyday & (groups == group))
        ladders = ladders_without(run, groups != group)
        entries = [ladder.entries(run.scored.scores[own][:, run.products()]) for ladder in ladders]
        for name, asked in POLICIES.items():
            _row(number, name, asked, ladders, entries, total)
    print(
        f"within: review {total['review'] / total['rounds']:.1%}, flag {total['flag'] / total['rounds']:.1%}"
    )


def _row(
    number: int,
    name: str,
    asked: tuple[float, float],
    ladders: tuple[Ladder, Ladder],
    entries: list[NDArray[np.int64]],
    total: Counter[str],
) -> None:
    rng = np.random.default_rng(0)
    size = len(entries[0])
    rests, hits = [], 0
    for _ in range(ROUNDS):
        order = rng.permutation(size)
        mine, rest = order[:LABELLED], order[LABELLED:]
        found = choose(ladders, [entry[mine] for entry in entries], *asked)
        review = float(np.mean(entries[0][rest] <= found.review))
        flag = float(np.mean(entries[1][rest] <= found.flag))
        promised = found.promise
        rests.append(review)
        hits += promised.review.low <= review <= promised.review.high
        total["review"] += promised.review.low <= review <= promised.review.high
        total["flag"] += promised.flag.low <= flag <= promised.flag.high
        total["rounds"] += 1
    before = float(np.mean(entries[0] <= ladders[0].rung_within(asked[0])))
    print(
        f"| {number} | {size - LABELLED} | {name} | {asked[0]:.1%} | {before:.1%} | {np.mean(rests):.1%} "
        f"| {hits / ROUNDS:.0%} |"
    )


def budget_table(run: Run) -> None:
    """Print how often what a half of the owners promises is what is seen on the other half."""
    manifest = load_manifest(find_model())
    groups = np.array([sample.group for sample in run.scored.samples])
    names = np.unique(groups)
    rng = np.random.default_rng(0)
    kept, factors = Counter[tuple[float, str]](), list[float]()
    for _ in range(REPETITIONS):
        teaching = np.isin(groups, rng.choice(names, len(names) // 2, replace=False))
        promising = half_manifest(run, manifest, teaching)
        for reviews in REVIEWS_A_DAY:
            found, factor = _promises_kept(run, promising, ~teaching, reviews)
            factors.append(factor)
            kept.update({(reviews, name): kept_it for name, kept_it in found.items()})
    print("| reviews a day of 100,000 photos | reviews | precision | found | all three |")
    print("|---|---|---|---|---|")
    for reviews in REVIEWS_A_DAY:
        shares = [kept[reviews, name] / REPETITIONS for name in ("reviews", "precision", "found", "all")]
        print(f"| {reviews:,} | " + " | ".join(f"{share:.0%}" for share in shares) + " |")
    print(f"alarms seen over expected, 2.5, 50, 97.5 %: {np.quantile(factors, [0.025, 0.5, 0.975]).round(2)}")


def half_manifest(run: Run, manifest: Manifest, rows: NDArray[np.bool_]) -> Manifest:
    """Return the model's manifest with the curves and the evidence of these photos alone."""
    part = run.scored.take(np.flatnonzero(rows))
    curves = product_curves(
        part, [entry.id for entry in run.entries], run.taxonomy, lookalike_cost=LOOKALIKE_COST
    )
    owners = {
        entry.id: len(
            {part.samples[row].owner for row in np.flatnonzero(part.positive[:, k] & part.label_mask[:, k])}
        )
        for k, entry in enumerate(run.entries)
    }
    entries = tuple(
        msgspec.structs.replace(
            entry,
            left_out=None,
            evidence=msgspec.structs.replace(entry.evidence, sources=owners[entry.id]),
        )
        for entry in run.entries
    )
    return msgspec.structs.replace(
        manifest, categories=entries, review_curves=curves.review, found_curves=curves.found
    )


def _promises_kept(
    run: Run, manifest: Manifest, rows: NDArray[np.bool_], reviews: float
) -> tuple[dict[str, bool], float]:
    """Return which promises hold on photos of owners that made none of them, and how far the alarms are off."""
    columns = dict(zip(manifest.product_ids, run.products(), strict=True))
    shown = {p: rows & run.scored.positive[:, c] & run.scored.label_mask[:, c] for p, c in columns.items()}
    there = [p for p in shown if shown[p].any() and any(gain > 0 for gain in manifest.found_curves[p])]
    shares = {product: PREVALENCE / len(there) for product in there}
    plan = plan_budget(manifest, reviews_a_day=reviews, photos_a_day=PHOTOS_A_DAY, prevalence=shares)
    everyday = rows & everyday_photos(run.scored.samples)
    weights = owner_weights(run.scored.samples)
    passes = np.zeros(len(rows), np.bool_)
    for product, threshold in plan.policy.thresholds.items():
        if threshold.review is not None:
            passes |= run.scored.scores[:, columns[product]] >= threshold.review
    alarms = float(np.average(passes[everyday], weights=weights[everyday])) * (1 - PREVALENCE)
    hits = sum(
        shares[product] * float(np.average(own[shown[product]], weights=weights[shown[product]]))
        for product in there
        if (own := _own(run, columns[product], plan.policy.thresholds[product].review)) is not None
    )
    expected = plan.expected
    found = {
        "reviews": _within(expected.reviews_a_day, PHOTOS_A_DAY * (alarms + hits)),
        "precision": _within(expected.precision, hits / max(alarms + hits, 1e-12)),
        "found": _within(expected.found, hits / PREVALENCE),
    }
    factor = PHOTOS_A_DAY * alarms / max(expected.alarms_a_day.value, 1e-9)
    return {**found, "all": all(found.values())}, factor


def _own(run: Run, column: int, limit: float | None) -> NDArray[np.bool_] | None:
    return None if limit is None else run.scored.scores[:, column] >= limit


def _within(interval: Interval, value: float) -> bool:
    return interval.low <= round(value, 4) <= interval.high


def main(arguments: list[str]) -> None:
    """Run one table."""
    run = read_run(Path(arguments[0]))
    {"recalibrate": recalibrate_table, "budget": budget_table}[arguments[1]](run)


if __name__ == "__main__":
    main(sys.argv[1:])
