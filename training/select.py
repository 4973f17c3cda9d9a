"""Choose the unlabelled photos that are most worth labelling, and write a Label Studio import.

    python -m training.select --model DIRECTORY_OR_ID --photos FOLDER_OR_MANIFEST --count 100 --out labelling/tasks.json

Writes the tasks with the model's answers filled in, the labelling interface beside them (``tasks.xml``) and, if there
are any, the photos that cannot be used (``tasks.skipped.csv``). Label, export as JSON, and give the export to
``python -m training.prepare`` as one more input. How photos are chosen: `training.labelling.acquisition`.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from training.command import command, command_parser
from training.config import DataConfig
from training.data.duplicates import near_duplicates
from training.data.listing import Rejected
from training.data.photos import Photo, examine_file
from training.errors import ConfigError
from training.files import replace_file
from training.labelling.acquisition import Pool, candidates, draw, uncertainty
from training.labelling.tasks import Task, import_tasks, labeling_config
from training.labelling.unlabelled import ScoredPhoto, list_photos, score_photo
from wildvision.manifest import Manifest, Policy, find_model, load_manifest
from wildvision.runtime import OnnxModel

SHOWN = 10  # photos that cannot be used, on the screen; all are in the list
EVEN = 0.5  # threshold of what no policy has one for
NEAR_DUPLICATE_BITS = DataConfig().near_duplicate_bits

Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        model: A model directory, or the id of a bundled model.
        count: Photos to choose.
        policy: Whose review thresholds uncertainty is measured from; None: the model's default.
        seed: Of the draw.
        threads: Photos looked at at once.
        document_root: Label Studio's ``LOCAL_FILES_DOCUMENT_ROOT``; None: the root of the file system, its default.
    """

    model: str
    count: int
    policy: str | None = None
    seed: int = 0
    threads: int = 2
    document_root: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Selection:
    """What was chosen, in the order it was drawn, and what could not be used."""

    tasks: tuple[Task, ...]
    skipped: tuple[Rejected, ...]


@command("training.select")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; see the module's docstring."""
    options, console = _parse(arguments), Console()
    settings = Settings(
        model=options.model,
        count=options.count,
        policy=options.policy,
        seed=options.seed,
        threads=options.threads,
        document_root=options.document_root,
    )
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("looking at photos", total=None)
        selection = select(options.photos, options.out, settings, advance=lambda n: progress.advance(bar, n))
    for skipped in selection.skipped[:SHOWN]:
        console.print(f"skipped {skipped.path}: {skipped.message}", markup=False, highlight=False)
    if selection.skipped:
        console.print(f"{len(selection.skipped)} skipped: {skipped_list(options.out)}", highlight=False)
    console.print(
        f"{len(selection.tasks)} of {options.count} photos to label: {options.out}", highlight=False
    )
    if len(selection.tasks) < options.count:
        console.print("all others are near-duplicates of these or cannot be used")


def select(photos: Path, out: Path, settings: Settings, *, advance: Advance = lambda _: None) -> Selection:
    """Choose photos and write ``out``, the interface beside it and the list of what was skipped.

    Raises:
        DatasetError: There are no photos, or one is outside the document root.
        ConfigError: The model has no such policy.
        WildvisionError: The model cannot be used.
    """
    directory = find_model(settings.model)
    manifest = load_manifest(directory)
    policy, model = _policy(manifest, settings.policy), OnnxModel(directory, manifest, threads=1)
    rows, unfit = list_photos(photos)
    found: list[ScoredPhoto | Rejected] = []
    with ThreadPoolExecutor(settings.threads) as pool:
        for result in pool.map(lambda row: score_photo(row, model, manifest), rows):
            found.append(result)
            advance(1)
    scored = [result for result in found if isinstance(result, ScoredPhoto)]
    skipped = (*unfit, *(result for result in found if isinstance(result, Rejected)))
    chosen = choose(scored, manifest, policy, settings)
    tasks = tuple(_task(photo, manifest, policy) for photo in chosen)
    _write(out, tasks, skipped, manifest, settings)
    return Selection(tasks=tasks, skipped=skipped)


def skipped_list(out: Path) -> Path:
    """Return where the list of skipped photos stands beside an import file."""
    return out.with_suffix(".skipped.csv")


def _policy(manifest: Manifest, name: str | None) -> Policy:
    wanted = name or manifest.default_policy
    if wanted not in manifest.policies:
        raise ConfigError(f"expected one of the policies {', '.join(manifest.policies)}, found {wanted!r}")
    return manifest.policies[wanted]


# --- choice -----------------------------------------------------------------------------------------------


def choose(
    scored: Sequence[ScoredPhoto], manifest: Manifest, policy: Policy, settings: Settings
) -> list[ScoredPhoto]:
    """Choose at most ``settings.count`` photos; see `training.labelling.acquisition`."""
    if not scored:
        return []
    limits = _thresholds(manifest, policy)
    # The look-alikes of a product say little by themselves; a model without products has nothing else to learn.
    products = [c for c, i in enumerate(manifest.category_ids) if i in manifest.product_ids]
    columns = products or list(range(len(limits)))
    doubt = uncertainty(np.stack([photo.scores for photo in scored])[:, columns], limits[columns])
    rows = candidates(doubt, [photo.row.source for photo in scored], settings.count)
    photos = [scored[row] for row in rows]
    pool = Pool(
        uncertainty=doubt[rows],
        embeddings=np.stack([photo.embedding for photo in photos]),
        sources=[photo.row.source for photo in photos],
        near_duplicates=_near_duplicates(photos, threads=settings.threads),
    )
    return [photos[row] for row in draw(pool, settings.count, seed=settings.seed)]


def _thresholds(manifest: Manifest, policy: Policy) -> NDArray[np.float64]:
    reviews = [policy.thresholds[i].review if i in policy.thresholds else None for i in manifest.category_ids]
    return np.array([EVEN if review is None else review for review in reviews])


def _near_duplicates(photos: Sequence[ScoredPhoto], *, threads: int) -> NDArray[np.int64]:
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(examine_file, [photo.row.path for photo in photos]))
    blank = Photo(sha256="", width=0, height=0, pdq=bytes(32), mirrored=bytes(32), quality=0)
    # A file that vanished meanwhile is near to nothing.
    seen = [photo if isinstance(photo, Photo) else blank for photo in found]
    hashes, mirrored = (
        np.frombuffer(b"".join(table), np.uint8).reshape(-1, 32)
        for table in ([photo.pdq for photo in seen], [photo.mirrored for photo in seen])
    )
    quality = np.array([photo.quality for photo in seen])
    return near_duplicates(hashes, mirrored, quality, bits=NEAR_DUPLICATE_BITS).pairs


# --- what is written --------------------------------------------------------------------------------------


def _task(photo: ScoredPhoto, manifest: Manifest, policy: Policy) -> Task:
    ids, limits = manifest.category_ids, _thresholds(manifest, policy)
    products = [c for c, i in enumerate(ids) if i in manifest.product_ids]
    return Task(
        path=photo.row.path,
        source=photo.row.source,
        licence=photo.row.licence,
        choices=tuple(i for i, score, limit in zip(ids, photo.scores, limits, strict=True) if score >= limit),
        score=float(photo.scores[products or slice(None)].max()),
    )


def _write(
    out: Path, tasks: Sequence[Task], skipped: Sequence[Rejected], manifest: Manifest, settings: Settings
) -> None:
    root = settings.document_root.resolve() if settings.document_root else Path(Path.cwd().anchor)
    content = import_tasks(tasks, model_id=manifest.id, document_root=root)
    out.parent.mkdir(parents=True, exist_ok=True)
    replace_file(out, msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
    replace_file(out.with_suffix(".xml"), labeling_config(manifest.taxonomy.categories).encode())
    listing = skipped_list(out)
    listing.unlink(missing_ok=True)
    if skipped:
        text = io.StringIO(newline="")
        csv.writer(text).writerows([("path", "error", "message"), *map(msgspec.structs.astuple, skipped)])
        replace_file(listing, text.getvalue().encode())


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = command_parser("training.select", __doc__)
    parser.add_argument("--model", required=True, help="a model directory, or the id of a bundled model")
    parser.add_argument(
        "--photos", type=Path, required=True, help="a folder, or a manifest with path and source"
    )
    parser.add_argument("--count", type=int, required=True, help="photos to choose")
    parser.add_argument(
        "--out", type=Path, required=True, help="the import file to write, such as tasks.json"
    )
    parser.add_argument("--policy", help="whose review thresholds count; the model's default if not given")
    parser.add_argument("--document-root", type=Path, help="Label Studio's LOCAL_FILES_DOCUMENT_ROOT")
    parser.add_argument("--threads", type=int, default=2, help="photos looked at at once")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
