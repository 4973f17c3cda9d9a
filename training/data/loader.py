"""Batches of an epoch, and which photos it draws; all a pure function of seed, epoch and position.

Nothing here keeps state, so a run that was killed goes on with the very batches that an unbroken one would see,
however many processes decode.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from training.data.labels import sampling_weights
from training.data.samples import Sample
from wildvision.images import read_image
from wildvision.manifest import PreprocessSpec
from wildvision.preprocess import preprocess

UInt8Image = NDArray[np.uint8]
Vary = Callable[[int, np.random.SeedSequence], tuple[UInt8Image, NDArray[np.float32], NDArray[np.bool_]]]


class Photos(Sequence[UInt8Image]):
    """Decodes photos when they are asked for, and keeps the small ones.

    Args:
        samples: What to decode.
        spec: Gives the size to shrink to while decoding.
        memory: Bytes of pixels to keep, at most.
    """

    def __init__(self, samples: Sequence[Sample], spec: PreprocessSpec, *, memory: int = 2 * 2**30) -> None:
        self._samples, self._spec, self._free = samples, spec, memory
        self._kept: dict[int, UInt8Image] = {}

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, row: int) -> UInt8Image:  # pyright: ignore[reportIncompatibleMethodOverride]
        if row < 0 or row >= len(self):
            raise IndexError(row)
        if row in self._kept:
            return self._kept[row]
        image = read_image(self._samples[row].path, decode_side=self._spec.decode_side).pixels
        if image.nbytes <= self._free:
            self._kept[row] = image
            self._free -= image.nbytes
        return image


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One step's input: ``images`` (N, 3, H, W), ``targets`` and ``label_mask`` (N, K), ``rows`` (N,)."""

    images: Tensor
    targets: Tensor
    label_mask: Tensor
    rows: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """What one process draws in one epoch.

    Attributes:
        rows: Rows of the samples in the order they are drawn, of this process.
        positions: Their positions among the draws of all processes.
        entropy: Seed and epoch; with a position it seeds one augmentation.
    """

    rows: NDArray[np.int64]
    positions: NDArray[np.int64]
    entropy: tuple[int, int]


def draw_epoch(
    samples: Sequence[Sample], *, draws: int, balance: float, entropy: tuple[int, int], rank: int, world: int
) -> Epoch:
    """Draw rows with replacement, balanced over labels and sources; see `sampling_weights`."""
    rng = np.random.default_rng(entropy)
    rows = rng.choice(len(samples), draws, p=sampling_weights(samples, power=balance))
    positions = np.arange(rank, draws, world)
    return Epoch(rows=rows[positions], positions=positions, entropy=entropy)


class _Drawn(Dataset[tuple[Tensor, Tensor, Tensor, int]]):
    def __init__(self, epoch: Epoch, vary: Vary, spec: PreprocessSpec, *, first: int) -> None:
        self._epoch, self._vary, self._spec, self._first = epoch, vary, spec, first

    def __len__(self) -> int:
        return len(self._epoch.rows) - self._first

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor, int]:
        place = self._first + index
        row, position = int(self._epoch.rows[place]), int(self._epoch.positions[place])
        seed = np.random.SeedSequence((*self._epoch.entropy, position))
        image, targets, label_mask = self._vary(row, seed)
        batch = torch.from_numpy(preprocess(image, self._spec))
        return batch, torch.from_numpy(targets), torch.from_numpy(label_mask), row


def batches(
    epoch: Epoch, vary: Vary, spec: PreprocessSpec, *, batch_size: int, skip: int, workers: int
) -> Iterator[Batch]:
    """Yield the batches of an epoch after the first ``skip``; a last one that is not full is left out."""
    drawn = _Drawn(epoch, vary, spec, first=skip * batch_size)
    # A generator of its own, or the loader would take a number from torch's global one.
    loader = DataLoader(
        drawn, batch_size, num_workers=workers, drop_last=True, generator=torch.Generator().manual_seed(0)
    )
    for images, targets, label_mask, rows in loader:
        yield Batch(images=images, targets=targets, label_mask=label_mask, rows=rows)
