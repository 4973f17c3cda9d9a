"""The page as a running server."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from wildvision.archive.decide import scan_classifier
from wildvision.errors import ScanError
from wildvision.listener import listen
from wildvision.manifest import Policy
from wildvision.review.app import Review, build_app
from wildvision.review.pictures import Pictures, Shown
from wildvision.review.queue import Queue
from wildvision.review.security import Gate
from wildvision.taxonomy import load_taxonomy

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewOptions:
    """How a review is run.

    Attributes:
        reviewer: Who decides.
        second: Whether this reviewer looks, blind, at what others decided, and at nothing else.
        budget: Cards that a day has room for; None: nobody said.
        case_id: Of the case that decisions belong to; empty: of none.
        policy: Thresholds to decide verdicts by; None: as they are stored.
        model: The scan's model or its directory; None: as the scan says.
        host: Address to listen on.
        port: To listen on; 0: any that is free.
    """

    reviewer: str
    second: bool = False
    budget: int | None = None
    case_id: str = ""
    policy: str | Policy | None = None
    model: str | None = None
    host: str = "127.0.0.1"
    port: int = 0


def open_review(results: Path, options: ReviewOptions) -> Review:
    """Read the scan and begin to look for its images.

    Raises:
        ScanError: The folder holds no scan, or its decisions cannot be read.
        ModelError: The model or the policy cannot be used.
    """
    queue = Queue(
        results,
        reviewer=options.reviewer,
        second=options.second,
        policy=options.policy,
        model=options.model,
    )
    classifier = scan_classifier(queue.facts, options.model)
    return Review(
        queue=queue,
        pictures=Pictures(
            {card.shown.id: Shown(frame_s=card.shown.frame_s, part=card.shown.apart) for card in queue.cards},
            queue.facts,
            classifier,
        ),
        taxonomy=classifier.manifest.taxonomy if classifier else load_taxonomy(),
        budget=options.budget,
        case_id=options.case_id,
    )


def serve(review: Review, options: ReviewOptions, *, announce: Callable[[str], None], browse: bool) -> None:
    """Serve the page until the process is interrupted.

    Args:
        review: From `open_review`.
        options: Where to listen.
        announce: Is told the link, with its token.
        browse: Whether to open it in the user's browser.

    Raises:
        ScanError: The port cannot be used.
    """
    gate = Gate()
    config = uvicorn.Config(
        build_app(review, gate),
        host=options.host,
        port=options.port,
        log_level="warning",
        server_header=False,
    )
    try:
        listener, _ = listen(config)
    except OSError as error:
        raise ScanError(
            f"expected a free port, found that {options.host}:{options.port} cannot be used; choose another --port"
        ) from error
    port = listener.getsockname()[1]
    gate.hosts.update(f"{name}:{port}" for name in (*LOOPBACK, "[::1]", options.host))
    link = f"http://{options.host}:{port}/?token={gate.token}"
    announce(link)
    if browse:
        webbrowser.open(link)
    uvicorn.Server(config).run(sockets=[listener])
