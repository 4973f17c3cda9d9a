"""Augmentation: training photos made to look like what people post, with other grounds, light, crops and overlays.

Each manipulation is a pure function ``(image, severity, rng) -> image`` with RGB images of shape (H, W, 3), uint8, and
severities from 0 (hardly anything) through 3 (a typical re-post) to 5 (as far as a person still sees what is shown).
Training draws them at random through `Augmenter`; the evasion suite (`training.evaluation.evasion`) measures each.
"""

from __future__ import annotations

import os

# albumentations asks PyPI for its newest version while it is imported; making a model opens no connection.
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

from training.augment.composition import mix, paste_object, swap_background, unite
from training.augment.cutout import CutOuts, cut_out
from training.augment.distortions import blur, colour_cast, downscale, geometry, light, noise, recompress
from training.augment.frames import cells, collage, screenshot
from training.augment.overlays import text, watermark
from training.augment.pipeline import Augmenter
from training.augment.stickers import sticker

__all__ = [
    "Augmenter",
    "CutOuts",
    "blur",
    "cells",
    "collage",
    "colour_cast",
    "cut_out",
    "downscale",
    "geometry",
    "light",
    "mix",
    "noise",
    "paste_object",
    "recompress",
    "screenshot",
    "sticker",
    "swap_background",
    "text",
    "unite",
    "watermark",
]
