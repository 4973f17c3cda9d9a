"""Scans on Ray: what a second worker brings, and whether a million rows leave the driver's memory alone.

    python -m tests.benchmarks.ray_scan workers [--photos N] [--rounds N]
    python -m tests.benchmarks.ray_scan rows [--rows N] [--way dataset|folder] [--photos SHARE]

``workers`` times scans of 1440 x 1080 JPEG files by one and by two actors, in turn, with the released model: from the
first row to the last, and with the start of the actors. Medians are compared. It needs two cores to itself; where
others use them, the time of cores says what two cores alone would reach.

``rows`` sends tiny images through a cluster and prints the memory of the driver at every tenth (unique set size: the
pages of the object store belong to all). A share of them are pictures that a tiny model scores; the others are no
images and become rows with an error, for a million real scores would take hours of a core. ``dataset`` makes them on
the way, by ``scan_dataset`` of a range of numbers, and writes Parquet. ``folder`` reads a Parquet table of them into
the folder of a scan, as ``scan --engine ray`` does.
It also says what a row costs the driver, from which the page on sizing says how many cores one driver can serve.
Exit status: 0 all rows are there and the memory held, 1 not.
"""

from __future__ import annotations

import argparse
import io
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet
import ray
import ray.data
from PIL import Image

from tests.benchmarks.processors import Spent
from tests.benchmarks.scan import write_photos
from tests.tiny_model import write_tiny_model
from wildvision.archive import ScanOptions, ScanRun
from wildvision.archive.ray import RayEngine, RayOptions, scan_dataset

FLAT = 1.10  # largest over the mean of the first measurements, as in the soak test of local scans
STORE_BYTES = 500 * 2**20  # of the object store
ROWS_A_FILE = 50_000  # of the table


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    workers = commands.add_parser("workers")
    workers.add_argument("--photos", type=int, default=1500)
    workers.add_argument("--rounds", type=int, default=3)
    rows = commands.add_parser("rows")
    rows.add_argument("--rows", type=int, default=1_000_000)
    rows.add_argument("--way", choices=("dataset", "folder"), default="dataset")
    rows.add_argument("--photos", type=float, default=0.01, help="share that is scored")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, cluster():
        if options.command == "workers":
            measure_workers(Path(folder), options.photos, options.rounds)
            return
        send = through_dataset if options.way == "dataset" else through_folder
        held = measure_rows(Path(folder), options.rows, options.photos, send)
    sys.exit(0 if held else 1)


@contextmanager
def cluster() -> Iterator[None]:
    """Start Ray on this machine, with two cores."""
    ray.init(
        num_cpus=2,
        object_store_memory=STORE_BYTES,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
    )
    ray.data.DataContext.get_current().enable_progress_bars = False
    try:
        yield
    finally:
        ray.shutdown()


@dataclass(frozen=True, slots=True)
class Speed:
    """What a scan reached.

    Attributes:
        steady: Photos a second from the first row to the last.
        whole: With the start of the actors.
        scoring_ms: Of a core in the processes that score, for a photo.
        all_ms: In all processes of the scan and of Ray, for a photo.
    """

    steady: float
    whole: float
    scoring_ms: float
    all_ms: float


def measure_workers(folder: Path, photos: int, rounds: int) -> None:
    """Print photos a second of one actor and of two, and what a photo costs all processes together."""
    write_photos(folder / "photos", photos)
    found: dict[int, list[Speed]] = {1: [], 2: []}
    for _ in range(rounds):
        for actors, speeds in found.items():
            speeds.append(speed(folder, actors, photos))
            print(f"{actors} actors: {speeds[-1]}", flush=True)
    middle = {
        actors: Speed(*(statistics.median(values) for values in zip(*map(astuple, speeds), strict=True)))
        for actors, speeds in found.items()
    }
    for actors, of in middle.items():
        print(f"{actors} actors: {of.steady:.1f} photos a second, {of.whole:.1f} with the start; a photo takes "
              f"{of.scoring_ms:.1f} ms of a core to score, and {of.all_ms:.1f} ms in all processes")  # fmt: skip
    print(f"two / one = {middle[2].steady / middle[1].steady:.2f} from the first row to the last, "
          f"{middle[2].whole / middle[1].whole:.2f} with the start")  # fmt: skip
    print(
        f"by the time of cores, two cores alone reach {2 * middle[1].scoring_ms / middle[2].all_ms:.2f} of one actor"
    )


def speed(folder: Path, actors: int, photos: int) -> Speed:
    """Scan with so many actors."""
    moments: list[float] = []
    processes, spent = Spent(), list[tuple[float, float]]()

    def note(_: object) -> None:
        moments.append(time.perf_counter())
        if len(moments) % (photos // 10) == 0:
            spent.append(processes.so_far())

    options = ScanOptions(sources=(str(folder / "photos"),), part_rows=500)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as out:
        list(ScanRun(Path(out), options, RayEngine(RayOptions(max_actors=actors))).run(note))
    whole = photos / (time.perf_counter() - started)
    assert len(moments) == photos
    rest = photos - photos // 10
    scoring, every = (
        1000 * (after - before) / rest for before, after in zip(spent[0], spent[-1], strict=True)
    )
    return Speed(rest / (moments[-1] - moments[photos // 10 - 1]), whole, scoring, every)


def measure_rows(
    folder: Path, rows: int, share: float, send: Callable[[Path, Path, int, float], Iterator[int]]
) -> bool:
    """Send rows through, and print the driver's memory at every tenth; returns whether it held."""
    model = write_tiny_model(folder / "model")
    started, found, seen, before = time.perf_counter(), [], 0, processor_s()
    for seen in send(folder, model, rows, share):
        if seen * 10 // rows > len(found):
            found.append(psutil.Process().memory_full_info().uss)
            print(
                f"{seen / rows:4.0%}  {found[-1] / 1e6:6.0f} MB  {time.perf_counter() - started:6.0f} s",
                flush=True,
            )
    held = seen == rows and max(found) < FLAT * float(np.mean(found[:2]))
    spent = 1000 * (processor_s() - before) / rows
    print(f"the driver spent {spent:.3f} ms of a core on a row, in {time.perf_counter() - started:.0f} s")
    print(f"{seen:,} rows; largest {max(found) / 1e6:.0f} MB; {'held' if held else 'NOT held'}")
    return held


def processor_s() -> float:
    """Return the seconds that this process spent on a core."""
    times = psutil.Process().cpu_times()
    return times.user + times.system


def through_dataset(folder: Path, model: Path, rows: int, share: float) -> Iterator[int]:
    """Score a range of numbers as a dataset, and yield how many rows are on disk, now and then."""
    numbers = ray.data.range(rows, override_num_blocks=max(rows // 5000, 2))
    images = numbers.map_batches(lambda batch: images_of(batch["id"], share), batch_size=1000)
    out = folder / "rows"
    out.mkdir()
    writing = threading.Thread(target=scan_dataset(images, model=model).write_parquet, args=(str(out),))
    writing.start()
    while writing.is_alive():
        writing.join(timeout=2.0)
        yield written(out)
    yield written(out)


def written(out: Path) -> int:
    """Return how many rows the whole files of a folder have."""
    total = 0
    for path in out.glob("*.parquet"):
        try:
            total += pa.parquet.ParquetFile(path).metadata.num_rows
        except (OSError, pa.ArrowInvalid):  # being written
            continue
    return total


def through_folder(folder: Path, model: Path, rows: int, share: float) -> Iterator[int]:
    """Scan tables of images into the folder of a scan, and yield how many rows its parts have."""
    (folder / "tables").mkdir()
    for first in range(0, rows, ROWS_A_FILE):
        numbers = np.arange(first, min(first + ROWS_A_FILE, rows))
        table = pa.table({name: list(values) for name, values in images_of(numbers, share).items()})
        pa.parquet.write_table(table, folder / "tables" / f"{first:09}.parquet")
    seen = 0
    options = ScanOptions(sources=(str(folder / "tables"),), model=str(model))
    for part in ScanRun(folder / "out", options, RayEngine()).run():
        seen += part.rows
        yield seen


def images_of(numbers: np.ndarray, share: float) -> dict[str, Any]:
    """Return names and bytes: that share of pictures, and the rest no images; no two are equal."""
    every = round(1 / share) if share else 0
    picture = tiny_picture()
    contents = [
        (picture if every and number % every == 0 else b"no image") + int(number).to_bytes(8, "big")
        for number in numbers
    ]
    return {"id": [f"{number:09}.png" for number in numbers], "image": contents}


def tiny_picture() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (32, 32, 3), np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


if __name__ == "__main__":
    main()
