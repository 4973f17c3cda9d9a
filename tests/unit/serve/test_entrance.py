from __future__ import annotations

import logging

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from wildvision.serve.entrance import Entrance
from wildvision.serve.metrics import Metrics


async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise ZeroDivisionError("secret")


async def reading(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await Response(body)(scope, receive, send)


async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
    await Response(b"no", 413)(scope, receive, send)


def test_a_fault_of_ours_is_answered_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    metrics = Metrics()
    with caplog.at_level(logging.ERROR):
        answer = TestClient(Entrance(broken, keys=None, metrics=metrics)).get("/")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["error"]["type"] == "UnavailableError"
    assert "secret" not in answer.text
    assert "ZeroDivisionError" in caplog.text
    assert b'status="503"' in metrics.text()


@pytest.mark.parametrize(("given", "kept"), [("a-b.1", True), ("a b", False), ("x" * 65, False), ("", False)])
def test_a_request_keeps_the_id_that_it_brings_where_that_is_one(given: str, kept: bool) -> None:
    client = TestClient(Entrance(reading, keys=None, metrics=Metrics()))
    found = client.post("/", content=b"abc", headers={"x-request-id": given} if given else {})
    assert found.content == b"abc"
    assert (found.headers["x-request-id"] == given) is kept
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "connection" not in found.headers


def test_the_rest_of_a_refused_body_is_read_and_forgotten() -> None:
    client = TestClient(Entrance(refusing, keys=None, metrics=Metrics()))
    assert client.post("/", content=b"x" * 100_000).status_code == 413
