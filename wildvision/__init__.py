"""Recognise illegal-wildlife-trade products in photos, offline and on a CPU.

>>> import wildvision
>>> result = wildvision.classify("samples/elephant_tusk.jpg")  # doctest: +SKIP
>>> result.verdict, result.score("ivory")  # doctest: +SKIP
"""

from wildvision.classifier import Classifier, classify, classify_post
from wildvision.errors import (
    ArchiveError,
    BankError,
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
    PostError,
    ProviderUnavailableError,
    RequestError,
    RuntimeBackendError,
    ScanError,
    ServiceError,
    TaxonomyError,
    UnavailableError,
    UnsupportedImageError,
    WildvisionError,
)
from wildvision.explanation import Explanation
from wildvision.images import ImageLimits
from wildvision.manifest import Policy
from wildvision.posts import PostClassification
from wildvision.results import Caution, Classification, Nearest, Outcome, Prediction, Reason, Rule, Verdict

__all__ = [
    "ArchiveError",
    "BankError",
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
    "Policy",
    "PostClassification",
    "PostError",
    "Prediction",
    "ProviderUnavailableError",
    "Reason",
    "RequestError",
    "Rule",
    "RuntimeBackendError",
    "ScanError",
    "ServiceError",
    "TaxonomyError",
    "UnavailableError",
    "UnsupportedImageError",
    "Verdict",
    "WildvisionError",
    "classify",
    "classify_post",
]
