"""Measure what parts of a picture find and what they cost, on pictures made of photos of owners left out.

    python -m training.see_more look --config training/configs/X.toml --model models/ID --set-of pages --out rows.jsonl
    python -m training.see_more table rows.jsonl --config training/configs/X.toml --model models/ID
    python -m training.see_more fit --config training/configs/X.toml --model models/ID

``look`` composes pictures of each held-out training photo (pages of chats and shops, collages with paper, thin lines or
nothing between the cells, scenes with a small thing), has the model of the photo's fold classify them at each detail,
and writes one line a picture, with the scores of all its parts. ``table`` says what is found, what is a false alarm and
what it costs, and what other powers of the combination would give (`wildvision.part_scores.POWERS`). It leaves the same
in ``RUN/seen_more.json``, from where `training.report` takes it into the card. ``fit`` reads no image: it draws k
everyday photos, or one of a product and k - 1 everyday ones, from the run's held-out scores, and says what a power
gives of false alarms and of finds; the powers of photos and cells were read from it.
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console

from training.augment.frames import cells, collage, screenshot
from training.augment.pages import PAGES, scene_with, touching
from training.command import command, command_parser
from training.config import Config, add_config_arguments, config_of
from training.counting import counted
from training.data.samples import Sample, read_dataset, refuse_evaluation_only
from training.errors import DatasetError, TrainingError
from training.evaluation.fold_models import fold_of_photos, write_fold_models
from training.evaluation.held_out import read_held_out_scores
from training.evaluation.looking import SeenMore, SeenRow, model_facts
from training.records import write_record
from wildvision import Classification, Classifier, Verdict
from wildvision.images import read_image
from wildvision.layout import Box
from wildvision.manifest import Manifest, Policy, load_manifest
from wildvision.part_scores import divided_odds, shared_scores
from wildvision.parts import DETAILS, PartKind
from wildvision.results import Part

UInt8Image = NDArray[np.uint8]
Row = dict[str, Any]
Groups = dict[tuple[str, str], list[Row]]  # by how pictures were made, and by detail
POWERS = (0.0, 0.1, 0.2, 0.25, 0.35, 0.5, 0.75, 1.0)
FITTED = (0.0, 0.1, 0.15, 0.2, 0.25, 0.5, 1.0)
DRAWS = 20_000  # pictures of k photos
LEAST_SHOWN = 10  # photos of a product, for its share to say anything
SMALL = (0.02, 0.05)  # share of a scene that a small thing takes
LENGTHS = (2000, 30_000)  # px, of pages


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A photo, and everyday photos of the same fold to stand beside it."""

    sample: Sample
    fold: str
    others: tuple[Sample, ...]
    number: int

    def image(self) -> UInt8Image:
        """The photo."""
        return read_image(self.sample.path).pixels

    def beside(self, count: int) -> list[UInt8Image]:
        """Some of the other photos."""
        rng = np.random.default_rng((7, self.number))
        return [read_image(self.others[i].path).pixels for i in rng.integers(len(self.others), size=count)]


Composed = Iterator[tuple[str, UInt8Image]]


def single(case: Case, _rng: np.random.Generator) -> Composed:
    """Yield the photo alone."""
    yield "single", case.image()


def pages(case: Case, rng: np.random.Generator) -> Composed:
    """Yield the photo on a page, chats and shops in turn, of a length between `LENGTHS`, evenly on a scale of logs."""
    name = tuple(PAGES)[case.number % len(PAGES)]
    length = int(np.exp(rng.uniform(*np.log(LENGTHS))))
    more = {"others": case.beside(4)} if name == "shop" else {}
    yield name, PAGES[name](case.image(), length, rng, **more)[0]


def collages(case: Case, rng: np.random.Generator) -> Composed:
    """Yield the photo as a cell, as the evasion suite makes it, and with a thin line or nothing between the cells."""
    severity = 1 + case.number % 5
    others = case.beside(cells(severity))
    yield "collage", collage(case.image(), severity, rng, others=others)
    yield f"touching {case.number % 3} px", touching(case.image(), others[:-1], rng, gap=case.number % 3)


def screens(case: Case, rng: np.random.Generator) -> Composed:
    """Yield the photo in a screenshot, as the evasion suite makes it."""
    yield "screenshot", screenshot(case.image(), 1 + case.number % 5, rng)


def small(case: Case, rng: np.random.Generator) -> Composed:
    """Yield the photo as a small thing in a scene."""
    yield "small", scene_with(case.beside(1)[0], case.image(), float(rng.uniform(*SMALL)), rng)[0]


SETS: dict[str, Callable[[Case, np.random.Generator], Composed]] = {
    "single": single,
    "pages": pages,
    "collages": collages,
    "screens": screens,
    "small": small,
}


@command("training.see_more")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; see the module's docstring."""
    parser = command_parser("training.see_more", __doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    look = commands.add_parser("look")
    add_config_arguments(look)
    look.add_argument("--model", type=Path, required=True, help="directory of the run's release")
    look.add_argument("--set-of", choices=tuple(SETS), required=True)
    look.add_argument("--photos", type=int, default=30, help="of each product at most")
    look.add_argument("--everyday", type=int, default=300)
    look.add_argument("--details", nargs="+", choices=DETAILS, default=["fast", "balanced"])
    look.add_argument("--out", type=Path, required=True)
    table = commands.add_parser("table")
    table.add_argument("rows", type=Path, nargs="+")
    add_config_arguments(table)
    table.add_argument("--model", type=Path, required=True, help="whose thresholds count")
    table.add_argument("--out", type=Path, help="the record; default: seen_more.json in the run's directory")
    fit = commands.add_parser("fit")
    add_config_arguments(fit)
    fit.add_argument("--model", type=Path, required=True, help="whose thresholds count")
    options = parser.parse_args(arguments)
    if options.command == "look":
        write_rows(options)
    elif options.command == "fit":
        print_powers(config_of(options), load_manifest(options.model))
    else:
        groups = read_groups(options.rows, options.model)
        print_tables(groups, load_manifest(options.model))
        write_record(seen_more(groups, options.model), options.out or config_of(options).folder.seen_more)


# --- looking ------------------------------------------------------------------------------------------------


def write_rows(options: argparse.Namespace) -> None:
    """Compose, classify and write."""
    cases, model = _cases(options), model_facts(options.model)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, options.out.open("w", encoding="utf-8") as out:
        models = write_fold_models(
            config_of(options), options.model, Path(scratch), {case.fold for case in cases}
        )
        with counted("photos", len(cases)) as advance:
            for fold, directory in models.items():
                classifiers = {d: Classifier(directory, threads=1, detail=d) for d in options.details}
                for case in (case for case in cases if case.fold == fold):
                    for row in _rows(case, SETS[options.set_of], classifiers):
                        out.write(json.dumps({**model, **row}) + "\n")
                    advance(1)


def _cases(options: argparse.Namespace) -> list[Case]:
    """Choose photos of products and everyday ones, some of each owner first, of folds with everyday photos."""
    config = config_of(options)
    dataset = read_dataset(config.folder.dataset)
    folds = fold_of_photos(dataset, config)
    products = set(load_manifest(options.model).product_ids)
    rng = np.random.default_rng(config.run.seed)
    samples = [list(folds)[i] for i in rng.permutation(len(folds))]
    refuse_evaluation_only(samples)
    everyday: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        if sample.is_everyday:
            everyday[folds[sample]].append(sample)
    chosen = [s for group in everyday.values() for s in group]
    chosen = [chosen[i] for i in rng.permutation(len(chosen))[: options.everyday]]
    for product in sorted(products):
        shown = [s for s in samples if product in s.labels and folds[s] in everyday]
        chosen += [s for s in shown if s not in chosen][: options.photos]
    return [Case(s, folds[s], tuple(everyday[folds[s]]), number) for number, s in enumerate(chosen)]


def _rows(
    case: Case,
    compose: Callable[[Case, np.random.Generator], Composed],
    classifiers: dict[str, Classifier],
) -> Iterator[Row]:
    for variant, picture in compose(case, np.random.default_rng((1, case.number))):
        content = io.BytesIO()
        Image.fromarray(picture).save(content, "JPEG", quality=85)
        for detail, classifier in classifiers.items():
            started = time.process_time()
            result = classifier.classify(content.getvalue())
            yield {
                "photo": case.number,
                "labels": sorted(case.sample.labels),
                "everyday": case.sample.is_everyday,
                "owner": case.sample.group,
                "variant": variant,
                "detail": detail,
                "seconds": time.process_time() - started,
                **_answer(result),
            }


def _answer(result: Classification) -> Row:
    return {
        "verdict": result.verdict.value,
        "scores": _scores(result.predictions),
        "parts": [[part.kind, _scores(part.predictions), _area(part)] for part in result.parts],
    }


def _area(part: Part) -> int:
    return Box(part.left, part.top, part.right, part.bottom).area


def _scores(predictions: Sequence[Any]) -> dict[str, float]:
    return {p.category: round(p.score, 5) for p in predictions if p.score >= 0.001}


# --- tables -------------------------------------------------------------------------------------------------


def read_groups(paths: Sequence[Path], model: Path) -> Groups:
    """Return what ``look`` wrote, by how pictures were made and looked at.

    Raises:
        TrainingError: The rows are of another model.
    """
    facts = model_facts(model)
    groups: Groups = defaultdict(list)
    for path in paths:
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            if row.get("model_sha256") != facts["model_sha256"]:
                raise TrainingError(
                    f"expected rows of {facts['model']} with digest {facts['model_sha256'][:16]} in {path}, found "
                    f"those of {row.get('model', 'an unnamed model')}; run python -m training.see_more look again"
                )
            groups[row["variant"], row["detail"]].append(row)
    return groups


def seen_more(groups: Groups, model: Path) -> SeenMore:
    """Return the table as a record."""
    manifest = load_manifest(model)
    policy, alone = manifest.policies[manifest.default_policy], _alone(groups)
    rows = (
        _counted(variant, detail, group, policy, None, alone) for (variant, detail), group in groups.items()
    )
    return SeenMore(**model_facts(model), policy=manifest.default_policy, rows=tuple(rows))


def print_tables(groups: Groups, manifest: Manifest) -> None:
    """Print what was found, by variant and detail, as it is and with other powers."""
    policy, alone = manifest.policies[manifest.default_policy], _alone(groups)
    output = Console(width=160, highlight=False)
    output.print(
        "| picture | detail | found of | kept of those found alone | false alarms of | alone | s a picture | parts |"
    )
    output.print("|---|---|---|---|---|---|---|---|")
    for (variant, detail), group in groups.items():
        output.print(_line(_counted(variant, detail, group, policy, None, alone)))
        for power in POWERS if any(len(_kinds_within(row)) > 1 for row in group) else ():
            name = f"{detail}, power {power:g}"
            output.print(_line(_counted(variant, name, group, policy, power, alone)))


def _alone(groups: Groups) -> dict[int, Row]:
    return {row["photo"]: row for row in groups.get(("single", "fast"), [])}


def _line(found: SeenRow) -> str:
    return (
        f"| {found.pictures} | {found.detail} | {found.found} of {found.shown} | {found.kept} of {found.found_alone} | "
        f"{found.alarms} of {found.everyday} | "
        f"{found.alarms_alone} of {found.everyday_alone} | {found.seconds:.3f} | {found.parts:.1f} |"
    )


def _counted(
    variant: str,
    detail: str,
    rows: Sequence[Row],
    policy: Policy,
    power: float | None,
    alone: Mapping[int, Row],
) -> SeenRow:
    """Count pictures; what was found alone is of the same photos, as far as they were looked at alone."""
    before = [row for row in rows if (own := alone.get(row["photo"])) and _is_found(own, policy, None)]
    calm = [alone[row["photo"]] for row in rows if row["everyday"] and row["photo"] in alone]
    shown = [row for row in rows if not row["everyday"]]
    everyday = [row for row in rows if row["everyday"]]
    return SeenRow(
        pictures=variant,
        detail=detail,
        shown=len(shown),
        found=sum(_is_found(row, policy, power) for row in shown),
        found_alone=len(before),
        kept=sum(_is_found(row, policy, power) for row in before),
        everyday=len(everyday),
        alarms=sum(_is_alarm(row, policy, power) for row in everyday),
        everyday_alone=len(calm),
        alarms_alone=sum(_is_alarm(row, policy, None) for row in calm),
        seconds=float(np.mean([row["seconds"] for row in rows])),
        parts=float(np.mean([len(_kinds_within(row)) for row in rows])),
    )


def _is_found(row: Row, policy: Policy, power: float | None) -> bool:
    """Whether the product that the photo shows reaches its review threshold."""
    if row["verdict"] == Verdict.ABSTAIN and power is None:
        return False
    return any(_reaches(row, product, policy, power) for product in row["labels"])


def _is_alarm(row: Row, policy: Policy, power: float | None) -> bool:
    return any(_reaches(row, product, policy, power) for product in policy.thresholds)


def _reaches(row: Row, product: str, policy: Policy, power: float | None) -> bool:
    threshold = policy.thresholds.get(product)
    if threshold is None or threshold.review is None:
        return False
    return combined_score(row, product, power) >= threshold.review


def combined_score(row: Row, product: str, power: float | None) -> float:
    """Return the score of an answer, or what another power would have made of its parts; None: as it is."""
    if power is None or not row["parts"]:
        return row["scores"].get(product, 0.0)
    kinds, scores, areas = zip(*row["parts"], strict=True)  # the whole picture first, where it was looked at
    within = _kinds_within(row)
    # Scores that are not there were below what is kept; all of them say which parts are one.
    names = [product, *sorted(set().union(*scores) - {product})]
    views = np.array([[own.get(name, 0.0) for name in names] for own in scores], np.float64)
    shared = shared_scores(views, within, areas[len(kinds) - len(within) :], dict.fromkeys(PartKind, power))
    return float(shared[:, 0].max())


def _kinds_within(row: Row) -> list[PartKind]:
    return [PartKind(part[0]) for part in row["parts"] if part[0] in set(PartKind)]


# --- powers from held-out scores ----------------------------------------------------------------------------


def print_powers(config: Config, manifest: Manifest) -> None:
    """Print what powers give where a picture has k photos, each with the score that it has alone."""
    found = read_held_out_scores(config.folder, read_dataset(config.folder.dataset))
    if found is None:
        raise DatasetError("expected held-out scores and a calibration of the run; run training.calibrate")
    thresholds = manifest.policies[manifest.default_policy].thresholds
    limits = {p: t.review for p, t in thresholds.items() if t.review is not None}
    columns = [found.categories.index(product) for product in limits]
    reviews = np.array(list(limits.values()), np.float64)
    everyday = found.scores[[sample.is_everyday for sample in found.samples]][:, columns]
    shown = {p: found.scores[found.targets[:, c], c] for p, c in zip(limits, columns, strict=True)}
    shown = {product: scores for product, scores in shown.items() if len(scores) >= LEAST_SHOWN}
    output = Console(width=160, highlight=False)
    alone = float((everyday >= reviews).any(axis=1).mean())
    output.print(
        f"| photos | power | false alarms ({alone:.4f} alone) | of the extra ones | {' | '.join(shown)} |"
    )
    output.print("|---|---|---|---|" + "---|" * len(shown))
    for count in (2, 3, 4, 6):
        rows = np.random.default_rng(0).integers(len(everyday), size=(DRAWS, count))
        highest = everyday[rows].max(axis=1)
        plain = float((highest >= reviews).any(axis=1).mean())
        for power in FITTED:
            divisor = count**power
            alarms = float((divided_odds(highest, divisor) >= reviews).any(axis=1).mean())
            finds = [f"{(divided_odds(own, divisor) >= limits[p]).mean():.3f}" for p, own in shown.items()]
            extra = (alarms - alone) / (plain - alone)
            output.print(f"| {count} | {power:g} | {alarms:.4f} | {extra:.2f} | {' | '.join(finds)} |")


if __name__ == "__main__":
    main()
