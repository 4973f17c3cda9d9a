"""The running service: one process that keeps the connections, and those that score."""

from __future__ import annotations

import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import uvicorn

from wildvision.errors import ServiceError
from wildvision.joint import merge
from wildvision.listener import listen
from wildvision.manifest import find_models, load_manifest
from wildvision.serve.app import build_app
from wildvision.serve.inputs import Reader
from wildvision.serve.keys import read_keys
from wildvision.serve.metrics import Metrics
from wildvision.serve.options import ServeOptions
from wildvision.serve.policies import Policies
from wildvision.serve.pool import Pool
from wildvision.serve.protocol import bounded_protocol
from wildvision.serve.scoring import Setup
from wildvision.serve.service import Service
from wildvision.serve.urls import Fetcher, TaskImages, task_images

_KEEP_ALIVE_S = 20  # between two requests of a connection
_HEAD_BYTES = 16 * 1024  # of a request


def make_service(options: ServeOptions) -> Service:
    """Read what the options name, and prepare the processes without starting them.

    Raises:
        ModelError: The model or the policy cannot be used.
        ServiceError: The keys or the bank cannot be read.
    """
    manifests = [load_manifest(directory) for directory in find_models(options.model)]
    manifest = merge(manifests)[0] if len(manifests) > 1 else manifests[0]
    metrics, limits = Metrics(), options.limits
    setup = Setup(
        model=options.model,
        precision=options.precision,
        threads=options.threads,
        limits=limits.of_an_image,
        bank=options.bank,
    )
    pool = Pool(setup, count=options.processes, waiting=limits.waiting, on_death=metrics.count_death)
    fetcher = Fetcher(rules=options.urls, most=limits.image_bytes) if options.urls.hosts else None
    service = Service(
        options=options,
        manifest=manifest,
        pool=pool,
        policies=Policies(manifest, options.policy),
        reader=Reader(limits, fetcher),
        metrics=metrics,
        keys=read_keys(options.keys) if options.keys else None,
        tasks=_tasks(options, fetcher),
    )
    _watch(service)
    return service


def _tasks(options: ServeOptions, fetcher: Fetcher | None) -> TaskImages:
    if options.label_studio is None:
        return TaskImages(fetcher=fetcher)
    return task_images(
        options.label_studio, options.label_studio_token, options.urls, most=options.limits.image_bytes
    )


def _watch(service: Service) -> None:
    watch, pool, buffer = service.metrics.watch, service.pool, service.reader.buffer
    watch("wildvision_processes_ready", "Scoring processes that can take an image", lambda: pool.ready)
    watch("wildvision_waiting", "Images that wait or are worked on", lambda: len(pool.line))
    watch("wildvision_buffered_bytes", "Bytes of bodies that are held", lambda: buffer.held)


def serve(service: Service, *, announce: Callable[[str], None]) -> None:
    """Answer requests until the process is asked to end (SIGTERM, SIGINT); then answer what was accepted.

    Args:
        service: From `make_service`.
        announce: Is told the address when requests can be answered.

    Raises:
        ServiceError: The port cannot be used, or no process can score.
    """
    options, limits = service.options, service.options.limits
    config = uvicorn.Config(
        build_app(service),
        host=options.host,
        port=options.port,
        http=bounded_protocol(patience_s=limits.read_seconds, most=limits.connections),
        ws="none",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=_HEAD_BYTES,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=int(limits.seconds + limits.read_seconds) + 1,
    )
    try:
        listener, address = listen(config)
    except OSError as error:
        raise ServiceError(
            f"expected a free port, found that {options.host}:{options.port} cannot be used; choose another --port"
        ) from error
    service.pool.start()
    try:
        announce(f"http://{address}")
        with _signals(service):
            uvicorn.Server(config).run(sockets=[listener])
    finally:
        service.pool.close()


@contextmanager
def _signals(service: Service) -> Generator[None]:
    """Read the policy again on SIGHUP; let the end be an ordinary one, for the server sends itself its signal again."""
    before: dict[signal.Signals, Any] = {}

    def reload(_number: int, _frame: object) -> None:
        service.reload()

    def end(_number: int, _frame: object) -> None:
        """Nothing is left to be ended."""

    for name, handle in {"SIGHUP": reload, "SIGINT": end, "SIGTERM": end}.items():
        if number := getattr(signal, name, None):  # SIGHUP is not everywhere
            before[number] = signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
