from __future__ import annotations

import json
from pathlib import Path

import pytest

from training.errors import TrainingError
from training.evaluation.looking import SeenMore, model_facts
from training.records import read_record
from training.see_more import combined_score, main, read_groups
from wildvision.part_scores import POWERS
from wildvision.parts import PartKind


def row(*, everyday: bool, whole: float, parts: tuple[float, ...], **facts: object) -> dict[str, object]:
    scores = [["whole", {"ivory": whole}, 90], *(["photo", {"ivory": score}, 20] for score in parts)]
    answer = max(whole, *parts) if parts else whole
    return {
        "photo": 0,
        "labels": [] if everyday else ["ivory"],
        "everyday": everyday,
        "variant": "collage",
        "detail": "balanced",
        "seconds": 0.1,
        "verdict": "REVIEW",
        "scores": {"ivory": answer},
        "parts": scores if parts else [],
        **facts,
    }


def test_another_power_is_what_the_library_would_say() -> None:
    found = row(everyday=False, whole=0.1, parts=(0.9, 0.2, 0.3, 0.1))
    assert combined_score(found, "ivory", None) == 0.9
    assert combined_score(found, "ivory", 0) == pytest.approx(0.9)
    assert combined_score(found, "ivory", 0.5) == pytest.approx(9 / 2 / (1 + 9 / 2))
    assert combined_score(row(everyday=True, whole=0.3, parts=()), "ivory", 1.0) == 0.3
    assert combined_score(found, "bone", 0.5) == 0


def test_a_whole_picture_counts_in_full() -> None:
    assert combined_score(row(everyday=True, whole=0.6, parts=(0.61, 0.1)), "ivory", 1) == 0.6


def test_a_page_that_was_taken_apart_has_no_whole() -> None:
    found = row(everyday=False, whole=0.0, parts=(0.9, 0.2))
    apart = {**found, "parts": found["parts"][1:]}
    assert combined_score(apart, "ivory", 1) == combined_score(found, "ivory", 1) < 0.9


def test_the_table_counts_finds_and_false_alarms(
    tmp_path: Path, tiny_directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        row(everyday=False, whole=0.1, parts=(0.5, 0.1)),  # found; with shares, 0.41 is too
        row(everyday=False, whole=0.1, parts=(0.3, 0.1)),
        row(
            everyday=True, whole=0.1, parts=(0.45, 0.1)
        ),  # an alarm from 0.4, none with shares of a power of 0.5
        row(everyday=True, whole=0.1, parts=(0.1, 0.1)),
    ]
    rows = [{**line, "photo": number} for number, line in enumerate(rows)]
    alone = row(everyday=False, whole=0.9, parts=(), variant="single", detail="fast", photo=1)
    rows.append(alone)
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps({**model_facts(tiny_directory), **line}) + "\n" for line in rows))
    config = tmp_path / "run.toml"
    config.write_text(f'[run]\ndirectory = "{tmp_path / "run"}"\n')
    main(["table", str(path), "--config", str(config), "--model", str(tiny_directory)])
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| collage")]
    assert lines[0] == "| collage | balanced | 1 of 2 | 0 of 1 | 1 of 2 | 0 of 0 | 0.100 | 2.0 |"
    record = read_record(SeenMore, tmp_path / "run" / "seen_more.json")
    assert (record.model, record.policy) == ("tiny", "balanced")
    (collage,) = (own for own in record.rows if own.pictures == "collage")
    assert (collage.found, collage.shown, collage.kept, collage.found_alone) == (1, 2, 0, 1)
    assert (collage.alarms, collage.everyday, collage.alarms_alone, collage.everyday_alone) == (1, 2, 0, 0)
    half = next(line for line in lines if "power 0.5 " in line)
    assert "| 1 of 2 | 0 of 1 | 0 of 2 |" in half


def test_rows_of_another_model_are_refused(tmp_path: Path, tiny_directory: Path) -> None:
    path = tmp_path / "rows.jsonl"
    for facts in ({}, {"model": "old", "model_sha256": "0" * 64}):
        path.write_text(json.dumps({**facts, **row(everyday=True, whole=0.1, parts=())}) + "\n")
        with pytest.raises(TrainingError, match=r"training\.see_more look again"):
            read_groups([path], tiny_directory)


def test_the_powers_are_for_every_kind() -> None:
    assert set(POWERS) == set(PartKind)
    assert all(0 < power < 1 for power in POWERS.values())
