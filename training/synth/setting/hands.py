"""A stylised open hand, palm up, with a sleeve: what sellers hold small things in."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh
from training.synth.kit.distance_fields import blend, capsule, ellipsoid, surface_nets
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Array, Point
from training.synth.kit.grown_materials import grown, tinted

LENGTH = 0.19
"""From the wrist to the tip of the middle finger, in metres: about the mean of adults (Greiner 1991)."""

PALM = 0.045
"""Radius of the round place on the palm where things lie, in metres, for a hand of `LENGTH`."""

_SKINS = ((0.62, 0.38, 0.27), (0.53, 0.31, 0.21), (0.42, 0.23, 0.14), (0.27, 0.14, 0.08), (0.14, 0.07, 0.04))
_SLEEVES = ((0.03, 0.04, 0.08), (0.35, 0.35, 0.36), (0.02, 0.02, 0.02), (0.2, 0.05, 0.05), (0.1, 0.14, 0.08))
_FINGERS = ((-0.165, 0.33, -14.0), (-0.06, 0.42, -4.0), (0.05, 0.45, 3.0), (0.155, 0.40, 9.0))
"""Of each finger: place across the palm, length (shares of the hand's length), spread in degrees."""
_TOP = 0.145
"""Height of the palm's floor over the back of the hand, share of the length."""


def draw_hand(draws: Draws) -> Parameters:
    """Draw a hand: skin, size, how far its fingers curl and spread, sleeve, left or right, direction."""
    return {
        "kind": "hand",
        "skin": draws.colour(draws.choice(_SKINS), value=0.2, tint=0.05),
        "size": draws.uniform(0.92, 1.12),
        "curl_deg": draws.uniform(8, 32),
        "spread": draws.uniform(0.2, 1.6),
        "thumb_deg": draws.uniform(30, 65),
        "stout": draws.uniform(0.9, 1.15),
        "side": draws.choice([-1, 1]),
        "sleeve": draws.choice([None, *_SLEEVES]),
        "turn": draws.uniform(0, 6.28),
        "seed": draws.seed(),
    }


def hand_field(p: Array, hand: Parameters) -> Array:
    """Return the signed distance to the hand at points (N, 3), in hand lengths; fingers along +x, palm up."""
    q = p * np.array([1, hand["side"], 1], np.float32)
    stout = hand["stout"]
    solid = ellipsoid(q, (0.0, 0.0, 0.075), (0.30, 0.235, 0.085))
    solid = blend(solid, ellipsoid(q, (-0.12, 0.15, 0.11), (0.17, 0.09, 0.075), yaw=25), 0.04)
    solid = blend(solid, ellipsoid(q, (-0.10, -0.16, 0.10), (0.17, 0.075, 0.07), yaw=-8), 0.04)
    wrist = capsule(q, (-0.26, 0.0, 0.075), (-1.5, 0.0, 0.10), 0.105 * stout, 0.16 * stout)
    solid = blend(solid, wrist, 0.10)
    solid = np.maximum(solid, -ellipsoid(q, (0.02, 0.0, _TOP + 0.09), (0.24, 0.19, 0.10)))
    for across, length, spread in _FINGERS:
        solid = blend(solid, _finger(q, (0.2, across, 0.085), length, spread * hand["spread"], hand), 0.03)
    out = math.radians(hand["thumb_deg"])
    way = np.array([math.cos(out), math.sin(out), 0.12])
    root = np.array([-0.12, 0.19, 0.10])
    joint, tip = root + 0.21 * way, root + 0.21 * way + 0.17 * (way + [0.25, -0.15, 0.05])
    thumb = blend(
        capsule(q, _point(root), _point(joint), 0.07 * stout, 0.056 * stout),
        capsule(q, _point(joint), _point(tip), 0.054 * stout, 0.044 * stout),
        0.02,
    )
    return blend(solid, thumb, 0.04)


def _finger(q: Array, root: Point, length: float, spread: float, hand: Parameters) -> Array:
    """Return a finger of three bones, each raised further than the last."""
    start, field = np.array(root), np.full(len(q), 9.0)
    yaw, pitch, thick = math.radians(spread), 0.0, 0.056 * hand["stout"]
    for share in (0.44, 0.31, 0.25):
        pitch += math.radians(hand["curl_deg"])
        way = np.array([math.cos(pitch) * math.cos(yaw), math.cos(pitch) * math.sin(yaw), math.sin(pitch)])
        end = start + way * length * share
        field = blend(field, capsule(q, _point(start), _point(end), thick, 0.9 * thick), 0.012)
        start, thick = end, 0.9 * thick
    return field


def _point(place: Array) -> Point:
    x, y, z = (float(number) for number in place)
    return x, y, z


def build_hand(hand: Parameters, reach: float) -> tuple[list[Any], float, float]:
    """Build the hand about the origin, its back on z = 0.

    A hand is as large as hands are; for things that reach beyond the palm, up to 1.25 times that.

    Args:
        hand: From `draw_hand`.
        reach: Radius of the disc that the things need, in metres.

    Returns:
        The objects; the radius of the place to lie on and its height, both in metres.
    """
    scale = hand["size"] * float(np.clip(reach / PALM, 1.0, 1.25))
    rng = np.random.default_rng(hand["seed"])
    points, faces = surface_nets(
        lambda p: hand_field(p, hand), (-1.45, -0.675, -0.1), (0.85, 0.675, 0.72), 0.0125
    )
    skin = np.array(hand["skin"])
    shader = grown(
        "skin", [skin * [0.85, 0.72, 0.7], skin], size=0.02, roughness=0.45, bump=0.0004, grain=0.06,
        translucent=0.12, variety=0.0,
    )  # fmt: skip
    tinted(shader, (0.5, 0.14, 0.1), 0.12)
    objects = [add_mesh("hand", (points * LENGTH * scale, faces), shader.material)]
    if hand["sleeve"] is not None:
        objects.append(_sleeve(hand, LENGTH * scale, rng))
    for thing in objects:
        thing.rotation_euler.z = hand["turn"]
    return objects, PALM * scale, (_TOP - 0.012) * LENGTH * scale


def _sleeve(hand: Parameters, length: float, rng: np.random.Generator) -> Any:
    start = float(rng.uniform(-0.9, -0.5))
    folds = rng.uniform(0, 6.3, 3)

    def field(p: Array) -> Array:
        wave = 0.012 * np.sin(p[:, 0] * 24 + folds[0] + 2 * np.sin(5 * p[:, 1] + folds[1]))
        arm = capsule(p, (start, 0, 0.085), (-1.6, 0, 0.11), 0.15 * hand["stout"], 0.21 * hand["stout"])
        return np.maximum(arm - wave, p[:, 0] - start)

    colour = np.array(hand["sleeve"])
    shader = grown("sleeve", [colour * 0.85, colour], size=0.03, roughness=0.95, bump=0.0006, variety=0.0)
    points, faces = surface_nets(field, (-1.45, -0.4, -0.25), (start + 0.1, 0.4, 0.45), 0.02)
    points[:, 2] = np.maximum(points[:, 2], 0.0)
    return add_mesh("sleeve", (points * length, faces), shader.material)
