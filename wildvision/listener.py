"""The port that a page or a service listens on, taken before anything else is started."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import uvicorn


def listen(config: uvicorn.Config) -> tuple[Any, str]:
    """Take the port of a server, so that whoever connects from now on waits and is not refused.

    Args:
        config: Its address and port; port 0: any that is free.

    Returns:
        The socket, and ``host:port`` as a client writes it.

    Raises:
        OSError: The port cannot be used.
    """
    said = logging.getLogger("uvicorn.error")  # what it says of a used port, the caller says
    level = said.level
    said.setLevel(logging.CRITICAL)
    try:
        listener = config.bind_socket()
    except SystemExit as error:
        raise OSError(f"{config.host}:{config.port} cannot be used") from error
    finally:
        said.setLevel(level)
    listener.listen(config.backlog)
    host = f"[{config.host}]" if ":" in config.host else config.host
    return listener, f"{host}:{listener.getsockname()[1]}"
