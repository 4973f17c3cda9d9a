"""Options of the service: what it answers with, where, and how much a request may ask for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from wildvision.errors import ServiceError
from wildvision.images import DEFAULT_LIMITS, ImageLimits
from wildvision.manifest import Model
from wildvision.model_folder import Precision
from wildvision.runtime import available_cpus
from wildvision.serve.networks import check_networks

MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLimits:
    """What a request may ask for; all are chosen for a machine with 4 GB, none is measured.

    Attributes:
        image_bytes: Size of one encoded image.
        request_bytes: Size of a request's body, whatever its form.
        pixels: Width times height of an image, as in `ImageLimits.max_pixels`.
        images: In one request.
        seconds: From the moment a request was read until it is answered; who works longer is ended.
        read_seconds: For the head of a request, and once more for its body.
        waiting: Images that wait or are worked on; a request that would be above is refused (503).
        per_client: Requests at once of one key, or without keys of one address; above, they are refused (429).
        buffered_bytes: Of bodies that are held at once, over all requests; above, they are refused (503).
        connections: That are open at once; further ones are closed unanswered.
    """

    image_bytes: int = 32 * MEBIBYTE
    request_bytes: int = 64 * MEBIBYTE
    pixels: int = DEFAULT_LIMITS.max_pixels
    images: int = 32
    seconds: float = 30.0
    read_seconds: float = 20.0
    waiting: int = 64
    per_client: int = 32
    buffered_bytes: int = 256 * MEBIBYTE
    connections: int = 1024

    def __post_init__(self) -> None:
        """Refuse limits under which a request of the allowed size could never be answered."""
        _at_least(self.waiting, self.images, "--max-waiting", "--max-images")
        _at_least(self.request_bytes, self.image_bytes, "--max-request-bytes", "--max-image-bytes")
        _at_least(self.buffered_bytes, self.request_bytes, "--max-buffered-bytes", "--max-request-bytes")

    @property
    def of_an_image(self) -> ImageLimits:
        """The same as the classifier takes them."""
        return ImageLimits(max_bytes=self.image_bytes, max_pixels=self.pixels)


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlRules:
    """Which addresses are fetched; without a host, none is.

    Attributes:
        hosts: Names that an address may have, or ``*.example.org`` for every name below that one; with the port of the
            scheme, or the one that is named: ``example.org:8443``.
        networks: Of these, such as ``10.0.0.0/8``, addresses may be reached though they are not public.
        schemes: ``https``, and ``http`` only where it is asked for.
        trusted: ``host:port`` of servers that may be fetched from wherever they lead, with any scheme.
        seconds: For all of a fetch, redirects included.
        redirects: That are followed at most, each checked like the first address.
    """

    hosts: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ("https",)
    trusted: tuple[str, ...] = ()
    seconds: float = 10.0
    redirects: int = 3

    def __post_init__(self) -> None:
        """Refuse networks that are none, before the first request finds out."""
        check_networks(self.networks)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """How the service is run.

    Attributes:
        model: As for `Classifier`.
        policy: Name of a policy of the model or path of a JSON file, which is read again when it changes; None: the
            model's default.
        precision: Which of the model's networks.
        workers: Processes that decode and score, one image each at a time; None: one for each core, and at least two,
            so that one that is at a large picture does not keep the others waiting.
        host: Address to listen on.
        port: To listen on; 0: any that is free.
        keys: File of hashed API keys (`wildvision.serve.keys`); None: whoever reaches the port may ask.
        bank: File of hashes of known pictures (`wildvision.archive.likeness.banks`) that ``/v1/hash`` looks in; None:
            it only hashes.
        label_studio: Address of a Label Studio that asks for predictions; the images of its tasks are fetched there.
        label_studio_token: Shown to it.
        limits: What a request may ask for.
        urls: Which addresses are fetched.
    """

    model: Model | None = None
    policy: str | None = None
    precision: Precision = "float32"
    workers: int | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    keys: Path | None = None
    bank: Path | None = None
    label_studio: str | None = None
    label_studio_token: str | None = None
    limits: RequestLimits = field(default_factory=RequestLimits)
    urls: UrlRules = field(default_factory=UrlRules)

    @property
    def processes(self) -> int:
        """How many processes score."""
        return self.workers or max(2, available_cpus())

    @property
    def threads(self) -> int:
        """Threads of the network in each process, so that all together have the cores."""
        return max(1, available_cpus() // self.processes)


def _at_least(value: int, least: int, name: str, other: str) -> None:
    if value < least:
        raise ServiceError(
            f"expected {name} to be at least {other} ({least:,}), found {value:,}; raise the one or lower the other"
        )
