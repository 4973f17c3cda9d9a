"""Perceptual hashes: which photos are the same picture (PDQ, Facebook 2019)."""

from __future__ import annotations

import functools
import importlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wildvision.adapt.sketch import LEAST_QUALITY, NEAR

UInt8Array = NDArray[np.uint8]


def perceptual_hash(pixels: UInt8Array) -> bytes:
    """Return the PDQ hash of an image, 32 bytes; zeros without ``pdqhash``, or where it would say too little."""
    compute = _pdq()
    if compute is None:
        return bytes(32)
    bits, quality = compute(np.ascontiguousarray(pixels))
    return np.packbits(np.asarray(bits, bool)).tobytes() if quality >= LEAST_QUALITY else bytes(32)


def can_compare() -> bool:
    """Whether near-duplicates can be found: ``pdqhash``, of the extra ``scan``, is installed."""
    return _pdq() is not None


@functools.cache
def _pdq() -> Any:
    try:
        return importlib.import_module("pdqhash").compute
    except ImportError:
        return None


def _distances(one: UInt8Array, others: UInt8Array) -> NDArray[np.intp]:
    return np.unpackbits(one ^ others, axis=1).sum(axis=1, dtype=np.intp)


def alike(hashes: UInt8Array, *, bits: int = NEAR) -> NDArray[np.intp]:
    """Number, shape (N,), photos that look the same, directly or through others, with the same number.

    Args:
        hashes: Shape (N, 32), PDQ; all zeros: no hash, and like none.
        bits: The largest distance of 256.
    """
    group = np.arange(len(hashes))
    for row in np.flatnonzero(hashes.any(axis=1)):
        near = _distances(hashes[row], hashes) <= bits
        near &= hashes.any(axis=1)
        numbers = np.unique(group[near])
        group[np.isin(group, numbers)] = numbers.min()
    return np.unique(group, return_inverse=True)[1].astype(np.intp)
