"""Logs: one JSON object a line, about requests and never about what is in an image, its name or its address."""

from __future__ import annotations

import datetime as dt
import json
import logging
from typing import Any, TextIO

ACCESS = logging.getLogger("wildvision.serve.access")
"""Gets one record for each request; its facts are in the record's attribute ``facts``."""


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return time, level, logger, message and facts; of an exception its kind and where it was raised."""
        facts: dict[str, Any] = getattr(record, "facts", {})
        time = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"time": time, "level": record.levelname.lower(), "logger": record.name}
        line |= {"message": record.getMessage(), **facts}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def log_to(stream: TextIO) -> None:
    """Send what the service and its server say to a stream; for whoever owns the process, such as the command."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    for name, level in _LEVELS.items():
        logging.getLogger(name).setLevel(level)


# The parser of forms cites what it read, and the client for addresses those: neither belongs into a log.
_LEVELS = {
    "": logging.WARNING,
    "wildvision": logging.INFO,
    "python_multipart": logging.CRITICAL,
    "httpx": logging.ERROR,
}
