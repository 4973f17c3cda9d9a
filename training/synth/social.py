"""What happens to a picture between the camera and the person who sees it."""

from __future__ import annotations

from PIL import Image

from training.synth.draws import Draws, Parameters

Box = tuple[float, float, float, float]


def sample_post(draws: Draws) -> list[Parameters]:
    """Draw the steps."""
    return []


def apply_post(
    picture: Image.Image, steps: list[Parameters], box: Box | None
) -> tuple[Image.Image, Box | None, float]:
    """Apply them."""
    return picture, box, 0.0
