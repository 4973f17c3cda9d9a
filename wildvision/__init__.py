"""Recognise illegal-wildlife-trade products in photos, offline and on a CPU.

>>> import wildvision
>>> result = wildvision.classify("samples/elephant_tusk.jpg")  # doctest: +SKIP
>>> result.verdict, result.score("ivory")  # doctest: +SKIP
"""

from wildvision.classifier import Classifier, classify
from wildvision.errors import (
    ArchiveError,
    ChecksumError,
    EvidenceError,
    ExplanationError,
    ImageDecodeError,
    ImageError,
    ImageReadError,
    ImageTooLargeError,
    IncompatibleModelError,
    LabelError,
    ManifestError,
    ModelError,
    ModelNotFoundError,
    OptionError,
    ProviderUnavailableError,
    RuntimeBackendError,
    ScanError,
    TaxonomyError,
    UnsupportedImageError,
    WildvisionError,
)
from wildvision.explanation import Explanation
from wildvision.images import ImageLimits
from wildvision.manifest import Policy
from wildvision.results import (
    Caution,
    Classification,
    Nearest,
    Outcome,
    Part,
    Prediction,
    Reason,
    Rule,
    Verdict,
)

__all__ = [
    "ArchiveError",
    "Caution",
    "ChecksumError",
    "Classification",
    "Classifier",
    "EvidenceError",
    "Explanation",
    "ExplanationError",
    "ImageDecodeError",
    "ImageError",
    "ImageLimits",
    "ImageReadError",
    "ImageTooLargeError",
    "IncompatibleModelError",
    "LabelError",
    "ManifestError",
    "ModelError",
    "ModelNotFoundError",
    "Nearest",
    "OptionError",
    "Outcome",
    "Part",
    "Policy",
    "Prediction",
    "ProviderUnavailableError",
    "Reason",
    "Rule",
    "RuntimeBackendError",
    "ScanError",
    "TaxonomyError",
    "UnsupportedImageError",
    "Verdict",
    "WildvisionError",
    "classify",
]
