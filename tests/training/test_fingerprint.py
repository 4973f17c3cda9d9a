"""A step is redone where code that decides its results has changed, and only there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from training import fingerprint
from training.fingerprint import KEPT, STEPS, code_digest, modules_of

LIBRARY = {"images", "preprocess", "layout", "decision", "classifier", "manifest", "runtime", "taxonomy"}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the sources that may be changed."""
    for package in ("training", "wildvision"):
        source = fingerprint.ROOT / package
        shutil.copytree(source, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "set"))
    monkeypatch.setattr(fingerprint, "ROOT", tmp_path)
    yield tmp_path
    code_digest.cache_clear()


def digests() -> dict[str, str]:
    code_digest.cache_clear()
    return {name: code_digest(name) for name in (*STEPS, *KEPT)}


def changed(before: dict[str, str]) -> set[str]:
    return {name for name, found in digests().items() if found != before[name]}


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_evaluation_depends_on_the_whole_way_of_a_photo_and_nothing_on_the_renderer() -> None:
    assert modules_of("evaluate") >= {f"wildvision.{name}" for name in LIBRARY}
    for name in (*STEPS, *KEPT):
        rooms = {tuple(module.split(".")[:2]) for module in modules_of(name)}
        assert not rooms & {("training", "synth"), ("wildvision", "cli")}
    assert "training.evaluation.evasion" in modules_of("evaluate")  # imported inside a function


@pytest.mark.parametrize(
    ("file", "redone", "kept"),
    [
        ("wildvision/images.py", {*STEPS, *KEPT}, set()),
        (
            "wildvision/preprocess.py",
            {"train", "export", "evaluate", "features", "frozen networks"},
            {"photos"},
        ),
        ("wildvision/decision.py", {"calibrate", "evaluate", "report"}, {"features", "photos", "train"}),
        ("wildvision/layout.py", {"evaluate", "report"}, {"calibrate", "features", "photos"}),
        ("wildvision/runtime.py", {"export", "evaluate"}, {"calibrate", "features"}),
        ("wildvision/taxonomy.toml", {"calibrate", "report"}, {"features"}),
        ("training/network/head.py", {"train", "calibrate", "frozen networks"}, {"features", "photos"}),
        ("training/release/card.py", {"report"}, {"export", "evaluate", "features"}),
        ("training/synth/kit/fur.py", set(), {*STEPS, *KEPT}),
    ],
)
def test_what_a_change_makes_old(file: str, redone: set[str], kept: set[str], tree: Path) -> None:
    before = digests()
    append(tree / file, "\n_CHANGED = 1\n")
    found = changed(before)
    assert found >= redone
    assert not found & kept


def test_comments_and_docstrings_make_nothing_old(tree: Path) -> None:
    before = digests()
    path = tree / "wildvision/decision.py"
    lines = path.read_text(encoding="utf-8")
    path.write_text(
        '"""Another docstring."""\n# and a comment\n' + lines.partition('"""\n')[2], encoding="utf-8"
    )
    assert not changed(before)


def test_another_version_of_a_package_makes_results_old(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digests()
    monkeypatch.setattr(fingerprint.importlib.metadata, "version", lambda _name: "999")
    assert changed(before) == {*STEPS, *KEPT}
