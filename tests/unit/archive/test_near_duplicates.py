"""Near-duplicates: grouping agrees with comparing every pair by hand."""

from __future__ import annotations

import numpy as np
import pytest

from wildvision.archive import near_duplicates
from wildvision.archive.hamming import NEAR
from wildvision.archive.near_duplicates import Leaders, Prints, grouped, prints_of
from wildvision.archive.rows import Row


def hashed(bits: int, sha256: str = "") -> Prints:
    return Prints(sha256, f"{bits:064x}")


def is_near(a: Prints, b: Prints) -> bool:
    if a.sha256 and a.sha256 == b.sha256:
        return True
    return bool(a.pdq and b.pdq) and (int(a.pdq, 16) ^ int(b.pdq, 16)).bit_count() <= NEAR


def by_hand(prints: list[Prints]) -> list[list[int]]:
    groups: list[list[int]] = []
    for place, image in enumerate(prints):
        for group in groups:
            if is_near(prints[group[0]], image):
                group.append(place)
                break
        else:
            groups.append([place])
    return groups


def varied(count: int, seed: int) -> list[Prints]:
    """Return hashes around few centres, some far, some at the very threshold, some of equal bytes, some without."""
    draw = np.random.default_rng(seed)
    centres = [int.from_bytes(draw.bytes(32)) for _ in range(max(1, count // 8))]
    found: list[Prints] = []
    for _ in range(count):
        flipped = draw.choice(256, int(draw.choice([0, 5, NEAR, NEAR + 1, 60])), replace=False)
        bits = centres[draw.integers(len(centres))] ^ sum(1 << int(bit) for bit in flipped)
        digest = f"{draw.integers(count)}" if draw.random() < 0.5 else ""
        found.append(Prints(digest, "") if draw.random() < 0.2 else hashed(bits, digest))
    return found


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("block", [1, 7, 512])
def test_groups_are_those_of_comparing_every_pair(
    seed: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near_duplicates, "_BLOCK", block)
    prints = varied(60, seed)
    assert grouped(prints) == by_hand(prints)


def test_the_threshold_is_met_and_not_passed() -> None:
    at, beyond = hashed((1 << NEAR) - 1), hashed((1 << (NEAR + 1)) - 1)
    assert grouped([hashed(0), at, beyond]) == [[0, 1], [2]]


def test_all_that_an_image_is_near_to() -> None:
    leaders = Leaders([hashed(0, "a"), hashed(1, "b"), Prints("a", ""), Prints("", "")])
    assert leaders.all_near([hashed(3, "a"), Prints("b", ""), Prints("", ""), hashed(2**256 - 1)]) == [
        [0, 1, 2], [1], [], [],
    ]  # fmt: skip


def test_nothing_is_near_to_nothing() -> None:
    assert grouped([]) == []
    assert grouped([Prints("", "")] * 3) == [[0], [1], [2]]
    assert Leaders().all_near([hashed(0)]) == [[]]


def test_a_hash_of_poor_quality_says_nothing() -> None:
    assert prints_of(Row(id="a", sha256="s", pdq="0" * 64, pdq_quality=49)) == Prints("s", "")
    assert prints_of(Row(id="a", sha256="s", pdq="0" * 64, pdq_quality=50)) == Prints("s", "0" * 64)
    assert prints_of(Row(id="a")) == Prints("", "")
