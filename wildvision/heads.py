"""Heads that were taught beside a network: one row of weights a category, applied to the network's pooled features.

``heads.npz`` in a model directory holds them, named with its digest in the manifest. The network's file stays what it
was, so that models taught from one release share its bytes, and all categories that were not taught keep their answers
bit for bit.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wildvision.errors import ManifestError

HEADS_FILE = "heads.npz"
MAX_BYTES = 256 * 1024 * 1024  # unpacked; a background has 8 MB, a head 8 kB

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heads:
    """E taught categories.

    Attributes:
        weights: Shape (E, D), float32.
        bias: Shape (E,), float32.
        columns: Of each taught category, its place among the model's categories; those of the network keep the places
            before them, but for the ones that are replaced.
    """

    weights: FloatArray
    bias: FloatArray
    columns: tuple[int, ...]

    def join(self, logits: FloatArray, features: FloatArray) -> FloatArray:
        """Return logits, shape (N, K), from those of the network and the features, shape (N, D)."""
        return self._placed(logits, features @ self.weights.T + self.bias)

    def join_maps(self, cam: FloatArray, shares: FloatArray) -> FloatArray:
        """Return maps, shape (N, K, h, w), from those of the network and the shares, shape (N, D, h, w)."""
        return self._placed(cam, np.einsum("ed,ndhw->nehw", self.weights, shares, optimize=True))

    def _placed(self, given: FloatArray, taught: FloatArray) -> FloatArray:
        count = max(given.shape[1], *(column + 1 for column in self.columns))
        found = np.empty((len(given), count, *given.shape[2:]), np.float32)
        found[:, : given.shape[1]] = given
        found[:, list(self.columns)] = taught
        return found


def pack_heads(heads: Heads) -> bytes:
    """Return the content of ``heads.npz``; the places are in the manifest."""
    buffer = io.BytesIO()
    np.savez(buffer, weights=heads.weights, bias=heads.bias)
    return buffer.getvalue()


def unpack_heads(content: bytes, columns: Sequence[int], size: int, *, model: str | None = None) -> Heads:
    """Read what `pack_heads` returned.

    Args:
        content: Of the file.
        columns: As the manifest places the categories.
        size: D.
        model: Only names the model in errors.

    Raises:
        ManifestError: It is no such file, or does not go with the manifest.
    """
    try:
        parts = read_arrays(content)
        heads = Heads(weights=parts["weights"], bias=parts["bias"], columns=tuple(columns))
        shapes = heads.weights.shape, heads.bias.shape
        if shapes != ((len(columns), size), (len(columns),)) or heads.weights.dtype != np.float32:
            raise ValueError(
                f"weights and biases of shapes {shapes} for {len(columns)} heads of {size} features"
            )
        if not (np.isfinite(heads.weights).all() and np.isfinite(heads.bias).all()):
            raise ValueError("weights that are not finite")
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ManifestError(
            f"expected {HEADS_FILE} as `wildvision teach` writes it, found: {error}; teach the category again",
            model=model,
        ) from error
    return heads


def read_arrays(content: bytes, *, max_bytes: int = MAX_BYTES) -> dict[str, NDArray[Any]]:
    """Read the arrays of an npz file, refusing pickles and what would unpack to more than ``max_bytes``.

    Raises:
        ValueError: It holds objects, or too much.
        zipfile.BadZipFile: It is no archive.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > max_bytes:
        raise ValueError(f"{size:,} bytes unpacked, where at most {max_bytes:,} are read")
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}
