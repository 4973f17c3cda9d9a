"""Metrics for Prometheus: counts and times of requests, images and processes; of an image, its verdict only."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The counters of one service, in a registry of its own."""

    def __init__(self) -> None:
        # Imported here: it looks at the process as soon as it is imported.
        self._client: Any = importlib.import_module("prometheus_client")
        self.registry: Any = self._client.CollectorRegistry()
        counter, own = self._client.Counter, {"registry": self.registry}
        self._requests = counter(
            "wildvision_requests", "Requests that were answered", ["route", "status"], **own
        )
        self._seconds = self._client.Histogram(
            "wildvision_request_seconds",
            "From the head of a request to its answer",
            ["route"],
            buckets=_BUCKETS,
            **own,
        )
        self._images = counter("wildvision_images", "Images by verdict", ["verdict"], **own)
        self._errors = counter("wildvision_errors", "Images and requests without a result", ["type"], **own)
        self._deaths = counter("wildvision_process_deaths", "Scoring processes that ended at work", **own)
        self._reloads = counter(
            "wildvision_policy_reloads", "Times that the policy was read again", ["outcome"], **own
        )
        self._client.ProcessCollector(**own)

    def watch(self, name: str, text: str, read: Callable[[], float]) -> None:
        """Show a value that is read when it is asked for."""
        self._client.Gauge(name, text, registry=self.registry).set_function(read)

    def count_request(self, route: str, status: int, seconds: float) -> None:
        """Count an answered request."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def count_image(self, verdict: str) -> None:
        """Count an image with a verdict."""
        self._images.labels(verdict).inc()

    def count_error(self, kind: str) -> None:
        """Count an image or a request without a result."""
        self._errors.labels(kind).inc()

    def count_death(self) -> None:
        """Count a scoring process that ended at work."""
        self._deaths.inc()

    def count_reload(self, is_new: bool) -> None:
        """Count that the policy was read again."""
        self._reloads.labels("new" if is_new else "refused").inc()

    def text(self) -> bytes:
        """Return everything as Prometheus reads it."""
        return self._client.generate_latest(self.registry)
