"""Long runs of a scan: memory over a large archive, and kills at random moments.

    python -m tests.benchmarks.soak memory [--members 100000] [--model DIR]
    python -m tests.benchmarks.soak kills [--items 2000] [--kills 200] [--model DIR]

``memory`` scans a tar of small JPEGs and prints the memory of all processes together (proportional set size, which
counts shared pages once) from 10 % to 100 % of the run. ``kills`` scans a zip of which 5 % of the items are broken,
kills the whole process group at random moments and resumes, and compares what is there in the end with an unbroken run.
Exit status: 0 all held, 1 something did not.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PIL import Image

from wildvision.archive import ScanOptions, ScanRun, read_part
from wildvision.archive.rows import TIMINGS

MOST_MEMORY = 1e9  # bytes
FLAT = 1.10  # largest over the mean of the first measurements


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    memory = commands.add_parser("memory")
    memory.add_argument("--members", type=int, default=100_000)
    kills = commands.add_parser("kills")
    kills.add_argument("--items", type=int, default=2000)
    kills.add_argument("--kills", type=int, default=200)
    for command in (memory, kills):
        command.add_argument("--model")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.command == "memory":
            held = measure_memory(Path(folder), options.members, options.model)
        else:
            held = survive_kills(Path(folder), options.items, options.kills, options.model)
    sys.exit(0 if held else 1)


def measure_memory(folder: Path, members: int, model: str | None) -> bool:
    """Scan a tar and print the memory at every tenth of it."""
    archive = folder / "archive.tar"
    contents = [jpeg(seed) for seed in range(100)]
    with tarfile.open(archive, "w") as file:
        for number in range(members):
            member = tarfile.TarInfo(f"{number:07}.jpg")
            member.size = len(contents[number % 100])
            file.addfile(member, io.BytesIO(contents[number % 100]))
    run = ScanRun(folder / "out", ScanOptions(sources=(str(archive),), model=model))
    seen, found = 0, []
    for part in run.run():
        seen += part.rows
        if seen * 10 // members > len(found):
            found.append(memory_of_all())
            print(f"{seen / members:4.0%}  {found[-1] / 1e6:6.0f} MB", flush=True)
    held = max(found) < MOST_MEMORY and max(found) < FLAT * float(np.mean(found[:2]))
    print(f"largest {max(found) / 1e6:.0f} MB; {'held' if held else 'NOT held'}")
    return held


def memory_of_all() -> float:
    """Return the bytes of this process and its children, shared pages counted once."""
    me = psutil.Process()
    total = 0
    for process in (me, *me.children(recursive=True)):
        try:
            total += process.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return total


def survive_kills(folder: Path, items: int, most: int, model: str | None) -> bool:
    """Kill a scan again and again; print how often, and whether all rows are as in an unbroken run."""
    archive = folder / "archive.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for number in range(items):
            content = jpeg(number)
            file.writestr(f"{number:05}.jpg", content[:200] if number % 20 == 7 else content)
    common = {"sources": (str(archive),), "model": model, "part_rows": 20}
    list(ScanRun(folder / "unbroken", ScanOptions(**common)).run())
    wanted = rows_of(folder / "unbroken")
    out, rng = folder / "out", random.Random(1)
    command = [
        sys.executable,
        "-m",
        "wildvision",
        "scan",
        str(archive),
        "--out",
        str(out),
        "--part-rows",
        "20",
    ]
    command += ["--model", model] if model else []
    kills = finished = 0
    while kills < most:
        process = subprocess.Popen(
            command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(rng.uniform(0.1, 4.0))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            kills += 1
        if (
            process.wait() == 1
        ):  # all done, some items failed: as it must be; begin again for the kills to come
            finished += 1
            if not compare(rows_of(out), wanted):
                return False
            out.rename(folder / f"finished-{finished}")
    subprocess.run(command, capture_output=True, check=False)
    held = compare(rows_of(out), wanted)
    print(f"{kills} kills, {finished + 1} runs finished between them; {'held' if held else 'NOT held'}")
    return held


def rows_of(out: Path) -> list[dict[str, Any]]:
    """Return all rows without what differs from run to run."""
    rows = [row for path in sorted((out / "parts").glob("part-*")) for row in read_part(path)]
    return [{name: value for name, value in row.items() if name not in TIMINGS} for row in rows]


def compare(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> bool:
    """Say whether rows are as they must be."""
    if len({row["id"] for row in found}) != len(found):
        print("an item is there twice")
    elif found != wanted:
        print(f"expected {len(wanted)} rows as in the unbroken run, found {len(found)} that differ")
    return found == wanted


def jpeg(seed: int) -> bytes:
    """Return a small picture."""
    pixels = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).resize((160, 120), Image.Resampling.BICUBIC).save(buffer, "JPEG")
    return buffer.getvalue()


if __name__ == "__main__":
    main()
