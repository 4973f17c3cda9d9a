"""Fit and measure how the pictures of a post are combined, on photos scored by networks that never saw their owner.

    python -m training.posts --config training/configs/X.toml [--posts N]

Posts are made of held-out training photos: everyday posts of one owner, and of strangers, one photo each; product posts
of one owner's photos of the product, among everyday photos of another owner. The exponent of the power mean
(`wildvision.post_scores`) is the largest with which everyday posts of two to ten pictures reach review no more often
than single photos do. For each fifth of the owners it is chosen on the others and measured on them. Needs the
calibration of a run (``RUN/dataset``, ``RUN/calibration.json``, ``RUN/held_out.npz``); prints tables in Markdown.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from training.calibration.record import Calibrated
from training.command import command, command_parser
from training.config import Config, add_config_arguments, config_of
from training.data.samples import Sample, read_dataset
from training.errors import DatasetError
from training.evaluation.held_out import read_held_out_scores
from training.records import read_record
from training.release.tables import markdown_table
from wildvision.adapt.folds import group_folds
from wildvision.adapt.thresholds import OWNER_CAP
from wildvision.post_scores import EXPONENT
from wildvision.taxonomy import Kind

EXPONENTS = (0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 6.0, np.inf)
SIZES = (1, 2, 3, 5, 10)  # pictures of a post
POSTS = 4000  # of each kind and size; product posts: a tenth for each product
FOLDS = 5
LEAST_PHOTOS, LEAST_OWNERS = 10, 5  # of a product, to make posts of: as for the status `supported`
MAXIMUM = float("inf")

Rows = NDArray[np.intp]  # (posts, pictures): photos of each post


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """Held-out photos by what posts are made of.

    Attributes:
        scores: Shape (N, P), float64, calibrated, of the products that have a review threshold.
        limits: Shape (P,), their review thresholds.
        owner: Shape (N,), names.
        everyday: Shape (N,), bool: real photos without anything that has a name.
        shown: By column, real photos of each product of which posts are made, shape (n,).
    """

    scores: NDArray[np.float64]
    limits: NDArray[np.float64]
    owner: NDArray[np.str_]
    everyday: NDArray[np.bool_]
    shown: dict[int, NDArray[np.intp]]

    def among(self, chosen: NDArray[np.bool_]) -> Bench:
        """Return the same of some of the photos, (N,); posts are made of no others."""
        shown = {column: rows[chosen[rows]] for column, rows in self.shown.items()}
        kept = {column: rows for column, rows in shown.items() if len(rows)}
        return Bench(self.scores, self.limits, self.owner, self.everyday & chosen, kept)


class Alarms(NamedTuple):
    """Share of everyday posts that reach review: of one owner, and of strangers."""

    one_owner: float
    strangers: float


@command("training.posts")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; see the module's docstring."""
    parser = command_parser("training.posts", __doc__)
    add_config_arguments(parser)
    parser.add_argument("--posts", type=int, default=POSTS, help=f"of each kind and size, {POSTS} by default")
    options = parser.parse_args(arguments)
    Console().print(measure(config_of(options), options.posts), markup=False, highlight=False, soft_wrap=True)


def measure(config: Config, posts: int) -> str:
    """Return what was fitted and measured, in Markdown."""
    samples, bench = read_bench(config)
    fold = group_folds(samples, folds=FOLDS, seed=0)
    chosen = choose_exponent(bench, posts)
    left_out = [measure_fold(bench, fold == number, posts) for number in range(FOLDS)]
    parts = [
        f"Exponent chosen on all owners: {chosen:g}; in use: {EXPONENT:g}.",
        exponent_table(bench, posts),
        fold_table(left_out),
        rate_table(bench, EXPONENT, posts),
    ]
    return "\n\n".join(parts)


def read_bench(config: Config) -> tuple[tuple[Sample, ...], Bench]:
    """Read the held-out photos of a run and their scores.

    Raises:
        DatasetError: The run has no calibration yet.
    """
    dataset = read_dataset(config.folder.dataset)
    held_out = read_held_out_scores(config.folder, dataset)
    if held_out is None:
        raise DatasetError(
            f"expected a calibration in {config.folder.root}, found none; run python -m training.calibrate"
        )
    calibrated = read_record(Calibrated, config.folder.calibration)
    thresholds = calibrated.policies[calibrated.default_policy].thresholds
    limits = {product: limit.review for product, limit in thresholds.items() if limit.review is not None}
    products = [
        column
        for column, category in enumerate(held_out.categories)
        if category in limits and dataset.taxonomy.get(category).kind is Kind.PRODUCT
    ]
    samples = held_out.samples
    owner = np.array([sample.owner for sample in samples])
    real = np.array([not sample.synthetic for sample in samples])
    everyday = np.array([sample.is_everyday for sample in samples])
    shown = {
        place: rows
        for place, column in enumerate(products)
        if len(rows := np.flatnonzero(held_out.targets[:, column] & real)) >= LEAST_PHOTOS
        and len(set(owner[rows])) >= LEAST_OWNERS
    }
    limit = np.array([limits[held_out.categories[column]] for column in products])
    return samples, Bench(held_out.scores[:, products], limit, owner, everyday & real, shown)


# --- posts ------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=64)
def everyday_posts(bench: Bench, pictures: int, posts: int, *, strangers: bool) -> Rows:
    """Draw everyday posts, of one owner each or with a new owner for each picture; owners weigh as in thresholds."""
    rng = np.random.default_rng((pictures, strangers))
    owners, photos = _by_owner(bench, np.flatnonzero(bench.everyday))
    weights = np.array([min(len(rows), OWNER_CAP) for rows in photos], float)
    drawn = rng.choice(len(owners), (posts, pictures if strangers else 1), p=weights / weights.sum())
    if strangers:
        return np.array([[rng.choice(photos[owner]) for owner in post] for post in drawn])
    return np.array([_some(rng, photos[post[0]], pictures) for post in drawn])


@functools.lru_cache(maxsize=256)
def product_posts(bench: Bench, column: int, pictures: int, showing: int, posts: int) -> Rows:
    """Draw posts in which so many pictures, of one owner, show a product, and the others are another's everyday."""
    rng = np.random.default_rng((column, pictures, showing))
    _, shown = _by_owner(bench, bench.shown[column])
    _, everyday = _by_owner(bench, np.flatnonzero(bench.everyday))
    return np.array(
        [
            np.concatenate(
                [
                    _some(rng, shown[rng.integers(len(shown))], showing),
                    _some(rng, everyday[rng.integers(len(everyday))], pictures - showing),
                ]
            )
            for _ in range(posts)
        ]
    )


def _by_owner(bench: Bench, rows: NDArray[np.intp]) -> tuple[list[str], list[NDArray[np.intp]]]:
    owners = sorted(set(bench.owner[rows].tolist()))
    return owners, [rows[bench.owner[rows] == owner] for owner in owners]


def _some(rng: np.random.Generator, rows: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """Draw photos of one owner, each once where there are enough."""
    return rng.choice(rows, count, replace=len(rows) < count)


# --- rates ------------------------------------------------------------------------------------------------


def combined(scores: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    """Combine the scores of many posts, (posts, pictures, P), as `wildvision.post_scores.combine` does; (posts, P)."""
    if np.isinf(exponent):
        return scores.max(axis=1)
    clipped = np.clip(scores, 1e-12, 1 - 1e-12)
    logits = exponent * np.log(clipped / (1 - clipped))
    highest = logits.max(axis=1, keepdims=True)
    pooled = (highest[:, 0] + np.log(np.exp(logits - highest).mean(axis=1))) / exponent
    return 0.5 * (1 + np.tanh(0.5 * pooled))


def alarms(bench: Bench, pictures: int, exponent: float, posts: int) -> Alarms:
    """Return which share of everyday posts of so many pictures reaches review."""
    shares = [
        (
            combined(bench.scores[everyday_posts(bench, pictures, posts, strangers=strangers)], exponent)
            >= bench.limits
        )
        .any(axis=1)
        .mean()
        for strangers in (False, True)
    ]
    return Alarms(*map(float, shares))


def found(bench: Bench, pictures: int, showing: int, exponent: float, posts: int) -> float:
    """Return which share of product posts reaches the review threshold of their product, as a mean over products."""
    rates = [
        (
            combined(bench.scores[product_posts(bench, column, pictures, showing, posts)], exponent)[
                :, column
            ]
            >= bench.limits[column]
        ).mean()
        for column in bench.shown
    ]
    return float(np.mean(rates)) if rates else float("nan")


def choose_exponent(bench: Bench, posts: int) -> float:
    """Return the largest exponent with which posts raise no more alarms than single photos, on the mean."""
    fitting = [
        exponent
        for exponent in EXPONENTS
        if excess(bench, exponent, posts) <= 1.0 or exponent == EXPONENTS[0]
    ]
    return max(fitting)


def excess(bench: Bench, exponent: float, posts: int) -> float:
    """Return the alarms of posts of several pictures over those of single photos, as a mean over sizes and kinds."""
    single = np.mean(alarms(bench, 1, exponent, posts))
    several = [rate for size in SIZES if size > 1 for rate in alarms(bench, size, exponent, posts)]
    return float(np.mean(several) / max(single, 1e-9))


class Fold(NamedTuple):
    """What was chosen without a fifth of the owners, and what became of it with them.

    Attributes:
        exponent: Chosen on the other owners.
        combined: Alarms of posts over those of single photos, with that exponent.
        maximum: The same with the highest score.
    """

    exponent: float
    combined: float
    maximum: float


def measure_fold(bench: Bench, left_out: NDArray[np.bool_], posts: int) -> Fold:
    """Choose on the other owners and measure on those left out, (N,)."""
    exponent, judged = choose_exponent(bench.among(~left_out), posts), bench.among(left_out)
    return Fold(exponent, excess(judged, exponent, posts), excess(judged, MAXIMUM, posts))


# --- tables -----------------------------------------------------------------------------------------------


def exponent_table(bench: Bench, posts: int) -> str:
    """Return what each exponent gives, over all sizes of several pictures."""
    several = [pictures for pictures in SIZES if pictures > 1]
    rows = [
        (
            "maximum" if np.isinf(exponent) else f"{exponent:g}",
            f"{excess(bench, exponent, posts):.2f}",
            *(
                f"{np.mean([found(bench, size, showing(size), exponent, posts // 10) for size in several]):.0%}"
                for showing in (_one, _half, _all)
            ),
        )
        for exponent in EXPONENTS
    ]
    return markdown_table(
        ("exponent", "alarms over those of single photos", "found, one shows it", "half do", "all do"), rows
    )


def fold_table(folds: Sequence[Fold]) -> str:
    """Return what was chosen and measured with each fifth of the owners left out."""
    rows = [
        (number + 1, f"{fold.exponent:g}", f"{fold.combined:.2f}", f"{fold.maximum:.2f}")
        for number, fold in enumerate(folds)
    ]
    return markdown_table(("fifth", "exponent", "alarms over single photos", "with the maximum"), rows)


def rate_table(bench: Bench, exponent: float, posts: int) -> str:
    """Return true- and false-positive rates by number of pictures, combined and, after a stroke, with the maximum."""
    rows: list[Sequence[object]] = []
    for size in SIZES:
        own, largest = alarms(bench, size, exponent, posts), alarms(bench, size, MAXIMUM, posts)
        rates = [
            f"{found(bench, size, showing(size), exponent, posts // 10):.0%} / "
            f"{found(bench, size, showing(size), MAXIMUM, posts // 10):.0%}"
            for showing in (_one, _half, _all)
        ]
        one_owner, strangers = (f"{a:.1%} / {b:.1%}" for a, b in zip(own, largest, strict=True))
        rows.append((size, one_owner, strangers, *rates))
    heads = ("pictures", "FPR, one owner", "FPR, strangers", "TPR, one shows it", "TPR, half", "TPR, all")
    return markdown_table(heads, rows)


def _one(_: int) -> int:
    return 1


def _half(pictures: int) -> int:
    return (pictures + 1) // 2


def _all(pictures: int) -> int:
    return pictures


if __name__ == "__main__":
    main()
