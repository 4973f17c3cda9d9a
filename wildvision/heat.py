"""Activation maps as small transparent pictures, for a browser to stretch over a photo."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

COLOUR = (255, 60, 0)
"""Of all maps."""
_OPAQUE = 200  # of 255, where the map is strongest


def heat_picture(activation: NDArray[np.float32], side: int) -> Image.Image:
    """Return what speaks for a category as an RGBA picture; what speaks against it is transparent.

    Args:
        activation: Shape (H, W), as `Explanation.map` or `Classifier.activation_map`.
        side: Of the picture, the longer one, in px.
    """
    heat = Image.fromarray(np.clip(activation, 0, None))
    scale = side / max(heat.size)
    size = (max(1, round(heat.width * scale)), max(1, round(heat.height * scale)))
    strength = np.asarray(heat.resize(size, Image.Resampling.BOX))
    strength = strength / max(float(strength.max()), 1e-6)
    picture = np.empty((*strength.shape, 4), np.uint8)
    picture[..., :3] = COLOUR
    picture[..., 3] = (_OPAQUE * strength).astype(np.uint8)
    return Image.fromarray(picture)
