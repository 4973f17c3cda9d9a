"""The way from inputs to a prepared data set: read, check, find duplicates, group, split, and say what is in it."""

from __future__ import annotations

import filecmp
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from training.config import DataConfig
from training.counting import counted
from training.data.audit import Audit, audit_text
from training.data.audit_page import audit_page
from training.data.audit_sections import PRESSING, audit_sections
from training.data.categories import check_ids, extended_taxonomy, learnable, new_category, unlearnable
from training.data.curate import Dropped, curate
from training.data.listing import ListedPhoto, Rejected, is_printable, printable
from training.data.photos import ExaminedPhoto, examine_rows, listed_files
from training.data.readers import read_inputs
from training.data.samples import DATASET_SCHEMA, HEAD, PAGE, REPORT, Dataset, write_dataset
from training.errors import ConfigError, DatasetError
from wildvision.taxonomy import Taxonomy

_MOST_THREADS = 8


def prepare(config: DataConfig, directory: Path, *, seed: int) -> Dataset:
    """Make a data set and its report.

    Args:
        config: Which photos, and how they are checked and divided.
        directory: Where the data set goes; what another run left there is replaced once all is well.
        seed: Of the splits.

    Returns:
        What was written.

    Raises:
        DatasetError: An input or its labels cannot be used as they are.
        SplitLeakError: A group or source would be on two sides of a split.
        EvaluationOnlyError: A photo marked for evaluation asks for another split.
    """
    _refuse_own_output(config.inputs, directory)
    if not is_printable(directory):
        raise ConfigError(
            f"expected a directory with a name in UTF-8, found {printable(directory)}; choose another"
        )
    new = tuple(new_category(category) for category in config.new_categories)
    taxonomy = extended_taxonomy(new)
    usable = _read_photos(config, taxonomy, directory)
    curated = curate(
        usable.photos,
        bits=config.near_duplicate_bits,
        shares=config.splits,
        seed=seed,
        owner_separator=config.owner_separator,
    )
    dataset = Dataset(
        schema=DATASET_SCHEMA,
        categories=learnable(curated.samples, taxonomy, min_photos=config.min_photos),
        new_categories=new,
        samples=curated.samples,
    )
    audit = Audit(
        dataset=dataset,
        taxonomy=taxonomy,
        rejected=usable.rejected,
        dropped=(*curated.dropped, *usable.unlicensed),
        duplicates=curated.duplicates,
        linked=curated.linked,
        not_learned=unlearnable(curated.samples, taxonomy, min_photos=config.min_photos),
    )
    _publish(audit, directory)
    return dataset


class _Usable(NamedTuple):
    """What the inputs list: photos that can be used, and those that cannot or may not."""

    photos: Sequence[ExaminedPhoto]
    rejected: tuple[Rejected, ...]
    unlicensed: Sequence[Dropped]


def _read_photos(config: DataConfig, taxonomy: Taxonomy, directory: Path) -> _Usable:
    listing = read_inputs(config.inputs)
    written, unwritable = _with_names_that_can_be_written(listing.rows)
    rows, unlicensed = _with_licence(written, config.licences)
    check_ids(rows, taxonomy)
    photos, broken = _examine(rows, directory / "index.sqlite")
    rejected = (*listing.rejected, *unwritable, *broken)
    if not photos:
        raise DatasetError(_describe_nothing(len(listing.rows), len(unlicensed), rejected))
    return _Usable(photos, rejected, unlicensed)


def pressing(directory: Path) -> str:
    """Return what the report of a prepared data set says must be looked at first: labels that were lost, for one."""
    text = (directory / REPORT).read_text(encoding="utf-8")
    return text.partition(f"\n{PRESSING}\n")[2].partition("\n")[2].split("\n\n\n")[0].strip("\n")


def _refuse_own_output(inputs: Sequence[Path], directory: Path) -> None:
    for path in inputs:
        if path.is_dir() and directory.resolve().is_relative_to(path.resolve()):
            raise DatasetError(
                f"expected the data set outside the photos, found {directory} in {path}; choose another directory"
            )


def _with_names_that_can_be_written(rows: Sequence[ListedPhoto]) -> tuple[list[ListedPhoto], list[Rejected]]:
    """Leave out files whose names are no text: no list, index or report could name them."""
    kept, rejected = [], []
    for row in rows:
        rejected += [_unwritable(path) for path in (row.path, row.mask) if path and not is_printable(path)]
        if is_printable(row.path):
            fits = row.mask is None or is_printable(row.mask)
            kept.append(row if fits else msgspec.structs.replace(row, mask=None))
    return kept, rejected


def _unwritable(path: Path) -> Rejected:
    message = "the name or a folder's name is not UTF-8, its odd bytes are shown as escapes; rename it"
    return Rejected(path=Path(printable(path)), error="UnwritableName", message=message)


def _with_licence(
    rows: Sequence[ListedPhoto], licences: Sequence[str]
) -> tuple[list[ListedPhoto], list[Dropped]]:
    allowed = tuple(licence.casefold() for licence in licences)
    kept, refused = [], []
    for row in rows:
        accepted = not allowed or row.licence.casefold().startswith(allowed)
        (kept if accepted else refused).append(row)
    return kept, [Dropped(row=row, reason="licence") for row in refused]


def _describe_nothing(listed: int, unlicensed: int, rejected: Sequence[Rejected]) -> str:
    first = f"; the first unusable one: {rejected[0].message}" if rejected else ""
    return (
        f"expected at least one usable photo, found {listed} listed, {unlicensed} of them without an accepted "
        f"licence, and {len(rejected)} unusable{first}"
    )


# --- files ------------------------------------------------------------------------------------------------


def _examine(rows: Sequence[ListedPhoto], index: Path) -> tuple[list[ExaminedPhoto], list[Rejected]]:
    threads = min(_MOST_THREADS, os.cpu_count() or 1)
    with counted("looking at photos", len(listed_files(rows))) as advance:
        return examine_rows(rows, index=index, threads=threads, advance=advance)


def _publish(audit: Audit, directory: Path) -> None:
    """Build everything in a folder beside, then move it in, unless it is there already."""
    sections = audit_sections(audit)
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix=f".{directory.name}-") as folder:
        made = Path(folder)
        write_dataset(audit.dataset, made)
        (made / "rejected.jsonl").write_bytes(b"".join(_line(entry) for entry in audit.rejected))
        (made / REPORT).write_text(audit_text(sections), encoding="utf-8")
        if _are_there([path.name for path in made.iterdir()], made, directory):
            return
        (made / PAGE).write_text(audit_page(audit, sections), encoding="utf-8")
        # Without the head a reader finds no data set rather than half of two, so it goes first and comes last.
        (directory / HEAD).unlink(missing_ok=True)
        for path in sorted(made.iterdir(), key=lambda path: path.name == HEAD):
            path.replace(directory / path.name)


def _are_there(names: Sequence[str], made: Path, directory: Path) -> bool:
    same, _, _ = filecmp.cmpfiles(made, directory, names, shallow=False)
    return len(same) == len(names) and (directory / PAGE).is_file()


def _line(entry: Rejected) -> bytes:
    content = {"path": printable(entry.path), "error": entry.error, "message": entry.message}
    return msgspec.json.encode(content) + b"\n"
