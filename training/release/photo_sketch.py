"""The sketch of the photos that taught a model, for its directory: `wildvision.adapt.sketch`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from training.data.photos import Photo, examine
from training.data.samples import Sample
from wildvision.adapt.sketch import LEAST_QUALITY, write_sketch
from wildvision.manifest import FileRecord


def write_photo_sketch(samples: Sequence[Sample], index: Path, directory: Path) -> FileRecord:
    """Write the perceptual hashes of real photos into a model directory; renderings are nobody's photos.

    Args:
        samples: What taught the model.
        index: What preparing remembers of each file; those that it does not know are read.
        directory: Of the model.
    """
    paths = [sample.path for sample in samples if not sample.synthetic]
    found = examine(paths, index=index, threads=os.cpu_count() or 1).values()
    return write_sketch(
        (photo.pdq for photo in found if isinstance(photo, Photo) and photo.quality >= LEAST_QUALITY),
        directory,
    )
