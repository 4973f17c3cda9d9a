"""Scorers that travel to other machines: the bytes of their models go along, and are checked where they arrive.

Nothing has to lie on the other machine but wildvision itself, of the same version: models that were taught, models that
came with the package, and one's own thresholds are all sent, and each machine compares the digests before it scores.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import sys
import tempfile
import types
import zlib
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from wildvision.archive.items import InMemory, Item
from wildvision.archive.likeness.known import Known
from wildvision.archive.rows import Copy, Row, Scorer
from wildvision.archive.workers import Workers
from wildvision.classifier import Classifier
from wildvision.errors import ChecksumError, ScanError
from wildvision.heads import HEADS_FILE
from wildvision.images import DEFAULT_LIMITS, ImageLimits
from wildvision.manifest import Model, Policy, find_models, load_manifest
from wildvision.model_folder import MANIFEST, Precision
from wildvision.parts import Detail
from wildvision.runtime import network_file


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedFile:
    """A file of a model.

    Attributes:
        name: In the model's folder.
        content: All of it.
        sha256: Digest of the content where it was packed, hex.
    """

    name: str
    content: bytes
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedScorer:
    """All that a machine needs to make rows as this one does; made by `pack`.

    Attributes:
        models: Of each model the files that score: manifest, network, taught heads.
        policy: Name of the thresholds, or one's own; None: the model's default.
        precision: Of the network.
        limits: What an image may ask for before it is refused.
        embeddings: Whether rows carry the embedding.
        detail: How much is looked at.
        known: The photos that a bank of hashes knows; None: no bank was given.
        model_sha256: What rows say of the model.
        categories: Of the model, in the order of the columns.
        embedding_size: Length of the embeddings; None: rows have none.
        version: Of wildvision where it was packed.
    """

    models: tuple[tuple[PackedFile, ...], ...]
    policy: str | Policy | None
    precision: Precision
    limits: ImageLimits
    embeddings: bool
    detail: Detail
    known: Known | None
    model_sha256: str
    categories: tuple[str, ...]
    embedding_size: int | None
    version: str

    def check(self) -> None:
        """Compare what arrived with what was sent.

        Raises:
            ChecksumError: A file of a model is not the one that was sent.
            ScanError: This machine has another version of wildvision, whose rows could differ.
        """
        if self.version != _version():
            raise ScanError(
                f"expected wildvision {self.version} on every machine, found {_version()} on one of them; install the "
                "same version on all"
            )
        for file in (file for model in self.models for file in model):
            found = hashlib.sha256(file.content).hexdigest()
            if found != file.sha256:
                raise ChecksumError(
                    f"expected {file.name} with SHA-256 {file.sha256}, found {found} where it arrived; start again"
                )

    def scorer(self) -> Scorer:
        """Return what makes rows; the models lie in a temporary folder only while they are loaded.

        Raises:
            ChecksumError: What was loaded is not what the machine that sent it had loaded.
        """
        with tempfile.TemporaryDirectory(prefix="wildvision-model-") as folder:
            places = tuple(_written(Path(folder) / str(number), m) for number, m in enumerate(self.models))
            classifier = Classifier(
                places,
                policy=self.policy,
                threads=1,
                limits=self.limits,
                precision=self.precision,
                detail=self.detail,
            )
        if classifier.model_sha256 != self.model_sha256:
            raise ChecksumError(
                f"expected a model with SHA-256 {self.model_sha256}, found {classifier.model_sha256}",
                model=classifier.manifest.id,
            )
        return Scorer(classifier, embeddings=self.embeddings, known=self.known)


def pack(
    model: Model | None = None,
    *,
    policy: str | Policy | None = None,
    precision: Precision = "float32",
    limits: ImageLimits = DEFAULT_LIMITS,
    embeddings: bool = False,
    detail: Detail = "balanced",
    known: Known | None = None,
) -> PackedScorer:
    """Pack what scores; the arguments are those of `wildvision.archive.scan`.

    Raises:
        ModelError: The model cannot be used.
    """
    classifier = Classifier(model, policy=policy, threads=1, limits=limits, precision=precision)
    return PackedScorer(
        models=tuple(_packed(directory, precision) for directory in find_models(model)),
        policy=policy,
        precision=precision,
        limits=limits,
        embeddings=embeddings,
        detail=detail,
        known=known,
        model_sha256=classifier.model_sha256,
        categories=classifier.manifest.category_ids,
        embedding_size=classifier.manifest.embedding_size if embeddings else None,
        version=_version(),
    )


class GuardedScorer:
    """Makes rows in processes of its own: an item that kills one becomes a row, and whoever called goes on.

    Args:
        packed: What scores.
        processes: How many.

    Raises:
        ChecksumError: As for `PackedScorer.check`.
        ScanError: As for `PackedScorer.check`, or no process starts.
    """

    def __init__(self, packed: PackedScorer, processes: int = 1) -> None:
        packed.check()
        with _bare_main():
            self._workers = Workers(packed.scorer, count=processes)
        self._keys = count()

    def close(self) -> None:
        """End the processes."""
        self._workers.__exit__()

    def rows(self, items: Iterable[Item]) -> list[Row]:
        """Return one row for each item, in order.

        Raises:
            ScanError: No process starts.
        """
        numbered = list(zip(self._keys, items, strict=False))
        with _bare_main():
            found = dict(self._workers.score(iter(numbered)))
        return [_only_row(found[key]) for key, _ in numbered]


def item_of_bytes(item_id: str, content: bytes) -> Item:
    """Return the item of an image in a table, with the stamp that `wildvision.archive.tables` gives it."""
    stamp = f"{len(content)}-{zlib.crc32(content):08x}"
    return Item(id=item_id, content=InMemory(content), stamp=stamp)


def _only_row(found: Row | Copy) -> Row:
    """Copies are made only of claimed images, and here nothing is claimed."""
    return found.row if isinstance(found, Copy) else found


def _packed(directory: Path, precision: Precision) -> tuple[PackedFile, ...]:
    manifest = load_manifest(directory)
    names = [MANIFEST, network_file(manifest, precision), *([HEADS_FILE] if manifest.heads else ())]
    contents: Mapping[str, bytes] = {name: (directory / name).read_bytes() for name in names}
    return tuple(
        PackedFile(name=name, content=content, sha256=hashlib.sha256(content).hexdigest())
        for name, content in contents.items()
    )


def _written(folder: Path, files: Sequence[PackedFile]) -> Path:
    folder.mkdir()
    for file in files:
        (folder / file.name).write_bytes(file.content)
    return folder


def _version() -> str:
    return importlib.metadata.version("wildvision")


@contextlib.contextmanager
def _bare_main() -> Generator[None]:
    """Start processes that do not import the main module of this one.

    An engine's worker runs a script of the engine, which a new process would import for nothing: a second, and 100 MB.
    """
    before = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = before
