"""Measure how the frames of a clip are combined, on clips generated from photos that no network saw that scores them.

    python -m training.clips --config training/configs/X.toml [--clips N]

A scene is a photo over which a camera drifts: a moving crop, light that changes slowly, noise, and H.264. Everyday
clips show one photo for eight seconds, or four of one owner for two seconds each; product clips show one photo of a
product, or one among three everyday ones. Frames are chosen as `wildvision.clips` does. Needs the calibration of a run;
prints a table in Markdown: how often a single frame, the combined frames and their highest score reach review.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console

from training.calibration.record import Calibrated
from training.command import command, command_parser
from training.config import Config, add_config_arguments, config_of
from training.counting import counted
from training.data.samples import Sample, read_dataset
from training.learning.plan import plan_networks, scored_parts
from training.network.checkpoint import FinishedNetwork, load_network
from training.network.features import embed
from training.network.head import logits_of
from training.posts import MAXIMUM, combined
from training.records import read_record
from training.release.tables import markdown_table
from wildvision.clips import open_clip
from wildvision.decision import calibrated_scores
from wildvision.images import read_image
from wildvision.post_scores import EXPONENT
from wildvision.taxonomy import Kind

CLIPS = 100  # of each kind
SECONDS, RATE = 8, 10
SIDE = 256  # px, longer side of a frame: the photos have at most 272
CROP = 0.8  # of the photo's sides that a frame shows
DRIFT = 0.15  # of the brightness, up and down over a clip
NOISE = 4.0  # of 255, standard deviation
QUALITY = {"crf": "30"}  # of H.264: about what messengers send


class Made(NamedTuple):
    """A clip, and the network that has seen none of its photos.

    Attributes:
        kind: What it shows, in words.
        network: Its name.
        photos: One a scene.
        product: Column of what it shows; None: nothing.
    """

    kind: str
    network: str
    photos: tuple[Sample, ...]
    product: int | None = None


@dataclass(slots=True)
class Rates:
    """What became of the clips of one kind, each of them 0 or 1 but the frames."""

    frames: list[int] = field(default_factory=list[int])
    single: list[float] = field(default_factory=list[float])
    together: list[bool] = field(default_factory=list[bool])
    highest: list[bool] = field(default_factory=list[bool])


@command("training.clips")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; see the module's docstring."""
    parser = command_parser("training.clips", __doc__)
    add_config_arguments(parser)
    parser.add_argument("--clips", type=int, default=CLIPS, help=f"of each kind, {CLIPS} by default")
    options = parser.parse_args(arguments)
    Console().print(measure(config_of(options), options.clips), markup=False, highlight=False, soft_wrap=True)


def measure(config: Config, clips: int) -> str:
    """Return the table."""
    calibrated = read_record(Calibrated, config.folder.calibration)
    thresholds = calibrated.policies[calibrated.default_policy].thresholds
    limits = np.array(
        [
            limit.review if (limit := thresholds.get(entry.id)) and limit.review is not None else np.inf
            for entry in calibrated.categories
        ]
    )
    made = sorted(choose(config, calibrated, limits, clips), key=lambda clip: clip.network)
    found: dict[str, Rates] = {}
    name, network = "", None
    with counted("clips", len(made)) as advance:
        for number, clip in enumerate(made):
            if clip.network != name or network is None:
                name, network = clip.network, load_network(config.folder.network(clip.network))
            scores = scores_of(clip, network, calibrated, np.random.default_rng(number))
            note(found.setdefault(clip.kind, Rates()), scores, limits, clip.product)
            advance(1)
    return table_of(found)


def choose(config: Config, calibrated: Calibrated, limits: NDArray[np.float64], clips: int) -> Iterator[Made]:
    """Draw the photos of the clips; owners count alike, and products too."""
    dataset, rng = read_dataset(config.folder.dataset), np.random.default_rng(0)
    products = {
        entry.id: column
        for column, entry in enumerate(calibrated.categories)
        if entry.status == "supported"
        and np.isfinite(limits[column])
        and dataset.taxonomy.get(entry.id).kind is Kind.PRODUCT
    }
    by_owner: dict[tuple[str, str], list[Sample]] = {}
    shown: dict[str, list[tuple[str, Sample]]] = {product: [] for product in products}
    for plan, held_out in scored_parts(plan_networks(dataset, config), dataset):
        for sample in held_out:
            if sample.is_everyday and not sample.synthetic:
                by_owner.setdefault((plan.name, sample.owner), []).append(sample)
            for product in sample.labels & products.keys():
                shown[product].append((plan.name, sample))
    owners = [key for key, photos in sorted(by_owner.items()) if len(photos) >= 4]
    for _ in range(clips):
        network, owner = owners[rng.integers(len(owners))]
        photos = [by_owner[network, owner][n] for n in rng.permutation(len(by_owner[network, owner]))[:4]]
        yield Made("everyday, one scene", network, (photos[0],))
        yield Made("everyday, four scenes", network, tuple(photos))
        product = sorted(products)[int(rng.integers(len(products)))]
        network, sample = _of_an_owner(shown[product], rng)
        beside = [photo for (other, _), some in by_owner.items() if other == network for photo in some]
        yield Made("product, one scene", network, (sample,), products[product])
        if len(beside) >= 3:
            others = [beside[n] for n in rng.permutation(len(beside))[:3]]
            scenes = [others[n - 1] if n else sample for n in rng.permutation(4)]
            yield Made("product, one of four scenes", network, tuple(scenes), products[product])


def _of_an_owner(shown: Sequence[tuple[str, Sample]], rng: np.random.Generator) -> tuple[str, Sample]:
    owners = sorted({sample.owner for _, sample in shown})
    owner = owners[rng.integers(len(owners))]
    own = [entry for entry in shown if entry[1].owner == owner]
    return own[rng.integers(len(own))]


# --- clips ------------------------------------------------------------------------------------------------


def scores_of(
    clip: Made, finished: FinishedNetwork, calibrated: Calibrated, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return the calibrated scores of the frames that are looked at, (frames, K)."""
    with open_clip(encode(clip.photos, rng)) as (_, frames):
        pixels = [frame.pixels for frame in frames]
    logits = logits_of(finished.network, embed(finished.network, pixels, spec=finished.spec))
    return np.array([calibrated_scores(row, calibrated.categories) for row in logits])


def encode(photos: Sequence[Sample], rng: np.random.Generator) -> bytes:
    """Return an MP4 of all scenes, `SECONDS` long."""
    sources = [Image.fromarray(read_image(photo.path).pixels) for photo in photos]
    width, height = _even(sources[0])
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE, options=QUALITY)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.thread_count = 1
        number = 0
        for source in sources:
            for pixels in drifting(source, width, height, SECONDS * RATE // len(sources), rng):
                frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
                frame.pts, frame.time_base, number = number, Fraction(1, RATE), number + 1
                container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file.getvalue()


def _even(image: Image.Image) -> tuple[int, int]:
    """Return the size of frames of a photo: H.264 halves the resolution of colours."""
    scale = SIDE / max(image.size)
    return max(2, 2 * round(scale * image.width / 2)), max(2, 2 * round(scale * image.height / 2))


def drifting(
    image: Image.Image, width: int, height: int, frames: int, rng: np.random.Generator
) -> Iterator[NDArray[np.uint8]]:
    """Yield what a camera sees that drifts over a photo, (H, W, 3), uint8."""
    start, end = rng.random(2) * (1 - CROP), rng.random(2) * (1 - CROP)
    phase = rng.random() * 2 * np.pi
    for number in range(frames):
        left, top = (start + (end - start) * number / max(frames - 1, 1)) * image.size
        box = (left, top, left + CROP * image.width, top + CROP * image.height)
        seen = np.asarray(image.resize((width, height), Image.Resampling.BILINEAR, box=box), np.float32)
        light = 1 + DRIFT * np.sin(phase + 2 * np.pi * number / frames)
        noise = rng.normal(0, NOISE, seen.shape).astype(np.float32)
        yield np.clip(seen * light + noise, 0, 255).astype(np.uint8)


# --- rates ------------------------------------------------------------------------------------------------


def note(rates: Rates, scores: NDArray[np.float64], limits: NDArray[np.float64], product: int | None) -> None:
    """Note whether a clip reaches review: of its product, or of any where it shows none."""
    columns = slice(None) if product is None else slice(product, product + 1)
    rates.frames.append(len(scores))
    rates.single.append(float((scores >= limits)[:, columns].any(axis=1).mean()))
    for exponent, reached in ((EXPONENT, rates.together), (MAXIMUM, rates.highest)):
        reached.append(bool((combined(scores[None], exponent)[0] >= limits)[columns].any()))


def table_of(found: dict[str, Rates]) -> str:
    """Return the rates of all kinds."""
    rows = [
        (
            kind,
            len(rates.frames),
            f"{np.mean(rates.frames):.1f}",
            *(f"{np.mean(reached):.1%}" for reached in (rates.single, rates.together, rates.highest)),
        )
        for kind, rates in sorted(found.items())
    ]
    heads = ("clip", "clips", "frames looked at", "a single frame", "combined", "highest score")
    return markdown_table(heads, rows)


if __name__ == "__main__":
    main()
