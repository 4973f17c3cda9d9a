"""Records of what was seen and how it was judged, to be verified later; needs the extra ``evidence``."""

from wildvision.evidence.bundle import BundleOptions, write_bundle
from wildvision.evidence.verify import Check, verify

__all__ = ["BundleOptions", "Check", "verify", "write_bundle"]
