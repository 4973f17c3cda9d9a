"""Long runs of a scan: memory over a large archive, and kills at random moments.

    python -m tests.benchmarks.soak memory [--members 100000] [--model DIR]
    python -m tests.benchmarks.soak kills [--items 2000] [--kills 200] [--model DIR]

``memory`` scans a tar of small JPEGs and prints the memory of all processes together (proportional set size, which
counts shared pages once) from 10 % to 100 % of the run. ``kills`` scans a zip and a folder, of both of which 5 % of the
items are broken, kills the whole process group at random moments and resumes. Whenever a run has ended, photos are
added to the folder, changed, renamed and removed. In the end each item must be there once, as in one unbroken run.
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
            content = contents[number % 100] + number.to_bytes(4, "big")  # equal images would be decoded once
            member = tarfile.TarInfo(f"{number:07}.jpg")
            member.size = len(content)
            file.addfile(member, io.BytesIO(content))
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
    """Kill a scan of growing sources again and again; print how often, and whether the rows are as they must be."""
    archive, photos, rng = folder / "archive.zip", folder / "photos", random.Random(1)
    photos.mkdir()
    with zipfile.ZipFile(archive, "w") as file:
        for number in range(items // 2):
            file.writestr(f"{number:05}.jpg", some_jpeg(number))
    following = change(photos, items // 2, rng, items // 2)
    out = folder / "out"
    sources = (str(archive), str(photos))
    command = [sys.executable, "-m", "wildvision", "scan", *sources, "--out", str(out), "--part-rows", "20"]
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
        if process.wait() == 1:  # all done, some items failed: as it must be
            finished += 1
            following = change(photos, items // 10, rng, following)
    subprocess.run(command, capture_output=True, check=False)
    list(ScanRun(folder / "unbroken", ScanOptions(sources=sources, model=model)).run())
    held = compare(rows_of(out), rows_of(folder / "unbroken"))
    print(f"{kills} kills, {finished + 1} runs finished between them; {'held' if held else 'NOT held'}")
    return held


def change(photos: Path, count: int, rng: random.Random, following: int) -> int:
    """Add so many photos, and change, rename and remove a tenth as many; returns the number of the next one."""
    for number in range(following, following + count):
        (photos / f"{rng.randrange(10**6):06}.jpg").write_bytes(some_jpeg(number))
    for path in rng.sample(sorted(photos.iterdir()), count // 10):
        path.write_bytes(some_jpeg(following + count + rng.randrange(10**6)))
    for path in rng.sample(sorted(photos.iterdir()), count // 10):
        path.rename(path.with_stem(f"{path.stem} renamed {following}"))
    for path in rng.sample(sorted(photos.iterdir()), count // 10):
        path.unlink()
    return following + count


def rows_of(out: Path) -> list[dict[str, Any]]:
    """Return all rows without what differs from run to run."""
    rows = [row for path in sorted((out / "parts").glob("part-*")) for row in read_part(path)]
    return [{name: value for name, value in row.items() if name not in TIMINGS} for row in rows]


def compare(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> bool:
    """Say whether rows are as they must be; those of photos that were removed stay beside them."""
    by_id = {row["id"]: row for row in found}
    if len(by_id) != len(found):
        print("an item is there twice")
        return False
    wrong = [row["id"] for row in wanted if by_id.get(row["id"]) != row]
    if wrong:
        print(
            f"of {len(wanted)} rows of the unbroken run, {len(wrong)} are missing or differ, such as {wrong[0]}"
        )
    return not wrong


def some_jpeg(seed: int) -> bytes:
    """Return a small picture, one in twenty of them broken."""
    content = jpeg(seed)
    return content[:200] if seed % 20 == 7 else content


def jpeg(seed: int) -> bytes:
    """Return a small picture."""
    pixels = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).resize((160, 120), Image.Resampling.BICUBIC).save(buffer, "JPEG")
    return buffer.getvalue()


if __name__ == "__main__":
    main()
