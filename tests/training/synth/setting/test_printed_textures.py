"""Printed and woven pictures: their shape, their colours, and that they repeat without a seam."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from training.synth.setting import printed_textures as printed

PICTURES = [
    name
    for name, function in vars(printed).items()
    if inspect.isfunction(function) and function.__module__ == printed.__name__
    and not name.startswith("_") and list(inspect.signature(function).parameters) == ["rng"]
]  # fmt: skip


def test_the_pictures_are_found() -> None:
    assert {"newspaper", "checks", "flowers"} <= set(PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_rgb_and_its_seeds_own(name: str) -> None:
    draw = getattr(printed, name)
    first, again, other = (draw(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.dtype == np.uint8
    assert first.ndim == 3
    assert first.shape[2] == 3
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.reshape(-1, 3).std(axis=0).max() > 2


def test_a_palette_has_light_and_dark_colours_over_many_seeds() -> None:
    values = [max(colour) for seed in range(40) for colour in printed.palette(np.random.default_rng(seed), 4)]
    assert min(values) < 90
    assert max(values) > 150


def test_checks_repeat_without_a_seam() -> None:
    cloth = printed.checks(np.random.default_rng(3)).astype(int)
    inner = np.abs(np.diff(cloth, axis=1)).max()
    assert np.abs(cloth[:, 0] - cloth[:, -1]).max() <= inner
