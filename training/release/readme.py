"""The readme's section on accuracy: what decides how far to trust a model, and where the rest is written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from training.errors import ConfigError, DatasetError
from training.release.tables import markdown_table
from wildvision.manifest import CategoryEntry, Interval, Manifest, load_manifest
from wildvision.model_folder import ModelFolder

BEGIN, END = "<!-- accuracy: begin -->\n", "<!-- accuracy: end -->"
# Five owners have 126 different draws of a bootstrap, four have 35: an interval over so few says next to nothing.
MIN_OWNERS = 5
EVERYDAY = "everyday"  # what verdicts are counted under for photos that show none of the categories
WARNING = (
    "**Few owners stand behind each number, and photos from elsewhere can be much harder: try the model on photos of "
    "your own before you rely on it.**"
)
HEAD = (
    "product",
    "photos (owners)",
    "found at 1 % false alarms (true-positive rate at 1 % false-positive rate)",
    "found at 5 %",
    "status",
)
Verdicts = Mapping[
    str, Mapping[str, int]
]  # by what photos show: how many there are, and how many got each verdict


class _Published(msgspec.Struct, frozen=True):
    """What the section takes from a model's ``evaluation.json``: verdicts by policy, and by what photos show."""

    verdicts: Mapping[str, Verdicts] = {}


def readme_of_model(readme: Path, folder: ModelFolder) -> str:
    """Return a readme with the accuracy of a model directory between its marks; neither photos nor a run are needed.

    Args:
        readme: The file that has the marks.
        folder: Of the model, with its manifest and its evaluation.

    Raises:
        ConfigError: The readme cannot be read or has no marks.
        DatasetError: The evaluation is missing or malformed.
        wildvision.WildvisionError: The manifest is.
    """
    manifest, path = load_manifest(folder.root), folder.evaluation
    try:
        published = msgspec.json.decode(path.read_bytes(), type=_Published)
    except (OSError, msgspec.MsgspecError) as error:
        raise DatasetError(
            f"expected what was measured in {path}, found: {error}; run python -m training.report without --only-readme"
        ) from error
    return filled_readme(readme, folder, manifest, published.verdicts)


def filled_readme(
    readme: Path, folder: ModelFolder, manifest: Manifest, verdicts: Mapping[str, Verdicts]
) -> str:
    """Return the text of a readme with the accuracy of a model between its two marks.

    Raises:
        ConfigError: The readme cannot be read or has no marks.
    """
    try:
        text = readme.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"expected a readme at report.readme, found: {error}") from error
    before, found, rest = text.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not (found and closed):
        raise ConfigError(
            f"expected the marks {BEGIN.strip()} and {END} in {readme}, found none; add both lines"
        )
    card = Path(os.path.relpath(folder.card, readme.parent)).as_posix()
    section = accuracy_section(manifest, verdicts.get(manifest.default_policy, {}), card=card)
    return before + BEGIN + section + END + after


def accuracy_section(manifest: Manifest, verdicts: Verdicts, *, card: str) -> str:
    """Return one table, what everyday photos got, a warning, and where the rest is.

    Args:
        manifest: Of the model: what was found of owners left out, and what everyday photos of such owners got.
        verdicts: Of the default policy on the evaluation photos; empty: there were none.
        card: Where the model's card is.
    """
    paragraphs = [
        *_found(manifest),
        " ".join(_alarms(manifest, verdicts)),
        f"{WARNING} Everything else that was measured is in the [card of {manifest.id}]({card}).",
    ]
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def _found(manifest: Manifest) -> Iterator[str]:
    rows = [
        [
            f"{manifest.taxonomy.get(entry.id).name} (`{entry.id}`)",
            f"{found.photos:,} ({found.sources})",
            _share(found.tpr_at_1_percent_fpr, found.sources),
            _share(found.tpr_at_5_percent_fpr, found.sources),
            entry.status,
        ]
        for entry in _products(manifest)
        if (found := entry.left_out) is not None
    ]
    if rows:
        yield (
            f"What `{manifest.id}` finds of each product, on photos of owners that were left out of training. In "
            f"brackets: the 95 % interval over owners, where there are at least {MIN_OWNERS}."
        )
        yield markdown_table(HEAD, rows)
    missing = [f"`{entry.id}`" for entry in _products(manifest) if entry.left_out is None]
    if missing:
        yield f"`{manifest.id}` also scores, with too few photos to say how well: {', '.join(missing)}."


def _products(manifest: Manifest) -> list[CategoryEntry]:
    return [entry for entry in manifest.categories if entry.id in manifest.product_ids]


def _share(interval: Interval, owners: int) -> str:
    if owners < MIN_OWNERS:
        return f"{interval.value:.0%}"
    return f"{interval.value:.0%} [{interval.low:.0%}, {interval.high:.0%}]"


def _alarms(manifest: Manifest, verdicts: Verdicts) -> Iterator[str]:
    name = manifest.default_policy
    if found := manifest.policies[name].measured:
        yield (
            f"Of {found.photos:,} everyday photos by {found.sources} owners left out, the default policy `{name}` "
            f"flags {_small_share(found.flag)}, and flags or asks to review {_small_share(found.review)}."
        )
    if counts := verdicts.get(EVERYDAY):
        yield (
            f"Of {counts['photos']:,} everyday evaluation photos, whose sources it never saw, `{name}` flags "
            f"{counts['FLAG']} and asks to review {counts['REVIEW']}."
        )
    shown = [
        f"{counts['FLAG'] + counts['REVIEW']} of {counts['photos']} `{entry.id}`"
        for entry in _products(manifest)
        if entry.status == "supported" and (counts := verdicts.get(entry.id))
    ]
    if shown:
        yield f"Of the evaluation photos that show a supported product, it flags or asks to review {', '.join(shown)}."


def _small_share(interval: Interval) -> str:
    return f"{interval.value:.1%} [{interval.low:.1%}, {interval.high:.1%}]"
