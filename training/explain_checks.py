"""Check explanations as the literature does: pointing, deletion and insertion, randomised models.

    python -m training.explain_checks --config training/configs/X.toml --model models/ID --masks masks.npz

Pointing (Zhang et al. 2018, "Top-down neural attention by excitation backprop"): does the map's highest place lie on
the thing, in renderings whose subject's mask is known? Deletion and insertion (Petsiuk et al. 2018, "RISE"): how fast
the score falls when what the map names is blurred first, and rises when it is shown first, against a random order and
the distance from the centre. Randomised models (Adebayo et al. 2018, "Sanity checks for saliency maps"): maps of a
model whose weights were shuffled must not look like those of the model. Photos are of owners left out, each seen by
the model of its fold; renderings taught every model, so pointing is measured on what they know.

Prints what was measured and writes it to ``RUN/explained.json``, from where `training.report` takes it into the card.
Overlays for a person to look at: `training.overlays`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper
from PIL import Image, ImageFilter
from rich.console import Console

from training.command import command, command_parser
from training.config import Config, add_config_arguments, config_of
from training.errors import DatasetError
from training.evaluation.held_out_hits import held_out_hits
from training.evaluation.looking import Areas, Explained, Pointing, model_facts
from training.records import write_record
from wildvision import Classifier, Explanation
from wildvision.heads import HEADS_FILE
from wildvision.images import read_image
from wildvision.manifest import FileRecord
from wildvision.model_folder import MANIFEST, NETWORKS

UInt8Image = NDArray[np.uint8]
Order = NDArray[np.float64]  # (H, W): what is shown or blurred first has the highest values
STEPS = 8  # in which a picture is deleted or inserted
CELL = 16  # px along which a random order is the same: single pixels would hide nothing
TOLERANCE = 2  # cells of a mask, 4 % of a side: 15 px of a VOC photo of 375, as Zhang et al. allow
RENDERINGS = Path("training/synth/set")


@command("training.explain_checks")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; see the module's docstring."""
    parser = command_parser("training.explain_checks", __doc__)
    add_config_arguments(parser)
    parser.add_argument("--model", type=Path, required=True, help="directory of the run's release")
    parser.add_argument("--out", type=Path, help="the record; default: explained.json in the run's directory")
    parser.add_argument("--photos", type=int, default=50, help="held-out hits")
    parser.add_argument("--masks", type=Path, required=True, help="from python -m training.synth.masks")
    options = parser.parse_args(arguments)
    config = config_of(options)
    with tempfile.TemporaryDirectory() as scratch:
        found = Explained(
            **model_facts(options.model),
            **pointing(options.model, options.masks),
            **held_out_checks(config, options, Path(scratch)),
        )
    write_record(found, options.out or config.folder.explained)
    _print(found)


# --- pointing -----------------------------------------------------------------------------------------------


def pointing(model: Path, masks: Path) -> dict[str, Any]:
    """Return the fields of `Explained` that say whether a map's highest place is on the thing."""
    classifier = Classifier(model, threads=1, detail="fast")
    products = set(classifier.manifest.product_ids)
    rows = _rows_by_path()
    hits: dict[str, list[bool]] = {}
    centre = list[bool]()
    with np.load(masks) as stored:
        known = list(zip(stored["paths"].tolist(), stored["masks"], strict=True))
    for path, mask in known:
        image = read_image(RENDERINGS / path).pixels
        for product in products & set(rows[path]["labels"].split(";")):
            found = classifier.explain(image, product)
            hits.setdefault(product, []).append(_is_on(_highest(found.map), mask))
            centre.append(_is_on((0.5, 0.5), mask))
    every = [hit for own in hits.values() for hit in own]
    return {
        "renderings": len(every),
        "on_thing": float(np.mean(every)),
        "centre_on_thing": float(np.mean(centre)),
        "by_product": {
            product: Pointing(renderings=len(own), on_thing=float(np.mean(own)))
            for product, own in sorted(hits.items())
        },
    }


def _rows_by_path() -> dict[str, dict[str, Any]]:
    lines = (RENDERINGS / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["path"]: row for row in map(json.loads, lines)}


def _highest(evidence: NDArray[np.float32]) -> tuple[float, float]:
    """Return the place of the highest value, 0 to 1 across and down."""
    row, column = np.unravel_index(int(evidence.argmax()), evidence.shape)
    return (float(column) + 0.5) / evidence.shape[1], (float(row) + 0.5) / evidence.shape[0]


def _is_on(place: tuple[float, float], mask: NDArray[np.bool_]) -> bool:
    """Return whether a place is within `TOLERANCE` cells of the mask, of 48 x 48."""
    rows, columns = mask.shape
    row, column = int(place[1] * rows), int(place[0] * columns)
    around = slice(max(0, row - TOLERANCE), row + TOLERANCE + 1)
    beside = slice(max(0, column - TOLERANCE), column + TOLERANCE + 1)
    return bool(mask[around, beside].any())


# --- held-out photos ----------------------------------------------------------------------------------------


def held_out_checks(config: Config, options: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    """Return the other fields of `Explained`: held-out hits, deleted, inserted, and beside maps of shuffled models."""
    curves: dict[str, list[float]] = {}
    alike: dict[str, list[float]] = {"head_shuffled": [], "network_shuffled": []}
    shuffled: dict[Path, dict[str, Classifier]] = {}
    explained = 0
    for hit in held_out_hits(config, options.model, scratch, count=options.photos, detail="fast"):
        explained += 1
        found = hit.explanation
        if hit.directory not in shuffled:
            shuffled = {hit.directory: _shuffled(hit.directory, scratch)}  # those of one fold at a time
        for key, area in _areas(hit.classifier, found).items():
            curves.setdefault(key, []).append(area)
        for key, other in shuffled[hit.directory].items():
            again = other.explain(found.pixels, found.category).map
            alike[key].append(_correlation(found.map, again))
    if not explained:
        raise DatasetError("expected hits on photos of owners left out, found none; give more --photos")
    return {
        "photos": explained,
        **{kind: _mean_areas(curves, kind) for kind in ("deletion", "insertion")},
        **{key: float(np.mean(np.abs(values))) for key, values in alike.items()},
    }


def _mean_areas(curves: dict[str, list[float]], kind: str) -> Areas:
    means = {name: float(np.mean(curves[f"{kind}, {name}"])) for name in ("map", "centre", "random")}
    return Areas(**means)


def _areas(classifier: Classifier, found: Explanation) -> dict[str, float]:
    """Return the mean log-odds while a picture is deleted and inserted in three orders."""
    height, width = found.map.shape
    rng = np.random.default_rng(0)
    rows, columns = (grid.astype(np.float64) for grid in np.mgrid[:height, :width])
    random: Order = rng.random((height // CELL + 1, width // CELL + 1))
    distance: Order = np.sqrt(np.square(rows / height - 0.5) + np.square(columns / width - 0.5))
    orders: dict[str, Order] = {
        "map": found.map.astype(np.float64),
        "random": np.kron(random, np.ones((CELL, CELL)))[:height, :width].astype(np.float64),
        "centre": -distance,
    }
    blurred = np.asarray(
        Image.fromarray(found.pixels).filter(ImageFilter.GaussianBlur(max(height, width) / 12))
    )
    score = _scorer(classifier, found.category)
    return {
        f"{kind}, {name}": float(np.mean([score(picture) for picture in _steps(first, then, order)]))
        for name, order in orders.items()
        for kind, first, then in (
            ("deletion", found.pixels, blurred),
            ("insertion", blurred, found.pixels),
        )
    }


def _scorer(classifier: Classifier, category: str) -> Callable[[UInt8Image], float]:
    """Return what gives the calibrated log-odds of a category, at most 1e-6 from certain."""

    def log_odds(picture: UInt8Image) -> float:
        score = min(max(classifier.classify(picture).score(category), 1e-6), 1 - 1e-6)
        return float(np.log(score / (1 - score)))

    return log_odds


def _steps(first: UInt8Image, then: UInt8Image, order: Order) -> Iterator[UInt8Image]:
    """Yield a picture while more and more of another replaces it, from the highest values down."""
    ranks = np.argsort(np.argsort(-order, axis=None)).reshape(order.shape) / order.size
    for step in range(STEPS + 1):
        yield np.where((ranks < step / STEPS)[..., None], then, first).astype(np.uint8)


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Return Spearman's rank correlation of two maps."""
    first, second = (np.argsort(np.argsort(values, axis=None)) for values in (one, other))
    return float(np.corrcoef(first, second)[0, 1])


# --- randomised models --------------------------------------------------------------------------------------


def _shuffled(directory: Path, scratch: Path) -> dict[str, Classifier]:
    """Return the model with its heads' weights shuffled, and with those of its network."""
    rng = np.random.default_rng(0)
    with np.load(directory / HEADS_FILE) as stored:
        heads = {name: stored[name] for name in stored.files}
    heads["weights"] = rng.permuted(heads["weights"], axis=1)
    head = _copied(directory, scratch / f"{directory.name}-head")
    np.savez(head / HEADS_FILE, **heads)
    network = _copied(directory, scratch / f"{directory.name}-network")
    path = network / NETWORKS["float32"]
    content = onnx.load(path)
    for tensor in content.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.ndim >= 2 and values.dtype.kind == "f":
            mixed = rng.permutation(values.ravel()).reshape(values.shape)
            tensor.CopyFrom(numpy_helper.from_array(mixed, tensor.name))
    path.unlink()
    path.write_bytes(content.SerializeToString())
    return {
        "head_shuffled": _opened(head, HEADS_FILE),
        "network_shuffled": _opened(network, NETWORKS["float32"]),
    }


def _copied(directory: Path, out: Path) -> Path:
    out.mkdir(exist_ok=True)
    for path in directory.iterdir():
        (out / path.name).unlink(missing_ok=True)
        (out / path.name).write_bytes(path.read_bytes())
    return out


def _opened(directory: Path, changed: str) -> Classifier:
    """Open a model of which a file was changed."""
    manifest = msgspec.json.decode((directory / MANIFEST).read_bytes())
    content = (directory / changed).read_bytes()
    before = manifest["files"][changed]
    record = FileRecord(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    manifest["files"][changed] = {**before, **msgspec.to_builtins(record, str_keys=True)}
    manifest["files"][changed] |= {key: before.get(key) for key in ("opset", "ir_version")}
    (directory / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return Classifier(directory, threads=1, detail="fast")


def _print(found: Explained) -> None:
    output = Console(width=120, highlight=False)
    output.print(
        f"pointing: {found.on_thing:.3f} of {found.renderings} renderings; the centre {found.centre_on_thing:.3f}"
    )
    for product, own in found.by_product.items():
        output.print(f"  {product}: {own.on_thing:.3f} of {own.renderings}")
    for kind, areas in (("deletion", found.deletion), ("insertion", found.insertion)):
        output.print(
            f"{kind}: mean log-odds {areas.map:.2f} by the map, {areas.centre:.2f} from the centre, "
            f"{areas.random:.2f} at random ({found.photos} photos)"
        )
    for part, value in (("head", found.head_shuffled), ("network", found.network_shuffled)):
        output.print(f"{part} shuffled: mean rank correlation {value:.3f}")


if __name__ == "__main__":
    main()
