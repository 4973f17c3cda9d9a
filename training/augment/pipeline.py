"""Random variants of training photos, the same one whenever and wherever it is asked for again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from training.augment.composition import Labels, mix, paste_object, swap_background, unite
from training.augment.cutout import CutOuts
from training.augment.distortions import blur, colour_cast, downscale, geometry, light, noise, recompress
from training.augment.frames import cells, collage, screenshot
from training.augment.overlays import text, watermark
from training.augment.stickers import sticker
from training.config import AugmentConfig
from training.data.labels import sampling_weights
from training.data.samples import Sample, refuse_evaluation_only

UInt8Image = NDArray[np.uint8]
Manipulation = Callable[[UInt8Image, float, np.random.Generator], UInt8Image]

# In the order of the real world: the camera, then a collage of photos, then the app, then the platform.
_CAMERA: Mapping[str, Manipulation] = {
    "light": light,
    "colour_cast": colour_cast,
    "blur": blur,
    "noise": noise,
}
_APP: Mapping[str, Manipulation] = {
    "sticker": sticker,
    "text": text,
    "watermark": watermark,
    "screenshot": screenshot,
    "downscale": downscale,
    "recompress": recompress,
}
_PLAIN_GROUNDS = 0.35  # share of the swapped backgrounds
_TRIES = 4  # partners looked at before a manipulation that needs one of a certain kind is left out
_MAX_COLLAGE = 4.0  # the severity at which a photo fills a quarter; smaller ones could not be told


class Augmenter:
    """Draws random variants of training photos, with the labels that they then have.

    Args:
        samples: What the photos are; none may be marked for evaluation.
        images: Their pixels, RGB, (H, W, 3), uint8; asked for when needed, so they may be decoded lazily.
        targets: Shape (N, K), float32, 0 or 1.
        label_mask: Shape (N, K), bool, False where a label must not count.
        config: How often each manipulation is applied, and how strongly at most.

    Raises:
        EvaluationOnlyError: A sample is marked for evaluation.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        images: Sequence[UInt8Image],
        targets: NDArray[np.float32],
        label_mask: NDArray[np.bool_],
        config: AugmentConfig,
    ) -> None:
        refuse_evaluation_only(samples)
        self._images, self._targets, self._label_mask, self._config = images, targets, label_mask, config
        self._cut_outs = CutOuts(samples, images)
        # Other photos are drawn as training draws them: rare categories would else hardly ever be seen composed.
        self._chances = np.cumsum(sampling_weights(samples)) if samples else np.zeros(0)
        self._everyday = np.array(
            [row for row, s in enumerate(samples) if s.is_everyday and s.mask is None], int
        )

    def __call__(
        self, row: int, seed: int | np.random.SeedSequence
    ) -> tuple[UInt8Image, NDArray[np.float32], NDArray[np.bool_]]:
        """Return a variant of a photo, a function of ``row`` and ``seed`` alone.

        Returns:
            image: RGB, shape (H', W', 3), uint8.
            targets: Shape (K,), float32, 0 or 1: what the variant shows.
            label_mask: Shape (K,), bool, False where the label must not count.
        """
        rng = np.random.default_rng(seed)
        image = self._swap(row, self._images[row], rng)
        if self._happens("geometry", rng):
            image = geometry(image, self._severity(rng), rng)
        image, labels = self._add_object(image, self._labels(row), rng)
        image, labels = self._add_exposure(image, labels, rng)
        image = self._manipulate(image, _CAMERA, rng)
        image, labels = self._add_cells(image, labels, rng)
        image = self._manipulate(image, _APP, rng)
        return np.ascontiguousarray(image), *labels

    def _happens(self, name: str, rng: np.random.Generator) -> bool:
        return bool(rng.random() < getattr(self._config, name))

    def _severity(self, rng: np.random.Generator) -> float:
        return float(rng.uniform(0.5, self._config.max_severity))

    def _manipulate(
        self, image: UInt8Image, manipulations: Mapping[str, Manipulation], rng: np.random.Generator
    ) -> UInt8Image:
        for name, manipulate in manipulations.items():
            if self._happens(name, rng):
                image = manipulate(image, self._severity(rng), rng)
        return image

    def _labels(self, row: int) -> Labels:
        return self._targets[row].copy(), self._label_mask[row].copy()

    def _partner(self, rng: np.random.Generator) -> int:
        place = int(np.searchsorted(self._chances, rng.random(), side="right"))
        return min(place, len(self._chances) - 1)

    def _swap(self, row: int, image: UInt8Image, rng: np.random.Generator) -> UInt8Image:
        if not self._happens("background_swap", rng):
            return image
        opacity = self._cut_outs.opacity(row, image)
        return image if opacity is None else swap_background(image, opacity, self._ground(rng), rng)

    def _ground(self, rng: np.random.Generator) -> UInt8Image | None:
        """Return an everyday scene, which adds nothing to the labels, or None: a plain ground."""
        if not len(self._everyday) or rng.random() < _PLAIN_GROUNDS:
            return None
        for row in rng.choice(self._everyday, _TRIES):
            image = self._images[int(row)]
            if (
                self._cut_outs.opacity(int(row), image) is None
            ):  # else: one object on a plain ground, no scene
                return image
        return None

    def _add_object(
        self, image: UInt8Image, labels: Labels, rng: np.random.Generator
    ) -> tuple[UInt8Image, Labels]:
        if not self._happens("copy_paste", rng):
            return image, labels
        for _ in range(_TRIES):
            partner = self._partner(rng)
            other = self._images[partner]
            opacity = self._cut_outs.opacity(partner, other)
            if opacity is not None:
                return paste_object(image, other, opacity, rng), unite([labels, self._labels(partner)])
        return image, labels

    def _add_exposure(
        self, image: UInt8Image, labels: Labels, rng: np.random.Generator
    ) -> tuple[UInt8Image, Labels]:
        if not self._happens("mix", rng):
            return image, labels
        partner = self._partner(rng)
        return mix(image, self._images[partner], rng), unite([labels, self._labels(partner)])

    def _add_cells(
        self, image: UInt8Image, labels: Labels, rng: np.random.Generator
    ) -> tuple[UInt8Image, Labels]:
        if not self._happens("collage", rng):
            return image, labels
        severity = min(self._severity(rng), _MAX_COLLAGE)
        partners = [self._partner(rng) for _ in range(cells(severity) - 1)]
        composed = collage(image, severity, rng, others=[self._images[partner] for partner in partners])
        return composed, unite([labels, *(self._labels(partner) for partner in partners)])
