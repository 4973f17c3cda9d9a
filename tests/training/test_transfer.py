"""What renderings teach: drawn shapes stand in for photos, and for renderings of a product that no photo shows."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from training.config import Config, parse_config
from training.shapes import COLOURS, draw_shapes
from training.transfer import ARMS, FOLDS, Transfer, main, measure_transfer, transfer_text

RED = (200, 30, 40)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Red ellipses as red coral, and look-alikes; all of them marked as rendered."""
    folder = tmp_path_factory.mktemp("rendered")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(COLOURS, "ivory", RED)
        manifest = draw_shapes(folder, count=15, seed=9)
    with manifest.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["use"] == "train" and row["labels"] != "pangolin"]
    lines = [
        {
            "path": row["path"],
            "labels": "red_coral" if row["labels"] == "ivory" else "",
            "source": f"rendered/{row['labels'] or 'other'}",
            "synthetic": "true",
        }
        for row in rows
    ]
    path = folder / "manifest.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_shapes(tmp_path_factory.mktemp("photos"), count=40)


@pytest.fixture(scope="module")
def config(photos: Path, rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> Config:
    return parse_config(
        {
            "run": {"directory": str(tmp_path_factory.mktemp("transfer"))},
            "data": {"inputs": [str(photos), str(rendered)]},
            "model": {"architecture": "tf_efficientnet_lite0", "side": 96},
        }
    )


@pytest.fixture(scope="module")
def found(config: Config) -> Transfer:
    return measure_transfer(config, with_eval=True)


def test_each_probe_is_measured_on_photos_only(found: Transfer) -> None:
    assert list(found.findings) == list(ARMS)
    for tables in found.findings.values():
        ivory = next(row for row in tables["eval"] if row.product == "ivory")
        assert ivory.positives == 30
        assert ivory.area_under_roc is not None
        assert ivory.area_under_roc > 0.9
        assert "red_coral" not in {row.product for row in tables["train folds"]}


def test_a_product_without_photos_is_only_counted_once_it_is_rendered(found: Transfer) -> None:
    arms = {row.arm for row in found.alarms if row.product == "red_coral"}
    assert arms == set(ARMS[1:])
    for row in found.alarms:
        assert 0 <= row.alarms <= row.negatives
    folds = [row for row in found.alarms if row.product == "red_coral" and row.photos == "train folds"]
    assert sum(row.alarms for row in folds if row.arm == ARMS[2]) <= 0.2 * sum(
        row.negatives for row in folds if row.arm == ARMS[2]
    )


def test_without_asking_nothing_touches_the_evaluation_photos(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def features(samples, _config):
        seen.extend(sample.split for sample in samples)
        return np.random.default_rng(0).normal(size=(len(samples), 8)).astype(np.float32)

    monkeypatch.setattr("training.transfer.cached_features", features)
    assert "eval" not in next(iter(measure_transfer(config, with_eval=False).findings.values()))
    assert "eval" not in seen
    assert len(seen) > FOLDS


def test_tables_hold_every_arm(found: Transfer) -> None:
    text = transfer_text(found)
    assert all(arm in text for arm in ARMS)
    assert "red_coral" in text
    assert "eval" in text


def test_real_and_rendered_photos_are_both_needed(shapes: Path, tmp_path: Path, capsys) -> None:
    file = tmp_path / "transfer.toml"
    file.write_text(
        f'[run]\ndirectory = "{tmp_path / "run"}"\n[data]\ninputs = ["{shapes / "manifest.csv"}"]\n'
        '[model]\narchitecture = "tf_efficientnet_lite0"\nside = 96\n'
    )
    with pytest.raises(SystemExit, match="2"):
        main(["--config", str(file)])
    assert "real and rendered training photos" in capsys.readouterr().err
