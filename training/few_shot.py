"""Measure what a few real photos teach, on sources left out, behind the background that a model carries.

    python -m training.few_shot --config training/configs/X.toml [--draws N] [--category ID ...]

For each category and number of photos, photos of a few sources are drawn; a head is fitted as `wildvision teach` does,
and looks for the photos of all other sources among all real photos of a third of the other owners, whom it has not seen
either, and among the everyday ones of these. "alone": no rendering shows the category; "with renderings": those of the
background do. Means stand with the standard error over draws. Needs a prepared data set and its features
(``RUN/dataset``, ``RUN/features``); prints a table in Markdown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from training.command import command, command_parser
from training.config import Config, add_config_arguments, config_of
from training.data.samples import Dataset, read_dataset
from training.network.features import cached_features
from training.network.head import facts_of, settings_of
from training.release.background import choose_rows
from training.release.tables import markdown_table
from wildvision.adapt.background import packed_features
from wildvision.adapt.head import Facts, HeadSettings, fit_linear_heads
from wildvision.adapt.labels import label_matrix
from wildvision.adapt.lesson import LEAST_ODDS, settings_to_teach
from wildvision.adapt.metrics import threshold_at_fpr
from wildvision.adapt.views import VIEWS, repeated

CATEGORIES = ("big_cat_skin", "pangolin", "elephant_tusk", "antler", "ivory", "herbal_medicine")
SIZES = (3, 5, 10)
DRAWS = 20  # the standard error of most cells is then 0.01 to 0.05
RATES = (0.01, 0.05)  # false positives
SEEN_SHARE = 0.75  # of the sources of a category that may teach: the others judge
LEARNED_SHARE = 2 / 3  # of the owners of other photos, whose photos are in the background


@dataclass(frozen=True, slots=True)
class Draw:
    """Rows of the data set that teach and judge in one repetition."""

    taught: NDArray[np.intp]
    behind: NDArray[np.intp]
    judged: NDArray[np.intp]
    others: NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What so many photos of a category found of its other sources.

    Attributes:
        category: The id.
        photos: Real photos that taught.
        sources: That they came from, on average.
        rendered: Whether renderings of it stood behind them.
        at_1: Share found where 1 % of the others are.
        at_5: The same at 5 %.
        everyday_at_1: Share found where 1 % of the everyday photos among the others are.
        everyday_at_5: The same at 5 %.
    """

    category: str
    photos: int
    sources: int
    rendered: bool
    at_1: Mean
    at_5: Mean
    everyday_at_1: Mean
    everyday_at_5: Mean


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over draws, with its standard error.

    Draws share photos, so the error tells recipes on the same draws apart; it does not say how other sources would do.
    """

    value: float
    error: float

    @classmethod
    def of(cls, found: NDArray[np.floating[Any]]) -> Mean:
        """Return that of what single draws found, shape (N,); one draw alone has no error (NaN)."""
        spread = float(found.std(ddof=1)) if len(found) > 1 else float("nan")
        return cls(float(found.mean()), spread / len(found) ** 0.5)

    def __str__(self) -> str:
        return f"{self.value:.2f} ± {self.error:.2f}"


@command("training.few_shot")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; see the module's docstring."""
    parser = command_parser("training.few_shot", __doc__)
    add_config_arguments(parser)
    parser.add_argument("--draws", type=int, default=DRAWS, help=f"repetitions, {DRAWS} by default")
    parser.add_argument("--category", action="append", help="an id; may be repeated")
    options = parser.parse_args(arguments)
    config = config_of(options)
    rows = few_shot(config, options.category or CATEGORIES, draws=options.draws)
    Console().print(table_of(rows), markup=False, highlight=False, soft_wrap=True)


def few_shot(config: Config, categories: Sequence[str], *, draws: int) -> list[Row]:
    """Measure every category with every number of photos, alone and with renderings."""
    dataset = read_dataset(config.folder.dataset)
    bench = _bench(dataset, config)
    return [
        row
        for category in categories
        for size in SIZES
        for rendered in (False, True)[: 1 + bench.is_rendered(category)]
        if (row := bench.measure(category, size, rendered=rendered, draws=draws)) is not None
    ]


def table_of(rows: Sequence[Row]) -> str:
    """Return the table of the guide."""
    found = {(row.category, row.photos, row.rendered): row for row in rows}
    lines: list[list[str]] = []
    for category, photos in dict.fromkeys((row.category, row.photos) for row in rows):
        both = [found.get((category, photos, rendered)) for rendered in (False, True)]
        sources = "" if both[0] is None else str(both[0].sources)
        lines.append([category, str(photos), sources, *map(_rates, both), *map(_everyday_rates, both)])
    return markdown_table(
        (
            "category",
            "photos",
            "of sources",
            "alone, at 1 % / 5 %",
            "with renderings",
            "alone, of everyday photos",
            "with renderings",
        ),
        lines,
    )


def _rates(row: Row | None) -> str:
    return "no renderings" if row is None else f"{row.at_1} / {row.at_5}"


def _everyday_rates(row: Row | None) -> str:
    return (
        "no renderings" if row is None else f"{row.everyday_at_1.value:.2f} / {row.everyday_at_5.value:.2f}"
    )


def _bench(dataset: Dataset, config: Config) -> _Bench:
    samples = dataset.split("train")
    features = cached_features(samples, config)
    targets, label_mask = label_matrix(samples, dataset.categories)
    kept = np.array(sorted(choose_rows(samples, seed=config.run.seed)), np.intp)
    # What teaches is what the file holds; what is looked for comes from the network as it is.
    behind = features.copy()
    behind[kept] = packed_features(features[kept])

    def views(rows: NDArray[np.intp]) -> NDArray[np.float32]:
        photos = [samples[row] for row in rows]
        return np.stack([cached_features(photos, config, view=1 + view) for view in range(VIEWS)], axis=1)

    return _Bench(
        features,
        behind,
        views,
        targets,
        label_mask,
        dataset.categories,
        facts_of(samples),
        kept,
        settings_of(config.train.head),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Bench:
    features: NDArray[np.float32]
    behind: NDArray[np.float32]
    views: Callable[[NDArray[np.intp]], NDArray[np.float32]]  # of rows (R,), shape (R, VIEWS, D)
    targets: NDArray[np.float32]
    label_mask: NDArray[np.bool_]
    categories: tuple[str, ...]
    facts: Facts
    kept: NDArray[np.intp]
    settings: HeadSettings

    def is_rendered(self, category: str) -> bool:
        """Whether the background has renderings of a category."""
        shown = self.targets[self.kept, self.categories.index(category)] > 0.5
        return bool((shown & self.facts.rendered[self.kept]).any())

    def measure(self, category: str, size: int, *, rendered: bool, draws: int) -> Row | None:
        """Return the means over draws; None: there are not enough photos or sources."""
        column = self.categories.index(category)
        positive, label_mask = self.targets[:, column] > 0.5, self.label_mask[:, column]
        found = [self._draw(positive, label_mask, size, rendered, seed) for seed in range(draws)]
        usable = [draw for draw in found if draw is not None]
        if not usable:
            return None
        scores = self._scores(usable, positive, label_mask)
        rates = np.array([self._found(draw, *both) for draw, both in zip(usable, scores, strict=True)])
        sources = np.mean([len(np.unique(self.facts.owner[draw.taught])) for draw in usable])
        return Row(
            category=category,
            photos=size,
            sources=round(float(sources)),
            rendered=rendered,
            at_1=Mean.of(rates[:, 0]),
            at_5=Mean.of(rates[:, 1]),
            everyday_at_1=Mean.of(rates[:, 2]),
            everyday_at_5=Mean.of(rates[:, 3]),
        )

    def _found(
        self, draw: Draw, judged: NDArray[np.float32], others: NDArray[np.float32]
    ) -> list[np.floating[Any]]:
        """Return the shares found at `RATES` of all others, and at those of everyday photos."""
        everyday = others[~self.facts.named[draw.others]]
        return [
            np.mean(judged > threshold_at_fpr(some, rate)) for some in (others, everyday) for rate in RATES
        ]

    def _draw(
        self, positive: NDArray[np.bool_], label_mask: NDArray[np.bool_], size: int, rendered: bool, seed: int
    ) -> Draw | None:
        rng, owner, real = np.random.default_rng(seed), self.facts.owner, ~self.facts.rendered
        taught = _drawn(np.flatnonzero(positive & label_mask & real), owner, size, rng)
        if taught is None:
            return None
        seen = np.unique(owner[taught])
        without = label_mask & ~positive & real & ~np.isin(owner, seen)
        names = rng.permutation(np.unique(owner[without]))
        learned = np.isin(owner, names[: int(LEARNED_SHARE * len(names))])
        mine = np.isin(owner, seen) & real  # what else the seen sources show is known too
        drawn = self.facts.rendered & label_mask & (rendered | ~positive)
        behind = self.kept[((without & learned) | (mine & label_mask & ~positive) | drawn)[self.kept]]
        judged = np.flatnonzero(positive & label_mask & real & ~np.isin(owner, seen))
        return Draw(taught, behind, judged, np.flatnonzero(without & ~learned))

    def _scores(
        self, draws: Sequence[Draw], positive: NDArray[np.bool_], label_mask: NDArray[np.bool_]
    ) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        taught = np.unique(np.concatenate([draw.taught for draw in draws]))
        rows = np.unique(np.concatenate([taught, *(draw.behind for draw in draws)]))
        shown = np.concatenate([rows, repeated(taught)])  # of each row to learn from, which photo it shows
        parts = [np.flatnonzero(np.isin(shown, np.concatenate([draw.taught, draw.behind]))) for draw in draws]
        size = len(draws[0].taught)
        heads = fit_linear_heads(
            np.concatenate([self.behind[rows], *self.views(taught)]),
            positive[shown, None].astype(np.float32),
            label_mask[shown, None],
            facts=self.facts.take(shown),
            parts=parts,
            settings=settings_to_teach(
                self.settings,
                stands_for=len(positive),
                photos=size + round(float(np.mean([len(draw.behind) for draw in draws]))),
                views=VIEWS * size,
            ),
            odds=np.array([LEAST_ODDS]),
        )
        return [
            (
                self.features[draw.judged] @ weights[0] + bias[0],
                self.features[draw.others] @ weights[0] + bias[0],
            )
            for draw, (weights, bias) in zip(draws, heads, strict=True)
        ]


def _drawn(
    rows: NDArray[np.intp], owner: NDArray[np.str_], size: int, rng: np.random.Generator
) -> NDArray[np.intp] | None:
    """Draw photos source by source, one of each before a second of any; None: too few."""
    names = rng.permutation(np.unique(owner[rows]))
    seen = names[: max(1, min(size, int(SEEN_SHARE * len(names))))]
    piles = [rng.permutation(rows[owner[rows] == name]).tolist() for name in seen]
    turns = [pile[turn] for turn in range(max(map(len, piles))) for pile in piles if turn < len(pile)]
    if len(turns) < size or len(seen) == len(names):
        return None
    return np.array(turns[:size], np.intp)


if __name__ == "__main__":
    main()
