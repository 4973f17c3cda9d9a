"""Things made with skins: a rug's backing, stoles, and robes with bands of fur."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh
from training.synth.kit.coat_patterns import noise
from training.synth.kit.draws import Parameters
from training.synth.kit.fur import Canvas, Sheet, cut_sheet, shaped
from training.synth.kit.geometry import Array, Numbers
from training.synth.kit.materials import cloth_material
from training.synth.subjects.pelts.laying import rested

Cutter = Callable[[tuple[float, float]], Canvas]
"""From the size of a piece, in metres, to its painted canvas."""

Goods = tuple[Canvas, list[Sheet], list[Any]]
"""The coat, the sheets of it, and the other objects."""


def rug_backing(canvas: Canvas, sheet: Sheet, border: float, colour: Numbers) -> Any:
    """Add felt under a skin that stands out around it by ``border`` metres, with a scalloped edge."""
    height, width = canvas.inside.shape
    x, y = np.meshgrid(np.arange(width) / height, np.arange(height) / height)
    scallop = 0.25 * border * noise(x * 40, y * 40, 5, 1)
    wide = Canvas(
        low=canvas.low,
        high=canvas.high,
        colours=canvas.colours,
        inside=canvas.inside + border + scallop,
        flow=canvas.flow,
    )
    felt = cut_sheet(wide, 0.02)
    shift = (sheet.points[:, :2] - sheet.flat).mean(axis=0)
    points = np.column_stack([felt.flat + shift, np.full(len(felt.flat), 0.003)])
    return add_mesh("felt", (points, felt.faces), cloth_material((colour[0], colour[1], colour[2])))


def stole(lot: Parameters, cut: Cutter, rng: np.random.Generator) -> Goods:
    """A band of fur that lies in a bow, as a collar or boa does."""
    length, width = rng.uniform(0.9, 1.5), lot["width_m"]
    canvas = cut((length, width * 1.05))
    sheet = cut_sheet(canvas, width / 14)
    x, y = sheet.flat.T
    bow = rng.uniform(1.2, 2.9)
    angle = bow * (x / length) + 0.5 * noise(x / length * 3, 0 * x, lot["seed"] % 1000, 1) * np.abs(
        x / length
    )
    radius = length / bow
    across = np.clip(2 * y / width, -1, 1)
    high = 0.05 * np.sqrt(np.clip(1.02 - across**2, 0, None)) + 0.006 * noise(x * 9, y * 9, 3)
    points = np.column_stack([(radius - y * 0.8) * np.cos(angle), (radius - y * 0.8) * np.sin(angle), high])
    return canvas, [shaped(sheet, rested(points))], []


def robe(lot: Parameters, cut: Cutter, rng: np.random.Generator) -> Goods:
    """A robe laid out flat, with broad bands of fur along the hem, the opening and the cuffs."""
    width, height, band = rng.uniform(0.55, 0.8), rng.uniform(0.7, 1.1), lot["width_m"]
    arm, deep = 0.55 * width, 0.30 * height
    canvas = cut((max(width, height) * 1.02, band))
    quarter, cuff = np.pi / 2, width / 2 + arm - band * 0.4
    places = [
        (width, (0.0, -height / 2 + band / 2), 0.0),
        (height, (0.12 * width, 0.0), quarter),
        (deep, (cuff, height / 2 - deep / 2), quarter),
        (deep, (-cuff, height / 2 - deep / 2), quarter),
    ]
    sheets = []
    for number, (along, middle, turn) in enumerate(places):
        piece = cut_sheet(canvas, band / 10, within=_strip(canvas, along, band))
        c, s = np.cos(turn), np.sin(turn)
        flat = piece.flat @ np.array([[c, s], [-s, c]]) + middle
        lift = 0.010 + 0.003 * number
        sheets.append(shaped(piece, np.column_stack([flat, _rumple(flat, lot["seed"]) + lift])))
    return canvas, sheets, _cloth(width, height, (arm, deep), lot)


def _strip(canvas: Canvas, length: float, width: float) -> Array:
    height, columns = canvas.inside.shape
    x, y = np.meshgrid(
        np.linspace(canvas.low[0], canvas.high[0], columns),
        np.linspace(canvas.low[1], canvas.high[1], height),
    )
    return np.minimum(length / 2 - np.abs(x), width / 2 - np.abs(y) + 0.01)


def _rumple(flat: Array, seed: int) -> Array:
    return 0.020 + 0.010 * np.clip(noise(flat[:, 0] * 6, flat[:, 1] * 4, seed % 1000, 2), -1, 1)


def _cloth(width: float, height: float, arms: tuple[float, float], lot: Parameters) -> list[Any]:
    """The robe's cloth: the body, and a sleeve to each side."""
    count = 50
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, count), np.linspace(-0.5, 0.5, count))
    flat = np.column_stack([x.ravel(), y.ravel()])
    corner = (np.arange(count - 1)[:, None] * count + np.arange(count - 1)).ravel()
    faces = np.stack([corner, corner + 1, corner + count + 1, corner + count], axis=1)
    material = cloth_material(tuple(lot["cloth"]))
    waist = 1 - 0.12 * np.cos(np.pi * flat[:, 1])
    body = flat * [width, height] * np.column_stack([waist, np.ones(len(flat))])
    things = []
    for side in (0, -1, 1):
        piece = body if side == 0 else flat * arms + [side * (width + arms[0]) / 2, (height - arms[1]) / 2]
        high = _rumple(piece, lot["seed"]) + (0.0 if side == 0 else 0.003)
        things.append(add_mesh("robe", (np.column_stack([piece, high]), faces), material))
    return things
