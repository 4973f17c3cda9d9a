"""Canonical JSON (RFC 8785) and its digest: the same value gives the same bytes everywhere."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785

from wildvision.errors import EvidenceError


def canonical(value: Any) -> bytes:
    """Return a value as canonical JSON.

    Raises:
        EvidenceError: It has something that JSON cannot hold exactly, such as NaN or a whole number above 2^53.

    >>> canonical({"b": 1.0, "a": "é"}).decode()
    '{"a":"é","b":1}'
    """
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, TypeError, ValueError, RecursionError) as error:
        raise EvidenceError(f"expected a value that canonical JSON can hold, found: {error}") from error


def digest(value: Any) -> str:
    """Return the SHA-256 of a value's canonical JSON, hex."""
    return hashlib.sha256(canonical(value)).hexdigest()
