"""Pooled features of photos from a frozen backbone, computed once and kept by the photos' digests."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import track

from training.config import Config
from training.data.samples import Sample, replace_file
from training.loader import Photos
from training.model import WildlifeNet, build_network, preprocess_spec
from wildvision.manifest import PreprocessSpec
from wildvision.preprocess import preprocess

UInt8Image = NDArray[np.uint8]
CHUNK = 32  # photos a forward pass
SAVE_EVERY = 32  # chunks between two writes of the cache


def cached_features(samples: Sequence[Sample], config: Config) -> NDArray[np.float32]:
    """Return features of the configured backbone with its pretrained weights, shape (N, D).

    What was computed before, by any run with this directory, backbone and transform, is read from
    ``RUN/features``; a run that is killed loses at most a few minutes.
    """
    network = build_network(config.model, categories=1).eval()
    spec = preprocess_spec(config.model)
    cache = config.run.directory / "features" / f"{_digest(network, spec)}.npz"
    known = _read(cache)
    # Rows whose digest is new, each digest once.
    missing = list({s.sha256: row for row, s in enumerate(samples) if s.sha256 not in known}.values())
    photos = Photos(samples, spec, memory=0)
    starts = range(0, len(missing), CHUNK)
    for count, start in enumerate(track(starts, "features", disable=len(missing) < 10 * CHUNK), start=1):
        rows = missing[start : start + CHUNK]
        for row, vector in zip(rows, embed(network, (photos[r] for r in rows), spec=spec), strict=True):
            known[samples[row].sha256] = vector
        if count % SAVE_EVERY == 0 or start + CHUNK >= len(missing):
            _write(cache, known)
    return np.stack([known[sample.sha256] for sample in samples])


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
    found = hashlib.sha256(repr((spec, network.power, network.contrast, *network.taps)).encode())
    for tensor in network.backbone.state_dict().values():
        found.update(tensor.numpy().tobytes())
    return found.hexdigest()[:16]


def _read(cache: Path) -> dict[str, NDArray[np.float32]]:
    if not cache.is_file():
        return {}
    with np.load(cache) as stored:
        return dict(zip(stored["digests"].tolist(), stored["features"], strict=True))


def _write(cache: Path, known: dict[str, NDArray[np.float32]]) -> None:
    cache.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    np.savez(buffer, digests=np.array(list(known)), features=np.stack(list(known.values())))
    replace_file(cache, buffer.getvalue())
