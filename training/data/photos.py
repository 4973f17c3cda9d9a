"""Files of photos, each looked at once: does it decode, what is its digest, what does it look like to PDQ.

Results are kept in a small SQLite file, so that a second run only looks at files that changed.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import pdqhash
import PIL

from training.data.listing import ListedPhoto, Rejected
from training.fingerprint import code_digest
from wildvision.errors import ImageError
from wildvision.images import UInt8Image, read_image

# PDQ averages a photo down to 64 px itself; more pixels than these only cost time.
_DECODE_SIDE = 512
_COMMIT_EVERY = 256


class Photo(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What one readable file is.

    Attributes:
        sha256: Digest of the file, hex.
        width: In px, upright.
        height: In px, upright.
        pdq: PDQ hash, 32 bytes (Facebook 2019, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing
            Algorithm").
        mirrored: PDQ hash of the photo flipped left to right.
        quality: PDQ's own, 0 (blank) to 100.
    """

    sha256: str
    width: int
    height: int
    pdq: bytes
    mirrored: bytes
    quality: int


class ExaminedPhoto(NamedTuple):
    """A photo that can be read, and what its input says about it."""

    row: ListedPhoto
    photo: Photo


def examine_rows(
    rows: Sequence[ListedPhoto], *, index: Path, threads: int, advance: Callable[[int], object] = int
) -> tuple[list[ExaminedPhoto], list[Rejected]]:
    """Read every photo and mask; the arguments are those of `examine`.

    Returns:
        The photos that can be read, without masks that cannot be used, and all that cannot be used.
    """
    found = examine(listed_files(rows), index=index, threads=threads, advance=advance)
    rejected = [result for result in found.values() if isinstance(result, Rejected)]
    items = []
    for row in rows:
        photo, mask = found[row.path], found[row.mask] if row.mask else None
        if isinstance(photo, Photo):
            if isinstance(mask, Photo) and row.mask and not _fits(mask, photo):
                rejected.append(_mask_of_other_size(row.mask, mask, photo))
                mask = None
            items.append(
                ExaminedPhoto(
                    row if isinstance(mask, Photo) else msgspec.structs.replace(row, mask=None), photo
                )
            )
    return items, sorted(rejected, key=lambda entry: (entry.path, entry.message))


def listed_files(rows: Iterable[ListedPhoto]) -> list[Path]:
    """Return every photo and mask once."""
    return list(dict.fromkeys(path for row in rows for path in (row.path, row.mask) if path))


def _fits(mask: Photo, photo: Photo) -> bool:
    return (mask.width, mask.height) == (photo.width, photo.height)


def _mask_of_other_size(path: Path, mask: Photo, photo: Photo) -> Rejected:
    message = f"expected a mask of {photo.width} x {photo.height} px, as its photo, found {mask.width} x {mask.height}"
    return Rejected(path=path, error="MaskSize", message=message)


def examine(
    paths: Iterable[Path], *, index: Path, threads: int, advance: Callable[[int], object] = int
) -> dict[Path, Photo | Rejected]:
    """Read every file, or remember it from the last time.

    Args:
        paths: Files; one that is listed twice is read once.
        index: SQLite file that remembers; made anew where it is missing or damaged.
        threads: Files decoded at once.
        advance: Called with the number of files done since the last call.

    Returns:
        For each file what it is, or why it cannot be used.
    """
    wanted = list(dict.fromkeys(paths))
    with closing(_open_index(index)) as connection:
        known = _recall(connection, wanted)
        advance(len(known))
        missing = [path for path in wanted if path not in known]
        with ThreadPoolExecutor(threads) as pool:
            for start in range(0, len(missing), _COMMIT_EVERY):
                part = missing[start : start + _COMMIT_EVERY]
                known |= _examine_part(part, pool, connection, advance)
    return {path: known[path] for path in wanted}


def examine_file(path: Path) -> Photo | Rejected:
    """Read one file.

    Returns:
        What it is, or why it cannot be used; nothing is raised for a file that is no usable image.
    """
    try:
        image = read_image(path, decode_side=_DECODE_SIDE)
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except (ImageError, OSError) as error:
        return Rejected(path=path, error=type(error).__name__, message=str(error))
    pdq, quality = _pdq(image.pixels)
    mirrored, _ = _pdq(image.pixels[:, ::-1])
    return Photo(
        sha256=sha256, width=image.width, height=image.height, pdq=pdq, mirrored=mirrored, quality=quality
    )


def _pdq(pixels: UInt8Image) -> tuple[bytes, int]:
    bits, quality = pdqhash.compute(np.ascontiguousarray(pixels))
    return np.packbits(bits).tobytes(), int(quality)


# --- what is remembered -----------------------------------------------------------------------------------

_TABLE = (
    "CREATE TABLE IF NOT EXISTS photos "
    "(path TEXT PRIMARY KEY, size INTEGER, changed INTEGER, examiner TEXT, found BLOB)"
)


def _examiner() -> str:
    """Name what looks at files: a kept result holds as long as the file and this are the same."""
    return f"Pillow {PIL.__version__} pdqhash {pdqhash.__version__} {code_digest('photos')}"


def _open_index(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    try:
        connection.execute(_TABLE)
        connection.execute("SELECT path, size, changed, examiner, found FROM photos LIMIT 1").fetchone()
    except sqlite3.DatabaseError:  # it only saves time, so a damaged one is no loss
        connection.close()
        path.unlink(missing_ok=True)
        connection = sqlite3.connect(path)
        connection.execute(_TABLE)
    return connection


def _recall(connection: sqlite3.Connection, paths: Sequence[Path]) -> dict[Path, Photo | Rejected]:
    rows = connection.execute(
        "SELECT path, size, changed, found FROM photos WHERE examiner = ?", (_examiner(),)
    )
    kept = {path: (size, changed, found) for path, size, changed, found in rows}
    decoder = msgspec.msgpack.Decoder(Photo | Rejected, dec_hook=lambda kind, value: kind(value))
    known: dict[Path, Photo | Rejected] = {}
    for path in paths:
        size, changed, found = kept.get(str(path), (None, None, b""))
        if size is not None and _stamp(path) == (size, changed):
            known[path] = decoder.decode(found)
    return known


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns


def _examine_part(
    paths: Sequence[Path],
    pool: ThreadPoolExecutor,
    connection: sqlite3.Connection,
    advance: Callable[[int], object],
) -> dict[Path, Photo | Rejected]:
    stamps = [
        _stamp(path) for path in paths
    ]  # taken before reading: a file that changes meanwhile is read again
    found: dict[Path, Photo | Rejected] = {}
    for path, result in zip(paths, pool.map(examine_file, paths), strict=True):
        found[path] = result
        advance(1)
    encoder = msgspec.msgpack.Encoder(enc_hook=str)
    rows = [
        (str(path), *stamp, _examiner(), encoder.encode(found[path]))
        for path, stamp in zip(paths, stamps, strict=True)
        if stamp is not None
    ]
    with connection:
        connection.executemany("INSERT OR REPLACE INTO photos VALUES (?, ?, ?, ?, ?)", rows)
    return found
