"""Named colours, linear RGB, 0 to 1."""

from __future__ import annotations

from training.synth.kit.geometry import Numbers

Colour = Numbers
"""Red, green, blue."""

IVORY: Colour = (0.85, 0.71, 0.46)
IVORY_SHADE: Colour = (0.74, 0.53, 0.27)
PATINA: Colour = (0.22, 0.095, 0.03)
WHITE: Colour = (1.0, 1.0, 1.0)
WINDOW: Colour = (1.0, 0.97, 0.93)
WARM: Colour = (1.0, 0.77, 0.53)


def rgb(colour: Colour) -> tuple[float, float, float]:
    """Return a colour as Blender wants it."""
    red, green, blue = (float(channel) for channel in colour)
    return red, green, blue


def shaded(colour: Colour, factor: float = 1.0) -> tuple[float, float, float]:
    """Return a colour times ``factor``, at most 1 a channel."""
    red, green, blue = (min(1.0, float(channel) * factor) for channel in colour)
    return red, green, blue
