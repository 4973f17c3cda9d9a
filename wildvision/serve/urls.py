"""Addresses that may be fetched: only of named hosts, only where their names lead to allowed networks.

A name is resolved once, every address that it has is checked, and the connection goes to a checked address: a name
that leads elsewhere a moment later (DNS rebinding) changes nothing. Redirects are followed by hand, each checked like
the first.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wildvision.errors import ImageReadError, ImageTooLargeError, RequestError, ServiceError, WildvisionError
from wildvision.serve.networks import may_be_reached
from wildvision.serve.options import UrlRules

if TYPE_CHECKING:
    import httpx

_PORTS = {"https": 443, "http": 80}
_LONGEST = 2048  # characters of an address

Resolve = Callable[[str, int], Awaitable[list[str]]]


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses that a name leads to, in the order in which they are to be tried.

    Raises:
        OSError: It leads nowhere.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetcher:
    """Fetches images.

    Attributes:
        rules: What may be fetched.
        most: Bytes of an image.
        resolve: Name and port to addresses.
        headers: To send along, by host and port.
    """

    rules: UrlRules
    most: int
    resolve: Resolve = resolve
    headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])

    def __post_init__(self) -> None:
        """Refuse rules that no address can ever meet, before the first request finds out."""
        for rule in self.rules.hosts:
            _host_rule(rule)

    async def fetch(self, address: str) -> bytes:
        """Return what lies under an address.

        Raises:
            RequestError: It may not be fetched (403), or is none.
            ImageReadError: It could not be fetched; nothing of the reason is said that would tell about the network.
            ImageTooLargeError: It is larger than an image may be.
        """
        import httpx  # noqa: PLC0415 - it brings its own command line along, and most services fetch nothing

        try:
            async with asyncio.timeout(self.rules.seconds):
                return await self._follow(address)
        except WildvisionError:
            raise
        except TimeoutError as error:
            raise ImageReadError(
                f"expected the image within {self.rules.seconds:g} s, found that it takes longer",
                image="<url>",
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise ImageReadError(
                f"expected an image under that address, found: {type(error).__name__}", image="<url>"
            ) from error

    async def _follow(self, address: str) -> bytes:
        import httpx  # noqa: PLC0415

        # No proxy of the environment: the check of the address would then be that proxy's business.
        async with httpx.AsyncClient(trust_env=False, follow_redirects=False) as client:
            for _ in range(self.rules.redirects + 1):
                found = await self._get(client, address)
                if isinstance(found, bytes):
                    return found
                address = found
        raise ImageReadError(f"expected at most {self.rules.redirects} redirects, found more", image="<url>")

    async def _get(self, client: httpx.AsyncClient, address: str) -> bytes | str:
        """Return the content, or the address that it was redirected to."""
        import httpx  # noqa: PLC0415

        url = self._checked(address)
        targets = await self._allowed_addresses(url)
        for target in targets[:-1]:
            with contextlib.suppress(httpx.ConnectError):
                return await self._get_from(client, url, target)
        return await self._get_from(client, url, targets[-1])

    async def _get_from(self, client: httpx.AsyncClient, url: httpx.URL, target: str) -> bytes | str:
        """Connect to a checked address; the name stays in the header and in the check of the certificate."""
        own = self.headers.get(_server(url), {})
        headers = {"host": url.netloc.decode("ascii"), "accept-encoding": "identity", **own}
        extensions = {"sni_hostname": _name(url)}
        at = url.copy_with(host=target)
        async with client.stream("GET", at, headers=headers, extensions=extensions) as answer:
            if answer.is_redirect:
                return str(url.join(answer.headers.get("location", "")))
            if answer.status_code != 200:
                raise ImageReadError(
                    f"expected an image under that address, found status {answer.status_code}", image="<url>"
                )
            return await self._read(answer)

    async def _read(self, answer: httpx.Response) -> bytes:
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise ImageReadError("expected the image as it is, found it compressed", image="<url>")
        chunks, size = list[bytes](), 0
        async for chunk in answer.aiter_raw():
            size += len(chunk)
            if size > self.most:
                raise ImageTooLargeError(quantity="bytes", found=size, limit=self.most, image="<url>")
            chunks.append(chunk)
        return b"".join(chunks)

    def _checked(self, address: str) -> httpx.URL:
        """Return an address of an allowed scheme and host."""
        import httpx  # noqa: PLC0415

        try:
            url = httpx.URL(address) if len(address) <= _LONGEST else httpx.URL("")
        except (httpx.InvalidURL, UnicodeError) as error:
            raise RequestError("expected the address of an image, found none", status=422) from error
        if self._is_trusted(url) and not url.userinfo:
            return url
        if url.scheme not in self.rules.schemes or url.userinfo:
            allowed = " or ".join(self.rules.schemes)
            raise RequestError(f"expected an address of {allowed}, without a name and password", status=403)
        if not any(_host_rule(rule).allows(url) for rule in self.rules.hosts):
            raise RequestError(
                "expected an address of a host and port that this service may fetch from, found another; whoever runs "
                "it names them with --url-host, such as media.example.org or media.example.org:8443",
                status=403,
            )
        return url

    def _is_trusted(self, url: httpx.URL) -> bool:
        return _server(url) in self.rules.trusted

    async def _allowed_addresses(self, url: httpx.URL) -> list[str]:
        """Return the addresses of a name; one of which one is not allowed is refused as a whole."""
        try:
            found = await self.resolve(_name(url), url.port or _PORTS[url.scheme])
        except (OSError, UnicodeError) as error:
            raise ImageReadError("expected a name that leads somewhere, found none", image="<url>") from error
        if not found or (
            not self._is_trusted(url) and not all(may_be_reached(one, self.rules.networks) for one in found)
        ):
            raise RequestError(
                "expected a host with public addresses only, or in a network named with --url-network, found another",
                status=403,
            )
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskImages:
    """Images of Label Studio's tasks: at Label Studio itself, or at hosts that may be fetched from anyway.

    Attributes:
        base: Address of Label Studio, without a slash at the end; empty: images have addresses of their own.
        fetcher: Fetches them; None: nothing may be fetched.
    """

    base: str = ""
    fetcher: Fetcher | None = None

    async def fetch(self, address: object) -> bytes:
        """Return an image of a task.

        Raises:
            WildvisionError: It cannot be had.
        """
        if not isinstance(address, str) or self.fetcher is None:
            raise RequestError(
                "expected an image that can be fetched; name Label Studio with --label-studio, or hosts with "
                "--url-host",
                status=403,
            )
        own = address.startswith("/") and not address.startswith("//")
        return await self.fetcher.fetch(self.base + address if own and self.base else address)


def task_images(address: str, token: str | None, rules: UrlRules, *, most: int) -> TaskImages:
    """Return where the images of a Label Studio's tasks come from.

    Args:
        address: Of Label Studio.
        token: An access token of it, which is shown to it and to nobody else.
        rules: What may be fetched besides.
        most: Bytes of an image.

    Raises:
        ServiceError: That is no address.
    """
    import httpx  # noqa: PLC0415

    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise ServiceError(f"expected the address of Label Studio, found {address!r}") from error
    if url.scheme not in _PORTS or not url.host or not _is_port(url.port):
        raise ServiceError(
            f"expected the address of Label Studio, such as http://host:8080, found {address!r}"
        )
    server = _server(url)
    headers = {server: {"authorization": f"Token {token}"}} if token else {}
    trusting = replace(rules, trusted=(*rules.trusted, server))
    return TaskImages(base=address.rstrip("/"), fetcher=Fetcher(rules=trusting, most=most, headers=headers))


def _server(url: httpx.URL) -> str:
    return f"{_name(url)}:{url.port or _PORTS.get(url.scheme)}"


def _name(url: httpx.URL) -> str:
    """Return the host as it stands in certificates and as names are resolved: in ASCII and lower case."""
    return url.raw_host.decode("ascii").lower()


def _is_port(port: int | None) -> bool:
    return port is None or 0 < port < 65536


@dataclass(frozen=True, slots=True)
class _HostRule:
    """What an address may name.

    Attributes:
        name: Of the host, in ASCII; that of an IPv6 address without brackets.
        port: None: that of the scheme.
        is_above: Hosts whose names end in it are meant, and not that host itself.
    """

    name: str
    port: int | None
    is_above: bool

    def allows(self, url: httpx.URL) -> bool:
        name = _name(url)
        is_named = name.endswith(f".{self.name}") if self.is_above else name == self.name
        usual = _PORTS[url.scheme]
        return is_named and (usual if url.port is None else url.port) == (self.port or usual)


@functools.cache
def _host_rule(text: str) -> _HostRule:
    """Read ``media.example``, ``*.cdn.example`` or ``media.example:8443``.

    Raises:
        ServiceError: It is none of those.
    """
    import httpx  # noqa: PLC0415

    is_above = text.startswith("*.")
    server = text.removeprefix("*.")
    try:
        url = httpx.URL(f"any://{server}")
    except (httpx.InvalidURL, UnicodeError):
        url = httpx.URL("")
    name = _name(url)
    is_plain = url.netloc and not (url.userinfo or url.query or url.fragment) and url.raw_path in (b"", b"/")
    if (
        not is_plain
        or server.endswith("/")
        or not name.strip(".")
        or set(name) & set("*%")
        or not _is_port(url.port)
    ):
        raise ServiceError(
            "expected the name of a host for --url-host, such as media.example.org, *.example.org or "
            f"media.example.org:8443, found {text!r}"
        )
    return _HostRule(name, url.port, is_above)
