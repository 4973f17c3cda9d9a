"""What a scan costs, from a million photos to a billion: rates measured on this machine, and what follows from them.

    python -m tests.benchmarks.sizing measure --driver-ms MILLISECONDS > rates.json
    python -m tests.benchmarks.sizing simulate rates.json [--price DOLLARS]

``measure`` times loading, decoding and the network's looks at 1440 x 1080 JPEG files, on one core, with the released
model. What a row costs the driver is measured by ``python -m tests.benchmarks.ray_scan rows --way folder``.
``simulate`` draws photos of many sizes, of which a share is looked at again from other sides, and says how many
core-hours an archive takes, what they cost, and which stage is full first with how many cores.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from tests.benchmarks.scan import write_photos
from wildvision import Classifier
from wildvision.archive.folder import ScanFolder
from wildvision.archive.items import InFile, Item
from wildvision.archive.rows import Row, Scorer

PHOTOS, PART_ROWS = 120, 1000
SIZES = (1_000_000, 10_000_000, 100_000_000, 1_000_000_000)
CORES = (16, 256, 4096)
DRAWS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What was measured: milliseconds of one core, a photo or a row, and bytes.

    Attributes:
        load_ms: To read a photo of a warm disk, and its digests.
        decode_ms: To decode it.
        look_ms: Of the transform, the network, and the decision, for one look.
        driver_ms: Of the driver, for one row: listing, Ray, order, and its share of a Parquet part.
        row_bytes: Of a row on disk.
    """

    load_ms: float
    decode_ms: float
    look_ms: float
    driver_ms: float
    row_bytes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What was not measured here.

    Attributes:
        price: Dollars for an hour of a core.
        photo_bytes: Of a photo, on average.
        spread: Standard deviation of the logarithm of a photo's pixels, around those that were measured.
        looked_on: Share of photos with three more looks; the model card measures it.
        copies: Share of exact copies in a million photos.
        growth: Distinct photos grow as the number of photos to this power (Heaps' law).
        machine_cores: Cores of a machine.
        machine_gbit_s: Gigabits a second that a machine gets from the store.
    """

    price: float = 0.04
    photo_bytes: float = 300_000
    spread: float = 0.6
    looked_on: float = 0.09
    copies: float = 0.10
    growth: float = 0.97
    machine_cores: int = 16
    machine_gbit_s: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What a number of photos takes.

    Attributes:
        photos: In the archive.
        core_hours: To score all of them.
        dollars: For those.
        distinct_dollars: If exact copies were scored once.
        rows_gb: Of its rows.
        hours: By number of cores, and what limits it then.
    """

    photos: int
    core_hours: float
    dollars: float
    distinct_dollars: float
    rows_gb: float
    hours: dict[int, tuple[float, str]]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    measurement = commands.add_parser("measure")
    measurement.add_argument("--driver-ms", type=float, required=True)
    simulation = commands.add_parser("simulate")
    simulation.add_argument("rates", type=Path)
    simulation.add_argument("--price", type=float, default=Assumptions().price)
    options = parser.parse_args()
    if options.command == "measure":
        print(json.dumps(asdict(measure(options.driver_ms)), indent=2))
        return
    print(page(Rates(**json.loads(options.rates.read_text())), replace(Assumptions(), price=options.price)))


def page(rates: Rates, assumed: Assumptions) -> str:
    """Return the tables of the guide, in Markdown."""
    a_second = 1 / core_seconds(rates, assumed)
    lines = [
        f"One core: {a_second:.1f} photos a second, {a_second * 86_400:,.0f} a day; "
        f"a million photos: {1e6 / a_second / 3600:,.0f} core-hours, ${assumed.price * 1e6 / a_second / 3600:,.2f}.",
        "",
        "| photos | core-hours | cost | cost if copies were scored once | rows | "
        + " | ".join(f"{cores:,} cores" for cores in CORES)
        + " |",
        "|---|---|---|---|---|" + "---|" * len(CORES),
    ]
    for archive in (simulate(photos, rates, assumed) for photos in SIZES):
        hours = " | ".join(f"{duration(hours)} ({stage})" for hours, stage in archive.hours.values())
        lines.append(
            f"| {archive.photos:,} | {archive.core_hours:,.0f} | ${archive.dollars:,.2f} | "
            f"${archive.distinct_dollars:,.2f} | {archive.rows_gb:,.1f} GB | {hours} |"
        )
    lines += ["", "| stage | photos a second | is full with |", "|---|---|---|"]
    for stage, speed in fixed_stages(rates).items():
        lines.append(f"| {stage} | {speed:,.0f} | {speed / a_second:,.0f} cores |")
    reading = machine_photos(assumed)
    lines.append(f"| reading, one machine | {reading:,.0f} | {reading / a_second:,.0f} cores of it |")
    return "\n".join(lines)


def simulate(photos: int, rates: Rates, assumed: Assumptions) -> Archive:
    """Return what an archive takes."""
    seconds = core_seconds(rates, assumed)
    distinct = (1 - assumed.copies) * (photos / 1e6) ** (assumed.growth - 1)
    loading = rates.load_ms / 1000
    hours = photos * seconds / 3600
    once = photos * (distinct * seconds + (1 - distinct) * loading) / 3600
    return Archive(
        photos=photos,
        core_hours=hours,
        dollars=hours * assumed.price,
        distinct_dollars=once * assumed.price,
        rows_gb=photos * rates.row_bytes / 1e9,
        hours={cores: duration_of(photos, cores, rates, assumed) for cores in CORES},
    )


def core_seconds(rates: Rates, assumed: Assumptions) -> float:
    """Return the mean seconds of a core for a photo, over drawn sizes and looks."""
    rng = np.random.default_rng(0)
    pixels = rng.lognormal(0.0, assumed.spread, DRAWS)  # of those that were measured
    looks = 1 + 3 * (rng.random(DRAWS) < assumed.looked_on)
    return float(np.mean(rates.load_ms + rates.decode_ms * pixels + rates.look_ms * looks)) / 1000


def duration_of(photos: int, cores: int, rates: Rates, assumed: Assumptions) -> tuple[float, str]:
    """Return the hours of a scan, and the stage that limits it."""
    stages = {
        "scoring": cores / core_seconds(rates, assumed),
        "reading": machine_photos(assumed) * max(cores / assumed.machine_cores, 1),
        **fixed_stages(rates),
    }
    slowest = min(stages, key=lambda stage: stages[stage])
    return photos / stages[slowest] / 3600, slowest


def fixed_stages(rates: Rates) -> dict[str, float]:
    """Return the photos a second of what does not grow with the cluster: the driver works in one thread."""
    return {"driver": 1000 / rates.driver_ms}


def machine_photos(assumed: Assumptions) -> float:
    """Return how many photos a second a machine can read."""
    return assumed.machine_gbit_s * 1e9 / 8 / assumed.photo_bytes


def duration(hours: float) -> str:
    """Return hours in words."""
    if hours < 1:
        return f"{60 * hours:.0f} min"
    return f"{hours / 24:,.0f} days" if hours >= 48 else f"{hours:.0f} h"


# --- measuring ------------------------------------------------------------------------------------------------


def measure(driver_ms: float) -> Rates:
    """Measure the stages on this machine, on one core."""
    classifier = Classifier(threads=1)
    with tempfile.TemporaryDirectory() as folder:
        rows = scored(Path(folder) / "photos", classifier)
        return Rates(
            load_ms=middle([row.load_ms for row in rows]),
            decode_ms=middle([row.decode_ms for row in rows]),
            look_ms=middle([row.model_ms for row in rows]),
            driver_ms=driver_ms,
            row_bytes=bytes_on_disk(Path(folder) / "out", rows[0], classifier),
        )


def scored(folder: Path, classifier: Classifier) -> list[Row]:
    """Return rows of photos, after the first few."""
    scorer, items = (
        Scorer(classifier),
        [Item(id=str(p), content=InFile(str(p))) for p in write_photos(folder, PHOTOS)],
    )
    rows = [row for key, item in enumerate(items) if isinstance(row := scorer.score(key, item), Row)]
    return rows[10:]


def middle(values: list[float | None]) -> float:
    return round(statistics.median(value for value in values if value is not None), 3)


def bytes_on_disk(folder: Path, row: Row, classifier: Classifier) -> float:
    """Return the bytes of a row in a Parquet part."""
    rng = np.random.default_rng(0)
    rows = [unlike(row, number, rng) for number in range(PART_ROWS)]
    ScanFolder(folder).commit(0, rows, classifier.manifest.category_ids, None)
    return round(sum(path.stat().st_size for path in (folder / "parts").iterdir()) / PART_ROWS, 1)


def unlike(row: Row, number: int, rng: np.random.Generator) -> Row:
    """Return a row with other digests and scores: equal ones would compress to nothing."""
    scores = dict(zip(row.scores, rng.random(len(row.scores)), strict=True))
    digests = {"sha256": rng.bytes(32).hex(), "pdq": rng.bytes(32).hex()}
    times = {"load_ms": rng.random(), "decode_ms": rng.random(), "model_ms": rng.random()}
    size = int(rng.integers(50_000, 500_000))
    return replace(row, id=f"photos/{number:09}.jpg", bytes=size, scores=scores, **digests, **times)


if __name__ == "__main__":
    main()
