"""Packing: rendered pictures into a folder with a short manifest, to be stored."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from training.files import replace_file
from training.synth.plan import Job
from training.synth.row import read_manifest, write_manifest

PACKED = ("form", "seed", "index", "attempt", "cover_share", "family_version", "generator_version")
"""What a packed manifest keeps of a scene."""


def pack(folder: Path, out: Path, jobs: Sequence[Job], *, forms: Collection[str] = ()) -> int:
    """Add the pictures of some jobs, or of those only the named forms, to a folder with a short manifest, to be stored.

    Returns how many.

    Its rows hold no scene but what brings it back: ``draw_scene(load_family(family), seed, index, attempt=attempt,
    cover_share=cover_share)``, while the versions are the same.
    """
    wanted, count = set(jobs), 0
    rows = {row["path"]: row for row in read_manifest(out)}
    for row in read_manifest(folder):
        scene = row.pop("scene")
        if Job(row["family"], scene["index"]) not in wanted or (forms and scene["form"] not in forms):
            continue
        rows[row["path"]] = row | {name: scene[name] for name in PACKED}
        count += 1
        target = out / row["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, (folder / row["path"]).read_bytes())
    write_manifest(out, rows)
    return count
