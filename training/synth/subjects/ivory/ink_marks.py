"""Numbers and weights as officers write them on seized tusks, in felt pen: strokes of a hand, not a typeface."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from training.synth.kit.draws import Draws
from training.synth.kit.geometry import Array

_STROKES: dict[str, str] = {
    "0": "50 10 90 30 90 75 50 95 10 75 10 30 50 10", "1": "25 30 55 8 55 95", "2": "12 30 45 8 85 25 75 50 12 95 90 92",
    "3": "15 15 60 8 85 28 45 48 88 68 60 95 12 85", "4": "65 95 68 8 10 65 92 65", "5": "85 10 25 10 20 48 65 42 88 68 60 95 12 88",
    "6": "75 8 25 45 15 80 50 96 85 75 60 52 20 70", "7": "10 12 90 10 45 95", "8": "50 48 20 28 50 8 80 28 50 48 12 74 50 95 88 74 50 48",
    "9": "82 35 50 8 20 30 45 52 80 32 75 95", "A": "8 95 50 8 92 95|25 62 76 62", "B": "15 95 15 8 70 15 65 45 15 48 82 62 75 92 15 95",
    "C": "88 22 50 8 12 50 50 95 90 80", "E": "88 10 15 10 15 94 90 92|15 50 70 50", "F": "88 10 15 10 15 95|15 50 70 50",
    "H": "15 8 15 95|85 8 85 95|15 50 85 50", "I": "50 8 50 95", "K": "15 8 15 95|88 10 15 55 90 95", "M": "8 95 15 8 50 65 85 8 92 95",
    "N": "12 95 12 8 88 95 88 8", "P": "15 95 15 8 75 14 78 45 15 52", "R": "15 95 15 8 75 14 75 45 15 52 88 95",
    "S": "85 18 45 6 15 30 82 66 55 96 12 82", "T": "8 10 92 10|50 10 50 95", "U": "12 8 18 85 55 96 85 80 88 8",
    "X": "10 8 90 95|88 8 12 95", "Z": "10 12 90 10 12 92 92 90", "k": "15 8 15 95|70 42 15 70 78 95",
    "g": "78 50 40 45 22 68 48 84 78 55 76 105 50 120 20 108", "/": "85 5 15 100", "-": "20 55 80 55", ".": "48 92 54 96 48 96", " ": "",
}  # fmt: skip


def draw_mark(draws: Draws) -> str:
    """Draw what is written on a tusk: a number, a weight, or both."""
    letters = draws.choice(["ZP", "TZ", "KE", "MZ", "UG", "EX", "TK", "S", "A", "N", "CR", "B"])
    number = draws.integer(1, draws.choice([9, 99, 999, 4000]))
    weight = draws.uniform(0.8, 28.0)
    return draws.choice(
        [
            f"{number}",
            f"{letters} {number}",
            f"{letters}/{number}",
            f"{letters} {number} {weight:.1f}kg",
            f"{weight:.1f}kg",
            f"{number}-{weight:.1f}",
        ]
    )


def handwriting(text: str, seed: int, *, height: int = 96) -> Array:
    """Write a line.

    Args:
        text: Letters that have strokes; others are left out.
        seed: Of the hand.
        height: Of the picture, in pixels.

    Returns:
        Ink, shape (height, W), float32, 0 to 1.
    """
    rng = np.random.default_rng(seed)
    size = height * 0.62
    advance = size * rng.uniform(0.62, 0.85)
    slant, pen = rng.uniform(-0.05, 0.3), max(3, round(height * rng.uniform(0.06, 0.11)))
    page = Image.new("L", (round(advance * (len(text) + 1)), height), 0)
    draw = ImageDraw.Draw(page)
    x = 0.4 * advance
    for letter in text:
        top = height * 0.12 + rng.normal(0, 0.025) * height
        for stroke in _STROKES.get(letter, "").split("|"):
            points = np.array(stroke.split(), dtype=np.float64).reshape(-1, 2) / 100
            points = points + rng.normal(0, 0.025, points.shape)
            line = [
                (x + size * (0.55 * a + slant * (1 - b) * 0.5), top + size * b) for a, b in points.tolist()
            ]
            if line:
                draw.line(line, fill=255, width=pen, joint="curve")
        x += advance * rng.uniform(0.92, 1.08)
    return np.asarray(page.filter(ImageFilter.GaussianBlur(1.0)), dtype=np.float32) / 255
