"""Random draws that become recorded scene parameters: plain numbers, words and lists, the same for a seed."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from training.synth.kit.geometry import Numbers

Parameters = dict[str, Any]
"""What was drawn, as JSON values: numbers, words, lists and objects of them."""

Item = TypeVar("Item")

_DIGITS = 5  # enough to rebuild the scene, short enough for a manifest


class Draws:
    """Draws of one scene, or of one part of it; equal seeds and names draw equal values.

    Args:
        seed: The seed of the run, 0 or more.
        path: What the draws are for, outermost first: ``("rhino_horn", 17, "camera")``. Each path has a
            stream of its own, so a new draw for the camera moves nothing else in the scene.
    """

    def __init__(self, seed: int, path: Sequence[str | int]) -> None:
        self._seed, self._path = seed, tuple(path)
        words = [zlib.crc32(part.encode()) if isinstance(part, str) else part for part in path]
        self._rng = np.random.default_rng([seed, *words])

    def part(self, name: str) -> Draws:
        """Return the independent stream of a named part of the scene."""
        return Draws(self._seed, (*self._path, name))

    def uniform(self, low: float, high: float) -> float:
        """Return a number from ``low`` to ``high``."""
        return _rounded(self._rng.uniform(low, high))

    def log_uniform(self, low: float, high: float) -> float:
        """Return a number from ``low`` to ``high``, each ratio as likely as any other."""
        return _rounded(np.exp(self._rng.uniform(np.log(low), np.log(high))))

    def normal(self, mean: float, deviation: float, low: float = -np.inf, high: float = np.inf) -> float:
        """Return a normal number, clipped to ``low`` and ``high``."""
        return _rounded(np.clip(self._rng.normal(mean, deviation), low, high))

    def integer(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both included."""
        return int(self._rng.integers(low, high + 1))

    def chance(self, probability: float) -> bool:
        """Return True with that probability."""
        return bool(self._rng.random() < probability)

    def choice(self, items: Sequence[Item]) -> Item:
        """Return one of the items."""
        return items[int(self._rng.integers(len(items)))]

    def weighted(self, weights: Mapping[str, float]) -> str:
        """Return one of the names, as often as its weight says."""
        shares = np.array(list(weights.values()), dtype=np.float64)
        return list(weights)[int(self._rng.choice(len(shares), p=shares / shares.sum()))]

    def colour(self, base: Numbers, *, value: float = 0.2, tint: float = 0.06) -> tuple[float, float, float]:
        """Return a linear RGB colour near ``base``: brighter or darker by ``value``, channels apart by ``tint``."""
        shade = self._rng.uniform(1 - value, 1 + value) * self._rng.uniform(1 - tint, 1 + tint, 3)
        red, green, blue = (_rounded(c) for c in np.clip(np.asarray(base) * shade, 0.0, 1.0))
        return red, green, blue

    def seed(self) -> int:
        """Return a seed for details that are too many to record one by one."""
        return int(self._rng.integers(2**31))


def _rounded(value: float) -> float:
    return float(f"{float(value):.{_DIGITS}g}")
