"""The colours of a cat's coat over the regions of its skin: ground, countershading, pattern, face and tail.

Colours here are display (sRGB) values, 0 to 1, because images store those.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.synth.kit.coat_patterns import (
    cells,
    noise,
    rosettes,
    spots,
    step,
    stripe_patch,
    stripes,
)
from training.synth.kit.draws import Draws
from training.synth.kit.geometry import Array, Numbers
from training.synth.subjects.pelts.outline import Regions


@dataclass(frozen=True, slots=True, kw_only=True)
class Species:
    """What tells a cat's skin.

    Attributes:
        body_m: Usual lowest and highest length of the body from the tail's root to the nape, in metres.
        width: Width of the opened skin over that of a usual one.
        tail: Length of the tail over that of the body.
        tail_thick: Half width of the tail over the length of the body.
        back: Display colour of the back.
        flank: Display colour of the flanks.
        belly: Display colour of the belly, the edge of the skin.
        dark: Display colour of the pattern.
        hair_m: Length of the hair, in metres.
    """

    body_m: tuple[float, float]
    width: float
    tail: float
    tail_thick: float
    back: Numbers
    flank: Numbers
    belly: Numbers
    dark: Numbers
    hair_m: float


CATS = {
    "tiger": Species(
        body_m=(1.45, 1.9), width=1.0, tail=0.55, tail_thick=0.026, back=(0.72, 0.43, 0.16),
        flank=(0.84, 0.56, 0.26), belly=(0.93, 0.90, 0.83), dark=(0.09, 0.065, 0.05), hair_m=0.02,
    ),
    "leopard": Species(
        body_m=(0.95, 1.35), width=1.05, tail=0.72, tail_thick=0.03, back=(0.68, 0.50, 0.29),
        flank=(0.80, 0.66, 0.44), belly=(0.95, 0.93, 0.88), dark=(0.10, 0.075, 0.06), hair_m=0.015,
    ),
    "jaguar": Species(
        body_m=(1.1, 1.6), width=1.12, tail=0.45, tail_thick=0.032, back=(0.73, 0.49, 0.22),
        flank=(0.83, 0.62, 0.34), belly=(0.94, 0.92, 0.86), dark=(0.08, 0.06, 0.05), hair_m=0.014,
    ),
    "snow_leopard": Species(
        body_m=(0.95, 1.25), width=1.15, tail=0.82, tail_thick=0.055, back=(0.67, 0.63, 0.57),
        flank=(0.80, 0.77, 0.71), belly=(0.95, 0.94, 0.92), dark=(0.21, 0.19, 0.18), hair_m=0.04,
    ),
    "clouded_leopard": Species(
        body_m=(0.7, 0.95), width=1.0, tail=0.8, tail_thick=0.038, back=(0.60, 0.50, 0.34),
        flank=(0.73, 0.63, 0.44), belly=(0.92, 0.89, 0.82), dark=(0.11, 0.09, 0.07), hair_m=0.02,
    ),
}  # fmt: skip
"""The cats whose skins are in trade, by name."""


def draw_coat(draws: Draws, kind: str) -> dict[str, Any]:
    """Draw the colours and the pattern of one skin."""
    cat = CATS[kind]

    def near(base: Numbers, shade: float) -> list[float]:
        return list(draws.colour(base, value=0.10 * shade, tint=0.03 * shade))

    return {
        "kind": kind,
        "back": near(cat.back, 1.0), "flank": near(cat.flank, 1.0),
        "belly": near(cat.belly, 0.5), "dark": near(cat.dark, 3.0),
        "scale": draws.uniform(0.85, 1.18),
        "weight": draws.uniform(-1, 1),
        "white": draws.uniform(0.6, 1.3),
        "faded": draws.uniform(0, 0.35) if draws.chance(0.5) else 0.0,
        "dirt": draws.uniform(0.0, 0.5),
        "seed": draws.seed(),
    }  # fmt: skip


def coat_colours(coat: dict[str, Any], at: Regions) -> Array:
    """Return the display colour (N, 3) of each place."""
    belly = _belly(coat, at)
    dark, warm = _PATTERNS[coat["kind"]](coat, at, belly)
    back = step(0.75, 0.0, np.abs(at.side) + 0.12 * noise(at.x * 9, at.y * 9, coat["seed"] + 1)) * (
        1 - at.limb
    )
    flank, spine, pale = (np.array(coat[key], dtype=np.float32) for key in ("flank", "back", "belly"))
    ground = flank + back[:, None] * (spine - flank)
    ground = ground * (1 - 0.22 * warm[:, None] * np.array([0.8, 1.0, 1.25], dtype=np.float32))
    ground = ground + belly[:, None] * (pale - ground)
    rgb = ground + dark[:, None] * (np.array(coat["dark"], dtype=np.float32) - ground)
    rgb = _face(coat, at, rgb)
    faded = coat["faded"]
    grey = rgb.mean(axis=1, keepdims=True)
    rgb = rgb + faded * (0.45 * (grey - rgb) + 0.25 * (np.array([0.66, 0.56, 0.42]) - rgb))
    mottle = noise(at.x * 7, at.y * 7, coat["seed"] + 2, 4)
    rgb = rgb * (1 + 0.06 * mottle[:, None])
    stain = coat["dirt"] * step(0.25, 0.9, noise(at.x * 3.1, at.y * 3.1, coat["seed"] + 3))
    return np.clip(rgb * (1 - stain[:, None] * np.array([0.45, 0.52, 0.6])), 0, 1).astype(np.float32)


def _belly(coat: dict[str, Any], at: Regions) -> Array:
    """Return how white each place is: the edges, which were the belly and the inner sides of the limbs."""
    wide = coat["white"] * at.body * (1 - 0.75 * at.head) * (1 - 0.6 * at.tail)
    depth = at.depth + 0.02 * at.body * noise(at.x / at.body * 12, at.y / at.body * 12, coat["seed"] + 4)
    return step(0.105, 0.02, depth / np.maximum(wide, 1e-3)) * step(
        0.35, 0.7, np.abs(at.side) + at.limb + at.tail
    )


def _mixed(at: Regions, trunk: Array, limb: Array, head: Array, tail: Array) -> Array:
    """Blend what the regions have."""
    dark = trunk + at.limb * (limb - trunk)
    dark = dark + at.head * (head - dark)
    return dark + at.tail * (tail - dark)


def _rings(coat: dict[str, Any], at: Regions, count: float) -> Array:
    """Rings around the tail, wider and closer to its tip, which is dark."""
    phase = at.tail_along**1.3 * count + 0.12 * noise(at.x * 20, at.y * 20, coat["seed"] + 5)
    return np.maximum(step(-0.1, 0.25, np.cos(2 * np.pi * phase) - 0.35), step(0.93, 0.96, at.tail_along))


def _spotted(
    coat: dict[str, Any],
    at: Regions,
    belly: Array,
    *,
    pitch: float,
    draw: Callable[..., tuple[Array, Array]],
    rings: float,
) -> tuple[Array, Array]:
    """Rosettes on the trunk, small spots in rows on the spine, large solid ones on belly and limbs."""
    seed, p = coat["seed"], pitch * coat["scale"] * at.body
    bend = 0.25 * noise(at.x / at.body * 3, at.y / at.body * 3, seed + 6)
    trunk_cells = cells(at.x / (1.12 * p) + bend, at.y / (0.93 * p) + 0.5 + 0.6 * bend, seed + 7)
    dark, warm = draw(trunk_cells)
    spine = spots(cells(at.x / (0.8 * p), at.y / (0.52 * p), seed + 8), 0.30)
    on_spine = step(0.17, 0.08, np.abs(at.side))
    dark = dark + on_spine * (spine - dark)
    q = (0.92 - 0.35 * at.limb * at.limb_along) * p
    solid = spots(cells(at.x / q, at.y / q, seed + 9), 0.36 - 0.05 * at.limb_along * at.limb)
    edge = np.maximum(step(0.35, 0.65, belly), step(1.02, 0.94, at.x / at.body) * 0)
    dark = dark + edge * (solid - dark)
    small = spots(cells(at.x / (0.42 * p), at.y / (0.42 * p), seed + 10), 0.30)
    neck = step(0.86, 1.0, at.x / at.body) * (1 - at.limb)
    dark = dark + neck * (spots(cells(at.x / (0.62 * p), at.y / (0.62 * p), seed + 11), 0.34) - dark)
    root = step(0.5, 0.2, at.tail_along)
    tail = spine * root + (1 - root) * _rings(coat, at, rings)
    warm = warm * (1 - at.limb) * (1 - at.head) * (1 - on_spine) * (1 - neck)
    return _mixed(at, dark, solid, small, tail), warm


def _leopard(coat: dict[str, Any], at: Regions, belly: Array) -> tuple[Array, Array]:
    width = 0.095 + 0.02 * coat["weight"]
    return _spotted(
        coat, at, belly, pitch=0.058, rings=7,
        draw=lambda c: rosettes(c, size=0.33, width=width, broken=0.75, dots=0.0),
    )  # fmt: skip


def _jaguar(coat: dict[str, Any], at: Regions, belly: Array) -> tuple[Array, Array]:
    width = 0.07 + 0.014 * coat["weight"]
    return _spotted(
        coat, at, belly, pitch=0.083, rings=5,
        draw=lambda c: rosettes(c, size=0.40, width=width, broken=0.5, dots=0.8, softness=0.03),
    )  # fmt: skip


def _snow_leopard(coat: dict[str, Any], at: Regions, belly: Array) -> tuple[Array, Array]:
    width = 0.085 + 0.015 * coat["weight"]
    dark, warm = _spotted(
        coat, at, belly, pitch=0.095, rings=8,
        draw=lambda c: rosettes(c, size=0.34, width=width, broken=0.55, dots=0.0, softness=0.13),
    )  # fmt: skip
    smoky = 0.82 + 0.25 * noise(at.x * 11, at.y * 11, coat["seed"] + 12)
    return dark * np.clip(smoky, 0, 1), 0.5 * warm


def _clouded(coat: dict[str, Any], at: Regions, belly: Array) -> tuple[Array, Array]:
    """Large blotches, grey within, whose hind edges are darkest."""

    def draw(found: Any) -> tuple[Array, Array]:
        edge = step(0.16, 0.05, found.gap)
        inner = step(0.0, 0.5, found.gap)
        rear = (
            step(-0.2, 0.9, -np.cos(found.angle)) * step(0.16, 0.26, found.gap) * step(0.46, 0.2, found.gap)
        )
        return np.maximum(rear, 0.35 * inner) * (1 - edge), inner

    return _spotted(coat, at, belly, pitch=0.17, rings=7, draw=draw)


def _tiger(coat: dict[str, Any], at: Regions, belly: Array) -> tuple[Array, Array]:
    """Stripes across the spine, pointed at both ends; few on the shoulders, dense on the rump."""
    seed, p = coat["seed"], 0.060 * coat["scale"] * at.body
    patch = stripe_patch(seed, length=4.2)
    x, y = at.x / at.body, at.y / at.body
    slant = 0.05 * noise(x * 4, y * 4, seed + 13) + 0.10 * np.abs(at.side) ** 2 * (0.55 - x)
    u, v = (x + slant) * at.body / p, y * at.body / p * 0.8
    break_up = 0.55 * noise(u * 0.45, v * 0.55 + 3, seed + 14)
    shoulder = step(0.62, 0.92, x) * (1 - at.head)
    mid = np.exp(-(((np.abs(at.side) - 0.12) / 0.10) ** 2))
    need = 0.22 - 0.1 * coat["weight"] + 0.32 * shoulder + 0.18 * mid + 0.25 * belly - 0.15 * at.tail
    trunk = step(-0.18, 0.22, stripes(patch, u, v) + break_up - need)
    along = at.limb_along * 7 + np.sign(y) * 31 + np.where(x > 0.5, 57, 11)
    limb_need = need + 0.1 + 0.45 * step(0.5, 1.0, at.limb_along) + 0.5 * step(0.5, 0.7, x)
    limb = step(-0.15, 0.25, stripes(patch, along, at.limb_across / p * 0.8) + break_up - limb_need)
    fine = step(
        -0.1, 0.25, stripes(patch, (x + 0.9 * y * y) * at.body / p * 1.9, v * 1.5 + 60) + break_up - 0.15
    )
    return _mixed(at, trunk, limb, fine, _rings(coat, at, 9)), 0.25 * noise(u * 0.3, v * 0.3, seed + 15)


def _face(coat: dict[str, Any], at: Regions, rgb: Array) -> Array:
    """Pale muzzle and brows, dark eye holes and ear backs, and a nose."""
    if not at.head.any():
        return rgb
    x, y = at.x / at.body, np.abs(at.y / at.body)

    def over(colour: Numbers, share: Array) -> None:
        nonlocal rgb
        rgb = rgb + (share * at.head)[:, None] * (np.array(colour, dtype=np.float32) - rgb)

    over((0.90, 0.86, 0.79), step(1.0, 0.75, np.hypot((x - 1.27) / 0.06, (y - 0.035) / 0.04)) * 0.85)
    over((0.90, 0.86, 0.79), step(1.0, 0.7, np.hypot((x - 1.155) / 0.025, (y - 0.062) / 0.028)) * 0.8)
    over((0.05, 0.04, 0.035), step(1.0, 0.75, np.hypot((x - 1.188) / 0.012, (y - 0.058) / 0.022)))
    over((0.10, 0.08, 0.07), step(0.038, 0.030, np.hypot(x - 1.085, y - 0.155)) * 0.85)
    over((0.93, 0.91, 0.86), step(0.014, 0.009, np.hypot(x - 1.083, y - 0.155)) * (coat["kind"] != "leopard"))
    over((0.42, 0.22, 0.18), step(1.0, 0.7, np.hypot((x - 1.318) / 0.018, y / 0.026)))
    return rgb


_PATTERNS = {
    "tiger": _tiger,
    "leopard": _leopard,
    "jaguar": _jaguar,
    "snow_leopard": _snow_leopard,
    "clouded_leopard": _clouded,
}
