"""Recognise illegal-wildlife-trade products in photos, offline and on a CPU.

>>> import wildvision
>>> result = wildvision.classify("samples/elephant_tusk.jpg")  # doctest: +SKIP
>>> result.verdict, result.score("ivory")  # doctest: +SKIP
"""

from wildvision.classifier import Classifier, classify, classify_post, classify_video
from wildvision.clips import VideoLimits
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
    UnsupportedVideoError,
    VideoDecodeError,
    VideoError,
    VideoTooLargeError,
    WildvisionError,
)
from wildvision.explanation import Explanation
from wildvision.images import ImageLimits
from wildvision.manifest import Policy
from wildvision.posts import PostClassification
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
from wildvision.video import VideoClassification

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
    "Part",
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
    "UnsupportedVideoError",
    "Verdict",
    "VideoClassification",
    "VideoDecodeError",
    "VideoError",
    "VideoLimits",
    "VideoTooLargeError",
    "WildvisionError",
    "classify",
    "classify_post",
    "classify_video",
]
