"""Profiles are judged by what they do to colours, whatever they are called."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.hostile_files import encode, picture
from tests.icc_profiles import SRGB, SWAPPED, WIDE, linear, matrix_profile
from wildvision import colour
from wildvision.images import read_image
from wildvision.results import Caution


def shown(profile: object, image: Image.Image | None = None) -> tuple[np.ndarray, list[str]]:
    cautions: list[Caution] = []
    rgb = colour.to_srgb(image or picture(), profile, cautions)
    assert rgb.mode == "RGB"
    return np.asarray(rgb, np.int16), [caution.code for caution in cautions]


ORIGINAL = np.asarray(picture(), np.int16)


def encoded(light: np.ndarray) -> np.ndarray:
    """Return the levels of sRGB, 0 to 255, of light from 0 to 1."""
    light = np.clip(light, 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("name", ["sRGB IEC61966-2.1", "c2", "Display", ""])
def test_a_profile_that_acts_like_srgb_leaves_every_pixel_as_it_is(name: str) -> None:
    pixels, cautions = shown(matrix_profile(name))
    np.testing.assert_array_equal(pixels, ORIGINAL)
    assert cautions == []


@pytest.mark.parametrize("name", ["sRGB linear", "GIMP built-in Linear sRGB", "linear"])
def test_linear_light_is_made_visible_whatever_its_profile_is_called(name: str) -> None:
    pixels, cautions = shown(matrix_profile(name, gamma=1.0))
    assert np.abs(pixels - encoded(ORIGINAL / 255)).max() <= 3
    assert cautions == []


@pytest.mark.parametrize("name", ["not sRGB", "sRGB", "swapped"])
def test_swapped_primaries_are_applied(name: str) -> None:
    pixels, _ = shown(matrix_profile(name, colorants=SWAPPED))
    assert np.abs(pixels - ORIGINAL[..., [2, 0, 1]]).max() <= 3


@pytest.mark.parametrize("gamma", [1.0, 1.8, 2.2])
def test_a_wide_gamut_is_converted_as_its_matrix_says(gamma: float) -> None:
    pixels, _ = shown(matrix_profile("sRGB-like", colorants=WIDE, gamma=gamma))
    matrix = np.linalg.inv(np.array(SRGB).T) @ np.array(WIDE).T
    expected = encoded((ORIGINAL / 255) ** gamma @ matrix.T)
    assert np.abs(pixels - expected).max() <= 6


@pytest.mark.parametrize("gamma", [None, 1.0])
def test_a_grey_picture_with_a_profile_of_rgb_keeps_its_light(gamma: float | None) -> None:
    grey = picture().convert("L")
    pixels, cautions = shown(matrix_profile("sRGB", gamma=gamma), grey)
    level = np.asarray(grey, np.int16)[..., None]
    expected = level if gamma is None else encoded(level / 255)
    assert np.abs(pixels - expected).max() <= 3
    assert cautions == []


@pytest.mark.parametrize(
    "profile", [b"sRGB", b"not a profile" * 20, matrix_profile("sRGB")[:200], b"\0" * 128]
)
def test_a_broken_profile_is_a_caution(profile: bytes) -> None:
    pixels, cautions = shown(profile)
    np.testing.assert_array_equal(pixels, ORIGINAL)
    assert cautions == ["colour_profile_ignored"]


def test_a_profile_of_another_kind_of_colours_is_a_caution() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert shown(lab)[1] == ["colour_profile_ignored"]
    assert shown(matrix_profile("sRGB"), picture().convert("CMYK"))[1] == ["colour_profile_ignored"]


def test_no_profile_is_no_caution() -> None:
    assert shown(None)[1] == shown(b"")[1] == []


def test_the_effect_of_a_profile_is_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    convert = ImageCms.profileToProfile
    monkeypatch.setattr(colour, "_KNOWN", {})
    monkeypatch.setattr(ImageCms, "profileToProfile", lambda *a, **k: calls.append("") or convert(*a, **k))
    for _ in range(3):
        shown(matrix_profile("sRGB of some camera"))
    assert len(calls) == 1


def test_what_is_known_of_profiles_takes_bounded_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(colour, "_KNOWN", {})
    monkeypatch.setattr(colour, "_MAX_KNOWN", 4)
    for number in range(9):
        shown(matrix_profile(f"profile {number}"))
        assert len(colour._KNOWN) <= 4


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_the_profile_of_every_container_is_applied(kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {"quality": 98} if kind == "JPEG" else {}
    content = encode(picture(), kind, icc_profile=matrix_profile("sRGB linear", gamma=1.0), **options)
    corner = read_image(content).pixels[0, 0]
    expected = [255 * (1.055 * (v / 255) ** (1 / 2.4) - 0.055) for v in ORIGINAL[0, 0]]
    assert np.abs(corner - np.array(expected)).max() <= 5
    assert abs(linear(corner[0] / 255) - ORIGINAL[0, 0, 0] / 255) < 0.03
