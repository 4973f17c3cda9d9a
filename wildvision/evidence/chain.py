"""A chain of records: each entry holds the digest of the one before, so that none can be changed, removed or moved.

The last entry's digest, the head, stands for all of them; a signature of the head, with Ed25519 (RFC 8032), says whose
they are.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from wildvision.errors import EvidenceError
from wildvision.evidence.canonical import canonical, digest

START = "0" * 64
"""What the first entry holds as the digest of the one before."""


def chained(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return records as entries of a chain."""
    entries: list[dict[str, Any]] = []
    previous = START
    for number, record in enumerate(records, 1):
        entry = {"number": number, "previous": previous, "record": record}
        previous = digest(entry)
        entries.append({**entry, "sha256": previous})
    return entries


def head_of(entries: Sequence[dict[str, Any]]) -> str:
    """Return the digest that stands for a whole chain."""
    return entries[-1]["sha256"] if entries else START


def faults(entries: Sequence[dict[str, Any]]) -> list[str]:
    """Return what is wrong with a chain, entry by entry; nothing: it is as it was written."""
    found: list[str] = []
    previous = START
    for number, entry in enumerate(entries, 1):
        said = entry.get("sha256")
        without = {name: value for name, value in entry.items() if name != "sha256"}
        if digest(without) != said:
            found.append(f"entry {number}: its record or its place was changed after it was written")
        if entry.get("number") != number or entry.get("previous") != previous:
            found.append(
                f"entry {number}: it does not follow the one before; an entry was removed, added or moved"
            )
        previous = str(said)
    return found


def sign(head: str, key_file: Path, password: bytes | None = None) -> dict[str, str]:
    """Sign the head of a chain.

    Args:
        head: Hex.
        key_file: An Ed25519 private key as PEM, such as ``openssl genpkey -algorithm ed25519`` makes.
        password: Of the key; None: it has none.

    Returns:
        Signature and public key, base64, and the algorithm.

    Raises:
        EvidenceError: The file holds no such key, or the password is wrong.
    """
    try:
        key = serialization.load_pem_private_key(key_file.read_bytes(), password)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise EvidenceError(
            f"expected an Ed25519 private key as PEM in {key_file}, found: {error}"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise EvidenceError(f"expected an Ed25519 private key in {key_file}, found one of another algorithm")
    return {
        "algorithm": "Ed25519",
        "signature": base64.b64encode(key.sign(_signed(head))).decode(),
        "public_key": base64.b64encode(key.public_key().public_bytes_raw()).decode(),
    }


def is_signed(head: str, signature: dict[str, Any]) -> bool:
    """Whether a signature is that of its public key on the head of a chain."""
    try:
        key = Ed25519PublicKey.from_public_bytes(
            base64.b64decode(str(signature.get("public_key")), validate=True)
        )
        key.verify(base64.b64decode(str(signature.get("signature")), validate=True), _signed(head))
    except (InvalidSignature, ValueError):
        return False
    return True


def _signed(head: str) -> bytes:
    return canonical({"wildvision": "head of an evidence chain", "sha256": head})


def fingerprint(public_key: str) -> str:
    """Return the SHA-256 of a public key, hex, for a person to compare."""
    return hashlib.sha256(base64.b64decode(public_key)).hexdigest()
