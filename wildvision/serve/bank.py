"""Banks of known pictures: PDQ hashes with a name each, which ``/v1/hash`` looks in.

A bank is a text file: 64 hexadecimal digits a line, then what the picture is known as. Near is what the reference says
(`wildvision.archive.near_duplicates`): at most 31 bits of 256 differ, and the quality is at least 50.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from wildvision.archive.near_duplicates import LEAST_QUALITY, NEAR
from wildvision.errors import ServiceError

_LINE = re.compile(r"([0-9a-fA-F]{64})(?:[\s,]+(\S.*))?")
_MOST = 100  # matches in an answer


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A known picture that looks the same.

    Attributes:
        name: What it is known as.
        pdq: Its hash, hex.
        distance: Bits of 256 in which the hashes differ.
    """

    name: str
    pdq: str
    distance: int


class Hashed(msgspec.Struct, frozen=True, kw_only=True):
    """What a picture is known by, and which known pictures it looks like.

    Attributes:
        schema: Version of the form.
        sha256: Of the bytes, hex.
        pdq: Perceptual hash (Facebook 2019), hex, 256 bits; None where the service runs without ``pdqhash``.
        pdq_quality: 0 to 100; below 50 the hash says too little and is not looked up.
        matches: The nearest first, at most 100; None where the service has no bank.
    """

    schema: int
    sha256: str
    pdq: str | None
    pdq_quality: int | None
    matches: tuple[Match, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Bank:
    """Known pictures.

    Attributes:
        hashes: Shape (N, 4), uint64: 256 bits a row.
        names: N.
    """

    hashes: NDArray[np.uint64]
    names: tuple[str, ...]

    def look_up(self, hashed: Hashed) -> Hashed:
        """Return the same with what it matches."""
        if hashed.pdq is None or (hashed.pdq_quality or 0) < LEAST_QUALITY:
            return msgspec.structs.replace(hashed, matches=())
        own = np.frombuffer(bytes.fromhex(hashed.pdq), np.uint64)
        distances: NDArray[np.intp] = np.bitwise_count(self.hashes ^ own).sum(axis=1, dtype=np.intp)  # (N,)
        near: NDArray[np.intp] = np.flatnonzero(distances <= NEAR)
        nearest: list[int] = near[np.argsort(distances[near], kind="stable")][:_MOST].tolist()
        found = (
            Match(name=self.names[i], pdq=self.hashes[i].tobytes().hex(), distance=int(distances[i]))
            for i in nearest
        )
        return msgspec.structs.replace(hashed, matches=tuple(found))


def open_bank(path: Path) -> Bank:
    """Read a bank.

    Raises:
        ServiceError: The file cannot be read, or a line is no hash.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise ServiceError(f"expected a bank of hashes, found: {error}") from error
    hashes, names = bytearray(), list[str]()
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise ServiceError(
                f"{path}, line {number}: expected 64 hexadecimal digits and a name, found {line[:80]!r}"
            )
        hashes += bytes.fromhex(found[1])
        names.append(found[2] or "")
    return Bank(np.frombuffer(bytes(hashes), np.uint64).reshape(-1, 4), tuple(names))
