"""Reliability diagrams and precision-recall curves, as PNG.

Figures are made without pyplot, so that nothing global changes and no display is needed.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from training.metrics import CurvePoint, ReliabilityBin
from wildvision.manifest import CategoryMetrics, Interval

FEW_PHOTOS = 10  # a bin with fewer is drawn hollow
INK, FAINT, ACCENT = "#222222", "#9a9a9a", "#1f5fa8"
DPI = 120


def reliability_diagram(category: str, bins: Sequence[ReliabilityBin], metrics: CategoryMetrics) -> bytes:
    """Draw what scores promised against what they kept, with the number of photos in each bin below.

    The bars are 95 % Wilson intervals, which take photos for independent; those of one source are not.
    """
    figure = Figure(figsize=(6, 7), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    above.plot([0, 1], [0, 1], color=FAINT, linestyle="--", linewidth=1, label="perfectly calibrated")
    for index, found in enumerate(bins):
        _draw_bin(above, found, is_first=index == 0)
    if any(found.photos < FEW_PHOTOS for found in bins):
        above.plot(
            [], [], "o", color=ACCENT, markerfacecolor="white", label=f"fewer than {FEW_PHOTOS} photos"
        )
    error = metrics.expected_calibration_error
    above.set_title(f"{category}: calibration error {_with_interval(error)}\n{_counts(metrics)}", fontsize=11)
    above.set_ylabel("share of photos that show it")
    above.set_ylim(-0.04, 1.04)
    _draw_histogram(below, bins)
    # Under the diagram: above it, any corner may hold a bin.
    figure.legend(loc="outside lower center", ncols=3, fontsize=9)
    return png(figure)


def _draw_bin(axes: Axes, found: ReliabilityBin, *, is_first: bool) -> None:
    low, high = wilson(found.share_shown, found.photos)
    axes.errorbar(
        found.mean_score,
        found.share_shown,
        yerr=[[found.share_shown - low], [high - found.share_shown]],
        fmt="o",
        color=ACCENT,
        markerfacecolor="white" if found.photos < FEW_PHOTOS else ACCENT,
        markersize=7,
        elinewidth=1,
        capsize=3,
        label="bin of photos" if is_first else None,
    )


def wilson(share: float, photos: int, *, z: float = 1.96) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927), inside 0 to 1."""
    centre = (share + z * z / (2 * photos)) / (1 + z * z / photos)
    half = z * math.sqrt(share * (1 - share) / photos + z * z / (4 * photos**2)) / (1 + z * z / photos)
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


def _draw_histogram(axes: Axes, bins: Sequence[ReliabilityBin]) -> None:
    centres = [(found.low + found.high) / 2 for found in bins]
    counts = [found.photos for found in bins]
    bars = axes.bar(centres, counts, width=0.9 * (bins[0].high - bins[0].low), color=FAINT)
    axes.bar_label(bars, [str(count) for count in counts], fontsize=8, padding=1)
    axes.set_yscale("log")
    axes.set_ylim(0.7, 6 * max(counts))
    axes.set_xlim(-0.02, 1.02)
    axes.set_xlabel("calibrated score")
    axes.set_ylabel("photos")


def precision_recall_plot(category: str, curve: Sequence[CurvePoint], metrics: CategoryMetrics) -> bytes:
    """Draw precision against recall, with what guessing would give."""
    figure = Figure(figsize=(6, 5), layout="constrained")
    axes = figure.subplots()
    base = metrics.positives / (metrics.positives + metrics.negatives)
    recalls, precisions = [point.recall for point in curve], [point.precision for point in curve]
    # "pre": a step holds back to the recall before it, which is how average precision sums the curve.
    axes.plot([0, *recalls], [precisions[0], *precisions], drawstyle="steps-pre", color=ACCENT)
    axes.plot(recalls, precisions, "o", color=ACCENT, markersize=3, label="thresholds")
    axes.axhline(base, color=FAINT, linestyle="--", linewidth=1, label=f"guessing: {base:.3f}")
    value = metrics.average_precision
    axes.set_title(f"{category}: average precision {_with_interval(value)}\n{_counts(metrics)}", fontsize=11)
    axes.set_xlabel("recall: share of its photos that are found")
    axes.set_ylabel("precision: share of the found that show it")
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.04)
    figure.legend(loc="outside lower center", ncols=2, fontsize=9)
    return png(figure)


def _with_interval(interval: Interval) -> str:
    return f"{interval.value:.2f} [{interval.low:.2f}, {interval.high:.2f}]"


def _counts(metrics: CategoryMetrics) -> str:
    sources = f"{metrics.sources} source{'s' if metrics.sources != 1 else ''}"
    return f"{metrics.positives} photos of {sources} show it, {metrics.negatives} do not"


def png(figure: Figure) -> bytes:
    """Give all axes one look, a fine grid behind the data, and return the figure."""
    for axes in figure.axes:
        axes.grid(visible=True, color="#e4e4e4", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(colors=INK, labelsize=9)
    FigureCanvasAgg(figure)
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=DPI)
    return content.getvalue()
