"""Fields: many pieces laid out on a rack, a cloth or a table, of which the picture shows the middle and is full."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh, blender, holding
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Numbers
from training.synth.kit.grown_shapes import joined, moved
from training.synth.kit.materials import glossy_material, wood_material
from training.synth.kit.meshes import box_mesh, grid_mesh
from training.synth.setting.ground_materials import ground_material

BASES = {
    "none": 0.25,
    "cloth": 0.2,
    "velvet": 0.1,
    "plastic": 0.15,
    "newspaper": 0.1,
    "boards": 0.1,
    "steel": 0.1,
}
"""What a field lies on, with the relative frequency; ``slats`` and ``mesh`` are the racks on which things dry."""

_CLOTHS = (
    (0.35, 0.015, 0.02),
    (0.02, 0.02, 0.022),
    (0.70, 0.68, 0.64),
    (0.03, 0.05, 0.2),
    (0.05, 0.18, 0.10),
)
_TARPAULINS = ((0.02, 0.10, 0.42), (0.55, 0.16, 0.02), (0.05, 0.25, 0.10), (0.6, 0.6, 0.58))
_RACK_HEIGHT = 0.03


def draw_field(
    draws: Draws,
    *,
    rows: tuple[int, int],
    columns: tuple[int, int],
    bases: Mapping[str, float] | None = None,
    neat: float = 0.6,
) -> Parameters:
    """Draw a field.

    Args:
        draws: Where the values come from.
        rows: Least and most.
        columns: Least and most.
        bases: See `BASES`.
        neat: Probability of rows rather than of pieces thrown down.
    """
    base = draws.weighted(bases or BASES)
    colours = _TARPAULINS if base == "plastic" else _CLOTHS
    return {
        "rows": draws.integer(*rows),
        "columns": draws.integer(*columns),
        "framed": draws.integer(1, 2),
        "neat": draws.chance(neat),
        "gap": draws.uniform(0.02, 0.3),
        "base": base,
        "colour": draws.colour(draws.choice(colours), value=0.4, tint=0.1),
        "gloss": draws.uniform(0, 1),
        "seed": draws.seed(),
    }


def single_in_a_field(draws: Draws) -> Parameters:
    """Draw the layout of the one piece that a field is for the scene: it is not turned, its base would not follow."""
    return {"kind": "single", "count": 1, "turn_deg": 0.0, "seed": draws.seed()}


def lay_field(variants: Sequence[Any], field: Parameters) -> Any:
    """Lay copies of the variants out; return the middle ones as one piece, which alone is framed."""
    rng = np.random.default_rng(field["seed"])
    blender().context.view_layer.update()
    sizes = np.array([piece.dimensions[:] for piece in variants])
    pitch = sizes[:, :2].max(axis=0) * (1 + field["gap"])
    if not field["neat"]:
        pitch = np.full(2, 0.72 * float(sizes[:, :2].max()) * (1 + field["gap"]))
    height = _add_base(field, pitch)
    root = variants[0]
    root.data = root.data.copy()  # the scene moves the origin of its mesh, which the others share
    inner = []
    for row, column in _cells(field):
        copy = _copy(variants[int(rng.integers(len(variants)))])
        offset = rng.normal(0, 0.04 if field["neat"] else 0.2, 2) * pitch
        x, y = np.array([row, column]) * pitch + offset
        turn = rng.normal(0, math.radians(5)) if field["neat"] else rng.uniform(0, 2 * math.pi)
        copy.rotation_euler.z += turn
        is_inner = max(abs(row), abs(column)) <= field["framed"]
        lift = 0.0 if field["neat"] else 0.012 * float(sizes[:, 2].max()) * rng.random()
        copy.location = (x, y, lift if is_inner else lift + height)
        if is_inner:
            inner.append(copy)
    _remove(variants[1:])
    root.location.z = height
    return holding(root, inner)


def _cells(field: Parameters) -> list[tuple[int, int]]:
    """Return the places around the middle one, which the root takes."""
    half = field["rows"] // 2, field["columns"] // 2
    return [
        (row, column)
        for row in range(-half[0], half[0] + 1)
        for column in range(-half[1], half[1] + 1)
        if (row, column) != (0, 0)
    ]


def _copy(piece: Any) -> Any:
    """Return a copy with its children; their meshes are shared."""
    collection = blender().context.collection
    twin = piece.copy()
    collection.objects.link(twin)
    for child in piece.children:
        small = child.copy()
        collection.objects.link(small)
        small.parent = twin
    return twin


def _remove(pieces: Sequence[Any]) -> None:
    for piece in pieces:
        for thing in (*piece.children, piece):
            blender().data.objects.remove(thing)


def _add_base(field: Parameters, pitch: Numbers) -> float:
    """Add what the field lies on; return its height in metres."""
    width = float(pitch[0]) * (field["rows"] + 1.5)
    depth = float(pitch[1]) * (field["columns"] + 1.5)
    if field["base"] == "none":
        return 0.0
    if field["base"] in ("slats", "mesh"):
        _add_rack(field, width, depth)
        return _RACK_HEIGHT
    surface = {
        "kind": field["base"], "colour": field["colour"], "second": field["colour"], "scale": 1.0, "gloss": field["gloss"],
        "seed": field["seed"],
    }  # fmt: skip
    base = add_mesh("base", grid_mesh(width, depth, 2), ground_material(surface))
    base.location.z = 0.003
    return 0.003


def _add_rack(field: Parameters, width: float, depth: float) -> None:
    """Add slats of bamboo or wood, or a wire mesh, level on the ground."""
    thick, pitch = (0.012, 0.03) if field["base"] == "slats" else (0.0022, 0.022)
    bars = [
        moved(box_mesh(width, thick * 1.6, thick), (0, y, _RACK_HEIGHT - thick - 0.002))
        for y in np.arange(-depth / 2, depth / 2, pitch)
    ]
    apart = 0.35 if field["base"] == "slats" else pitch
    bars += [
        moved(box_mesh(thick * 1.6, depth, thick), (x, 0, _RACK_HEIGHT - 2 * thick - 0.002))
        for x in np.arange(-width / 2, width / 2, apart)
    ]
    mesh, _ = joined(bars)
    if field["base"] == "mesh":
        material = glossy_material("wire", (0.45, 0.45, 0.45), 0.35, metal=1.0)
    elif field["gloss"] > 0.4:
        material = glossy_material("bamboo", (0.50, 0.36, 0.15), 0.5)
    else:
        material = wood_material()
    add_mesh("rack", mesh, material)
