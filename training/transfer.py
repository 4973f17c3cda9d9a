r"""Measure what rendered pictures teach about real photos.

    python -m training.transfer --config training/configs/transfer.toml \\
        --set 'data.inputs=["DATA/manifest.csv", "RENDERED/manifest.jsonl"]'

A linear probe on frozen features learns from the real training photos alone, with rendered products, and with rendered
products and look-alikes. Each probe scores real photos of sources that it has not seen: the held-out folds of the
training photos and, with ``--eval``, the evaluation photos, which nothing may be chosen by. It writes
``RUN/transfer.json`` and ``RUN/transfer.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from training.command import command, command_parser
from training.config import Config, add_config_arguments, config_of
from training.data.labels import label_matrix
from training.data.preparation import prepare
from training.data.samples import Sample
from training.data.splits import group_folds
from training.errors import DatasetError
from training.evaluation.findings import HeldOutRow
from training.evaluation.held_out import measured_row
from training.files import replace_file
from training.network.features import cached_features
from training.network.head import fit_linear_head
from training.release.tables import markdown_table, rates_cell
from wildvision.taxonomy import load_taxonomy

ARMS = ("real photos", "+ rendered products", "+ rendered look-alikes")
KEPT = 0.9  # share of the held-out rendered pictures of a product that its threshold keeps
HELD_OUT_PART = 5  # one rendered picture of so many is kept from every probe
FOLDS = 5
RENDERED = "held-out renderings"

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class FalseAlarms:
    """How often pictures without a product are taken for it, at the threshold that keeps `KEPT` of its renderings.

    Attributes:
        arm: One of `ARMS`.
        product: Its id.
        photos: ``"train folds"``, ``"eval"`` or `RENDERED`.
        group: ``"look-alikes"`` (photos that show anything named) or ``"everyday"``.
        negatives: Photos without the product.
        alarms: Those above the threshold.
    """

    arm: str
    product: str
    photos: str
    group: str
    negatives: int
    alarms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """What was measured.

    Attributes:
        findings: For each arm and kind of photos, how well each category with real photos is found.
        alarms: See `FalseAlarms`.
    """

    findings: dict[str, dict[str, tuple[HeldOutRow, ...]]]
    alarms: tuple[FalseAlarms, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Set:
    """Samples with their features, shape (N, D)."""

    samples: tuple[Sample, ...]
    features: NDArray[np.float32]

    def take(self, chosen: NDArray[np.bool_]) -> _Set:
        return _Set(tuple(self.samples[row] for row in np.flatnonzero(chosen)), self.features[chosen])

    def with_(self, other: _Set) -> _Set:
        return _Set((*self.samples, *other.samples), np.concatenate([self.features, other.features]))


@command("training.transfer")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; see the module's docstring."""
    parser = command_parser("training.transfer", __doc__)
    add_config_arguments(parser)
    parser.add_argument("--eval", action="store_true", help="measure on the evaluation photos too")
    options = parser.parse_args(arguments)
    config = config_of(options)
    found = measure_transfer(config, with_eval=options.eval)
    text = transfer_text(found)
    replace_file(config.folder.transfer, msgspec.json.encode(asdict(found)))
    replace_file(config.folder.transfer_table, text.encode())
    Console(highlight=False).print(text, markup=False, soft_wrap=True)


def measure_transfer(config: Config, *, with_eval: bool) -> Transfer:
    """Fit the probes and measure them.

    Raises:
        DatasetError: The inputs hold no real, or no rendered, training photos.
    """
    dataset = prepare(config.data, config.folder.dataset, seed=config.run.seed)
    samples = tuple(s for s in dataset.samples if with_eval or s.split != "eval")
    everything = _Set(samples, cached_features(samples, config))
    is_eval = np.array([s.split == "eval" for s in samples])
    rendered = np.array([s.synthetic for s in samples])
    if not rendered.any() or rendered[~is_eval].all():
        raise DatasetError(
            "a transfer needs real and rendered training photos: data.inputs must list a manifest of each"
        )
    real, drawn = everything.take(~rendered & ~is_eval), everything.take(rendered)
    kept_back = np.array([int(s.sha256[:8], 16) % HELD_OUT_PART == 0 for s in drawn.samples])
    teaching, probing = drawn.take(~kept_back), drawn.take(kept_back)
    findings: dict[str, dict[str, tuple[HeldOutRow, ...]]] = {}
    alarms: list[FalseAlarms] = []
    for number, arm in enumerate(ARMS):
        probe = _Probe(config, dataset.categories, _part(teaching, number), probing, arm)
        seen = probe.score_folds(real)
        findings[arm] = {"train folds": tuple(probe.findings(real, seen[0]))}
        alarms += probe.alarms(real, *seen, photos="train folds")
        alarms += probe.alarms(probing, *probe.score(real, probing), photos=RENDERED)
        if with_eval:
            unseen = everything.take(is_eval)
            seen = probe.score(real, unseen)
            findings[arm]["eval"] = tuple(probe.findings(unseen, seen[0]))
            alarms += probe.alarms(unseen, *seen, photos="eval")
    return Transfer(findings=findings, alarms=tuple(alarms))


def _part(teaching: _Set, number: int) -> _Set:
    """Return the renderings of an arm: none, those that show a product, all."""
    products = _products()
    shows = np.array([bool(s.labels & products) for s in teaching.samples])
    return teaching.take((np.zeros_like(shows), shows, np.ones_like(shows))[number])


def _products() -> frozenset[str]:
    return frozenset(category.id for category in load_taxonomy().products)


class _Probe:
    """The linear probe of one arm."""

    def __init__(
        self, config: Config, categories: Sequence[str], teaching: _Set, probing: _Set, arm: str
    ) -> None:
        self._config, self._categories, self._arm = config.train.head, tuple(categories), arm
        self._teaching, self._probing = teaching, probing
        self._folds = {"folds": FOLDS, "seed": config.run.seed}

    def score_folds(self, real: _Set) -> tuple[Scores, Scores]:
        """Score each real photo with a probe that saw nothing of its group; thresholds (N, K) go with each photo."""
        fold = group_folds(real.samples, **self._folds)
        scores = np.zeros((len(real.samples), len(self._categories)), np.float32)
        thresholds = np.zeros_like(scores)
        for number in track(range(FOLDS), f"probe: {self._arm}"):
            out = fold == number
            scores[out], thresholds[out] = self.score(real.take(~out), real.take(out))
        return scores, thresholds

    def score(self, real: _Set, unseen: _Set) -> tuple[Scores, Scores]:
        """Fit on real photos and the arm's renderings; return logits and thresholds of unseen photos, (N, K) each."""
        learned = real.with_(self._teaching)
        targets, label_mask = label_matrix(learned.samples, self._categories)
        weights, bias = fit_linear_head(
            learned.features, targets, label_mask, samples=learned.samples, config=self._config
        )
        rendered, _ = label_matrix(self._probing.samples, self._categories)
        logits = self._probing.features @ weights.T + bias
        thresholds = [
            np.quantile(logits[rendered[:, c] > 0, c], 1 - KEPT)
            if rendered[:, c].any() and targets[:, c].any()
            else np.inf
            for c in range(len(self._categories))
        ]
        found = unseen.features @ weights.T + bias
        return found, np.broadcast_to(np.array(thresholds, np.float32), found.shape)

    def findings(self, photos: _Set, logits: Scores) -> Iterator[HeldOutRow]:
        """Measure each category that these photos show."""
        targets, label_mask = label_matrix(photos.samples, self._categories)
        for column, category in enumerate(self._categories):
            counts = label_mask[:, column]
            positive, negative = (targets[:, column] > 0) & counts, (targets[:, column] == 0) & counts
            if positive.any():
                yield measured_row(category, "all", logits[positive, column], logits[negative, column])

    def alarms(self, real: _Set, logits: Scores, thresholds: Scores, *, photos: str) -> Iterator[FalseAlarms]:
        """Count real photos above the thresholds of products that are rendered."""
        targets, label_mask = label_matrix(real.samples, self._categories)
        named = np.array([bool(sample.labels | sample.unsettled) for sample in real.samples])
        for column in np.flatnonzero(np.isfinite(thresholds[0])):
            if self._categories[column] not in _products():
                continue
            negative = (targets[:, column] == 0) & label_mask[:, column]
            over = logits[:, column] >= thresholds[:, column]
            for group, members in (("look-alikes", named), ("everyday", ~named)):
                yield FalseAlarms(
                    arm=self._arm,
                    product=self._categories[column],
                    photos=photos,
                    group=group,
                    negatives=int((negative & members).sum()),
                    alarms=int((negative & members & over).sum()),
                )


def transfer_text(found: Transfer) -> str:
    """Return the tables in Markdown."""
    return "\n".join([*_finding_tables(found), *_alarm_tables(found)])


def _finding_tables(found: Transfer) -> Iterator[str]:
    for photos in next(iter(found.findings.values())):
        rows: dict[str, list[str]] = {}
        for arm in found.findings:
            for row in found.findings[arm][photos]:
                rows.setdefault(row.product, [row.product, str(row.positives)]).append(rates_cell(row))
        yield f"Area under ROC / TPR at 1 % FPR / at 5 % FPR, {photos}:\n"
        yield markdown_table(["category", "photos", *found.findings], rows.values()) + "\n"


def _alarm_tables(found: Transfer) -> Iterator[str]:
    for photos in dict.fromkeys(row.photos for row in found.alarms):
        rows: dict[str, dict[str, str]] = {}
        heads = [f"{group}, {arm}" for group in ("look-alikes", "everyday") for arm in ARMS[1:]]
        for row in found.alarms:
            if row.photos == photos:
                share = f"{row.alarms / max(row.negatives, 1):.1%}"
                rows.setdefault(row.product, {})[f"{row.group}, {row.arm}"] = share
        kept = f"at the threshold that keeps {KEPT:.0%} of its renderings"
        yield f"Taken for a product without showing it, {kept}, {photos}:\n"
        table = ([product, *(cells.get(head, "-") for head in heads)] for product, cells in rows.items())
        yield markdown_table(["product", *heads], table) + "\n"


if __name__ == "__main__":
    main()
