from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.conftest import paint
from training.evaluation.scoring import decision_under
from wildvision import Classifier, Policy
from wildvision.decision import Decision
from wildvision.manifest import Threshold

LONG = (
    paint(200, 90, 90, width=5, height=30).repeat(8, axis=0).repeat(8, axis=1)
)  # 240 x 40 px, in broad stripes


def policy(review: float) -> Policy:
    never = Threshold(review=None, flag=None)
    thresholds = {"ivory": Threshold(review=review, flag=None), "pangolin": never}
    return Policy(objective="test", set_on="test", thresholds=thresholds, lookalike_ratio=1.0)


@pytest.mark.parametrize("image", [LONG, LONG[:40], LONG[:7]], ids=["long", "square", "too small"])
def test_another_policy_decides_as_its_classifier_does(image: np.ndarray, tiny_directory: Path) -> None:
    policies = [policy(0.001), policy(0.999)]
    results = [Classifier(tiny_directory, policy=each).classify(image) for each in policies]
    for result in results:
        for other, expected in zip(policies, results, strict=True):
            wanted = Decision(verdict=expected.verdict, reason=expected.reason)
            taxonomy = Classifier(tiny_directory).manifest.taxonomy
            assert decision_under(result, other, taxonomy) == wanted
