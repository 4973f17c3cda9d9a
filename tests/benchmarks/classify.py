"""How much of a classification is not decoding and running the network; a ratio measured in one run.

    python -m tests.benchmarks.classify [--threads N] [--rounds N]

Each round times, in turn, one `Classifier.classify` of a 1440 x 1080 JPEG from the file, and the same file decoded
with Pillow (shrunk on load alike, and in full) and the network run on a ready batch; medians are compared.
"""

from __future__ import annotations

import argparse
import io
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from wildvision import Classifier
from wildvision.images import read_image
from wildvision.manifest import find_model
from wildvision.preprocess import preprocess
from wildvision.runtime import OnnxModel


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    classifier = Classifier(threads=options.threads)
    spec = classifier.manifest.preprocess
    model = OnnxModel(find_model(), classifier.manifest, threads=options.threads)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.jpg"
        photo(1440, 1080).save(path, quality=88)
        batch = preprocess(np.asarray(Image.open(path)), spec)[None]
        height, width = read_image(path, decode_side=spec.decode_side).pixels.shape[:2]
        shrunk = (width, height)  # to the scale at which the classifier decodes

        def decode() -> None:
            image = Image.open(io.BytesIO(path.read_bytes()))
            image.draft(None, shrunk)
            image.load()

        steps: dict[str, Callable[[], object]] = {
            "classify": lambda: classifier.classify(path),
            "decode": decode,
            "decode in full": lambda: Image.open(path).convert("RGB"),
            "network": lambda: model.logits(batch),
        }
        times = measure(steps, options.rounds)
    for name, seconds in times.items():
        print(f"{name:14} {seconds * 1000:6.2f} ms (median of {options.rounds})")
    for name in ("decode", "decode in full"):
        print(f"classify / ({name} + network) = {times['classify'] / (times[name] + times['network']):.2f}")


def photo(width: int, height: int) -> Image.Image:
    """A picture with the detail of a photo: smooth noise at several scales."""
    rng = np.random.default_rng(0)
    pixels = np.zeros((height, width, 3), np.float32)
    for cells in (8, 64, 256):
        noise = rng.integers(0, 256, (cells, cells, 3), dtype=np.uint8)
        pixels += np.asarray(Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)) / 3
    return Image.fromarray(pixels.astype(np.uint8))


def measure(steps: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median time of each step in seconds; the steps take turns, so that drift hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in steps}
    for step in steps.values():
        step()
    for _ in range(rounds):
        for name, step in steps.items():
            started = time.perf_counter()
            step()
            times[name].append(time.perf_counter() - started)
    return {name: statistics.median(values) for name, values in times.items()}


if __name__ == "__main__":
    main()
