"""The review page: who may talk to it, what it shows, what becomes of a decision, and all of it by keyboard."""

from __future__ import annotations

import contextlib
import html
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from starlette.testclient import TestClient

from wildvision import Classifier
from wildvision.adapt.decisions import decided_items
from wildvision.archive import ScanOptions, ScanRun
from wildvision.archive.decisions import read_decisions
from wildvision.archive.folder import open_folder
from wildvision.cli import main
from wildvision.review.app import build_app
from wildvision.review.security import CSRF_HEADER, HEADERS, Gate
from wildvision.review.start import ReviewOptions, open_review
from wildvision.review.texts import LANGUAGES, _words

HOST = "127.0.0.1:8000"


def red(seed: int, *, quality: int = 90) -> bytes:
    """Return a red picture with enough structure for a perceptual hash: ivory, to the tiny model."""
    pixels = np.random.default_rng(seed).integers(0, 255, (12, 16, 3), np.uint8)
    pixels[..., 1:] //= 4
    buffer = io.BytesIO()
    Image.fromarray(pixels).resize((320, 240), Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def scanned(tmp_path: Path, model: Path, count: int, *, embeddings: bool = False) -> Path:
    """Scan so many different hits, one more copy of the first, and one picture in a tar."""
    photos = tmp_path / "photos"
    photos.mkdir()
    for seed in range(count):
        (photos / f"{seed:03}.jpg").write_bytes(red(seed))
    (photos / "000 <b>again.jpg").write_bytes(red(0, quality=40))
    with tarfile.open(tmp_path / "photos" / "x.tar", "w") as archive:
        content = red(1000)
        entry = tarfile.TarInfo("inside.jpg")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    list(
        ScanRun(
            tmp_path / "results",
            ScanOptions(sources=(str(photos),), model=str(model), workers=0, embeddings=embeddings),
        ).run()
    )
    return tmp_path / "results"


@pytest.fixture
def results(tiny_directory: Path, tmp_path: Path) -> Path:
    return scanned(tmp_path, tiny_directory, 4)


@contextlib.contextmanager
def opened(results: Path, **options: Any) -> Generator[tuple[TestClient, Gate]]:
    gate = Gate(hosts={HOST})
    review = open_review(results, ReviewOptions(**{"reviewer": "ann", **options}))
    with TestClient(build_app(review, gate), base_url=f"http://{HOST}") as client:
        client.get("/", params={"token": gate.token})
        yield client, gate


@pytest.fixture
def page(results: Path) -> Iterator[tuple[TestClient, Gate]]:
    with opened(results) as found:
        yield found


def decide(page: tuple[TestClient, Gate], **body: Any) -> Any:
    client, gate = page
    request = {
        "place": 0,
        "outcome": "confirmed",
        "category": "ivory",
        "request": os.urandom(6).hex(),
        **body,
    }
    return client.post("/decide", json=request, headers={CSRF_HEADER: gate.csrf})


def card_text(client: TestClient) -> Callable[[int], str]:
    return lambda place: client.get(f"/card/{place}").text


def test_only_the_link_lets_in(results: Path) -> None:
    with opened(results) as (client, gate):
        assert client.get("/").status_code == 200
        client.cookies.clear()
        for path in ("/", "/card/0", "/picture/0", "/list", "/progress", "/static/review.js"):
            answer = client.get(path)
            assert answer.status_code == 403
            assert HEADERS.items() <= dict(answer.headers).items()
        assert client.get("/?token=wrong").status_code == 403
        first = client.get("/", params={"token": gate.token}, follow_redirects=False)
        assert first.status_code == 303
        assert gate.token not in first.headers["location"]
        assert "HttpOnly" in first.headers["set-cookie"]
        assert "SameSite=strict" in first.headers["set-cookie"]


def test_a_name_that_was_made_to_point_here_is_refused(page: tuple[TestClient, Gate]) -> None:
    client, _ = page
    assert client.get("/", headers={"host": "evil.example"}).status_code == 421


def test_another_site_cannot_decide(page: tuple[TestClient, Gate], results: Path) -> None:
    client, _ = page
    body = {"place": 0, "outcome": "confirmed", "category": "ivory", "request": "r"}
    for headers in ({}, {CSRF_HEADER: "guess"}):
        assert client.post("/decide", json=body, headers=headers).status_code == 403
        assert client.post("/undo", json={}, headers=headers).status_code == 403
    assert client.get("/decide").status_code == 405
    assert read_decisions(results) == []


def scanned_page(tmp_path: Path, model: Path) -> Path:
    """Scan a long white page with a red photo on it, once as a file and once, another one, in a tar."""
    (tmp_path / "pages").mkdir()
    for seed, (name, top) in enumerate((("file.png", 1000), ("tar.png", 400))):
        page = np.full((1600, 240, 3), 255, np.uint8)
        page[top : top + 150, 20:220] = np.asarray(Image.open(io.BytesIO(red(seed))).resize((200, 150)))
        Image.fromarray(page).save(tmp_path / "pages" / name)
    with tarfile.open(tmp_path / "pages" / "x.tar", "w") as archive:
        archive.add(tmp_path / "pages" / "tar.png", "tar.png")
    (tmp_path / "pages" / "tar.png").unlink()
    options = ScanOptions(sources=(str(tmp_path / "pages"),), model=str(model), workers=0, detail="balanced")
    list(ScanRun(tmp_path / "results", options).run())
    return tmp_path / "results"


def answered(client: TestClient, path: str) -> Image.Image:
    """Return a picture, once it was met."""
    deadline = time.monotonic() + 20
    while (answer := client.get(path)).status_code == 503:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


def test_a_part_of_a_page_is_shown_beside_it(tmp_path: Path, tiny_directory: Path) -> None:
    with opened(scanned_page(tmp_path, tiny_directory)) as (client, _):
        tops = set[int]()
        for place in range(2):
            text = client.get(f"/card/{place}").text
            drawn = json.loads(html.unescape(re.findall(r'data-parts="([^"]*)"', text)[0]))
            tops.add(round(drawn["boxes"][drawn["carrier"]][1], -2))
            assert drawn["size"] == [240, 1600]
            assert drawn["label"].startswith("Worked ivory ")
            assert f'src="/part/{place}"' in text
            assert answered(client, f"/picture/{place}").height == 960
            part = np.asarray(answered(client, f"/part/{place}").convert("RGB"))
            assert part.shape[0] < 190  # the photo and no more of the page
            assert part[..., 0].mean() > 2 * part[..., 1].mean()
            heat = answered(client, f"/part-map/{place}")
            assert abs(heat.width / heat.height - part.shape[1] / part.shape[0]) < 0.15
            assert np.asarray(heat)[..., 3].max() > 100
        assert tops == {400, 1000}


def test_of_a_plain_photo_no_part_is_shown(page: tuple[TestClient, Gate]) -> None:
    client, _ = page
    text = client.get("/card/0").text
    assert "data-parts" not in text
    assert "/part/" not in text
    assert client.get("/part/0").status_code == 410


@pytest.mark.parametrize(
    "path",
    [
        "/picture/99",
        "/card/99",
        "/map/99",
        "/picture/-1",
        "/static/app.py",
        "/static/..%2fapp.py",
        "/etc/passwd",
    ],
)
def test_nothing_outside_the_scan_is_served(page: tuple[TestClient, Gate], path: str) -> None:
    assert page[0].get(path).status_code == 404


def test_a_card_shows_what_decided_and_how_to_tell(page: tuple[TestClient, Gate]) -> None:
    text = page[0].get("/").text
    assert "looks like worked ivory" in text
    assert "Schreger" in text
    assert 'class="blurred"' in text
    (twice,) = (text for text in map(card_text(page[0]), range(5)) if "again.jpg" in text)
    assert "000 &lt;b&gt;again.jpg" in twice
    assert "The same picture, 2 times" in twice


def test_every_picture_is_drawn_anew_also_from_a_tar(page: tuple[TestClient, Gate], results: Path) -> None:
    client, _ = page
    cards = client.get("/list").text.count("/card/")
    assert cards == 5
    for place in range(cards):
        picture = client.get(f"/picture/{place}")
        while picture.status_code == 503:
            picture = client.get(f"/picture/{place}")
        assert picture.headers["content-type"] == "image/jpeg"
        assert Image.open(io.BytesIO(picture.content)).size == (320, 240)
        assert client.get(f"/map/{place}").headers["content-type"] == "image/png"
    shutil.rmtree(results.parent / "photos")
    assert client.get("/picture/0").status_code == 200  # drawn already


def test_a_picture_that_is_gone_is_said(results: Path) -> None:
    shutil.rmtree(results.parent / "photos")
    with opened(results) as (client, _):
        answer = client.get("/picture/0")
        while answer.status_code == 503:
            answer = client.get("/picture/0")
        assert answer.status_code == 410


def test_a_decision_holds_for_near_duplicates_and_says_what_was_shown(
    page: tuple[TestClient, Gate], results: Path
) -> None:
    twice = next(place for place in range(5) if "again.jpg" in card_text(page[0])(place))
    assert decide(page, place=twice, note="n" * 5000, case_id="C-1", map_shown=True).status_code == 200
    (found,) = read_decisions(results)
    assert sorted(Path(name).name for name in found.ids) == ["000 <b>again.jpg", "000.jpg"]
    assert all(re.fullmatch("[0-9a-f]{64}", sha256) for sha256 in found.sha256s)
    assert (found.reviewer, found.outcome, found.category, found.case_id) == (
        "ann",
        "confirmed",
        "ivory",
        "C-1",
    )
    assert len(found.note) == 4000
    assert found.shown["verdict"] == "FLAG"
    assert found.shown["map_shown"] is True
    assert found.shown["was_blurred"] is False
    assert f'data-place="{twice}"' not in page[0].get("/").text
    assert "ann: confirmed" in page[0].get(f"/card/{twice}").text


@pytest.mark.parametrize(
    "body",
    [
        {"place": 99},
        {"place": -1},
        {"place": "x"},
        {"outcome": "guilty"},
        {"category": "unicorn"},
        {"category": None},
        {"category": "bone"},
        {"outcome": "lookalike", "category": "ivory"},
        {"note": "n" * 70_000},
    ],
)
def test_what_is_no_decision_is_refused_and_nothing_stored(
    page: tuple[TestClient, Gate], results: Path, body: dict[str, Any]
) -> None:
    assert decide(page, **body).status_code == 422
    assert read_decisions(results) == []


def test_anything_but_an_object_is_refused(page: tuple[TestClient, Gate]) -> None:
    client, gate = page
    for content in (b"", b"[]", b"{", b"\xff", b'{"place": 0}'):
        assert client.post("/decide", content=content, headers={CSRF_HEADER: gate.csrf}).status_code == 422


def test_undo_brings_the_card_back(page: tuple[TestClient, Gate], results: Path) -> None:
    client, gate = page
    headers = {CSRF_HEADER: gate.csrf}
    assert client.post("/undo", json={}, headers=headers).status_code == 409
    decide(page, place=2)
    assert client.post("/undo", json={}, headers=headers).json() == {"place": 2}
    assert read_decisions(results) == []


def test_filters_choose_the_cards(page: tuple[TestClient, Gate]) -> None:
    client, _ = page
    assert "5 waiting" in client.get("/?verdict=FLAG&category=ivory").text
    assert "0 of 5 cards" in client.get("/?category=pangolin").text
    assert "0 of 5 cards" in client.get("/?verdict=REVIEW").text
    assert "5 waiting" in client.get("/?least=nan").text


def test_a_second_reviewer_decides_blind_and_agreement_is_measured(results: Path) -> None:
    with opened(results) as first:
        decide(first, place=0)
        decide(first, place=1, outcome="lookalike", category="bone")
    with opened(results, reviewer="bob", second=True) as second:
        text = second[0].get("/").text
        assert "2 waiting" in text
        assert "ann: " not in text
        decide(second, place=0)
        assert "ann: confirmed" in second[0].get("/card/0").text
        decide(second, place=1, outcome="unsure")
        text = second[0].get("/progress").text
        assert "ann, bob" in text
        assert re.search(r"<td>2</td><td>1</td>\s*<td>0\.333</td>", text)


def test_what_looks_alike_is_found_where_there_are_embeddings(
    results: Path, tiny_directory: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with opened(results) as (client, _):
        assert "--embeddings" in client.get("/like/0").text
    embedded = scanned(tmp_path_factory.mktemp("embedded"), tiny_directory, 4, embeddings=True)
    with opened(embedded) as (client, _):
        text = client.get("/like/2").text
        assert sorted(re.findall(r'<a href="/card/(\d)"><span', text)) == ["0", "1", "3", "4"]
        cosines = [float(found) for found in re.findall(r"</span> (\d\.\d\d) ", text)]
        assert cosines == sorted(cosines, reverse=True)
        assert client.get("/like/9").status_code == 404


def test_progress_counts_the_day_against_the_budget(results: Path) -> None:
    with opened(results, budget=3) as page:
        decide(page, place=0)
        decide(page, place=1, outcome="not_wildlife", category=None)
        text = page[0].get("/progress").text
        assert "2 of 3 decided" in text
        assert "2 of 5 cards are decided, 3 wait" in text
        assert "<td>1 / 2</td>" in text


def test_both_languages_say_the_same_things(page: tuple[TestClient, Gate]) -> None:
    words = _words()
    assert words.keys() == LANGUAGES.keys()
    for key, text in words["en"].items():
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", words["zh-Hans"][key])), key
    assert words["en"].keys() == words["zh-Hans"].keys()
    client, _ = page
    assert "象牙制品" in client.get("/?lang=zh-Hans").text
    assert "下一张" in client.get("/progress").text  # the choice is kept
    assert "Worked ivory" in client.get("/?lang=en").text


def test_no_scan_and_no_port_are_named(tmp_path: Path, results: Path) -> None:
    outcome = CliRunner().invoke(main, ["review", str(tmp_path), "--no-browser"])
    assert outcome.exit_code == 2
    assert "expected the folder of a scan" in outcome.output


# --- in a browser, by keyboard -------------------------------------------------------------------------------------

DRIVER = shutil.which("chromedriver")
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


class Server:
    """The command, which can be killed and started again under the same address."""

    def __init__(self, results: Path) -> None:
        self._results, self._port, self._process = results, "0", None
        self.link = self.start()

    def start(self) -> str:
        command = [sys.executable, "-m", "wildvision", "review", str(self._results), "--no-browser"]
        self._process = subprocess.Popen(
            [*command, "--reviewer", "ann", "--port", self._port], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/\S+", line):
                self._port = found[1]
                return found[0]
        raise AssertionError("the server did not start")

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.communicate()
            self._process = None


@pytest.fixture
def serve() -> Iterator[Callable[[Path], Server]]:
    servers: list[Server] = []

    def start(results: Path) -> Server:
        servers.append(Server(results))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()


@pytest.fixture
def browser() -> Iterator[Any]:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    for argument in ("--headless", "--no-sandbox", "--disable-gpu", "--window-size=1280,1000"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.mark.skipif(not (DRIVER and BROWSER), reason="no Chromium with its driver here")
def test_a_hundred_cards_by_keyboard_with_the_server_killed_twice(
    tiny_directory: Path, tmp_path: Path, browser: Any, serve: Callable[[Path], Server]
) -> None:
    """Every card is decided once, whatever is killed; what was pressed is what is stored."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    results = scanned(tmp_path, tiny_directory, 99)
    server = serve(results)
    browser.get(server.link)
    keys = {"c": "confirmed", "l": "lookalike", "n": "not_wildlife", "u": "unsure"}
    pressed: dict[str, str] = {}
    for number in range(100):
        if number in (30, 70):
            server.kill()
            browser.get(server.start())
        place = browser.find_element(By.ID, "card").get_attribute("data-place")
        key = "clnu"[number % 4]
        pressed[place] = keys[key]
        body = browser.find_element(By.TAG_NAME, "body")
        body.send_keys(key)
        WebDriverWait(browser, 20).until(
            lambda driver, place=place: (
                not driver.find_elements(By.CSS_SELECTOR, f'#card[data-place="{place}"]')
                and driver.execute_script("return document.readyState") == "complete"
            )
        )
    assert "Nothing waits." in browser.page_source
    server.kill()
    found = read_decisions(results)
    assert len(found) == len(pressed) == 100
    assert sorted(d.outcome.value for d in found) == sorted(pressed.values())
    assert len({name for d in found for name in d.ids}) == 101  # a hundred cards, one of two pictures


@pytest.mark.skipif(not (DRIVER and BROWSER), reason="no Chromium with its driver here")
def test_the_page_has_no_barriers(results: Path, browser: Any, serve: Callable[[Path], Server]) -> None:
    from axe_selenium_python import Axe
    from selenium.webdriver.common.by import By

    server = serve(results)
    browser.get(server.link)
    for language in LANGUAGES:
        for path in ("", "list", "progress"):
            browser.get(f"{server.link.partition('?')[0]}{path}?lang={language}")
            axe = Axe(browser)
            axe.inject()  # by the driver, which the page's own policy does not bind
            assert axe.run()["violations"] == []
    browser.get(server.link)
    stack = browser.find_element(By.ID, "stack")
    assert "blurred" in stack.get_attribute("class")
    body = browser.find_element(By.TAG_NAME, "body")
    body.send_keys("b")
    assert "blurred" not in stack.get_attribute("class")
    body.send_keys("e")
    assert browser.find_element(By.CLASS_NAME, "map").is_displayed()
    assert browser.get_log("browser") == []


def test_what_was_reviewed_can_be_taught_from(results: Path) -> None:
    with opened(results) as page:
        decide(page, place=0)
        decide(page, place=1, outcome="lookalike", category="bone")
        decide(page, place=2, outcome="not_wildlife", category=None)
        decide(page, place=3, outcome="unsure", category=None)
    found = {frozenset(one.positive): one for one in decided_items(results)}
    assert found[frozenset({"ivory"})].negative == frozenset()
    assert found[frozenset({"bone"})].negative == {"ivory"}
    assert sum(one.is_empty for one in decided_items(results)) >= 1
    model = Classifier(json.loads((results / "scan.json").read_text())["model_directory"])
    unsure = next(one for one in decided_items(results) if not one.positive and not one.is_empty)
    assert unsure.masked(model.categories) == set(model.categories)


def test_what_a_bank_knows_stands_on_the_card(results: Path) -> None:
    folder, facts = open_folder(results)
    rows = [
        replace(row, known="ivory", known_as="POSITIVE_CLASS", known_distance=3) for row in folder.read(0)
    ]
    folder.commit(0, rows, [entry["id"] for entry in facts["categories"]], None)
    with opened(results) as (client, _):
        assert "Known: confirmed before (ivory), 3 bits off" in client.get("/card/0?lang=en").text
        assert "此前已确认" in client.get("/card/0?lang=zh-Hans").text


@pytest.mark.skipif(not (DRIVER and BROWSER), reason="no Chromium with its driver here")
def test_boxes_and_labels_stay_in_the_picture(
    tiny_directory: Path, tmp_path: Path, browser: Any, serve: Callable[[Path], Server]
) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    server = serve(scanned_page(tmp_path, tiny_directory))
    browser.get(server.link)
    WebDriverWait(browser, 20).until(
        lambda driver: driver.execute_script("return document.getElementById('part').naturalWidth > 0")
    )
    shown = browser.execute_script(
        "const of = (name) => { const r = document.querySelector(name).getBoundingClientRect();"
        "return [r.left, r.top, r.right, r.bottom]; };"
        "return ['#photo', '.part.carries', '#part', '#stack'].map(of)"
    )
    photo, box, part, stack = (np.array(edges) for edges in shown)
    share = (box - photo[[0, 1, 0, 1]]) / (photo[2:] - photo[:2])[[0, 1, 0, 1]]
    text = browser.find_element("id", "whole").get_attribute("data-parts")
    drawn = json.loads(text)
    assert np.abs(share - np.array(drawn["boxes"][drawn["carrier"]]) / [240, 1600, 240, 1600]).max() < 0.03
    assert part[2] - part[0] > 2 * (photo[2] - photo[0])  # the part is what is looked at
    assert part[0] >= photo[2]
    assert (part[2] <= stack[2] + 1, part[3] <= stack[3] + 1) == (True, True)
