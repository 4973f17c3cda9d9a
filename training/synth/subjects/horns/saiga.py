"""Saiga horns: lyre-shaped, ringed, on a bony core; pairs, tied bundles and cut pieces."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import Array
from training.synth.kit.meshes import sphere_mesh, tube_mesh
from training.synth.subjects.horns.bodies import (
    Body,
    angles,
    at_rest,
    end_cap,
    flutes,
    moved_body,
    ripples,
    spine,
    swept,
)

SIDES, _RINGS = 32, 190
TIE, BONE = 1, 2  # slots after the horn's own


def raw_horn(values: Parameters) -> list[Body]:
    """Make a horn that starts along +x; its curve is an S in the xy plane with a slight twist.

    Args:
        values: ``length_m``, ``base_m`` (radius), ``rings`` (number), ``ridge`` (their height, share of the radius),
            ``smooth`` (share of the length without rings, at the tip), ``lyre_deg``, ``sway_deg``, ``taper``,
            ``core`` (whether bone fills the base), ``start`` and ``end`` (sawn there) and ``seed``.
    """
    rng = np.random.default_rng(values["seed"])
    s = np.linspace(values["start"], values["end"], _RINGS)
    lyre = np.radians(values["lyre_deg"])
    bend = lyre * (np.sin(np.pi * np.minimum(s * 1.25, 1.25)) - 0.9 * s**2)
    line = spine(s, values["length_m"], bend, np.radians(values["sway_deg"]) * np.sin(2.4 * np.pi * s))
    rise, valley = _rings(s, values, rng)
    radius = values["base_m"] * (1 - 0.9 * s ** values["taper"]) * np.sqrt(1 - s**24 * 0.96)
    relief = 1 + values["ridge"] * rise + 0.012 * flutes(rng, s, SIDES, (3, 12), 0.6)
    skin = swept(line, radius * 1.05, radius * 0.95, relief)
    skin = Body(vertices=skin.vertices, faces=skin.faces, marks={**skin.marks, "valley": valley.ravel()})
    ends = [_butt(skin, bony=values["core"] and values["start"] < 0.45)]
    if values["end"] < 0.99:
        ends.append(end_cap(skin, SIDES, first=False))
    return [skin, *ends]


def _rings(s: Array, values: Parameters, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return height and depth of the rings, 0 to 1, shape (N, S): crests lean and meet the back lower."""
    ringed = 1 - values["smooth"]
    count = values["rings"]
    gaps = np.linspace(1.25, 0.8, count) * rng.uniform(0.85, 1.15, count)
    crests = np.cumsum(gaps) / gaps.sum() * ringed
    around = angles(SIDES)
    slope = 0.16 / count * np.cos(around + rng.uniform(0, 6)) * ringed
    phase = np.interp(s[:, None] + slope[None], np.append(0.0, crests), np.arange(count + 1))
    wave = 0.5 - 0.5 * np.cos(2 * np.pi * (phase % 1.0) ** 1.25)
    fade = np.clip((ringed - s[:, None]) / 0.06, 0, 1) * np.clip(1.15 - 0.55 * s[:, None] / ringed, 0, 1)
    strength = (0.72 + 0.28 * np.cos(around))[None] * fade
    return (wave**1.5 - 0.4) * strength, (1 - wave) ** 1.5 * strength


def _butt(skin: Body, *, bony: bool) -> Body:
    """Return the sawn base: a ring of horn about a bony core, or a hollow."""
    cap = end_cap(skin, SIDES, first=True, dish=-0.1 if bony else 1.3)
    radius = np.linalg.norm(cap.marks["grain"][:, 1:], axis=1)
    core = np.clip((0.80 - radius) / 0.08, 0, 1)
    marks = {**cap.marks, "bone": core if bony else 0 * core, "valley": 0 * core if bony else core}
    return Body(vertices=cap.vertices, faces=cap.faces, marks=marks)


def saiga_horn(values: Parameters) -> list[Body]:
    """Make one horn at rest."""
    return at_rest(raw_horn(values), (0.0, 0.1, -1.0 if values["seed"] % 2 else 1.0), values["seed"])


def piece(values: Parameters) -> list[Body]:
    """Make a sawn piece at rest."""
    return at_rest(raw_horn(values), (0.0, 0.2, -1.0), values["seed"])


def pair(horn: Parameters, values: Parameters, *, hanging: bool) -> list[Body]:
    """Make two mirrored horns, with or without the bone between them.

    Args:
        horn: See `raw_horn`.
        values: ``spread_deg`` (of each from the middle line), ``skull`` and ``seed``.
        hanging: Upright in the xz plane, facing -y; else lying.
    """
    tilt = np.radians(values["spread_deg"])
    outward = np.array([[np.cos(tilt), np.sin(tilt), 0], [-np.sin(tilt), np.cos(tilt), 0], [0, 0, 1.0]])
    gap = horn["base_m"] * (1.9 if values["skull"] else 2.6)
    right = [moved_body(part, outward, (0.0, -gap, 0.0)) for part in raw_horn(horn)]
    left = [moved_body(part, np.diag([1.0, -1.0, 1.0])) for part in right]
    parts = [*right, *left, *([_skull(horn, values)] if values["skull"] else [])]
    if not hanging:
        return at_rest(parts, (0.0, 0.0, -1.0), values["seed"])
    upright = np.array([[0, 1.0, 0], [0, 0, 1.0], [1.0, 0, 0]])
    parts = [moved_body(part, upright) for part in parts]
    points = np.concatenate([part.vertices for part in parts])
    middle = (points[:, 0].min() + points[:, 0].max()) / 2
    return [
        moved_body(part, np.eye(3), (-middle, -points[:, 1].max(), -points[:, 2].min())) for part in parts
    ]


def laid_pair(values: Parameters) -> list[Body]:
    """Make the pair of a lot, hanging if its arrangement does: the horn's values, and ``pair``."""
    return pair(values, values["pair"], hanging=values["arrangement"]["kind"] == "hanging")


def _skull(horn: Parameters, values: Parameters) -> Body:
    """Return the sawn-off piece of the forehead that holds both horns."""
    rng = np.random.default_rng(values["seed"])
    vertices, faces = sphere_mesh(1.0)
    size = horn["base_m"] * np.array([1.3, 3.2, 1.5])
    vertices = vertices * size - [horn["base_m"] * 0.75, 0, 0]
    vertices += (0.09 * horn["base_m"] * ripples(rng, vertices, 90.0))[:, None]
    low = -horn["base_m"] * 1.4
    vertices[:, 0] = np.maximum(vertices[:, 0], low + 0.15 * np.abs(vertices[:, 1]))
    return Body(vertices=vertices, faces=faces, slot=BONE)


def tied(horns: Sequence[Parameters], tie: Parameters) -> list[Body]:
    """Make horns lying side by side with a tie about them: ``bands`` (number) of the tie."""
    parts: list[Body] = []
    step = 2.15 * max(values["base_m"] for values in horns)
    across = max(2, round(len(horns) * 0.55))
    for number, values in enumerate(horns):
        layer, slot = divmod(number, across)
        rng = np.random.default_rng(values["seed"])
        turn, slip = rng.normal(0, 0.035), rng.normal(0, 0.01)
        yaw = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1.0]])
        place = (slip, (slot - (across - 1) / 2 + 0.5 * (layer % 2)) * step, step * (0.5 + 0.84 * layer))
        parts += [moved_body(part, yaw, place) for part in raw_horn(values)]
    length = float(np.mean([values["length_m"] for values in horns]))
    bands = [_band(parts, length * share) for share in (0.22, 0.6)[: tie["bands"]]]
    return at_rest([*parts, *bands], (0.0, 0.0, -1.0))


def _band(parts: Sequence[Body], place: float) -> Body:
    """Return cord wound four times about all that crosses the plane x = ``place``."""
    points = np.concatenate([part.vertices for part in parts])
    near = points[np.abs(points[:, 0] - place) < 0.012][:, 1:]
    middle = near.mean(axis=0)
    turn = np.linspace(0, 2 * np.pi, 49)[:-1]
    rays = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    support = ((near - middle) @ rays.T).max(axis=0)
    reach = np.array([(support / np.maximum(rays @ ray, 1e-3))[rays @ ray > 0.05].min() for ray in rays])
    loops = [
        np.column_stack([np.full(48, place + shift), middle + rays * (reach + 0.001)[:, None]])
        for shift in np.linspace(-0.006, 0.006, 4)
    ]
    cords = [tube_mesh(loop, 0.0021, closed=True, sides=8) for loop in loops]
    vertices = np.concatenate([cord[0] for cord in cords])
    start = np.cumsum([0, *(len(cord[0]) for cord in cords)])
    faces = [
        tuple(c + offset for c in face)
        for cord, offset in zip(cords, start, strict=False)
        for face in cord[1]
    ]
    return Body(vertices=vertices, faces=faces, slot=TIE)
