"""The report of an evasion suite, as a record and as a picture: lines by manipulation over severity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from training.errors import DatasetError
from training.evaluation.plots import INK, png
from wildvision.parts import EARLIER, Detail

MIN_FOUND = 5  # clean photos; with fewer, one lost photo would be more than a fifth
MARKERS = "osD^v<>Ph"


class ThresholdEvasion(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a product's photos at one threshold; tuples are by severity, 1 to 5.

    Attributes:
        threshold: The score from which a photo counts as found.
        found: Of the clean photos that show the product.
        true_positive_rate: ``found`` over all that show it.
        false_positive_rate: On clean photos that do not show it.
        kept: By manipulation, the share of ``found`` that is still found.
        false_positive_rates: By manipulation, on photos that do not show it.
        mean_kept: ``kept``, averaged over the manipulations.
        mean_false_positive_rate: ``false_positive_rates``, averaged over the manipulations.
        mean_relative_corruption_error: The share of ``found`` that is lost, averaged over manipulations and severities.
    """

    threshold: float
    found: int
    true_positive_rate: float
    false_positive_rate: float
    kept: Mapping[str, tuple[float, ...]]
    false_positive_rates: Mapping[str, tuple[float, ...]]
    mean_kept: tuple[float, ...]
    mean_false_positive_rate: tuple[float, ...]
    mean_relative_corruption_error: float


class ProductEvasion(msgspec.Struct, frozen=True, kw_only=True):
    """One product: how many photos show it and do not, and what is found at its thresholds.

    ``review`` and ``flag`` are None where the policy has no such threshold, fewer than `MIN_FOUND` photos are found
    clean, or there are no negatives.
    """

    positives: int
    negatives: int
    review: ThresholdEvasion | None
    flag: ThresholdEvasion | None


class EvasionReport(msgspec.Struct, frozen=True, kw_only=True):
    """What `measure_evasion` found; `to_dict` is what ``evaluation.json`` holds.

    Attributes:
        model_id: Of the model.
        policy: Whose thresholds count.
        detail: How much of each picture was looked at.
        seed: Of all random choices.
        severities: 1 to 5.
        manipulations: Their names.
        products: What was found, by product.
    """

    model_id: str
    policy: str
    detail: Detail = EARLIER
    seed: int
    severities: tuple[int, ...] = msgspec.field(name="strengths")  # the key in evaluation.json
    manipulations: tuple[str, ...]
    products: Mapping[str, ProductEvasion]

    def to_dict(self) -> dict[str, Any]:
        """Return plain dicts, lists, strings and numbers, ready for JSON."""
        return msgspec.to_builtins(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> EvasionReport:
        """Rebuild what `to_dict` returned.

        Raises:
            ValueError: A field is missing or wrong.
        """
        return msgspec.convert(data, cls)


def evasion_plot(report: EvasionReport) -> bytes:
    """Draw a row for each product and threshold as PNG: true positives that stay, and false-positive rates.

    Raises:
        DatasetError: The report has no row: too few photos were found clean.
    """
    rows = _rows(report)
    if not rows:
        raise DatasetError(
            f"expected a product with clean photos found, found none of {', '.join(report.products) or 'no product'}; "
            "evaluate more photos"
        )
    figure = Figure(figsize=(11, 0.6 + 3.9 * len(rows)), layout="constrained")
    panels = figure.subplots(len(rows), 2, squeeze=False)
    for (title, negatives, found), (left, right) in zip(rows, panels, strict=True):
        _draw(left, report.severities, found.kept, found.mean_kept, clean=1.0)
        _draw(
            right,
            report.severities,
            found.false_positive_rates,
            found.mean_false_positive_rate,
            clean=found.false_positive_rate,
        )
        left.set_title(f"{title}\ntrue positives that stay, of {found.found} on clean photos", fontsize=10)
        lost = f"mean relative corruption error {found.mean_relative_corruption_error:.3f}"
        right.set_title(f"{lost}\nfalse-positive rate on {negatives} photos without it", fontsize=10)
        left.set_ylim(-0.03, 1.03)
        right.set_ylim(-0.01, max(0.1, 1.1 * right.get_ylim()[1]))
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside right center", fontsize=9)
    return png(figure)


def _rows(report: EvasionReport) -> list[tuple[str, int, ThresholdEvasion]]:
    return [
        (f"{product}, {name} threshold {found.threshold:.2f} ({report.policy})", evasion.negatives, found)
        for product, evasion in report.products.items()
        for name, found in (("review", evasion.review), ("flag", evasion.flag))
        if found is not None
    ]


def _draw(
    axes: Axes,
    severities: Sequence[int],
    lines: Mapping[str, Sequence[float]],
    mean: Sequence[float],
    *,
    clean: float,
) -> None:
    colours = colormaps["tab10"].colors  # pyright: ignore[reportAttributeAccessIssue]
    places = [0, *severities]
    for index, (name, values) in enumerate(lines.items()):
        axes.plot(
            places,
            [clean, *values],
            color=colours[index % len(colours)],
            marker=MARKERS[index % len(MARKERS)],
            markersize=4,
            linewidth=1.3,
            label=name.replace("_", " "),
        )
    axes.plot(places, [clean, *mean], color=INK, linewidth=2.6, linestyle="--", label="mean")
    axes.set_xticks(places, ["clean", *map(str, severities)])
    axes.set_xlabel("severity")
