"""Coat patterns as functions of place: jittered cells, rosettes, spots, stripes and smooth noise; numpy only.

All functions take flat arrays of places, so that only the part of a canvas that is needed is worked out.
Stripes come from short-range activation and long-range inhibition, iterated to a steady state, as in
Young 1984, A local activator-inhibitor model of vertebrate skin patterns, Mathematical Biosciences 72.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.synth.kit.geometry import Array

_TABLE = 128  # cells until the pattern repeats
_PATCH = 256  # pixels of a stripe patch
STRIPES_IN_PATCH = 16
"""Stripes across one period of `stripe_patch`."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The nearest of jittered centres for each place, in units of the spacing.

    Attributes:
        radius: Distance to the centre.
        angle: Direction from the centre, radians.
        gap: How much farther the second nearest centre is.
        random: Four numbers, 0 to 1, of the cell, (4, N).
    """

    radius: Array
    angle: Array
    gap: Array
    random: Array


def step(low: float | Array, high: float | Array, at: Array) -> Array:
    """Return 0 below ``low``, 1 above ``high`` and a smooth rise between; falls if ``high`` is the smaller."""
    share = np.clip((at - low) / (high - low), 0.0, 1.0)
    return share * share * (3 - 2 * share)


def noise(x: Array, y: Array, seed: int, octaves: int = 3) -> Array:
    """Return smooth noise, about -1 to 1, with features of about one unit."""
    table = np.random.default_rng(seed).uniform(-1, 1, (octaves, 64, 64)).astype(np.float32)
    total = np.zeros_like(x, dtype=np.float32)
    for octave in range(octaves):
        total += _lookup(table[octave], x * 2.03**octave, y * 2.03**octave) * 0.5**octave
    return total / (2 - 0.5 ** (octaves - 1)) * 1.6


def _lookup(table: Array, x: Array, y: Array) -> Array:
    """Interpolate a periodic table at places in pixels."""
    across, down = np.floor(x).astype(np.int32), np.floor(y).astype(np.int32)
    fx, fy = (x - across).astype(np.float32), (y - down).astype(np.float32)
    fx, fy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)
    rows, columns = table.shape
    x0, x1, y0, y1 = across % columns, (across + 1) % columns, down % rows, (down + 1) % rows
    above = table[y0, x0] * (1 - fx) + table[y0, x1] * fx
    below = table[y1, x0] * (1 - fx) + table[y1, x1] * fx
    return above * (1 - fy) + below * fy


def cells(u: Array, v: Array, seed: int, jitter: float = 0.3) -> Cells:
    """Find the nearest of centres that stand in rows, every other row shifted by half.

    Args:
        u: Places in units of the spacing.
        v: Places across the rows.
        seed: Of the jitter.
        jitter: How far a centre may be from its place in the row, 0 to 0.5.
    """
    table = np.random.default_rng(seed).uniform(0, 1, (6, _TABLE, _TABLE)).astype(np.float32)
    best = np.full(u.shape, 9.0, dtype=np.float32)
    second, dx, dy = best.copy(), best.copy(), best.copy()
    owner = np.zeros(u.shape, dtype=np.int32)
    row0 = np.floor(v).astype(np.int32)
    for below in (-1, 0, 1):
        row = row0 + below
        shift = 0.5 * (row % 2)
        column0 = np.floor(u - shift).astype(np.int32)
        for beside in (-1, 0, 1):
            column = column0 + beside
            key = (row % _TABLE) * _TABLE + column % _TABLE
            ox = u - (column + 0.5 + shift + jitter * (2 * table[0].ravel()[key] - 1))
            oy = v - (row + 0.5 + jitter * (2 * table[1].ravel()[key] - 1))
            distance = np.sqrt(ox * ox + oy * oy)
            nearer = distance < best
            second = np.where(nearer, best, np.minimum(second, distance))
            best = np.where(nearer, distance, best)
            dx, dy = np.where(nearer, ox, dx), np.where(nearer, oy, dy)
            owner = np.where(nearer, key, owner)
    return Cells(best, np.arctan2(dy, dx), second - best, table[2:].reshape(4, -1)[:, owner])


def spots(found: Cells, size: float | Array, softness: float = 0.06) -> Array:
    """Return 1 in solid irregular spots, one a cell, and 0 between."""
    a, b, c, _ = found.random
    wobble = 1 + 0.22 * np.cos(2 * found.angle + 6.28 * a) + 0.14 * np.cos(3 * found.angle + 6.28 * b)
    edge = size * (0.75 + 0.5 * c) * wobble
    return step(edge + softness, edge - softness, found.radius)


def rosettes(
    found: Cells, *, size: float, width: float, broken: float, dots: float, softness: float = 0.05
) -> tuple[Array, Array]:
    """Return the dark of open rings, one a cell, and the inside of the rings, both 0 to 1.

    Args:
        found: The cells.
        size: Radius of the ring in units of the spacing.
        width: Half width of the dark line.
        broken: 0 closed rings, 1 three to five blotches around an open middle.
        dots: Share of rings with dots inside, as a jaguar has.
        softness: Of the edges; larger is smoky.
    """
    a, b, c, d = found.random
    angle, radius = found.angle, found.radius
    ring = (
        size
        * (0.82 + 0.36 * d)
        * (1 + 0.15 * np.cos(2 * angle + 6.28 * a) + 0.11 * np.cos(3 * angle + 6.28 * b))
    )
    ring = np.minimum(ring, radius + found.gap / 2 - 0.2 * width)
    count = 3.0 + np.floor(c * 2.99)
    thick = width * (1 + broken * 1.1 * np.cos(count * angle + 6.28 * b) + 0.3 * np.cos(angle + 6.28 * d))
    dark = step(-softness, softness, thick - np.abs(radius - ring)) * (thick > -softness)
    if dots:
        off = 0.13 * np.sqrt(a) * size / 0.38
        far = np.hypot(
            radius * np.cos(angle) - off * np.cos(9 * c), radius * np.sin(angle) - off * np.sin(9 * c)
        )
        other = np.hypot(
            radius * np.cos(angle) + 1.1 * off * np.cos(9 * c), radius * np.sin(angle) + off * np.sin(9 * c)
        )
        near = np.where(b > 0.55, np.minimum(far, other), far)
        dark = np.maximum(dark, step(0.10, 0.055, near) * (d < dots))
    return dark, step(ring + softness, ring - softness, radius)


def stripe_patch(seed: int, *, length: float = 5.0, gain: float = 2.6) -> Array:
    """Return a periodic patch (256, 256) of stripes along the first axis, -1 (ground) to 1 (dark).

    Args:
        seed: Of the noise that it starts from.
        length: How long stripes run before they fork or end, in wavelengths.
        gain: Higher makes edges harder.
    """
    rng = np.random.default_rng(seed)
    field = rng.normal(size=(_PATCH, _PATCH))
    ky, kx = np.meshgrid(np.fft.fftfreq(_PATCH) * _PATCH, np.fft.rfftfreq(_PATCH) * _PATCH, indexing="ij")
    wave = np.exp(-(((kx - STRIPES_IN_PATCH) / (0.34 * STRIPES_IN_PATCH)) ** 2))
    wave *= np.exp(-((ky * length / STRIPES_IN_PATCH) ** 2))
    for _ in range(14):
        field = np.fft.irfft2(np.fft.rfft2(field) * wave, s=field.shape)
        field = np.tanh(gain * field / field.std() * 0.7)
    return field.astype(np.float32)


def stripes(patch: Array, u: Array, v: Array) -> Array:
    """Read a stripe patch: ``u`` counts stripes, ``v`` runs along them in the same unit."""
    scale = _PATCH / STRIPES_IN_PATCH
    return _lookup(patch, u * scale, v * scale)


def combed(x_step: Array, y_step: Array, inside: Array, seed: int, length: int = 7) -> Array:
    """Return hair-like streaks along a direction field, about -1 to 1.

    Args:
        x_step: Direction of the hair in pixels (H, W), unit vectors.
        y_step: Its other half.
        inside: Flat numbers of the pixels that are wanted.
        seed: Of the noise.
        length: Of a streak in pixels.
    """
    height, width = x_step.shape
    grain = np.random.default_rng(seed).normal(size=(height, width)).astype(np.float32)
    row, column = np.divmod(inside, width)
    dx, dy = x_step.ravel()[inside], y_step.ravel()[inside]
    total = np.zeros(len(inside), dtype=np.float32)
    for k in range(-(length // 2), length // 2 + 1):
        x = np.clip(column + np.rint(k * dx).astype(np.int32), 0, width - 1)
        y = np.clip(row + np.rint(k * dy).astype(np.int32), 0, height - 1)
        total += grain[y, x]
    return total / np.sqrt(length) * 0.7
