"""Banks of hashes are read by ThreatExchange's own code, survive a round trip, and say which line is wrong."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from threatexchange.exchanges.fetch_state import AggregateSignalOpinionCategory
from threatexchange.exchanges.impl.file_api import FileCollaborationConfig, LocalFileSignalExchangeAPI
from threatexchange.signal_type.pdq.signal import PdqSignal

from wildvision.archive.likeness.banks import PDQ, SHA256, Entry, Opinion, read_banks, write_bank
from wildvision.archive.likeness.known import Known, known_photos
from wildvision.errors import BankError

HASH, OTHER = PdqSignal.get_examples()[0], PdqSignal.get_examples()[12]
ENTRIES = [
    Entry(kind=SHA256, value="ab" * 32, opinion=Opinion.POSITIVE, tags=("ivory",), bank="ours"),
    Entry(kind=PDQ, value=HASH, opinion=Opinion.POSITIVE, tags=("ivory", "seal"), bank="ours"),
    Entry(kind=PDQ, value=OTHER, opinion=Opinion.NEGATIVE, tags=("bone",), bank="ours"),
    Entry(kind=PDQ, value="0f" * 32, opinion=Opinion.SEED, bank="ours"),
]


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_all_that_is_known_survives_a_round_trip(tmp_path: Path) -> None:
    assert not write_bank(tmp_path / "a.csv", ENTRIES)
    assert read_banks([tmp_path / "a.csv"]).entries == ENTRIES


def test_threatexchange_reads_the_list(tmp_path: Path) -> None:
    skipped = write_bank(tmp_path / "a.txt", ENTRIES)
    assert sum(skipped.values()) == 2  # the SHA-256, and what shows no product
    collab = FileCollaborationConfig(
        name="WILDLIFE", api="local_file", enabled=True, filename=str(tmp_path / "a.txt")
    )
    (delta,) = LocalFileSignalExchangeAPI.for_collab(collab).fetch_iter([PdqSignal], None)
    assert set(delta.updates) == {("pdq", HASH), ("pdq", "0f" * 32)}
    assert all(PdqSignal.validate_signal_str(value) == value for _, value in delta.updates)
    assert [entry.value for entry in read_banks([tmp_path / "a.txt"]).entries] == [HASH, "0f" * 32]


def test_each_line_is_a_request_to_a_hasher_matcher_actioner_bank(tmp_path: Path) -> None:
    write_bank(tmp_path / "a.jsonl", ENTRIES)
    requests = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert requests == [{"pdq": HASH}, {"pdq": "0f" * 32}]
    assert [entry.value for entry in read_banks([tmp_path / "a.jsonl"]).entries] == [HASH, "0f" * 32]


def test_the_table_has_threatexchange_s_columns_and_opinions(tmp_path: Path) -> None:
    write_bank(tmp_path / "a.csv", ENTRIES)
    with (tmp_path / "a.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["signal_type", "signal_str", "collab", "category", "tags"]
    assert {row["category"] for row in rows} < set(AggregateSignalOpinionCategory.__members__)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{HASH},100,a.jpg\n{OTHER},49,b.jpg\n", [HASH]),  # as PDQ's photo hasher prints it
        (f"# a comment\n\n{HASH.upper()}\n", [HASH]),
        (f"pdq {HASH}\nvideo_md5 abc\npdq {HASH}\n", [HASH]),
        (f"sha256,pdq,category\n{'ab' * 32},{HASH},ivory\n{'cd' * 32},,bone\n", ["ab" * 32, HASH, "cd" * 32]),
        (f'{{"pdq": "{HASH}", "vpdq": "x"}}\n', [HASH]),
        ("", []),
    ],
)
def test_other_lists_are_read(text: str, found: list[str], tmp_path: Path) -> None:
    bank = read_banks([written(tmp_path / "a.txt", text)])
    assert [entry.value for entry in bank.entries] == found


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    text = f"pdq {HASH}\nvideo_md5 abc\npdq {HASH}\nurl http://x\nurl http://y\n"
    poor = written(tmp_path / "poor.csv", f"{HASH},100,a.jpg\n{OTHER},49,b.jpg\n")
    bank = read_banks([written(tmp_path / "a.txt", text), poor])
    assert bank.skipped == {"of kind url": 2, "of kind video_md5": 1, "repeated": 2, "quality below 50": 1}


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (f"pdq {HASH}\npdq {HASH[:-1]}\n", 2, "64 hex digits"),
        (f"pdq {HASH}\n\n# comment\npdq {HASH[:-1]}g\n", 4, "64 hex digits"),
        (f"{HASH}\n<html>\n", 2, "64 hex digits"),
        (f"signal_type,signal_str,category\npdq,{HASH},SURE\n", 2, "one of POSITIVE_CLASS"),
        (f"signal_type,signal_str\n,{HASH}\n", 2, "a kind of hash"),
        ('{"pdq": "x"}\n', 1, "64 hex digits"),
        ("{}\n[]\n", 2, "a JSON object"),
        ("{}\n{\n", 2, "a JSON object"),
        ("pdq " + "a" * 5000, 1, "at most 4,096 characters"),
    ],
)
def test_a_wrong_line_is_named(text: str, line: int, says: str, tmp_path: Path) -> None:
    with pytest.raises(BankError, match=rf"a\.txt, line {line}: expected .*{says}"):
        read_banks([written(tmp_path / "a.txt", text)])


def test_what_is_no_text_or_no_format_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BankError, match="unreadable"):
        read_banks([tmp_path / "a.bin"])
    with pytest.raises(BankError, match="unreadable"):
        read_banks([tmp_path / "nothing"])
    with pytest.raises(BankError, match=r"ends in \.csv, \.txt, \.jsonl"):
        write_bank(tmp_path / "a.xlsx", ENTRIES)
    with pytest.raises(BankError, match="cannot be written"):
        write_bank(tmp_path / "no" / "a.csv", ENTRIES)


def flipped(value: str, bits: int) -> str:
    return f"{int(value, 16) ^ ((1 << bits) - 1):064x}"


def test_a_photo_is_known_by_its_bytes_or_its_looks() -> None:
    known = Known(ENTRIES)
    same = known.match("ab" * 32, None, None)
    assert same
    assert (same.said, same.opinion, same.distance) == ("ivory", Opinion.POSITIVE, 0)
    near = known.match("00" * 32, flipped(HASH, 31), 50)
    assert near
    assert (near.said, near.distance) == ("ivory seal", 31)
    assert known.match("00" * 32, flipped(HASH, 32), 50) is None
    assert known.match("00" * 32, HASH, 49) is None
    assert known.match(None, None, None) is None
    assert Known([]).match("ab" * 32, HASH, 100) is None


def test_the_nearest_hash_counts_and_of_equals_the_stronger_opinion() -> None:
    far = Entry(kind=PDQ, value=flipped(HASH, 9), opinion=Opinion.POSITIVE, tags=("far",))
    near = Entry(kind=PDQ, value=flipped(HASH, 3), opinion=Opinion.NEGATIVE, tags=("near",))
    equal = Entry(
        kind=PDQ, value=f"{int(HASH, 16) ^ (7 << 20):064x}", opinion=Opinion.POSITIVE, tags=("equal",)
    )
    found = Known([far, near]).match(None, HASH, 100)
    assert found
    assert found.said == "near"
    found = Known([far, near, equal]).match(None, HASH, 100)
    assert found
    assert found.said == "equal"


def test_a_bank_says_which_it_is(tmp_path: Path) -> None:
    write_bank(tmp_path / "a.csv", ENTRIES)
    facts = known_photos(tmp_path / "a.csv").facts
    assert (facts["bank"], facts["entries"], len(facts["sha256"])) == ("a.csv", 4, 64)
