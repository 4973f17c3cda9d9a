"""Step 5 of a picture: its file, and its row in the manifest that `training.prepare` reads.

A folder holds ``FAMILY/NAME.webp`` and ``manifest.jsonl``, one row a picture. A picture is written whole, then its row.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from training.files import replace_file
from training.synth.drawn_scene import COVER_SHARE
from training.synth.families import load_family
from training.synth.kit.draws import Parameters

MANIFEST = "manifest.jsonl"
FAILURES = "failures.jsonl"
SOURCE = "wildvision-synth"
LICENCE = "Apache-2.0"  # the pictures are the project's own work


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """How scenes become files.

    Attributes:
        size: Longer side of the rendering, in pixels; what is done to the picture afterwards may change it.
        samples: Light paths a pixel, before the denoiser.
        threads: Processor threads a worker.
        quality: Of the WebP files, 1 to 100.
        cover_share: Of the scenes seen through bubble wrap or glass, see `training.synth.drawn_scene.COVER_SHARE`.
    """

    size: int = 256
    samples: int = 16
    threads: int = 1
    quality: int = 80
    cover_share: float = COVER_SHARE


def write_picture(
    picture: Image.Image, seen: Parameters, scene: Parameters, path: Path, options: RenderOptions
) -> dict[str, Any]:
    """Write a picture, whole or not at all, and return its row.

    Args:
        picture: As it is to be stored.
        seen: ``box`` and ``visible_fraction`` of the subject in it.
        scene: As drawn.
        path: Of the file, in a folder of its family.
        options: How scenes become files.
    """
    family = load_family(scene["family"])
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=options.quality, method=6)
    path.parent.mkdir(exist_ok=True)
    replace_file(path, buffer.getvalue())
    return {
        "path": f"{path.parent.name}/{path.name}",
        "labels": family.label,
        "family": family.name,
        "source": f"{SOURCE}/{family.name}",
        "licence": LICENCE,
        "synthetic": "true",
        "sha256": hashlib.sha256(buffer.getvalue()).hexdigest(),
        "width": picture.width,
        "height": picture.height,
        **seen,
        "render_size": options.size,
        "render_samples": options.samples,
        "scene": scene,
    }


def read_manifest(out: Path) -> list[dict[str, Any]]:
    """Return the rows of a folder, the last one of each picture; a torn last line, of a killed run, is dropped."""
    path = out / MANIFEST
    if not path.exists():
        return []
    rows: dict[str, dict[str, Any]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        rows[row["path"]] = row
    return list(rows.values())


def write_manifest(out: Path, rows: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the rows of a folder, by their paths and in the order of these."""
    lines = (json.dumps(rows[path], ensure_ascii=False) + "\n" for path in sorted(rows))
    replace_file(out / MANIFEST, "".join(lines).encode())
