"""Decisions are on disk at once, stored once, and never changed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from wildvision.archive.decisions import DECISIONS, Decision, Decisions, Outcome, read_decisions, settled
from wildvision.errors import ScanError


def decision(*ids: str, reviewer: str = "ann", outcome: Outcome = Outcome.CONFIRMED, **more: str) -> Decision:
    return Decision(
        ids=ids, sha256s=[f"digest of {name}" for name in ids], reviewer=reviewer, outcome=outcome,
        category="ivory", shown={"score": 0.5}, **more,
    )  # fmt: skip


@pytest.fixture
def decisions(tmp_path: Path) -> Decisions:
    return Decisions(tmp_path)


def test_a_decision_comes_back_as_it_was(decisions: Decisions, tmp_path: Path) -> None:
    stored = decisions.add(decision("a", "b", note="n", case_id="c"))
    assert stored.number == 1
    assert stored.time.endswith("+00:00")
    (found,) = read_decisions(tmp_path)
    assert found == replace(stored, ids=("a", "b"), sha256s=("digest of a", "digest of b"))
    assert settled([found]).keys() == {"a", "b"}


def test_a_request_that_is_sent_again_is_stored_once(decisions: Decisions) -> None:
    first = decisions.add(decision("a", request="r"))
    again = decisions.add(decision("a", request="r", outcome=Outcome.UNSURE))
    assert (again.number, again.outcome) == (first.number, Outcome.CONFIRMED)
    assert len(decisions.standing()) == 1


def test_taking_back_takes_the_reviewers_last_and_leaves_the_record(decisions: Decisions) -> None:
    decisions.add(decision("a"))
    decisions.add(decision("b"))
    decisions.add(decision("c", reviewer="bob"))
    taken = decisions.take_back("ann")
    assert taken is not None
    assert taken.ids == ("b",)
    assert [d.ids for d in decisions.standing()] == [("a",), ("c",)]
    assert decisions.take_back("ann") is not None
    assert decisions.take_back("ann") is None
    rows = sqlite3.connect(decisions.path).execute("SELECT count(*) FROM decisions").fetchone()
    assert rows == (5,)  # three, and two that take one back


def test_nobody_decided(tmp_path: Path) -> None:
    assert read_decisions(tmp_path) == []
    assert not (tmp_path / DECISIONS).exists()


def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / DECISIONS).write_bytes(b"no database" * 100)
    with pytest.raises(ScanError, match="expected a database of decisions"):
        Decisions(tmp_path)


def test_another_schema_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / DECISIONS) as database:
        database.execute("PRAGMA user_version=7")
    with pytest.raises(ScanError, match="found schema 7"):
        Decisions(tmp_path)


def test_a_full_disk_loses_nothing_that_was_stored(decisions: Decisions) -> None:
    decisions.add(decision("a"))
    decisions._database.execute("PRAGMA max_page_count=1")
    with pytest.raises(ScanError, match="cannot be written"):
        decisions.add(decision("b" * 100_000))
    assert [d.ids for d in decisions.standing()] == [("a",)]


def test_threads_and_processes_share_it(decisions: Decisions, tmp_path: Path) -> None:
    other = Decisions(tmp_path)

    def decide(target: Decisions, name: str) -> None:
        for number in range(10):
            target.add(decision(f"{name}{number}"))

    threads = [
        threading.Thread(target=decide, args=(d, n))
        for d, n in ((decisions, "a"), (decisions, "b"), (other, "c"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(decisions.standing()) == 30
    assert [d.number for d in decisions.standing()] == list(range(1, 31))


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        from wildvision.archive.decisions import Decision, Decisions, Outcome
        decisions = Decisions(Path(sys.argv[1]))
        number = 0
        while True:
            decisions.add(Decision(ids=(str(number),), sha256s=("",), reviewer="x", outcome=Outcome.UNSURE))
            print(number, flush=True)
            number += 1
    """)
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for _ in range(20):
            process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        rest = process.stdout.read().split()
    answered = 20 + len(rest)
    assert len(read_decisions(tmp_path)) in (
        answered,
        answered + 1,
    )  # one may be on disk and not yet answered
