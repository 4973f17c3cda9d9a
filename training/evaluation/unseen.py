"""Photos of unseen sources, and everything that is measured on them: numbers, tables, diagrams and sheets."""

from __future__ import annotations

from collections.abc import Mapping

from training.data.samples import Dataset, Sample, Split
from training.evaluation.accuracy import Accuracy, measure_categories, not_measured
from training.evaluation.confusion import (
    everyday_alarms,
    lookalike_confusion,
    precision_of_flags,
    top_categories,
    verdict_table,
)
from training.evaluation.findings import UnseenFindings
from training.evaluation.plots import precision_recall_plot, reliability_diagram
from training.evaluation.scoring import ScoredPhotos, scores_by_category
from training.evaluation.worst import worst_sheets
from wildvision.taxonomy import Taxonomy

Pictures = dict[str, bytes]  # PNG by file name
UNSEEN: tuple[Split, ...] = ("eval", "test")  # the first that has photos is measured


def unseen_samples(dataset: Dataset) -> tuple[Split | None, tuple[Sample, ...]]:
    """Return the split of unseen sources that can be measured, with its photos; None where there is none."""
    for split in UNSEEN:
        if samples := dataset.split(split):
            return split, samples
    return None, ()


def measure_unseen(
    photos: ScoredPhotos, taxonomy: Taxonomy, *, rounds: int, pictures: int
) -> tuple[UnseenFindings, Pictures]:
    """Return what was measured, and pictures.

    Args:
        photos: At least one.
        taxonomy: Of the model and the data set.
        rounds: Of the bootstrap.
        pictures: Photos on a sheet at most.
    """
    every = tuple(scores_by_category(photos))
    accuracy = measure_categories(every, rounds=rounds)
    sheets = tuple(worst_sheets(photos, every, count=pictures))
    samples, decisions = photos.samples, photos.decisions
    alarms = {name: everyday_alarms(samples, found, rounds=rounds) for name, found in decisions.items()}
    findings = UnseenFindings(
        photos=len(samples),
        sources=tuple(sorted({sample.source for sample in samples})),
        metrics={category: found.metrics for category, found in accuracy.items()},
        area_under_roc={category: found.area_under_roc for category, found in accuracy.items()},
        reliability={category: found.reliability for category, found in accuracy.items()},
        precision_recall={category: found.precision_recall for category, found in accuracy.items()},
        not_measured=not_measured(photos, accuracy),
        verdicts={name: verdict_table(samples, found) for name, found in decisions.items()},
        everyday={name: found for name, found in alarms.items() if found is not None},
        precision_at_1_percent_prevalence={
            name: precision_of_flags(photos, name, taxonomy, rounds=rounds) for name in decisions
        },
        confusion=lookalike_confusion(photos, every, taxonomy),
        top_category=top_categories(photos),
        worst=tuple(photo for sheet in sheets for photo in sheet.photos),
    )
    return findings, {**{f"{sheet.name}.png": sheet.png for sheet in sheets}, **_plots(accuracy)}


def _plots(accuracy: Mapping[str, Accuracy]) -> Pictures:
    plots: Pictures = {}
    for category, found in accuracy.items():
        metrics = found.metrics
        plots[f"reliability-{category}.png"] = reliability_diagram(category, found.reliability, metrics)
        plots[f"precision-recall-{category}.png"] = precision_recall_plot(
            category, found.precision_recall, metrics
        )
    return plots
