"""Pooled features of photos from a frozen backbone, computed once and kept by the photos' digests."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from training.config import Config
from training.counting import counted
from training.data.loader import Photos
from training.data.samples import Sample
from training.files import replace_file
from training.fingerprint import code_digest
from training.network.model import WildlifeNet, build_network, preprocess_spec
from wildvision.adapt.views import views_of
from wildvision.manifest import PreprocessSpec
from wildvision.preprocess import preprocess
from wildvision.turning import turned

UInt8Image = NDArray[np.uint8]
CHUNK = 32  # photos a forward pass
SAVE_EVERY = 3  # chunks between two writes: about a hundred photos
SHOWN_FROM = 10 * CHUNK  # fewer are done before anyone asks


def cached_features(
    samples: Sequence[Sample], config: Config, *, turns: int = 0, view: int = 0
) -> NDArray[np.float32]:
    """Return features of the configured backbone with its pretrained weights, shape (N, D).

    With ``turns`` they are those of the photos turned by so many quarters of a circle to the left, with ``view`` those
    of their first, second ... view (`wildvision.adapt.views.views_of`): 1 is the mirror image.

    What was computed before, by any run with this directory, backbone, transform and code, is read from
    ``RUN/features``; a run that is killed loses at most about a hundred photos, and the next one computes the rest in
    the very batches that an unbroken run would have used.
    """
    network = build_network(config.model, categories=1).eval()
    spec = preprocess_spec(config.model)
    cache = _Cache(config.folder.features(_digest(network, spec)))
    names = [_name(sample, turns, view) for sample in samples]
    # Rows whose name is new, each name once.
    missing = list({name: row for row, name in enumerate(names) if name not in cache.known}.values())
    if not missing:
        return cache.take(names)
    photos, total = Photos(samples, spec, memory=0), len(set(names))
    with _shown(total, done=total - len(missing), quiet=len(missing) < SHOWN_FROM) as advance:
        for start in range(0, len(missing), CHUNK):
            rows = missing[start : start + CHUNK]
            vectors = embed(network, (_looked_at(photos[row], turns, view) for row in rows), spec=spec)
            cache.add([names[row] for row in rows], vectors)
            advance(len(rows))
    cache.close()
    return cache.take(names)


def _name(sample: Sample, turns: int, view: int) -> str:
    return sample.sha256 + (f".{turns}" if turns else "") + (f".view{view}" if view else "")


def _looked_at(photo: UInt8Image, turns: int, view: int) -> UInt8Image:
    seen = turned(photo, turns)
    return next(islice(views_of(seen), view - 1, None)) if view else seen


def _shown(total: int, *, done: int, quiet: bool) -> AbstractContextManager[Callable[[int], object]]:
    return nullcontext(int) if quiet else counted("features", total, done=done)


@torch.inference_mode()
def embed(network: WildlifeNet, images: Iterable[UInt8Image], *, spec: PreprocessSpec) -> NDArray[np.float32]:
    """Return pooled features, shape (N, D), float32, of images (H, W, 3) uint8."""
    network.eval()
    device = next(network.parameters()).device
    pooled: list[torch.Tensor] = []
    remaining = iter(images)
    while chunk := [preprocess(image, spec) for image in islice(remaining, CHUNK)]:
        batch = torch.from_numpy(np.stack(chunk)).to(device, memory_format=torch.channels_last)
        pooled.append(network.pool(batch).cpu())
    return torch.cat(pooled).numpy()


def _digest(network: WildlifeNet, spec: PreprocessSpec) -> str:
    pooling = (network.power, network.border_contrast_power, network.plain_mean_too)
    facts = (spec, *pooling, *network.intermediate_features, code_digest("features"))
    found = hashlib.sha256(repr(facts).encode())
    for tensor in network.backbone.state_dict().values():
        found.update(tensor.numpy().tobytes())
    return found.hexdigest()[:16]


class _Cache:
    """Features by digest and turn in one file; until all are there, about every hundred in a small file beside it.

    Small files, because a large one that is written again every hundred photos would be written for longer than the
    photos take.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._new = path, dict[str, NDArray[np.float32]]()
        self._parts = sorted(path.parent.glob(f"{path.stem}.*.new.npz"))
        self.known = _read(path)
        for part in self._parts:
            self.known |= _read(part)

    def add(self, names: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Keep the features of one chunk."""
        self._new |= dict(zip(names, vectors, strict=True))
        if len(self._new) >= SAVE_EVERY * CHUNK:
            self._save()

    def close(self) -> None:
        """Put all that is known into one file and remove the small ones."""
        self.known |= self._new
        self._new = {}
        _write(self._path, self.known)
        for part in self._parts:
            part.unlink(missing_ok=True)

    def take(self, names: Sequence[str]) -> NDArray[np.float32]:
        """Return the features of photos that are known, shape (N, D)."""
        return np.stack([self.known[name] for name in names])

    def _save(self) -> None:
        part = self._path.with_name(f"{self._path.stem}.{len(self.known):08}.new.npz")
        _write(part, self._new)
        self._parts.append(part)
        self.known |= self._new
        self._new = {}


def _read(path: Path) -> dict[str, NDArray[np.float32]]:
    try:
        with path.open("rb") as file, np.load(file) as stored:
            return dict(zip(stored["digests"].tolist(), stored["features"], strict=True))
    except (
        OSError,
        ValueError,
        KeyError,
        zipfile.BadZipFile,
    ):  # it only saves time, so a damaged one is no loss
        return {}


def _write(path: Path, known: dict[str, NDArray[np.float32]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    np.savez(buffer, digests=np.array(list(known)), features=np.stack(list(known.values())))
    replace_file(path, buffer.getvalue())
