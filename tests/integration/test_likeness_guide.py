"""What the guide to likeness shows is what happens."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.guides import commands_of, run_command
from tests.prose import length, sentences
from wildvision.archive.decisions import Decision, Decisions, Outcome
from wildvision.archive.folder import open_folder
from wildvision.manifest import MODEL_VARIABLE

GUIDE = (ROOT / "wildvision/archive/likeness/LIKENESS.md").read_text()


def test_its_sentences_are_short() -> None:
    assert max(map(length, sentences(GUIDE))) <= 45


def test_the_commands_and_the_example_run(
    tmp_path: Path, tiny_directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(MODEL_VARIABLE, str(tiny_directory))
    monkeypatch.setenv("WILDVISION_WORKERS", "1")
    sample = ROOT / "samples/elephant_tusk.jpg"
    for place in ("archive/shop-a", "archive/shop-b", "elsewhere"):
        Path(place).mkdir(parents=True)
        shutil.copy(sample, Path(place) / "tusk.jpg")
    shutil.copy(sample, "photo.jpg")
    Path("partner.txt").write_text(f"pdq {'0f' * 32}\n")
    commands = commands_of(GUIDE)
    assert len(commands) == 7
    for command in commands:
        run_command(command)
        if command.startswith("wildvision scan archive"):
            confirm(Path("results"))
    folder, _ = open_folder(Path("marked"))
    (row,) = folder.read(0)
    assert (row.known, row.known_as, row.known_distance) == ("elephant_tusk", "POSITIVE_CLASS", 0)
    (example,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    exec(example, {"__name__": "__main__"})
    assert capsys.readouterr().out.endswith("2 images in 2 places\n")


def confirm(results: Path) -> None:
    folder, _ = open_folder(results)
    first = folder.read(0)[0]
    decisions = Decisions(results)
    decisions.add(
        Decision(
            ids=(first.id,),
            sha256s=(first.sha256 or "",),
            reviewer="ann",
            outcome=Outcome.CONFIRMED,
            category="elephant_tusk",
        )
    )
    decisions.close()
