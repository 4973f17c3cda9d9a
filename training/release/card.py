"""The model card as Markdown, all from the same numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from training.config import ReportConfig
from training.data.samples import Sample
from training.evaluation.findings import Evaluation, HeldOutRow, UnseenFindings
from training.evaluation.looking import Explained, SeenMore
from training.learning.run_record import RunRecord
from training.release.export_record import ExportRecord
from training.release.footprint import Footprint
from training.release.looking import looking
from training.release.shortcomings import shortcomings
from training.release.tables import (
    budgets_table,
    confusion_table,
    evasion_table,
    everyday_table,
    evidence_table,
    hardest_table,
    held_out_markdown,
    licences_table,
    metrics_table,
    precision_table,
    show_share,
    sources_table,
    thresholds_table,
    turned_table,
    verdicts_table,
)
from wildvision.adapt.status import rule
from wildvision.manifest import Manifest
from wildvision.turning import QUARTERS

INTENDED_USE = (
    "To choose, among many photos, the few that a trained person should look at. A photograph never proves a "
    "material. A flag is a reason to look, not evidence of an offence, and a CLEAR is no proof of absence. Not for "
    "automatic enforcement against people, not for identifying persons, not as the only control anywhere."
)
NOT_MEASURED = (
    "Not measured on unseen sources; held-out folds only. How well it does on photos from elsewhere is not known. "
    "Before relying on it, add photos of sources that are not in training and run `python -m training.evaluate`."
)
RATES = (
    "TPR is the true-positive rate: of the photos that show a category, the share that reaches a score. FPR is the "
    "false-positive rate: of the photos that do not, the share that reaches it too. TPR at 1 % FPR is the share found "
    "at the score that 1 % of the others reach. TPR, average precision and expected calibration error below are of "
    "owners left out."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """All that a card is written from.

    Attributes:
        manifest: Of the model.
        evaluation: What was measured.
        held_out: Products on held-out training photos.
        training: The photos it was trained on.
        run: What it was trained from; None: not recorded.
        export: What the checks of its export measured; None: not recorded.
        footprint: Of training.
        explained: The checks of its explanations; None: not measured.
        seen_more: What parts of pictures find; None: not measured.
        config: What the card is to say besides.
    """

    manifest: Manifest
    evaluation: Evaluation
    held_out: tuple[HeldOutRow, ...]
    training: tuple[Sample, ...]
    run: RunRecord | None
    export: ExportRecord | None
    footprint: Footprint | None
    explained: Explained | None = None
    seen_more: SeenMore | None = None
    config: ReportConfig


def card(facts: ModelFacts) -> str:
    """Return the model card."""
    sections = {
        "Intended use": [INTENDED_USE],
        "What it rests on": _rests_on(facts.manifest),
        "Measured on sources never seen in training": _measured(facts),
        "Thresholds": _thresholds(facts.manifest),
        "Turned pictures": _turned(facts.manifest),
        "Held out inside the training photos": _held_out(facts),
        "Where it looks, and parts of pictures": looking(
            facts.explained, facts.seen_more, facts.config.seen_on_overlays
        ),
        "Known failures": shortcomings(facts.manifest, facts.evaluation, facts.config.notes),
        "Training data": _data(facts),
        "Training": _training(facts),
        "Attribution": ["\n".join(f"- {line}" for line in facts.manifest.attribution) or "None stated."],
    }
    paragraphs = [_head(facts.manifest)]
    for title, content in sections.items():
        paragraphs += [f"## {title}", *content] if content else []
    return "\n\n".join(paragraphs) + "\n"


def _head(manifest: Manifest) -> str:
    spec = manifest.preprocess
    return (
        f"# {manifest.id}\n\n`{manifest.architecture}` that scores {len(manifest.categories)} categories in one pass, "
        f"{spec.width} x {spec.height} px. Made {manifest.created}. Weights: {manifest.licence}."
    )


def _rests_on(manifest: Manifest) -> list[str]:
    missing = ", ".join(f"`{i}`" for i in manifest.not_supported) or "none"
    return [
        RATES,
        evidence_table(manifest),
        f"{rule()} Not scored, for want of photos: {missing}.",
    ]


def _measured(facts: ModelFacts) -> list[str]:
    unseen = facts.evaluation.unseen
    if not unseen.photos:
        return [NOT_MEASURED]
    verdicts = [f"Policy `{name}`:\n\n{verdicts_table(table)}" for name, table in unseen.verdicts.items()]
    return [
        _how_measured(facts),
        metrics_table(unseen) if unseen.metrics else "No category had enough photos for a number.",
        *_int8(unseen),
        *_flags_that_are_right(unseen),
        *_everyday(unseen),
        *_confusion(facts),
        *_evasion(facts),
        "Verdicts by what the photos show (`id?`: shows it in a way that counts neither for nor against):",
        *verdicts,
    ]


def _int8(unseen: UnseenFindings) -> list[str]:
    found = unseen.int8_average_precision
    if not found:
        return []
    exact = {category: unseen.metrics[category].average_precision.value for category in found}
    worst = max(found, key=lambda category: exact[category] - found[category])
    return [
        f"On the same photos the 8-bit network has a mean average precision of {sum(found.values()) / len(found):.3f} "
        f"instead of {sum(exact.values()) / len(exact):.3f}, over {len(found)} categories. It loses most for "
        f"`{worst}`, with {found[worst]:.3f} instead of {exact[worst]:.3f}."
    ]


def _flags_that_are_right(unseen: UnseenFindings) -> list[str]:
    if not any(unseen.precision_at_1_percent_prevalence.values()):
        return ["No product that can be flagged has enough photos to say how many of its flags are right."]
    return [
        "Share of flags that would be right (precision) if 1 photo in 100 showed the product, and the others were like "
        "the evaluation photos without any:",
        precision_table(unseen),
    ]


def _everyday(unseen: UnseenFindings) -> list[str]:
    if not unseen.everyday:
        return []
    return ["Everyday photos, without any label:", everyday_table(unseen)]


def _how_measured(facts: ModelFacts) -> str:
    unseen, broken, notes = facts.evaluation.unseen, facts.evaluation.broken, facts.config.measured_notes
    return " ".join(
        [
            f"{unseen.photos} photos from {len(unseen.sources)} sources that trained, calibrated and chose nothing.",
            *([f"{broken} more could not be read."] if broken else []),
            *notes,
            "In brackets the 95 % bootstrap interval over sources and the photos within them. "
            f"Command: `{facts.config.command}`.",
        ]
    )


def _confusion(facts: ModelFacts) -> list[str]:
    if not facts.evaluation.unseen.confusion:
        return []
    return [
        "Products on photos that show a named look-alike and not the product, with the thresholds of "
        f"`{facts.manifest.default_policy}`:",
        confusion_table(facts.evaluation.unseen),
    ]


def _evasion(facts: ModelFacts) -> list[str]:
    report = facts.evaluation.unseen.evasion
    if report is None:
        return []
    return [
        f"Photos are manipulated in {len(report.manipulations)} ways at rising severity; 3 is like a typical re-post. "
        f"The ways: {', '.join(report.manipulations)}. The detail is `{report.detail}`. Below is the share still "
        f"found, of the photos found clean with `{report.policy}`.",
        evasion_table(report),
    ]


def _thresholds(manifest: Manifest) -> list[str]:
    policy = manifest.policies[manifest.default_policy]
    return [
        "Everyday photos of owners left out: neither the network that scored a photo nor the thresholds it was held "
        "against had seen its owner. In brackets the 95 % bootstrap interval over owners.",
        budgets_table(manifest),
        "The same by product, beside the true-positive rate on photos that show it:",
        thresholds_table(manifest),
        *_hardest(manifest),
        f"Set on {policy.set_on}. Objective of `{manifest.default_policy}`, the default: {policy.objective}.",
        _abstention(manifest),
    ]


def _hardest(manifest: Manifest) -> list[str]:
    measured = manifest.policies[manifest.default_policy].measured
    if measured is None or not measured.hardest:
        return []
    return [
        f"Where the false alarms of `{manifest.default_policy}` come from, the sources of everyday photos with most of "
        "them, each left out:",
        hardest_table(manifest),
    ]


def _turned(manifest: Manifest) -> list[str]:
    turning = manifest.turning
    if turning is None:
        return ["Every picture is looked at once, as it comes; what comes turned is found less often."]
    sentence = (
        "A first look that comes near a product asks for three more, at the picture turned by 90, 180 and 270 degrees; "
        f"{show_share(turning.turned)} of everyday photos do (asked: at most {turning.asked:.0%}), so that one takes "
        f"{1 + (QUARTERS - 1) * turning.turned.value:.2f} looks on average. Set on {turning.set_on}."
    )
    if not turning.found:
        return [sentence]
    return [
        sentence,
        "Photos of products, turned to the left, of owners left out: found where 1 % / 5 % of all other photos are.",
        turned_table(turning),
    ]


def _abstention(manifest: Manifest) -> str:
    rule = manifest.abstention
    return (
        f"It abstains from images below {rule.min_side} px on the shorter side, and from blank ones. Blank means that "
        f"grey levels spread by less than {rule.min_contrast:g} of 255 in every channel. Both limits are below what "
        "real training photos show (`training/config.py`, `ExportConfig`)."
    )


def _held_out(facts: ModelFacts) -> list[str]:
    left_out = facts.evaluation.training.leave_one_source_out
    return [
        *_rows(
            facts.held_out,
            "Each row has the photos of a product from one source. A network trained without their group scored them, "
            "against all held-out photos without the product.",
            "No product was held out: none comes from two groups of sources, or nothing was calibrated on held-out "
            "photos.",
        ),
        *(
            _rows(
                left_out,
                "One source left out at a time, with a new head on frozen features. It is held against its own other "
                "photos and a fixed third of the sources without any product, which that head did not see either.",
                "No product could be learned without one of its sources.",
            )
            if left_out is not None
            else []
        ),
    ]


def _rows(rows: Sequence[HeldOutRow], caption: str, otherwise: str) -> list[str]:
    return [caption, held_out_markdown(rows)] if rows else [otherwise]


def _data(facts: ModelFacts) -> list[str]:
    samples = facts.training
    rendered = sum(sample.synthetic for sample in samples)
    return [
        f"{len(samples)} photos, {rendered} of them rendered or drawn, from {len({s.source for s in samples})} sources "
        f"(digest `{facts.manifest.training_data[:16]}`).",
        licences_table(samples),
        sources_table(samples),
    ]


def _training(facts: ModelFacts) -> list[str]:
    return [" ".join(_training_sentences(facts))]


def _training_sentences(facts: ModelFacts) -> Iterator[str]:
    if facts.run:
        yield from _run_sentences(facts.run)
    if facts.export:
        yield from _export_sentences(facts.export)
    yield facts.footprint.sentence() if facts.footprint else "How long training took was not recorded."


def _run_sentences(run: RunRecord) -> Iterator[str]:
    if run.mode == "frozen":
        yield "The backbone is as it was pretrained; the head is one logistic regression a category."
    elif run.mode == "finetune":
        yield "The backbone was fine-tuned with the head."
    yield f"Commit `{run.commit or 'unknown'}`, seed {run.seed}."
    if run.versions:
        yield f"With {', '.join(f'{name} {version}' for name, version in run.versions.items())}."


def _export_sentences(record: ExportRecord) -> Iterator[str]:
    if record.onnx_gap:
        yield f"On training photos ONNX Runtime and torch differ by at most {record.onnx_gap:.1e}."
    if found := record.int8:
        yield (
            f"The 8-bit version: mean average precision {found.int8:.4f} instead of {found.float32:.4f} on "
            f"{found.photos} photos."
        )
