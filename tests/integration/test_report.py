"""The page about a scan: what it counts, folds together and shows, and that it needs nothing from outside."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image, ImageFilter

from tests.tiny_model import write_tiny_model
from wildvision.archive import ScanOptions, ScanRun
from wildvision.archive.folder import ScanFolder
from wildvision.archive.report import Pictures, write_report
from wildvision.classifier import Classifier
from wildvision.cli import main
from wildvision.errors import ScanError
from wildvision.manifest import Policy, Threshold

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


def encode(picture: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def drawn(seed: int) -> Image.Image:
    """Return a picture with enough structure for a perceptual hash; the first three are red, which is a hit."""
    pixels = np.random.default_rng(seed).integers(0, 255, (12, 16, 3), np.uint8)
    if seed < 3:
        pixels[..., 1:] //= 4
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


def data_of(page: Path) -> dict[str, Any]:
    """Return what the page's script shows, put together as the script does it."""
    (found,) = re.findall(
        r'<script type="application/json" id="data">(.*?)</script>', page.read_text(), re.DOTALL
    )
    data = json.loads(found)
    data["ids"] = {}
    data["groups"] = [unpacked(data, *card) for card in data["groups"]]
    for sheet in data["curious"]:
        sheet["cards"] = [unpacked(data, *card) for card in sheet["cards"]]
    names = ("image", "maps", "date", "parts")
    pictures = [dict(zip(names, picture, strict=False)) for picture in data["pictures"]]
    data["pictures"] = {data["ids"][place]: picture for place, picture in enumerate(pictures)}
    return data


def unpacked(data: dict[str, Any], *card: Any) -> dict[str, Any]:
    rest = (0, "", (), 0, "", "", ())
    reason, category, size, hits, picture, known, others, more, *_, parts = [*card, *rest[len(card) - 4 :]]

    def whole(name: str, verdict: int, *rest: Any) -> list[Any]:
        return [data["prefix"] + name, data["verdicts"][verdict], *rest]

    found = [whole(*hit) for hit in hits]
    name = [*data["names"], ""][category]
    flag, review = data["thresholds"].get(name, (None, None))
    data["ids"][picture] = found[0][0]
    return {
        "reason": data["reasons"][reason],
        "category": name,
        "size": size,
        "hits": found,
        "verdict": found[0][1],
        "score": found[0][2],
        "threshold": flag if found[0][1] == "FLAG" else review,
        "known": known,
        "others": [whole(*other) for other in others],
        "more": more,
        "parts": parts,
    }


def cards_of(page: Path) -> list[dict[str, Any]]:
    found = data_of(page)
    return [*found["groups"], *(card for sheet in found["curious"] for card in sheet["cards"])]


def all_clear(model: Path) -> Policy:
    """Return a policy that reviews nothing."""
    policy = Classifier(model).policy
    return msgspec.structs.replace(
        policy, thresholds=dict.fromkeys(policy.thresholds, Threshold(review=None, flag=None))
    )


def test_every_hit_is_there_once_and_near_duplicates_stand_together(
    results: Path, tiny_directory: Path
) -> None:
    page = results / "report.html"
    write_report(results, page, model=str(tiny_directory))
    text, found = page.read_text(), data_of(page)
    rows = [row for part in range(3) for row in ScanFolder(results).read(part)]
    hits = [row.id for row in rows if row.verdict in ("FLAG", "REVIEW")]
    assert hits
    assert sorted(hit[0] for card in found["groups"] for hit in card["hits"]) == sorted(hits)
    assert "Scan of 10 images" in text
    assert re.search(r"<b>2</b>failed", text)
    names = [{Path(name).name for name, *_ in (*card["hits"], *card["others"])} for card in cards_of(page)]
    assert {"0.jpg", "0 again.jpg", "0 blurred.jpg", "0 <script>alert(1).jpg"} in names
    assert len(found["failures"]) == 2
    assert found["pictures"].keys() == {card["hits"][0][0] for card in cards_of(page)}
    for card in cards_of(page):
        picture = found["pictures"][card["hits"][0][0]]
        assert base64.b64decode(picture["image"])[8:12] == b"WEBP"
        width, opacity = picture["maps"][card["category"]].split(" ")
        assert len(base64.b64decode(opacity)) % int(width) == 0
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", picture["date"])


def test_what_is_no_hit_is_curious_and_says_what_it_would_have_taken(
    results: Path, tiny_directory: Path
) -> None:
    page = results / "report.html"
    write_report(results, page, policy=all_clear(tiny_directory))
    found = data_of(page)
    assert not found["groups"]
    assert [sheet["category"] for sheet in found["curious"]] == ["ivory", "pangolin"]
    for sheet in found["curious"]:
        scores = [card["score"] for card in sheet["cards"]]
        assert scores == sorted(scores, reverse=True)
        assert {card["verdict"] for card in sheet["cards"]} == {"CLEAR"}
    write_report(results, page, policy=all_clear(tiny_directory), cards=0)
    assert not cards_of(page)
    assert "worth a look" in page.read_text()


def test_what_does_not_fit_is_said(
    results: Path, tiny_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = results / "report.html"
    write_report(results, page)
    every = data_of(page)["groups"]
    monkeypatch.setattr("wildvision.archive.report.findings.MOST_HITS", 2)
    monkeypatch.setattr("wildvision.archive.report.findings.MOST_FAILURES", 1)
    write_report(results, page, pictured=1)
    found = data_of(page)
    hits = [hit for card in found["groups"] for hit in card["hits"]]
    assert len(hits) == 2
    assert hits[0] == every[0]["hits"][0]  # the highest are kept
    left = sum(len(card["hits"]) for card in every) - 2
    assert f"<b>{left} are left out</b>" in page.read_text()
    assert len(found["failures"]) == 1
    assert "1 are counted and not listed" in page.read_text()
    shown = {
        card["hits"][0][0]
        for card in [found["groups"][0], *(c for s in found["curious"] for c in s["cards"])]
    }
    assert found["pictures"].keys() == shown


def scan_of_pages(folder: Path, model: Path) -> Path:
    """Scan a long page and a wide one with a red photo on white, and such a photo alone."""
    photo = np.asarray(drawn(1).resize((200, 150)))
    long, wide = np.full((1600, 240, 3), 255, np.uint8), np.full((240, 1600, 3), 255, np.uint8)
    long[1000:1150, 20:220] = wide[50:200, 1300:1500] = photo
    (folder / "pages").mkdir()
    for name, pixels in (("long", long), ("wide", wide), ("alone", photo)):
        Image.fromarray(pixels).save(folder / "pages" / f"{name}.png")
    options = ScanOptions(sources=(str(folder / "pages"),), model=str(model), workers=0, detail="balanced")
    list(ScanRun(folder / "scan", options).run())
    return folder / "scan"


def test_the_part_that_carries_the_answer_is_framed_and_shown_beside_a_page(
    tiny_directory: Path, tmp_path: Path
) -> None:
    results = scan_of_pages(tmp_path, tiny_directory)
    page = results / "report.html"
    for model in (str(tiny_directory), None):
        if model is None:  # not at hand: boxes and parts are there, maps are not
            facts = json.loads((results / "scan.json").read_text())
            (results / "scan.json").write_text(json.dumps({**facts, "model_directory": "gone"}))
        write_report(results, page, model=model)
        found = {Path(card["hits"][0][0]).stem: card for card in cards_of(page)}
        pictures = {Path(name).stem: picture for name, picture in data_of(page)["pictures"].items()}
        assert not found["alone"]["parts"]
        assert "parts" not in pictures["alone"]
        for name, place in (("long", (20, 1000, 220, 1150)), ("wide", (1300, 50, 1500, 200))):
            carrier, kind, score, boxes = found[name]["parts"]
            assert np.abs(np.array(boxes[carrier]) - place).max() <= 12
            assert (kind, score > 0.4) == ("photo", True)
            image, overlay = pictures[name]["parts"]["ivory"]
            part = np.asarray(Image.open(io.BytesIO(base64.b64decode(image))).convert("RGB"))
            assert (
                max(part.shape) >= 190
            )  # as large as a picture of its own, not the few pixels of a thumbnail
            assert part[20:-20, 20:-20, 0].mean() > 2 * part[20:-20, 20:-20, 1].mean()
            assert (overlay is not None) == (model is not None)


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
def test_a_browser_draws_the_boxes(tiny_directory: Path, tmp_path: Path) -> None:
    results = scan_of_pages(tmp_path, tiny_directory)
    write_report(results, results / "report.html")
    command = [str(BROWSER), *CHROMIUM, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    shown = subprocess.run(
        [*command, (results / "report.html").as_uri()], check=True, capture_output=True, timeout=120
    ).stdout.decode()
    places = re.findall(r'class="part carries" style="left: ([\d.]+)%; top: ([\d.]+)%', shown)
    wanted = [(100 * 20 / 240, 100 * 1000 / 1600), (100 * 1300 / 1600, 100 * 50 / 240)]
    assert np.abs(np.array(sorted(places), float) - sorted(wanted)).max() < 4
    assert shown.count('class="pair') == 2
    assert re.search(r'class="label[^>]*>Worked ivory \d+%', shown)


def test_names_of_files_are_text(results: Path, tiny_directory: Path) -> None:
    write_report(results, results / "report.html", model=str(tiny_directory))
    text = (results / "report.html").read_text()
    assert text.count("<script") == text.count("</script>") == 2  # the data and the page's own
    assert "<script>alert" not in text
    assert not re.search(r'(?:src|href)="(?!data:|#)', text)
    (allowed,) = re.findall(r"script-src 'sha256-([^']+)'", text)
    script = text.rpartition("<script>")[2].partition("</script>")[0]
    assert allowed == base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def test_pictures_that_are_gone_leave_empty_frames_and_the_command_says_so(
    results: Path, tiny_directory: Path
) -> None:
    shutil.rmtree(results.parent / "photos")
    outcome = CliRunner().invoke(main, ["report", str(results)])
    assert outcome.exit_code == 1
    assert "pictures could not be read again" in outcome.output
    assert "could not be read again" in (results / "report.html").read_text()
    pictures = data_of(results / "report.html")["pictures"]
    assert pictures
    assert all(picture["image"] is None for picture in pictures.values())


def test_a_scan_knows_its_model_wherever_it_is_read(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path.parent)
    outcome = CliRunner().invoke(main, ["report", str(results)])
    assert outcome.exit_code == 0, outcome.output
    assert all(picture["maps"] for picture in data_of(results / "report.html")["pictures"].values())


def test_without_the_model_all_but_the_maps_is_there(results: Path, tmp_path: Path) -> None:
    facts = json.loads((results / "scan.json").read_text())
    (results / "scan.json").write_text(json.dumps({**facts, "model_directory": str(tmp_path / "moved")}))
    outcome = CliRunner().invoke(main, ["report", str(results)])
    assert outcome.exit_code == 0, outcome.output
    text = (results / "report.html").read_text()
    assert "give it with --model" in text
    assert "Distribution of scores" in text
    pictures = data_of(results / "report.html")["pictures"].values()
    assert all(picture["image"] and not picture["maps"] for picture in pictures)


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
    assert pictures == Pictures(wanted=1, missing=0)
    assert data_of(tmp_path / "own.html")["names"]["turtle_oil"] == "Turtle oil"


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
    assert write_report(tmp_path / "results", tmp_path / "page.html") == Pictures(wanted=4, missing=0)


def test_a_page_that_cannot_be_written_is_said(results: Path, tmp_path: Path) -> None:
    for place in (tmp_path / "none" / "x.html", tmp_path / "results" / "scan.json" / "x.html"):
        outcome = CliRunner().invoke(main, ["report", str(results), "--out", str(place)])
        assert outcome.exit_code == 2
        assert "cannot be written" in " ".join(outcome.output.split())


def test_a_policy_can_be_chosen_for_the_page(results: Path) -> None:
    write_report(results, results / "report.html", policy="strict")
    text = (results / "report.html").read_text()
    assert "strict: " in text
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


CHROMIUM = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
)  # fmt: skip


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
def test_a_browser_shows_it(results: Path, tiny_directory: Path, tmp_path: Path) -> None:
    page, shot = results / "report.html", tmp_path / "shot.png"
    write_report(results, page, model=str(tiny_directory))
    command = [str(BROWSER), *CHROMIUM, f"--user-data-dir={tmp_path / 'profile'}"]
    subprocess.run(
        [*command, "--window-size=1280,1400", f"--screenshot={shot}", page.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    pixels = np.asarray(Image.open(shot).convert("RGB"))
    assert pixels.shape == (1400, 1280, 3)
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 5000  # photos, not only frames and text
    shown = subprocess.run(
        [*command, "--dump-dom", page.as_uri()], check=True, capture_output=True, timeout=120
    ).stdout.decode()
    groups = len(data_of(page)["groups"])
    assert f"1 to {groups} of {groups} groups" in shown
    assert shown.count('<button class="card"') == groups


def test_a_model_that_the_environment_names_is_found_again(
    tiny_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "1.jpg").write_bytes(encode(drawn(1), 90))
    monkeypatch.setenv("WILDVISION_MODEL", str(tiny_directory))
    list(ScanRun(tmp_path / "own", ScanOptions(sources=(str(tmp_path / "photos"),), workers=0)).run())
    monkeypatch.delenv("WILDVISION_MODEL")
    write_report(tmp_path / "own", tmp_path / "own.html")
    assert all(picture["maps"] for picture in data_of(tmp_path / "own.html")["pictures"].values())
