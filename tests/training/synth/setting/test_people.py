"""Stylised people: arms that reach what they hold, parts inside the boxes that are meshed."""

from __future__ import annotations

import numpy as np
import pytest

from training.synth.kit.draws import Draws
from training.synth.setting.people import _FORE_M, _UPPER_M, Grip, _Body, draw_person

ROLES = ("officer", "worker", "trader")
GRIPS = (
    Grip(centre=(-0.15, -0.3, 1.15), axis=(0.0, 0.0, 1.0), radius=0.03),
    Grip(centre=(0.12, -0.3, 1.05), axis=(0.6, 0.0, 0.8), radius=0.06),
)


def faces_of(low: tuple[float, ...], high: tuple[float, ...]) -> np.ndarray:
    """Return points on the six faces of a box."""
    axes = [np.linspace(a, b, 25) for a, b in zip(low, high, strict=True)]
    grid = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 3)
    rim = ((grid == np.array(low)) | (grid == np.array(high))).any(axis=1)
    return grid[rim].astype(np.float32)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("grips", [(None, None), GRIPS])
def test_every_part_lies_inside_the_box_that_is_meshed(role: str, grips: tuple[Grip | None, ...]) -> None:
    boxes = {
        "face": ((-0.2, -0.2, 1.35), (0.2, 0.2, 1.9)),
        "cap": ((-0.25, -0.3, 1.5), (0.25, 0.25, 1.95)),
        "shirt": ((-0.8, -0.85, 0.6), (0.8, 0.45, 1.62)),
        "trousers": ((-0.4, -0.35, -0.02), (0.4, 0.3, 1.1)),
    }
    for seed in range(8):
        body = _Body(draw_person(Draws(seed, (role,)), role), grips)
        for part, (low, high) in boxes.items():
            points = faces_of(low, high)
            if part == "face":  # the neck goes on inside the shirt
                points = points[points[:, 2] > low[2]]
            assert (getattr(body, part)(points) > 0).all(), part


def test_arms_have_the_length_of_arms_and_hands_close_around_what_they_hold() -> None:
    for seed in range(20):
        body = _Body(draw_person(Draws(seed, ("p",)), "officer"), GRIPS)
        for which, (shoulder, elbow, wrist, grip) in enumerate(body.arms):
            assert np.linalg.norm(elbow - shoulder) == pytest.approx(_UPPER_M, abs=1e-6)
            assert np.linalg.norm(wrist - elbow) <= _FORE_M + 0.02
            assert grip is not None
            vertices, _faces = body.hand(which)
            away = np.linalg.norm(vertices - np.array(grip.centre), axis=1)
            assert away.min() < grip.radius + 0.02
            assert (vertices.min(axis=0) < np.array(grip.centre)).any()


def test_workers_wear_helmets_and_traders_no_gloves() -> None:
    people = {role: [draw_person(Draws(seed, ("p",)), role) for seed in range(30)] for role in ROLES}
    assert all(person["covered"] for person in people["worker"])
    assert not any(person["gloves"] for person in people["trader"])
