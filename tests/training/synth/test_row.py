"""The file of a picture and its row."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PIL import Image

from training.synth.drawn_scene import draw_scene
from training.synth.families import load_family
from training.synth.row import MANIFEST, RenderOptions, read_manifest, write_manifest, write_picture


def test_a_row_tells_what_its_file_holds(tmp_path: Path) -> None:
    scene = draw_scene(load_family("antler"), 1, 4)
    path = tmp_path / "antler" / "a.webp"
    seen = {"box": None, "visible_fraction": 0.0}
    row = write_picture(Image.new("RGB", (30, 20), "red"), seen, scene, path, RenderOptions(size=30))
    assert (row["path"], row["labels"], row["family"]) == ("antler/a.webp", "antler", "antler")
    assert (row["width"], row["height"], row["render_size"]) == (30, 20, 30)
    assert row["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [file.name for file in path.parent.iterdir()] == ["a.webp"]


def test_rows_come_back_in_the_order_of_their_paths(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == []
    write_manifest(tmp_path, {"b": {"path": "b", "n": 1}, "a": {"path": "a", "n": 2}})
    assert read_manifest(tmp_path) == [{"path": "a", "n": 2}, {"path": "b", "n": 1}]
    with (tmp_path / MANIFEST).open("a") as journal:
        journal.write('{"path": "b", "n": 3}\n{"path": "to')
    assert {row["path"]: row["n"] for row in read_manifest(tmp_path)} == {"a": 2, "b": 3}
