"""A report of a large scan: how much memory it takes, how large the page is, how long a browser needs to open it.

::

    python -m tests.benchmarks.report --rows 100000 --photos DATA/train

The rows are made up, with hashes of their own and the ids of real files in turn; one in twenty is a hit.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.integration.test_report import CHROMIUM, data_of
from wildvision.archive import ScanOptions, ScanRun
from wildvision.archive.folder import ScanFolder
from wildvision.archive.report import write_report
from wildvision.archive.rows import Row

PART_ROWS = 1000
ROUNDS = 5  # of opening a page, the middle one counts


def main() -> None:
    """Make a scan, write its report and open it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--photos", type=Path, required=True, help="a folder of photos")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        results = make_scan(Path(scratch) / "results", options.photos, options.rows)
        before, started = _peak_mb(), time.perf_counter()
        page = Path(scratch) / "report.html"
        write_report(results, page)
        seconds = time.perf_counter() - started
        hits = sum(len(card["hits"]) for card in data_of(page)["groups"])
        print(
            f"{options.rows:,} rows, {hits:,} hits on the page ({page.stat().st_size / 1e6:.1f} MB); "
            f"peak {_peak_mb() - before:.0f} MB above {before:.0f} MB; {seconds:.0f} s"
        )
        print(f"opening it takes {opened(page, Path(scratch)):.1f} s longer than an empty page")


def make_scan(results: Path, photos: Path, rows: int) -> Path:
    """Write a scan of made-up rows whose ids are real photos."""
    options = ScanOptions(sources=(str(photos),), workers=0)
    run = ScanRun(results, options)
    for number, _ in enumerate(run.run()):
        if number == 200:
            run.stop()
    folder, facts = ScanFolder(results), json.loads((results / "scan.json").read_text())
    real = [row for part in folder.parts for row in folder.read(part.number) if not row.error]
    categories = [entry["id"] for entry in facts["categories"]]
    draw = np.random.default_rng(0)
    for number in range(rows // PART_ROWS):
        made = [
            _row(real[int(draw.integers(len(real)))], draw, number * PART_ROWS + k) for k in range(PART_ROWS)
        ]
        folder.commit(number, made, categories, None)
    return results


def _row(row: Row, draw: np.random.Generator, number: int) -> Row:
    is_hit = draw.random() < 0.05
    return replace(
        row,
        id=row.id if number < 200 else f"{row.id}?{number}",
        sha256=draw.bytes(32).hex(),
        pdq=draw.bytes(32).hex(),
        pdq_quality=100,
        verdict=("FLAG" if draw.random() < 0.3 else "REVIEW") if is_hit else "CLEAR",
        category="ivory" if is_hit else None,
        scores={name: float(draw.random() ** 6) for name in row.scores},
    )


def opened(page: Path, scratch: Path) -> float:
    """Return how many seconds a browser needs for a page beyond those for an empty one, the middle of five."""
    empty = scratch / "empty.html"
    empty.write_text("<!doctype html><title>empty</title>")
    differences = [_seconds(page, scratch) - _seconds(empty, scratch) for _ in range(ROUNDS)]
    return float(np.median(differences))


def _seconds(page: Path, scratch: Path) -> float:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    started = time.perf_counter()
    subprocess.run(
        [str(browser), *CHROMIUM, f"--user-data-dir={scratch / 'profile'}", "--dump-dom", page.as_uri()],
        check=True, capture_output=True,
    )  # fmt: skip
    return time.perf_counter() - started


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


if __name__ == "__main__":
    main()
