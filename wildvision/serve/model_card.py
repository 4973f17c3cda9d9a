"""The card of a model in the sections that ROOST's Coop shows, generated from the model's manifest.

Coop requires seven sections by id: https://github.com/roostorg/coop/blob/main/types/integration.ts
(`REQUIRED_MODEL_CARD_SECTION_IDS`), each with fields of a label and a text.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from wildvision.manifest import Interval, LeftOut, Manifest, Policy
from wildvision.taxonomy import Kind

REQUIRED_SECTIONS = (
    "trainingData",
    "policyAndTaxonomy",
    "annotationMethodology",
    "performanceBenchmarks",
    "biasAndLimitations",
    "implementationGuidance",
    "relevantLinks",
)
"""In Coop's order."""

_APPENDICES = "https://cites.org/eng/app/appendices.php"


class Field(msgspec.Struct, frozen=True):
    """A line of a card."""

    label: str
    value: str


class Section(msgspec.Struct, frozen=True):
    """A part of a card."""

    id: str
    title: str
    fields: tuple[Field, ...]


class ModelCard(msgspec.Struct, frozen=True, kw_only=True):
    """A card, with the names that Coop reads."""

    modelName: str  # noqa: N815 - Coop's name
    version: str
    releaseDate: str  # noqa: N815
    sections: tuple[Section, ...]


def model_card(manifest: Manifest, policy: Policy) -> ModelCard:
    """Return the card of a model.

    Args:
        manifest: Of the model.
        policy: That its answers are judged by.
    """
    sections = (
        Section("trainingData", "Training Data", _training(manifest)),
        Section("policyAndTaxonomy", "Policy and Taxonomy", _taxonomy(manifest, policy)),
        Section("annotationMethodology", "Annotation Methodology", _annotation(manifest)),
        Section("performanceBenchmarks", "Performance and Benchmarks", _benchmarks(manifest, policy)),
        Section("biasAndLimitations", "Bias and Limitations", _limitations(manifest)),
        Section("implementationGuidance", "Implementation Guidance", _guidance()),
        Section("relevantLinks", "Relevant Links", _links(manifest)),
    )
    return ModelCard(
        modelName="wildvision",
        version=manifest.id,
        releaseDate=manifest.created,
        sections=sections,
    )


def _training(manifest: Manifest) -> tuple[Field, ...]:
    rows = tuple(
        Field(
            entry.id,
            f"{entry.evidence.photos:,} photos of {entry.evidence.sources:,} sources, "
            f"{entry.evidence.synthetic_photos:,} rendered photos; {entry.status}",
        )
        for entry in manifest.categories
    )
    return (
        Field("Architecture", manifest.architecture),
        Field("Licence of the weights", manifest.licence),
        Field("Built on", "; ".join(manifest.attribution) or "nothing else"),
        Field("Digest of the training photos (SHA-256)", manifest.training_data),
        *rows,
    )


def _taxonomy(manifest: Manifest, policy: Policy) -> tuple[Field, ...]:
    taxonomy = manifest.taxonomy
    products = [i for i in manifest.category_ids if taxonomy.get(i).kind is Kind.PRODUCT]
    lookalikes = [i for i in manifest.category_ids if taxonomy.get(i).kind is Kind.LOOKALIKE]
    thresholds = (
        f"{category}: review from {_share(threshold.review)}, flag from {_share(threshold.flag)}"
        for category, threshold in policy.thresholds.items()
    )
    return (
        Field("Products", ", ".join(taxonomy.get(i).name for i in products)),
        Field("Look-alikes that are told apart", ", ".join(taxonomy.get(i).name for i in lookalikes)),
        Field("Not supported for want of evidence", ", ".join(manifest.not_supported) or "none"),
        Field("Law", f"CITES Appendices: {taxonomy.cites_checked}"),
        Field("Thresholds", "; ".join(thresholds)),
        Field("What they were chosen for", policy.objective),
    )


def _annotation(manifest: Manifest) -> tuple[Field, ...]:
    own = manifest.recalibrated
    whose = (
        f"calibrated on {own.photos:,} photos of {own.sources:,} sources of a user"
        if own
        else "calibrated on photos of sources that the scored network had not seen"
    )
    return (
        Field(
            "Labels",
            "One or several category ids a photo; one without any shows nothing that has a name here",
        ),
        Field("Scores", f"A calibrated probability for each category by itself; {whose}"),
        Field("Thresholds were set on", "; ".join(sorted({p.set_on for p in manifest.policies.values()}))),
    )


def _benchmarks(manifest: Manifest, policy: Policy) -> tuple[Field, ...]:
    found = tuple(
        Field(entry.id, _found(entry.left_out)) for entry in manifest.categories if entry.left_out is not None
    )
    measured = policy.measured
    alarms = (
        (
            Field(
                f"Everyday photos ({measured.photos:,} of {measured.sources:,} sources left out)",
                f"flagged: {_interval(measured.flag)}; flagged or to review: {_interval(measured.review)}",
            ),
        )
        if measured
        else ()
    )
    return alarms + found or (Field("Measured", "nothing"),)


def _found(left_out: LeftOut) -> str:
    return (
        f"of {left_out.photos:,} photos of {left_out.sources:,} sources left out, found at 1 % false alarms: "
        f"{_interval(left_out.tpr_at_1_percent_fpr)}, at 5 %: {_interval(left_out.tpr_at_5_percent_fpr)}"
    )


def _limitations(manifest: Manifest) -> tuple[Field, ...]:
    experimental = [entry.id for entry in manifest.categories if entry.status == "experimental"]
    return (
        Field(
            "Material",
            "A photo never proves a material. Telling elephant ivory from mammoth, bone or resin takes Schreger lines "
            "under a lens, Raman spectroscopy or DNA.",
        ),
        Field("Sources", "Few owners stand behind each number; photos from elsewhere can be much harder."),
        Field("Experimental categories", ", ".join(experimental) or "none"),
        Field("A CLEAR", "is no proof that nothing is there."),
    )


def _guidance() -> tuple[Field, ...]:
    return (
        Field("Input", "An image: JPEG, PNG, WebP, GIF (first frame), BMP or TIFF"),
        Field(
            "Output",
            "A score from 0 to 1 for each category, and the verdict FLAG, REVIEW, CLEAR or ABSTAIN",
        ),
        Field(
            "Human review",
            "Required: a FLAG is a reason for a trained person to look, never evidence of an offence.",
        ),
        Field("Do not use it for", "automatic action against people"),
    )


def _links(manifest: Manifest) -> tuple[Field, ...]:
    return (
        Field("The card in full", f"models/{manifest.id}/CARD.md of the package wildvision"),
        Field("CITES Appendices", _APPENDICES),
    )


def _share(value: float | None) -> str:
    return "never" if value is None else f"{value:.0%}"


def _interval(interval: Interval) -> str:
    return f"{interval.value:.1%} [{interval.low:.1%}, {interval.high:.1%}]"


def missing_sections(card: ModelCard) -> Sequence[str]:
    """Return the sections that Coop requires and a card lacks."""
    found = {section.id for section in card.sections}
    return [name for name in REQUIRED_SECTIONS if name not in found]
