"""Measure what an answer for a clip costs: seconds and memory, by the length and size of the clip.

    python -m tests.benchmarks.clips

Clips are drawn over the sample pictures: a camera drifts over one after the other, at 30 frames a second, in H.264.
Each is classified in a process of its own, with one thread. Seconds are those of the processor, so that other work on
the machine does not count; memory is what a clip needs above a photo of the same size.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from wildvision import Classifier
from wildvision.clips import frame_at

ROOT = Path(__file__).parents[2]
CLIPS = ((640, 360, 10), (1920, 1080, 10), (3840, 2160, 2), (1280, 720, 120))
RATE, SCENE_S = 30, 5


def write_clip(path: Path, width: int, height: int, seconds: int) -> None:
    """Write a clip of scenes of five seconds each."""
    pictures = sorted((ROOT / "samples").glob("*.jpg"))
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "crf": "28"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(seconds * RATE):
            if number % (SCENE_S * RATE) == 0:
                large = drawn(pictures[number // (SCENE_S * RATE) % len(pictures)], width, height)
            shift = number % (SCENE_S * RATE) % 64
            frame = av.VideoFrame.from_ndarray(large[shift : shift + height, :width].copy(), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def drawn(picture: Path, width: int, height: int) -> np.ndarray:
    return np.asarray(Image.open(picture).convert("RGB").resize((width, height + 64)))


def answer(path: str, kind: str) -> None:
    """Classify a clip, or its first frame as a photo, and print seconds, frames and the peak of memory in MB."""
    classifier = Classifier(threads=1)
    picture = frame_at(path, 0.0)
    classifier.classify(picture)
    started, frames = time.process_time(), 1
    if kind == "clip":
        frames = len(classifier.classify_video(path).frames)
    else:
        classifier.classify(picture)
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{seconds:.2f} {frames} {peak:.0f}\n")


def measured(path: Path, kind: str) -> list[float]:
    command = [sys.executable, "-m", "tests.benchmarks.clips", str(path), kind]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [float(value) for value in found.stdout.split()]


def main() -> None:
    """Print the table."""
    sys.stdout.write(
        "| clip | frames looked at | seconds | a photo of that size | more memory than that |\n|---|---|---|---|---|\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        for width, height, seconds in CLIPS:
            path = Path(folder) / f"{width}x{height}x{seconds}.mp4"
            write_clip(path, width, height, seconds)
            (took, frames, peak), (photo, _, least) = measured(path, "clip"), measured(path, "photo")
            cells = [f"{width} x {height}, {seconds} s", f"{frames:.0f}", f"{took:.1f}", f"{photo:.2f} s"]
            sys.stdout.write(f"| {' | '.join([*cells, f'{peak - least:.0f} MB'])} |\n")
            sys.stdout.flush()
            path.unlink()


if __name__ == "__main__":
    if len(sys.argv) == 3:
        answer(*sys.argv[1:])
    else:
        main()
