from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.unit.adapt.platform_photos import write_model, write_photos
from wildvision import Classifier, OptionError, Policy
from wildvision.adapt.budget import Plan, plan_budget
from wildvision.adapt.thresholds import MARGIN, PRIOR_OWNERS
from wildvision.cli import main
from wildvision.errors import ManifestError
from wildvision.manifest import Manifest, load_manifest


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    return load_manifest(write_model(tmp_path / "tiny"))


def plan(manifest: Manifest, reviews: float, prevalence: float | dict[str, float] = 0.001) -> Plan:
    return plan_budget(manifest, reviews_a_day=reviews, photos_a_day=10_000, prevalence=prevalence)


def test_expectations_are_what_the_curves_say(manifest: Manifest) -> None:
    found = plan(manifest, 300, {"ivory": 0.01})
    cost = 0.0
    for product, threshold in found.policy.thresholds.items():
        if threshold.review is not None:
            cost += max(
                share for score, share in manifest.review_curves[product] if score >= threshold.review
            )
    limit = found.policy.thresholds["ivory"].review
    assert limit is not None
    gains = zip(manifest.review_curves["ivory"], manifest.found_curves["ivory"], strict=True)
    sources = 3  # of the tiny model's evidence
    recall = max(gain for (score, _), gain in gains if score >= limit) * (sources + PRIOR_OWNERS) / sources
    assert found.expected.alarms_a_day.value == pytest.approx(10_000 * 0.99 * cost / MARGIN, abs=0.01)
    assert found.expected.found.value == pytest.approx(min(recall, 1), abs=1e-3)
    hits = 10_000 * 0.01 * min(recall, 1)
    assert found.expected.reviews_a_day.value == pytest.approx(
        found.expected.alarms_a_day.value + hits, abs=0.1
    )
    assert found.expected.reviews_a_day.value <= 300
    assert found.expected.precision.value == pytest.approx(
        hits / found.expected.reviews_a_day.value, abs=1e-3
    )


def test_more_time_never_raises_a_threshold_or_finds_less(manifest: Manifest) -> None:
    plans = [plan(manifest, reviews) for reviews in (1, 5, 20, 80, 300, 1500)]
    for less, more in itertools.pairwise(plans):
        for product in manifest.product_ids:
            before, after = less.policy.thresholds[product].review, more.policy.thresholds[product].review
            assert before is None or (after is not None and after <= before)
        assert less.expected.found.value <= more.expected.found.value
        assert less.expected.reviews_a_day.value <= more.expected.reviews_a_day.value


def test_intervals_hold_their_value_and_parts_are_all(manifest: Manifest) -> None:
    found = plan(manifest, 200)
    for point in (found.expected, *found.trade_off):
        for interval in (point.reviews_a_day, point.alarms_a_day, point.found, point.precision):
            assert interval.low <= interval.value <= interval.high
    assert sum(spending.part for spending in found.spending) == pytest.approx(1)
    reviews = [point.reviews_a_day.value for point in found.trade_off]
    assert reviews == sorted(reviews)
    assert len(reviews) > 10


def test_the_policy_has_a_door_of_its_own(manifest: Manifest) -> None:
    policy = Policy.for_budget(manifest, reviews_a_day=200, photos_a_day=10_000, prevalence=0.001)
    assert policy == plan(manifest, 200).policy
    assert policy.thresholds["pangolin"].flag is None
    assert policy.asked_flag == pytest.approx(policy.asked_review / 10 if policy.asked_review else None)


@pytest.mark.parametrize(
    "prevalence", [-0.1, 1.5, {"nothing": 0.1}, {"bone": 0.1}, {"ivory": 0.7, "pangolin": 0.7}]
)
def test_prevalences_that_cannot_be_are_refused(
    prevalence: float | dict[str, float], manifest: Manifest
) -> None:
    with pytest.raises(OptionError, match="ivory, pangolin"):
        plan(manifest, 200, prevalence)


@pytest.mark.parametrize("reviews", [0.0, -3.0, float("nan"), float("inf")])
def test_reviews_that_cannot_be_are_refused(reviews: float, manifest: Manifest) -> None:
    with pytest.raises(OptionError, match="above 0"):
        plan(manifest, reviews)


def test_a_model_without_curves_is_refused(tiny: Classifier) -> None:
    with pytest.raises(ManifestError, match="review_curves and found_curves"):
        plan(tiny.manifest, 200)


def call(*arguments: str) -> str:
    result = CliRunner(env={"COLUMNS": "80"}).invoke(main, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_writes_a_page_and_a_policy_that_scans_take(tmp_path: Path) -> None:
    model = str(write_model(tmp_path / "tiny"))
    page, policy = tmp_path / "b.html", tmp_path / "p.json"
    budget = ["budget", model, "--reviews-a-day", "200", "--photos-a-day", "10000", "--prevalence"]
    shown = call(*budget, "0.001", "--plot", str(page), "--out", str(policy))
    assert max(map(len, shown.splitlines())) <= 80 or "/" in max(shown.splitlines(), key=len)
    assert "reviews that are right" in shown
    text = page.read_text()
    assert "<polygon" in text
    assert "http" not in text.replace("http-equiv", "")
    photos = write_photos(tmp_path / "photos", [("ivory", "a", 2)])
    scan = ["scan", str(photos.parent), "--model", model, "--out", str(tmp_path / "out"), "--workers", "0"]
    assert "2" in call(*scan, "--format", "jsonl", "--policy", str(policy))
    assert "verdicts changed" in call("decide", str(tmp_path / "out"), "--policy", str(policy))
    assert json.loads((tmp_path / "out/scan.json").read_text())["policy"] == "custom"
    found = json.loads(call(*budget, "ivory=0.001", "--prevalence", "pangolin=0.002", "--json"))
    assert found["prevalence"] == pytest.approx(0.003)
    other = tmp_path / "other.json"
    call(*budget[:3], "20", *budget[4:], "0.001", "--out", str(other))
    refused = CliRunner().invoke(main, [*scan, "--format", "jsonl", "--policy", str(other)])
    assert refused.exit_code == 2
    assert "other thresholds now" in refused.output


@pytest.mark.parametrize("prevalence", ["much", "ivory=much", "ivory"])
def test_a_prevalence_that_is_no_number_is_refused(prevalence: str, tmp_path: Path) -> None:
    model = str(write_model(tmp_path / "tiny"))
    arguments = ["budget", model, "--reviews-a-day", "9", "--photos-a-day", "99", "--prevalence", prevalence]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "--prevalence ivory=0.001" in result.output
