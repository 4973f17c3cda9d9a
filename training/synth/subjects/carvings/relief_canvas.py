"""Heights of carved relief, drawn shape by shape: people, beasts, trees, pavilions, scrolls, arches and frames.

A canvas holds points of a field of ``width`` by 1 (y up) and their heights, 0 the ground, 1 the highest; points may lie
anywhere, so that the same drawing covers a plaque, a disc, a cylinder or a tusk.
"""

from __future__ import annotations

import numpy as np

from training.synth.kit.geometry import Array


class ReliefCanvas:
    """Heights over points, drawn on by its methods.

    Args:
        x: Places across, any shape.
        y: Places up, the same shape.
        seed: Of what the drawing leaves to chance.
    """

    def __init__(self, x: Array, y: Array, seed: int) -> None:
        self.x, self.y = np.asarray(x, np.float64), np.asarray(y, np.float64)
        self.height = np.zeros_like(self.x)
        self.rng = np.random.default_rng(seed)

    def raise_to(self, height: Array) -> None:
        """Lift the ground to a height where it is lower."""
        np.maximum(self.height, height, out=self.height)

    def limb(
        self, start: tuple[float, float], end: tuple[float, float], r0: float, r1: float, top: float
    ) -> None:
        """Draw a rounded bar of height ``top`` whose half width goes from ``r0`` to ``r1``."""
        self.raise_to(top * self._bar(start, end, r0, r1))

    def _bar(self, start: tuple[float, float], end: tuple[float, float], r0: float, r1: float) -> Array:
        along = np.array([end[0] - start[0], end[1] - start[1]])
        t = ((self.x - start[0]) * along[0] + (self.y - start[1]) * along[1]) / max(
            float(along @ along), 1e-9
        )
        t = np.clip(t, 0, 1)
        away = np.hypot(self.x - start[0] - t * along[0], self.y - start[1] - t * along[1]) / (
            r0 + (r1 - r0) * t
        )
        return np.sqrt(np.clip(1 - away**2, 0, 1))

    def blob(self, at: tuple[float, float], rx: float, ry: float, top: float, *, turn: float = 0.0) -> None:
        """Draw an oval dome."""
        c, s = np.cos(turn), np.sin(turn)
        u, v = self.x - at[0], self.y - at[1]
        away = ((c * u + s * v) / rx) ** 2 + ((c * v - s * u) / ry) ** 2
        self.raise_to(top * np.sqrt(np.clip(1 - away, 0, 1)))

    def person(self, at: tuple[float, float], size: float) -> None:
        """Draw a robed person, feet at a place, ``size`` high."""
        rng, (x, y) = self.rng, at
        lean = rng.normal(0, 0.06) * size
        top, way = rng.uniform(0.75, 1.0), rng.choice([-1, 1])
        robe = self._bar((x, y + 0.14 * size), (x + lean, y + 0.62 * size), 0.19 * size, 0.12 * size)
        pleats = np.sin(
            (self.x - x) / size * rng.uniform(40, 65)
            + 4 * np.sin((self.y - y) / size * 5 + rng.uniform(0, 6))
        )
        self.raise_to(top * robe * (0.84 + 0.16 * pleats) * ((self.y > y) * 1.0))
        for side in (-1, 1):
            elbow = (x + lean + side * rng.uniform(0.15, 0.24) * size, y + rng.uniform(0.42, 0.6) * size)
            hand = (x + lean + way * rng.uniform(0.0, 0.24) * size, y + rng.uniform(0.46, 0.8) * size)
            self.limb((x + lean + side * 0.1 * size, y + 0.72 * size), elbow, 0.06 * size, 0.06 * size, top)
            self.limb(elbow, hand, 0.06 * size, 0.035 * size, 1.05 * top)
        head = (x + 1.3 * lean, y + 0.88 * size)
        if rng.random() < 0.3:
            halo = np.hypot(self.x - head[0], self.y - head[1]) / (0.15 * size)
            self.raise_to(0.45 * top * (halo < 1) * (0.7 + 0.3 * (halo > 0.8)))
        self.blob(head, 0.075 * size, 0.095 * size, 1.1 * top)
        self.blob((head[0] - 0.01 * size, head[1] + 0.06 * size), 0.08 * size, 0.06 * size, 1.15 * top)
        for side in (-0.5, 0.5):
            eye = (
                np.hypot(self.x - head[0] - (side * 0.05 + way * 0.012) * size, self.y - head[1])
                < 0.014 * size
            )
            self.height -= 0.25 * eye
        if rng.random() < 0.35:
            self.limb(
                (x + way * 0.25 * size, y),
                (x + way * 0.22 * size, y + rng.uniform(0.8, 1.1) * size),
                0.018 * size,
                0.018 * size,
                0.7,
            )

    def tree(self, at: tuple[float, float], size: float) -> None:
        """Draw a crooked tree with tufts of leaves."""
        rng, place = self.rng, np.array(at)
        way = np.array([rng.normal(0, 0.2), 0.25]) * size
        for step in range(4):
            ahead = place + way
            self.limb(
                (place[0], place[1]),
                (ahead[0], ahead[1]),
                (0.05 - 0.008 * step) * size,
                (0.042 - 0.008 * step) * size,
                0.55,
            )
            for _ in range(3):
                out = ahead + rng.normal(0, 0.17, 2) * size
                self.foliage((float(out[0]), float(out[1])), rng.uniform(0.09, 0.17) * size)
            place, way = ahead, way * 0.85 + np.array([rng.normal(0, 0.12) * size, 0.0])

    def foliage(self, at: tuple[float, float], size: float) -> None:
        """Draw a tuft of needles or petals."""
        u, v = (self.x - at[0]) / size, (self.y - at[1]) / (0.75 * size)
        away, angle = np.hypot(u, v), np.arctan2(v, u)
        rays = 0.75 + 0.25 * np.cos(int(self.rng.integers(7, 14)) * angle)
        self.raise_to(0.7 * rays * np.sqrt(np.clip(1 - (away / (0.8 + 0.2 * rays)) ** 2, 0, 1)))

    def beast(self, at: tuple[float, float], size: float) -> None:
        """Draw an elephant or a horse from the side, feet at a place, ``size`` high."""
        rng, (x, y) = self.rng, at
        way, top, heavy = rng.choice([-1, 1]), rng.uniform(0.8, 1.0), rng.random() < 0.6
        thick = 0.1 if heavy else 0.055
        self.blob((x, y + 0.58 * size), 0.42 * size, (0.30 if heavy else 0.20) * size, top)
        for leg in (-0.3, -0.15, 0.17, 0.3):
            foot = (x + (leg + rng.normal(0, 0.05)) * size, y + 0.03 * size)
            self.limb((x + leg * size, y + 0.45 * size), foot, thick * size, 0.8 * thick * size, 0.8 * top)
        head = (x + way * 0.5 * size, y + (0.72 if heavy else 0.95) * size)
        if heavy:
            self.blob(head, 0.17 * size, 0.19 * size, 1.1 * top)
            tip = (head[0] + way * 0.22 * size, y + 0.14 * size)
            self.limb(
                (head[0] + way * 0.1 * size, head[1] - 0.05 * size),
                (head[0] + way * 0.2 * size, y + 0.4 * size),
                0.08 * size,
                0.05 * size,
                top,
            )
            self.limb((head[0] + way * 0.2 * size, y + 0.4 * size), tip, 0.05 * size, 0.03 * size, top)
            self.blob((x + way * 0.36 * size, y + 0.66 * size), 0.11 * size, 0.17 * size, 1.2 * top)
        else:
            self.limb((x + way * 0.3 * size, y + 0.66 * size), head, 0.13 * size, 0.08 * size, top)
            self.limb(
                head, (head[0] + way * 0.2 * size, head[1] - 0.14 * size), 0.08 * size, 0.05 * size, top
            )
        self.limb(
            (x - way * 0.4 * size, y + 0.65 * size),
            (x - way * 0.5 * size, y + 0.3 * size),
            0.035 * size,
            0.02 * size,
            0.7 * top,
        )

    def pavilion(self, at: tuple[float, float], size: float) -> None:
        """Draw a house with a curved tiled roof."""
        x, y = at
        u, v = (self.x - x) / size, (self.y - y) / size
        walls = (np.abs(u) < 0.4) & (v > 0) & (v < 0.5)
        self.raise_to(walls * (0.45 + 0.2 * (np.sin(26 * u) > 0)))
        eaves = 0.48 + 0.5 * np.clip(np.abs(u) - 0.1, 0, 1) ** 2
        roof = (v > eaves) & (v < 0.82 - 0.45 * np.abs(u)) & (np.abs(u) < 0.62)
        self.raise_to(roof * (0.75 + 0.15 * np.sin(55 * u)))

    def scroll(self, at: tuple[float, float], size: float) -> None:
        """Draw a curling stem with leaves: arabesque, cloud or wave."""
        u, v = (self.x - at[0]) / size, (self.y - at[1]) / size
        r, angle = np.hypot(u, v), np.arctan2(v, u) * self.rng.choice([-1, 1])
        coil = np.sin(2 * np.pi * (2.2 * r) - angle + self.rng.uniform(0, 6))
        self.raise_to(0.75 * np.clip(coil, 0, 1) ** 0.6 * np.clip(1.6 - 1.6 * r, 0, 1))

    def rosette(self, at: tuple[float, float], size: float) -> None:
        """Draw a flower from above."""
        u, v = (self.x - at[0]) / size, (self.y - at[1]) / size
        r, angle = np.hypot(u, v), np.arctan2(v, u)
        petals = 0.8 + 0.2 * np.cos(int(self.rng.integers(5, 9)) * angle + self.rng.uniform(0, 6))
        self.raise_to(np.clip(1.0 - (r / petals) ** 4, 0, 1) * (0.4 + 0.5 * r))
        self.blob(at, 0.22 * size, 0.22 * size, 0.95)

    def arch(self, at: tuple[float, float], wide: float, high: float) -> None:
        """Draw a pointed arch on columns; ``wide`` is half its width."""
        x, y = at
        u, v = np.abs(self.x - x), self.y - y - 0.62 * high
        away = np.where(
            v > 0, np.hypot(u + 0.35 * wide, v * 1.2 * wide / (0.38 * high)) - 1.35 * wide, u - wide
        )
        band = np.abs(away) / (0.09 * wide)
        self.raise_to(0.8 * np.clip(1.3 - band, 0, 1) * ((self.y > y) & (v < 0.42 * high)))
        for side in (-1, 1):
            self.blob((x + side * wide, y + 0.62 * high), 0.16 * wide, 0.05 * high, 0.85)

    def frame(self, width: float, *, border: float, beads: bool) -> None:
        """Draw a raised border around a field of ``width`` by 1."""
        inside = np.minimum(np.minimum(self.x, width - self.x), np.minimum(self.y, 1 - self.y))
        band = (inside < border) * (0.8 - 0.25 * (np.abs(inside - 0.5 * border) < 0.25 * border))
        if beads:
            band = band + 0.3 * (np.abs(inside - 0.5 * border) < 0.25 * border) * np.sin(
                2 * np.pi * (self.x + self.y) / (0.7 * border)
            )
        self.height = np.where(inside < border, np.maximum(band, 0), self.height)


def carve_relief(canvas: ReliefCanvas, width: float, style: str) -> Array:
    """Draw a whole relief on a field of ``width`` by 1.

    Args:
        canvas: To draw on.
        width: Of the field; its height is 1.
        style: ``gothic`` (people under arches), ``scene`` (people, trees, houses), ``procession`` (beasts and people in
            rows), ``scroll`` (arabesques and flowers) or ``portrait``.

    Returns:
        Heights, 0 to about 1, in the shape of the canvas.
    """
    {
        "gothic": _gothic,
        "scene": _scene,
        "procession": _procession,
        "scroll": _scrolls,
        "portrait": _portrait,
    }[style](canvas, width)
    return np.clip(canvas.height, 0.0, 1.3)


def _gothic(canvas: ReliefCanvas, width: float) -> None:
    rows = int(canvas.rng.integers(1, 3))
    high = 0.9 / rows
    count = max(1, round(width / (0.62 * high)))
    for row in range(rows):
        for column in range(count):
            wide = 0.46 * (width - 0.1) / count
            place = (0.05 + (column + 0.5) * (width - 0.1) / count, 0.05 + row * high)
            for k in range(int(canvas.rng.integers(1, 4))):
                canvas.person(
                    (place[0] + canvas.rng.uniform(-0.5, 0.5) * wide * (k > 0), place[1] + 0.02),
                    canvas.rng.uniform(0.6, 0.78) * high,
                )
            canvas.arch(place, wide, high)
    canvas.frame(width, border=0.045, beads=False)


def _scene(canvas: ReliefCanvas, width: float) -> None:
    rng = canvas.rng
    tiers = int(rng.integers(3, 6))
    for tier in range(tiers - 1, -1, -1):
        y = 0.04 + tier * 0.86 / tiers
        size = 0.86 / tiers * rng.uniform(1.1, 1.35)
        ground = y - 0.02 + 0.03 * np.sin(canvas.x * rng.uniform(5, 11) + rng.uniform(0, 6))
        canvas.height = np.where(
            canvas.y < ground,
            np.maximum(0.35 * canvas.height, 0.3 * np.exp(-(ground - canvas.y) / 0.04)),
            canvas.height,
        )
        for _ in range(max(2, round(2.4 * width / size))):
            x = rng.uniform(0.04, width - 0.04)
            kind = rng.choice(["person", "person", "person", "tree", "tree", "pavilion", "beast"])
            getattr(canvas, str(kind))(
                (x, y), size * {"person": 0.8, "tree": 1.1, "pavilion": 0.9, "beast": 0.7}[str(kind)]
            )
    if rng.random() < 0.6:
        canvas.frame(width, border=rng.uniform(0.02, 0.06), beads=bool(rng.random() < 0.5))


def _procession(canvas: ReliefCanvas, width: float) -> None:
    rng = canvas.rng
    rows = int(rng.integers(1, 3))
    for row in range(rows):
        high, x = 0.92 / rows, 0.12
        while x < width - 0.08:
            beast = rng.random() < 0.55
            (canvas.beast if beast else canvas.person)(
                (x, 0.05 + row * high), high * (0.72 if beast else 0.85)
            )
            x += high * (rng.uniform(0.75, 0.95) if beast else rng.uniform(0.32, 0.5))
    canvas.frame(width, border=0.04, beads=bool(rng.random() < 0.5))


def _scrolls(canvas: ReliefCanvas, width: float) -> None:
    rng, pitch = canvas.rng, canvas.rng.uniform(0.16, 0.3)
    for x in np.arange(pitch / 2, width, pitch):
        for y in np.arange(pitch / 2, 1, pitch):
            place = (float(x + rng.normal(0, 0.08 * pitch)), float(y + rng.normal(0, 0.08 * pitch)))
            draw = rng.random()
            if draw < 0.5:
                canvas.scroll(place, 0.62 * pitch)
            elif draw < 0.8:
                canvas.rosette(place, 0.42 * pitch)
            else:
                canvas.foliage(place, 0.55 * pitch)
    if rng.random() < 0.7:
        canvas.frame(width, border=0.05, beads=bool(rng.random() < 0.5))


def _portrait(canvas: ReliefCanvas, width: float) -> None:
    x, way = width / 2, canvas.rng.choice([-1, 1])
    canvas.blob((x - way * 0.03, 0.58), 0.20, 0.25, 0.75)
    canvas.blob((x + way * 0.06, 0.52), 0.145, 0.19, 0.75)
    canvas.limb((x - way * 0.04, 0.4), (x - way * 0.06, 0.22), 0.12, 0.15, 0.6)
    canvas.limb((x - way * 0.28, 0.14), (x + way * 0.22, 0.12), 0.15, 0.13, 0.55)
    canvas.limb((x + way * 0.17, 0.60), (x + way * 0.215, 0.53), 0.03, 0.035, 0.62)
    canvas.limb((x + way * 0.15, 0.46), (x + way * 0.19, 0.46), 0.025, 0.02, 0.6)
    canvas.blob((x + way * 0.13, 0.39), 0.06, 0.05, 0.6)
    canvas.blob((x + way * 0.10, 0.60), 0.045, 0.022, 0.85)
    hair = np.hypot((canvas.x - x + way * 0.10) / 0.19, (canvas.y - 0.67) / 0.20)
    canvas.raise_to(
        (hair < 1) * (0.8 + 0.12 * np.sin(28 * hair + 7 * np.arctan2(canvas.y - 0.6, canvas.x - x)))
    )
    away = np.hypot(canvas.x - width / 2, canvas.y - 0.5)
    canvas.raise_to(0.6 * (np.abs(away - 0.46) < 0.02))
