"""The background: features of real everyday, look-alike and product photos, behind which a new category is taught.

It travels in a model directory as ``background.npz``, named with its digest in the manifest. It holds no pixels, no
paths and no names. What can be recovered from it is said in ``wildvision/adapt/README.md``.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wildvision.adapt.head import Facts, HeadSettings
from wildvision.adapt.labels import FORM_CATEGORIES
from wildvision.errors import ChecksumError, ManifestError
from wildvision.heads import read_arrays
from wildvision.manifest import Manifest
from wildvision.runtime import read_verified
from wildvision.taxonomy import Kind, Taxonomy

BACKGROUND_FILE = "background.npz"
SCHEMA = 1
BITS = 4  # of a feature: few-shot categories lost nothing against float32, and a little with 3 (the guide, "How large")
HIGH = 0.9995  # share of the photos whose value of a feature is below the top of its scale; the rest are cut

ABSENT, SHOWN, OPEN = 0, 1, 2  # in `Background.labels`: does not show it, shows it, counts neither way

UInt8Array = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Background:
    """N photos and renderings as a fit sees them.

    Attributes:
        features: Shape (N, D), float32.
        owner: Shape (N,), int32, numbers of the groups that must stay together.
        rendered: Shape (N,), bool.
        labels: Shape (N, K), uint8: `ABSENT`, `SHOWN` or `OPEN`, for each of ``categories``.
        categories: Ids of the K columns.
        stands_for: How many photos and renderings of the training set these were chosen from.
        row_hashes: Shape (N, 32), uint8: PDQ; zeros for renderings, and photos with too little detail.
        weights: Shape (K, D), float32: the model's own head on features that are not standardised.
        bias: Shape (K,), float32.
        settings: Penalty and balance of that head.
    """

    features: NDArray[np.float32]
    owner: NDArray[np.int32]
    rendered: NDArray[np.bool_]
    labels: UInt8Array
    categories: tuple[str, ...]
    stands_for: int
    row_hashes: UInt8Array
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    settings: HeadSettings

    def __len__(self) -> int:
        return len(self.features)

    def facts(self, taxonomy: Taxonomy) -> Facts:
        """Return what a fit has to know of the photos."""
        is_product = np.array([taxonomy.get(c).kind is Kind.PRODUCT for c in self.categories], np.bool_)
        told = self.labels != ABSENT
        return Facts(
            owner=self.owner.astype(np.int64),
            rendered=self.rendered,
            product=(told & is_product).any(axis=1),
            named=told.any(axis=1),
            kind=np.unique(told, axis=0, return_inverse=True)[1].reshape(-1),
        )

    def of(self, category: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return, shape (N,) each, which photos show a category, and of which that is known.

        A category that the background lacks is shown by none and known to be absent from all.
        """
        if category not in self.categories:
            return np.zeros(len(self), np.bool_), np.ones(len(self), np.bool_)
        column = self.labels[:, self.categories.index(category)]
        label_mask = column != OPEN
        if category in FORM_CATEGORIES:
            label_mask &= (column == SHOWN) | ~(self.labels == SHOWN).any(axis=1)
        return column == SHOWN, label_mask

    def named(self, labels: UInt8Array) -> tuple[frozenset[str], frozenset[str]]:
        """Return the ids that a row of labels, shape (K,), says are shown, and those that it leaves open."""
        shown, left_open = (
            frozenset(self.categories[k] for k in np.flatnonzero(labels == value)) for value in (SHOWN, OPEN)
        )
        return shown, left_open

    def kinds(self, rows: Sequence[int]) -> list[str]:
        """Return what each of some photos shows: ids joined by ``+``, or ``everyday``."""
        named = [self.named(self.labels[row]) for row in rows]
        return ["+".join(sorted(shown | left_open)) or "everyday" for shown, left_open in named]

    def without(self, rows: NDArray[np.bool_]) -> Background:
        """Return the background without some of its photos."""
        if not rows.any():
            return self
        kept = {name: getattr(self, name)[~rows] for name in _BY_ROW}
        return replace(self, **kept)


_BY_ROW = ("features", "owner", "rendered", "labels", "row_hashes")


def pack_background(background: Background, *, bits: int = BITS) -> bytes:
    """Return the content of ``background.npz``.

    Each feature has its own scale, most values are near its lower end: a value is kept as ``bits`` bits of that scale,
    feature by feature, which deflates to less.
    """
    codes, low, step = _coded(background.features, bits)
    facts = {
        "schema": SCHEMA,
        "stands_for": background.stands_for,
        "categories": background.categories,
        "settings": asdict(background.settings),
    }
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        facts=np.frombuffer(json.dumps(facts).encode(), np.uint8),
        codes=np.ascontiguousarray(codes.T),  # (D, N): values of one feature deflate best beside each other
        low=low,
        step=step,
        owner=background.owner.astype(np.int32),
        rendered=background.rendered,
        labels=background.labels,
        row_hashes=background.row_hashes,
        weights=background.weights.astype(np.float16),
        bias=background.bias,
    )
    return buffer.getvalue()


def _coded(
    features: NDArray[np.float32], bits: int
) -> tuple[UInt8Array, NDArray[np.float32], NDArray[np.float32]]:
    """Return features as whole numbers, and for each the value of 0 and of a step; after a rectifier 0 stays 0."""
    levels = 2**bits - 1
    low = np.minimum(np.quantile(features, 1 - HIGH, axis=0), 0).astype(np.float32)
    span: NDArray[Any] = np.quantile(features, HIGH, axis=0) - low
    step = (np.maximum(span, 1e-3) / levels).astype(np.float32)
    scaled: NDArray[np.float32] = (features - low) / step
    return np.clip(np.rint(scaled), 0, levels).astype(np.uint8), low, step


def packed_features(features: NDArray[np.float32], *, bits: int = BITS) -> NDArray[np.float32]:
    """Return features, shape (N, D), as they are after the file was written and read."""
    codes, low, step = _coded(features, bits)
    return codes.astype(np.float32) * step + low


def unpack_background(content: bytes, *, model: str | None = None) -> Background:
    """Read what `pack_background` returned; ``model`` only names it in errors.

    Raises:
        ManifestError: It is no such file, or contradicts itself.
    """
    try:
        parts = read_arrays(content)
        facts = json.loads(parts["facts"].tobytes())
        features = parts["codes"].T.astype(np.float32) * parts["step"] + parts["low"]
        background = Background(
            features=np.ascontiguousarray(features),
            owner=parts["owner"],
            rendered=parts["rendered"],
            labels=parts["labels"],
            categories=tuple(facts["categories"]),
            stands_for=int(facts["stands_for"]),
            row_hashes=parts["row_hashes"],
            weights=parts["weights"].astype(np.float32),
            bias=parts["bias"],
            settings=HeadSettings(**facts["settings"]),
        )
        _check(background, facts)
    except (ValueError, KeyError, TypeError, AttributeError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ManifestError(
            f"expected {BACKGROUND_FILE} as `wildvision` writes it, found: {error}", model=model
        ) from error
    return background


def _check(background: Background, facts: Mapping[str, Any]) -> None:
    count, columns = len(background.features), len(background.categories)
    if facts["schema"] != SCHEMA:
        raise ValueError(f"schema {facts['schema']}, where {SCHEMA} is understood")
    parts = (background.owner, background.rendered, background.labels, background.row_hashes)
    shapes = tuple(part.shape for part in parts)
    if shapes != ((count,), (count,), (count, columns), (count, 32)):
        raise ValueError(f"arrays of shapes {shapes} for {count} photos and {columns} categories")
    head = background.weights.shape, background.bias.shape
    if head != ((columns, background.features.shape[1]), (columns,)):
        raise ValueError(f"a head of shapes {head} for {columns} categories")
    if background.rendered.dtype != np.bool_ or not np.isfinite(background.features).all():
        raise ValueError("values that are no features")


def read_background(directory: Path, manifest: Manifest) -> Background:
    """Read the background of a model directory, after its digest was checked.

    Raises:
        ManifestError: The model has none, or it is malformed.
        ChecksumError: It is not the file that the manifest describes.
    """
    if BACKGROUND_FILE not in manifest.files:
        raise ManifestError(
            f"expected a model with {BACKGROUND_FILE}, which teaching needs, found one without; "
            "teach a released model, or one taught from it",
            model=manifest.id,
        )
    background = unpack_background(read_verified(directory / BACKGROUND_FILE, manifest), model=manifest.id)
    if background.features.shape[1] != manifest.embedding_size:
        raise ChecksumError(
            f"expected features of length {manifest.embedding_size}, found {background.features.shape[1]}; "
            f"manifest and {BACKGROUND_FILE} do not belong together",
            model=manifest.id,
        )
    return background
