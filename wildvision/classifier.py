"""The one object that wires decode, preprocess, run and decide together."""

from __future__ import annotations

import functools
import os
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from wildvision.decision import (
    TOO_LONG,
    Decision,
    abstain,
    calibrated_predictions,
    chosen_policy,
    decide,
    is_too_long,
    long_picture,
)
from wildvision.errors import OptionError, UnsupportedImageError, WildvisionError
from wildvision.images import DEFAULT_LIMITS, DecodedImage, ImageLimits, Source, read_image
from wildvision.joint import JointModel, merge
from wildvision.layout import Box, photos_within
from wildvision.manifest import (
    MODEL_VARIABLE,
    Manifest,
    Model,
    Policy,
    bundled_models,
    find_models,
    load_manifest,
)
from wildvision.model_folder import Precision
from wildvision.preprocess import preprocess, unfit
from wildvision.results import Caution, Classification, Outcome, Prediction
from wildvision.runtime import DEFAULT_PROVIDER, OnnxModel, Outputs
from wildvision.taxonomy import Kind
from wildvision.turning import QUARTERS, is_worth_turning, together, turned

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

    Raises:
        ModelError: The model is missing, damaged or inconsistent, or the policy does not fit it.
        RuntimeBackendError: ONNX Runtime cannot load it, or lacks the provider.
        OptionError: ``threads`` is not None and no whole number from 1.
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
    ) -> None:
        _check_threads(threads)
        directories = find_models(model)
        self._arguments: dict[str, Any] = {
            # A bundled model travels by id: the process that unpickles may have it somewhere else.
            "model": tuple(d.name if d in bundled_models().values() else d.resolve() for d in directories),
            "policy": policy,
            "threads": threads,
            "limits": limits,
            "provider": provider,
            "precision": precision,
        }
        manifests = [load_manifest(directory) for directory in directories]
        self._manifest, answers = merge(manifests) if len(manifests) > 1 else (manifests[0], {})
        self._policy_name, self._policy = chosen_policy(self._manifest, policy)
        self._limits = limits
        options: dict[str, Any] = {"threads": threads, "provider": provider, "precision": precision}
        self._model = (
            JointModel(directories, manifests, answers, **options)
            if answers
            else OnnxModel(directories[0], self._manifest, **options)
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self._arguments,)

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
        return self.judge(self.decode(source))

    def decode(self, source: Source) -> DecodedImage:
        """Decode an image as `classify` does: within the limits, shrunk to what the network needs.

        Raises:
            ImageError: The image cannot be read; the message says why.
        """
        return read_image(source, limits=self._limits, decode_side=self._manifest.preprocess.decode_side)

    def judge(self, image: DecodedImage) -> Classification:
        """Classify what `decode` returned.

        Photos inside it (a collage, a screenshot, a frame) are looked at by themselves too, and every category gets
        its highest score; a warning says so. A picture in which a product may lie is looked at from all four sides, so
        that it matters little which of them is up (`wildvision.turning`).

        Raises:
            RuntimeBackendError: ONNX Runtime failed.
        """
        return self._look_and_answer(image, self._model.logits(self._batch(image.pixels))[0])

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
        ids = self._manifest.category_ids
        if category not in ids:
            raise KeyError(f"expected one of {', '.join(ids)}, found {category!r}")
        column, (height, width) = ids.index(category), image.pixels.shape[:2]
        boxes = (Box(0, 0, width, height), *photos_within(image.pixels))
        every = [self._explain(box.of(image.pixels)) for box in boxes]
        best = int(np.argmax([together(_logits(looks))[column] for looks in every]))
        laid = np.zeros((height, width), np.float32)
        boxes[best].of(laid)[:] = self._map(every[best], column, boxes[best])
        return laid

    def _map(self, looks: Sequence[Outputs], column: int, box: Box) -> NDArray[np.float32]:
        """Lay the maps of all looks, turned back, over a part of the image, (h, w)."""
        across, down = box.right - box.left, box.bottom - box.top
        maps: list[NDArray[np.float32]] = []
        for turns, look in enumerate(looks):
            width, height = (down, across) if turns % 2 else (across, down)
            contributions = np.ascontiguousarray(look.cam[0, column])
            laid = unfit(contributions, width, height, self._manifest.preprocess)
            maps.append(turned(laid, -turns))
        return together(np.stack(maps))

    def _batch(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        return preprocess(pixels, self._manifest.preprocess)[None]

    def _explain(self, pixels: NDArray[np.uint8]) -> list[Outputs]:
        """Return all outputs for each look at a picture, as it came and turned by 1, 2 and 3 quarters to the left."""
        first = self._model.run(self._batch(pixels))
        more = range(1, QUARTERS) if self._is_worth_turning(first.logits[0]) else ()
        return [first, *(self._model.run(self._batch(turned(pixels, turns))) for turns in more)]

    def _look_on(self, pixels: NDArray[np.uint8], first: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the logits (K,) of a picture after as many looks as the first one, (K,), asks for."""
        if not self._is_worth_turning(first):
            return first
        more = [self._model.logits(self._batch(turned(pixels, turns)))[0] for turns in range(1, QUARTERS)]
        return together(np.stack([first, *more]))

    def _is_worth_turning(self, first: NDArray[np.float32]) -> bool:
        rule = self._manifest.turning
        return rule is not None and is_worth_turning(first, self._manifest.category_ids, rule.look_from)

    def _look_and_answer(self, image: DecodedImage, first: NDArray[np.float32]) -> Classification:
        """Find the photos within, look at each and on where the first look (K,) asks for it, and answer."""
        photos = photos_within(image.pixels)
        parts = [box.of(image.pixels) for box in photos]
        views = [self._look_on(part, self._model.logits(self._batch(part))[0]) for part in parts]
        logits = np.max([self._look_on(image.pixels, first), *views], axis=0)
        predictions = calibrated_predictions(logits, self._manifest.categories)
        decision, cautions = self._verdict(image, predictions)
        return Classification(
            verdict=decision.verdict,
            reason=decision.reason,
            predictions=predictions,
            warnings=(*image.cautions, *_photos_caution(photos), *cautions),
            model_id=self._manifest.id,
            policy=self._policy_name,
        )

    def _verdict(
        self, image: DecodedImage, predictions: Sequence[Prediction]
    ) -> tuple[Decision, tuple[Caution, ...]]:
        width, height, rule = image.width, image.height, self._manifest.abstention
        if refusal := abstain(image.pixels, width=width, height=height, rule=rule):
            return refusal, ()
        decision = decide(predictions, self._policy, self._manifest.taxonomy)
        cautions = (TOO_LONG,) if is_too_long(width, height) else ()
        return long_picture(decision, width=width, height=height), cautions

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


def _photos_caution(photos: Sequence[Box]) -> tuple[Caution, ...]:
    if not photos:
        return ()
    message = f"photos found inside the image, a collage, screenshot or frame: {len(photos)}; the highest scores count"
    return (Caution("photos_within", message),)


def _rebuild(arguments: dict[str, Any]) -> Classifier:
    return Classifier(**arguments)
