"""Pangolin scales: loose, strung, and in overlapping rows on dried skins and tails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.draws import Draws, Parameters
from training.synth.family import Fact
from training.synth.forms import add_piece, joined, moved, plate, rest, taper, turned, waves
from training.synth.forms_of import LOOSE, Form, family_of
from training.synth.geometry import Array, FacetMesh
from training.synth.shader import Look

# Half width over half length, sharpness of the tip (0 round, 1 pointed), side points.
_OUTLINES = {
    "asian": ((0.75, 1.1), (0.15, 0.45), 0.0),
    "ground": ((0.8, 1.15), (0.0, 0.25), 0.0),
    "tree": ((0.42, 0.65), (0.35, 0.8), 0.12),
}
# Base and light colour, linear.
_COLOURS = {
    "brown": ((0.075, 0.042, 0.020), (0.30, 0.18, 0.075)),
    "dark": ((0.028, 0.020, 0.014), (0.14, 0.09, 0.05)),
    "grey": ((0.085, 0.070, 0.052), (0.32, 0.25, 0.16)),
    "horn": ((0.16, 0.095, 0.040), (0.46, 0.31, 0.14)),
}


def _draw(draws: Draws) -> Parameters:
    dark, light = _COLOURS[draws.weighted({"brown": 0.4, "dark": 0.2, "grey": 0.2, "horn": 0.2})]
    return {
        "outline": draws.weighted({"asian": 0.4, "ground": 0.25, "tree": 0.35}),
        "length": draws.log_uniform(0.018, 0.062),
        "dark": draws.colour(dark, value=0.35, tint=0.1),
        "light": draws.colour(light, value=0.3, tint=0.1),
        "gloss": draws.uniform(0.25, 0.65),
        "wear": draws.uniform(0.1, 1.0),
    }


def _outline(kind: str, length: float, wear: float, rng: np.random.Generator, points: int = 28) -> Array:
    """Return a kite to shield outline (N, 2): the free edge at +x, the root at -x."""
    ratio, tip, side = _OUTLINES[kind]
    width, sharp = rng.uniform(*ratio), rng.uniform(*tip)
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    c, s = np.cos(angle), np.sin(angle)
    # Roots are broad and nearly straight, free edges bow out to a tip.
    x = np.where(c > 0, np.abs(c) ** (1 + 0.7 * sharp) * c.clip(0) ** 0.0, -(np.abs(c) ** 0.55) * 0.8)
    y = width * np.sign(s) * np.abs(s) ** (0.75 + 0.35 * sharp * (c > 0))
    y = y * np.where(c > 0, 1 - 0.15 * sharp * c, 1 - 0.12 * np.abs(c))
    three = side * rng.random() * np.exp(-(((np.abs(angle - np.pi) - np.pi * 0.75) / 0.16) ** 2))
    outline = np.stack([x + three, y], axis=1) * length / 2
    chips = 1 + 0.05 * wear * waves(outline, rng, size=length / 4) * (c > 0)
    return outline * chips[:, None]


def _scale(parameters: Parameters, rng: np.random.Generator, *, length: float) -> tuple[FacetMesh, Array, Array]:
    """Return one scale, lying hollow side down, with its share to the rim and its share from root to tip."""
    outline = _outline(parameters["outline"], length, parameters["wear"], rng)
    arch, keel, bow = rng.uniform(0.10, 0.22), rng.uniform(0.0, 0.08), rng.uniform(-0.04, 0.10)
    half = np.abs(outline[:, 1]).max()

    def dome(flat: Array, rim: Array) -> Array:
        del rim
        across = flat[:, 1] / half
        return length * (
            arch * (1 - across**2) + keel * (1 - np.abs(across)) ** 2 - bow * (flat[:, 0] / length * 2) ** 2
        )

    mesh, rim = plate(outline, thickness=0.045 * length, dome=dome, rings=7, edge=0.25)
    along = (mesh[0][:, 0] - outline[:, 0].min()) / np.ptp(outline[:, 0])
    return mesh, rim, along


def _look(parameters: Parameters) -> Look:
    """Horn plates: streaks fan out from the root, growth lines run across, the worn free edge is pale and thin."""
    dark, light = np.array(parameters["dark"]), np.array(parameters["light"])
    look = Look("pangolin_scale", coat_weight=0.15, coat_roughness=0.25)
    along, rim = look.attribute("along"), look.attribute("rim")
    fan = look.attribute("fan")
    place = look.node("CombineXYZ", {0: along, 1: fan, 2: look.node("ObjectInfo").outputs["Random"]}).outputs[0]
    fine = look.streaks(place, (1.6, 26.0, 40.0))
    growth = look.streaks(place, (16.0, 1.2, 40.0))
    base = look.ramp(along, (0.0, tuple(light * 0.8)), (0.25, tuple(dark * 1.2)), (0.7, tuple(dark)), (1.0, tuple((dark + light) / 2)))
    cloud = look.ramp(look.streaks(place, (2.0, 2.5, 40.0)), (0.38, (0.0,) * 3), (0.72, (0.6,) * 3))
    base = look.mix(base, tuple(light * 0.9), cloud)
    lines = look.ramp(fine, (0.36, (0.5, 0.47, 0.44)), (0.6, (1.12, 1.1, 1.05)))
    base = look.mix(base, lines, 0.85, "MULTIPLY")
    base = look.mix(base, look.ramp(growth, (0.4, (0.75,) * 3), (0.6, (1.05,) * 3)), 0.7, "MULTIPLY")
    own = look.ramp(look.node("ObjectInfo").outputs["Random"], (0.0, (0.55, 0.52, 0.5)), (1.0, (1.25, 1.2, 1.1)))
    base = look.mix(base, own, 1.0, "MULTIPLY")
    worn = look.ramp(rim, (0.86, (0.0,) * 3), (1.0, (0.25 + 0.5 * parameters["wear"],) * 3))
    base = look.mix(base, tuple(light * 1.25), worn)
    look.set("Base Color", base)
    look.set("Roughness", parameters["gloss"])
    look.set("Subsurface Weight", 0.12)
    look.set("Subsurface Radius", (1.0, 0.5, 0.2))
    look.set("Subsurface Scale", 0.003)
    look.bump(fine, 0.0006)
    look.bump(growth, 0.0004)
    return look


def _fan(vertices: Array, length: float) -> Array:
    """Return the angle from a point behind the root, which the streaks fan out from, scaled to about -1 to 1."""
    return np.arctan2(vertices[:, 1], vertices[:, 0] + 1.3 * length) * 2


def _loose(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    look = _look(parameters)
    pieces = []
    for _ in range(6):
        length = parameters["length"] * rng.uniform(0.7, 1.25)
        mesh, rim, along = _scale(parameters, rng, length=length)
        pieces.append(
            add_piece("scale", rest(mesh), look.material, rim=rim, along=along, fan=_fan(mesh[0], length))
        )
    return pieces


def _strung(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Scales on a cord, side by side, each turned a little."""
    count, length = int(rng.integers(8, 22)), parameters["length"]
    turn = np.linspace(0, rng.uniform(0.7, 1.7) * np.pi, count)
    radius = count * length * 0.45 / max(turn[-1], 1.0)
    meshes, rims, alongs, fans = [], [], [], []
    for angle in turn:
        mesh, rim, along = _scale(parameters, rng, length=length * rng.uniform(0.85, 1.1))
        fans.append(_fan(mesh[0], length))
        mesh = turned(turned(mesh, about="y", degrees=rng.uniform(4, 16)), about="z", degrees=np.degrees(angle))
        meshes.append(moved(mesh, (radius * np.cos(angle), radius * np.sin(angle), length * 0.1)))
        rims.append(rim)
        alongs.append(along)
    mesh, _part = joined(meshes)
    piece = add_piece(
        "strung_scales", rest(mesh), _look(parameters).material,
        rim=np.concatenate(rims), along=np.concatenate(alongs), fan=np.concatenate(fans),
    )  # fmt: skip
    return [piece]


def _rows(parameters: Parameters, rng: np.random.Generator, surface: Any, counts: tuple[int, int]) -> Any:
    """Cover a surface with imbricate rows, each shifted by half a scale.

    Args:
        surface: From (u along from tail to head, v across, both 0 to 1) to the place and its three axes
            (towards the tail, across, outward), and the length of a scale there.
        counts: Rows, and scales in a row.
    """
    rows, across = counts
    models = [_scale(parameters, rng, length=1.0) for _ in range(5)]
    vertices, faces, start = [], [], 0
    attributes: dict[str, list[Array]] = {"rim": [], "along": [], "fan": []}
    for row in range(rows):
        for column in range(across):
            u, v = (row + 0.5) / rows, (column + 0.5 * (row % 2) + 0.25) / across
            place, axes, length = surface(u, v)
            mesh, rim, along = models[int(rng.integers(5))]
            lifted = turned(mesh, about="y", degrees=-11 + rng.normal(0, 2.5))[0]
            vertices.append(place + (lifted * length * rng.uniform(0.93, 1.07)) @ axes)
            faces += [tuple(k + start for k in face) for face in mesh[1]]
            start += len(mesh[0])
            for key, values in (("rim", rim), ("along", along), ("fan", _fan(mesh[0], 1.0))):
                attributes[key].append(values)
    joint = {key: np.concatenate(values) for key, values in attributes.items()}
    return (np.concatenate(vertices), faces), joint


def _skin(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """A dried skin laid flat: an oval of rows that narrows into a tail, over dark leather."""
    body, width = rng.uniform(0.28, 0.5), rng.uniform(0.16, 0.26)
    tail = body * rng.uniform(0.5, 1.0)

    def half(u: float) -> float:
        share = np.clip((u * (body + tail) - tail) / body, 0, 1)
        in_tail = u * (body + tail) / tail
        return width / 2 * ((0.9 * np.sin(np.pi * (0.12 + 0.8 * share)) + 0.1) if share > 0 else 0.12 + 0.33 * in_tail)

    def surface(u: float, v: float) -> tuple[Array, Array, float]:
        reach = half(u) * (2 * v - 1)
        x = u * (body + tail) + 0.01 * np.sin(7 * v)
        z = 0.012 + 0.02 * (1 - (2 * v - 1) ** 2) + 0.006 * np.sin(9 * u + 5 * v)
        axes = np.array([[-1, 0, 0], [0, 1, 0.0], [0, 0, 1.0]])
        return np.array([x, reach, z]), axes, 3.1 * half(u) / counts[1] + 0.012

    counts = (int(rng.integers(20, 28)), int(rng.integers(9, 13)))
    return [_covered(parameters, rng, surface, counts, half=half, length=body + tail)]


def _covered(
    parameters: Parameters, rng: np.random.Generator, surface: Any, counts: tuple[int, int], *, half: Any, length: float
) -> Any:
    """Make the rows and the leather under them, as one object with two materials."""
    mesh, attributes = _rows(parameters, rng, surface, counts)
    u = np.linspace(0, 1, 40)
    path = np.stack([u * length, 0 * u, 0 * u + 0.012], axis=1)
    wide = np.array([half(float(at)) for at in u]) * 1.05
    leather = taper(path, wide, np.full(40, 0.012), sides=24)[0]
    whole, part = joined([mesh, leather])
    piece = add_piece(
        "scaled_skin", rest(whole), _look(parameters).material,
        **{key: np.concatenate([values, np.full(len(leather[0]), 0.6)]) for key, values in attributes.items()},
        part=part,
    )  # fmt: skip
    return piece


def _tail(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """A tail or a rolled body: rows all around a tapering, bent rod."""
    length, radius, bend = rng.uniform(0.25, 0.45), rng.uniform(0.03, 0.055), np.radians(rng.uniform(-60, 110))

    def surface(u: float, v: float) -> tuple[Array, Array, float]:
        yaw = bend * u
        turn = 2 * np.pi * v
        thick = radius * (0.25 + 0.75 * u)
        centre = length * np.array([np.sin(yaw) / bend if bend else u, (1 - np.cos(yaw)) / bend if bend else 0, 0])
        forward = np.array([np.cos(yaw), np.sin(yaw), 0.0])
        side, up = np.array([-forward[1], forward[0], 0.0]), np.array([0, 0, 1.0])
        outward = np.cos(turn) * up * 0.75 + np.sin(turn) * side
        outward /= np.linalg.norm(outward)
        across = np.cross(outward, -forward)
        return centre + outward * thick, np.array([-forward, across, outward]), 2.6 * thick * np.pi / 9

    mesh, attributes = _rows(parameters, rng, surface, (int(rng.integers(15, 20)), 9))
    return [add_piece("scaled_tail", rest(mesh), _look(parameters).material, **attributes)]


FAMILY = family_of(
    "pangolin_scales",
    "pangolin_scales",
    {
        "loose": Form(make=_loose, draw=_draw, weight=0.66, layouts=LOOSE, most=110),
        "strung": Form(make=_strung, draw=_draw, weight=0.08, layouts={"single": 0.8, "hand": 0.2}),
        "skin": Form(make=_skin, draw=_draw, weight=0.16),
        "tail": Form(make=_tail, draw=_draw, weight=0.10, layouts={"single": 0.8, "row": 0.2}, most=3),
    },
    facts=(
        Fact(
            "The scales are overlapping plates of keratin; there are several hundred to about a thousand on one animal, and "
            "they are arranged in rows like those of a pine cone or an artichoke.",
            "Challender, Nash and Waterman (eds) 2020, Pangolins: Science, Society and Conservation, Academic Press",
        ),
        Fact(
            "African tree pangolins have narrower scales, often with three points; ground and giant pangolins have large, "
            "rounded ones; Asian ones are broad. Colours run from dark brown to grey and horn yellow.",
            "Challender, Nash and Waterman (eds) 2020, Pangolins: Science, Society and Conservation, Academic Press",
        ),
        Fact(
            "Fine longitudinal striae run from the root of a scale towards its free edge, which wears thin and pale.",
            "Wang, Yang, Sherman and Meyers 2016, Pangolin armor: overlapping, structure, and mechanical properties of "
            "the keratinous scales, Acta Biomaterialia 41",
        ),
    ),
)
