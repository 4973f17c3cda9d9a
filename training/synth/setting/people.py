"""Stylised people from the waist or from head to foot: officers, port workers, traders; they face -y."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh
from training.synth.kit.distance_fields import blend, capsule, ellipsoid, surface_nets
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Array, ArrayMesh, Numbers, Point
from training.synth.kit.grown_materials import grown, tinted
from training.synth.kit.materials import glossy_material

SHOULDER_M = 1.42
"""Height of the shoulders of somebody 1.72 m tall, about the mean of adults (Gordon and others 1989, ANSUR)."""

_SKINS = ((0.62, 0.38, 0.27), (0.53, 0.31, 0.21), (0.42, 0.23, 0.14), (0.27, 0.14, 0.08), (0.14, 0.07, 0.04))
# Shirt, trousers and what is on the head, linear RGB.
_CLOTHES = {
    "officer": (
        ((0.20, 0.21, 0.15), (0.07, 0.075, 0.05), (0.06, 0.065, 0.04)),
        ((0.55, 0.60, 0.68), (0.015, 0.018, 0.03), (0.01, 0.012, 0.025)),
        ((0.015, 0.018, 0.035), (0.012, 0.014, 0.025), (0.01, 0.012, 0.02)),
        ((0.34, 0.26, 0.14), (0.25, 0.19, 0.10), (0.10, 0.07, 0.04)),
        ((0.06, 0.09, 0.045), (0.05, 0.07, 0.035), (0.04, 0.06, 0.03)),
    ),
    "worker": (
        ((0.75, 0.16, 0.02), (0.05, 0.06, 0.12), (0.85, 0.55, 0.02)),
        ((0.55, 0.70, 0.04), (0.03, 0.035, 0.05), (0.75, 0.75, 0.72)),
        ((0.03, 0.08, 0.30), (0.03, 0.05, 0.14), (0.80, 0.50, 0.02)),
    ),
    "trader": (
        ((0.30, 0.03, 0.05), (0.05, 0.05, 0.08), (0.012, 0.01, 0.009)),
        ((0.05, 0.14, 0.10), (0.08, 0.06, 0.05), (0.012, 0.01, 0.009)),
        ((0.60, 0.58, 0.54), (0.06, 0.07, 0.11), (0.02, 0.016, 0.014)),
        ((0.10, 0.05, 0.14), (0.12, 0.05, 0.07), (0.35, 0.20, 0.03)),
    ),
}  # fmt: skip
_UPPER_M, _FORE_M = 0.29, 0.25
_STEP = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Grip:
    """Where a hand closes around something.

    Attributes:
        centre: Middle of what it holds, in metres, in the person's frame.
        axis: Unit vector along it.
        radius: Of what it holds there, in metres.
    """

    centre: Point
    axis: Point
    radius: float


def draw_person(draws: Draws, role: str) -> Parameters:
    """Draw looks of an ``officer``, ``worker`` or ``trader``."""
    shirt, trousers, head = draws.choice(_CLOTHES[role])
    return {
        "role": role,
        "skin": draws.colour(draws.choice(_SKINS), value=0.2, tint=0.05),
        "shirt": draws.colour(shirt, value=0.25, tint=0.08),
        "trousers": draws.colour(trousers, value=0.25, tint=0.08),
        "head": draws.colour(head, value=0.25, tint=0.08),
        "covered": draws.chance(0.65) or role == "worker",
        "stout": draws.uniform(0.9, 1.18),
        "size": draws.uniform(0.93, 1.06),
        "gloves": draws.chance(0.35) and role != "trader",
        "short_sleeves": draws.chance(0.5),
        "seed": draws.seed(),
    }


def add_person(
    person: Parameters,
    place: Numbers,
    *,
    turn: float = 0.0,
    grips: Sequence[Grip | None] = (None, None),
) -> list[Any]:
    """Add somebody.

    Args:
        person: From `draw_person`.
        place: Where the feet are, in metres.
        turn: About z, in radians.
        grips: What the right and the left hand hold; None: the arm hangs.
    """
    fields = _Body(person, grips)
    skin = np.array(person["skin"])
    bare = grown("skin", [skin * [0.85, 0.72, 0.7], skin], size=0.03, roughness=0.5, bump=0.0004, variety=0.0)
    tinted(bare, (0.5, 0.14, 0.1), 0.1)
    glove = glossy_material("glove", (0.55, 0.62, 0.70) if person["seed"] % 2 else (0.1, 0.2, 0.5), 0.5)
    bands = _bands(person)
    made = [
        add_mesh("face", surface_nets(fields.face, (-0.2, -0.2, 1.35), (0.2, 0.2, 1.9), 0.011), bare.material),
        add_mesh("head", surface_nets(fields.cap, (-0.25, -0.3, 1.5), (0.25, 0.25, 1.95), 0.012), _cloth(person["head"])),
        add_mesh("shirt", surface_nets(fields.shirt, (-0.8, -0.85, 0.6), (0.8, 0.45, 1.62), _STEP), bands),
        add_mesh("trousers", surface_nets(fields.trousers, (-0.4, -0.35, -0.02), (0.4, 0.3, 1.1), _STEP), _cloth(person["trousers"])),
        *(add_mesh("hand", fields.hand(k), glove if person["gloves"] else bare.material) for k in (0, 1)),
        *fields.details(person),
    ]  # fmt: skip
    for thing in made:
        thing.rotation_euler.z = turn
        thing.scale = (person["size"],) * 3
        thing.location = tuple(np.asarray(place, dtype=float))
    return made


def _cloth(colour: Numbers) -> Any:
    tone = np.array(colour)
    look = grown("cloth", [tone * 0.75, tone], size=0.05, roughness=0.9, bump=0.002, variety=0.0)
    return look.material


def _bands(person: Parameters) -> Any:
    """Return the shirt: workers have two shining bands."""
    tone = np.array(person["shirt"])
    look = grown("shirt", [tone * 0.7, tone, tone * 1.05], size=0.09, roughness=0.9, bump=0.003, variety=0.0)
    if person["role"] == "worker":
        height = look.node("SeparateXYZ", {0: look.place()}).outputs["Z"]
        dark, light = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
        stripe: Any = dark
        for low in (1.05, 1.22):
            share = look.node("MapRange", {0: height, 1: low, 2: low + 0.05}).outputs[0]
            band = look.ramp(share, (0.0, dark), (0.02, light), (0.98, light), (1.0, dark))
            stripe = look.mix(stripe, band, 1.0, "ADD")
        tinted(look, (0.75, 0.76, 0.74), stripe)
    return look.material


class _Body:
    """Distance fields of the parts of somebody who holds something, in metres."""

    def __init__(self, person: Parameters, grips: Sequence[Grip | None]) -> None:
        self.person, self.stout = person, person["stout"]
        self.arms = [self._arm(side, grip) for side, grip in zip((-1, 1), grips, strict=True)]

    def _arm(self, side: int, grip: Grip | None) -> tuple[Array, Array, Array, Grip | None]:
        """Return shoulder, elbow and wrist (3,), and the grip."""
        shoulder = np.array([side * 0.19, 0.01, SHOULDER_M])
        if grip is None:
            wrist = shoulder + [side * 0.07, -0.05, -0.53]
        else:
            out = _outward(grip, side)
            wrist = np.array(grip.centre) + out * (grip.radius + 0.055) + [side * 0.02, 0.045, -0.035]
        reach = wrist - shoulder
        far = min(float(np.linalg.norm(reach)), _UPPER_M + _FORE_M - 0.01)
        reach = reach / np.linalg.norm(reach)
        along = (_UPPER_M**2 - _FORE_M**2 + far**2) / (2 * far)
        away = math.sqrt(max(_UPPER_M**2 - along**2, 0.0))
        pole = np.array([side * 0.55, 0.35, -0.75])
        pole -= reach * (pole @ reach)
        elbow = shoulder + reach * along + away * pole / np.linalg.norm(pole)
        return shoulder, elbow, wrist, grip

    def face(self, p: Array) -> Array:
        """Return the head with ears and nose, and the neck."""
        head = ellipsoid(p, (0.0, -0.005, 1.655), (0.073, 0.093, 0.115))
        head = blend(head, ellipsoid(p, (0.0, -0.035, 1.59), (0.052, 0.055, 0.06)), 0.05)
        head = blend(head, capsule(p, (0.0, -0.09, 1.65), (0.0, -0.108, 1.625), 0.008, 0.013), 0.015)
        for side in (-1, 1):
            head = blend(head, ellipsoid(p, (side * 0.075, 0.01, 1.64), (0.012, 0.022, 0.032)), 0.01)
        return blend(head, capsule(p, (0.0, 0.015, 1.42), (0.0, 0.01, 1.58), 0.058, 0.052), 0.04)

    def cap(self, p: Array) -> Array:
        """Return a peaked cap, a helmet or hair."""
        if not self.person["covered"]:
            hair = ellipsoid(p, (0.0, 0.012, 1.685), (0.082, 0.098, 0.105))
            return np.maximum(hair, 1.665 - p[:, 2] + 0.9 * (-p[:, 1] - 0.06))
        dome = np.maximum(ellipsoid(p, (0.0, 0.0, 1.70), (0.092, 0.112, 0.098)), 1.695 - p[:, 2])
        peak = np.maximum(ellipsoid(p, (0.0, -0.06, 1.70), (0.085, 0.12, 0.02)), p[:, 1] + 0.03)
        if self.person["role"] == "officer":
            plate = ellipsoid(p, (0.0, -0.01, 1.775), (0.125, 0.135, 0.028))
            dome = blend(dome, plate, 0.03)
        return blend(dome, peak, 0.01)

    def shirt(self, p: Array) -> Array:
        """Return trunk and sleeves."""
        wide = self.stout
        trunk = ellipsoid(p, (0.0, 0.0, 1.22), (0.195 * wide, 0.125 * wide, 0.27))
        trunk = blend(trunk, ellipsoid(p, (0.0, 0.0, 1.0), (0.17 * wide, 0.125 * wide, 0.17)), 0.12)
        trunk = blend(trunk, capsule(p, (-0.15, 0.01, 1.40), (0.15, 0.01, 1.40), 0.075, 0.075), 0.06)
        trunk = np.maximum(trunk, 0.93 - p[:, 2])
        for shoulder, elbow, wrist, _grip in self.arms:
            trunk = blend(trunk, capsule(p, _point(shoulder), _point(elbow), 0.068, 0.052), 0.04)
            if not self.person["short_sleeves"]:
                trunk = blend(trunk, capsule(p, _point(elbow), _point(wrist), 0.05, 0.038), 0.02)
        folds = 0.004 * np.sin(38 * p[:, 2] + 9 * p[:, 0] + 5 * np.sin(11 * p[:, 0]))
        return trunk - folds

    def trousers(self, p: Array) -> Array:
        """Return hips, legs and shoes."""
        hips = ellipsoid(p, (0.0, 0.0, 0.92), (0.165 * self.stout, 0.12 * self.stout, 0.13))
        for side in (-1, 1):
            leg = capsule(p, (side * 0.085, 0.0, 0.88), (side * 0.10, 0.0, 0.10), 0.088, 0.06)
            shoe = ellipsoid(p, (side * 0.105, -0.06, 0.045), (0.05, 0.14, 0.05))
            hips = blend(hips, blend(leg, shoe, 0.03), 0.03)
        return np.minimum(hips, capsule(p, (-0.13, 0.0, 0.965), (0.13, 0.0, 0.965), 0.055, 0.055))

    def hand(self, which: int) -> ArrayMesh:
        """Return a hand's mesh, with the forearm where the sleeves are short."""
        side = (-1, 1)[which]
        _shoulder, elbow, wrist, grip = self.arms[which]
        start = elbow if self.person["short_sleeves"] else elbow + 0.75 * (wrist - elbow)

        def field(p: Array) -> Array:
            arm = capsule(p, _point(start), _point(wrist), 0.045, 0.03)
            if grip is None:
                hand = ellipsoid(p, _point(wrist + [0, -0.01, -0.07]), (0.025, 0.04, 0.08))
            else:
                hand = _closed_hand(p, grip, side)
            return blend(arm, hand, 0.03)

        held = [np.array(grip.centre)] if grip else [wrist - [0, 0, 0.1]]
        corners = np.array([start, wrist, *held])
        margin = 0.08 + (grip.radius if grip else 0.03)
        return surface_nets(
            field, _point(corners.min(axis=0) - margin), _point(corners.max(axis=0) + margin), 0.01
        )

    def details(self, person: Parameters) -> list[Any]:
        """Return eyes and brows, and an officer's badges."""
        dark = glossy_material("eyes", (0.02, 0.014, 0.01), 0.3)
        spots = [(side * 0.033, -0.088, 1.655, 0.009) for side in (-1, 1)]
        made = [_ball("eye", spot, dark) for spot in spots]
        if person["role"] == "officer":
            gold = glossy_material("badge", (0.75, 0.55, 0.15), 0.35, metal=0.6)
            made += [_ball("badge", (x, y, z, r), gold) for x, y, z, r in ((0.09, -0.125, 1.32, 0.016), (0.0, -0.12, 1.735, 0.016), (-0.17, 0.0, 1.475, 0.014), (0.17, 0.0, 1.475, 0.014))]  # fmt: skip
        return made


def _ball(name: str, spot: tuple[float, float, float, float], material: Any) -> Any:
    x, y, z, radius = spot
    points, faces = surface_nets(
        lambda p: ellipsoid(p, (x, y, z), (radius, 0.6 * radius, radius)),
        (x - 2 * radius, y - 2 * radius, z - 2 * radius),
        (x + 2 * radius, y + 2 * radius, z + 2 * radius),
        0.3 * radius,
    )
    return add_mesh(name, (points, faces), material)


def _outward(grip: Grip, side: int) -> Array:
    """Return the unit direction from what is held to the palm: to the hand's own side, across the axis."""
    axis = np.array(grip.axis)
    out = np.array([side * 1.0, 0.15, -0.1])
    out -= axis * (out @ axis)
    return out / np.linalg.norm(out)


def _closed_hand(p: Array, grip: Grip, side: int) -> Array:
    """Return a palm beside what is held and four fingers and a thumb around it."""
    axis, out = np.array(grip.axis), _outward(grip, side)
    if axis[2] < 0:
        axis = -axis
    front = np.cross(axis, out)
    front = front if front[1] < 0 else -front
    centre, radius = np.array(grip.centre), grip.radius + 0.011
    palm_at = centre + out * (grip.radius + 0.02)
    field = capsule(p, _point(palm_at - 0.032 * axis), _point(palm_at + 0.032 * axis), 0.03, 0.03)
    turns = np.radians([5, 45, 85, min(125, math.degrees(0.085 / radius))])
    rows = [(0.024 * k, front, 1.0) for k in (-1.5, -0.5, 0.5, 1.5)] + [(0.045, -front, 0.75)]
    for shift, way, share in rows:
        joints = [
            centre + shift * axis + radius * (math.cos(share * turn) * out + math.sin(share * turn) * way)
            for turn in turns
        ]
        for start, end in itertools.pairwise(joints):
            field = blend(field, capsule(p, _point(start), _point(end), 0.0115, 0.0105), 0.006)
    return field


def _point(place: Array) -> Point:
    x, y, z = (float(number) for number in place)
    return x, y, z
