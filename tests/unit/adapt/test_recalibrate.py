from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tests.unit.adapt.platform_photos import write_model, write_photos
from wildvision import Classifier, Verdict
from wildvision.adapt.labelled import read_labelled
from wildvision.adapt.ladder import flag_ladder, review_ladder
from wildvision.adapt.metrics import exact_interval, further_interval
from wildvision.adapt.recalibrate import LEAST_EVERYDAY, logit_at, logits_of, recalibrate
from wildvision.cli import main
from wildvision.decision import probability
from wildvision.errors import LabelError
from wildvision.manifest import Calibration, load_manifest


def made(tmp_path: Path, photos: list[tuple[str, str, int]]) -> Path:
    labels = write_photos(tmp_path / "photos", photos)
    model = write_model(tmp_path / "tiny")
    read = read_labelled([labels], load_manifest(model).category_ids)
    recalibrate(str(model), read.photos, tmp_path / "own", workers=0)
    return tmp_path / "own"


def test_thresholds_let_the_promised_share_of_the_platform_pass(tmp_path: Path) -> None:
    own = load_manifest(made(tmp_path, [("everyday", "a", 160), ("ivory", "a", 5)]))
    record = own.recalibrated
    assert record is not None
    assert (own.id, record.of_model, record.photos, record.everyday, record.sources) == (
        "tiny-own",
        "tiny",
        165,
        160,
        1,
    )
    rest = write_photos(tmp_path / "rest", [("everyday", "a", 200)], seed=1)
    classifier = Classifier(tmp_path / "own", policy="sensitive", threads=1)
    results = classifier.classify_batch(sorted(rest.parent.glob("*.png")))
    share = np.mean([o.unwrap().verdict in {Verdict.REVIEW, Verdict.FLAG} for o in results])
    promised = record.promised["sensitive"].review
    assert promised.low <= share <= promised.high
    assert promised.value <= 0.1
    assert own.policies["sensitive"].thresholds["pangolin"].flag is None  # experimental


def test_network_and_head_stay_bit_for_bit(tmp_path: Path) -> None:
    own = made(tmp_path, [("everyday", "a", 70)])
    before, after = load_manifest(tmp_path / "tiny"), load_manifest(own)
    assert before.files == after.files
    assert (own / "model.onnx").read_bytes() == (tmp_path / "tiny/model.onnx").read_bytes()
    assert [e.calibration for e in before.categories] == [e.calibration for e in after.categories]
    text = (own / "manifest.json").read_text()
    assert "photos/" not in text
    assert str(tmp_path) not in text


def test_a_category_with_enough_photos_is_calibrated_by_them(tmp_path: Path) -> None:
    own = load_manifest(made(tmp_path, [("everyday", "a", 80), ("ivory", "b", 30), ("bone", "b", 5)]))
    assert [entry.calibration.basis for entry in own.categories] == [
        "own photos",
        "held-out sources",
        "held-out sources",
    ]
    assert own.recalibrated is not None
    assert own.recalibrated.calibrated == ("ivory",)
    curve = own.review_curves["ivory"]
    assert all(a[0] >= b[0] for a, b in itertools.pairwise(curve))
    reached = own.policies["sensitive"].thresholds["ivory"].measured
    assert reached is not None
    assert reached.found_review is not None


def test_too_few_photos_promise_nothing(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=f"at least {LEAST_EVERYDAY} everyday photos.*found 20"):
        made(tmp_path, [("everyday", "a", 20), ("ivory", "a", 100)])
    assert not (tmp_path / "own").exists()


def test_a_folder_in_use_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own/mine.txt").write_text("mine")
    with pytest.raises(LabelError, match="in use"):
        made(tmp_path, [("everyday", "a", 70)])
    assert [path.name for path in (tmp_path / "own").iterdir()] == ["mine.txt"]


def test_the_command_says_what_is_promised(tmp_path: Path) -> None:
    labels = write_photos(tmp_path / "photos", [("everyday", "a", 70)])
    model = write_model(tmp_path / "tiny")
    arguments = ["recalibrate", str(model), str(labels), "--workers", "0", "--out"]
    shown = CliRunner(env={"COLUMNS": "80"}).invoke(main, [*arguments, str(tmp_path / "one")])
    assert shown.exit_code == 0, shown.output
    assert "calibrated anew: none" in shown.output
    assert "sensitive" in shown.output
    as_json = CliRunner().invoke(main, [*arguments, str(tmp_path / "two"), "--json", "--name", "market"])
    assert json.loads(as_json.stdout)["model"] == load_manifest(tmp_path / "two").id == "market"
    again = CliRunner().invoke(main, [*arguments, str(tmp_path / "two")])
    assert again.exit_code == 2
    assert "in use" in again.output


def test_the_ladder_rises_and_experimental_products_never_flag(tmp_path: Path) -> None:
    manifest = load_manifest(write_model(tmp_path / "tiny"))
    for ladder in (review_ladder(manifest), flag_ladder(manifest)):
        assert (np.diff(ladder.budgets) > 0).all()
        finite = np.where(np.isfinite(ladder.thresholds), ladder.thresholds, 2.0)
        assert (np.diff(finite, axis=0) <= 0).all()
        entries = ladder.entries(np.random.default_rng(0).random((50, 2)))
        rung = int(np.median(entries))
        limits = ladder.at(rung)
        assert ladder.rung_within(float(ladder.budgets[rung])) == rung
        assert set(limits) == {"ivory", "pangolin"}
    assert not np.isfinite(flag_ladder(manifest).thresholds[:, 1]).any()


def test_intervals_of_shares_by_hand() -> None:
    assert exact_interval(0, 100) == (0.0, pytest.approx(0.0362, abs=1e-4))  # 1 - 0.025 ** (1 / 100)
    assert exact_interval(5, 100) == (pytest.approx(0.0164, abs=1e-4), pytest.approx(0.1128, abs=1e-4))
    assert exact_interval(100, 100)[1] == 1.0
    drawn = np.random.default_rng(0).beta(4, 97, 200_000)
    further = np.random.default_rng(1).binomial(100, drawn) / 100
    assert further_interval(3, 100)[1] == pytest.approx(np.quantile(further, 0.975), abs=0.011)
    assert further_interval(0, 100)[0] == 0.0


@pytest.mark.parametrize(
    "calibration",
    [
        Calibration(slope=1.3, intercept=-2.0, basis="pooled"),
        Calibration(method="isotonic", knots=((-3.0, 0.01), (0.0, 0.4), (5.0, 0.99)), basis="pooled"),
    ],
)
def test_a_score_finds_back_to_its_logit(calibration: Calibration) -> None:
    for logit in (-2.5, -0.1, 0.0, 3.0):
        assert logit_at(probability(logit, calibration), calibration) == pytest.approx(logit, abs=1e-6)
    assert logits_of(np.array([0.0, 0.5, 1.0])).tolist() == [-40.0, 0.0, 40.0]
