"""Likeness: what perceptual hashes and embeddings find of copies, what they take for copies, and how fast a search is.

::

    python -m tests.benchmarks.likeness copies --data DATA          copies that hashes find, of training photos
    python -m tests.benchmarks.likeness others --data DATA          different photos that hashes take for copies
    python -m tests.benchmarks.likeness embeddings --data DATA      both, of embeddings
    python -m tests.benchmarks.likeness hashes                      a search among ten million hashes
    python -m tests.benchmarks.likeness vectors                     a search among a million embeddings
    python -m tests.benchmarks.likeness clusters                    clusters of a hundred thousand rows
    python -m tests.benchmarks.likeness published --image FILE      the hash of ThreatExchange's data/sample-b.jpg

Times of searches are given as the clock has them and as one core worked, for the machine may be busy.

False matches are pairs of photos of different owners; the same press photo stands on several sites, so those pairs are
named, to be looked at.
"""

from __future__ import annotations

import argparse
import csv
import io
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance

from wildvision import Classifier
from wildvision.archive.folder import ScanFolder
from wildvision.archive.hamming import LEAST_QUALITY, NEAR, HashIndex, packed
from wildvision.archive.likeness.clusters import find_clusters
from wildvision.archive.likeness.search import SearchIndex
from wildvision.archive.likeness.vectors import part_hashes
from wildvision.archive.near_duplicates import Prints, grouped
from wildvision.archive.rows import Row, perceptual_hash
from wildvision.images import read_image

PUBLISHED = ("f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22", 100)
"""Of the bridge of PDQ's reference, ``pdq/data/bridge-mods``, which ThreatExchange ships as ``data/sample-b.jpg``."""
EXACT = 5  # searches that are compared with looking at every embedding
COSINES = (0.8, 0.85, 0.9, 0.925, 0.95, 0.97)


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=tuple(_MEASURES))
    parser.add_argument("--data", type=Path, help="the folder of manifest.csv and the photos")
    parser.add_argument("--image", type=Path)
    parser.add_argument("--photos", type=int, default=1000, help="that are chosen from all")
    parser.add_argument("--only-others", action="store_true", help="embed no copies")
    parser.add_argument(
        "--blank", action="store_true", help="embeddings are zeros: for times alone, in seconds"
    )
    parser.add_argument("--vectors", type=int, default=1_000_000)
    parser.add_argument("--size", type=int, default=2048, help="numbers of an embedding")
    parser.add_argument("--hashes", type=int, default=10_000_000)
    parser.add_argument("--rows", type=int, default=100_000, help="of a scan that is clustered")
    options = parser.parse_args()
    _MEASURES[options.what](options)


def published(options: argparse.Namespace) -> None:
    """Compare a published hash with what a scan says of the image."""
    found = perceptual_hash(read_image(options.image))
    print(found, "as published" if (found["pdq"], found["pdq_quality"]) == PUBLISHED else "NOT as published")


# --- what is found --------------------------------------------------------------------------------------------------


def _jpeg(image: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def _cropped(image: Image.Image, share: float) -> Image.Image:
    """Cut off a share of both sides, unevenly."""
    width, height = image.size
    left, top = round(0.3 * share * width), round(0.7 * share * height)
    return image.crop((left, top, left + round((1 - share) * width), top + round((1 - share) * height)))


def _stamped(image: Image.Image) -> Image.Image:
    """Write over the lower left, as shops do."""
    made = image.copy()
    width, height = made.size
    ImageDraw.Draw(made).rectangle((0, round(0.9 * height), round(0.5 * width), height), fill=(255, 255, 255))
    return made


def _resized(image: Image.Image, scale: float) -> Image.Image:
    return image.resize((round(scale * image.width), round(scale * image.height)), Image.Resampling.BICUBIC)


EDITS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "JPEG, quality 30": lambda image: _jpeg(image, 30),
    "half the size": lambda image: _resized(image, 0.5),
    "half the size, JPEG 60": lambda image: _jpeg(_resized(image, 0.5), 60),
    "brighter by a quarter": lambda image: ImageEnhance.Brightness(image).enhance(1.25),
    "a stamp on 5 % of it": _stamped,
    "2 % cropped off both sides": lambda image: _cropped(image, 0.02),
    "5 % cropped": lambda image: _cropped(image, 0.05),
    "10 % cropped": lambda image: _cropped(image, 0.10),
    "25 % cropped": lambda image: _cropped(image, 0.25),
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
}


def _chosen(options: argparse.Namespace) -> list[tuple[Path, str]]:
    photos = _training_photos(options.data)
    draw = np.random.default_rng(0)
    return [photos[int(k)] for k in draw.permutation(len(photos))[: options.photos]]


def _training_photos(data: Path) -> list[tuple[Path, str]]:
    with (data / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["use"] == "train"]
    return [(data / row["path"], row["source"].partition("/")[0]) for row in rows]


def _pdq(image: Image.Image) -> str | None:
    found = perceptual_hash(read_image(image))
    return found["pdq"] if found["pdq_quality"] >= LEAST_QUALITY else None


def copies(options: argparse.Namespace) -> None:
    """Say how many copies hashes find."""
    chosen = _chosen(options)
    found, whole = dict.fromkeys(EDITS, 0), 0
    for path, _ in chosen:
        image = Image.open(path).convert("RGB")
        original = _pdq(image)
        if original is None:
            continue
        whole += 1
        index = HashIndex()
        index.add(packed([original]), np.zeros(1, np.int64))
        for name, edit in EDITS.items():
            copy = _pdq(edit(image))
            found[name] += copy is not None and len(index.near(packed([copy])).rows) > 0
    print(
        f"{whole:,} of {len(chosen):,} photos have a hash of quality {LEAST_QUALITY}; found of their copies:"
    )
    for name, count in found.items():
        print(f"  {name}: {count / whole:.1%}")


def others(options: argparse.Namespace) -> None:
    """Say how many photos of different owners hashes take for copies, and name them."""
    hashes, owners, paths = [], [], []
    for path, owner in _chosen(options):
        found = _pdq(Image.open(path).convert("RGB"))
        if found:
            hashes.append(found)
            owners.append(owner)
            paths.append(path.name)
    whose = np.unique(owners, return_inverse=True)[1]
    sizes = np.bincount(whose)
    pairs = (len(whose) ** 2 - int((sizes**2).sum())) // 2
    index = HashIndex()
    index.add(packed(hashes), np.arange(len(hashes)))
    near = index.near(packed(hashes))
    other = (near.rows < near.places) & (whose[near.rows] != whose[near.places])
    print(
        f"{int(other.sum()):,} of {pairs:,} pairs of photos of different owners are near: "
        f"{1e6 * other.sum() / pairs:.2f} a million, copies among them"
    )
    for row, place, bits in zip(near.rows[other], near.places[other], near.distances[other], strict=True):
        print(f"  {bits} bits: {owners[row]} {paths[row]}, {owners[place]} {paths[place]}")


def embeddings(options: argparse.Namespace) -> None:
    """Say how alike embeddings of copies, and of photos of different owners, are."""
    chosen = _chosen(options)
    classifier = Classifier(threads=1)
    images = [Image.open(path).convert("RGB") for path, _ in chosen]

    def embedded(image: Image.Image) -> np.ndarray:
        return classifier.judge_and_embed(read_image(image))[1]

    originals = np.stack([embedded(image) for image in images])
    whose = np.unique([owner for _, owner in chosen], return_inverse=True)[1]
    cosines = (originals @ originals.T)[whose[:, None] < whose]
    names = ", ".join(f"{cosine:g}" for cosine in COSINES)
    print(f"{len(chosen):,} photos embedded; share of copies with a cosine of at least {names}:")
    for name, edit in () if options.only_others else EDITS.items():
        copies = np.stack([embedded(edit(image)) for image in images])
        same = (copies * originals).sum(axis=1)
        print(f"  {name}: " + ", ".join(f"{np.mean(same >= cosine):.1%}" for cosine in COSINES))
    print(
        f"  of {len(cosines):,} pairs of different owners: "
        + ", ".join(f"{1e6 * np.mean(cosines >= cosine):.0f} a million" for cosine in COSINES)
    )


# --- how fast -------------------------------------------------------------------------------------------------------


def search_hashes(options: argparse.Namespace) -> None:
    """Measure a search among made-up hashes."""
    with tempfile.TemporaryDirectory() as scratch:
        _search_hashes(Path(scratch), options.hashes, np.random.default_rng(0))


def search_vectors(options: argparse.Namespace) -> None:
    """Measure a search among made-up embeddings."""
    with tempfile.TemporaryDirectory() as scratch:
        if options.blank:
            _search_blank(Path(scratch), options.vectors, options.size, np.random.default_rng(0))
            return
        _search_vectors(Path(scratch), options.vectors, options.size, np.random.default_rng(0))


def clusters(options: argparse.Namespace) -> None:
    """Measure clusters of a made-up scan."""
    with tempfile.TemporaryDirectory() as scratch:
        _cluster_rows(Path(scratch), options.rows, np.random.default_rng(0))


def _made_index(results: Path, arrays: dict[str, Any], rows: int, *, embeddings: bool) -> float:
    """Write an index as a scan of so many rows would have it; returns how many seconds loading takes."""
    import json

    part = {"number": 0, "rows": rows, "ids": "", "verdicts": {}, "errors": {}, "bytes": 0, "sha256": "x"}
    (results / "likeness").mkdir(parents=True, exist_ok=True)
    (results / "parts.jsonl").write_text(json.dumps(part) + "\n")
    (results / "scan.json").write_text(
        json.dumps({"schema": 2, "file_format": "parquet", "embeddings": embeddings, "wildvision": ""})
    )
    (results / "likeness/index.json").write_text(json.dumps({"schema": 1, "parts": [[0, rows, "x"]]}))
    for name in ("hashes", "hash_rows", "sketches", "vectors", "vector_rows", "mean"):
        if name in arrays:
            arrays[name].tofile(results / f"likeness/{name}.bin")
        else:
            (results / f"likeness/{name}.bin").touch()
    return time.perf_counter()


def _search_hashes(results: Path, count: int, draw: np.random.Generator) -> None:
    hashes = np.frombuffer(draw.bytes(32 * count), np.uint8).reshape(count, 32)
    started = _made_index(results, {"hashes": hashes, "hash_rows": np.arange(count)}, count, embeddings=False)
    index = SearchIndex(results)
    loaded = time.perf_counter() - started
    times, worked = [], []
    for row in draw.integers(count, size=20).tolist():
        query = hashes[row].copy()
        query[:3] ^= 0xFF  # 24 bits off
        found = _timed(lambda query=query: index.near(query.tobytes().hex()), times, worked)
        assert found == [(row, 24)]
    print(
        f"{count:,} hashes: loaded in {loaded:.1f} s, a search takes {_spread(times, worked)}; peak "
        f"{_peak_mb():,.0f} MB"
    )


def _search_vectors(results: Path, count: int, size: int, draw: np.random.Generator) -> None:
    """Search embeddings that are made as a network's are: not negative, around a thousand kinds of pictures.

    Twenty thousand are drawn; each later block has them weighted anew, number by number.
    """
    centres = draw.random((1000, size), np.float32) ** 3
    drawn = centres[draw.integers(1000, size=20_000)] * draw.random((20_000, size), np.float32)
    (results / "likeness").mkdir()
    mean = None
    files = {name: (results / f"likeness/{name}.part").open("wb") for name in ("sketches", "vectors")}
    for start in range(0, count, 20_000):
        rows = min(20_000, count - start)
        block = drawn[:rows] * draw.random(size, np.float32)
        block /= np.linalg.norm(block, axis=1, keepdims=True)
        mean = block.mean(axis=0) if mean is None else mean
        files["sketches"].write(np.packbits(block > mean, axis=1).tobytes())
        files["vectors"].write(block.astype(np.float16).tobytes())
    for file in files.values():
        file.close()
    _made_index(results, {"vector_rows": np.arange(count), "mean": mean}, count, embeddings=True)
    for name in files:
        (results / f"likeness/{name}.part").replace(results / f"likeness/{name}.bin")
    started = time.perf_counter()
    index = SearchIndex(results)
    loaded = time.perf_counter() - started
    vectors = np.memmap(results / "likeness/vectors.bin", np.float16, "r").reshape(count, size)
    times, worked, first, among = [], [], 0, 0
    queries = draw.integers(count, size=20).tolist()
    for row in queries:
        query = vectors[row].astype(np.float32) + draw.normal(0, 0.003, size).astype(np.float32)
        query /= np.linalg.norm(query)
        found = _timed(lambda query=query: index.like(query, 10), times, worked)
        first += found[0][0] == row
        if len(times) <= EXACT:
            among += len({number for number, _ in found} & _exact(vectors, query, 10))
    print(
        f"{count:,} embeddings of {size}: loaded in {loaded:.1f} s, a search takes {_spread(times, worked)}; the copy "
        f"comes first in {first} of {len(queries)}; of the ten most alike {among / 10 / EXACT:.0%} are found; "
        f"peak {_peak_mb():,.0f} MB"
    )


def _search_blank(results: Path, count: int, size: int, draw: np.random.Generator) -> None:
    """Search sketches that are drawn and embeddings that are zeros, which takes as long as any."""
    sketches = np.frombuffer(draw.bytes(count * size // 8), np.uint8)
    arrays = {"sketches": sketches, "vector_rows": np.arange(count), "mean": np.zeros(size, np.float32)}
    started = _made_index(results, arrays, count, embeddings=True)
    with (results / "likeness/vectors.bin").open("wb") as file:
        file.truncate(2 * count * size)
    index = SearchIndex(results)
    loaded = time.perf_counter() - started
    times, worked = [], []
    for _ in range(20):
        query = draw.normal(0, 1, size).astype(np.float32)
        _timed(lambda query=query: index.like(query, 10), times, worked)
    print(
        f"{count:,} blank embeddings of {size}: loaded in {loaded:.1f} s, a search takes {_spread(times, worked)}; "
        f"peak {_peak_mb():,.0f} MB"
    )


def _timed(search: Callable[[], Any], times: list[float], worked: list[float]) -> Any:
    started, began = time.perf_counter(), time.process_time()
    found = search()
    times.append(time.perf_counter() - started)
    worked.append(time.process_time() - began)
    return found


def _spread(times: list[float], worked: list[float]) -> str:
    clock, core = 1e3 * np.array(times), 1e3 * np.array(worked)
    return (
        f"{np.median(clock):.0f} ms by the clock, at most {clock.max():.0f}; {np.median(core):.0f} ms of one core, at "
        f"most {core.max():.0f}"
    )


def _exact(vectors: np.ndarray, query: np.ndarray, count: int) -> set[int]:
    cosines = np.concatenate(
        [
            vectors[start : start + 50_000].astype(np.float32) @ query
            for start in range(0, len(vectors), 50_000)
        ]
    )
    return {int(row) for row in np.argpartition(-cosines, count)[:count]}


def _cluster_rows(results: Path, count: int, draw: np.random.Generator) -> None:
    folder = ScanFolder(results)
    facts = {"schema": 2, "file_format": "parquet", "embeddings": False, "wildvision": ""}
    folder.describe_run(facts)
    kept: list[str] = []
    for number in range(count // 1000):
        rows = []
        for place in range(1000):
            if kept and draw.random() < 0.3:  # a copy of one before, some bits off
                bits = int(kept[int(draw.integers(len(kept)))], 16)
                for bit in draw.integers(256, size=15).tolist():
                    bits ^= 1 << bit
                pdq = f"{bits:064x}"
            else:
                pdq = draw.bytes(32).hex()
                kept.append(pdq)
            rows.append(
                Row(
                    id=f"shop-{place % 40}/{number}-{place}.jpg",
                    sha256=draw.bytes(32).hex(),
                    pdq=pdq,
                    pdq_quality=99,
                )
            )
        folder.commit(number, rows, (), None)
    before, started = _peak_mb(), time.process_time()
    found = find_clusters(results)
    seconds = time.process_time() - started
    print(
        f"{count:,} rows: {len(found):,} clusters of {sum(len(one.members) for one in found):,} images, the largest of "
        f"{len(found[0].members)}, in {seconds:.1f} s of one core; peak {_peak_mb() - before:,.0f} MB above "
        f"{before:,.0f} MB"
    )
    hashes = np.concatenate([part_hashes(folder, part.number)[0] for part in folder.parts])
    started = time.process_time()
    groups = grouped([Prints("", one.tobytes().hex()) for one in hashes])
    print(
        f"  grouping alone: {len(groups):,} groups in {time.process_time() - started:.1f} s; near is {NEAR} bits"
    )


_MEASURES: dict[str, Callable[[argparse.Namespace], None]] = {
    "copies": copies,
    "others": others,
    "embeddings": embeddings,
    "hashes": search_hashes,
    "vectors": search_vectors,
    "clusters": clusters,
    "published": published,
}


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


if __name__ == "__main__":
    main()
