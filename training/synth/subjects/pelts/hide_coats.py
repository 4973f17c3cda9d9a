"""The coats of animals whose hides are in lawful trade: cattle, sheep, goats, deer, zebra; display colours, 0 to 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.synth.kit.coat_patterns import cells, noise, spots, step, stripe_patch, stripes
from training.synth.kit.draws import Draws
from training.synth.kit.geometry import Array
from training.synth.subjects.pelts.outline import Regions

HIDES: dict[str, dict[str, Any]] = {
    "cow": {"body": (1.6, 2.2), "width": 1.45, "tail": 0.25, "tail_thick": 0.02, "hair": 0.012},
    "sheep": {"body": (0.75, 1.0), "width": 1.35, "tail": 0.08, "tail_thick": 0.03, "hair": 0.055},
    "goat": {"body": (0.8, 1.1), "width": 1.15, "tail": 0.12, "tail_thick": 0.025, "hair": 0.045},
    "deer": {"body": (0.9, 1.4), "width": 1.2, "tail": 0.12, "tail_thick": 0.03, "hair": 0.022},
    "spotted_deer": {"body": (0.9, 1.2), "width": 1.2, "tail": 0.16, "tail_thick": 0.03, "hair": 0.016},
    "zebra": {"body": (1.5, 1.9), "width": 1.3, "tail": 0.2, "tail_thick": 0.02, "hair": 0.01},
}
"""Size in metres, proportions as in `training.synth.subjects.pelts.outline.draw_outline`, and length of hair in metres."""

_COLOURS = {
    "cow": [
        ((0.95, 0.93, 0.89), (0.06, 0.05, 0.05)), ((0.94, 0.91, 0.85), (0.40, 0.22, 0.12)),
        ((0.93, 0.89, 0.82), (0.58, 0.33, 0.17)), ((0.55, 0.36, 0.20), (0.16, 0.09, 0.06)),
        ((0.72, 0.68, 0.62), (0.93, 0.91, 0.87)), ((0.12, 0.09, 0.07), (0.25, 0.15, 0.09)),
    ],
    "sheep": [((0.94, 0.91, 0.84), (0.85, 0.80, 0.70)), ((0.35, 0.30, 0.26), (0.2, 0.17, 0.15)),
        ((0.70, 0.66, 0.60), (0.5, 0.46, 0.42))],
    "goat": [((0.93, 0.90, 0.84), (0.12, 0.09, 0.07)), ((0.45, 0.28, 0.16), (0.10, 0.07, 0.05)),
        ((0.75, 0.68, 0.58), (0.35, 0.28, 0.22))],
    "deer": [((0.47, 0.36, 0.26), (0.88, 0.84, 0.77)), ((0.58, 0.36, 0.20), (0.90, 0.85, 0.76))],
    "spotted_deer": [((0.62, 0.37, 0.18), (0.93, 0.90, 0.84)), ((0.52, 0.33, 0.19), (0.93, 0.90, 0.84))],
    "zebra": [((0.94, 0.92, 0.87), (0.08, 0.07, 0.06)), ((0.90, 0.84, 0.72), (0.15, 0.10, 0.07))],
}  # fmt: skip


def draw_hide(draws: Draws, kind: str) -> dict[str, Any]:
    """Draw the colours and patches of one hide."""
    ground, patch = draws.choice(_COLOURS[kind])
    return {
        "kind": kind,
        "ground": list(draws.colour(ground, value=0.1, tint=0.02)),
        "patch": list(draws.colour(patch, value=0.12, tint=0.02)),
        "share": draws.normal(0.0, 0.35, -0.8, 0.8),
        "speckle": draws.uniform(0.0, 1.0) if draws.chance(0.4) else 0.0,
        "scale": draws.uniform(0.7, 1.4),
        "seed": draws.seed(),
    }


def hide_colours(hide: dict[str, Any], at: Regions) -> Array:
    """Return the display colour (N, 3) of each place."""
    ground, patch = np.array(hide["ground"], dtype=np.float32), np.array(hide["patch"], dtype=np.float32)
    share = _SHARES[hide["kind"]](hide, at)
    rgb = ground + share[:, None] * (patch - ground)
    mottle = noise(at.x * 5, at.y * 5, hide["seed"] + 2, 4)
    return np.clip(rgb * (1 + 0.10 * mottle[:, None]), 0, 1).astype(np.float32)


def _cow(hide: dict[str, Any], at: Regions) -> Array:
    """Large soft patches, often with a pale spine or speckled edges."""
    size = 0.42 * hide["scale"]
    field = noise(at.x / size, np.abs(at.y) / size + 0.35 * at.y, hide["seed"], 3) + hide["share"]
    field = field + 0.12 * noise(at.x * 40, at.y * 40, hide["seed"] + 1, 2)
    speckle = spots(cells(at.x * 22, at.y * 22, hide["seed"] + 3, 0.45), 0.3) * step(0.5, 0.0, np.abs(field))
    return np.maximum(step(-0.02, 0.06, field), hide["speckle"] * speckle)


def _wool(hide: dict[str, Any], at: Regions) -> Array:
    return 0.5 + 0.5 * noise(at.x * 30, at.y * 30, hide["seed"], 3)


def _goat(hide: dict[str, Any], at: Regions) -> Array:
    """A dark or pale band along the spine, and blotches."""
    band = step(0.22, 0.08, np.abs(at.side) + 0.08 * noise(at.x * 8, at.y * 8, hide["seed"]))
    blotch = step(0.1, 0.25, noise(at.x * 3.2, at.y * 3.2, hide["seed"] + 1) + hide["share"] - 0.2)
    return np.maximum(band, blotch)


def _deer(hide: dict[str, Any], at: Regions) -> Array:
    """Brown, with white at the edges, the belly, and the rump."""
    depth = at.depth + 0.03 * noise(at.x * 8, at.y * 8, hide["seed"])
    return step(0.09, 0.0, depth) * 0.9 + 0.1 * _wool(hide, at)


def _spotted(hide: dict[str, Any], at: Regions) -> Array:
    """White spots in rows on russet."""
    pitch = 0.07 * hide["scale"]
    dots = spots(cells(at.x / pitch, at.y / (0.8 * pitch), hide["seed"], 0.22), 0.19)
    return np.maximum(dots * step(0.05, 0.1, np.abs(at.side)), 0.9 * step(0.07, 0.0, at.depth))


def _zebra(hide: dict[str, Any], at: Regions) -> Array:
    """Broad, long, parallel black and white stripes from edge to edge, with a stripe along the spine."""
    patch = stripe_patch(hide["seed"], length=9.0, gain=4.0)
    period = 0.105 * hide["scale"]
    bend = 0.35 * np.abs(at.side) ** 2 * step(0.5, 0.0, at.x / at.body)
    trunk = stripes(patch, (at.x + bend) / period, at.y / period * 0.7)
    limb = stripes(patch, at.limb_along * 8 + 40 * np.sign(at.y), at.limb_across / period)
    field = trunk + at.limb * (limb - trunk)
    return np.maximum(step(-0.15, 0.15, field), step(0.018, 0.012, np.abs(at.y)))


_SHARES = {
    "cow": _cow,
    "sheep": _wool,
    "goat": _goat,
    "deer": _deer,
    "spotted_deer": _spotted,
    "zebra": _zebra,
}
