"""What the guide to posts and clips shows is what happens."""

from __future__ import annotations

import csv
import re
import shlex
import shutil
import tarfile
from pathlib import Path
from statistics import median

import av
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from tests.conftest import ROOT
from tests.guides import commands_of, run_command
from tests.prose import length, sentences
from wildvision.archive.folder import open_folder
from wildvision.archive.posts import read_posts
from wildvision.cli import main
from wildvision.post_scores import EXPONENT

GUIDE = (ROOT / "wildvision/POSTS_AND_CLIPS.md").read_text()


def write_clip(path: Path, pictures: list[Path]) -> None:
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 480, 360, "yuv420p"
        stream.codec_context.thread_count = 1
        for picture in pictures:
            pixels = np.asarray(Image.open(picture).convert("RGB").resize((480, 360)))
            for _ in range(20):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())


@pytest.fixture
def market(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two shops as folders, as a list and as a shard, and a clip."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WILDVISION_WORKERS", "0")
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    listed = [("path", "listing")]
    with tarfile.open("shard.tar", "w") as shard:
        for shop, names in {"a": ("desk", "elephant_tusk"), "b": ("ceramic_mug", "bead_necklace")}.items():
            for place, name in enumerate(names):
                path = tmp_path / "shops" / shop / f"{place}.jpg"
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / f"samples/{name}.jpg", path)
                listed.append((f"shops/{shop}/{place}.jpg", f"listing {shop}"))
                shard.add(path, f"{shop}.{place}.jpg")
    with Path("listings.csv").open("w", newline="") as file:
        csv.writer(file).writerows(listed)
    write_clip(Path("clip.mp4"), [ROOT / "samples/desk.jpg", ROOT / "samples/elephant_tusk.jpg"])
    return tmp_path


def test_the_commands_and_the_examples_run(market: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands = commands_of(GUIDE)
    assert len(commands) == 4
    for command in commands:
        run_command(command)
    for name in ("by-folder", "by-column", "by-key"):
        found = list(read_posts(open_folder(market / name)[0]))
        assert [(post.pictures, post.verdict) for post in found] == [(2, "FLAG"), (2, "CLEAR")]
    examples = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    assert len(examples) == 3
    for example in examples:
        exec(example, {"__name__": "__main__"})
    printed = capsys.readouterr().out
    assert "most of all in picture 2 of 3; note: picture 3 of 3 could not be read" in printed
    assert "1 [True, True, False]" in printed
    assert "shops/a FLAG 2 shops/a/1.jpg" in printed
    assert re.search(r"most of all at [23]\.\d s", printed)


def test_the_commands_of_the_table_are_what_there_is(market: Path) -> None:
    for command in re.findall(r"`wildvision (classify [^`]+)`", GUIDE):
        names = {"a.jpg": "samples/desk.jpg", "b.jpg": "samples/ceramic_mug.jpg"}
        arguments = [names.get(word, word) for word in shlex.split(command)]
        assert CliRunner().invoke(main, arguments).exit_code == 0


def test_the_guide_is_short_and_says_what_is_in_use() -> None:
    assert f"exponent of {EXPONENT:g}" in GUIDE
    lengths = [length(sentence) for sentence in sentences(GUIDE)]
    assert max(lengths) <= 45
    assert median(lengths) <= 18
