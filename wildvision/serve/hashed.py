"""What a picture is known by, as ``/v1/hash`` answers: its hashes, and what a bank knows of it."""

from __future__ import annotations

import hashlib

import msgspec

from wildvision.archive.likeness.banks import Opinion
from wildvision.archive.likeness.known import Known
from wildvision.archive.rows import perceptual_hash
from wildvision.pixels import DecodedImage
from wildvision.results import RESULT_SCHEMA


class KnownAs(msgspec.Struct, frozen=True, kw_only=True):
    """What a bank says of a picture: of equal bytes, else of the nearest hash.

    Attributes:
        said: Category ids and other tags, or the name of the bank.
        opinion: ``NEGATIVE_CLASS`` means that somebody found no product in it.
        distance: Bits of 256 in which the hashes differ, 0 to 31.
    """

    said: str
    opinion: Opinion
    distance: int


class Hashed(msgspec.Struct, frozen=True, kw_only=True):
    """What a picture is known by.

    Attributes:
        schema: Version of the form.
        sha256: Of the bytes, hex.
        pdq: Perceptual hash (Facebook 2019), hex, 256 bits; None where the service runs without ``pdqhash``.
        pdq_quality: 0 to 100; below 50 the hash says too little and is not looked up.
        known: What the service's bank says of it; None: nothing, or there is no bank.
    """

    schema: int
    sha256: str
    pdq: str | None
    pdq_quality: int | None
    known: KnownAs | None = None


def hashed(content: bytes, image: DecodedImage, bank: Known | None) -> Hashed:
    """Return what a picture is known by.

    Args:
        content: Its bytes.
        image: The same decoded, as a scan decodes it.
        bank: Known pictures; None: there are none.
    """
    looks = perceptual_hash(image)
    sha256, pdq, quality = hashlib.sha256(content).hexdigest(), looks.get("pdq"), looks.get("pdq_quality")
    match = bank.match(sha256, pdq, quality) if bank else None
    known = match and KnownAs(said=match.said, opinion=match.opinion, distance=match.distance)
    return Hashed(schema=RESULT_SCHEMA, sha256=sha256, pdq=pdq, pdq_quality=quality, known=known)
