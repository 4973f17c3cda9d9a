"""Files that are there whole or not at all, even when the process is killed or the machine stops."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import IO


def replace_file(path: Path, content: bytes) -> None:
    """Write a file, in the place of an older one: a reader sees the old or the new, never half."""
    replace_file_with(path, lambda file: file.write(content))


def replace_file_with(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Do the same for content that is written to an open file, by way of a temporary one beside it."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
