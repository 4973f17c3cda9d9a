from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from wildvision.errors import UnsupportedImageError
from wildvision.manifest import PreprocessSpec
from wildvision.preprocess import fit, normalize, preprocess, unfit


def spec(**changes: object) -> PreprocessSpec:
    fields: dict[str, object] = {
        "version": 1,
        "width": 32,
        "height": 32,
        "fit": "pad",
        "resample": "bicubic",
        "padding": (1, 2, 3),
        "mean": (0.5, 0.4, 0.3),
        "std": (0.5, 0.25, 0.2),
        "decode_side": 64,
    }
    return PreprocessSpec(**{**fields, **changes})


def image(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_normalize_follows_its_formula() -> None:
    pixels = image(5, 7)
    wanted = (pixels / 255.0 - [0.5, 0.4, 0.3]) / [0.5, 0.25, 0.2]
    found = normalize(pixels, spec())
    assert found.shape == (3, 5, 7)
    assert found.dtype == np.float32
    assert found.flags.c_contiguous
    np.testing.assert_allclose(found, wanted.transpose(2, 0, 1), atol=1e-5)


def test_padding_centres_the_picture_and_keeps_its_shape() -> None:
    canvas = fit(image(20, 40), spec())
    assert canvas.shape == (32, 32, 3)
    assert (canvas[:8] == [1, 2, 3]).all()
    assert (canvas[24:] == [1, 2, 3]).all()
    wanted = Image.fromarray(image(20, 40)).resize((32, 16), Image.Resampling.BICUBIC)
    np.testing.assert_array_equal(canvas[8:24], np.asarray(wanted))


def test_stretching_fills_the_whole_input() -> None:
    wanted = Image.fromarray(image(20, 40)).resize((32, 32), Image.Resampling.BILINEAR)
    found = fit(image(20, 40), spec(fit="stretch", resample="bilinear"))
    np.testing.assert_array_equal(found, np.asarray(wanted))


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (31, 33)])
def test_every_shape_gives_the_input_shape(shape: tuple[int, int]) -> None:
    found = preprocess(image(*shape), spec())
    assert found.shape == (3, 32, 32)
    assert np.isfinite(found).all()


def test_a_view_gives_what_its_copy_gives() -> None:
    turned = image(20, 40)[::-1, ::2].transpose(1, 0, 2)
    np.testing.assert_array_equal(preprocess(turned, spec()), preprocess(turned.copy(), spec()))


@pytest.mark.parametrize(
    "array", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)]
)
def test_anything_else_is_refused(array: np.ndarray) -> None:
    for function in (preprocess, fit, normalize):
        with pytest.raises(UnsupportedImageError, match="uint8"):
            function(array, spec())


@pytest.mark.parametrize("fit_rule", ["pad", "stretch"])
@pytest.mark.parametrize(("width", "height"), [(40, 20), (20, 40), (32, 32)])
def test_unfit_undoes_the_geometry_of_fit(fit_rule: str, width: int, height: int) -> None:
    chosen = spec(fit=fit_rule, resample="bilinear", padding=(0, 0, 0))
    ramp = np.linspace(0, 255, width).astype(np.uint8)[None, :, None] * np.ones((height, 1, 3), np.uint8)
    fitted = fit(ramp, chosen)[..., 0].astype(np.float32)
    found = unfit(fitted, width, height, chosen)
    assert found.shape == (height, width)
    inner = (slice(4, -4), slice(4, -4))  # beside its edges padding mixes in
    np.testing.assert_allclose(found[inner], ramp[..., 0][inner], atol=8)
