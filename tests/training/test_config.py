from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from training.config import Config, load_config, parse_config
from training.errors import ConfigError

CONFIGS = sorted((Path(__file__).parents[2] / "training" / "configs").glob("*.toml"))


def test_all_errors_are_reported_together() -> None:
    wrong = {"run": {"seed": "x", "sed": 1}, "train": {"loss": "hinge", "epochs": 0}, "extra": {}}
    with pytest.raises(ConfigError) as caught:
        parse_config(wrong)
    places = sorted(problem.partition(":")[0] for problem in caught.value.problems)
    assert places == ["extra", "run.sed", "run.seed", "train.epochs", "train.loss"]
    assert "hinge" in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [{"calibrate": {"folds": 1}}, {"data": {"splits": {"train": 0.5}}}, {"export": {"id": "../up"}}],
)
def test_values_that_contradict_each_other_are_refused(wrong: dict) -> None:
    with pytest.raises(ConfigError):
        parse_config(wrong)


def test_overrides_are_toml_or_bare_text(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("[train]\nepochs = 3\n")
    overrides = ["train.epochs=5", "data.inputs=photos", "export.id=a-1", "model.side=64", "export.int8=true"]
    config = load_config(tmp_path / "c.toml", overrides)
    assert (config.train.epochs, config.export.id, config.model.side) == (5, "a-1", 64)
    assert config.data.inputs == (Path("photos"),)
    assert config.export.int8 is True
    for wrong in ("train.epochs", "=3", "train.epochs.deep=1"):
        with pytest.raises(ConfigError, match="--set"):
            load_config(tmp_path / "c.toml", [wrong])
    with pytest.raises(ConfigError, match=r"missing\.toml"):
        load_config(tmp_path / "missing.toml")


def test_a_configuration_is_frozen() -> None:
    with pytest.raises(ValidationError):
        Config().run.seed = 3  # type: ignore[misc]


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_shipped_configuration_is_valid(path: Path) -> None:
    load_config(path)
