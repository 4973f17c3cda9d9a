"""Photos that nobody has labelled yet, listed and scored by a model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.data.folders import list_folder
from training.data.listing import ListedPhoto, Listing, Rejected, is_printable, printable
from training.data.readers import read_input
from training.errors import DatasetError
from wildvision.decision import abstain, calibrated_scores
from wildvision.errors import ImageError
from wildvision.images import read_image
from wildvision.manifest import Manifest
from wildvision.preprocess import preprocess
from wildvision.runtime import OnnxModel


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoredPhoto:
    """A photo and what the model says of it: calibrated ``scores`` (K,) and ``embedding`` (D,)."""

    row: ListedPhoto
    scores: NDArray[np.float64]
    embedding: NDArray[np.float32]


def list_photos(path: Path) -> tuple[tuple[ListedPhoto, ...], tuple[Rejected, ...]]:
    """List the photos of a folder, whatever its layout, or of anything that prepare reads.

    In a folder without ``manifest.csv``, the first folder below it is a photo's source. Photos for evaluation only
    are returned apart: they may choose nothing.

    Raises:
        DatasetError: There are none.
    """
    path = path.resolve()
    if path.is_dir() and not (path / "manifest.csv").is_file():
        rows, rejected = _list_tree(path)
    else:
        rows, rejected = read_input(path, labelled=False)
    if not rows:
        raise DatasetError(f"expected photos in {path}, found none")
    apart = [entry for row in rows if (entry := _unfit(row)) is not None]
    kept = {row.path: row for row in rows if _unfit(row) is None}
    return tuple(kept.values()), (*rejected, *apart)


def _unfit(row: ListedPhoto) -> Rejected | None:
    """Say why a photo may not be chosen; None if it may."""
    if not is_printable(row.path):
        message = "its name is not UTF-8; rename it"
        return Rejected(path=Path(printable(row.path)), error="UnwritableName", message=message)
    if row.evaluation:
        message = "is for evaluation only and may choose nothing"
        return Rejected(path=row.path, error="EvaluationOnly", message=message)
    return None


def _list_tree(root: Path) -> Listing:
    files, rejected = list_folder(root)
    return Listing(tuple(_tree_row(file, root) for file in files), rejected)


def _tree_row(file: Path, root: Path) -> ListedPhoto:
    parts = file.relative_to(root).parts
    return ListedPhoto(path=file, source=parts[0] if len(parts) > 1 else root.name)


def score_photo(row: ListedPhoto, model: OnnxModel, manifest: Manifest) -> ScoredPhoto | Rejected:
    """Score one photo; one that is broken, or that the model would not judge, is told instead of raised."""
    spec = manifest.preprocess
    try:
        image = read_image(row.path, decode_side=spec.decode_side)
    except ImageError as error:
        return Rejected(path=row.path, error=type(error).__name__, message=str(error))
    refusal = abstain(image.pixels, width=image.width, height=image.height, rule=manifest.abstention)
    if refusal is not None:
        return Rejected(path=row.path, error=refusal.reason.rule, message=refusal.reason.message)
    outputs = model.run(preprocess(image.pixels, spec)[None])
    scores = np.array(calibrated_scores(outputs.logits[0], manifest.categories))
    return ScoredPhoto(row=row, scores=scores, embedding=outputs.embedding[0])
