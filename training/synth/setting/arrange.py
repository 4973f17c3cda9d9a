"""Lay out the pieces of a lot: single, in rows, scattered, heaped, or filled into something."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from training.synth.kit.blender import blender
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Array
from training.synth.setting.containers import EMPTY, build_container, draw_container
from training.synth.setting.falling import drop

ARRANGEMENTS = {
    "single": "one piece, lying as built, turned about z",
    "standing": "one piece that the family built standing; seen from low angles",
    "hanging": "one piece that the family built upright in the xz plane, facing -y, before a wall",
    "row": "pieces side by side, neatly",
    "scattered": "pieces apart from each other, each lying as built, turned at random",
    "spread": "pieces thrown down in about one layer",
    "heap": "pieces dropped into a heap",
    "bundle": "long pieces (along x) dropped side by side",
    "filled": "pieces dropped into a container: jar, bowl, sack, box, bag, basket, tray",
    "hand": "one piece or a few on a hand",
}
"""The kinds of layout and what each does with the variants that a family builds."""


def draw_arrangement(draws: Draws, kinds: Mapping[str, float], *, most: int = 60) -> Parameters:
    """Draw a layout.

    Args:
        draws: Where the values come from.
        kinds: Names of `ARRANGEMENTS` with their relative frequency.
        most: The largest number of pieces in a heap; rows and hands hold fewer.
    """
    kind = draws.weighted(kinds)
    limits = {
        "single": (1, 1), "standing": (1, 1), "hanging": (1, 1),
        "row": (2, min(most, 7)), "scattered": (2, min(most, 12)), "hand": (1, min(most, 3)),
        "spread": (4, min(most, 40)), "bundle": (2, min(most, 14)),
        "heap": (5, most), "filled": (6, most),
    }  # fmt: skip
    low, high = limits[kind]
    count = round(draws.log_uniform(low, max(low, high))) if high > low else low
    drawn: Parameters = {
        "kind": kind,
        "count": count,
        "turn_deg": draws.uniform(0, 360),
        "seed": draws.seed(),
    }
    if kind in ("filled", "hand"):
        drawn["container"] = draw_container(draws.part("container"), hand=kind == "hand")
    return drawn


def arrange(variants: Sequence[Any], arrangement: Parameters) -> tuple[list[Any], list[Any]]:
    """Copy and place the variants; the originals are used up.

    Returns:
        The placed pieces, and the objects that hold them (container or hand).
    """
    kind, rng = arrangement["kind"], np.random.default_rng(arrangement.get("seed", 0))
    turn = math.radians(arrangement.get("turn_deg", 0.0))
    if kind in ("single", "standing", "hanging"):
        (piece,) = _copies(variants, 1, rng)
        piece.rotation_euler.z += 0.0 if kind == "hanging" else turn
        return _settled([piece]), []
    pieces = _copies(variants, arrangement["count"], rng)
    if kind in ("row", "scattered"):
        places = _row(pieces, rng, turn) if kind == "row" else _apart(pieces, rng)
        for piece, (x, y, angle) in zip(pieces, places, strict=True):
            piece.location.x, piece.location.y = x, y
            piece.rotation_euler.z += angle
        return _settled(pieces), []
    radii = np.array([_radius(piece) for piece in pieces])
    holder, reach = EMPTY, _reach(kind, radii)
    if "container" in arrangement:
        holder = build_container(arrangement["container"], reach)
        reach = holder.radius
    drop(pieces, holder, reach, rng, aligned=turn if kind == "bundle" else None, flat=kind == "spread")
    return _gathered(pieces, reach), list(holder.objects)


def _gathered(pieces: Sequence[Any], reach: float) -> list[Any]:
    """Remove the pieces that rolled far away, unless that is most of them."""
    near = [piece for piece in pieces if math.hypot(piece.location.x, piece.location.y) < 2.2 * reach]
    if 2 * len(near) < len(pieces):
        return list(pieces)
    for piece in set(pieces) - set(near):
        for thing in (*piece.children, piece):
            blender().data.objects.remove(thing)
    return near


def _copies(variants: Sequence[Any], count: int, rng: np.random.Generator) -> list[Any]:
    """Return ``count`` objects: each variant in turn, then copies of it that share its mesh."""
    collection = blender().context.collection
    pieces = []
    for number in range(count):
        original = variants[number % len(variants)]
        piece = original
        if number >= len(variants):
            piece = original.copy()
            collection.objects.link(piece)
            for child in original.children:
                twin = child.copy()
                collection.objects.link(twin)
                twin.parent = piece
            piece.scale = tuple(np.asarray(piece.scale) * rng.uniform(0.88, 1.12))
        pieces.append(piece)
    for unused in variants[count:]:
        for child in list(unused.children):
            blender().data.objects.remove(child)
        blender().data.objects.remove(unused)
    for mesh in {piece.data.name: piece for piece in pieces}.values():
        _recentre(mesh.data, pieces)
    blender().context.view_layer.update()
    return pieces


def _recentre(mesh: Any, pieces: Sequence[Any]) -> None:
    """Move the origin of a mesh to the middle of its box, about which rigid bodies turn; nothing moves visibly."""
    points = np.empty(len(mesh.vertices) * 3, dtype=np.float32)
    mesh.vertices.foreach_get("co", points)
    points = points.reshape(-1, 3)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    mesh.vertices.foreach_set("co", (points - middle).ravel())
    mesh.update()
    for piece in pieces:
        if piece.data == mesh:
            piece.location = tuple(np.asarray(piece.location) + middle * np.asarray(piece.scale))
            for child in piece.children:
                child.location = tuple(np.asarray(child.location) - middle)


def _row(pieces: Sequence[Any], rng: np.random.Generator, turn: float) -> list[tuple[float, float, float]]:
    """Return x, y and angle of pieces side by side along their own y, the row turned by ``turn``."""
    widths = np.array([piece.dimensions.y for piece in pieces])
    gaps = widths.mean() * rng.uniform(0.08, 0.5)
    middles = np.cumsum(widths + gaps) - widths / 2 - (widths.sum() + gaps * len(pieces)) / 2
    slips = rng.normal(0, 0.04, len(pieces)) * [piece.dimensions.x for piece in pieces]
    angles = rng.normal(0, math.radians(4), len(pieces))
    return [
        (x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn), turn + angle)
        for x, y, angle in zip(slips, middles, angles, strict=True)
    ]


def _apart(pieces: Sequence[Any], rng: np.random.Generator) -> list[tuple[float, float, float]]:
    """Return x, y and angle of pieces whose circles overlap little, near the origin."""
    placed: list[tuple[float, float, float]] = []
    radii = [0.8 * _radius(piece) for piece in pieces]
    spread = 0.4 * max(radii)
    for number, radius in enumerate(radii):
        while True:
            spread *= 1.03
            x, y = rng.normal(0, spread, 2)
            if all(math.hypot(x - a, y - b) > radius + radii[k] for k, (a, b, _) in enumerate(placed)):
                break
        placed.append((float(x), float(y), float(rng.uniform(0, 2 * math.pi))))
        spread = max(0.4 * max(radii), 0.7 * spread) if number else spread
    return placed


def _radius(piece: Any) -> float:
    return 0.5 * math.hypot(piece.dimensions.x, piece.dimensions.y)


def _reach(kind: str, radii: Array) -> float:
    """Return the radius of the disc over which pieces are dropped."""
    area = float((radii**2).sum())
    share = {"spread": 0.9, "bundle": 0.25, "hand": 0.2, "filled": 0.32, "heap": 0.22}.get(kind, 0.35)
    return max(math.sqrt(area * share), (1.5 if kind == "filled" else 1.05) * float(radii.max()))


def _settled(pieces: Sequence[Any]) -> list[Any]:
    blender().context.view_layer.update()
    return list(pieces)
