"""The entrance: gives each request an id, looks at its key, and says afterwards what became of it."""

from __future__ import annotations

import logging
import re
import secrets
import time
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wildvision.errors import RequestError, ServiceError, UnavailableError
from wildvision.serve.answers import Failure, problem_of, raw
from wildvision.serve.inputs import drain
from wildvision.serve.keys import Keys
from wildvision.serve.logs import ACCESS
from wildvision.serve.metrics import Metrics

OPEN = frozenset({"/healthz", "/readyz"})
"""Addresses that need no key: what runs a container asks them."""

_log = logging.getLogger(__name__)
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = {"x-content-type-options": "nosniff", "cache-control": "no-store"}


class Entrance:
    """Middleware around all routes.

    Args:
        app: What answers.
        keys: Who may ask; None: everybody.
        metrics: Count.
    """

    def __init__(self, app: ASGIApp, *, keys: Keys | None, metrics: Metrics) -> None:
        self._app, self._keys, self._metrics = app, keys, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = _Visit(scope, receive, send)
        try:
            client = self._client(visit.headers, scope)
        except RequestError as error:
            await visit.refuse(error)
        else:
            scope["state"]["client"] = client
            await self._answer(visit)
        self._tell(visit)

    async def _answer(self, visit: _Visit) -> None:
        """Let the routes answer; a fault of theirs is an answer too, and is logged."""
        try:
            await self._app(visit.scope, visit.receive, visit.send)
        except Exception:  # noqa: BLE001 - whatever it was, the client gets an answer that it can read
            _log.exception("a request of %s failed", visit.scope["method"])
            if not visit.has_begun:
                await visit.refuse(
                    UnavailableError("expected an answer, found a fault of the service; it is logged")
                )

    def _client(self, headers: Headers, scope: Scope) -> str:
        """Return who asks: the name of the key, or without keys the address."""
        if self._keys is not None and scope["path"] not in OPEN:
            return self._keys.name(headers)
        return str((scope.get("client") or ("unknown",))[0])

    def _tell(self, visit: _Visit) -> None:
        # The route as it is written here, not as it was asked for: an address may hold anything.
        route = getattr(visit.scope.get("route"), "path", "none")
        seconds = time.perf_counter() - visit.started
        self._metrics.count_request(route, visit.status, seconds)
        facts: dict[str, Any] = {
            "request_id": visit.id,
            "method": visit.scope["method"],
            "route": route,
            "status": visit.status,
            "ms": round(1000 * seconds, 1),
            "bytes": visit.received,
        }
        if self._keys is not None:
            facts["key"] = visit.scope["state"].get("client")
        ACCESS.info("answered", extra={"facts": facts})


class _Visit:
    """One request on its way through."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self._receive, self._send = scope, receive, send
        self.headers = Headers(scope=scope)
        given = self.headers.get("x-request-id", "")
        self.id = given if _ID.fullmatch(given) else secrets.token_hex(8)
        self.started, self.status, self.received = time.perf_counter(), 499, 0
        self._more, self.has_begun = True, False
        scope.setdefault("state", {})["request_id"] = self.id

    async def receive(self) -> Message:
        message = await self._receive()
        self.received += len(message.get("body", b""))
        self._more = self._more and bool(message.get("more_body"))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            self.status = message["status"]
            headers = MutableHeaders(raw=message["headers"])
            headers.update({**_HEADERS, "x-request-id": self.id})
            if self._is_unread():
                await drain(Request(self.scope, self.receive))
            if self._is_unread():
                headers["connection"] = "close"
        await self._send(message)

    def _is_unread(self) -> bool:
        """Whether a part of the body was not read."""
        has_body = "content-length" in self.headers or "transfer-encoding" in self.headers
        return has_body and self.headers.get("content-length") != "0" and self._more

    async def refuse(self, error: ServiceError) -> None:
        """Answer a request that may not pass."""
        body = bytes(raw(Failure(error=problem_of(error), request_id=self.id)))
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        headers += [(b"www-authenticate", b"Bearer")] if error.status == 401 else []
        headers += [(b"retry-after", b"1")] if error.status == 503 else []
        await self.send({"type": "http.response.start", "status": error.status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})
