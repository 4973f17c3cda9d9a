"""Runs of the generator with noise in place of Blender's pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from training.synth import generate
from training.synth.generate import Job, RenderOptions, Tally, make_picture, plan, render
from training.synth.stage import Shot

TINY = RenderOptions(size=24, samples=1)

NAMES = ("bovine_horn", "rhino_horn")


def drawn(job: Job, **options: Any) -> generate.Outcome:
    """Make a picture as in a worker, but with noise in place of a rendering."""

    def take(scene: dict[str, Any], *_: Any, size: int, **__: Any) -> Shot:
        pixels = np.random.default_rng(scene["camera"]["noise_seed"]).integers(0, 256, (size, size, 3))
        picture = Image.fromarray(pixels.astype(np.uint8))
        return Shot(picture=picture, box=(0.1, 0.2, 0.8, 0.9), visible_fraction=0.5)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generate, "take", take)
        return make_picture(job, **options)


def run(out: Path, count: int = 4, maker: Any = drawn, options: RenderOptions = TINY) -> Tally:
    return list(render(plan(NAMES, count), out, seed=3, options=options, workers=2, make=maker))[-1]
