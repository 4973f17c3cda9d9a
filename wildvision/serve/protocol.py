"""The connection: uvicorn's, with an end to clients that send a head or read an answer too slowly."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


class BoundedProtocol(H11Protocol):
    """A connection that does not wait forever.

    uvicorn itself ends a connection that is silent between two requests, but waits forever for a head that comes byte
    by byte ("slow loris"), and its own limit on connections counts those that have sent a head.

    Attributes:
        patience_s: From the connection, or the first byte of a further request, to the end of its head; and to read an
            answer that does not fit into the buffers.
        most: Connections that are open at once.
    """

    patience_s = 20.0
    most = 1024

    _head: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Wait for the head of a request, or close at once what is too much."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            transport.abort()
        else:
            self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Take what came, and see whether a head is complete now."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._head is None and not self.transport.is_closing():
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget both timers."""
        self._stop_waiting()
        self._is_read()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Wait for a client that does not read its answer."""
        super().pause_writing()
        self._unread = self.loop.call_later(self.patience_s, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on with a client that read."""
        super().resume_writing()
        self._is_read()

    def _is_read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _wait_for_head(self) -> None:
        self._head = self.loop.call_later(self.patience_s, self._give_up)

    def _stop_waiting(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _give_up(self) -> None:
        self._head = None
        if self.conn.their_state is h11.IDLE:
            self.transport.abort()


def bounded_protocol(*, patience_s: float, most: int) -> type[BoundedProtocol]:
    """Return the protocol with these bounds, as uvicorn takes it."""
    return type("Bounded", (BoundedProtocol,), {"patience_s": patience_s, "most": most})
