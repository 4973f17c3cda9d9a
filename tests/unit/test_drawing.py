from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.unit.test_classifier import BLUE, BONE, IVORY
from tests.unit.test_cli import call, words
from wildvision import Classifier
from wildvision.drawing import draw_answer

HALF = np.concatenate([IVORY, BONE], axis=1)


def test_the_answer_stands_below_the_picture(tiny: Classifier) -> None:
    result = tiny.classify(HALF)
    drawn = draw_answer(result, tiny.explain(HALF))
    assert drawn.width == 360
    assert drawn.height > 360 * HALF.shape[0] / HALF.shape[1] + 20
    corners = {
        tiny.classify(p).verdict: draw_answer(tiny.classify(p), tiny.explain(p)) for p in (IVORY, BLUE, BONE)
    }
    colours = {picture.getpixel((0, picture.height - 1)) for picture in corners.values()}
    assert len(colours) == len(corners) == 3


def test_longer_reasons_take_more_lines(tiny: Classifier) -> None:
    narrow, wide = (np.asarray(Image.fromarray(HALF).resize(size)) for size in ((40, 80), (640, 80)))
    short, long = (draw_answer(tiny.classify(p), tiny.explain(p)) for p in (wide, narrow))
    assert long.height > short.height


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


@pytest.fixture
def picture(tmp_path: Path) -> str:
    Image.fromarray(HALF).save(tmp_path / "half.png")
    return str(tmp_path / "half.png")


def test_explain_writes_the_overlay_and_names_the_regions(
    tiny_directory: Path, picture: str, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "overlay.png"
    result = call("explain", picture, "--model", str(tiny_directory), "--category", "bone", "--out", str(out))
    assert result.exit_code == 0, result.output
    assert "bone" in result.output
    assert "share of the evidence" in words(result)
    assert size_of(out) == HALF.shape[1::-1]


def test_explain_as_json(tiny_directory: Path, picture: str) -> None:
    found = json.loads(call("explain", picture, "--model", str(tiny_directory), "--json").stdout)
    assert found["category"] == "ivory"
    assert found["boxes"][0]["left"] == 0
    content = Path(picture).read_bytes()
    again = call("explain", "-", "--model", str(tiny_directory), "--json", stdin=content)
    assert json.loads(again.stdout) == found


def test_explain_refuses_with_a_sentence(tiny_directory: Path, picture: str, tmp_path: Path) -> None:
    model = ("--model", str(tiny_directory))
    result = call("explain", picture, *model, "--category", "unicorn")
    assert (result.exit_code, "expected one of ivory" in words(result)) == (2, True)
    result = call("explain", str(tmp_path / "missing.png"), *model)
    assert (result.exit_code, "missing.png" in words(result)) == (2, True)
    result = call("explain", picture, *model, "--out", str(tmp_path / "a.docx"))
    assert (result.exit_code, "ends with .png" in words(result)) == (2, True)


def test_explain_takes_what_classify_takes(tiny_directory: Path, picture: str, tmp_path: Path) -> None:
    pytest.importorskip("av")
    from tests.clip_files import GREY, make_clip
    from tests.clip_files import IVORY as SHOWN

    with zipfile.ZipFile(tmp_path / "dump.zip", "w") as archive:
        archive.write(picture, "a/half.png")
    (tmp_path / "clip.mp4").write_bytes(make_clip([GREY, SHOWN], width=200, height=100))
    model = ("--model", str(tiny_directory), "--json")
    alone, member, clip = (
        call("explain", str(source), *model)
        for source in (picture, tmp_path / "dump.zip!a/half.png", tmp_path / "clip.mp4")
    )
    assert json.loads(member.stdout) == json.loads(alone.stdout)
    found = json.loads(clip.stdout)
    assert (found["category"], found["width"]) == ("ivory", 200)
    wrong = call("explain", str(tmp_path / "clip.mp4"), *model, "--category", "unicorn")
    assert (wrong.exit_code, "expected one of ivory" in words(wrong)) == (2, True)


def test_errors_name_what_they_are_about(tiny_directory: Path, picture: str, tmp_path: Path) -> None:
    zipfile.ZipFile(tmp_path / "dump.zip", "w").close()
    (tmp_path / "file").touch()
    model = ("--model", str(tiny_directory))
    for command in ("classify", "explain"):
        result = call(command, str(tmp_path / "dump.zip!a.png"), *model, columns=200)
        assert "dump.zip!a.png" in words(result)
        assert "_Member" not in words(result)
    result = call("classify", "s3://bucket/a.jpg", *model, columns=200)
    assert "`wildvision scan s3://bucket/a.jpg --out results` scores the images in it" in words(result)
    result = call("explain", picture, *model, "--out", str(tmp_path / "file" / "a.png"))
    assert (result.exit_code, "choose another one" in words(result)) == (2, True)
    assert "ends with" not in words(result)


def test_classify_saves_what_it_read(tiny_directory: Path, picture: str, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    twin = tmp_path / "other" / "half.png"
    Image.fromarray(BONE).save(twin)
    folder = tmp_path / "drawn"
    images = (picture, "missing.jpg", str(twin), "-")
    content = Path(picture).read_bytes()
    result = call("classify", "--model", str(tiny_directory), "--save", str(folder), *images, stdin=content)
    assert result.exit_code == 1, result.output
    names = [path.name for path in sorted(folder.iterdir())]
    assert names == ["0001-half.jpg", "0003-half.jpg", "0004-stdin.jpg"]
    assert all(size_of(folder / name)[0] >= 360 for name in names)


def test_classify_saves_the_frame_that_carries_a_clips_answer(
    tiny_directory: Path, picture: str, tmp_path: Path
) -> None:
    pytest.importorskip("av")
    from tests.clip_files import BONE as STILL
    from tests.clip_files import GREY, IVORY, make_clip

    clip, folder = tmp_path / "on sale.mp4", tmp_path / "drawn"
    clip.write_bytes(make_clip([GREY, IVORY, STILL], width=400, height=400))
    result = call("classify", "--model", str(tiny_directory), "--save", str(folder), picture, str(clip))
    assert result.exit_code == 0, result.output
    assert [path.name for path in sorted(folder.iterdir())] == ["0001-half.jpg", "0002-on sale-1.0s.jpg"]
    drawn = np.asarray(Image.open(folder / "0002-on sale-1.0s.jpg")).astype(int)
    red, green, _ = drawn[200:390].mean(
        axis=(0, 1)
    )  # of the scene that is ivory, and not the first one or the last
    assert red > green + 30
    assert np.abs(drawn[-4] - (178, 34, 34)).mean() < 12  # FLAG, the answer of the clip


def test_classify_saves_the_pictures_of_a_post(tiny_directory: Path, picture: str, tmp_path: Path) -> None:
    folder = tmp_path / "drawn"
    content = Path(picture).read_bytes()
    images = ("missing.jpg", picture, "-")
    options = ("--model", str(tiny_directory), "--post", "--save", str(folder))
    assert call("classify", *options, *images, stdin=content).exit_code == 1
    assert [path.name for path in sorted(folder.iterdir())] == ["0002-half.jpg", "0003-stdin.jpg"]
