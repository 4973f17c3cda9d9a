"""Recognise illegal-wildlife-trade products in photos, offline and on a CPU.

>>> import wildvision
>>> result = wildvision.classify("samples/elephant_tusk.jpg")  # doctest: +SKIP
>>> result.verdict, result.score("ivory")  # doctest: +SKIP
"""

from wildvision.classifier import Classifier, classify
from wildvision.errors import (
    ArchiveError,
    BankError,
    ChecksumError,
    EvidenceError,
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
from wildvision.images import ImageLimits
from wildvision.manifest import Policy
from wildvision.results import Caution, Classification, Nearest, Outcome, Prediction, Reason, Rule, Verdict

__all__ = [
    "ArchiveError",
    "BankError",
    "Caution",
    "ChecksumError",
    "Classification",
    "Classifier",
    "EvidenceError",
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
