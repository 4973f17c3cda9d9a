"""Check explanations as the literature does: pointing, deletion and insertion, randomised models; and draw overlays.

    python -m training.explain_checks --config training/configs/X.toml --model models/ID --out FOLDER

Pointing (Zhang et al. 2018, "Top-down neural attention by excitation backprop"): does the map's highest place lie on
the thing, in renderings whose subject's mask is known? Deletion and insertion (Petsiuk et al. 2018, "RISE"): how fast
the score falls when what the map names is blurred first, and rises when it is shown first, against a random order and
the distance from the centre. Randomised models (Adebayo et al. 2018, "Sanity checks for saliency maps"): maps of a
model whose weights were shuffled must not look like those of the model. Photos are of owners left out, each seen by
the model of its fold; renderings taught every model, so pointing is measured on what they know.

Writes ``checks.json`` and an overlay of each hit to FOLDER, and prints a table.
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
from training.counting import counted
from training.data.samples import Sample, read_dataset, refuse_evaluation_only
from training.evaluation.fold_models import fold_of_photos, write_fold_models
from wildvision import Classifier, Explanation, Verdict
from wildvision.heads import HEADS_FILE
from wildvision.images import read_image
from wildvision.manifest import FileRecord, load_manifest
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
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--photos", type=int, default=50, help="held-out hits")
    parser.add_argument("--masks", type=Path, required=True, help="from python -m training.synth.masks")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        found = {
            "pointing": pointing(options.model, options.masks),
            **held_out_checks(config_of(options), options, Path(scratch)),
        }
    (options.out / "checks.json").write_text(json.dumps(found, indent=1))
    _print(found)


# --- pointing -----------------------------------------------------------------------------------------------


def pointing(model: Path, masks: Path) -> dict[str, Any]:
    """Return by product how many renderings there are, and in which share the map's highest place is on the thing."""
    classifier = Classifier(model, threads=1, detail="fast")
    products = set(classifier.manifest.product_ids)
    rows = _rows_by_path()
    hits: dict[str, list[bool]] = {}
    centre, covered = list[bool](), list[float]()
    with np.load(masks) as stored:
        known = list(zip(stored["paths"].tolist(), stored["masks"], strict=True))
    for path, mask in known:
        image = read_image(RENDERINGS / path).pixels
        for product in products & set(rows[path]["labels"].split(";")):
            found = classifier.explain(image, product)
            hits.setdefault(product, []).append(_is_on(_highest(found.map), mask))
            centre.append(_is_on((0.5, 0.5), mask))
            covered.append(float(mask.mean()))
    every = [hit for own in hits.values() for hit in own]
    return {
        "renderings": len(every),
        "share": float(np.mean(every)),
        "centre": float(np.mean(centre)),
        "any place": float(np.mean(covered)),
        "by product": {product: [len(own), float(np.mean(own))] for product, own in sorted(hits.items())},
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
    """Explain held-out hits, draw them, delete and insert, and compare with models whose weights were shuffled."""
    dataset = read_dataset(config.folder.dataset)
    folds = fold_of_photos(dataset, config)
    refuse_evaluation_only(tuple(folds))
    chosen = _chosen(folds, set(load_manifest(options.model).product_ids), options.photos)
    curves: dict[str, list[float]] = {}
    alike: dict[str, list[float]] = {"head shuffled": [], "network shuffled": []}
    models = write_fold_models(config, options.model, scratch, {folds[sample] for sample in chosen})
    explained = 0
    with counted("photos", len(chosen)) as advance:
        for fold, directory in models.items():
            classifier = Classifier(directory, threads=1, detail="fast")
            shuffled = _shuffled(directory, scratch)
            for sample in (sample for sample in chosen if folds[sample] == fold):
                advance(1)
                explanation = _hit(classifier, sample)
                if explanation is None or explained >= options.photos:
                    continue
                explained += 1
                name = f"{explained:03}-{explanation.category}-{explanation.score:.2f}.jpg"
                explanation.overlay().save(options.out / name)
                for key, area in _areas(classifier, explanation).items():
                    curves.setdefault(key, []).append(area)
                for key, other in shuffled.items():
                    again = other.explain(explanation.pixels, explanation.category).map
                    alike[key].append(_correlation(explanation.map, again))
    return {
        "photos": explained,
        "areas": {key: float(np.mean(values)) for key, values in curves.items()},
        "correlation with a shuffled model": {key: float(np.mean(np.abs(v))) for key, v in alike.items()},
    }


def _chosen(folds: dict[Sample, str], products: set[str], count: int) -> list[Sample]:
    """Choose photos of each product in turn, some more than are wanted, for some will be no hits."""
    rng = np.random.default_rng(0)
    samples = [list(folds)[i] for i in rng.permutation(len(folds))]
    queues = [[s for s in samples if product in s.labels] for product in sorted(products)]
    turns = [sample for place in range(count) for queue in queues for sample in queue[place : place + 1]]
    return list(dict.fromkeys(turns))[: round(1.5 * count)]


def _hit(classifier: Classifier, sample: Sample) -> Explanation | None:
    """Return the explanation of a photo that is found for a product that it shows; None: it is not."""
    image = read_image(sample.path).pixels
    result = classifier.classify(image)
    category = result.reason.category
    found = result.verdict in (Verdict.FLAG, Verdict.REVIEW) and category in sample.labels
    return classifier.explain(image, category) if found else None


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
        "head shuffled": _opened(head, HEADS_FILE),
        "network shuffled": _opened(network, NETWORKS["float32"]),
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


def _print(found: dict[str, Any]) -> None:
    output = Console(width=120, highlight=False)
    own = found["pointing"]
    output.print(
        f"pointing: {own['share']:.3f} of {own['renderings']} renderings; the centre {own['centre']:.3f}"
    )
    for product, (count, share) in own["by product"].items():
        output.print(f"  {product}: {share:.3f} of {count}")
    for key, value in found["areas"].items():
        output.print(f"{key}: mean log-odds {value:.2f} ({found['photos']} photos)")
    for key, value in found["correlation with a shuffled model"].items():
        output.print(f"{key}: mean rank correlation {value:.3f}")


if __name__ == "__main__":
    main()
