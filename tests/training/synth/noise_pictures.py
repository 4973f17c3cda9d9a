"""Runs of the generator with noise in place of Blender's pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from training.synth import picture
from training.synth.family import Family
from training.synth.picture import Outcome, make_picture
from training.synth.plan import Job, plan
from training.synth.row import RenderOptions
from training.synth.run import Tally, render
from training.synth.shoot import Shot

TINY = RenderOptions(size=24, samples=1)

NAMES = ("bovine_horn", "rhino_horn")


def drawn(job: Job, **options: Any) -> Outcome:
    """Make a picture as in a worker, but with noise in place of a rendering."""

    def take(scene: dict[str, Any], _: Family, options: RenderOptions, **__: Any) -> Shot:
        shape = (options.size, options.size, 3)
        pixels = np.random.default_rng(scene["camera"]["noise_seed"]).integers(0, 256, shape)
        noise = Image.fromarray(pixels.astype(np.uint8))
        return Shot(picture=noise, box=(0.1, 0.2, 0.8, 0.9), visible_fraction=0.5)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(picture, "take", take)
        return make_picture(job, **options)


def run(out: Path, count: int = 4, maker: Any = drawn, options: RenderOptions = TINY) -> Tally:
    return list(render(plan(NAMES, count), out, seed=3, options=options, workers=2, make=maker))[-1]
