"""The service as a running process: what it answers, and what it does with those who mean it no good."""

from __future__ import annotations

import base64
import concurrent.futures
import contextlib
import http.server
import io
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
import pytest
from PIL import Image

from tests.conftest import paint
from tests.hostile_files import HOSTILE, ODD
from tests.serving import COMMAND, Running, served
from wildvision import Classification, Classifier
from wildvision.errors import ImageError
from wildvision.serve.answers import status_of

JPEG = {"content-type": "image/jpeg"}


def jpeg(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


RED = jpeg(paint(230, 60, 60))
BLUE = jpeg(paint(60, 60, 230))


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.fixture(scope="module")
def service(tiny_directory: Path) -> Iterator[Running]:
    with served("--model", str(tiny_directory), "--workers", "2", "--max-image-bytes", "16000000") as running:
        running.wait_until_ready(2)
        yield running


@pytest.fixture(scope="module")
def client(service: Running) -> Iterator[httpx.Client]:
    with service.client() as opened:
        yield opened


def post(client: httpx.Client, content: bytes, path: str = "/v1/classify", **more: Any) -> httpx.Response:
    return client.post(path, content=content, headers=JPEG, **more)


# --- the same answers as the library --------------------------------------------------------------------------

FORMS: dict[str, Callable[[httpx.Client, bytes], httpx.Response]] = {
    "raw": post,
    "form": lambda client, content: client.post("/v1/classify", files={"image": ("a.jpg", content)}),
    "json": lambda client, content: client.post("/v1/classify", json={"image": encoded(content)}),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_librarys_own_result(form: str, client: httpx.Client, tiny: Classifier) -> None:
    answer = FORMS[form](client, RED)
    assert answer.status_code == 200
    assert Classification.from_dict(answer.json()) == tiny.classify(RED)


def test_a_batch_has_an_outcome_for_each_image_in_order(client: httpx.Client, tiny: Classifier) -> None:
    contents = [RED, b"no image", BLUE]
    asked = [
        client.post("/v1/classify", json={"images": [encoded(content) for content in contents]}),
        client.post(
            "/v1/classify", files=[("images", (str(i), content)) for i, content in enumerate(contents)]
        ),
    ]
    for answer in asked:
        assert answer.status_code == 200
        first, second, third = answer.json()["outcomes"]
        assert Classification.from_dict(first["result"]) == tiny.classify(RED)
        assert Classification.from_dict(third["result"]) == tiny.classify(BLUE)
        assert (second["result"], second["error"]["type"]) == (None, "UnsupportedImageError")


@pytest.mark.parametrize("form", ["query", "json", "form"])
def test_a_request_may_name_a_policy(form: str, client: httpx.Client, tiny: Classifier) -> None:
    asked = {
        "query": lambda: post(client, RED, params={"policy": "strict"}),
        "json": lambda: client.post("/v1/classify", json={"image": encoded(RED), "policy": "strict"}),
        "form": lambda: client.post("/v1/classify", files={"image": RED}, data={"policy": "strict"}),
    }
    assert Classification.from_dict(asked[form]().json()) == tiny.with_policy("strict").classify(RED)
    assert post(client, RED, params={"policy": "none"}).status_code == 422


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_the_librarys_own_error(
    name: str, client: httpx.Client, tiny: Classifier
) -> None:
    content, _ = HOSTILE[name]
    answer = post(client, content)
    with pytest.raises(ImageError) as caught:
        tiny.classify(content)
    assert answer.status_code == status_of(caught.value) < 500
    error = answer.json()["error"]
    assert (error["type"], error["message"]) == (type(caught.value).__name__, str(caught.value))
    assert answer.headers["x-request-id"] == answer.json()["request_id"]


@pytest.mark.parametrize("name", sorted(ODD)[:8])
def test_an_odd_file_gets_a_result(name: str, client: httpx.Client, tiny: Classifier) -> None:
    content = ODD[name]
    content = content if isinstance(content, bytes) else content[0]
    assert Classification.from_dict(post(client, content).json()) == tiny.classify(content)


def test_hashes_are_those_of_a_scan(client: httpx.Client) -> None:
    from wildvision.archive.rows import perceptual_hash
    from wildvision.images import read_image

    content = jpeg(np.random.default_rng(1).integers(0, 255, (60, 60, 3), np.uint8))
    found = post(client, content, "/v1/hash").json()
    own = perceptual_hash(read_image(content, decode_side=64))
    assert (found["pdq"], found["pdq_quality"]) == (own["pdq"], own["pdq_quality"])
    assert found["known"] is None  # no bank


def test_a_bank_is_looked_in(tiny_directory: Path, tmp_path: Path, client: httpx.Client) -> None:
    pixels = np.asarray(
        Image.fromarray(np.random.default_rng(2).integers(0, 255, (9, 9, 3), np.uint8)).resize((90, 90))
    )
    content, other = jpeg(pixels), jpeg(pixels[::-1].copy())
    near = f"{int(post(client, content, '/v1/hash').json()['pdq'], 16) ^ 0b1011:064x}"
    lines = ("signal_type,signal_str,collab,category,tags", f"pdq,{near},shared,POSITIVE_CLASS,ivory case-7")
    (tmp_path / "bank.csv").write_text("\n".join(lines))
    bank = ("--bank", str(tmp_path / "bank.csv"))
    with served("--model", str(tiny_directory), *bank) as running, running.client() as own:
        known = post(own, content, "/v1/hash").json()["known"]
        assert known == {"said": "ivory case-7", "opinion": "POSITIVE_CLASS", "distance": 3}
        assert post(own, other, "/v1/hash").json()["known"] is None


def test_what_it_says_of_itself(client: httpx.Client, tiny: Classifier) -> None:
    facts = client.get("/v1/model").json()
    assert (facts["model"], facts["sha256"]) == ("tiny", tiny.model_sha256)
    assert facts["in_force"]["name"] == "balanced"
    assert client.get("/v1/taxonomy").json()["categories"][0]["id"] == "ivory"
    assert client.get("/v1/taxonomy/ivory", params={"language": "zh-Hans"}).json()["name"] == "象牙制品"
    assert client.get("/v1/taxonomy/ivroy").json()["error"]["category"] == "ivroy"
    assert [client.get(path).status_code for path in ("/healthz", "/readyz")] == [200, 200]
    post(client, RED)
    text = client.get("/metrics").text
    assert 'wildvision_requests_total{route="/v1/classify",status="200"}' in text
    assert 'wildvision_images_total{verdict="FLAG"}' in text


# --- limits ---------------------------------------------------------------------------------------------------


def test_what_is_too_large_is_refused_before_it_is_read(client: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(2000):
            yield b"\0" * 65536

    for content in (b"\0" * (65 * 2**20), endless()):
        answer = client.post("/v1/classify", content=content, headers=JPEG)
        assert answer.status_code == 413
        assert answer.json()["error"]["quantity"] == "bytes"
    assert post(client, b"\xff" * 16_000_001).json()["error"]["limit"] == 16_000_000


@pytest.mark.parametrize(
    ("status", "request_of"),
    [
        (415, {"content": RED, "headers": {"content-type": "text/html"}}),
        (415, {"content": RED, "headers": {**JPEG, "content-encoding": "gzip"}}),
        (400, {"content": b'{"image"', "headers": {"content-type": "application/json"}}),
        (422, {"content": b"[" * 100_000, "headers": {"content-type": "application/json"}}),
        (400, {"content": b"\xff\xfe", "headers": {"content-type": "application/json"}}),
        (422, {"json": {}}),
        (422, {"json": {"image": "%%%"}}),
        (422, {"json": {"image": None, "images": []}}),
        (422, {"json": {"image": "", "images": []}}),
        (422, {"json": {"image": "", "surprise": 1}}),
        (413, {"json": {"images": [""] * 33}}),
        (403, {"json": {"image": {"url": "http://127.0.0.1/"}}}),
        (400, {"content": b"--x", "headers": {"content-type": "multipart/form-data"}}),
        (400, {"content": b"nonsense", "headers": {"content-type": "multipart/form-data; boundary=x"}}),
        (422, {"files": {"file": RED}}),
        (422, {"data": {"image": "text"}, "files": {"image": RED}}),
        (413, {"files": [("images", RED)] * 33}),
        (422, {"content": b"", "headers": JPEG}),
    ],
)
def test_a_malformed_request_is_told_what_is_wrong(
    status: int, request_of: dict[str, Any], client: httpx.Client
) -> None:
    answer = client.post("/v1/classify", **request_of)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["message"]


def exchange(port: int, content: bytes, *, seconds: float = 2) -> bytes:
    """Send bytes as they are, and return all that comes back until the connection ends or is silent."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(content)
        found = b""
        with contextlib.suppress(ConnectionResetError, TimeoutError):
            while more := connection.recv(65536):
                found += more
        return found


@pytest.mark.parametrize(
    "content",
    [
        b"\x16\x03\x01\x02\x00" + b"\0" * 200 + b"\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v1/classify HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/classify HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\nx",
        b"POST /v1/classify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused(content: bytes, service: Running) -> None:
    answer = exchange(service.port, content)
    assert not answer.startswith(b"HTTP/1.1 5")


def test_a_request_that_breaks_off_costs_nothing(service: Running, client: httpx.Client) -> None:
    before = [worker.pid for worker in service.workers()]
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", service.port)) as connection:
            connection.sendall(b"POST /v1/classify HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc")
    assert post(client, RED).status_code == 200
    assert [worker.pid for worker in service.workers()] == before
    assert "wildvision_buffered_bytes 0.0" in client.get("/metrics").text


def test_slow_senders_are_ended_and_hold_up_nobody(tiny_directory: Path) -> None:
    head = b"POST /v1/classify HTTP/1.1\r\nHost: a\r\nContent-Type: image/jpeg\r\nContent-Length: 1000\r\n"
    with served("--model", str(tiny_directory), "--read-timeout", "1") as running, running.client() as client:

        def drip(start: bytes, each: bytes) -> tuple[float, bytes]:
            started = time.monotonic()
            with socket.create_connection(("127.0.0.1", running.port), timeout=30) as connection:
                connection.sendall(start)
                with contextlib.suppress(OSError):
                    while time.monotonic() - started < 20:
                        connection.settimeout(0.1)
                        with contextlib.suppress(TimeoutError):
                            return time.monotonic() - started, connection.recv(1000)
                        connection.sendall(each)
            return time.monotonic() - started, b""

        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            heads = [pool.submit(drip, head, b"X") for _ in range(20)]
            bodies = [pool.submit(drip, head + b"\r\n", b"\xff") for _ in range(20)]
            assert post(client, RED).status_code == 200
            for slow in heads:
                assert slow.result()[0] < 10
                assert slow.result()[1] == b""
            for slow in bodies:
                assert slow.result()[0] < 10
                assert slow.result()[1].startswith(b"HTTP/1.1 408")


def test_too_many_connections_are_closed(tiny_directory: Path) -> None:
    with served("--model", str(tiny_directory), "--max-connections", "5") as running:
        idle = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(5)]
        time.sleep(0.2)
        assert exchange(running.port, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n") == b""
        for connection in idle:
            connection.close()
        time.sleep(0.2)
        with running.client() as client:
            assert client.get("/healthz").status_code == 200


# --- too much, too long, and processes that die ---------------------------------------------------------------


@contextlib.contextmanager
def stopped(running: Running) -> Generator[list[psutil.Process]]:
    """Hold all scoring processes where they are."""
    workers = running.workers()
    for worker in workers:
        worker.suspend()
    try:
        yield workers
    finally:
        for worker in workers:
            with contextlib.suppress(psutil.NoSuchProcess):
                worker.resume()


def asked_at_once(running: Running, count: int) -> list[concurrent.futures.Future[httpx.Response]]:
    pool = concurrent.futures.ThreadPoolExecutor(count)

    def ask() -> httpx.Response:
        with running.client() as client:
            return post(client, RED)

    futures = [pool.submit(ask) for _ in range(count)]
    pool.shutdown(wait=False)
    return futures


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def waiting(running: Running) -> int:
    with running.client() as client:
        text = client.get("/metrics").text
    return int(float(text.split("\nwildvision_waiting ")[1].split()[0]))


def test_above_the_limit_requests_are_refused_and_told_when_to_come_again(tiny_directory: Path) -> None:
    options = ("--workers", "1", "--max-waiting", "4", "--max-images", "4", "--max-per-client", "50")
    with served("--model", str(tiny_directory), *options) as running:
        with stopped(running):
            asked = asked_at_once(running, 10)
            wait_for(lambda: sum(one.done() for one in asked) == 6)
            refused = [one.result() for one in asked if one.done()]
            assert {answer.status_code for answer in refused} == {503}
            assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
            assert refused[0].json()["error"]["type"] == "UnavailableError"
        assert [one.result().status_code for one in asked].count(200) == 4


def test_one_client_does_not_take_all_the_room(tiny_directory: Path) -> None:
    with served("--model", str(tiny_directory), "--workers", "1", "--max-per-client", "3") as running:
        with stopped(running):
            asked = asked_at_once(running, 5)
            wait_for(lambda: sum(one.done() for one in asked) == 2)
            refused = [one.result() for one in asked if one.done()]
            assert {answer.status_code for answer in refused} == {429}
            assert all(answer.headers["retry-after"] == "1" for answer in refused)
        assert [one.result().status_code for one in asked].count(200) == 3


def test_a_killed_process_costs_the_requests_that_it_held_and_no_other(tiny_directory: Path) -> None:
    with served("--model", str(tiny_directory), "--workers", "2") as running:
        running.wait_until_ready(2)
        with stopped(running) as workers:
            asked = asked_at_once(running, 8)
            wait_for(lambda: waiting(running) == 8)
            workers[0].kill()
        answers = [one.result() for one in asked]
        lost = [answer for answer in answers if answer.status_code != 200]
        assert [answer.status_code for answer in lost] == [503]
        assert lost[0].headers["retry-after"]
        running.wait_until_ready(2)
        with running.client() as client:
            assert post(client, RED).status_code == 200
            assert "wildvision_process_deaths_total 1.0" in client.get("/metrics").text


def test_an_idle_process_that_is_killed_costs_nothing(tiny_directory: Path) -> None:
    with served("--model", str(tiny_directory), "--workers", "2") as running:
        running.wait_until_ready(2)
        for worker in running.workers():
            worker.kill()
        with running.client() as client:
            found = post(client, RED)
            assert found.status_code == 200, found.text
        running.wait_until_ready(2)


def test_what_takes_too_long_is_ended(tiny_directory: Path) -> None:
    with served("--model", str(tiny_directory), "--workers", "1", "--timeout", "1") as running:
        before = running.workers()[0].pid
        with running.client() as client:
            with stopped(running):
                started = time.monotonic()
                answer = post(client, RED)
                assert answer.status_code == 503
                assert time.monotonic() - started < 10
            wait_for(lambda: post(client, RED).status_code == 200)
        assert [worker.pid for worker in running.workers()] != [before]


def test_a_batch_of_which_a_process_held_one_says_so_and_gives_the_rest(tiny_directory: Path) -> None:
    with served("--model", str(tiny_directory), "--workers", "2") as running, running.client() as client:
        running.wait_until_ready(2)
        with stopped(running) as workers, concurrent.futures.ThreadPoolExecutor(1) as pool:
            asked = pool.submit(client.post, "/v1/classify", json={"images": [encoded(RED)] * 6})
            wait_for(lambda: waiting(running) == 6)
            workers[0].kill()
            workers[1].resume()
            answer = asked.result()
        assert answer.status_code == 503
        kinds = [outcome["error"] and outcome["error"]["type"] for outcome in answer.json()["outcomes"]]
        assert sorted(map(str, kinds)) == ["None"] * 5 + ["UnavailableError"]


def test_one_large_picture_does_not_stall_the_rest(tiny_directory: Path) -> None:
    large = io.BytesIO()
    Image.fromarray(np.zeros((7700, 7700, 3), np.uint8)).save(large, "PNG", compress_level=1)
    with served("--model", str(tiny_directory), "--workers", "2") as running, running.client() as client:
        running.wait_until_ready(2)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            slow = pool.submit(post, client, large.getvalue())
            wait_for(lambda: waiting(running) == 1)
            with running.client() as other:
                small = 0
                while not slow.done():
                    assert post(other, RED).status_code == 200
                    small += 1
        assert slow.result().status_code == 200
        assert small >= 5


def test_what_was_accepted_is_answered_before_it_ends(tiny_directory: Path) -> None:
    with served("--model", str(tiny_directory), "--workers", "1") as running:
        family = [running.process.pid, *(worker.pid for worker in running.workers())]
        with stopped(running):
            asked = asked_at_once(running, 3)
            wait_for(lambda: waiting(running) == 3)
            for pid in family:  # as a service manager does that signals a whole group
                os.kill(pid, signal.SIGTERM)
            time.sleep(0.5)
        assert [one.result().status_code for one in asked] == [200] * 3
        assert running.process.wait(60) == 0
        wait_for(lambda: not any(psutil.pid_exists(pid) for pid in family[1:]))


def test_memory_stays_within_bounds_under_hostile_load(service: Running, client: httpx.Client) -> None:
    def resident() -> int:
        return sum(p.memory_info().rss for p in (psutil.Process(service.process.pid), *service.workers()))

    contents = [content for content, _ in HOSTILE.values()]
    for content in contents:
        post(client, content)
    before = resident()
    pids = [worker.pid for worker in service.workers()]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda content: post(client, content), contents * 5))
    assert {answer.status_code for answer in answers} <= {413, 415, 422, 503}
    assert [worker.pid for worker in service.workers()] == pids
    assert resident() < before + 300e6


# --- policy ---------------------------------------------------------------------------------------------------


def test_a_policy_is_read_again_when_its_file_changes(tiny_directory: Path, tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    policy = json.loads((tiny_directory / "manifest.json").read_text())["policies"]["balanced"]

    def write(flag: float) -> None:
        thresholds = {**policy["thresholds"], "ivory": {"review": flag / 2, "flag": flag}}
        (tmp_path / "new.json").write_text(json.dumps({**policy, "thresholds": thresholds}))
        (tmp_path / "new.json").replace(file)

    write(0.5)
    with served("--model", str(tiny_directory), "--policy", str(file)) as running, running.client() as client:

        def verdict() -> str:
            return post(client, RED).json()["verdict"]

        def digest() -> str:
            return client.get("/v1/model").json()["in_force"]["sha256"]

        assert verdict() == "FLAG"
        first = digest()
        write(0.999)
        wait_for(lambda: digest() != first)
        assert verdict() == "REVIEW"
        second = digest()
        file.write_text("{")
        wait_for(lambda: 'policy_reloads_total{outcome="refused"} 1.0' in client.get("/metrics").text)
        assert (digest(), verdict()) == (second, "REVIEW")
        write(0.5)
        running.process.send_signal(signal.SIGHUP)
        wait_for(lambda: digest() == first)
        assert verdict() == "FLAG"


# --- keys, logs, addresses ------------------------------------------------------------------------------------


def test_only_keys_let_in(tiny_directory: Path, tmp_path: Path) -> None:
    from wildvision.serve.keys import new_key

    key, line = new_key("shop")
    (tmp_path / "keys").write_text(f"# who may ask\n{line}\n")
    with served("--model", str(tiny_directory), "--keys", str(tmp_path / "keys")) as running:
        with running.client() as client:
            for headers in ({}, {"x-api-key": key[:-1]}, {"authorization": f"Basic {key}"}):
                for path in ("/v1/model", "/v1/taxonomy", "/metrics", "/openapi.json", "/none"):
                    answer = client.get(path, headers=headers)
                    assert answer.status_code == 401
                    assert answer.headers["www-authenticate"] == "Bearer"
                answer = client.post("/v1/classify", content=RED, headers={**JPEG, **headers})
                assert (answer.status_code, answer.json()["error"]["type"]) == (401, "RequestError")
            for headers in ({"x-api-key": key}, {"authorization": f"Bearer {key}"}):
                answer = client.post("/v1/classify", content=RED, headers={**JPEG, **headers})
                assert answer.status_code == 200
            assert client.get("/healthz").status_code == 200
        assert key not in running.logged()
        assert '"key": "shop"' in running.logged()


def test_the_log_has_a_line_a_request_and_nothing_of_the_image(
    service: Running, client: httpx.Client
) -> None:
    asked = "abc-1"
    files = {"image": ("secret-name.jpg", RED)}
    answer = client.post("/v1/classify?policy=strict", files=files, headers={"x-request-id": asked})
    assert answer.headers["x-request-id"] == asked
    client.get("/secret-path?secret=query")
    lines = [json.loads(line) for line in service.logged().splitlines()]
    (line,) = [line for line in lines if line.get("request_id") == asked]
    assert (line["method"], line["route"], line["status"]) == ("POST", "/v1/classify", 200)
    assert line["bytes"] > len(RED)
    assert "secret" not in service.logged()


class Shop(http.server.BaseHTTPRequestHandler):
    """Gives a picture, redirects, and more than was asked for."""

    def do_GET(self) -> None:
        places = {
            "/away": "http://elsewhere.example/a.jpg",
            "/on": "/a.jpg",
            "/round": "/round",
            "/file": "file:///etc/passwd",
            "/odd": "http://[",
        }
        if self.path in places:
            self.send_response(302)
            self.send_header("location", places[self.path])
            self.end_headers()
            return
        self.send_response(200 if self.path in ("/a.jpg", "/endless") else 404)
        self.end_headers()
        if self.path == "/endless":
            with contextlib.suppress(OSError):
                for _ in range(10_000):
                    self.wfile.write(b"\0" * 65536)
        else:
            self.wfile.write(RED)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def shop() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_addresses_are_fetched_from_named_hosts_in_allowed_networks_only(
    tiny_directory: Path, shop: int, tiny: Classifier
) -> None:
    allow = ("--url-host", f"localhost:{shop}", "--url-http", "--max-image-bytes", "1000000")
    network = ("--url-network", "127.0.0.0/8", "--url-network", "::1/128")

    def ask(client: httpx.Client, url: str) -> httpx.Response:
        return client.post("/v1/classify", json={"image": {"url": url}})

    with served("--model", str(tiny_directory), *allow, *network) as running, running.client() as client:
        for path in ("a.jpg", "on"):
            answer = ask(client, f"http://localhost:{shop}/{path}")
            assert Classification.from_dict(answer.json()) == tiny.classify(RED)
        statuses = {
            path: ask(client, f"http://localhost:{shop}/{path}").status_code
            for path in ("away", "round", "file", "odd", "none", "endless")
        }
        assert statuses == {"away": 403, "round": 424, "file": 403, "odd": 403, "none": 424, "endless": 413}
        for url in (
            "http://127.0.0.1/",
            "file:///etc/passwd",
            "http://a:b@localhost/",
            "gopher://localhost/",
            "",
            "http://localhost:1/",
        ):
            assert ask(client, url).status_code in (403, 422, 424), url
        batch = client.post(
            "/v1/classify", json={"images": [{"url": f"http://localhost:{shop}/none"}, encoded(RED)]}
        )
        assert [outcome["error"] is None for outcome in batch.json()["outcomes"]] == [False, True]
    with served("--model", str(tiny_directory), *allow) as running, running.client() as client:
        assert (
            ask(client, f"http://localhost:{shop}/a.jpg").status_code == 403
        )  # loopback is no public address


# --- explanations and posts -----------------------------------------------------------------------------------


def test_an_explanation_is_the_librarys_own(client: httpx.Client, tiny: Classifier) -> None:
    assert post(client, RED, "/v1/explain").json() == tiny.explain(RED).to_dict()
    asked = post(client, RED, "/v1/explain", params={"category": "bone"}).json()
    assert asked == tiny.explain(RED, "bone").to_dict()
    unknown = post(client, RED, "/v1/explain", params={"category": "brick"})
    assert (unknown.status_code, unknown.json()["error"]["category"]) == (404, "brick")


def test_an_explanation_can_be_seen(client: httpx.Client, tiny: Classifier) -> None:
    answer = post(client, RED, "/v1/explain", params={"picture": "true"})
    assert answer.headers["content-type"] == "image/png"
    drawn = Image.open(io.BytesIO(answer.content))
    assert np.array_equal(np.asarray(drawn), np.asarray(tiny.explain(RED).overlay()))


def test_a_post_gets_one_answer(client: httpx.Client, tiny: Classifier) -> None:
    contents = [BLUE, b"no image", RED]
    own = tiny.classify_post(contents)
    forms = [
        client.post("/v1/posts", json={"images": [encoded(content) for content in contents]}),
        client.post("/v1/posts", files=[("images", ("a", content)) for content in contents]),
    ]
    for answer in forms:
        assert answer.json() == own.to_dict()
    strict = client.post("/v1/posts", json={"images": [encoded(RED)], "policy": "strict"}).json()
    assert strict == tiny.with_policy("strict").classify_post([RED]).to_dict()
    none = client.post("/v1/posts", json={"images": [encoded(b"no image")]})
    assert (none.status_code, none.json()["error"]["type"]) == (422, "PostError")


@pytest.mark.parametrize(
    "options",
    [
        ("--model", "no-such-model"),
        ("--policy", "no-such-policy"),
        ("--policy", "no-such-file.json"),
        ("--keys", "no-such-file"),
        ("--bank", "no-such-file"),
        ("--max-images", "100", "--max-waiting", "10"),
        ("--label-studio", "nowhere"),
        ("--host", "192.0.2.1"),
    ],
)
def test_what_cannot_be_run_is_refused_with_status_2(options: tuple[str, ...], tiny_directory: Path) -> None:
    model = () if "--model" in options else ("--model", str(tiny_directory))
    command = [*COMMAND, "--port", "0", *model, *options]
    found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert found.returncode == 2
    assert "Error: " in found.stderr
    assert "Traceback" not in found.stderr
