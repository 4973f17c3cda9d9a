from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.tiny_model import tiny_manifest, write_tiny_model
from wildvision.classifier import Classifier
from wildvision.errors import ManifestError, ModelNotFoundError, TaxonomyError
from wildvision.manifest import (
    DEFAULT_MODEL_ID,
    MODEL_VARIABLE,
    Interval,
    bundled_models,
    find_model,
    load_manifest,
    parse_manifest,
)
from wildvision.taxonomy import load_taxonomy

Edit = Callable[[dict[str, Any]], None]


def edited(edit: Edit) -> bytes:
    manifest = copy.deepcopy(tiny_manifest(b"model"))
    edit(manifest)
    return json.dumps(manifest).encode()


def _category(category: str, *, lookalikes: list[str] | None = None) -> dict[str, Any]:
    empty = {key: [] for key in ("taxa", "cites", "identification", "confirmation", "sources")}
    facts = {"id": category, "kind": "product", "name": "New", "summary": "New"}
    return {**facts, **empty, "lookalikes": lookalikes or []}


EDITS: dict[str, tuple[Edit, str]] = {
    "unknown field": (lambda m: m.update(colour="red"), "colour"),
    "missing field": (lambda m: m.pop("licence"), "licence"),
    "wrong type": (lambda m: m["preprocess"].update(width="32"), r"preprocess\.width"),
    "other schema": (lambda m: m.update(schema=2), "schema 2"),
    "other preprocessing": (lambda m: m["preprocess"].update(version=9), "version 9"),
    "no width": (lambda m: m["preprocess"].update(width=0), "positive"),
    "no deviation": (lambda m: m["preprocess"].update(std=[1, 0, 1]), "std"),
    "padding out of range": (lambda m: m["preprocess"].update(padding=[0, 0, 256]), "padding"),
    "unknown fit": (lambda m: m["preprocess"].update(fit="guess"), "fit"),
    "category twice": (lambda m: m["categories"].append(m["categories"][0]), "unique"),
    "category unknown": (lambda m: m["categories"][0].update(id="unicorn_horn"), "taxonomy"),
    "no default policy": (lambda m: m.update(default_policy="none"), "default_policy"),
    "no checksum": (lambda m: m.update(files={}), r"model\.onnx"),
    "product without threshold": (lambda m: m["policies"]["balanced"]["thresholds"].pop("ivory"), "balanced"),
    "threshold above one": (
        lambda m: m["policies"]["balanced"]["thresholds"]["ivory"].update(flag=1.5),
        "0 to 1",
    ),
    "review above flag": (
        lambda m: m["policies"]["balanced"]["thresholds"]["ivory"].update(review=0.9),
        "review",
    ),
    "knots without isotonic": (
        lambda m: m["categories"][0]["calibration"].update(knots=[[0, 0.5]]),
        "calibration of ivory",
    ),
    "falling slope": (
        lambda m: m["categories"][0]["calibration"].update(slope=-0.2),
        "calibration of ivory",
    ),
    "isotonic without knots": (
        lambda m: m["categories"][0]["calibration"].update(method="isotonic"),
        "calibration of ivory",
    ),
    "falling knots": (
        lambda m: m["categories"][0]["calibration"].update(method="isotonic", knots=[[0, 0.5], [1, 0.4]]),
        "calibration of ivory",
    ),
    "new category that is known": (lambda m: m.update(new_categories=[_category("bone")]), "twice"),
    "new category with an unknown look-alike": (
        lambda m: m.update(new_categories=[_category("agave", lookalikes=["moon_rock"])]),
        "moon_rock",
    ),
    "finds without a curve": (lambda m: m.update(found_curves={"ivory": [0.1]}), "found_curves"),
    "fewer finds than scores": (
        lambda m: m.update(review_curves={"ivory": [[0.9, 0.0], [0.5, 0.1]]}, found_curves={"ivory": [0.1]}),
        "found_curves",
    ),
    "flag without review": (
        lambda m: m["policies"]["balanced"]["thresholds"]["ivory"].update(review=None),
        "review",
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_wrong_manifest_is_refused_with_its_fault(name: str) -> None:
    edit, fault = EDITS[name]
    with pytest.raises(ManifestError, match=fault) as caught:
        parse_manifest(edited(edit), model="m")
    assert caught.value.model == "m"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe"])
def test_what_is_no_manifest_is_refused(content: bytes) -> None:
    with pytest.raises(ManifestError, match="malformed"):
        parse_manifest(content)


def test_a_manifest_survives_a_round_trip() -> None:
    manifest = parse_manifest(edited(lambda _: None))
    assert parse_manifest(msgspec.json.encode(manifest)) == manifest


def test_what_was_asked_and_measured_stands_beside_each_threshold() -> None:
    share = {"value": 0.03, "low": 0.02, "high": 0.05}
    reached = {"everyday_review": share, "everyday_flag": share, "found_review": share, "found_flag": None}
    alarms = dict.fromkeys(("review", "flag", "review_by_source", "flag_by_source"), share)

    def measure(manifest: dict[str, Any]) -> None:
        policy = manifest["policies"]["balanced"]
        policy.update(asked_review=0.03, asked_flag=0.003, measured={"photos": 90, "sources": 9, **alarms})
        policy["thresholds"]["ivory"] = {**policy["thresholds"]["ivory"], "measured": reached}

    manifest = parse_manifest(edited(measure))
    policy = manifest.policies["balanced"]
    assert policy.asked_review == 0.03
    assert policy.measured is not None
    assert policy.measured.review == Interval(value=0.03, low=0.02, high=0.05)
    assert policy.thresholds["ivory"].measured is not None
    assert policy.thresholds["pangolin"].measured is None
    assert parse_manifest(msgspec.json.encode(manifest)) == manifest
    older = parse_manifest(edited(lambda _: None)).policies["balanced"]
    assert (older.asked_flag, older.measured) == (None, None)


def test_products_are_told_from_lookalikes() -> None:
    manifest = parse_manifest(edited(lambda _: None))
    assert manifest.category_ids == ("ivory", "pangolin", "bone")
    assert manifest.product_ids == ("ivory", "pangolin")


def test_a_missing_manifest_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"manifest\.json"):
        load_manifest(tmp_path)


def test_the_default_model_is_bundled() -> None:
    assert find_model() == bundled_models()[DEFAULT_MODEL_ID]
    assert find_model(DEFAULT_MODEL_ID) == find_model()


def test_a_model_is_chosen_by_path_then_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = (write_tiny_model(tmp_path / name) for name in ("one", "two"))
    monkeypatch.setenv(MODEL_VARIABLE, str(one))
    assert find_model() == one
    assert find_model(two) == two
    monkeypatch.setenv(MODEL_VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(ModelNotFoundError, match=DEFAULT_MODEL_ID) as caught:
        find_model()
    assert caught.value.model == str(tmp_path / "nowhere")


def test_a_model_brings_categories_of_its_own() -> None:
    def rename(m: dict[str, Any]) -> None:
        m["categories"][0]["id"] = "agave_fibre"
        m["new_categories"] = [_category("agave_fibre", lookalikes=["bone"])]
        for policy in m["policies"].values():
            policy["thresholds"]["agave_fibre"] = policy["thresholds"].pop("ivory")

    manifest = parse_manifest(edited(rename))
    assert manifest.product_ids == ("agave_fibre", "pangolin")
    assert manifest.taxonomy.get("agave_fibre").name == "New"
    with pytest.raises(TaxonomyError):
        load_taxonomy().get("agave_fibre")


@pytest.mark.parametrize("name", ["../model.onnx", "/etc/passwd", "a\\b", "..", ""])
def test_a_file_outside_the_model_directory_is_refused(name: str, tiny: Classifier) -> None:
    record = tiny.manifest.files["model.onnx"]
    content = msgspec.json.encode(
        msgspec.structs.replace(tiny.manifest, files={"model.onnx": record, name: record})
    )
    with pytest.raises(ManifestError, match="plain names"):
        parse_manifest(content)
