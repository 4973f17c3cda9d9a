"""Claims on images: which row of a run first had which bytes, so that equal images are decoded once.

The processes of a run share them through a temporary SQLite database, which survives a process that dies and keeps no
memory. Nothing of it has to outlive the run.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from wildvision.errors import ScanError

_WAIT_S = 60.0  # for another process that writes at the moment


class Claims:
    """Keys of rows by the SHA-256 of their images.

    Where the database cannot be used, for the disk is full, say, nothing is claimed and every image is decoded.

    Args:
        path: Of the database, on a local disk; made if need be.
    """

    def __init__(self, path: Path) -> None:
        self._claims = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False)
        with contextlib.suppress(sqlite3.Error):
            self._claims.execute("PRAGMA journal_mode = WAL")
            self._claims.execute("PRAGMA synchronous = OFF")  # it is thrown away after the run
            self._claims.execute(
                "CREATE TABLE IF NOT EXISTS claims (sha256 BLOB PRIMARY KEY, key INTEGER) WITHOUT ROWID"
            )

    def close(self) -> None:
        """Close the database."""
        self._claims.close()

    def add(self, digests: Mapping[str, int]) -> None:
        """Claim many images at once for the rows that have them, unless others do."""
        values = ((bytes.fromhex(sha256), key) for sha256, key in digests.items())
        with contextlib.suppress(sqlite3.Error):
            self._claims.execute("BEGIN")
            self._claims.executemany("INSERT OR IGNORE INTO claims VALUES (?, ?)", values)
            self._claims.execute("COMMIT")

    def first(self, sha256: str, key: int) -> int:
        """Claim an image for a row unless another has it; returns the key of the row that has it."""
        digest = bytes.fromhex(sha256)
        with contextlib.suppress(sqlite3.Error):
            self._claims.execute("INSERT OR IGNORE INTO claims VALUES (?, ?)", (digest, key))
            found = self._claims.execute("SELECT key FROM claims WHERE sha256 = ?", (digest,)).fetchone()
            return int(found[0])
        return key

    def give(self, sha256: str, key: int) -> None:
        """Claim an image for a row whoever has it.

        Raises:
            ScanError: The database cannot be written.
        """
        try:
            self._claims.execute("INSERT OR REPLACE INTO claims VALUES (?, ?)", (bytes.fromhex(sha256), key))
        except sqlite3.Error as error:
            raise ScanError(
                f"expected room in the temporary folder, found: {error}; make some, and run the same command again"
            ) from error
