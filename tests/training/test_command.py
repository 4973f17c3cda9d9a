"""Every command ends with a message and a status where something can be mended, never with a traceback."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import pytest

from training import errors
from training.command import command
from training.errors import DatasetError, TrainingError
from wildvision.errors import ImageError, WildvisionError

STEPS = ("train", "calibrate", "export", "evaluate", "report", "contact_sheet")
WITH_CONFIG = ("prepare", "pipeline", "transfer", *STEPS)


def leave(module: str, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Run a command that must fail and return what it said."""
    with pytest.raises(SystemExit) as left:
        importlib.import_module(f"training.{module}").main(arguments)
    assert left.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize("module", WITH_CONFIG)
@pytest.mark.parametrize(
    ("content", "said"), [(None, "No such file"), ("[run", "TOML"), ("[run]\nsped = 1", "run.sped")]
)
def test_a_configuration_that_cannot_be_used(
    module: str, content: str | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "run.toml"
    if content is not None:
        path.write_text(content)
    found = leave(module, ["--config", str(path)], capsys)
    assert found.startswith(f"training.{module}: ")
    assert said in found
    assert "Traceback" not in found


@pytest.mark.parametrize("module", STEPS)
def test_a_step_without_what_it_reads(
    module: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "run.toml"
    path.write_text(
        f'[run]\ndirectory = "{tmp_path / "run"}"\n[export]\ndirectory = "{tmp_path / "models"}"\n'
    )
    found = leave(module, ["--config", str(path)], capsys)
    assert len(found.splitlines()) == 1
    assert str(tmp_path) in found


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("select", ["--model", "none-such", "--photos", "HERE", "--count", "1", "--out", "HERE/t.json"]),
        ("shapes", ["--out", "HERE/file/below"]),
        ("prepare", ["HERE/nothing", "--out", "HERE/out"]),
        ("prepare", ["HERE"]),
        ("ablate", ["--config", "HERE/none.toml", "--arms", "HERE/none.toml"]),
    ],
)
def test_other_inputs_that_cannot_be_used(
    module: str, arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    found = leave(module, [a.replace("HERE", str(tmp_path)) for a in arguments], capsys)
    assert len(found.splitlines()) == 1


def test_a_name_without_text_and_a_stop_are_said_too(capsys: pytest.CaptureFixture[str]) -> None:
    @command("training.some")
    def refused(_arguments: object) -> None:
        raise DatasetError("found caf\udce9.jpg")

    @command("training.some")
    def stopped(_arguments: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as left:
        refused()
    assert left.value.code == 2
    with pytest.raises(SystemExit) as left:
        stopped()
    assert left.value.code == 130
    assert capsys.readouterr().err.splitlines() == [
        r"training.some: found caf\udce9.jpg",
        "training.some: stopped; the same command goes on",
    ]


def test_a_defect_keeps_its_traceback() -> None:
    @command("training.some")
    def defective(_arguments: object) -> None:
        raise AttributeError("no such thing")

    with pytest.raises(AttributeError):
        defective()


def test_errors_of_training_are_drawn_and_belong_to_the_tree() -> None:
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind is not WildvisionError]
    assert all(issubclass(kind, TrainingError) for kind in kinds)
    assert issubclass(TrainingError, WildvisionError)
    assert not issubclass(TrainingError, ImageError)
    drawn = [line for line in (errors.__doc__ or "").splitlines() if "── " in line]
    named = {line.split("── ")[1].split()[0]: line.index("──") for line in drawn}
    assert set(named) == {kind.__name__ for kind in kinds}
    for kind in kinds:  # deeper in the tree, further to the right
        assert kind is TrainingError or named[kind.__name__] > named[kind.__bases__[0].__name__]
