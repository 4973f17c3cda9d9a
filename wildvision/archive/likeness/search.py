"""Search of a scan by picture: the same picture by its perceptual hash, pictures that look like it by its embedding.

The index is kept beside the scan, and brought up to date when the scan changed::

    likeness/index.json   which parts it is of
    likeness/*.bin        hashes of 32 bytes; sketches of embeddings, a bit a number; embeddings as float16; rows

Hashes are compared one by one, which is exact, and which ``faiss`` does with a million in some milliseconds. Sketches
are too: the nearest thousand of them are put in order by their embeddings.
"""

from __future__ import annotations

import functools
import importlib
import json
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from wildvision.archive.folder import Part, ScanFolder, open_folder, saying
from wildvision.archive.hamming import LEAST_QUALITY, NEAR
from wildvision.archive.likeness.vectors import FloatArray, part_hashes, part_vectors
from wildvision.archive.rows import Row, perceptual_hash
from wildvision.classifier import Classifier
from wildvision.errors import ArchiveError

FOLDER = "likeness"
"""In the folder of the scan."""
INDEX_SCHEMA = 1

_HASH_BYTES = 32
_CANDIDATES = 1000  # nearest sketches whose embeddings are compared
_MEAN_OF = 20_000  # embeddings, the first ones, whose mean a bit of a sketch is set above
_FILES = {
    "hashes": np.uint8,
    "hash_rows": np.int64,
    "sketches": np.uint8,
    "vectors": np.float16,
    "vector_rows": np.int64,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """An image of a scan that is, or looks like, the one that was asked for.

    Attributes:
        id: Of the row.
        bits: Of 256 in which the hashes differ; None: more than 31, or one has no hash that means something.
        cosine: Of the embeddings, -1 to 1; None: the scan has none, or others are more alike.
        sha256: Of its bytes.
        verdict: Of the row.
        category: That decided it.
        known: What a bank of hashes says of it.
    """

    id: str
    bits: int | None
    cosine: float | None
    sha256: str | None
    verdict: str | None
    category: str | None
    known: str | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


def find_similar(
    results: Path, encoded: bytes, *, classifier: Classifier | None, count: int = 20
) -> list[Similar]:
    """Return the images of a scan that are the same picture, the nearest first, then those that look like it.

    Args:
        results: The folder of the scan.
        encoded: The picture, JPEG or another format that is read.
        classifier: The scan's model; None: only the same picture is looked for.
        count: How many to return at most.

    Raises:
        ImageError: The picture cannot be read.
        ScanError: The folder holds no scan, or cannot be written to.
        ArchiveError: faiss or pdqhash is not installed.
    """
    folder, _ = open_folder(results)
    index = SearchIndex(results)
    if classifier is None:
        from wildvision.images import read_image  # noqa: PLC0415  only without a model

        image = read_image(encoded)
    else:
        image = classifier.decode(encoded)
    near = _near(index, image)[:count]
    like: list[tuple[int, float]] = []
    if classifier is not None and index.embeddings:
        like = index.like(classifier.judge_and_embed(image)[1], count)
    bits, cosines = dict(near), dict(like)
    numbers = list(dict.fromkeys([*bits, *cosines]))[:count]
    return [_similar(index.row(folder, number), bits.get(number), cosines.get(number)) for number in numbers]


def _near(index: SearchIndex, image: Any) -> list[tuple[int, int]]:
    found = perceptual_hash(image)
    if not found:
        raise ArchiveError(
            "searching by picture needs pdqhash; install wildvision with its extra `similar`, "
            "e.g. `pip install '.[similar]'` in a checkout"
        )
    return index.near(found["pdq"]) if found["pdq_quality"] >= LEAST_QUALITY else []


def _similar(row: Row, bits: int | None, cosine: float | None) -> Similar:
    return Similar(
        id=row.id,
        bits=bits,
        cosine=cosine,
        sha256=row.sha256,
        verdict=row.verdict,
        category=row.category,
        known=row.known,
    )


class SearchIndex:
    """The index of a scan, in memory but for the embeddings.

    Args:
        results: The folder of the scan; the index in it is made, or brought up to date.

    Raises:
        ScanError: The folder holds no scan, a part is damaged, or the index cannot be written.
        ArchiveError: faiss is not installed.
    """

    def __init__(self, results: Path) -> None:
        faiss = _faiss()
        folder, facts = open_folder(results)
        path = _up_to_date(results, folder, with_vectors=bool(facts["embeddings"]))
        self._ends = np.cumsum([part.rows for part in folder.parts])
        self._numbers = [part.number for part in folder.parts]
        arrays = {name: _mapped(path / f"{name}.bin", kind) for name, kind in _FILES.items()}
        self._hash_rows, self._vector_rows = arrays["hash_rows"], arrays["vector_rows"]
        self._hashes = faiss.IndexBinaryFlat(8 * _HASH_BYTES)
        self._hashes.add(arrays["hashes"].reshape(-1, _HASH_BYTES))
        self.embeddings = len(self._vector_rows)
        self._mean: FloatArray = np.fromfile(path / "mean.bin", np.float32)
        if self.embeddings:
            sketches = arrays["sketches"].reshape(self.embeddings, -1)
            self._sketches = faiss.IndexBinaryFlat(8 * sketches.shape[1])
            self._sketches.add(sketches)
            self._vectors = arrays["vectors"].reshape(self.embeddings, -1)

    def near(self, pdq: str) -> list[tuple[int, int]]:
        """Return the rows whose hash differs in at most 31 bits from one, and in how many, the nearest first."""
        query = np.frombuffer(bytes.fromhex(pdq), np.uint8)[None]  # (1, 32)
        _, distances, places = self._hashes.range_search(query, NEAR + 1)
        order = np.lexsort((places, distances))
        rows: list[int] = self._hash_rows[places[order]].tolist()
        return list(zip(rows, np.asarray(distances[order], np.int64).tolist(), strict=True))

    def like(self, vector: FloatArray, count: int) -> list[tuple[int, float]]:
        """Return the rows whose embeddings are most like one of length 1, and the cosine, the most alike first."""
        most = min(max(_CANDIDATES, count), self.embeddings)
        _, places = self._sketches.search(_sketched(vector[None], self._mean), most)
        candidates = np.sort(places[0])  # so that the file is read forwards
        cosines = self._vectors[candidates].astype(np.float32) @ vector
        order = np.argsort(-cosines, kind="stable")[:count]
        rows: list[int] = self._vector_rows[candidates[order]].tolist()
        return list(zip(rows, [round(float(cosine), 4) for cosine in cosines[order]], strict=True))

    def row(self, folder: ScanFolder, number: int) -> Row:
        """Return a row by its number in the scan."""
        part = int(np.searchsorted(self._ends, number, side="right"))
        before = int(self._ends[part - 1]) if part else 0
        return folder.row(self._numbers[part], number - before)


# --- on disk ----------------------------------------------------------------------------------------------


def _up_to_date(results: Path, folder: ScanFolder, *, with_vectors: bool) -> Path:
    """Return the folder of the index, made anew where parts changed, and longer where parts came."""
    path, parts = results / FOLDER, folder.parts
    now, before = [_facts(part) for part in parts], _indexed(path)
    if before == now:
        return path
    kept = len(before) if before == now[: len(before)] else 0
    with saying("the index cannot be written"):
        made = Path(tempfile.mkdtemp(prefix=f".{FOLDER}-", dir=results))
        try:
            for name in (*_FILES, "mean"):
                if kept:
                    shutil.copyfile(path / f"{name}.bin", made / f"{name}.bin")
                else:
                    (made / f"{name}.bin").touch()
            start = sum(part.rows for part in parts[:kept])
            for part in parts[kept:]:
                _append(made, folder, part.number, start, with_vectors=with_vectors)
                start += part.rows
            (made / "index.json").write_text(
                json.dumps({"schema": INDEX_SCHEMA, "parts": now}), encoding="utf-8"
            )
            shutil.rmtree(path, ignore_errors=True)
            made.replace(path)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    return path


def _facts(part: Part) -> list[Any]:
    return [part.number, part.rows, part.sha256]


def _indexed(path: Path) -> list[Any]:
    """Return the parts that an index is of; none where it is not there, or another version's, or damaged."""
    try:
        found = json.loads((path / "index.json").read_text(encoding="utf-8"))
        return found["parts"] if found["schema"] == INDEX_SCHEMA else []
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _append(path: Path, folder: ScanFolder, number: int, start: int, *, with_vectors: bool) -> None:
    hashes, rows = part_hashes(folder, number)
    _extend(path / "hashes.bin", hashes)
    _extend(path / "hash_rows.bin", rows + start)
    if not with_vectors:
        return
    vectors, rows = part_vectors(folder, number)
    if not len(vectors):
        return
    mean = np.fromfile(path / "mean.bin", np.float32)
    if not len(mean):
        mean = vectors[:_MEAN_OF].mean(axis=0)
        _extend(path / "mean.bin", mean)
    _extend(path / "sketches.bin", _sketched(vectors, mean))
    _extend(path / "vectors.bin", vectors.astype(np.float16))
    _extend(path / "vector_rows.bin", rows + start)


def _extend(path: Path, values: NDArray[Any]) -> None:
    with path.open("ab") as file:
        file.write(np.ascontiguousarray(values).tobytes())


def _mapped(path: Path, kind: Any) -> NDArray[Any]:
    """Return the numbers of a file, which are read when they are looked at."""
    return np.memmap(path, kind, "r") if path.stat().st_size else np.zeros(0, kind)


def _sketched(vectors: FloatArray, mean: FloatArray) -> NDArray[np.uint8]:
    """Return a bit a number: whether it is above the mean, shape (N, D / 8)."""
    return np.packbits(vectors > mean, axis=1)


@functools.cache
def _faiss() -> Any:
    try:
        return cast("Any", importlib.import_module("faiss"))
    except ImportError as error:
        raise ArchiveError(
            "searching by picture needs faiss-cpu; install wildvision with its extra `similar`, "
            "e.g. `pip install '.[similar]'` in a checkout"
        ) from error
