"""What rests on nothing is not written: calibration and thresholds need networks that learned the category."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.drawing import save
from tests.training.learning.test_learning import sample
from training.calibrate import calibrate_scores
from training.calibration.foundation import founded_labels, learned, refuse_unfounded, refuse_unlearned
from training.calibration.record import HeldOut
from training.config import Config, parse_config
from training.data.preparation import prepare
from training.data.samples import Sample
from training.errors import DatasetError
from training.run_folder import RunFolder
from training.train import train
from wildvision.taxonomy import load_taxonomy

IVORY, NONE = [sample("ivory", source="m")], [sample(source="s")]
OPEN = [sample(source="s", unsettled=("ivory",))]


def test_a_category_is_learned_from_photos_with_and_without_it() -> None:
    for samples, expected in (
        (IVORY + NONE, True),
        (IVORY * 3, False),
        (NONE * 3, False),
        (IVORY + OPEN, False),
        ([], False),
    ):
        assert learned(samples, ["ivory"]).tolist() == [expected]
    refuse_unlearned(IVORY + NONE, ["ivory"])
    with pytest.raises(DatasetError, match="only one kind for ivory"):
        refuse_unlearned(IVORY, ["ivory"])


def test_labels_count_only_where_the_network_learned_the_category() -> None:
    parts = [(IVORY + NONE, IVORY + NONE), (IVORY, NONE), (NONE, IVORY)]
    targets, label_mask = founded_labels(parts, ["ivory"])
    assert targets[:, 0].tolist() == [1, 0, 0, 1]
    assert label_mask[:, 0].tolist() == [True, True, False, False]


def founded(*parts: tuple[list[Sample], list[Sample]]) -> None:
    refuse_unfounded(*founded_labels(parts, ["ivory"]), ["ivory"], {"ivory"})


def test_thresholds_and_calibration_need_photos_to_rest_on() -> None:
    founded((IVORY + NONE, IVORY + NONE))
    with pytest.raises(DatasetError, match="photos without ivory of at least two sources"):
        founded((IVORY + NONE, IVORY), (IVORY, NONE))
    with pytest.raises(DatasetError, match="at least two sources that show ivory"):
        founded((IVORY + NONE, NONE), (NONE, IVORY))


def test_a_network_that_never_learned_it_sets_no_threshold() -> None:
    samples = [*IVORY * 4, *NONE * 8]
    logits = np.array([[2.0]] * 4 + [[-2.0]] * 4 + [[9.0]] * 4, np.float32)
    knew = np.array([[True]] * 8 + [[False]] * 4)  # the last four were scored by a network without negatives
    made = {
        name: calibrate_scores(
            HeldOut(samples=tuple(samples), logits=logits, learned=mask),
            ("ivory",),
            training=samples,
            config=Config(),
            taxonomy=load_taxonomy(),
        )
        .policies["balanced"]
        .thresholds["ivory"]
        .review
        for name, mask in (("known", knew), ("all", None))
    }
    assert made["known"] is not None
    assert made["known"] < 1
    assert (
        made["all"] is None
    )  # below what an ignorant network says of others, it would never be worth a look


def photos(folder: Path, *sets: tuple[str, int]) -> None:
    for number, (place, count) in enumerate(sets):
        for index in range(count):
            save(folder / "photos" / place / f"{index}.jpg", 1000 * number + index)


def trained(folder: Path, **sections: Any) -> None:
    """Prepare and train; nothing gets as far as a network."""
    config = parse_config(
        {
            "run": {"directory": folder / "run"},
            "data": {"inputs": [folder / "photos"]},
            "calibrate": {"folds": 2},
            **sections,
        }
    )
    prepare(config.data, config.folder.dataset, seed=0)
    train(config)


@pytest.mark.parametrize(
    ("sets", "message"),
    [
        ([("ivory", 6)], "no photo without ivory: put some into everyday/"),
        ([("ivory", 6), ("everyday", 1)], "only one photo without ivory"),
        ([("ivory", 1), ("everyday", 6)], "ivory: 1 training photo of it"),
        ([("ivory?", 4), ("everyday", 6)], "ivory: no training photos of it with a settled label"),
        ([("everyday", 6)], "0 categories that can be learned"),
        ([("ivory", 6), ("bone?", 6)], None),
        ([("ivory/a", 4), ("everyday", 6)], "at least two sources that show ivory"),
        ([("ivory", 6), ("everyday/s", 4)], "photos without ivory of at least two sources"),
        ([("ivory/a", 4), ("everyday/a", 4)], "at least 2 groups"),
    ],
)
def test_training_stops_before_it_makes_up_a_model(
    sets: list[tuple[str, int]], message: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Began(Exception):  # noqa: N818
        pass

    def begin(*_: object, **__: object) -> None:
        raise Began

    monkeypatch.setattr("training.train.networks_of", begin)
    photos(tmp_path, *sets)
    with pytest.raises(DatasetError if message else Began, match=message):
        trained(tmp_path)
    assert not RunFolder(tmp_path / "run").networks.exists()
