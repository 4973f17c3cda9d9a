"""The prepared data set: labelled photos on disk, each with the group and the split it belongs to.

``python -m training.prepare`` writes one; everything else reads it. The unit of splitting is the *group*: all
photos that share a source or are near-duplicates, directly or through others. A photo of the split ``eval`` is
for reporting only.
"""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from training.errors import DatasetError, EvaluationOnlyError
from training.files import replace_file
from wildvision.taxonomy import Category, Kind, Taxonomy, extend_taxonomy, load_taxonomy

Split = Literal["train", "calibration", "validation", "test", "eval"]
DATASET_SCHEMA = 1
HEAD, LINES = "dataset.json", "samples.jsonl"  # in the directory of a data set, for the next steps
REPORT, PAGE = "report.txt", "report.html"  # beside them, for people
UNNAMED = "unnamed/"  # begins the source of a photo whose source nobody told


class Sample(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One labelled photo.

    Attributes:
        path: The file, absolute.
        labels: Category ids that the photo shows.
        unsettled: Ids that should count neither for nor against (``id?`` in a manifest).
        source: The shop, museum or site it comes from.
        licence: As found; may be ``"unknown"``.
        sha256: Digest of the file, hex.
        split: Where it may be used.
        group: Name of the unit of splitting: no group is in two splits.
        synthetic: Rendered or drawn instead of photographed.
        mask: Opacity of the object, a grey image of the same size, where one is known.
    """

    path: Path
    labels: frozenset[str]
    unsettled: frozenset[str] = frozenset()
    source: str
    licence: str = "unknown"
    sha256: str
    split: Split = "train"
    group: str
    synthetic: bool = False
    mask: Path | None = None

    @property
    def origin(self) -> str:
        """The source as evidence counts it: all photos without a known one count as one."""
        return "unknown" if self.source.startswith(UNNAMED) else self.source

    @property
    def owner(self) -> str:
        """The group as evidence counts it: photos without a known source may all be of one owner."""
        return "unknown" if self.source.startswith(UNNAMED) else self.group

    @property
    def is_everyday(self) -> bool:
        """Whether it shows nothing that a category names, settled or not."""
        return not self.labels and not self.unsettled

    @property
    def shows_product(self) -> bool:
        """Whether it shows, or may show, anything but look-alikes; a category of one's own counts as a product."""
        return bool((self.labels | self.unsettled) - _lookalikes())


class Dataset(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A prepared data set.

    Attributes:
        schema: `DATASET_SCHEMA`.
        categories: Ids that labels use and a model may learn, in taxonomy order.
        new_categories: Those that the packaged taxonomy lacks, in full.
        samples: All usable photos, ordered by path.
    """

    schema: int
    categories: tuple[str, ...]
    new_categories: tuple[Category, ...] = ()
    samples: tuple[Sample, ...]

    @property
    def taxonomy(self) -> Taxonomy:
        """The packaged taxonomy with the new categories."""
        return extend_taxonomy(load_taxonomy(), self.new_categories)

    def split(self, *splits: Split) -> tuple[Sample, ...]:
        """Return the samples of these splits, in order."""
        return tuple(sample for sample in self.samples if sample.split in splits)


def dataset_files(directory: Path) -> tuple[Path, Path]:
    """Return the files of a data set: its head, and its samples one a line."""
    return directory / HEAD, directory / LINES


def write_dataset(dataset: Dataset, directory: Path) -> None:
    """Write ``dataset.json`` and ``samples.jsonl`` (one photo a line) so that a reader never sees half of it."""
    directory.mkdir(parents=True, exist_ok=True)
    encoder = msgspec.json.Encoder(enc_hook=os.fspath, order="deterministic")
    lines = b"".join(encoder.encode(sample) + b"\n" for sample in dataset.samples)
    replace_file(directory / LINES, lines)
    head = msgspec.structs.replace(dataset, samples=())
    replace_file(directory / HEAD, msgspec.json.format(encoder.encode(head), indent=2) + b"\n")


def read_dataset(directory: Path) -> Dataset:
    """Read what `write_dataset` wrote.

    Raises:
        DatasetError: It is missing or malformed.
    """
    try:
        head = msgspec.json.decode((directory / HEAD).read_bytes(), type=Dataset, dec_hook=_decode)
        lines = (directory / LINES).read_bytes()
        samples = msgspec.json.Decoder(Sample, dec_hook=_decode).decode_lines(lines)
    except (OSError, msgspec.MsgspecError) as error:
        raise DatasetError(
            f"expected a prepared data set in {directory}, found: {error}; make one with python -m training.prepare"
        ) from error
    if head.schema != DATASET_SCHEMA:
        raise DatasetError(
            f"expected data set schema {DATASET_SCHEMA} in {directory}, found {head.schema}; prepare it again"
        )
    return msgspec.structs.replace(head, samples=tuple(samples))


def refuse_evaluation_only(samples: Iterable[Sample]) -> None:
    """Raise `EvaluationOnlyError` if any sample is marked for evaluation."""
    marked = [sample.path for sample in samples if sample.split == "eval"]
    if marked:
        raise EvaluationOnlyError(
            f"{len(marked)} photos are for evaluation only and cannot train, calibrate or choose, first: {marked[0]}"
        )


def digest(samples: Sequence[Sample]) -> str:
    """Return one SHA-256 over the digests, labels and sources of all samples, independent of their order."""
    lines = sorted(f"{s.sha256} {sorted(s.labels)} {sorted(s.unsettled)} {s.source}" for s in samples)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@functools.cache
def _lookalikes() -> frozenset[str]:
    return frozenset(c.id for c in load_taxonomy().categories if c.kind is Kind.LOOKALIKE)


def _decode(kind: type, value: object) -> object:
    if kind is Path:
        return Path(str(value))
    raise TypeError(f"expected a field of a type that JSON or Path can hold, found {kind.__name__}")
