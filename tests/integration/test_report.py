"""The page about a scan: what it counts, folds together and shows, and that it needs nothing from outside."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image, ImageFilter

from tests.tiny_model import write_tiny_model
from wildvision.archive import ScanOptions, ScanRun
from wildvision.archive.report import write_report
from wildvision.classifier import Classifier
from wildvision.cli import main
from wildvision.errors import ScanError

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


def encode(picture: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def drawn(seed: int) -> Image.Image:
    """Return a picture with enough structure for a perceptual hash."""
    pixels = np.random.default_rng(seed).integers(0, 255, (12, 16, 3), np.uint8)
    return Image.fromarray(pixels).resize((320, 240), Image.Resampling.BICUBIC)


@pytest.fixture
def results(tiny_directory: Path, tmp_path: Path) -> Path:
    """A scan of five different pictures, three more copies of the first, and two that are broken."""
    photos = tmp_path / "photos"
    photos.mkdir()
    for seed in range(5):
        (photos / f"{seed}.jpg").write_bytes(encode(drawn(seed), 90))
    (photos / "0 again.jpg").write_bytes(encode(drawn(0), 40))
    (photos / "0 blurred.jpg").write_bytes(encode(drawn(0).filter(ImageFilter.GaussianBlur(2)), 80))
    (photos / "0 <script>alert(1).jpg").write_bytes(encode(drawn(0).resize((200, 150)), 90))
    (photos / "x.jpg").write_bytes(b"no photo")
    (photos / "y.jpg").write_bytes(b"")
    options = ScanOptions(sources=(str(photos),), model=str(tiny_directory), part_rows=4, workers=1)
    list(ScanRun(tmp_path / "results", options).run())
    return tmp_path / "results"


def test_counts_copies_and_pictures(results: Path, tiny_directory: Path) -> None:
    page = results / "report.html"
    write_report(results, page, model=str(tiny_directory))
    text = page.read_text()
    products = Classifier(tiny_directory).manifest.categories
    assert "Scan of 10 images" in text
    assert re.search(r"<b>2</b>failed", text)
    assert "4 near-duplicates" in text
    cards = text.count('<div class="card">')
    assert cards % 5 == 0  # five different pictures a product
    assert 0 < cards <= 5 * len(products)
    assert text.count('src="data:image/jpeg;base64,') == text.count('class="map"') == cards


def test_names_of_files_are_text(results: Path, tiny_directory: Path) -> None:
    write_report(results, results / "report.html", model=str(tiny_directory), cards=50)
    text = (results / "report.html").read_text()
    assert "<script" not in text
    assert not re.search(r'(?:src|href)="(?!data:)', text)


def test_pictures_that_are_gone_leave_empty_frames(results: Path, tiny_directory: Path) -> None:
    shutil.rmtree(results.parent / "photos")
    write_report(results, results / "report.html", model=str(tiny_directory))
    text = (results / "report.html").read_text()
    assert "could not be read again" in text
    assert text.count("no picture") == text.count('<div class="card">') > 0


def test_without_the_model_all_but_the_pictures_is_there(results: Path) -> None:
    outcome = CliRunner().invoke(main, ["report", str(results)])
    assert outcome.exit_code == 0, outcome.output
    text = (results / "report.html").read_text()
    assert "give it with --model" in text
    assert "Distribution of scores" in text


def test_another_model_is_refused(results: Path, tmp_path: Path) -> None:
    other = write_tiny_model(tmp_path / "other", id="other")
    with pytest.raises(ScanError, match="found 'other'"):
        write_report(results, results / "report.html", model=str(other))


def test_no_scan_is_named(tmp_path: Path) -> None:
    outcome = CliRunner().invoke(main, ["report", str(tmp_path)])
    assert outcome.exit_code == 2
    assert "expected the folder of a scan" in outcome.output


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
def test_a_browser_shows_it(results: Path, tiny_directory: Path, tmp_path: Path) -> None:
    page, shot = results / "report.html", tmp_path / "shot.png"
    write_report(results, page, model=str(tiny_directory))
    subprocess.run(
        [
            str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
            f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1280,1400", f"--screenshot={shot}",
            page.as_uri(),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    pixels = np.asarray(Image.open(shot).convert("RGB"))
    assert pixels.shape == (1400, 1280, 3)
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 5000  # photos, not only frames and text
