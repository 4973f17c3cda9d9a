"""What a request holds: one image or several, as raw bytes, a form, or JSON with base64 or addresses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from wildvision.errors import ImageTooLargeError, RequestError, UnavailableError, WildvisionError
from wildvision.serve.answers import JSON
from wildvision.serve.options import RequestLimits
from wildvision.serve.urls import Fetcher

FORM = "multipart/form-data"
_RAW = ("image/", "application/octet-stream")
_DRAIN_S = 1.0  # that the rest of a refused body is read, so that its sender comes to see the refusal


class Address(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where an image lies."""

    url: str


class JsonRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A request as JSON: ``image`` or ``images``, in base64 or by address.

    Attributes:
        image: One image; the answer is its result.
        images: Several; the answer has an outcome for each, in order.
        policy: Name of one of the model's policies; without it, the one in force.
    """

    image: bytes | Address | None = None
    images: tuple[bytes | Address, ...] | None = None
    policy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What a request holds.

    Attributes:
        images: Encoded, or why one could not be had.
        is_batch: Whether several were asked for, however many there are.
        policy: That it names.
    """

    images: tuple[bytes | WildvisionError, ...]
    is_batch: bool
    policy: str | None = None

    def one(self) -> bytes:
        """Return the only image.

        Raises:
            WildvisionError: It could not be had.
            RequestError: There are several.
        """
        if self.is_batch:
            raise RequestError("expected one image, found a request for several", status=422)
        if isinstance(self.images[0], WildvisionError):
            raise self.images[0]
        return self.images[0]


class Buffer:
    """Room for the bodies of requests, all together.

    Args:
        most: Bytes.
    """

    def __init__(self, most: int) -> None:
        self._most, self.held = most, 0

    def reserve(self, size: int) -> None:
        """Take room.

        Raises:
            UnavailableError: There is not so much.
        """
        if self.held + size > self._most:
            raise UnavailableError(
                "expected room for the request's body, found other requests' there; send it again"
            )
        self.held += size

    def free(self, size: int) -> None:
        """Give room back."""
        self.held -= size


class Reader:
    """Reads requests.

    Args:
        limits: What they may ask for.
        fetcher: Fetches addresses; None: they are refused.
    """

    def __init__(self, limits: RequestLimits, fetcher: Fetcher | None) -> None:
        self._limits, self._fetcher = limits, fetcher
        self.buffer = Buffer(limits.buffered_bytes)

    async def body(self, request: Request, reserved: list[int]) -> bytes:
        """Return the body of a request.

        Args:
            request: Of which nothing was read.
            reserved: Gets the bytes that are taken from the buffer, for `release`.

        Raises:
            RequestError: It is too large (413), too slow (408), compressed (415), or breaks off (400).
            UnavailableError: There is no room for it.
        """
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            raise RequestError("expected a body as it is, found a compressed one", status=415)
        try:
            async with asyncio.timeout(self._limits.read_seconds):
                return await self._all(request, reserved)
        except TimeoutError as error:
            raise RequestError(
                f"expected the body within {self._limits.read_seconds:g} s, found that it takes longer",
                status=408,
            ) from error
        except ClientDisconnect as error:
            raise RequestError("expected the whole body, found that the connection ended") from error

    async def _all(self, request: Request, reserved: list[int]) -> bytes:
        announced = _length(request.headers)
        self._check(announced)
        self._reserve(announced, reserved)
        chunks, size = list[bytes](), 0
        async for chunk in request.stream():
            size += len(chunk)
            self._check(size)
            self._reserve(max(0, size - sum(reserved)), reserved)
            chunks.append(chunk)
        return b"".join(chunks)

    def _check(self, size: int) -> None:
        if size > self._limits.request_bytes:
            raise ImageTooLargeError(
                quantity="bytes", found=size, limit=self._limits.request_bytes, image="<request>"
            )

    def _reserve(self, size: int, reserved: list[int]) -> None:
        if size:
            self.buffer.reserve(size)
            reserved.append(size)

    def release(self, reserved: list[int]) -> None:
        """Give back what `body` took."""
        self.buffer.free(sum(reserved))
        reserved.clear()

    async def inputs(self, body: bytes, headers: Headers) -> Inputs:
        """Return what a body holds; addresses in it are fetched.

        Raises:
            RequestError: It is of another type (415), malformed (400 or 422), or holds too many images (413).
        """
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == JSON:
            return await self._json(body)
        if kind == FORM:
            return await self._form(body, headers)
        if kind and not kind.startswith(_RAW):
            raise RequestError(
                f"expected the content type image/*, {FORM} or {JSON}, found {kind[:80]!r}", status=415
            )
        return Inputs(images=(body,), is_batch=False)

    async def _json(self, body: bytes) -> Inputs:
        try:
            found = msgspec.json.decode(body, type=JsonRequest)
        except msgspec.ValidationError as error:
            raise RequestError(
                f"expected a request as /openapi.json describes it, found: {error}", status=422
            ) from error
        except (msgspec.DecodeError, RecursionError) as error:
            raise RequestError(f"expected JSON, found: {error}") from error
        if (found.image is None) == (found.images is None):
            raise RequestError("expected either image or images, found both or none", status=422)
        several = found.images if found.images is not None else (found.image or b"",)
        self._check_count(len(several))
        images = await asyncio.gather(*(self._have(image) for image in several))
        return Inputs(images=tuple(images), is_batch=found.images is not None, policy=found.policy)

    async def _have(self, image: bytes | Address) -> bytes | WildvisionError:
        if isinstance(image, bytes):
            return image
        try:
            if self._fetcher is None:
                raise RequestError(
                    "expected the image itself, found an address; this service fetches nothing, unless whoever runs "
                    "it names hosts with --url-host",
                    status=403,
                )
            return await self._fetcher.fetch(image.url)
        except WildvisionError as error:
            return error

    async def _form(self, body: bytes, headers: Headers) -> Inputs:
        form = await _parse(body, headers, self._limits)
        fields: dict[str, list[Any]] = {}
        for name, value in form:
            fields.setdefault(name, []).append(value)
        policy = fields.pop("policy", [None])[0]
        if set(fields) not in ({"image"}, {"images"}):
            raise RequestError(
                f"expected files in a field image or images, found the fields {sorted(fields)[:10]}",
                status=422,
            )
        ((name, values),) = fields.items()
        if name == "image" and len(values) != 1:
            raise RequestError("expected one file in the field image; send several as images", status=422)
        self._check_count(len(values))
        contents = [await _content(value) for value in values]
        return Inputs(images=tuple(contents), is_batch=name == "images", policy=policy)

    def _check_count(self, count: int) -> None:
        if not 1 <= count <= self._limits.images:
            raise RequestError(
                f"expected 1 to {self._limits.images} images in a request, found {count}",
                status=413 if count else 422,
            )


async def drain(request: Request) -> None:
    """Read and forget the rest of a refused body, for a moment: a connection that is closed at once is lost unread."""
    try:
        async with asyncio.timeout(_DRAIN_S):
            async for _ in request.stream():
                pass
    except (TimeoutError, ClientDisconnect, RuntimeError):
        return


def _length(headers: Headers) -> int:
    text = headers.get("content-length", "0")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


class _InMemory(MultiPartParser):
    """A parser of forms that writes no file: the body is in memory already, and its size is bounded."""

    spool_max_size = 2**62


async def _parse(body: bytes, headers: Headers, limits: RequestLimits) -> list[tuple[str, str | UploadFile]]:
    async def stream() -> AsyncGenerator[bytes]:
        yield body

    parser = _InMemory(headers, stream(), max_files=limits.images + 1, max_fields=8)
    try:
        return (await parser.parse()).multi_items()
    except (MultiPartException, UnicodeError) as error:
        message = getattr(error, "message", None) or type(error).__name__
        raise RequestError(f"expected a form with files, found: {message}") from error


async def _content(value: str | UploadFile) -> bytes:
    if isinstance(value, str):
        raise RequestError("expected a file in the field, found text; give the part a filename", status=422)
    return await value.read()
