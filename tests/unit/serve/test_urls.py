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
        "https://media.example./a.jpg",
        "https://media%2eexample/a.jpg",
        "https://media.example:8443/a.jpg",
        "https://media.example:80/a.jpg",
        "https://media.example:0/a.jpg",
        "https://media.example:99999/a.jpg",
        "https://media.example:99999999999999999999/a.jpg",
        "https://media.example\\@evil.example/a.jpg",
        "https://evil.example#@media.example/a.jpg",
        "https://[::ffff:10.0.0.1]/a.jpg",
        "https://2130706433/a.jpg",
        "https://0x7f.1/a.jpg",
        "https://017700000001/a.jpg",
        "https://xn--media-.example/a.jpg",
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
        ("255.255.255.255",),
        ("192.0.0.9",),
        ("192.88.99.1",),
        ("168.63.129.16",),
        ("::",),
        ("::ffff:169.254.169.254",),
        ("::10.0.0.1",),  # IPv4-compatible
        ("::8.8.8.8",),
        ("::ffff:0:10.0.0.1",),  # translated
        ("64:ff9b::10.0.0.1",),  # NAT64
        ("64:ff9b::169.254.169.254",),
        ("64:ff9b:1::10.0.0.1",),  # NAT64 of one's own
        ("64:ff9b:1::8.8.8.8",),
        ("2002:a00:1::1",),  # 6to4 of 10.0.0.1
        ("2001:0:4136:e378:8000:63bf:f5ff:fffe",),  # Teredo of 10.0.0.1
        ("2606:4700::5efe:10.0.0.1",),  # ISATAP
        ("2606:4700::200:5efe:10.0.0.1",),
        ("fec0::1",),
        ("ff02::1",),
        ("ff0e::1",),
        ("100::1",),
        ("2001:db8::1",),
        ("3fff::1",),
        ("93.184.216.34", "10.0.0.1"),  # one is enough
        ("2606:4700::1", "64:ff9b::a00:1"),
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


@pytest.mark.parametrize(
    "found", ["2606:4700::1111", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8", "2001:4860:4860::8888", "8.8.8.8"]
)
def test_public_addresses_may_be_reached_also_through_a_network_without_ipv4(
    found: str, asked: list[httpx.Request]
) -> None:
    assert fetch("https://media.example/a.jpg", to=(found,)) == b"picture"
    assert asked[0].url.host == found


def test_what_stands_for_an_address_of_a_named_network_may_be_reached(asked: list[httpx.Request]) -> None:
    rules = UrlRules(hosts=("media.example",), networks=("10.0.0.0/8", "64:ff9b:1:a::/96"))
    for found in ("::ffff:10.1.2.3", "64:ff9b::10.1.2.3", "64:ff9b:1:a::10.1.2.3"):
        assert fetch("https://media.example/a.jpg", to=(found,), rules=rules) == b"picture"
    wide = UrlRules(hosts=("media.example",), networks=("64:ff9b::/96",))
    with pytest.raises(RequestError):  # it leads to a private IPv4 address, which nobody has named
        fetch("https://media.example/a.jpg", to=("64:ff9b::10.1.2.3",), rules=wide)


@pytest.mark.parametrize("network", ["10.0.0.1/8", "10.0.0.0/33", "private", "", "10.0.0.0-10.0.0.9"])
def test_a_network_that_is_none_is_refused_at_once(network: str) -> None:
    with pytest.raises(ServiceError, match="--url-network"):
        UrlRules(hosts=("media.example",), networks=(network,))


@pytest.mark.parametrize(
    "host",
    [
        "",
        "*",
        "*.",
        "*.*.example",
        "media.*",
        ".",
        "https://media.example",
        "media.example/",
        "media.example/photos",
        "name@media.example",
        "media.example?a",
        "media.example:0",
        "media.example:70000",
        "media example",
    ],
)
def test_a_host_that_no_address_can_name_is_refused_at_once(host: str) -> None:
    with pytest.raises(ServiceError, match="--url-host"):
        Fetcher(rules=UrlRules(hosts=(host,)), most=1000)


@pytest.mark.parametrize(
    ("rule", "address", "refused"),
    [
        ("media.example:8443", "https://media.example:8443/a", "https://media.example/a"),
        ("*.cdn.example:8443", "https://a.cdn.example:8443/a", "https://a.cdn.example/a"),
        ("MEDIA.example", "https://media.example:443/a", "https://media.example:444/a"),
        ("[2606:4700::1]:8443", "https://[2606:4700::1]:8443/a", "https://[2606:4700::1]/a"),
    ],
)
def test_a_port_is_that_of_the_scheme_or_the_one_that_was_named(
    rule: str, address: str, refused: str, asked: list[httpx.Request]
) -> None:
    rules = UrlRules(hosts=(rule,))
    assert fetch(address, to=("93.184.216.34",), rules=rules) == b"picture"
    with pytest.raises(RequestError):
        fetch(refused, to=("93.184.216.34",), rules=rules)


@pytest.mark.parametrize("rule", ["straße.example", "xn--strae-oqa.example", "STRAßE.example"])
@pytest.mark.parametrize("host", ["straße.example", "xn--strae-oqa.example", "straße。example"])
def test_a_name_is_resolved_and_checked_as_its_certificate_spells_it(
    rule: str, host: str, asked: list[httpx.Request]
) -> None:
    resolved: list[str] = []

    async def resolve(name: str, _port: int) -> list[str]:
        resolved.append(name)
        return ["93.184.216.34"]

    fetcher = Fetcher(rules=UrlRules(hosts=(rule,)), most=1000, resolve=resolve)
    assert asyncio.run(fetcher.fetch(f"https://{host}/a.jpg")) == b"picture"
    assert resolved == ["xn--strae-oqa.example"]  # not strasse.example, which is another's
    assert asked[0].extensions["sni_hostname"] == asked[0].headers["host"] == "xn--strae-oqa.example"


@pytest.mark.parametrize(
    "location",
    ["http://media.example/b", "ftp://media.example/b", "file:///etc/passwd", "https://media.example:22/b",
     "//evil.example/b", "https://10.0.0.1/b", "https://name@media.example/b"],
)  # fmt: skip
def test_a_redirect_is_checked_like_the_first_address(location: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[httpx.Request] = []

    async def answer(_self: object, request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(302, headers={"location": location}, stream=httpx.ByteStream(b""))

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", answer)
    with pytest.raises(RequestError) as caught:
        fetch("https://media.example/a.jpg", to=("93.184.216.34",))
    assert (caught.value.status, len(asked)) == (403, 1)


def test_a_name_that_leads_elsewhere_at_the_redirect_is_checked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter((["93.184.216.34"], ["10.0.0.1"]))
    asked: list[str] = []

    async def resolve(_host: str, _port: int) -> list[str]:
        return next(answers)

    async def answer(_self: object, request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(302, headers={"location": "/b"}, stream=httpx.ByteStream(b""))

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", answer)
    with pytest.raises(RequestError):
        asyncio.run(Fetcher(rules=RULES, most=1000, resolve=resolve).fetch("https://media.example/a"))
    assert asked == ["93.184.216.34"]


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


@pytest.mark.parametrize("address", ["studio", "ftp://studio", "http://", "http://studio:70000", ""])
def test_label_studio_has_an_address(address: str) -> None:
    with pytest.raises(ServiceError):
        task_images(address, None, RULES, most=1000)
