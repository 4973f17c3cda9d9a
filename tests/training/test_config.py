from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

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


@pytest.mark.parametrize(
    "section", [type(value) for _, value in Config()], ids=lambda section: section.__name__
)
def test_every_value_says_what_it_means(section: type[BaseModel]) -> None:
    inner = [field.annotation for field in section.model_fields.values()]
    for kind in (
        section,
        *(kind for kind in inner if isinstance(kind, type) and issubclass(kind, BaseModel)),
    ):
        said = set(re.findall(r"^        (\w+): ", kind.__doc__ or "", re.MULTILINE))
        assert set(kind.model_fields) - said == set(), kind.__name__


def test_a_configuration_is_frozen() -> None:
    with pytest.raises(ValidationError):
        Config().run.seed = 3  # type: ignore[misc]


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_shipped_configuration_is_valid(path: Path) -> None:
    load_config(path)


def test_models_and_readme_are_written_only_where_a_release_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('[export]\nid = "m1"\n[report]\nreadme = "README.md"\ncommand = "make it"\n')
    tried, released = load_config(path), load_config(path, release=True)
    assert (tried.model_directory, tried.report.readme) == (Path("work/models/m1"), None)
    assert (released.model_directory, released.report.readme) == (Path("models/m1"), Path("README.md"))
    assert (tried.report.command, released.report.command) == ("make it", "make it --release")


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_no_configuration_overwrites_what_is_released_by_itself(path: Path) -> None:
    config = load_config(path)
    assert config.export.directory.parts[0] == "work"
    assert config.run.directory.parts[0] == "work"
    assert config.report.readme is None


@pytest.mark.parametrize("name", ["pipeline", "export", "evaluate", "report"])
def test_the_commands_that_touch_a_model_say_how_to_release(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        import_module(f"training.{name}").main(["--help"])
    said = capsys.readouterr().out
    assert "--release" in said
    assert "models/" in said
