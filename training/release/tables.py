"""Tables of what was measured of a model, in Markdown, for its card and for the readme."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from training.data.samples import Sample
from training.evaluation.evasion_report import EvasionReport, ThresholdEvasion
from training.evaluation.findings import HeldOutRow, UnseenFindings
from wildvision.manifest import CategoryEntry, Interval, LeftOut, Manifest, Reached, Turning
from wildvision.turning import QUARTERS

MAX_SOURCES = 60  # rows of the table of sources; the rest is summed up
TPR_HEADS = ("TPR at 1 % FPR", "TPR at 5 % FPR")  # true-positive rate, false-positive rate
Cells = Sequence[object]


def markdown_table(head: Sequence[str], rows: Iterable[Cells]) -> str:
    """Return a Markdown table; a bar in a cell is escaped."""
    lines = [_line(head), "|" + "---|" * len(head), *map(_line, rows)]
    return "\n".join(lines)


def _line(cells: Cells) -> str:
    escaped = (str(cell).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def evidence_table(manifest: Manifest) -> str:
    """On how much each category rests, and what was measured on photos of owners left out."""
    taxonomy = manifest.taxonomy
    return markdown_table(
        [
            "category",
            "kind",
            "status",
            "photos",
            "rendered",
            "sources",
            *TPR_HEADS,
            "average precision",
            "calibrated on",
            "expected calibration error",
        ],
        (
            [
                f"`{entry.id}`",
                taxonomy.get(entry.id).kind.value,
                entry.status,
                entry.evidence.photos,
                entry.evidence.synthetic_photos,
                entry.evidence.sources,
                *_left_out(entry.left_out),
                f"{entry.calibration.basis} ({entry.calibration.method})",
                _calibration_error(entry),
            ]
            for entry in manifest.categories
        ),
    )


def _left_out(found: LeftOut | None) -> list[str]:
    if found is None:
        return ["not measured"] * 3
    return [
        show(i) for i in (found.tpr_at_1_percent_fpr, found.tpr_at_5_percent_fpr, found.average_precision)
    ]


def _calibration_error(entry: CategoryEntry) -> str:
    if entry.calibration.basis == "pooled":
        return "scores only rank"
    error = entry.left_out.expected_calibration_error if entry.left_out else None
    return show_share(error) if error else "not measured"


def budgets_table(manifest: Manifest) -> str:
    """The budget of each policy, and its false-positive rates on everyday photos of owners left out."""
    return markdown_table(
        [
            "policy",
            "review budget",
            "FPR, review",
            "mean of owners",
            "flag budget",
            "FPR, flag",
            "mean of owners",
        ],
        (
            [
                name,
                *_budget(policy.asked_review, policy.measured and policy.measured.review),
                show_share(policy.measured.review_by_source) if policy.measured else "not measured",
                *_budget(policy.asked_flag, policy.measured and policy.measured.flag),
                show_share(policy.measured.flag_by_source) if policy.measured else "not measured",
            ]
            for name, policy in manifest.policies.items()
        ),
    )


def hardest_table(manifest: Manifest) -> str:
    """Which sources of everyday photos get most false alarms in the default policy."""
    measured = manifest.policies[manifest.default_policy].measured
    rows = measured.hardest if measured else ()
    return markdown_table(
        ["source", "everyday photos", "reviewed or flagged", "flagged"],
        ([row.source, row.photos, row.reviewed, row.flagged] for row in rows),
    )


def turned_table(turning: Turning) -> str:
    """What is found of photos that come turned: by four looks, and by one."""
    sides = [f"turned by {360 // QUARTERS * turns}" for turns in range(QUARTERS)]
    rows: list[Cells] = []
    for product, found in turning.found.items():
        four = [f"{row.at_1_percent:.2f} / {row.at_5_percent:.2f}" for row in found]
        one = [f"{row.one_look_at_1_percent:.2f} / {row.one_look_at_5_percent:.2f}" for row in found]
        rows += [[f"`{product}`", found[0].photos, "four looks", *four], ["", "", "one look", *one]]
    return markdown_table(["product", "photos", "judged by", *sides], rows)


def _budget(asked: float | None, measured: Interval | None) -> list[str]:
    return [
        "not said" if asked is None else f"{asked:.1%}",
        "not measured" if measured is None else show_share(measured),
    ]


def show_share(interval: Interval) -> str:
    """Format a small share with its interval."""
    return f"{interval.value:.2%} [{interval.low:.2%}, {interval.high:.2%}]"


def sources_table(samples: Sequence[Sample]) -> str:
    """Where photos come from, the largest source first."""
    by_source: dict[str, list[Sample]] = {}
    for sample in samples:
        by_source.setdefault(sample.origin, []).append(sample)
    falling = sorted(by_source.items(), key=lambda item: (-len(item[1]), item[0]))
    rows: list[Cells] = [
        [source, ", ".join(sorted({s.licence for s in found})), len(found), _shown(found)]
        for source, found in falling[:MAX_SOURCES]
    ]
    rest = [found for _, found in falling[MAX_SOURCES:]]
    if rest:
        rows.append([f"{len(rest)} other sources", "", sum(map(len, rest)), ""])
    return markdown_table(["source", "licence as found", "photos", "shows"], rows)


def _shown(samples: Sequence[Sample]) -> str:
    counts = Counter(label for sample in samples for label in sample.labels)
    falling = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{label} {count}" for label, count in falling) or "everyday"


def licence_counts(samples: Sequence[Sample]) -> dict[str, int]:
    """Count photos by licence, without what stands in brackets behind it, the commonest first."""
    counts = Counter(sample.licence.split("(")[0].strip() or "unknown" for sample in samples)
    return dict(counts.most_common())


def licences_table(samples: Sequence[Sample]) -> str:
    """How many photos have each licence, as found."""
    return markdown_table(["licence as found", "photos"], licence_counts(samples).items())


def metrics_table(unseen: UnseenFindings) -> str:
    """The accuracy of every measured category."""
    head = [
        "category",
        "positives (sources)",
        "negatives",
        "area under ROC",
        "average precision",
        *TPR_HEADS,
        "expected calibration error",
    ]
    return markdown_table(
        head,
        (
            [
                f"`{category}`",
                f"{m.positives} ({m.sources})",
                m.negatives,
                show(unseen.area_under_roc[category]),
                show(m.average_precision),
                show(m.tpr_at_1_percent_fpr),
                show(m.tpr_at_5_percent_fpr),
                show(m.expected_calibration_error),
            ]
            for category, m in unseen.metrics.items()
        ),
    )


def show(interval: Interval) -> str:
    """Format a value with its interval."""
    return f"{interval.value:.2f} [{interval.low:.2f}, {interval.high:.2f}]"


def verdicts_table(table: Mapping[str, Mapping[str, int]], *, first: str = "shows") -> str:
    """The verdicts of a policy on photos, by what they show."""
    verdicts = ["FLAG", "REVIEW", "CLEAR", "ABSTAIN"]
    rows = ([group, counts["photos"], *(counts[v] for v in verdicts)] for group, counts in table.items())
    return markdown_table([first, "photos", *verdicts], rows)


def precision_table(unseen: UnseenFindings) -> str:
    """How many flags of each product would be right where it is rare, by policy."""
    found = unseen.precision_at_1_percent_prevalence
    products = dict.fromkeys(product for by_product in found.values() for product in by_product)
    return markdown_table(
        ["product", *found],
        (
            [f"`{product}`", *(_precision(by_product.get(product)) for by_product in found.values())]
            for product in products
        ),
    )


def _precision(found: Interval | None) -> str:
    return "no flags" if found is None else show(found)


def everyday_table(unseen: UnseenFindings) -> str:
    """What each policy said of photos without any label."""
    return markdown_table(
        ["policy", "photos", "flagged", "share", "asked to review", "share"],
        (
            [
                policy,
                alarms.photos,
                alarms.flagged,
                show_share(alarms.flag_share),
                alarms.reviewed,
                show_share(alarms.review_share),
            ]
            for policy, alarms in unseen.everyday.items()
        ),
    )


def thresholds_table(manifest: Manifest) -> str:
    """From which score each policy acts, and its true- and false-positive rates on owners left out."""
    return markdown_table(
        [
            "policy",
            "product",
            "review from",
            "flag from",
            "FPR on everyday photos, review",
            "FPR, flag",
            "TPR, review",
            "TPR, flag",
        ],
        (
            [
                name,
                f"`{product}`",
                _from(threshold.review),
                _from(threshold.flag),
                *_reached(threshold.measured),
            ]
            for name, policy in manifest.policies.items()
            for product, threshold in policy.thresholds.items()
        ),
    )


def _reached(measured: Reached | None) -> list[str]:
    if measured is None:
        return ["not measured"] * 4
    found = [measured.found_review, measured.found_flag]
    return [
        show_share(measured.everyday_review),
        show_share(measured.everyday_flag),
        *("no photos" if interval is None else show(interval) for interval in found),
    ]


def _from(value: float | None) -> str:
    return "never" if value is None else f"{value:.3f}"


def held_out_markdown(rows: Sequence[HeldOutRow]) -> str:
    """Products on photos that a network never saw the group of."""
    return markdown_table(
        ["product", "held out", "positives", "negatives", "area under ROC", *TPR_HEADS],
        (
            [
                f"`{row.product}`",
                row.held_out,
                row.positives,
                row.negatives,
                _number(row.area_under_roc),
                _number(row.tpr_at_1_percent_fpr),
                _number(row.tpr_at_5_percent_fpr),
            ]
            for row in rows
        ),
    )


def evasion_table(report: EvasionReport) -> str:
    """Which share of the true positives survives each severity of manipulation, by product and threshold."""
    severities = [f"severity {severity}" for severity in report.severities]
    head = [
        *("product", "threshold", "true positives, clean"),
        *severities,
        *("mean relative corruption error", "worst at severity 3"),
    ]
    rows = [
        [
            f"`{product}`",
            f"{name} ({found.threshold:.3f})",
            found.found,
            *(f"{share:.0%}" for share in found.mean_kept),
            f"{found.mean_relative_corruption_error:.0%}",
            _worst(found, report.severities.index(3)),
        ]
        for product, evasion in report.products.items()
        for name, found in (("review", evasion.review), ("flag", evasion.flag))
        if found is not None
    ]
    return (
        markdown_table(head, rows) if rows else "Too few true positives on clean photos to say what survives."
    )


def _worst(found: ThresholdEvasion, place: int) -> str:
    name = min(found.kept, key=lambda manipulation: found.kept[manipulation][place])
    return f"{name} ({found.kept[name][place]:.0%})"


def rates_cell(row: HeldOutRow) -> str:
    """Format the area under ROC and the true-positive rates at 1 % and 5 % false-positive rate in one cell."""
    if row.area_under_roc is None:
        return "too few"
    return f"{row.area_under_roc:.2f} / {row.tpr_at_1_percent_fpr:.2f} / {row.tpr_at_5_percent_fpr:.2f}"


def _number(value: float | None) -> str:
    return "too few" if value is None else f"{value:.2f}"


def confusion_table(unseen: UnseenFindings) -> str:
    """Products on photos of their named look-alikes."""
    return markdown_table(
        ["product", "look-alike", "photos", "mean score", "FPR, review", "FPR, flag"],
        (
            [
                f"`{p}`",
                f"`{o}`",
                c.photos,
                f"{c.mean_score:.2f}",
                f"{c.review_share:.0%}",
                f"{c.flag_share:.0%}",
            ]
            for p, named in unseen.confusion.items()
            for o, c in named.items()
        ),
    )
