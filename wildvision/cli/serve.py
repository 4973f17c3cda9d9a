"""``wildvision serve``: the service that platforms put behind their own tools."""

from __future__ import annotations

import sys
from typing import Any

import click

from wildvision.cli.options import LocalPath, model_options, pixels_option
from wildvision.cli.output import Refusal
from wildvision.errors import ModelError, ServiceError
from wildvision.images import DEFAULT_LIMITS

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SIZE = click.IntRange(1)


@click.command(
    short_help="Answer over HTTP: classify, hash, explain.",
    context_settings={"auto_envvar_prefix": "WILDVISION_SERVE"},
)
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where to listen.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any that is free."
)
@model_options
@click.option(
    "--workers", type=_SIZE, metavar="N", help="Processes that score. [default: one a core, at least 2]"
)
@click.option("--keys", type=LocalPath(dir_okay=False), metavar="FILE", help="Let in these keys only.")
@click.option(
    "--bank",
    type=LocalPath(dir_okay=False),
    metavar="FILE",
    help="Hashes of known pictures.",
)
@click.option(
    "--url-host",
    multiple=True,
    metavar="NAME[:PORT]",
    help="Fetch addresses of this host; *.NAME: of those below.",
)
@click.option(
    "--url-network", multiple=True, metavar="CIDR", help="Fetch from this network though it is not public."
)
@click.option("--url-http", is_flag=True, help="Fetch from addresses of http too, not of https only.")
@click.option(
    "--label-studio", metavar="ADDRESS", help="Of a Label Studio that asks /label-studio for predictions."
)
@click.option("--label-studio-token", metavar="TOKEN", help="For its files; better given by environment.")
@pixels_option
@click.option(
    "--max-image-bytes",
    type=_SIZE,
    default=32 * 2**20,
    show_default=True,
    metavar="N",
    help="Of an image; above: 413.",
)
@click.option(
    "--max-request-bytes",
    type=_SIZE,
    default=64 * 2**20,
    show_default=True,
    metavar="N",
    help="Of a request; above: 413.",
)
@click.option(
    "--max-buffered-bytes",
    type=_SIZE,
    default=256 * 2**20,
    show_default=True,
    metavar="N",
    help="Of all requests at once; above: 503.",
)
@click.option("--max-images", type=_SIZE, default=32, show_default=True, metavar="N", help="In a request.")
@click.option(
    "--max-waiting", type=_SIZE, default=64, show_default=True, metavar="N", help="Images; above: 503."
)
@click.option(
    "--max-per-client",
    type=_SIZE,
    default=32,
    show_default=True,
    metavar="N",
    help="Requests at once; above: 429.",
)
@click.option(
    "--max-connections",
    type=_SIZE,
    default=1024,
    show_default=True,
    metavar="N",
    help="Open at once; above: closed.",
)
@click.option(
    "--timeout", type=click.FloatRange(0.1), default=30.0, show_default=True, metavar="S", help="To answer."
)
@click.option(
    "--read-timeout",
    type=click.FloatRange(0.1),
    default=20.0,
    show_default=True,
    metavar="S",
    help="To be sent a request.",
)
@click.option("--new-key", metavar="NAME", help="Print a new key and its line for --keys, and end.")
def serve(new_key: str | None, **options: Any) -> None:
    """Answer over HTTP what the library answers, with the same results and errors.

    POST /v1/classify, /v1/explain, /v1/posts and /v1/hash take images as the raw body, as a form, or as JSON. GET
    /v1/taxonomy, /v1/model, /healthz, /readyz, /metrics and /openapi.json describe the rest.

    Every option can be given by environment too: --max-images as WILDVISION_SERVE_MAX_IMAGES. A policy's file is read
    again when it changes, and on SIGHUP. SIGTERM and Control-C answer what was accepted, then end.

    Exit status: 0 ended, 2 an unusable model, policy, key file or port, or the extra `serve` is missing.
    """
    try:
        from wildvision.serve.keys import new_key as make_key  # noqa: PLC0415  only this command needs them
        from wildvision.serve.logs import log_to  # noqa: PLC0415
        from wildvision.serve.run import make_service  # noqa: PLC0415
        from wildvision.serve.run import serve as run  # noqa: PLC0415
    except ImportError as error:
        raise Refusal(
            f"the service needs {error.name}; install wildvision with its extra `serve`, e.g. "
            "`pip install '.[serve]'` in a checkout"
        ) from error
    try:
        if new_key is not None:
            key, line = make_key(new_key)
            click.echo(f"key, shown only now: {key}\nline for --keys:      {line}")
            return
        log_to(sys.stderr)
        service = make_service(_options(options))
        if options["host"] not in _LOOPBACK and service.keys is None:
            click.echo(f"whoever reaches {options['host']} may ask: no --keys were given", err=True)
        run(
            service,
            announce=lambda address: click.echo(f"answering on {address}; Control-C ends the service"),
        )
    except (ServiceError, ModelError) as error:
        raise Refusal(str(error)) from error


def _options(given: dict[str, Any]) -> Any:
    from wildvision.serve.options import RequestLimits, ServeOptions, UrlRules  # noqa: PLC0415

    limits = RequestLimits(
        image_bytes=given["max_image_bytes"],
        request_bytes=given["max_request_bytes"],
        buffered_bytes=given["max_buffered_bytes"],
        pixels=given["max_pixels"] or DEFAULT_LIMITS.max_pixels,
        images=given["max_images"],
        waiting=given["max_waiting"],
        per_client=given["max_per_client"],
        connections=given["max_connections"],
        seconds=given["timeout"],
        read_seconds=given["read_timeout"],
    )
    urls = UrlRules(
        hosts=given["url_host"],
        networks=given["url_network"],
        schemes=("https", "http") if given["url_http"] else ("https",),
    )
    names = ("model", "policy", "precision", "workers", "host", "port", "keys", "bank")
    names += ("label_studio", "label_studio_token")
    return ServeOptions(**{name: given[name] for name in names}, limits=limits, urls=urls)
