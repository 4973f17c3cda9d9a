"""Where the camera of a scene stands: the subject fills its share of the picture, level and from the drawn side."""

from __future__ import annotations

import numpy as np
import pytest

from training.synth.build import _frame, _view

CORNERS = np.array([(x, y, z) for x in (-0.2, 0.2) for y in (-0.05, 0.05) for z in (0.0, 0.03)])


def camera(**values: float) -> dict[str, object]:
    return {
        "elevation_deg": 40.0,
        "azimuth_deg": 25.0,
        "lens_mm": 35.0,
        "fill": 0.8,
        "shift": (0.0, 0.0),
        **values,
    }


@pytest.mark.parametrize("aspect", [0.5625, 1.0, 1.7778])
@pytest.mark.parametrize("fill", [0.5, 1.0])
def test_the_subject_fills_about_its_share(aspect: float, fill: float) -> None:
    values = camera(fill=fill)
    view, _ = _view(values, hanging=False)
    eye, target = (np.array(point) for point in _frame(values, view, CORNERS, aspect))
    assert (eye - target) / np.linalg.norm(eye - target) == pytest.approx(view)
    side = np.cross([0.0, 0.0, 1.0], view)
    side /= np.linalg.norm(side)
    away = CORNERS - eye
    depth = -away @ view
    longer = 18.0 / 35.0
    across = np.abs(away @ side) / depth / (longer * min(aspect, 1.0))
    up = np.abs(away @ np.cross(view, side)) / depth / (longer * min(1 / aspect, 1.0))
    reach = max(across.max(), up.max())
    assert 0.7 * fill < reach < 1.2 * fill  # nearer corners look larger


def test_a_shift_moves_the_subject_off_the_middle() -> None:
    view, _ = _view(camera(), hanging=False)
    _, middle = _frame(camera(), view, CORNERS, 1.0)
    _, shifted = _frame({**camera(), "shift": (0.2, 0.0)}, view, CORNERS, 1.0)
    assert np.linalg.norm(np.subtract(shifted, middle)) > 0.02
    assert np.subtract(shifted, middle) @ view == pytest.approx(0.0, abs=1e-9)


def test_what_hangs_is_seen_from_its_front() -> None:
    view, away = _view({"elevation_deg": 0.0, "azimuth_deg": 0.0}, hanging=True)
    assert view == pytest.approx([0.0, -1.0, 0.0])
    assert away == pytest.approx((0.0, 1.0))
