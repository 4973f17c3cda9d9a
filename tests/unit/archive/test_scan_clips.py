"""Clips in a scan: one row each, with the frame that carries it; where they are shown, exported and verified again."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from tests.clip_files import BONE, GREY, IVORY, encrypted, make_clip, only_sound, scene
from wildvision.archive import Row, ScanOptions, ScanRun, kinds, scan
from wildvision.archive.export import Wanted, export
from wildvision.archive.folder import open_folder
from wildvision.archive.kinds import Kind, kind_of
from wildvision.archive.report.page import write_report
from wildvision.archive.stills import still
from wildvision.cli import main
from wildvision.evidence import BundleOptions, verify, write_bundle
from wildvision.evidence.record import RecordOptions
from wildvision.images import read_image
from wildvision.review.pictures import Pictures, Shown

CARRIED = make_clip([GREY, IVORY, BONE])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "clips"
    root.mkdir()
    (root / "carried.mp4").write_bytes(CARRIED)
    (root / "clear.webm").write_bytes(make_clip([GREY], "webm"))
    (root / "cut.mov").write_bytes(make_clip([IVORY], "mov")[:700])
    (root / "named-as-image.jpg").write_bytes(make_clip([BONE, IVORY]))
    (root / "sound.mp4").write_bytes(only_sound())
    (root / "sealed.m4v").write_bytes(encrypted())
    Image.fromarray(scene(IVORY, 64, 48)).save(root / "still.mp4.png")
    return root


def by_name(rows: list[Row]) -> dict[str, Row]:
    return {row.id.replace("!", "/").rpartition("/")[2]: row for row in rows}


def test_a_clip_is_one_row_with_the_frame_that_carries_it(folder: Path, tiny_directory: Path) -> None:
    rows = by_name(list(scan(folder, model=str(tiny_directory), workers=0)))
    assert {name: row.verdict or row.error for name, row in rows.items()} == {
        "carried.mp4": "FLAG",
        "clear.webm": "CLEAR",
        "cut.mov": "VideoDecodeError",
        "named-as-image.jpg": "FLAG",
        "sealed.m4v": "UnsupportedVideoError",
        "sound.mp4": "VideoDecodeError",
        "still.mp4.png": "FLAG",
    }
    carried = rows["carried.mp4"]
    assert (carried.frame_s, carried.format, carried.width, carried.height) == (1.0, "MP4", 96, 64)
    assert "most of all at 1.0 s" in (carried.reason or "")
    assert "frames looked at: 3" in carried.warnings[-1]
    assert rows["still.mp4.png"].frame_s is None


def test_the_hash_and_the_embedding_are_those_of_the_frame(folder: Path, tiny_directory: Path) -> None:
    frame = still(CARRIED, 1.0)
    assert isinstance(frame, np.ndarray)
    Image.fromarray(frame).save(folder / "frame.png")
    rows = by_name(list(scan(folder, model=str(tiny_directory), workers=0, embeddings=True)))
    clip, image = rows["carried.mp4"], rows["frame.png"]
    assert (clip.pdq, clip.pdq_quality) == (image.pdq, image.pdq_quality)
    assert clip.embedding is not None
    assert np.allclose(clip.embedding, image.embedding, atol=1e-6)


def test_clips_in_archives_and_from_workers(tiny_directory: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("in/zip.mp4", CARRIED)
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        member = tarfile.TarInfo("in/tar.webm")
        content = make_clip([IVORY], "webm")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    sources = [tmp_path / "a.zip", tmp_path / "a.tar"]
    rows = by_name(list(scan(sources, model=str(tiny_directory), workers=1)))
    assert {name: row.verdict for name, row in rows.items()} == {"zip.mp4": "FLAG", "tar.webm": "FLAG"}


def test_without_the_extra_clips_are_counted_and_it_is_named(
    folder: Path, tiny_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "_can_read_clips", lambda: False)
    assert kind_of("a.mp4") is Kind.OTHER
    arguments = [
        "scan",
        str(folder),
        "--out",
        str(tmp_path / "out"),
        "--model",
        str(tiny_directory),
        "--workers",
        "0",
    ]
    output = CliRunner(env={"COLUMNS": "200"}).invoke(main, arguments).output
    assert ".mp4 2" in output
    assert "clips among them: 5; the extra `video` scores them" in output


def scanned(folder: Path, out: Path, model: Path) -> Path:
    run = ScanRun(out, ScanOptions(sources=(str(folder),), model=str(model), workers=0))
    list(run.run())
    return out


def test_the_frame_is_shown_exported_and_verified(folder: Path, tiny_directory: Path, tmp_path: Path) -> None:
    results = scanned(folder, tmp_path / "out", tiny_directory)
    shown = write_report(results, tmp_path / "page.html", model=str(tiny_directory))
    assert (shown.wanted, shown.missing) == (4, 0)  # three hits, and one that is curious
    written = export(results, tmp_path / "export", wanted=Wanted())
    assert (written.images, written.missing, written.changed) == (3, [], [])
    assert {path.suffix for path in (tmp_path / "export" / "originals").iterdir()} == {".mp4", ".png"}
    options = BundleOptions(record=RecordOptions(operator="t"), model=str(tiny_directory))
    bundled = write_bundle(results, tmp_path / "case.zip", options)
    assert (bundled.records, bundled.missing) == (3, ())
    checks = list(verify(tmp_path / "case.zip", model=str(tiny_directory)))
    assert [str(check) for check in checks if not check.is_right] == []


def test_a_review_shows_the_frame(folder: Path, tiny_directory: Path, tmp_path: Path) -> None:
    results = scanned(folder, tmp_path / "out", tiny_directory)
    _, facts = open_folder(results)
    name = str(folder / "carried.mp4")
    pictures = Pictures({name: Shown(frame_s=1.0)}, facts, None)
    try:
        while pictures.is_searching:
            pass
        drawn = pictures.picture(name)
    finally:
        pictures.close()
    assert drawn is not None
    pixels = read_image(drawn).pixels
    assert np.abs(pixels.astype(int) - scene(IVORY, 96, 64)).mean() < 15
