"""The page about a scan: what it counts, folds together and shows, and that it needs nothing from outside."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image, ImageFilter

from tests.tiny_model import write_tiny_model
from wildvision.archive import ScanOptions, ScanRun
from wildvision.archive.report import Pictures, write_report
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


def test_pictures_that_are_gone_leave_empty_frames_and_the_command_says_so(
    results: Path, tiny_directory: Path
) -> None:
    shutil.rmtree(results.parent / "photos")
    outcome = CliRunner().invoke(main, ["report", str(results)])
    assert outcome.exit_code == 1
    assert "pictures could not be read again" in outcome.output
    text = (results / "report.html").read_text()
    assert "could not be read again" in text
    assert text.count("no picture") == text.count('<div class="card">') > 0


def test_a_scan_knows_its_model_wherever_it_is_read(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path.parent)
    outcome = CliRunner().invoke(main, ["report", str(results)])
    assert outcome.exit_code == 0, outcome.output
    assert 'class="map"' in (results / "report.html").read_text()


def test_without_the_model_all_but_the_maps_is_there(results: Path, tmp_path: Path) -> None:
    facts = json.loads((results / "scan.json").read_text())
    (results / "scan.json").write_text(json.dumps({**facts, "model_directory": str(tmp_path / "moved")}))
    outcome = CliRunner().invoke(main, ["report", str(results)])
    assert outcome.exit_code == 0, outcome.output
    text = (results / "report.html").read_text()
    assert "give it with --model" in text
    assert "Distribution of scores" in text
    assert 'src="data:image/jpeg;base64,' in text
    assert 'class="map"' not in text


def test_a_model_with_categories_of_its_own_is_shown_by_its_names(
    tiny_directory: Path, tmp_path: Path
) -> None:
    own = {
        "id": "turtle_oil", "name": "Turtle oil", "kind": "product", "summary": "s", "taxa": [], "cites": [],
        "lookalikes": [], "identification": [], "confirmation": [], "sources": [],
    }  # fmt: skip
    entries = json.loads((tiny_directory / "manifest.json").read_text())
    categories = [{**entries["categories"][0], "id": "turtle_oil"}, *entries["categories"][1:]]
    policies = {
        name: {
            **policy,
            "thresholds": {
                "turtle_oil": policy["thresholds"]["ivory"],
                "pangolin": policy["thresholds"]["pangolin"],
            },
        }
        for name, policy in entries["policies"].items()
    }
    model = write_tiny_model(
        tmp_path / "own", id="own", categories=categories, new_categories=[own], policies=policies
    )
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "1.jpg").write_bytes(encode(drawn(1), 90))
    options = ScanOptions(sources=(str(tmp_path / "photos"),), model=str(model), workers=0)
    list(ScanRun(tmp_path / "own results", options).run())
    shutil.rmtree(model)
    pictures = write_report(tmp_path / "own results", tmp_path / "own.html")
    assert pictures == Pictures(wanted=2, missing=0)
    assert "Turtle oil: highest scores" in (tmp_path / "own.html").read_text()


def test_relative_sources_are_found_from_elsewhere(
    tiny_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder, a list and an archive with two members of one name, all named from the scan's own directory."""
    work = tmp_path / "work"
    (work / "photos").mkdir(parents=True)
    (work / "photos" / "0.jpg").write_bytes(encode(drawn(0), 90))
    (work / "1.jpg").write_bytes(encode(drawn(1), 90))
    (work / "list.txt").write_text("1.jpg\n")
    with zipfile.ZipFile(work / "two.zip", "w") as archive:
        archive.writestr("2.jpg", encode(drawn(2), 90))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("2.jpg", encode(drawn(3), 90))
    monkeypatch.chdir(work)
    sources = ("./photos", "list.txt", "two.zip")
    options = ScanOptions(sources=sources, model=str(tiny_directory), workers=0)
    list(ScanRun(tmp_path / "results", options).run())
    monkeypatch.chdir(tmp_path)
    assert write_report(tmp_path / "results", tmp_path / "page.html") == Pictures(wanted=8, missing=0)


def test_a_page_that_cannot_be_written_is_said(results: Path, tmp_path: Path) -> None:
    for place in (tmp_path / "none" / "x.html", tmp_path / "results" / "scan.json" / "x.html"):
        outcome = CliRunner().invoke(main, ["report", str(results), "--out", str(place)])
        assert outcome.exit_code == 2
        assert "cannot be written" in " ".join(outcome.output.split())


def test_a_policy_can_be_chosen_for_the_page(results: Path) -> None:
    write_report(results, results / "report.html", policy="strict")
    text = (results / "report.html").read_text()
    assert "policy strict" in text
    outcome = CliRunner().invoke(main, ["report", str(results), "--policy", "none"])
    assert outcome.exit_code == 2
    assert "expected one of the policies" in " ".join(outcome.output.split())


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


def test_a_model_that_the_environment_names_is_found_again(
    tiny_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "1.jpg").write_bytes(encode(drawn(1), 90))
    monkeypatch.setenv("WILDVISION_MODEL", str(tiny_directory))
    list(ScanRun(tmp_path / "own", ScanOptions(sources=(str(tmp_path / "photos"),), workers=0)).run())
    monkeypatch.delenv("WILDVISION_MODEL")
    write_report(tmp_path / "own", tmp_path / "own.html")
    assert 'class="map"' in (tmp_path / "own.html").read_text()
