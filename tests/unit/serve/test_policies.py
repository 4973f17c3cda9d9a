from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wildvision import Classifier
from wildvision.errors import ManifestError, RequestError
from wildvision.serve.policies import Policies


def written(tiny: Classifier, path: Path, **thresholds: Any) -> str:
    policy = {"objective": "o", "set_on": "s", "lookalike_ratio": 0.9, "thresholds": thresholds}
    path.write_text(json.dumps(policy))
    return str(path)


IVORY = {"review": 0.3, "flag": 0.6}


def test_a_file_is_read_again_and_a_bad_one_changes_nothing(tiny: Classifier, tmp_path: Path) -> None:
    file = tmp_path / "p.json"
    policies = Policies(tiny.manifest, written(tiny, file, ivory=IVORY))
    first = policies.current
    assert policies.name(first) == "custom"
    assert not policies.has_changed()
    file.write_text("{}")
    assert policies.has_changed()
    assert not policies.reload()
    assert policies.current is first
    written(tiny, file, ivory={"review": 0.2, "flag": None})
    assert policies.has_changed()
    assert policies.reload()
    assert policies.current.digest != first.digest
    assert policies.thresholds(policies.current).thresholds["ivory"].review == 0.2


@pytest.mark.parametrize(
    "thresholds", [{"bone": IVORY}, {"brick": IVORY}, {"ivory": {"review": "high", "flag": 1}}]
)
def test_thresholds_are_for_products_of_the_model(
    thresholds: dict[str, Any], tiny: Classifier, tmp_path: Path
) -> None:
    with pytest.raises(ManifestError):
        Policies(tiny.manifest, written(tiny, tmp_path / "p.json", **thresholds))


def test_a_request_names_policies_of_the_model_only(tiny: Classifier) -> None:
    policies = Policies(tiny.manifest, None)
    assert policies.get(None).policy == "balanced"
    assert policies.get("strict").policy == "strict"
    with pytest.raises(RequestError):
        policies.get("/etc/passwd.json")


def test_a_classifier_takes_other_thresholds_and_keeps_its_network(tiny: Classifier) -> None:
    strict = tiny.with_policy("strict")
    assert (strict.policy_name, tiny.policy_name) == ("strict", "balanced")
    assert strict._model is tiny._model
    assert strict.with_policy(None).policy_name == "balanced"
    with pytest.raises(ManifestError):
        tiny.with_policy("none")
