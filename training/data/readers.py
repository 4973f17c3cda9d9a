"""The library's readers of labelled photos (`wildvision.adapt.inputs`), whose refusals are errors of training."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from training.errors import DatasetError
from wildvision.adapt.inputs import folders, readers
from wildvision.adapt.inputs.listing import Listing
from wildvision.errors import LabelError


def read_inputs(inputs: Sequence[Path]) -> Listing:
    """Read all inputs, in any order, into one listing sorted by path.

    Raises:
        DatasetError: There is no input, one is of no known kind, or its rows are malformed (all are named).
    """
    with _refusals():
        return readers.read_inputs(inputs)


def read_input(path: Path, *, labelled: bool = True) -> Listing:
    """Read one input; see `wildvision.adapt.inputs.readers.read_input`.

    Raises:
        DatasetError: It is missing, of no known kind, or its rows are malformed (all are named).
    """
    with _refusals():
        return readers.read_input(path, labelled=labelled)


def list_folder(root: Path) -> folders.Folder:
    """List all files below a folder; see `wildvision.adapt.inputs.folders.list_folder`.

    Raises:
        DatasetError: A folder cannot be listed; all of them are named.
    """
    with _refusals():
        return folders.list_folder(root)


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except LabelError as error:
        raise DatasetError(str(error)) from error
