"""The service: what its routes answer with, and the desk that takes requests with images."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from starlette.requests import Request

from wildvision.errors import RequestError
from wildvision.manifest import Manifest
from wildvision.serve.answers import Reply
from wildvision.serve.inputs import Reader
from wildvision.serve.jobs import Job
from wildvision.serve.keys import Keys
from wildvision.serve.metrics import Metrics
from wildvision.serve.options import ServeOptions
from wildvision.serve.policies import Policies
from wildvision.serve.pool import Pool
from wildvision.serve.urls import TaskImages


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the routes answer with.

    Attributes:
        options: How the service is run.
        manifest: Of the model.
        pool: Scores.
        policies: Judge.
        reader: Of requests.
        metrics: Count.
        tasks: Where images of Label Studio's tasks come from.
        keys: Let in; None: everybody may ask.
    """

    options: ServeOptions
    manifest: Manifest
    pool: Pool
    policies: Policies
    reader: Reader
    metrics: Metrics
    tasks: TaskImages
    keys: Keys | None = None

    def reload(self) -> bool:
        """Read the policy again; returns whether it was one."""
        is_new = self.policies.reload()
        self.metrics.count_reload(is_new)
        return is_new


class Desk:
    """Takes requests with images as long as there is room, and has their images answered.

    Args:
        service: Whose pool answers.
    """

    def __init__(self, service: Service) -> None:
        self._service, self._limits = service, service.options.limits
        self._at_once: dict[str, int] = {}  # requests by client

    @contextlib.asynccontextmanager
    async def body(self, request: Request) -> AsyncGenerator[bytes]:
        """Read a request's body; its room and its client's turn are given back when it is answered.

        Raises:
            RequestError: The client has too many requests at once (429), or the body is refused.
            UnavailableError: There is no room for it.
        """
        client: str = request.state.client
        reserved: list[int] = []
        self._enter(client)
        try:
            if not self._service.pool.line.has_room():
                raise self._service.pool.line.is_full()
            yield await self._service.reader.body(request, reserved)
        finally:
            self._service.reader.release(reserved)
            self._leave(client)

    def _enter(self, client: str) -> None:
        most, found = self._limits.per_client, self._at_once.get(client, 0)
        if found >= most:
            raise RequestError(
                f"expected at most {most} requests of a client at once, found more; wait for an answer",
                status=429,
                retry_after_s=1,
            )
        self._at_once[client] = found + 1

    def _leave(self, client: str) -> None:
        self._at_once[client] -= 1
        if not self._at_once[client]:
            del self._at_once[client]

    async def ask(self, request: Request, jobs: Sequence[Job]) -> list[Reply]:
        """Have jobs answered, unless who asked goes away before.

        Args:
            request: Whose body was read.
            jobs: All of it.

        Raises:
            UnavailableError: There is no room for them.
        """
        asked = asyncio.ensure_future(self._service.pool.answer(jobs, self._limits.seconds))
        gone = asyncio.ensure_future(request.receive())  # after the body, this ends when the connection does
        try:
            await asyncio.wait({asked, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not asked.done():
                raise RequestError("expected a client that waits, found that it went away", status=499)
            replies = asked.result()
        finally:
            asked.cancel()
            gone.cancel()
        self._count(replies)
        return replies

    def _count(self, replies: Sequence[Reply]) -> None:
        for reply in replies:
            if reply.is_result and reply.verdict:
                self._service.metrics.count_image(reply.verdict)
            elif not reply.is_result:
                self._service.metrics.count_error(reply.problem.type)
