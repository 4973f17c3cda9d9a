"""How near a scan comes to what the cores can do, and how far it is from a plain loop; ratios measured in one run.

    python -m tests.benchmarks.scan [--photos N] [--rounds N]

Each round times, in turn, over the same 1440 x 1080 JPEG files: `wildvision scan` with all cores, from its start to its
last committed part; decoding and judging in one process on one thread, whose seconds a photo give the ceiling,
``cores / seconds``; and a plain loop of Pillow, torchvision's transforms and the same backbone in timm, eager, with all
threads. Medians are compared. Starting the workers takes about a second: with few photos it
weighs more. The plain loop needs the extra ``train``; its weights are random, which costs the same.
"""

from __future__ import annotations

import argparse
import importlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image

from tests.benchmarks.classify import photo
from wildvision import Classifier
from wildvision.archive import ScanOptions, ScanRun

_SHARE = 20  # of the photos are enough for the two loops


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        paths = write_photos(Path(folder) / "photos", options.photos)
        few = paths[: len(paths) // _SHARE]
        steps: dict[str, Callable[[], float]] = {
            "scan": lambda: scan(Path(folder), len(paths)),
            "one process": lambda: one_process(few),
            "plain loop": plain_loop(few),
        }
        times: dict[str, list[float]] = {name: [] for name in steps}
        for _ in range(options.rounds):
            for name, step in steps.items():
                times[name].append(step())
    seconds = {name: statistics.median(values) for name, values in times.items()}
    for name, value in seconds.items():
        print(f"{name:12} {1000 * value:7.2f} ms a photo (median of {options.rounds} rounds)")
    print(f"scan / ceiling of {cores} cores = {seconds['one process'] / cores / seconds['scan']:.2f}")
    print(f"scan / plain loop = {seconds['plain loop'] / seconds['scan']:.2f}")


def write_photos(folder: Path, count: int) -> list[Path]:
    """Write one picture so many times, as files of different bytes: equal ones would be decoded once."""
    folder.mkdir()
    picture = folder / "0.jpg"
    photo(1440, 1080).save(picture, quality=88)
    content = picture.read_bytes()
    paths = [folder / f"{number}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(content + number.to_bytes(4, "big"))
    return paths


def scan(folder: Path, photos: int) -> float:
    """Return the seconds a photo of a whole scan, start and writing included."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as out:
        options = ScanOptions(sources=(str(folder / "photos"),), part_rows=1000)
        parts = list(ScanRun(Path(out), options).run())
    assert sum(part.rows for part in parts) == photos
    return (time.perf_counter() - started) / photos


def one_process(paths: Sequence[Path]) -> float:
    """Return the seconds a photo of decoding and judging alone."""
    classifier = Classifier(threads=1)
    contents = [path.read_bytes() for path in paths]
    classifier.classify(contents[0])
    started = time.perf_counter()
    for content in contents:
        classifier.judge(classifier.decode(content))
    return (time.perf_counter() - started) / len(paths)


def plain_loop(paths: Sequence[Path]) -> Callable[[], float]:
    """Return a function that gives the seconds a photo of the loop that anyone would write first."""
    torch, timm = importlib.import_module("torch"), importlib.import_module("timm")
    transforms = importlib.import_module("torchvision.transforms")
    manifest = Classifier().manifest
    network = timm.create_model("tf_efficientnet_lite1", num_classes=len(manifest.categories)).eval()
    side = (manifest.preprocess.height, manifest.preprocess.width)
    transform = transforms.Compose(
        [
            transforms.Resize(side),
            transforms.ToTensor(),
            transforms.Normalize(manifest.preprocess.mean, manifest.preprocess.std),
        ]
    )

    def loop() -> float:
        started = time.perf_counter()
        with torch.inference_mode():
            for path in paths:
                picture = Image.open(path).convert("RGB")
                torch.sigmoid(network(transform(picture)[None]))
        return (time.perf_counter() - started) / len(paths)

    return loop


if __name__ == "__main__":
    main()
