"""The manifest of a model, what it says about itself: ``manifest.json``, read strictly and checked.

`wildvision.model_folder` names the files beside it; each ONNX file stands in the manifest with its SHA-256. What
changes an answer and was fitted or chosen for a model (preprocessing, calibration, thresholds) is in the manifest,
never a constant in code. What holds for every model (how photos inside a picture are found, which picture is too long)
is a constant of `wildvision.layout` and `wildvision.decision`.
"""

from __future__ import annotations

import importlib
import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from wildvision.errors import ManifestError, ModelNotFoundError, TaxonomyError
from wildvision.model_folder import MANIFEST, NETWORKS, ModelFolder
from wildvision.taxonomy import Category, Kind, Taxonomy, extend_taxonomy, load_taxonomy

MANIFEST_SCHEMA = 1
PREPROCESS_VERSION = 1
DEFAULT_MODEL_ID = "wv8-lite1"
MODEL_VARIABLE = "WILDVISION_MODEL"

Model = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
"""A model directory or the id of a bundled model, or several of them."""


class _Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Immutable, and strict: an unknown or missing field is an error."""


class PreprocessSpec(_Record, frozen=True, kw_only=True):
    """How an image becomes network input; see `wildvision.preprocess`.

    Attributes:
        version: Version of the algorithm; only `PREPROCESS_VERSION` is understood.
        width: Input width in px.
        height: Input height in px.
        fit: ``"pad"`` keeps the aspect ratio and fills the rest with ``padding``; ``"stretch"`` does not.
        resample: Pillow's antialiased filter of that name.
        padding: RGB, 0 to 255.
        mean: Per channel, on the 0 to 1 scale.
        std: Per channel, on the 0 to 1 scale.
        decode_side: Images are shrunk while decoding as long as their longer side, or in a picture longer than 2:1
            twice the shorter side, stays at least this (px).
    """

    version: int
    width: int
    height: int
    fit: Literal["pad", "stretch"]
    resample: Literal["bilinear", "bicubic"]
    padding: tuple[int, int, int]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    decode_side: int


class Calibration(_Record, frozen=True, kw_only=True):
    """How one category's logit becomes a probability.

    Attributes:
        method: ``"platt"``: ``sigmoid(slope * logit + intercept)`` (Platt 1999, "Probabilistic outputs for support
            vector machines"). ``"temperature"``: the same without intercept (Guo et al. 2017). ``"isotonic"``:
            linear between ``knots`` and constant outside (Zadrozny and Elkan 2002).
        slope: Of Platt or temperature scaling.
        intercept: Of Platt scaling.
        knots: Of isotonic regression: logit and probability, neither falling.
        basis: What it was fitted on: photos of sources held out from training, or all such categories pooled
            where one alone has too few, or a user's own photos (`Recalibration`).
    """

    method: Literal["platt", "temperature", "isotonic"] = "platt"
    slope: float = 1.0
    intercept: float = 0.0
    knots: tuple[tuple[float, float], ...] = ()
    basis: Literal["held-out sources", "pooled", "own photos"]


class Evidence(_Record, frozen=True, kw_only=True):
    """On how much a category rests in training: photos, the sources they came from, and rendered photos."""

    photos: int
    sources: int
    synthetic_photos: int


class Interval(_Record, frozen=True, kw_only=True):
    """A measured value with its 95 % bootstrap interval over sources."""

    value: float
    low: float
    high: float


class LeftOut(_Record, frozen=True, kw_only=True):
    """How a category was found on training photos of owners that the network which scored them had not seen.

    Attributes:
        photos: Real photos that show it.
        sources: Owners that those come from; owners who share a photo count once.
        others: Real photos that do not show it.
        tpr_at_1_percent_fpr: Share found where 1 % of the others are.
        tpr_at_5_percent_fpr: The same at 5 %.
        average_precision: Area under the curve of precision over recall.
        expected_calibration_error: Of scores calibrated without the owner too; None: it has no calibration of its own,
            and its scores only rank.
    """

    photos: int
    sources: int
    others: int
    tpr_at_1_percent_fpr: Interval
    tpr_at_5_percent_fpr: Interval
    average_precision: Interval
    expected_calibration_error: Interval | None = None


class CategoryEntry(_Record, frozen=True, kw_only=True):
    """A category that the model scores; its place in the list is its column in the logits.

    ``experimental`` means that the evidence does not carry a verdict: scores are shown, and such a product
    can ask for a review but never flag on its own. ``left_out`` is what was measured to tell; None: too few photos.
    """

    id: str
    status: Literal["supported", "experimental"]
    calibration: Calibration
    evidence: Evidence
    left_out: LeftOut | None = None


class Reached(_Record, frozen=True, kw_only=True):
    """Who reached a product's thresholds, set without them, among photos of owners that no network here had seen.

    Attributes:
        everyday_review: Share of everyday photos at or above the review threshold.
        everyday_flag: The same of the flag threshold; 0 where there is none.
        found_review: Share of the photos that show the product; None: there are none.
        found_flag: The same of the flag threshold.
    """

    everyday_review: Interval
    everyday_flag: Interval
    found_review: Interval | None
    found_flag: Interval | None


class Threshold(_Record, frozen=True, kw_only=True):
    """Calibrated scores from which a product asks for review or is flagged; None: never.

    Where the numbers come from: of photos *without* the product, each scored by a network that never saw its source, a
    chosen share may reach each threshold, and the threshold is the score that this share reaches
    (`wildvision.adapt.thresholds`; DECISIONS.md, 12). `Policy.objective` states the shares, `Policy.set_on` the
    photos. A product whose evidence does not carry a verdict has a smaller share for review and no flag. ``measured``
    says who reached them; None: not measured.
    """

    review: float | None
    flag: float | None
    measured: Reached | None = None


class SourceAlarms(_Record, frozen=True, kw_only=True):
    """What became of the everyday photos of one source: how many there are, got REVIEW or FLAG, and got FLAG."""

    source: str
    photos: int
    reviewed: int
    flagged: int


class AlarmShares(_Record, frozen=True, kw_only=True):
    """What a policy said of everyday photos whose owner neither a network nor a threshold had seen.

    Attributes:
        photos: How many there are.
        sources: Owners that they come from.
        review: Share that got REVIEW or FLAG.
        flag: Share that got FLAG.
        review_by_source: Mean over owners of the share of each, every owner alike.
        flag_by_source: The same of FLAG.
        hardest: The sources with most false alarms, the worst first.
    """

    photos: int
    sources: int
    review: Interval
    flag: Interval
    review_by_source: Interval
    flag_by_source: Interval
    hardest: tuple[SourceAlarms, ...] = ()


class Policy(_Record, frozen=True, kw_only=True):
    """One way to trade misses for false alarms: the thresholds of each product and where they came from.

    Attributes:
        objective: What the thresholds were chosen for, in words. The shares of the released models' policies (3 % for
            review and 0.3 % for a flag in ``balanced``) are budgets of people's time, chosen and not measured; for
            shares of your own see `wildvision.decision.policy_for_budget`.
        set_on: The data that the thresholds were read from.
        thresholds: By product id.
        lookalike_ratio: A flag becomes "material unresolved" when a named look-alike scores at least this
            share of the product's score. 1, a look-alike that is at least as likely, is chosen and not measured.
        asked_review: Share of everyday photos that were allowed to reach review or a flag; None: not said.
        asked_flag: The same of a flag.
        measured: What became of that; None: not measured.
    """

    objective: str
    set_on: str
    thresholds: Mapping[str, Threshold]
    lookalike_ratio: float
    asked_review: float | None = None
    asked_flag: float | None = None
    measured: AlarmShares | None = None

    @classmethod
    def for_budget(
        cls,
        manifest: Manifest,
        *,
        reviews_a_day: float,
        photos_a_day: float,
        prevalence: float | Mapping[str, float],
    ) -> Policy:
        """Choose thresholds from what people can look at a day.

        Args:
            manifest: Of the model.
            reviews_a_day: Photos that people can look at, above 0.
            photos_a_day: Photos that come in, above 0.
            prevalence: Share of them that show a product, or the share of each product.

        Returns:
            The policy; `wildvision.adapt.budget.plan_budget` also says what to expect of it.

        Raises:
            OptionError: A number is out of its range, or a product is none that the model scores.
            ManifestError: The model has no curves to choose by.
        """
        # A policy is a value, and choosing one a room far above: named here for whoever looks for it here.
        budget = importlib.import_module("wildvision.adapt.budget")
        plan = budget.plan_budget(
            manifest, reviews_a_day=reviews_a_day, photos_a_day=photos_a_day, prevalence=prevalence
        )
        return plan.policy


class Abstention(_Record, frozen=True, kw_only=True):
    """When an image carries too little to judge.

    Both numbers of the released models (32 px, 2 grey levels) lie below all real photos that taught them, of which the
    least has 35 px and 4.5 grey levels (`training.config.ExportConfig`): they refuse icons and empty pictures.

    Attributes:
        min_side: Shorter side of the original in px, below which nothing is told.
        min_contrast: Standard deviation of the most varied colour channel in grey levels, 0 to 255, below which the
            image counts as blank.
    """

    min_side: int
    min_contrast: float


class FoundTurned(_Record, frozen=True, kw_only=True):
    """How a product is found in photos that were turned to the left, of owners left out, by what others reach upright.

    Attributes:
        degrees: 0, 90, 180 or 270.
        photos: How many show it.
        at_1_percent: Share found where 1 % of all other photos are.
        at_5_percent: The same at 5 %.
        one_look_at_1_percent: The same if no picture were looked at more than once.
        one_look_at_5_percent: The same at 5 %.
    """

    degrees: int
    photos: int
    at_1_percent: float
    at_5_percent: float
    one_look_at_1_percent: float
    one_look_at_5_percent: float


class Turning(_Record, frozen=True, kw_only=True):
    """From which first look on a picture is looked at from all four sides; see `wildvision.turning`.

    Attributes:
        look_from: By product: the logit, not calibrated, of the picture as it came. Products that are not named ask for
            no further look.
        asked: Share of everyday photos that was allowed to get further looks, so that three more for each of them
            cost no more time than was allowed.
        set_on: The photos that the logits were read from.
        turned: Share of everyday photos that got them.
        found: By product that enough photos show, what became of photos that were turned.
    """

    look_from: Mapping[str, float]
    asked: float
    set_on: str
    turned: Interval
    found: Mapping[str, tuple[FoundTurned, ...]] = {}


class CategoryMetrics(_Record, frozen=True, kw_only=True):
    """How a category did on evaluation photos of sources never seen in training.

    Attributes:
        positives: Photos that show it.
        sources: Sources that those come from.
        negatives: Photos that do not.
    """

    positives: int
    sources: int
    negatives: int
    average_precision: Interval
    tpr_at_1_percent_fpr: Interval
    tpr_at_5_percent_fpr: Interval
    expected_calibration_error: Interval


class TaughtHeads(_Record, frozen=True, kw_only=True):
    """Which categories are scored by heads that were taught beside the network; see `wildvision.heads`.

    Attributes:
        categories: In the order of the rows of ``heads.npz``.
        network: Ids in the order of the network's own logits; those that are taught again are scored by their head.
        base: Id of the released model that the network is from.
    """

    categories: tuple[str, ...]
    network: tuple[str, ...]
    base: str


class FileRecord(_Record, frozen=True, kw_only=True):
    """Size and SHA-256 (hex) of a file of the model directory; for ONNX also its operator set and IR version."""

    bytes: int
    sha256: str
    opset: int | None = None
    ir_version: int | None = None


class Promise(_Record, frozen=True, kw_only=True):
    """What share of as many further everyday photos of the platform will reach a policy's thresholds, in 95 of 100."""

    review: Interval
    flag: Interval


class Recalibration(_Record, frozen=True, kw_only=True):
    """Whose photos gave a model its calibration and thresholds anew; network and head are those it had.

    Attributes:
        of_model: Id of the model that it was.
        of_manifest: SHA-256 (hex) of that model's ``manifest.json``.
        created: ISO date.
        photos: Labelled photos that could be scored.
        everyday: Those of them that show nothing with a name; thresholds rest on them.
        sources: Owners that all come from.
        labels: SHA-256 (hex) over owners, labels and scores, without names or places.
        calibrated: Categories that got a calibration of their own.
        promised: By policy.
    """

    of_model: str
    of_manifest: str
    created: str
    photos: int
    everyday: int
    sources: int
    labels: str
    calibrated: tuple[str, ...]
    promised: Mapping[str, Promise]


class Manifest(_Record, frozen=True, kw_only=True):
    """All of ``manifest.json``.

    Attributes:
        id: Model id, as in results.
        created: ISO date.
        architecture: Backbone, as timm names it.
        licence: SPDX expression of the weights.
        attribution: Whose weights and data the model builds on.
        embedding_size: Length of the ``embedding`` output.
        categories: In the order of the logits; in a model with taught heads, those that the network lacks at the end.
        heads: What was taught beside the network; None: nothing.
        new_categories: Those of its categories that the packaged taxonomy lacks.
        not_supported: Taxonomy ids that the model cannot score for want of evidence.
        turning: When a picture is looked at from all four sides; None: never.
        review_curves: By product: falling scores, and the share of held-out photos without the product that reach each;
            in models with ``found_curves`` the share of everyday photos, with a margin for owners not seen.
            `wildvision.decision.policy_for_budget` reads thresholds from them.
        found_curves: By product: what finding it is worth at each score of its review curve, the share of left-out
            photos with the product that reach it, less the fewer owners they come from. Empty in older models.
        policies: By name.
        metrics: By category id; only those that the evaluation photos show.
        training_data: SHA-256 over the digests and labels of the training photos.
        recalibrated: Where calibration and thresholds come from a user's own photos; None: they are the model's.
        files: By file name.
    """

    schema: int
    id: str
    created: str
    architecture: str
    licence: str
    attribution: tuple[str, ...]
    preprocess: PreprocessSpec
    embedding_size: int
    categories: tuple[CategoryEntry, ...]
    new_categories: tuple[Category, ...] = ()
    not_supported: tuple[str, ...]
    abstention: Abstention
    turning: Turning | None = None
    default_policy: str
    policies: Mapping[str, Policy]
    review_curves: Mapping[str, tuple[tuple[float, float], ...]] = {}
    found_curves: Mapping[str, tuple[float, ...]] = {}
    metrics: Mapping[str, CategoryMetrics]
    training_data: str
    recalibrated: Recalibration | None = None
    files: Mapping[str, FileRecord]
    heads: TaughtHeads | None = None

    @property
    def network_ids(self) -> tuple[str, ...]:
        """Ids in the order of the network's own logits."""
        return self.heads.network if self.heads else self.category_ids

    @property
    def category_ids(self) -> tuple[str, ...]:
        """Ids in the order of the logits."""
        return tuple(entry.id for entry in self.categories)

    @property
    def taxonomy(self) -> Taxonomy:
        """The packaged taxonomy with the model's own categories."""
        return extend_taxonomy(load_taxonomy(), self.new_categories)

    @property
    def product_ids(self) -> tuple[str, ...]:
        """Ids of the products among the categories."""
        taxonomy = self.taxonomy
        return tuple(i for i in self.category_ids if taxonomy.get(i).kind is Kind.PRODUCT)


def find_models(model: Model | None = None) -> tuple[Path, ...]:
    """Return the directories of one model or of several; see `find_model`.

    Raises:
        ModelNotFoundError: There is none, or one of them is not there.
    """
    if model is None or isinstance(model, str | os.PathLike):
        return (find_model(model),)
    return tuple(find_model(one) for one in model) or (find_model(),)


def find_model(model: str | os.PathLike[str] | None = None) -> Path:
    """Return the directory of a model.

    Args:
        model: A directory, the id of a model that came with the package, or None for the one that the
            environment variable ``WILDVISION_MODEL`` names, else the default.

    Raises:
        ModelNotFoundError: There is none; the message lists those that came with the package.
    """
    wanted = model if model is not None else os.environ.get(MODEL_VARIABLE) or DEFAULT_MODEL_ID
    bundled = bundled_models()
    if isinstance(wanted, str) and wanted in bundled:
        return bundled[wanted]
    directory = Path(wanted)
    if directory.is_dir():
        return directory
    raise ModelNotFoundError(
        "expected a model directory or the id of a bundled model "
        f"({', '.join(bundled) or 'none is installed'}); give a path to a folder with a {MANIFEST}",
        model=os.fspath(wanted),
    )


def bundled_models() -> dict[str, Path]:
    """Return the directories of the models that came with the package, by id."""
    package = Path(__file__).parent
    # A wheel carries models/ inside the package; a source checkout has it beside the package.
    for root in (package / "_models", package.parent / "models"):
        if found := {path.parent.name: path.parent for path in sorted(root.glob(f"*/{MANIFEST}"))}:
            return found
    return {}


def load_manifest(directory: Path) -> Manifest:
    """Read and check the manifest of a model directory.

    Raises:
        ManifestError: It is missing, not as `Manifest` describes, or contradicts itself or the taxonomy.
    """
    try:
        content = ModelFolder(directory).manifest.read_bytes()
    except OSError as error:
        raise ManifestError(
            f"expected a readable {MANIFEST}, found: {error}", model=str(directory)
        ) from error
    return parse_manifest(content, model=str(directory))


def parse_manifest(content: bytes, *, model: str | None = None) -> Manifest:
    """Decode and check a manifest; ``model`` only names it in errors.

    Raises:
        ManifestError: As for `load_manifest`.
    """
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except msgspec.MsgspecError as error:
        raise ManifestError(f"{MANIFEST} is malformed: {error}", model=model) from error
    try:
        problems = _contradictions(manifest)
    except TaxonomyError as error:
        problems = [f"new_categories: {error}"]
    if problems:
        raise ManifestError(f"{MANIFEST} is inconsistent: {problems[0]}", model=model)
    return manifest


def _contradictions(manifest: Manifest) -> list[str]:
    expected = (_of_transform, _of_categories, _of_files, _of_heads, _of_turning, _of_curves)
    problems = [otherwise for part in expected for holds, otherwise in part(manifest) if not holds]
    if not problems:
        for name, policy in manifest.policies.items():
            problems += _policy_contradictions(manifest, name, policy)
    return problems


_Expected = Iterator[tuple[bool, str]]  # whether it holds, and what is said otherwise


def _of_transform(manifest: Manifest) -> _Expected:
    spec = manifest.preprocess
    yield manifest.schema == MANIFEST_SCHEMA, f"schema {manifest.schema}, expected {MANIFEST_SCHEMA}"
    yield spec.version == PREPROCESS_VERSION, f"preprocess.version {spec.version} is not understood"
    yield min(spec.width, spec.height) > 0, "preprocess.width and height must be positive"
    yield all(value > 0 for value in spec.std), "preprocess.std must be positive"
    yield all(0 <= value <= 255 for value in spec.padding), "preprocess.padding must be 0 to 255"


def _of_categories(manifest: Manifest) -> _Expected:
    ids = manifest.category_ids
    known = {category.id for category in manifest.taxonomy.categories}
    yield len(ids) > 0 and len(set(ids)) == len(ids), "category ids must be unique and not none"
    yield set(ids) | set(manifest.not_supported) <= known, "a category id is not in the taxonomy"


def _of_files(manifest: Manifest) -> _Expected:
    yield manifest.default_policy in manifest.policies, "default_policy is not one of policies"
    yield NETWORKS["float32"] in manifest.files, f"files lacks {NETWORKS['float32']}"
    yield all(_is_plain(name) for name in manifest.files), "files must be plain names without a folder"


def _of_heads(manifest: Manifest) -> _Expected:
    if manifest.heads:
        ids, taught, own = manifest.category_ids, manifest.heads.categories, manifest.heads.network
        added = tuple(i for i in ids if i not in own)
        yield "heads.npz" in manifest.files, "files lacks heads.npz"
        yield len(taught) > 0 and len(set(taught)) == len(taught), "heads must be of unique categories"
        go_together = ids == (*own, *added) and set(added) <= set(taught) <= set(ids)
        yield go_together, "heads do not go with categories"


def _of_turning(manifest: Manifest) -> _Expected:
    if turning := manifest.turning:
        is_scored = set(turning.look_from) <= set(manifest.category_ids)
        yield is_scored, "turning.look_from names a category that is not scored"


def _of_curves(manifest: Manifest) -> _Expected:
    found = {product: len(curve) for product, curve in manifest.found_curves.items()}
    lengths = {product: len(manifest.review_curves.get(product, ())) for product in found}
    yield lengths == found, "found_curves must have a value for each point of review_curves"
    for entry in manifest.categories:
        rises = _is_rising(entry.calibration)
        yield rises, f"calibration of {entry.id} must rise: slope above 0, or knots"


def _is_plain(name: str) -> bool:
    return name not in {"", ".", ".."} and not set(name) & set("/\\:\0")


def _is_rising(calibration: Calibration) -> bool:
    knots = calibration.knots
    if calibration.method != "isotonic":
        return calibration.slope > 0 and not knots
    pairs = itertools.pairwise(knots)
    return (
        len(knots) > 0
        and all(a[0] < b[0] and a[1] <= b[1] for a, b in pairs)
        and all(0 <= p <= 1 for _, p in knots)
    )


def _policy_contradictions(manifest: Manifest, name: str, policy: Policy) -> list[str]:
    problems = [f"policy {name!r} {problem}" for problem in threshold_problems(policy)]
    if set(policy.thresholds) != set(manifest.product_ids):
        problems.append(f"policy {name!r} must have a threshold for each product the model scores")
    return problems


def threshold_problems(policy: Policy) -> list[str]:
    """Return in what the thresholds of a policy contradict themselves, for whatever model they are."""
    problems: list[str] = []
    for category, threshold in policy.thresholds.items():
        review, flag = threshold.review, threshold.flag
        if any(value is not None and not 0 <= value <= 1 for value in (review, flag)):
            problems.append(f"has thresholds of {category} that are not 0 to 1")
        elif flag is not None and (review is None or review > flag):
            problems.append(f"has a threshold for review of {category} above that for its flag")
    return problems
