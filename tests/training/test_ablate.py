"""Configurations side by side on drawn shapes: one learns, one cannot, and nothing is measured twice."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import msgspec
import numpy as np
import pytest

from training import ablate as ablate_module
from training.ablate import ALL, EVERYDAY, Arm, ablate, ablation_text, main, measure_held_out, read_arms
from training.config import load_config
from training.data.samples import Sample
from training.errors import ConfigError, DatasetError

CONFIGS = Path(__file__).parents[2] / "training" / "configs"
ARMS = (Arm("as it is"), Arm("no head to speak of", ("train.head.inverse_penalty=1e-30",)))


@pytest.fixture(scope="module")
def base(shapes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ablate")
    path = folder / "base.toml"
    path.write_text(
        f'''
        run.directory = "{folder / "run"}"
        data.inputs = "{shapes / "manifest.csv"}"
        model = {{ architecture = "tf_efficientnet_lite0", side = 64 }}
        train.head.inverse_penalty = 1.0
        '''
    )
    return path


@pytest.fixture(scope="module")
def found(base: Path):
    return list(ablate(base, [], ARMS))


def test_an_arm_that_learns_beats_one_that_cannot(found) -> None:
    areas = [
        next(row.area_under_roc for row in arm.rows[ALL] if (row.product, row.held_out) == ("ivory", "all"))
        for arm in found
    ]
    assert areas[0] > 0.9
    assert areas[0] > areas[1]
    text = ablation_text(found)
    assert (
        text.count("| as it is |")
        == text.count("| no head to speak of |")
        == len({row.product for row in found[0].rows[ALL]})
    )


def test_mirror_images_and_a_second_pooling_are_arms_too(base: Path, found) -> None:
    arms = [
        ARMS[0],
        Arm("mirror images", mirrored="taught"),
        Arm("positions alike too", ("model.border_contrast_power=3", "model.plain_mean_too=true")),
    ]
    measured = list(ablate(base, [], arms))
    assert len({arm.recipe for arm in measured}) == len(arms)
    assert measured[0].rows == found[0].rows
    for arm in measured[1:]:
        (row,) = (row for row in arm.rows[ALL] if (row.product, row.held_out) == ("ivory", "all"))
        assert row.area_under_roc > 0.9
    kept = [np.load(path) for path in (base.parent / "run" / "features").glob("*.npz")]
    mirrored = [sum(name.endswith(".view1") for name in stored["digests"]) for stored in kept]
    sizes = {stored["features"].shape[1] for stored in kept}
    assert sorted(mirrored) == [0, len(kept[int(np.argmax(mirrored))]["digests"]) // 2]
    assert max(sizes) == 2 * min(sizes)


def test_an_arm_can_do_without_a_source(base: Path, found, shapes: Path) -> None:
    rows = list(csv.DictReader((shapes / "manifest.csv").read_text().splitlines()))
    sources = tuple({row["source"] for row in rows if row["labels"] == "ivory" and row["use"] == "train"})
    (untaught,) = ablate(base, [], [Arm("no ivory", without=sources)])
    before, after = (
        next(row for row in arm.rows[ALL] if (row.product, row.held_out) == ("ivory", "all"))
        for arm in (found[0], untaught)
    )
    assert after.positives == before.positives  # they are still looked for
    assert after.area_under_roc < before.area_under_roc - 0.2
    with pytest.raises(DatasetError, match="found elsewhere/ in 'lost'"):
        list(ablate(base, [], [Arm("lost", without=("elsewhere/",))]))


def test_what_was_measured_is_not_measured_again(base: Path, found, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("measured twice")

    monkeypatch.setattr(ablate_module, "_measure", refuse)
    renamed = [Arm("another name", ARMS[1].set), ARMS[0]]
    again = list(ablate(base, [], renamed))
    assert [arm.rows for arm in again] == [found[1].rows, found[0].rows]
    assert [arm.name for arm in again] == ["another name", "as it is"]


def test_no_evaluation_photo_is_scored(base: Path, found, shapes: Path) -> None:
    with (shapes / "manifest.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    unseen = {row["source"] for row in rows if row["use"] == "eval"}
    scored = {row["held_out"] for arm in msgspec.to_builtins(found) for row in arm["rows"][ALL]} - {"all"}
    assert scored
    assert unseen
    assert not scored & unseen


def test_alarms_count_everyday_photos_above_half_of_the_product() -> None:
    def photo(source: str, *labels: str) -> Sample:
        return Sample(path=Path(source), labels=frozenset(labels), source=source, sha256="0", group=source)

    samples = (
        [photo("museum", "ivory")] * 20 + [photo("shop")] * 40 + [photo("market")] * 40 + [photo("few")] * 3
    )
    samples += [photo("museum", "ceramic")] * 30
    scores = [*np.linspace(0, 1, 20), *[0.2] * 40, *([0.2] * 30 + [0.9] * 10), *[0.9] * 3, *[0.95] * 30]
    rows, (alarms,) = measure_held_out(samples, np.array(scores, np.float32)[:, None], ["ivory"], ["ivory"])
    assert (alarms.product, alarms.worst) == ("ivory", 0.25)
    assert alarms.mean == pytest.approx(0.125)
    assert {kind: [row.negatives for row in found] for kind, found in rows.items()} == {
        ALL: [113, 113],
        EVERYDAY: [83, 83],
    }
    assert [row.held_out for row in rows[ALL]] == ["all", "museum"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("arm = 3", "name and set"),
        ('[[arm]]\nname="a"\n[[arm]]\nname="a"', "found twice: a"),
        ('[[arm]]\nname="a"\nset=["data.inputs=x"]', "'a' sets data.inputs=x"),
    ],
)
def test_a_file_of_arms_that_cannot_be_used_says_why(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "arms.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=complaint):
        read_arms(path)


@pytest.mark.parametrize("path", sorted((CONFIGS / "arms").glob("*.toml")), ids=lambda path: path.name)
def test_every_shipped_arm_is_valid_and_changes_something(path: Path) -> None:
    base = re.search(r"--config training/configs/(\S+\.toml)", path.read_text())
    assert base, "the file says which configuration its arms change"
    first, *others = [
        (load_config(CONFIGS / base[1], arm.set), arm.mirrored, arm.without) for arm in read_arms(path)
    ]
    assert others
    assert all(changed != first for changed in others)


def test_the_command_prints_the_tables(
    base: Path, found, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arms = tmp_path / "arms.toml"
    arms.write_text('[[arm]]\nname = "once more"\n')
    main(["--config", str(base), "--arms", str(arms)])
    assert "| once more |" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["--config", str(base), "--arms", str(tmp_path / "missing.toml")])
