"""Records that a step leaves in a run's folder for the next ones: one way to write them, one way to read them."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self, TypeVar

import msgspec

from training.errors import TrainingError
from training.files import replace_file


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What a step decided or measured, kept as one JSON file.

    Attributes:
        TITLE: What a message calls it, with its article.
        STEP: The command that writes it.
    """

    TITLE: ClassVar[str]
    STEP: ClassVar[str]

    def to_json(self) -> bytes:
        """Return the content of its file."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Rebuild what `to_json` returned.

        Raises:
            msgspec.MsgspecError: It is no JSON, or a field is missing, unknown or wrong.
        """
        return msgspec.json.decode(content, type=cls)


AnyRecord = TypeVar("AnyRecord", bound=Record)


def write_record(record: Record, path: Path) -> None:
    """Write a record in the place of an older one, whole or not at all; its folder is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, record.to_json())


def read_record(kind: type[AnyRecord], path: Path) -> AnyRecord:
    """Read what `write_record` wrote.

    Raises:
        TrainingError: It is missing or malformed; the message names the command that writes it.
    """
    try:
        return kind.from_json(path.read_bytes())
    except (OSError, msgspec.MsgspecError) as error:
        raise TrainingError(
            f"expected {kind.TITLE} at {path}, found: {error}; run python -m {kind.STEP}"
        ) from error
