"""API keys: kept as hashes, compared in constant time.

A file of keys has a line ``NAME SHA256`` for each. A key has 256 random bits, so that a plain digest keeps it: there is
nothing to guess, as there is in a password.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from wildvision.errors import RequestError, ServiceError

_LINE = re.compile(r"(?P<name>[A-Za-z0-9._-]{1,64})\s+(?P<digest>[0-9a-f]{64})")
_PREFIX = "wv_"  # so that a search for leaked keys finds them


class Keys:
    """Who may ask.

    Args:
        digests: SHA-256 (hex) of each key, by the name of who has it.
    """

    def __init__(self, digests: Mapping[str, str]) -> None:
        self._digests = dict(digests)

    def name(self, headers: Mapping[str, str]) -> str:
        """Return the name of the key that a request shows.

        Args:
            headers: ``Authorization: Bearer KEY`` or ``X-API-Key: KEY``; or ``Authorization: Basic`` with the key as
                the password, which is all that some callers can send.

        Raises:
            RequestError: It shows none, or one that is not known.
        """
        shown = headers.get("x-api-key") or _authorized(headers.get("authorization", ""))
        digest = hashlib.sha256(shown.encode("utf-8", "surrogateescape")).hexdigest()
        found = [name for name, known in self._digests.items() if hmac.compare_digest(digest, known)]
        if not shown or not found:
            raise RequestError(
                "expected a key of this service in the header Authorization: Bearer or X-API-Key, found "
                f"{'one that is not known' if shown else 'none'}",
                status=401,
            )
        return found[0]


def _authorized(authorization: str) -> str:
    """Return the key of the header Authorization; empty: it has none."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(token, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def new_key(name: str) -> tuple[str, str]:
    """Return a new key, and the line that lets it in.

    Raises:
        ServiceError: The name has other characters than letters, digits, dots, dashes and underscores.
    """
    key = _PREFIX + secrets.token_urlsafe(32)
    line = f"{name} {hashlib.sha256(key.encode()).hexdigest()}"
    if not _LINE.fullmatch(line):
        raise ServiceError(f"expected a name of 1 to 64 letters, digits, '.', '-' or '_', found {name!r}")
    return key, line


def read_keys(path: Path) -> Keys:
    """Read a file of keys.

    Raises:
        ServiceError: It cannot be read, a line is malformed or a name occurs twice, or there is none.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise ServiceError(f"expected a file of keys, found: {error}") from error
    digests: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None or found["name"] in digests:
            raise ServiceError(
                f"{path}, line {number}: expected a new name and a SHA-256, as `wildvision serve --new-key NAME` "
                "prints them"
            )
        digests[found["name"]] = found["digest"]
    if not digests:
        raise ServiceError(f"expected at least one key in {path}, found none; nobody could ask")
    return Keys(digests)
