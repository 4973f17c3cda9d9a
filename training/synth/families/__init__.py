"""The families: one file each, found by name; see `training.synth.family` for the protocol."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from training.synth.family import Family


@functools.cache
def family_names() -> tuple[str, ...]:
    """Return the names of all families, in alphabetical order."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


@functools.cache
def load_family(name: str) -> Family:
    """Return the family of that name.

    Raises:
        ValueError: There is none.
    """
    if name not in family_names():
        raise ValueError(f"there is no family {name!r}; there are {', '.join(family_names())}")
    return importlib.import_module(f"{__name__}.{name}").FAMILY
