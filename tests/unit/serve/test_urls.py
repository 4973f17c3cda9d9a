from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from wildvision.errors import ImageReadError, RequestError, ServiceError
from wildvision.serve.options import UrlRules
from wildvision.serve.urls import Fetcher, task_images

RULES = UrlRules(hosts=("media.example", "*.cdn.example"))


def leads_to(*addresses: str) -> Any:
    async def resolve(_host: str, _port: int) -> list[str]:
        return list(addresses)

    return resolve


def fetch(address: str, *, to: tuple[str, ...], rules: UrlRules = RULES) -> bytes:
    return asyncio.run(Fetcher(rules=rules, most=1000, resolve=leads_to(*to)).fetch(address))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[httpx.Request]:
    """Answer every request without a network, and remember it."""
    requests: list[httpx.Request] = []

    async def answer(_self: object, request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, stream=httpx.ByteStream(b"picture"))

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", answer)
    return requests


@pytest.mark.parametrize(
    "address",
    [
        "https://other.example/a.jpg",
        "https://media.example.evil/a.jpg",
        "https://evilmedia.example/a.jpg",
        "https://cdn.example/a.jpg",
        "http://media.example/a.jpg",
        "ftp://media.example/a.jpg",
        "file:///etc/passwd",
        "https://name:word@media.example/a.jpg",
        "https://media.example@evil.example/a.jpg",
        "//media.example/a.jpg",
        "media.example/a.jpg",
        "https://media.example/" + "a" * 3000,
        "",
    ],
)
def test_other_addresses_are_refused_before_a_name_is_resolved(
    address: str, asked: list[httpx.Request]
) -> None:
    async def fail(_host: str, _port: int) -> list[str]:
        raise AssertionError("resolved")

    with pytest.raises(RequestError) as caught:
        asyncio.run(Fetcher(rules=RULES, most=1000, resolve=fail).fetch(address))
    assert caught.value.status in (403, 422)
    assert asked == []


@pytest.mark.parametrize(
    "found",
    [
        ("127.0.0.1",),
        ("10.1.2.3",),
        ("169.254.169.254",),
        ("192.168.0.1",),
        ("100.64.0.1",),
        ("0.0.0.0",),
        ("224.0.0.1",),
        ("::1",),
        ("fe80::1%eth0",),
        ("fd00::1",),
        ("::ffff:127.0.0.1",),
        ("93.184.216.34", "10.0.0.1"),  # one is enough
    ],
)
def test_names_that_lead_into_other_networks_are_refused(
    found: tuple[str, ...], asked: list[httpx.Request]
) -> None:
    with pytest.raises(RequestError) as caught:
        fetch("https://media.example/a.jpg", to=found)
    assert caught.value.status == 403
    assert asked == []


@pytest.mark.parametrize("host", ["media.example", "a.cdn.example", "MEDIA.example"])
def test_the_checked_address_is_connected_to_under_the_hosts_own_name(
    host: str, asked: list[httpx.Request]
) -> None:
    assert fetch(f"https://{host}/a.jpg", to=("93.184.216.34",)) == b"picture"
    (request,) = asked
    assert request.url.host == "93.184.216.34"
    assert request.headers["host"] == host.lower()
    assert request.extensions["sni_hostname"] == host.lower()  # the certificate is checked against it


def test_a_network_that_was_named_may_be_reached(asked: list[httpx.Request]) -> None:
    rules = UrlRules(hosts=("media.example",), networks=("10.0.0.0/8",))
    assert fetch("https://media.example/a.jpg", to=("10.1.2.3",), rules=rules) == b"picture"
    with pytest.raises(RequestError):
        fetch("https://media.example/a.jpg", to=("192.168.0.1",), rules=rules)


def test_a_name_that_leads_nowhere_is_an_image_that_is_not_there() -> None:
    async def fail(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(ImageReadError) as caught:
        asyncio.run(Fetcher(rules=RULES, most=1000, resolve=fail).fetch("https://media.example/a.jpg"))
    assert "no such name" not in str(caught.value)


def test_label_studio_is_shown_its_token_and_nobody_else_is(asked: list[httpx.Request]) -> None:
    images = task_images("http://studio.internal:8080/", "abc", RULES, most=1000)
    assert images.fetcher is not None
    fetcher = Fetcher(
        rules=images.fetcher.rules, most=1000, headers=images.fetcher.headers, resolve=leads_to("10.0.0.9")
    )
    asyncio.run(fetcher.fetch("http://studio.internal:8080/data/a.jpg"))
    assert asked[0].headers["authorization"] == "Token abc"
    with pytest.raises(RequestError):
        asyncio.run(fetcher.fetch("http://studio.internal:9000/data/a.jpg"))  # another port, another server
    public = Fetcher(
        rules=images.fetcher.rules,
        most=1000,
        headers=images.fetcher.headers,
        resolve=leads_to("93.184.216.34"),
    )
    asyncio.run(public.fetch("https://media.example/a.jpg"))
    assert "authorization" not in asked[1].headers


@pytest.mark.parametrize("address", ["studio", "ftp://studio", "http://", ""])
def test_label_studio_has_an_address(address: str) -> None:
    with pytest.raises(ServiceError):
        task_images(address, None, RULES, most=1000)
