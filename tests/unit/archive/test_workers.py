"""Workers: what starts, what does not, and how many there are."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wildvision.archive.items import InMemory, Item
from wildvision.archive.rows import Row, Scorer
from wildvision.archive.workers import InProcess, Workers, default_workers, make_pool
from wildvision.errors import ScanError
from wildvision.runtime import available_cpus

ITEMS = [(number, Item(id=str(number), content=InMemory(b""))) for number in range(20)]

SCRIPT = """
from wildvision.archive import scan
if __name__ == {guard}:
    rows = list(scan({photos!r}, model={model!r}, workers={workers}))
    print(len(rows), sum(row.verdict is not None for row in rows))
"""


class Plain(Scorer):
    """Says the id."""

    def __init__(self) -> None:
        pass

    def close(self) -> None:
        pass

    def score(self, key: int, item: Item) -> Row:
        return Row(id=item.id, bytes=os.getpid())


class Stillborn(Scorer):
    """Kills its process while it is made."""

    def __init__(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    from PIL import Image

    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(3):
        Image.linear_gradient("L").rotate(90 * number).save(folder / f"{number}.jpg")
    return folder


def run_script(
    text: str, folder: Path, *, on_standard_input: bool = False
) -> subprocess.CompletedProcess[str]:
    script = folder / "script.py"
    script.write_text(text)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.run(
        [sys.executable, "-" if on_standard_input else str(script)],
        input=text if on_standard_input else None,
        capture_output=True, text=True, check=False, env=environment, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("on_standard_input", [False, True])
def test_a_script_without_a_guard_gets_advice_and_no_rows(
    photos: Path, tiny_directory: Path, tmp_path: Path, on_standard_input: bool
) -> None:
    text = SCRIPT.format(guard="__name__", photos=str(photos), model=str(tiny_directory), workers=2)
    ended = run_script(text, tmp_path, on_standard_input=on_standard_input)
    assert ended.returncode == 1
    assert not ended.stdout
    assert "ScanError: expected" in ended.stderr
    assert "workers=0" in ended.stderr
    assert ended.stderr.count("Traceback") == 1


@pytest.mark.parametrize("workers", [0, 2])
def test_scripts_that_work(photos: Path, tiny_directory: Path, tmp_path: Path, workers: int) -> None:
    guard = "__name__" if workers == 0 else "'__main__'"
    text = SCRIPT.format(guard=guard, photos=str(photos), model=str(tiny_directory), workers=workers)
    ended = run_script(text, tmp_path)
    assert ended.stdout == "3 3\n", ended.stderr


def score_in_a_daemon(count: int | None) -> list[int | None]:
    with make_pool(Plain, count) as pool:
        return [row.bytes for _, row in pool.score(iter(ITEMS)) if isinstance(row, Row)]


@pytest.mark.parametrize("count", [None, 0, 3])
def test_a_daemonic_process_scores_by_itself(count: int | None) -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found = pool.apply(score_in_a_daemon, (count,))
    assert len(found) == len(ITEMS)
    assert len(set(found)) == 1


def test_no_process_means_this_one() -> None:
    assert set(score_in_a_daemon(0)) == {os.getpid()}
    assert os.getpid() not in set(score_in_a_daemon(1))


def test_what_is_asked_for_again_is_scored_before_the_rest() -> None:
    with InProcess(Plain) as pool:
        found: list[int] = []
        for key, _ in pool.score(iter(ITEMS)):
            if key == 3 and found.count(3) == 0:
                pool.again(*ITEMS[3])
            found.append(key)
    assert found == [0, 1, 2, 3, 3, *range(4, 20)]
    with Workers(Plain, count=2) as workers:
        found = []
        for key, _ in workers.score(iter(ITEMS)):
            if key == 19 and found.count(19) == 0:
                workers.again(*ITEMS[19])
            found.append(key)
    assert sorted(found) == sorted([*range(20), 19])


def test_workers_that_die_at_once_are_no_fault_of_the_items() -> None:
    started = time.monotonic()
    with pytest.raises(ScanError, match=r"exit status -9"), Workers(Stillborn, count=2) as pool:
        list(pool.score(iter(ITEMS)))
    assert time.monotonic() - started < 30


def test_an_interrupt_reaches_no_worker() -> None:
    """Control-C goes to the whole group of the terminal; workers ignore it from their first instruction on."""
    with Workers(Plain, count=2) as pool:
        for worker in pool._workers:
            os.kill(worker.process.pid or 0, signal.SIGINT)
        assert len(list(pool.score(iter(ITEMS)))) == len(ITEMS)
        assert pool._false_starts == 0


def test_control_c_in_the_first_second_shows_no_traceback(
    photos: Path, tiny_directory: Path, tmp_path: Path
) -> None:
    """The signal goes to the whole group, also to workers that are still importing."""
    command = [sys.executable, "-m", "wildvision", "scan", str(photos), "--workers", "2"]
    for delay_s in (0.2, 0.5, 0.9):
        out = tmp_path / str(delay_s)
        process = subprocess.Popen(
            [*command, "--model", str(tiny_directory), "--out", str(out)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        while not out.exists() and process.poll() is None:
            time.sleep(0.001)
        time.sleep(delay_s)
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert "Traceback" not in errors
        # An interpreter that is ending has given the signal back to the system already.
        assert process.returncode in {0, 3, -signal.SIGINT}


def test_the_variable_says_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WILDVISION_WORKERS", "3")
    assert default_workers() == 3
    monkeypatch.setenv("WILDVISION_WORKERS", "")
    assert default_workers() == available_cpus()
    monkeypatch.setenv("WILDVISION_WORKERS", "many")
    with pytest.raises(ScanError, match="'many'"):
        default_workers()
