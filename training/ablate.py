r"""Compare configurations on photos of sources that they have not seen: one table a product, one row an arm.

    python -m training.ablate --config training/configs/X.toml --arms training/configs/arms/frozen.toml \\
        --set data.inputs=DATA/manifest.csv

An arm is the configuration with some values changed. Each trains the networks of its held-out folds, which score the
photos that they did not see; nothing is calibrated or exported, and no evaluation photo is read. What is measured is
kept in ``RUN/ablations.json``, so that a command which was stopped goes on; ``RUN/ablations.md`` is the table.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console

from training.command import command, command_parser
from training.config import Config, add_config_arguments, config_of, load_config
from training.data.labels import label_matrix
from training.data.preparation import prepare
from training.data.samples import Dataset, Sample, digest
from training.errors import ConfigError, DatasetError, TrainingError
from training.evaluation.findings import HeldOutRow
from training.evaluation.held_out import MIN_SOURCE_POSITIVES, measured_row
from training.files import replace_file
from training.learning.distributed import join_world
from training.learning.networks import train_plan
from training.learning.plan import Plan, plan_networks
from training.learning.validation import predict
from training.network.features import cached_features
from training.network.head import fit_linear_heads
from training.network.model import preprocess_spec
from training.release.tables import markdown_table, rates_cell
from wildvision.adapt.head import natural_odds

FIXED = ("run", "data")  # sections that all arms share
HALF = 0.5  # share of a product's photos whose score the count of alarms starts from
MIN_ALARM_PHOTOS = 40  # a source of everyday photos with fewer says little about a rate
ALL, EVERYDAY = "all others", "everyday"
MIRROR_IMAGE = 1  # of `wildvision.adapt.views.views_of`

Logits = NDArray[np.float32]


class Arm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One configuration to compare.

    Attributes:
        name: For the table.
        set: ``section.key=value`` for each change.
        mirrored: Whether mirror images teach beside the photos, or score together with them, in the frozen mode. No
            configuration has it: what this module measures is all that is known of it.
        without: Sources whose photos or renderings teach nothing; renderings of a family are of
            ``wildvision-synth/FAMILY``.
    """

    name: str
    set: tuple[str, ...] = ()
    mirrored: Literal["no", "taught", "scored"] = "no"
    without: tuple[str, ...] = ()


class _Arms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    arm: tuple[Arm, ...]


class Alarms(msgspec.Struct, frozen=True, kw_only=True):
    """Everyday photos above the score that half of a product's photos reach: mean and worst share over sources."""

    product: str
    mean: float
    worst: float


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What one arm reached on held-out photos.

    Attributes:
        name: Of the arm.
        recipe: Digest of its configuration and photos.
        rows: By what the negatives are, `ALL` or `EVERYDAY`: each product, on all its photos and by source.
        alarms: Of each product.
    """

    name: str
    recipe: str
    rows: Mapping[str, tuple[HeldOutRow, ...]]
    alarms: tuple[Alarms, ...]


@command("training.ablate")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; see the module's docstring."""
    parser = command_parser("training.ablate", __doc__)
    add_config_arguments(parser)
    parser.add_argument("--arms", type=Path, required=True, help="TOML: [[arm]] with name and set")
    options = parser.parse_args(arguments)
    console = Console(highlight=False)
    config, arms = config_of(options), read_arms(options.arms)
    for measured in ablate(options.config, options.overrides, arms):
        console.print(f"{measured.name}: measured")
    console.print(config.folder.ablation_table.read_text(), markup=False, soft_wrap=True)


def read_arms(path: Path) -> tuple[Arm, ...]:
    """Read a file of arms.

    Raises:
        ConfigError: It cannot be read, two arms have one name, or one changes the run or its photos.
    """
    try:
        arms = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _Arms).arm
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(f"expected [[arm]] with name and set in TOML at {path}, found: {error}") from error
    names = Counter(arm.name for arm in arms)
    if double := [name for name, count in names.items() if count > 1]:
        raise ConfigError(f"expected arms with different names in {path}, found twice: {', '.join(double)}")
    for arm in arms:
        if wrong := [change for change in arm.set if change.split(".")[0].strip() in FIXED]:
            raise ConfigError(f"arms share the sections {' and '.join(FIXED)}; {arm.name!r} sets {wrong[0]}")
    return arms


def ablate(path: Path, overrides: Sequence[str], arms: Sequence[Arm]) -> Iterator[Measured]:
    """Measure every arm that has not been measured before, and write the table after each.

    Args:
        path: The configuration that the arms change.
        overrides: ``section.key=value`` for all arms.
        arms: What to compare.

    Raises:
        ConfigError: A value is wrong.
        DatasetError: Nothing is held out.
    """
    configs = [load_config(path, [*overrides, *arm.set]) for arm in arms]
    base = load_config(path, overrides)
    dataset = prepare(base.data, base.folder.dataset, seed=base.run.seed)
    kept = base.folder.ablations
    known = {measured.recipe: measured for measured in _read(kept)}
    found: list[Measured] = []
    for arm, config in zip(arms, configs, strict=True):
        recipe = _recipe(arm, config, dataset)
        measured = known.get(recipe) or _measure(arm, config, dataset, recipe)
        found.append(msgspec.structs.replace(measured, name=arm.name))
        known[recipe] = found[-1]
        replace_file(kept, msgspec.json.format(msgspec.json.encode(list(known.values()))))
        replace_file(base.folder.ablation_table, ablation_text(found).encode())
        yield found[-1]


def _read(path: Path) -> list[Measured]:
    if not path.is_file():
        return []
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Measured])
    except msgspec.MsgspecError as error:
        raise TrainingError(f"expected measured arms in {path}, found: {error}; remove the file") from error


def _recipe(arm: Arm, config: Config, dataset: Dataset) -> str:
    parts = [
        config.model,
        config.train,
        config.augment,
        config.calibrate.folds,
        config.run.seed,
        arm.mirrored,
        arm.without,
    ]
    facts = [*map(repr, parts), digest(dataset.split("train"))]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]


def _measure(arm: Arm, config: Config, dataset: Dataset, recipe: str) -> Measured:
    torch.set_num_threads(config.run.threads)
    plans = [_taught_by(plan, arm) for plan in plan_networks(dataset, config) if plan.held_out]
    if not plans:
        raise DatasetError("expected held-out folds, found none; set calibrate.folds to at least 2")
    if unknown := set(arm.without) - {sample.source for sample in dataset.split("train")}:
        raise DatasetError(
            f"expected sources of training photos, found {', '.join(sorted(unknown))} in {arm.name!r}"
        )
    products = [category.id for category in dataset.taxonomy.products if category.id in dataset.categories]
    if config.train.mode == "frozen":
        categories, logits = products, _frozen_logits(arm, plans, dataset, config, products)
    else:
        categories, logits = list(dataset.categories), _trained_logits(plans, dataset, config)
    samples = [sample for plan in plans for sample in plan.held_out]
    rows, alarms = measure_held_out(samples, logits, categories, products)
    return Measured(name=arm.name, recipe=recipe, rows=rows, alarms=alarms)


def _taught_by(plan: Plan, arm: Arm) -> Plan:
    return replace(plan, samples=tuple(sample for sample in plan.samples if sample.source not in arm.without))


def _frozen_logits(
    arm: Arm, plans: Sequence[Plan], dataset: Dataset, config: Config, products: Sequence[str]
) -> Logits:
    """Fit the columns of the products alone: those of a linear head know nothing of each other."""
    samples = dataset.split("train")
    row_of = {sample: row for row, sample in enumerate(samples)}
    views = [cached_features(samples, config)]
    if arm.mirrored != "no":
        views.append(cached_features(samples, config, view=MIRROR_IMAGE))
    taught = views if arm.mirrored == "taught" else views[:1]
    scored = views if arm.mirrored == "scored" else views[:1]
    targets, label_mask = label_matrix(samples, products)
    parts = [np.array([row_of[sample] for sample in plan.samples]) for plan in plans]
    heads = fit_linear_heads(
        np.concatenate(taught),
        np.tile(targets, (len(taught), 1)),
        np.tile(label_mask, (len(taught), 1)),
        samples=samples * len(taught),
        parts=[np.concatenate([part + view * len(samples) for view in range(len(taught))]) for part in parts],
        # The loss is a sum over photos, and a photo that teaches twice is one photo.
        config=config.train.head.model_copy(
            update={"inverse_penalty": config.train.head.inverse_penalty / len(taught)}
        ),
        odds=natural_odds(targets, label_mask),
    )
    outside = ([row_of[sample] for sample in plan.held_out] for plan in plans)
    return np.concatenate(
        [
            np.mean([view[rows] for view in scored], axis=0, dtype=np.float32) @ weights.T + bias
            for rows, (weights, bias) in zip(outside, heads, strict=True)
        ]
    )


def _trained_logits(plans: Sequence[Plan], dataset: Dataset, config: Config) -> Logits:
    found: list[Logits] = []
    with join_world(config.run.device) as world:
        for plan in plans:
            network = train_plan(plan, dataset, config, world)
            if network is None:
                raise ConfigError("expected one process: torchrun cannot compare configurations")
            found.append(predict(network, plan.held_out, spec=preprocess_spec(config.model)))
    return np.concatenate(found)


def measure_held_out(
    samples: Sequence[Sample], logits: Logits, categories: Sequence[str], products: Sequence[str]
) -> tuple[dict[str, tuple[HeldOutRow, ...]], tuple[Alarms, ...]]:
    """Measure every product that held-out photos show, against everyday photos and against all others.

    Args:
        samples: N photos.
        logits: Shape (N, K), by networks that did not see them.
        categories: K ids.
        products: Ids to measure.
    """
    targets, label_mask = label_matrix(samples, categories)
    everyday = np.array([sample.is_everyday for sample in samples])
    sources = np.array([sample.source for sample in samples])
    rows: dict[str, list[HeldOutRow]] = {ALL: [], EVERYDAY: []}
    alarms: list[Alarms] = []
    for column, product in enumerate(categories):
        scores = logits[:, column]
        positive = (targets[:, column] > 0) & label_mask[:, column]
        if product not in products or not positive.any():
            continue
        large = [
            str(s) for s, count in sorted(Counter(sources[positive]).items()) if count >= MIN_SOURCE_POSITIVES
        ]
        for kind, others in ((ALL, ~positive & label_mask[:, column]), (EVERYDAY, everyday)):
            rows[kind].append(measured_row(product, "all", scores[positive], scores[others]))
            rows[kind] += [
                measured_row(product, source, scores[positive & (sources == source)], scores[others])
                for source in large
            ]
        half = np.quantile(scores[positive], 1 - HALF)
        shares = [
            float(np.mean(scores[everyday & (sources == source)] > half))
            for source, count in Counter(sources[everyday]).items()
            if count >= MIN_ALARM_PHOTOS
        ]
        if shares:
            alarms.append(Alarms(product=product, mean=float(np.mean(shares)), worst=max(shares)))
    return {kind: tuple(found) for kind, found in rows.items()}, tuple(alarms)


def ablation_text(found: Sequence[Measured]) -> str:
    """Return one Markdown table a product."""
    alarms = {(arm.name, row.product): row for arm in found for row in arm.alarms}
    parts: list[str] = []
    for product in dict.fromkeys(row.product for arm in found for row in arm.rows[ALL]):
        held_out = list(
            dict.fromkeys(row.held_out for arm in found for row in arm.rows[ALL] if row.product == product)
        )
        head = [f"{place}, against {kind}" for place in held_out for kind in (EVERYDAY, ALL)]
        lines: list[list[str]] = []
        for arm in found:
            cells = {
                (row.held_out, kind): rates_cell(row)
                for kind, rows in arm.rows.items()
                for row in rows
                if row.product == product
            }
            found_alarms = alarms.get((arm.name, product))
            shares = f"{found_alarms.mean:.1%} / {found_alarms.worst:.1%}" if found_alarms else "-"
            places = [cells.get((place, kind), "-") for place in held_out for kind in (EVERYDAY, ALL)]
            lines.append([arm.name, *places, shares])
        parts += [
            f"`{product}`: area under ROC / TPR at 1 % FPR / at 5 % FPR on held-out photos; last column: FPR on "
            "everyday photos at the score that half of its photos reach, mean / worst source\n",
            markdown_table(["arm", *head, "alarms"], lines) + "\n",
        ]
    return "\n".join(parts)


if __name__ == "__main__":
    main()
