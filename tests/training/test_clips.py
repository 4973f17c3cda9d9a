from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.clips import RATE, SECONDS, SIDE, Rates, drifting, encode, note, table_of
from training.data.samples import Sample
from wildvision.clips import open_clip


@pytest.fixture
def photos(tmp_path: Path) -> list[Sample]:
    made = []
    for number, colour in enumerate([(200, 60, 40), (40, 160, 60), (60, 60, 190), (150, 150, 40)]):
        pixels = np.full((90, 120, 3), colour, np.uint8)
        pixels[30:60, 40:80] = 255 - np.array(colour)
        path = tmp_path / f"{number}.png"
        Image.fromarray(pixels).save(path)
        made.append(Sample(path=path, labels=frozenset(), source="s", sha256="0", group="s"))
    return made


def test_a_clip_of_four_scenes_is_looked_at_in_each(photos: list[Sample]) -> None:
    content = encode(photos, np.random.default_rng(0))
    with open_clip(content) as (clip, frames):
        seen = [(frame.time_s, frame.pixels) for frame in frames]
    assert clip.duration_s == pytest.approx(SECONDS, abs=2 / RATE)
    assert max(clip.width, clip.height) == SIDE
    for scene in range(4):
        own = [pixels for time_s, pixels in seen if scene * 2 <= time_s < scene * 2 + 2]
        assert len(own) >= 2
        assert np.argmax(own[0][:10, :10].mean(axis=(0, 1))) == (0, 1, 2, 0)[scene]


def test_frames_of_a_scene_are_alike_and_not_equal() -> None:
    image = Image.fromarray(np.random.default_rng(1).integers(0, 255, (60, 80, 3), dtype=np.uint8))
    frames = list(drifting(image, 64, 48, 20, np.random.default_rng(2)))
    assert len({frame.tobytes() for frame in frames}) == 20
    assert {frame.shape for frame in frames} == {(48, 64, 3)}


def test_a_product_clip_counts_by_its_product_only() -> None:
    rates, limits = Rates(), np.array([0.5, 0.5])
    scores = np.array([[0.9, 0.1], [0.1, 0.1], [0.1, 0.1], [0.1, 0.1]])
    note(rates, scores, limits, 1)
    note(rates, scores, limits, None)
    note(rates, scores, limits, 0)
    assert rates.frames == [4, 4, 4]
    assert rates.single == [0.0, 0.25, 0.25]
    assert rates.highest == [False, True, True]
    assert rates.together == [False, True, True]
    assert table_of({"kind": rates}).splitlines()[2].startswith("| kind | 3 | 4.0 | 16.7% | 66.7% | 66.7% |")
