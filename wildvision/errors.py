"""Errors: every one that wildvision raises, in one tree.

::

    WildvisionError
    ├── ImageError (also ValueError)      the image cannot be classified
    │   ├── ImageReadError                  its bytes cannot be read: missing, a folder, no permission
    │   ├── ImageDecodeError                its bytes are damaged, truncated or not an image
    │   ├── ImageTooLargeError              it passes a limit on bytes, sides or pixels
    │   ├── UnsupportedImageError           format, array shape, dtype or type that is not accepted
    │   └── VideoError                      the clip cannot be classified
    │       ├── VideoDecodeError              damaged, truncated, empty, or without pictures
    │       ├── VideoTooLargeError            it passes a limit on bytes, sides or pixels
    │       └── UnsupportedVideoError         format or codec that is not accepted, encryption, no extra `video`
    ├── PostError (also ValueError)       a post has no picture, or none that can be read
    ├── ModelError                        the model cannot be used
    │   ├── ModelNotFoundError              no model of that id or at that path
    │   ├── ManifestError                   manifest.json is missing, malformed or inconsistent
    │   ├── ChecksumError                   a file is not the one the manifest describes
    │   └── IncompatibleModelError          the graph does not do what the manifest says
    ├── ArchiveError (also ValueError)    a source of a scan cannot be read, is damaged or passes a limit
    ├── LabelError (also ValueError)      labelled photos cannot be read, or are too few for what is asked
    ├── ScanError                         a scan cannot be started or resumed as asked
    ├── BankError (also ValueError)      a bank of hashes cannot be read or written
    ├── EvidenceError                     an evidence record cannot be made, or is none
    ├── ServiceError                      the service cannot be started as asked, or gives no answer
    │   ├── RequestError                    a request is malformed, too large, too slow or not allowed
    │   └── UnavailableError                the service is full, out of time or starting: ask again later
    ├── ExplanationError                  a result cannot be explained: its picture is not at hand
    ├── RuntimeBackendError               ONNX Runtime failed
    │   └── ProviderUnavailableError        an execution provider was asked for that is not installed
    ├── OptionError (also ValueError)     an argument of a call is out of its range
    └── TaxonomyError (also KeyError)     unknown or unsupported category id, malformed taxonomy

Every message says what was expected, what was found and what to do next; the same facts are attributes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class WildvisionError(Exception):
    """Base of every error that wildvision raises on purpose."""


class ImageError(WildvisionError, ValueError):
    """The image cannot be classified.

    Attributes:
        image: Where the image came from: a path or a word such as ``"<bytes>"``; None if unknown.
    """

    def __init__(self, message: str, *, image: str | None = None) -> None:
        super().__init__(message if image is None else f"{image}: {message}")
        self.image = image

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


class ImageReadError(ImageError):
    """The bytes of the image cannot be read: no such file, a folder, no permission."""


class ImageDecodeError(ImageError):
    """The bytes are damaged, truncated or not an image at all."""


class ImageTooLargeError(ImageError):
    """The image passes a limit; nothing of it was decoded.

    Attributes:
        quantity: What was limited: ``"bytes"``, ``"side"`` (px) or ``"pixels"``.
        found: The value found, in that unit; for a stream of unknown length, at least this much.
        limit: The limit, in that unit.
    """

    def __init__(self, *, quantity: str, found: int, limit: int, image: str | None = None) -> None:
        super().__init__(
            f"expected at most {limit:,} {_UNIT[quantity]}, found {found:,}; "
            f"shrink the image or raise ImageLimits.{_FIELD[quantity]}{_OPTION.get(quantity, '')}",
            image=image,
        )
        self.quantity, self.found, self.limit = quantity, found, limit


class UnsupportedImageError(ImageError):
    """The format, the Python type, or the shape, dtype or range of an array is not accepted."""


class VideoError(ImageError):
    """The clip cannot be classified."""


class VideoDecodeError(VideoError):
    """The clip is damaged, truncated, empty, or has no pictures, only sound."""


class VideoTooLargeError(VideoError):
    """The clip passes a limit; no frame of it was decoded that does.

    Attributes:
        quantity: What was limited: ``"bytes"``, ``"side"`` (px) or ``"pixels"`` of a frame.
        found: The value found, in that unit.
        limit: The limit, in that unit.
    """

    def __init__(self, *, quantity: str, found: int, limit: int, image: str | None = None) -> None:
        super().__init__(
            f"expected a clip of at most {limit:,} {_UNIT[quantity]}, found {found:,}; "
            f"shrink the clip or raise VideoLimits.{_FIELD[quantity]}",
            image=image,
        )
        self.quantity, self.found, self.limit = quantity, found, limit


class UnsupportedVideoError(VideoError):
    """The format or codec is not accepted, the clip is encrypted, or what reads clips is not installed."""


class PostError(WildvisionError, ValueError):
    """A post has no picture, or none that can be read.

    Attributes:
        errors: Of its pictures, in order; empty where it has none.
    """

    def __init__(self, *, errors: Sequence[WildvisionError] = ()) -> None:
        found = f"none of {len(errors)}, the first: {errors[0]}" if errors else "no picture at all"
        super().__init__(f"expected a post with a picture that can be read, found {found}")
        self.errors = tuple(errors)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


class ModelError(WildvisionError):
    """The model cannot be used.

    Attributes:
        model: The model id or path that was asked for; None if unknown.
    """

    def __init__(self, message: str, *, model: str | None = None) -> None:
        super().__init__(message if model is None else f"{model}: {message}")
        self.model = model

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


class ModelNotFoundError(ModelError):
    """There is no model of that id or at that path."""


class ManifestError(ModelError):
    """``manifest.json`` is missing, malformed or contradicts itself."""


class ChecksumError(ModelError):
    """A model file is not the one that the manifest describes."""


class IncompatibleModelError(ModelError):
    """The ONNX graph does not do what the manifest says, or is of a kind that is refused."""


class ArchiveError(WildvisionError, ValueError):
    """A source of a scan cannot be read, is damaged, or passes a limit.

    Attributes:
        source: The source that was asked for; None if unknown.
    """

    def __init__(self, message: str, *, source: str | None = None) -> None:
        super().__init__(message if source is None else f"{source}: {message}")
        self.source = source

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


class LabelError(WildvisionError, ValueError):
    """Labelled photos cannot be read, or are too few to measure, calibrate or teach what was asked for."""


class ScanError(WildvisionError):
    """A scan cannot be started or resumed as asked: another model, other options, a changed archive."""


class BankError(WildvisionError, ValueError):
    """A bank of hashes cannot be read or written: the message names the file and the line."""


class EvidenceError(WildvisionError):
    """An evidence record or bundle cannot be made, or what was given is none."""


class ServiceError(WildvisionError):
    """The service cannot be started as asked, or a request gets no answer.

    Attributes:
        status: The HTTP status of the refusal.
        retry_after_s: After how many seconds the same request may be sent again; None: it would fail again.
    """

    def __init__(self, message: str, *, status: int = 500, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.status, self.retry_after_s = status, retry_after_s

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


class RequestError(ServiceError):
    """A request is malformed, too large, too slow, or not allowed."""

    def __init__(self, message: str, *, status: int = 400, retry_after_s: int | None = None) -> None:
        super().__init__(message, status=status, retry_after_s=retry_after_s)


class UnavailableError(ServiceError):
    """The service is full, out of time or starting, or lost the process that was at work: ask again later."""

    def __init__(self, message: str, *, status: int = 503, retry_after_s: int | None = 1) -> None:
        super().__init__(message, status=status, retry_after_s=retry_after_s)


class ExplanationError(WildvisionError):
    """A result cannot be explained: its picture is not at hand, or is no longer the one that was classified."""


class RuntimeBackendError(WildvisionError):
    """ONNX Runtime could not load or run the model."""


class ProviderUnavailableError(RuntimeBackendError):
    """An execution provider was asked for that this installation of ONNX Runtime lacks."""


class OptionError(WildvisionError, ValueError):
    """An argument of a call is out of its range, such as 0 threads."""


class TaxonomyError(WildvisionError, KeyError):
    """A category id is unknown, or the model does not support it.

    Attributes:
        category: The id in question; None where the taxonomy itself is malformed.
    """

    def __init__(self, message: str, *, category: str | None = None) -> None:
        super().__init__(message)
        self.category = category

    def __str__(self) -> str:  # KeyError would print the repr of the message
        return str(self.args[0])

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(
    kind: type[WildvisionError], args: tuple[object, ...], facts: dict[str, object]
) -> WildvisionError:
    # Keyword-only facts would be lost when a worker process sends an error home.
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(facts)
    return error


_UNIT = {"bytes": "bytes", "side": "px on a side", "pixels": "pixels"}
_FIELD = {"bytes": "max_bytes", "side": "max_side", "pixels": "max_pixels"}
_OPTION = {
    "bytes": " (--max-bytes on the command line)",
    "pixels": " (--max-pixels on the command line)",
}
