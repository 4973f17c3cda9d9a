"""The one object that wires decode, preprocess, run and decide together."""

from __future__ import annotations

import functools
import os
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from wildvision.clips import DEFAULT_VIDEO_LIMITS, ClipSource, VideoLimits
from wildvision.decision import (
    TOO_LONG,
    Decision,
    abstain,
    calibrated_predictions,
    chosen_policy,
    decide,
    is_too_long,
    leading_category,
    predictions_of,
    refuse_to_clear,
)
from wildvision.errors import ExplanationError, OptionError, UnsupportedImageError, WildvisionError
from wildvision.explanation import Explanation, regions
from wildvision.images import (
    DEFAULT_LIMITS,
    DecodedImage,
    DecodeSide,
    ImageLimits,
    LeastSides,
    Source,
    read_image,
)
from wildvision.joint import JointModel, merge
from wildvision.layout import Box
from wildvision.manifest import (
    MODEL_VARIABLE,
    Manifest,
    Model,
    Policy,
    bundled_models,
    find_models,
    load_manifest,
)
from wildvision.maps import laid_map
from wildvision.model_folder import Precision
from wildvision.part_scores import Combined, combined, powers_of
from wildvision.parts import (
    DETAILS,
    LARGE,
    Detail,
    Layout,
    PartKind,
    enlarged,
    is_long,
    is_taken_apart,
    layout_shrinking,
    parts_within,
    repeats,
    tiles_of,
)
from wildvision.posts import PostClassification, classify_pictures
from wildvision.preprocess import preprocess
from wildvision.recent import MOST_PICTURES, RecentPictures
from wildvision.results import Caution, Classification, Outcome, Part, Prediction
from wildvision.runtime import DEFAULT_PROVIDER, OnnxModel, Outputs
from wildvision.taxonomy import Kind
from wildvision.turning import QUARTERS, is_worth_turning, together, turned
from wildvision.video import VideoClassification, judge_clip

PAGE = 2  # times the network's input, the shorter side of a page: a photo of half its width then has all it needs
THOROUGH = 4  # times the side that a network needs is decoded, for tiles to have what was photographed
UNDECIDED = 0.1  # share of a review threshold from which a look is worth tiles
_SAME_SCORE = 1e-3  # two looks at one picture differ by rounding only
WINDOW = (
    4  # images of a batch that are drawn but not answered: two at work, and one each to go on with at once
)


def classify(source: Source) -> Classification:
    """Classify one image with the default model; for many images keep a `Classifier`.

    Args:
        source: Path, bytes, binary file object, PIL image, or RGB array of shape (H, W, 3), uint8.

    Raises:
        ImageError: The image cannot be read; the message says why.
        ModelError: The default model (or the one that ``WILDVISION_MODEL`` names) cannot be used.
    """
    return _default_classifier(os.environ.get(MODEL_VARIABLE)).classify(source)


def classify_post(sources: Iterable[Source]) -> PostClassification:
    """Classify several pictures of one post with the default model; for many posts keep a `Classifier`.

    Args:
        sources: Its pictures, each as for `classify`.

    Raises:
        PostError: There is no picture, or none can be read; the message says why.
        UnsupportedImageError: ``sources`` is a single image instead of a collection of them.
        ModelError: The default model (or the one that ``WILDVISION_MODEL`` names) cannot be used.
    """
    return _default_classifier(os.environ.get(MODEL_VARIABLE)).classify_post(sources)


def classify_video(source: ClipSource) -> VideoClassification:
    """Classify a short clip with the default model; for many clips keep a `Classifier`. Needs the extra ``video``.

    Args:
        source: Path of an MP4, MOV or WebM file, its bytes, or a binary file object that can be sought.

    Raises:
        ImageReadError: The file cannot be read.
        VideoError: The clip cannot be classified; the message says why.
        ModelError: The default model (or the one that ``WILDVISION_MODEL`` names) cannot be used.
    """
    return _default_classifier(os.environ.get(MODEL_VARIABLE)).classify_video(source)


@functools.lru_cache(maxsize=1)
def _default_classifier(model: str | None) -> Classifier:
    return Classifier(model)


class Classifier:
    """Recognises wildlife products in images; safe to share between threads, picklable, cheap to keep.

    Args:
        model: A model directory, the id of a bundled model, or None for the default. Or several of them: each image is
            decoded once and looked at by all, and `wildvision.joint` says which answers for a category.
        policy: The name of a policy of the manifest, a `Policy` of your own, or None for the model's default.
        threads: Threads that one image may use, at least 1; None: one for each CPU that this process may use.
        limits: What an image may ask for before it is refused.
        provider: ONNX Runtime's name of an execution provider; one that is missing is an error.
        precision: ``"float32"``, or ``"int8"`` where the model has it: smaller and on most CPUs faster, with scores
            that differ a little (the model card says by how much).
        detail: How much is looked at: ``"fast"`` finds photos that paper surrounds, and the highest scores count;
            ``"balanced"`` finds cells that touch too, looks at long pictures square by square and combines what it
            sees (`wildvision.part_scores`); ``"thorough"`` also looks at tiles.

    Raises:
        ModelError: The model is missing, damaged or inconsistent, or the policy does not fit it.
        RuntimeBackendError: ONNX Runtime cannot load it, or lacks the provider.
        OptionError: ``threads`` is not None and no whole number from 1, or ``detail`` is none of the three.
    """

    def __init__(
        self,
        model: Model | None = None,
        *,
        policy: str | Policy | None = None,
        threads: int | None = None,
        limits: ImageLimits = DEFAULT_LIMITS,
        provider: str = DEFAULT_PROVIDER,
        precision: Precision = "float32",
        detail: Detail = "balanced",
    ) -> None:
        _check_threads(threads)
        if detail not in DETAILS:
            raise OptionError(f"expected detail to be one of {', '.join(DETAILS)}, found {detail!r}")
        directories = find_models(model)
        self._arguments: dict[str, Any] = {
            # A bundled model travels by id: the process that unpickles may have it somewhere else.
            "model": tuple(d.name if d in bundled_models().values() else d.resolve() for d in directories),
            "policy": policy,
            "threads": threads,
            "limits": limits,
            "provider": provider,
            "precision": precision,
            "detail": detail,
        }
        manifests = [load_manifest(directory) for directory in directories]
        self._manifest, answers = merge(manifests) if len(manifests) > 1 else (manifests[0], {})
        self._policy_name, self._policy = chosen_policy(self._manifest, policy)
        self._limits = limits
        self._detail: Detail = detail
        self._recent = RecentPictures()
        options: dict[str, Any] = {"threads": threads, "provider": provider, "precision": precision}
        self._model = (
            JointModel(directories, manifests, answers, **options)
            if answers
            else OnnxModel(directories[0], self._manifest, **options)
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self._arguments,)

    def with_policy(self, policy: str | Policy | None) -> Classifier:
        """Return a classifier that judges by other thresholds; both share the network, which is loaded once.

        Args:
            policy: As for `Classifier`.

        Raises:
            ManifestError: The model has no policy of that name.
        """
        other = Classifier.__new__(Classifier)  # a copy would be built anew, as an unpickled one is
        other.__dict__.update(self.__dict__)
        other._arguments = {**self._arguments, "policy": policy}
        other._policy_name, other._policy = chosen_policy(self._manifest, policy)
        return other

    def __repr__(self) -> str:
        return f"<Classifier {self._manifest.id}, policy={self._policy_name}>"

    @property
    def manifest(self) -> Manifest:
        """What the model says about itself."""
        return self._manifest

    @property
    def model_sha256(self) -> str:
        """SHA-256 (hex) of the network that is loaded."""
        return self._model.sha256

    @property
    def limits(self) -> ImageLimits:
        """What an image may ask for before it is refused."""
        return self._limits

    @property
    def detail(self) -> Detail:
        """How much is looked at."""
        return self._detail

    @property
    def policy_name(self) -> str:
        """The name of the thresholds that are applied: of one of the manifest's policies, or ``"custom"``."""
        return self._policy_name

    @property
    def policy(self) -> Policy:
        """The thresholds that are applied."""
        return self._policy

    @property
    def categories(self) -> tuple[str, ...]:
        """Taxonomy ids that the model scores, products first."""
        ids = self._manifest.category_ids
        kind = self._manifest.taxonomy.get
        return tuple(sorted(ids, key=lambda category: kind(category).kind is not Kind.PRODUCT))

    def classify(self, source: Source) -> Classification:
        """Classify one image.

        Args:
            source: Path, bytes, binary file object, PIL image, or RGB array of shape (H, W, 3), uint8.

        Raises:
            ImageError: The image cannot be read; the message says why.
            RuntimeBackendError: ONNX Runtime failed.
        """
        image = self.decode(source)
        return self.judge(image).with_origin(self._origin(source, image))

    def _origin(self, source: Source, image: DecodedImage) -> _Origin:
        if isinstance(source, str | os.PathLike):
            return _Origin(self, os.path.abspath(os.fsdecode(source)), -1)  # noqa: PTH100 - resolves no link
        return _Origin(self, None, self._recent.keep(image))

    def decode(self, source: Source) -> DecodedImage:
        """Decode an image as `classify` does: within the limits, shrunk to what the network needs.

        Raises:
            ImageError: The image cannot be read; the message says why.
        """
        return read_image(source, limits=self._limits, decode_side=self._decode_side())

    def _decode_side(self) -> DecodeSide:
        """Return what pictures may be shrunk to: as few pixels as do for what this detail looks at."""
        spec = self._manifest.preprocess
        if self._detail == "fast":
            return spec.decode_side
        if self._detail == "thorough":
            return THOROUGH * spec.decode_side
        return LeastSides(longer=spec.decode_side, of_page=PAGE * max(spec.width, spec.height))

    def judge(self, image: DecodedImage) -> Classification:
        """Classify what `decode` returned.

        Photos inside it (a collage, a screenshot, a frame) are looked at by themselves too, as far as ``detail`` asks,
        and `wildvision.part_scores` says what they answer together; a warning says so. A picture in which a product
        may lie is looked at from all four sides, so that it matters little which is up (`wildvision.turning`).

        Raises:
            RuntimeBackendError: ONNX Runtime failed.
        """
        return self._look_and_answer(image)

    def judge_and_embed(self, image: DecodedImage) -> tuple[Classification, NDArray[np.float32]]:
        """Classify what `decode` returned, and return its embedding as it came, shape (D,), float32, of length 1.

        Raises:
            RuntimeBackendError: ONNX Runtime failed.
        """
        outputs = self._model.run(self._batch(image.pixels))
        return self._look_and_answer(image, outputs.logits[0]), outputs.embedding[0]

    def features(self, image: DecodedImage) -> NDArray[np.float32]:
        """Return the pooled features of what `decode` returned, shape (D,), float32: what every head sees of it.

        Raises:
            IncompatibleModelError: The network's file does not give them.
            RuntimeBackendError: ONNX Runtime failed.
        """
        return self._model.features(self._batch(image.pixels))[0]

    def activation_map(self, image: DecodedImage, category: str) -> NDArray[np.float32]:
        """Return how much each position of what `decode` returned speaks for a category.

        It is the class activation map (Zhou et al. 2016) of a network that ends in global pooling and one linear
        layer: the mean of the map over the network's input, plus a constant, is the logit. It shows what the network
        looked at, not where a thing ends. Where a photo inside the image has the highest score, it is the map of that
        photo, in its place, and 0 around it. Of a picture that is looked at from all four sides it is the mean of their
        maps, each turned back.

        Args:
            image: From `decode`.
            category: One of `categories`.

        Returns:
            Shape (H, W) of ``image.pixels``, float32; above 0: for the category, below 0: against it.

        Raises:
            KeyError: The model does not score the category.
            RuntimeBackendError: ONNX Runtime failed.
        """
        return self.explain_image(image, category).map

    def explain(self, source: Source, category: str | None = None) -> Explanation:
        """Return where in an image the evidence for a category lies.

        Args:
            source: As for `classify`.
            category: One of `categories`; None: what decided, or came nearest, else the highest product.

        Raises:
            ImageError: The image cannot be read; the message says why.
            KeyError: The model does not score the category.
            RuntimeBackendError: ONNX Runtime failed.
        """
        return self.explain_image(self.decode(source), category)

    def explain_image(self, image: DecodedImage, category: str | None = None) -> Explanation:
        """Explain what `decode` returned, see `explain`.

        Where a photo inside the image has the highest score, the map is that of the photo, in its place, and 0 around
        it. Of a picture that is looked at from all four sides it is the mean of their maps, each turned back.
        """
        ids = self._manifest.category_ids
        if category is not None and category not in ids:
            raise KeyError(f"expected one of {', '.join(ids)}, found {category!r}")
        views = self._views(image)
        found = self._combined(views)
        if category is None:
            decision = decide(found.predictions, self._policy, self._manifest.taxonomy)
            category = leading_category(found.predictions, decision.reason, self._manifest.product_ids)
        column, best = ids.index(category), found.carried_by[category]
        box = views.boxes[best]
        only_upright = views.is_seen_once and box == views.whole
        looks = self._explain(box.of(image.pixels), only_upright=only_upright)
        laid = self._laid(image, looks, column, box)
        return Explanation(
            category=category,
            score=next(p.score for p in found.predictions if p.category == category),
            logit=float(together(_logits(looks))[column]),
            map=laid,
            pixels=image.pixels,
            width=image.width,
            height=image.height,
            boxes=regions(laid, width=image.width, height=image.height),
        )

    def _laid(
        self, image: DecodedImage, looks: Sequence[Outputs], column: int, box: Box
    ) -> NDArray[np.float32]:
        """Lay the map of a part over the image, 0 around it, with the mean over the image that the part's map has."""
        height, width = image.pixels.shape[:2]
        own = box.of(image.pixels)
        found = laid_map(
            looks, column, width=own.shape[1], height=own.shape[0], spec=self._manifest.preprocess
        )
        laid = np.zeros((height, width), np.float32)
        box.of(laid)[:] = found * (width * height / box.area)
        return laid

    def _batch(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        return preprocess(self._lighter(pixels), self._manifest.preprocess)[None]

    def _lighter(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Average blocks of a page: the network sees a narrow strip, and resampling it all costs as much as a look."""
        height, width = pixels.shape[:2]
        if self._detail == "fast" or not is_long(width, height):
            return pixels
        spec = self._manifest.preprocess
        factor = max(width, height) // (2 * max(spec.width, spec.height))
        return np.asarray(Image.fromarray(pixels).reduce(factor)) if factor > 1 else pixels

    def _explain(self, pixels: NDArray[np.uint8], *, only_upright: bool) -> list[Outputs]:
        """Return all outputs for each look at a picture, as it came and turned by 1, 2 and 3 quarters to the left."""
        first = self._model.run(self._batch(pixels))
        is_turned = not only_upright and self._is_worth_turning(first.logits[0])
        more = range(1, QUARTERS) if is_turned else ()
        return [first, *(self._model.run(self._batch(turned(pixels, turns))) for turns in more)]

    def _look(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the logits (K,) of one look."""
        return self._model.logits(self._batch(pixels))[0]

    def _look_on(self, pixels: NDArray[np.uint8], first: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the logits (K,) of a picture after as many looks as the first one, (K,), asks for."""
        if not self._is_worth_turning(first):
            return first
        more = [self._look(turned(pixels, turns)) for turns in range(1, QUARTERS)]
        return together(np.stack([first, *more]))

    def _is_worth_turning(self, first: NDArray[np.float32]) -> bool:
        rule = self._manifest.turning
        return rule is not None and is_worth_turning(first, self._manifest.category_ids, rule.look_from)

    def _look_and_answer(
        self, image: DecodedImage, first: NDArray[np.float32] | None = None
    ) -> Classification:
        """Look at a picture, whose first look (K,) may be known, and at its parts, and answer."""
        views = self._views(image, first)
        found = self._combined(views)
        decision, cautions = self._verdict(image, found.predictions, is_complete=views.layout.is_complete)
        return Classification(
            verdict=decision.verdict,
            reason=decision.reason,
            predictions=found.predictions,
            warnings=(*image.cautions, *_parts_caution(views.kinds), *cautions),
            model_id=self._manifest.id,
            policy=self._policy_name,
            parts=self._described(image, views, found) if views.kinds else (),
        )

    def _views(self, image: DecodedImage, first: NDArray[np.float32] | None = None) -> _Views:
        """Look at a picture, whose first look (K,) may be known, and at its parts, and on where a look asks for it."""
        pixels = image.pixels
        layout = self._layout(pixels)
        is_seen_once = bool(layout.parts) and self._detail != "fast" and is_long(*pixels.shape[1::-1])
        if is_seen_once and is_taken_apart(layout, *pixels.shape[1::-1]):
            return _Views(_whole(pixels), layout, self._parts_looked_at(pixels, layout), is_seen_once)
        whole = self._look(pixels) if first is None else first
        if not is_seen_once:
            whole = self._look_on(pixels, whole)
        if self._detail == "thorough" and not layout.parts:
            layout = self._with_tiles(layout, pixels, whole)
        logits = (whole, *self._parts_looked_at(pixels, layout))
        return _Views(_whole(pixels), layout, logits, is_seen_once)

    def _parts_looked_at(self, pixels: NDArray[np.uint8], layout: Layout) -> tuple[NDArray[np.float32], ...]:
        """Return the logits (K,) of each part; what is shown again is looked at once."""
        parts = [found.box.of(pixels) for found in layout.parts]
        # Of a scene's tiles each counts: what is small may be all that differs.
        is_plain = self._detail == "fast" or PartKind.TILE in {found.kind for found in layout.parts}
        first_like = range(len(parts)) if is_plain else repeats(parts)
        looks = {
            place: self._look_on(parts[place], self._look(parts[place])) for place in sorted(set(first_like))
        }
        return tuple(looks[place] for place in first_like)

    def _combined(self, views: _Views) -> Combined:
        areas = [found.box.area for found in views.layout.parts]
        return combined(
            views.logits, views.kinds, self._manifest.categories, areas=areas, powers=powers_of(self._detail)
        )

    def _layout(self, pixels: NDArray[np.uint8]) -> Layout:
        """Find the parts of a picture (H, W, 3)."""
        height, width = pixels.shape[:2]
        factor = self._layout_shrinking(width, height)
        small = pixels if factor == 1 else np.asarray(Image.fromarray(pixels).reduce(factor))
        layout = parts_within(small, self._detail)
        return layout if factor == 1 else enlarged(layout, factor, width=width, height=height)

    def _with_tiles(self, layout: Layout, pixels: NDArray[np.uint8], whole: NDArray[np.float32]) -> Layout:
        """Give a picture (H, W, 3) without parts tiles where it is large, or the look at it (K,) undecided."""
        height, width = pixels.shape[:2]
        spec = self._manifest.preprocess
        is_large = min(width, height) >= LARGE * min(spec.width, spec.height)
        if is_large or self._is_undecided(whole):
            return layout._replace(parts=tiles_of(width, height))
        return layout

    def _layout_shrinking(self, width: int, height: int) -> int:
        """Return by how much a picture is shrunk to find its parts: they are as clear in fewer pixels."""
        if self._detail == "fast":
            return 1
        if self._detail == "thorough" and not is_long(width, height):
            return max(1, max(width, height) // (2 * self._manifest.preprocess.decode_side))
        return layout_shrinking(width, height)

    def _is_undecided(self, logits: NDArray[np.float32]) -> bool:
        """Whether a look (K,) comes near a review without reaching it."""
        predictions = calibrated_predictions(logits, self._manifest.categories)
        nearest = decide(predictions, self._policy, self._manifest.taxonomy).reason.nearest
        return nearest is not None and nearest.score >= UNDECIDED * nearest.threshold

    def _described(self, image: DecodedImage, views: _Views, found: Combined) -> tuple[Part, ...]:
        """Return the views with their boxes in the original and their scores."""
        across, down = image.width / image.pixels.shape[1], image.height / image.pixels.shape[0]
        kinds = (*(("whole",) if views.has_whole else ()), *(kind.value for kind in views.kinds))
        return tuple(
            Part(
                kind=kind,
                left=round(box.left * across),
                top=round(box.top * down),
                right=round(box.right * across),
                bottom=round(box.bottom * down),
                predictions=predictions_of(scores.tolist(), self._manifest.categories),
            )
            for kind, box, scores in zip(kinds, views.boxes, found.views, strict=True)
        )

    def _verdict(
        self, image: DecodedImage, predictions: Sequence[Prediction], *, is_complete: bool
    ) -> tuple[Decision, tuple[Caution, ...]]:
        width, height, rule = image.width, image.height, self._manifest.abstention
        if refusal := abstain(image.pixels, width=width, height=height, rule=rule):
            return refusal, ()
        decision = decide(predictions, self._policy, self._manifest.taxonomy)
        if is_complete or not is_too_long(width, height):
            return decision, ()
        return refuse_to_clear(decision), (TOO_LONG,)

    def classify_batch(self, sources: Iterable[Source]) -> tuple[Outcome, ...]:
        """Classify many images; one that fails becomes an outcome with its error.

        Every image runs by itself, so that a batch gives exactly what single calls give; two images are
        worked on at a time, so that one is decoded while the network looks at the other.

        Args:
            sources: As for `classify`; drawn as they are needed, at most `WINDOW` ahead.

        Returns:
            One outcome for each source, in order.

        Raises:
            UnsupportedImageError: ``sources`` is a single image instead of a collection of them.
        """
        return tuple(self.classify_stream(sources))

    def classify_stream(self, sources: Iterable[Source]) -> Generator[Outcome]:
        """Classify images as `classify_batch` does, however many, and yield the outcomes one by one, in order.

        Args:
            sources: As for `classify`; may never end. An outcome comes when `WINDOW` sources are drawn and not
                answered, or none is left, so an iterator of open files must not close one before its outcome came.

        Raises:
            UnsupportedImageError: ``sources`` is a single image instead of a collection of them.
        """
        _refuse_one_image(sources)
        return self._stream(sources)

    def classify_post(self, sources: Iterable[Source]) -> PostClassification:
        """Classify several pictures that belong together, such as those of one listing, and give one answer.

        A picture that fails becomes an outcome with its error and a warning of the post; see `wildvision.posts` for how
        scores are combined.

        Args:
            sources: Its pictures, each as for `classify`; two are worked on at a time.

        Raises:
            PostError: There is no picture, or none can be read; the message says why.
            UnsupportedImageError: ``sources`` is a single image instead of a collection of them.
        """
        outcomes = self.classify_batch(sources)
        return classify_pictures(outcomes, self._manifest, self._policy, policy_name=self._policy_name)

    def classify_video(
        self, source: ClipSource, *, limits: VideoLimits = DEFAULT_VIDEO_LIMITS
    ) -> VideoClassification:
        """Classify a short clip: frames where the scene changes and at even distances, and one answer for them.

        The frame that carries the answer can be explained, ``clip.frames[clip.carrier].result.explain()``, as long as
        it is among the last few pictures in memory.

        Args:
            source: Path of an MP4, MOV or WebM file, its bytes, or a binary file object that can be sought.
            limits: What the clip may ask for.

        Raises:
            ImageReadError: The file cannot be read.
            VideoError: The clip cannot be classified; the message says why.
            RuntimeBackendError: ONNX Runtime failed.
        """
        clip, frame = judge_clip(source, self, limits)
        clip.frames[clip.carrier or 0].result.with_origin(_Origin(self, None, self._recent.keep(frame)))
        return clip

    def _stream(self, sources: Iterable[Source]) -> Generator[Outcome]:
        waiting: deque[Future[Outcome]] = deque()
        with ThreadPoolExecutor(max_workers=2, thread_name_prefix="wildvision") as pool:
            try:
                for source in sources:
                    waiting.append(pool.submit(self._outcome, source))
                    if len(waiting) == WINDOW:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:  # whoever stops early waits for the images at work only
                for future in waiting:
                    future.cancel()

    def _outcome(self, source: Source) -> Outcome:
        try:
            return Outcome(result=self.classify(source))
        except WildvisionError as error:
            return Outcome(error=error)


@dataclass(frozen=True, slots=True, eq=False)
class _Origin:
    """Where the picture of a result is: in a file, or among those that the classifier saw last."""

    classifier: Classifier
    path: str | None
    number: int

    def explain(self, result: Classification, category: str | None) -> Explanation:
        """Look at the picture again, and make sure that it is the one of the result."""
        image = self._image()
        if category is None:
            category = leading_category(
                result.predictions, result.reason, self.classifier.manifest.product_ids
            )
        found = self.classifier.explain_image(image, category)
        if abs(found.score - result.score(category)) > _SAME_SCORE:
            raise ExplanationError(
                f"expected the picture that scored {result.score(category):.4f} for {category}, found one that scores "
                f"{found.score:.4f} in {self.path or 'memory'}: it has changed since; classify it again"
            )
        return found

    def _image(self) -> DecodedImage:
        if self.path is not None:
            return self.classifier.decode(self.path)
        image = self.classifier._recent.get(self.number)  # pyright: ignore[reportPrivateUsage]
        if image is None:
            raise ExplanationError(
                f"expected one of the last {MOST_PICTURES} pictures in memory, found that others came since; use "
                "Classifier.explain(picture, category), or classify files by their paths"
            )
        return image


@dataclass(frozen=True, slots=True, eq=False)
class _Views:
    """A picture and its parts, each with its logits (K,); the whole picture comes first, where it was looked at.

    A page whose parts are looked at is not turned as a whole, ``is_seen_once``: as a strip it shows next to nothing.
    """

    whole: Box
    layout: Layout
    logits: tuple[NDArray[np.float32], ...]
    is_seen_once: bool

    @property
    def kinds(self) -> tuple[PartKind, ...]:
        return tuple(found.kind for found in self.layout.parts)

    @property
    def has_whole(self) -> bool:
        return len(self.logits) > len(self.layout.parts)

    @property
    def boxes(self) -> tuple[Box, ...]:
        whole = (self.whole,) if self.has_whole else ()
        return (*whole, *(found.box for found in self.layout.parts))


def _whole(pixels: NDArray[np.uint8]) -> Box:
    return Box(0, 0, pixels.shape[1], pixels.shape[0])


def _logits(looks: Sequence[Outputs]) -> NDArray[np.float32]:
    return np.concatenate([found.logits for found in looks])  # (n, K)


def _refuse_one_image(sources: object) -> None:
    is_file = hasattr(sources, "read")  # and would be a collection of lines
    is_value = isinstance(sources, str | bytes | bytearray | memoryview | os.PathLike | Image.Image)
    is_array = isinstance(sources, np.ndarray) and sources.ndim < 4  # (N, H, W, 3) is a collection
    if is_file or is_value or is_array:
        raise UnsupportedImageError(
            f"expected a collection of images, found one {type(cast('object', sources)).__name__}; put it into a list"
        )


def _check_threads(threads: object) -> None:
    if threads is not None and not (isinstance(threads, int) and threads >= 1 and threads is not True):
        raise OptionError(
            f"expected threads to be a whole number from 1, or None for one for each CPU, found {threads!r}"
        )


def _parts_caution(kinds: Sequence[PartKind]) -> tuple[Caution, ...]:
    photos = sum(kind in (PartKind.PHOTO, PartKind.CELL) for kind in kinds)
    squares, tiles = kinds.count(PartKind.SQUARE), kinds.count(PartKind.TILE)
    cautions: list[Caution] = []
    if photos:
        message = (
            f"photos found inside the image, a collage, screenshot or frame: {photos}; each was looked at"
        )
        cautions.append(Caution("photos_within", message))
    if squares:
        cautions.append(Caution("cut_into_squares", f"a long image, looked at square by square: {squares}"))
    if tiles:
        cautions.append(Caution("cut_into_tiles", f"looked at tile by tile for small things: {tiles}"))
    return tuple(cautions)


def _rebuild(arguments: dict[str, Any]) -> Classifier:
    return Classifier(**arguments)
