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
    decide,
    is_too_long,
    long_picture,
)
from wildvision.errors import ManifestError, OptionError, UnsupportedImageError, WildvisionError
from wildvision.images import DEFAULT_LIMITS, DecodedImage, ImageLimits, Source, read_image
from wildvision.layout import Box, photos_within
from wildvision.manifest import MODEL_VARIABLE, Manifest, Policy, bundled_models, find_model, load_manifest
from wildvision.model_folder import Precision
from wildvision.preprocess import preprocess, unfit
from wildvision.results import Caution, Classification, Outcome, Prediction
from wildvision.runtime import DEFAULT_PROVIDER, OnnxModel
from wildvision.taxonomy import Kind

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
        model: A model directory, the id of a bundled model, or None for the default.
        policy: The name of a policy of the manifest, a `Policy` of your own, or None for the model's default.
        threads: Threads that one image may use, at least 1; None: one for each CPU that this process may use.
        limits: What an image may ask for before it is refused.
        provider: ONNX Runtime's name of an execution provider; one that is missing is an error.
        precision: ``"float32"``, or ``"int8"`` where the model has it: smaller and on most CPUs faster, with scores
            that differ a little (the model card says by how much).

    Raises:
        ModelError: The model is missing, damaged or inconsistent.
        RuntimeBackendError: ONNX Runtime cannot load it, or lacks the provider.
        OptionError: ``threads`` is not None and no whole number from 1.
    """

    def __init__(
        self,
        model: str | os.PathLike[str] | None = None,
        *,
        policy: str | Policy | None = None,
        threads: int | None = None,
        limits: ImageLimits = DEFAULT_LIMITS,
        provider: str = DEFAULT_PROVIDER,
        precision: Precision = "float32",
    ) -> None:
        _check_threads(threads)
        directory = find_model(model)
        self._arguments: dict[str, Any] = {
            # A bundled model travels by id: the process that unpickles may have it somewhere else.
            "model": directory.name if directory in bundled_models().values() else directory.resolve(),
            "policy": policy,
            "threads": threads,
            "limits": limits,
            "provider": provider,
            "precision": precision,
        }
        self._manifest = load_manifest(directory)
        self._policy_name, self._policy = _choose_policy(self._manifest, policy)
        self._limits = limits
        self._model = OnnxModel(
            directory, self._manifest, threads=threads, provider=provider, precision=precision
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
        its highest score; a warning says so.

        Raises:
            RuntimeBackendError: ONNX Runtime failed.
        """
        views = _views(image)
        return self._answer(image, views, [self._logits(image, view) for view in views])

    def judge_and_embed(self, image: DecodedImage) -> tuple[Classification, NDArray[np.float32]]:
        """Classify what `decode` returned, and return its embedding, shape (D,), float32, of length 1.

        Raises:
            RuntimeBackendError: ONNX Runtime failed.
        """
        views, whole = _views(image), self._model.run(self._batch(image.pixels))
        logits = [whole.logits[0], *(self._logits(image, photo) for photo in views[1:])]
        return self._answer(image, views, logits), whole.embedding[0]

    def activation_map(self, image: DecodedImage, category: str) -> NDArray[np.float32]:
        """Return how much each position of what `decode` returned speaks for a category.

        It is the class activation map (Zhou et al. 2016) of a network that ends in global pooling and one linear
        layer: the mean of the map over the network's input, plus a constant, is the logit. It shows what the network
        looked at, not where a thing ends. Where a photo inside the image has the highest score, it is the map of that
        photo, in its place, and 0 around it.

        Args:
            image: From `decode`.
            category: One of `categories`.

        Returns:
            Shape (H, W) of ``image.pixels``, float32; above 0: for the category, below 0: against it.

        Raises:
            KeyError: The model does not score the category.
            RuntimeBackendError: ONNX Runtime failed.
        """
        ids, spec = self._manifest.category_ids, self._manifest.preprocess
        if category not in ids:
            raise KeyError(f"expected one of {', '.join(ids)}, found {category!r}")
        column, (height, width) = ids.index(category), image.pixels.shape[:2]
        views = _views(image)
        outputs = [self._model.run(self._batch(view.of(image.pixels))) for view in views]
        best = int(np.argmax([output.logits[0, column] for output in outputs]))
        box, contributions = views[best], np.ascontiguousarray(outputs[best].cam[0, column])
        laid = np.zeros((height, width), np.float32)
        box.of(laid)[:] = unfit(contributions, box.right - box.left, box.bottom - box.top, spec)
        return laid

    def _batch(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        return preprocess(pixels, self._manifest.preprocess)[None]

    def _logits(self, image: DecodedImage, view: Box) -> NDArray[np.float32]:
        """Run the network on one view: logits, shape (K,)."""
        return self._model.logits(self._batch(view.of(image.pixels)))[0]

    def _answer(
        self, image: DecodedImage, views: Sequence[Box], logits: Sequence[NDArray[np.float32]]
    ) -> Classification:
        """Answer from the logits (K,) of each view: every category gets its highest."""
        predictions = calibrated_predictions(np.max(logits, axis=0), self._manifest.categories)
        decision, cautions = self._verdict(image, predictions)
        return Classification(
            verdict=decision.verdict,
            reason=decision.reason,
            predictions=predictions,
            warnings=(*image.cautions, *_photos_caution(views[1:]), *cautions),
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


def _views(image: DecodedImage) -> tuple[Box, ...]:
    """Find what the network looks at: the whole image first, then the photos inside it."""
    height, width = image.pixels.shape[:2]
    return Box(0, 0, width, height), *photos_within(image.pixels)


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


def _choose_policy(manifest: Manifest, policy: str | Policy | None) -> tuple[str, Policy]:
    if isinstance(policy, Policy):
        return "custom", policy
    name = policy if policy is not None else manifest.default_policy
    if name not in manifest.policies:
        raise ManifestError(
            f"expected one of the policies {sorted(manifest.policies)}, found {name!r}", model=manifest.id
        )
    return name, manifest.policies[name]


def _rebuild(arguments: dict[str, Any]) -> Classifier:
    return Classifier(**arguments)
