"""Clips on the command line: which files are some, and the answer for one."""

from __future__ import annotations

from pathlib import Path

from wildvision.classifier import Classifier
from wildvision.clips import clip_format
from wildvision.decision import leading_category
from wildvision.errors import WildvisionError
from wildvision.explanation import Explanation
from wildvision.results import Outcome
from wildvision.video import VideoClassification

_HEAD = 256  # bytes that tell


def is_clip(name: str) -> bool:
    """Return whether a name is that of a file that begins as a clip does; `classify` says what else it is."""
    try:
        path = Path(name)
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return clip_format(file.read(_HEAD)) is not None
    except (OSError, ValueError):
        return False


def classify_clip(classifier: Classifier, name: str) -> tuple[Outcome, VideoClassification | None]:
    """Return the answer for a clip without its frames, and with them; the second is None where it failed."""
    try:
        clip = classifier.classify_video(name)
    except WildvisionError as error:
        return Outcome(error=error), None
    return Outcome(result=clip.as_classification()), clip


def explain_clip(
    classifier: Classifier, clip: VideoClassification, category: str | None = None
) -> Explanation:
    """Return where in the frame that carries a clip's answer, or else the first, the evidence lies.

    Args:
        classifier: That answered.
        clip: Its answer.
        category: What is looked for; None: what the answer is about.

    Raises:
        KeyError: The model does not score the category.
    """
    if category is None:
        category = leading_category(clip.predictions, clip.reason, classifier.manifest.product_ids)
    return clip.frames[clip.carrier or 0].result.explain(category)
