"""A sketch of the photos that taught a model: their perceptual hashes, so that a model knows what it has seen.

``training-photos.pdq`` in the model directory holds 32 bytes a photo, sorted, its digest in the manifest. A PDQ hash
keeps the rough pattern of light and dark of a picture, 16 x 16 of its lowest frequencies as one bit each: no picture
can be made of it that shows a person or a text, but whoever has a photo can tell that it, or a copy, was there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wildvision.errors import ChecksumError
from wildvision.manifest import FileRecord, Manifest

FILE = "training-photos.pdq"
HASH_BYTES = 32
NEAR = 31
"""Bits of 256 in which near-duplicates differ at most (the PDQ reference's recommended threshold)."""
LEAST_QUALITY = 50
"""Of a PDQ hash that means something, by the same reference."""
BLOCK = 256  # photos compared at once with all of the sketch: some 8 MB for 7,400 photos

Hashes = NDArray[np.uint8]


def write_sketch(hashes: Iterable[bytes], directory: Path) -> FileRecord:
    """Write the sketch of a model directory.

    Args:
        hashes: PDQ, 32 bytes a photo, of photos with enough detail; their order is not kept.
        directory: Of the model.

    Returns:
        What the manifest says of the file, to be put under `FILE` into `Manifest.files`.
    """
    content = pack_sketch(hashes)
    (directory / FILE).write_bytes(content)
    return FileRecord(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def pack_sketch(hashes: Iterable[bytes]) -> bytes:
    """Return the content of a sketch."""
    return b"".join(sorted(set(hashes)))


def read_sketch(directory: Path, manifest: Manifest) -> Hashes | None:
    """Read the sketch of a model, shape (M, 32), uint8; None: the model has none.

    Raises:
        ChecksumError: It is not the one that the manifest describes.
    """
    record = manifest.files.get(FILE)
    if record is None:
        return None
    try:
        content = (directory / FILE).read_bytes()
    except OSError as error:
        raise ChecksumError(f"expected a readable {FILE}, found: {error}", model=manifest.id) from error
    if hashlib.sha256(content).hexdigest() != record.sha256 or len(content) % HASH_BYTES:
        raise ChecksumError(
            f"expected the {FILE} that the manifest describes, found another; install the model again",
            model=manifest.id,
        )
    return np.frombuffer(content, np.uint8).reshape(-1, HASH_BYTES)


def seen(hashes: Hashes, sketch: Hashes, *, bits: int = NEAR) -> NDArray[np.bool_]:
    """Return which photos, or near-duplicates of them, are in a sketch, shape (N,).

    Args:
        hashes: Shape (N, 32), uint8; all zeros: unknown, and never seen.
        sketch: Shape (M, 32), uint8.
        bits: The largest distance, 0 to 256.
    """
    found = np.zeros(len(hashes), np.bool_)
    if not len(sketch):
        return found
    known = np.unpackbits(sketch, axis=1).astype(np.float32)
    for start in range(0, len(hashes), BLOCK):
        rows = np.unpackbits(hashes[start : start + BLOCK], axis=1).astype(np.float32)
        # Bits set in one, in the other and in both give those that differ.
        differ = rows.sum(1)[:, None] + known.sum(1)[None] - 2 * rows @ known.T
        found[start : start + BLOCK] = (differ <= bits).any(axis=1)
    return found & hashes.any(axis=1)
