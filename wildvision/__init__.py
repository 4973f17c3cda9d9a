"""Recognise illegal-wildlife-trade products in photos, offline and on a CPU.

>>> import wildvision
>>> result = wildvision.classify("samples/elephant_tusk.jpg")  # doctest: +SKIP
>>> result.verdict, result.score("ivory")  # doctest: +SKIP
"""

from wildvision.classifier import Classifier, classify
from wildvision.errors import (
    ChecksumError,
    ImageDecodeError,
    ImageError,
    ImageReadError,
    ImageTooLargeError,
    IncompatibleModelError,
    ManifestError,
    ModelError,
    ModelNotFoundError,
    ProviderUnavailableError,
    RuntimeBackendError,
    TaxonomyError,
    UnsupportedImageError,
    WildvisionError,
)
from wildvision.images import ImageLimits
from wildvision.manifest import Policy
from wildvision.results import Classification, Outcome, Prediction, Reason, Verdict

__all__ = [
    "ChecksumError",
    "Classification",
    "Classifier",
    "ImageDecodeError",
    "ImageError",
    "ImageLimits",
    "ImageReadError",
    "ImageTooLargeError",
    "IncompatibleModelError",
    "ManifestError",
    "ModelError",
    "ModelNotFoundError",
    "Outcome",
    "Policy",
    "Prediction",
    "ProviderUnavailableError",
    "Reason",
    "RuntimeBackendError",
    "TaxonomyError",
    "UnsupportedImageError",
    "Verdict",
    "WildvisionError",
    "classify",
]
