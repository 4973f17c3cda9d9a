"""The same photo in many places is one cluster, is found by picture, and is marked where a bank knows it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from tests.integration.test_report import data_of
from wildvision.archive import ScanOptions, ScanRun, decide_again, write_report
from wildvision.archive.decisions import Decision, Decisions, Outcome
from wildvision.archive.folder import ScanFolder
from wildvision.archive.likeness import search
from wildvision.archive.likeness.clusters import find_clusters
from wildvision.archive.likeness.search import SearchIndex
from wildvision.archive.rows import Row
from wildvision.cli import main
from wildvision.errors import ScanError


def picture(seed: int) -> Image.Image:
    cells = np.random.default_rng(seed).integers(0, 255, (24, 32, 3), np.uint8)
    cells[..., 1:] //= 4
    return Image.fromarray(cells).resize((320, 240), Image.Resampling.BICUBIC)


def encoded(image: Image.Image, quality: int = 90) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """One photo in three shops, re-compressed and resized, one twice in a shop, and one alone."""
    folder = tmp_path / "photos"
    for shop in ("a", "b"):
        (folder / shop).mkdir(parents=True)
    (folder / "a/1.jpg").write_bytes(encoded(picture(1)))
    (folder / "b/2.jpg").write_bytes(encoded(picture(1), 30))
    (folder / "b/3.jpg").write_bytes(encoded(picture(2)))
    (folder / "b/4.jpg").write_bytes(encoded(picture(2)))
    (folder / "b/5.jpg").write_bytes(encoded(picture(3)))
    with zipfile.ZipFile(folder / "dump.zip", "w") as archive:
        archive.writestr("c/6.jpg", encoded(picture(1).resize((160, 120))))
    return folder


def scanned(folder: Path, out: Path, model: Path, **options: Any) -> Path:
    list(ScanRun(out, ScanOptions(sources=(str(folder),), model=str(model), workers=0, **options)).run())
    return out


@pytest.fixture
def results(photos: Path, tmp_path: Path, tiny_directory: Path) -> Path:
    return scanned(photos, tmp_path / "results", tiny_directory, embeddings=True)


def rows_of(results: Path) -> dict[str, Row]:
    folder = ScanFolder(results, json.loads((results / "scan.json").read_text())["file_format"])
    return {row.id.rpartition("photos/")[2]: row for part in folder.parts for row in folder.read(part.number)}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.output.splitlines() if line.startswith("{")]


def decided(results: Path, name: str, outcome: Outcome, category: str | None) -> None:
    row = rows_of(results)[name]
    decisions = Decisions(results)
    decisions.add(
        Decision(
            ids=(row.id,), sha256s=(row.sha256 or "",), reviewer="ann", outcome=outcome, category=category
        )
    )
    decisions.close()


# --- clusters ---------------------------------------------------------------------------------------------


def test_copies_in_many_places_are_one_cluster(results: Path, photos: Path) -> None:
    decided(results, "a/1.jpg", Outcome.CONFIRMED, "ivory")
    found = lines(run("cluster", results, "--json"))
    names = [[member["id"].rpartition("photos/")[2] for member in one["members"]] for one in found]
    assert names == [["dump.zip!c/6.jpg", "a/1.jpg", "b/2.jpg"], ["b/3.jpg", "b/4.jpg"]]
    assert set(found[0]["places"]) == {str(photos / "a"), str(photos / "b"), f"{photos}/dump.zip!c"}
    members = found[0]["members"]
    assert (members[0]["bits"], members[0]["outcome"], members[1]["outcome"]) == (0, None, "confirmed")
    assert all(member["bits"] <= 31 for member in found[0]["members"])


def test_a_table_of_clusters_names_every_image(results: Path, tmp_path: Path) -> None:
    result = run("cluster", results, "--to", tmp_path / "out.csv")
    assert result.exit_code == 0, result.output
    assert "2 groups of 5 images" in result.output
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["group"] for row in rows] == ["1", "1", "1", "2", "2"]
    run("cluster", results, "--to", tmp_path / "out.json", "--least", 1)
    assert [one["images"] for one in json.loads((tmp_path / "out.json").read_text())] == [3, 2, 1]
    assert run("cluster", results, "--to", tmp_path / "out.txt").exit_code == 2


def test_embeddings_join_what_hashes_do_not(
    results: Path, photos: Path, tmp_path: Path, tiny_directory: Path
) -> None:
    apart = find_clusters(results, least=1)
    joined = find_clusters(results, least=1, cosine=0.01)  # of a tiny model, whose pictures are all alike
    assert (len(apart), len(joined)) == (3, 1)
    assert joined[0].members[0].cosine == 1
    assert len(find_clusters(results, least=1, cosine=1.0)) == 3
    without = scanned(photos, tmp_path / "without", tiny_directory)
    with pytest.raises(ScanError, match="--embeddings"):
        find_clusters(without, cosine=0.9)
    assert run("cluster", without, "--cosine", 0.9).exit_code == 2


# --- search -----------------------------------------------------------------------------------------------


def test_a_photo_finds_its_copies_first(results: Path, photos: Path, tmp_path: Path) -> None:
    (tmp_path / "query.jpg").write_bytes(encoded(picture(1).resize((200, 150)), 50))
    for photo in (tmp_path / "query.jpg", f"{photos}/dump.zip!c/6.jpg"):
        result = run("similar", results, photo, "--json")
        assert result.exit_code == 0, result.output
        found = lines(result)
        names = [one["id"].rpartition("photos/")[2] for one in found]
        assert set(names[:3]) == {"a/1.jpg", "b/2.jpg", "dump.zip!c/6.jpg"}
        assert all(one["bits"] <= 31 for one in found[:3])
        assert [one["bits"] for one in found[3:]] == [None] * 3
        assert all(-1 <= one["cosine"] <= 1.001 for one in found)
    assert "3 are the same picture, 3 look like it" in run("similar", results, tmp_path / "query.jpg").output


def test_the_index_grows_with_the_scan_and_is_made_anew_when_a_part_changed(
    results: Path, photos: Path, tiny_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    append = search._append

    def counted(path: Path, folder: ScanFolder, number: int, start: int, *, with_vectors: bool) -> None:
        read.append(number)
        append(path, folder, number, start, with_vectors=with_vectors)

    monkeypatch.setattr(search, "_append", counted)
    assert SearchIndex(results).embeddings == 6
    assert SearchIndex(results).embeddings == 6
    assert read == [0]
    (photos / "z.jpg").write_bytes(encoded(picture(9)))
    scanned(photos, results, tiny_directory, embeddings=True)
    index = SearchIndex(results)
    assert (read, index.embeddings) == ([0, 1], 7)
    row = rows_of(results)["z.jpg"]
    assert row.pdq
    assert row.embedding is not None
    assert index.near(row.pdq) == [(6, 0)]
    assert index.like(row.embedding, 1)[0][0] == 6
    assert index.row(ScanFolder(results), 6).id == row.id
    decide_again(
        results, "balanced" if "balanced" in _policies(tiny_directory) else _policies(tiny_directory)[0]
    )
    SearchIndex(results)
    assert read[2:] in ([], [0, 1])
    (results / "likeness/index.json").write_text("{")
    SearchIndex(results)
    assert read[-2:] == [0, 1]
    assert not [path for path in results.iterdir() if path.name.startswith(".likeness")]


def _policies(model: Path) -> list[str]:
    return list(json.loads((model / "manifest.json").read_text())["policies"])


def test_a_scan_without_embeddings_is_searched_by_hash(
    photos: Path, tmp_path: Path, tiny_directory: Path
) -> None:
    for file_format in ("jsonl", "csv", "parquet"):
        results = scanned(photos, tmp_path / file_format, tiny_directory, file_format=file_format)
        found = lines(run("similar", results, photos / "a/1.jpg", "--json"))
        assert len(found) == 3
    Image.fromarray(np.full((64, 64, 3), 90, np.uint8)).save(tmp_path / "flat.png")
    result = run("similar", results, tmp_path / "flat.png")
    assert (result.exit_code, result.output) == (1, "0 are the same picture, 0 look like it\n")


def test_a_photo_or_member_that_is_not_there_is_said(results: Path, photos: Path) -> None:
    for photo in ("nothing.jpg", f"{photos}/dump.zip!nothing.jpg", f"{photos}/dump.zip"):
        result = run("similar", results, photo)
        assert result.exit_code == 2
        assert photo.removeprefix(f"{photos}/") in result.output
    (photos.parent / "words.jpg").write_text("no image")
    bank = photos.parent / "bank.csv"
    every = [word for verdict in ("FLAG", "REVIEW", "CLEAR") for word in ("--verdict", verdict)]
    assert run("hashes", "export", results, "--to", bank, *every).exit_code == 0
    for command in (("similar", results), ("hashes", "match", bank)):
        result = run(*command, photos.parent / "words.jpg")
        assert (result.exit_code, "words.jpg: expected JPEG" in " ".join(result.output.split())) == (2, True)


# --- banks ------------------------------------------------------------------------------------------------


def test_confirmed_hits_are_shared_and_found_elsewhere(
    results: Path, photos: Path, tmp_path: Path, tiny_directory: Path
) -> None:
    decided(results, "a/1.jpg", Outcome.CONFIRMED, "ivory")
    decided(results, "b/5.jpg", Outcome.LOOKALIKE, "bone")
    bank = tmp_path / "bank.csv"
    result = run(
        "hashes", "export", results, "--to", bank, "--outcome", "confirmed", "--outcome", "lookalike"
    )
    assert result.output.startswith("4 hashes")
    assert "photos" not in bank.read_text()  # no names
    assert "ann" not in bank.read_text()
    other = tmp_path / "elsewhere/photos"
    other.mkdir(parents=True)
    (other / "copy.jpg").write_bytes(encoded(picture(1), 40))
    (other / "bone.jpg").write_bytes(encoded(picture(3), 40))
    (other / "new.jpg").write_bytes(encoded(picture(4)))
    out = tmp_path / "marked"
    result = run("scan", other, "--out", out, "--model", tiny_directory, "--workers", 0, "--known", bank)
    assert result.exit_code == 0, result.output
    marked = rows_of(out)
    assert (marked["copy.jpg"].known, marked["copy.jpg"].known_as) == ("ivory", "POSITIVE_CLASS")
    assert (marked["bone.jpg"].known, marked["bone.jpg"].known_as) == ("bone", "NEGATIVE_CLASS")
    assert 0 <= (marked["copy.jpg"].known_distance or 0) <= 31
    assert marked["new.jpg"].known is None
    assert json.loads((out / "scan.json").read_text())["known"]["entries"] == 4
    found = lines(run("hashes", "match", bank, out, other / "copy.jpg", "--json"))
    assert [one["said"] for one in found] == ["bone", "ivory", "ivory"]
    assert run("hashes", "match", bank, other / "new.jpg").exit_code == 1


def test_a_mark_is_kept_by_decide_and_shown_by_report_and_export(
    results: Path, photos: Path, tmp_path: Path, tiny_directory: Path
) -> None:
    decided(results, "a/1.jpg", Outcome.CONFIRMED, "ivory")
    run("hashes", "export", results, "--to", tmp_path / "bank.csv")
    out = scanned(photos, tmp_path / "marked", tiny_directory, known=tmp_path / "bank.csv")
    decide_again(out, _policies(tiny_directory)[-1], model=str(tiny_directory))
    names = {name for name, row in rows_of(out).items() if row.known == "ivory"}
    assert names == {"a/1.jpg", "b/2.jpg", "dump.zip!c/6.jpg"}
    write_report(out, tmp_path / "report.html", model=str(tiny_directory))
    assert "ivory" in [card["known"].split(",")[0] for card in data_of(tmp_path / "report.html")["groups"]]
    run("export", out, "--to", tmp_path / "out", "--form", "hits", "--verdict", "FLAG", "--verdict", "REVIEW")
    with (tmp_path / "out/hits.csv").open(newline="") as file:
        assert {row["known"] for row in csv.DictReader(file)} == {"ivory", ""}


def test_a_known_photo_that_is_clear_reaches_a_person(tmp_path: Path, tiny_directory: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    grey = picture(1).convert("L").convert("RGB")
    (folder / "grey.jpg").write_bytes(encoded(grey))
    first = scanned(folder, tmp_path / "first", tiny_directory)
    assert rows_of(first)["grey.jpg"].verdict == "CLEAR"
    decided(first, "grey.jpg", Outcome.CONFIRMED, "ivory")
    run("hashes", "export", first, "--to", tmp_path / "bank.csv")
    again = scanned(folder, tmp_path / "again", tiny_directory, known=tmp_path / "bank.csv")
    write_report(again, tmp_path / "report.html", model=str(tiny_directory))
    (card,) = data_of(tmp_path / "report.html")["groups"]
    assert (card["verdict"], card["known"]) == ("CLEAR", "ivory, confirmed before, 0 bits off")


def test_banks_are_checked_and_merged(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"pdq {'0f' * 32}\nvideo_md5 x\n")
    (tmp_path / "b.txt").write_text(f"pdq {'0f' * 32}\npdq {'f0' * 32}\n")
    result = run("hashes", "import", tmp_path / "a.txt", tmp_path / "b.txt", "--to", tmp_path / "all.csv")
    assert result.exit_code == 0
    assert "2 hashes" in result.output
    assert "left out: 1 repeated" in result.output
    (tmp_path / "b.txt").write_text("pdq nothing\n")
    result = run("hashes", "import", tmp_path / "b.txt", "--to", tmp_path / "wrong.csv")
    assert result.exit_code == 2
    assert "line 1" in result.output
    assert not (tmp_path / "wrong.csv").exists()


def test_a_scan_with_a_wrong_bank_does_not_begin(photos: Path, tmp_path: Path, tiny_directory: Path) -> None:
    (tmp_path / "bank.txt").write_text("pdq nothing\n")
    result = run(
        "scan", photos, "--out", tmp_path / "out", "--model", tiny_directory, "--known", tmp_path / "bank.txt"
    )
    assert result.exit_code == 2
    assert "line 1" in result.output
    assert not (tmp_path / "out").exists()


def test_nothing_confirmed_is_no_bank(results: Path, tmp_path: Path) -> None:
    result = run("hashes", "export", results, "--to", tmp_path / "bank.csv")
    assert result.exit_code == 2
    assert "found none with decision confirmed; decide" in " ".join(result.output.split())
    assert not (tmp_path / "bank.csv").exists()


def test_what_was_asked_for_and_not_found_is_said(results: Path, tmp_path: Path) -> None:
    asked = ("--verdict", "CLEAR", "--outcome", "unsure", "--category", "unicorn")
    for command in (("hashes", "export"), ("export",), ("evidence",)):
        result = run(*command, results, "--to", tmp_path / "out.csv", *asked)
        assert result.exit_code == 2
        said = " ".join(result.output.split())
        assert "found none with verdict CLEAR or decision unsure, of the category unicorn;" in said
        assert not (tmp_path / "out.csv").exists()


def test_a_scan_of_before_is_still_read(results: Path) -> None:
    from pyarrow import parquet

    (path,) = (results / "parts").iterdir()
    table = parquet.read_table(path)
    parquet.write_table(table.drop_columns(["known", "known_as", "known_distance"]), path)
    assert all(row.known is None for row in rows_of(results).values())


# --- classify ---------------------------------------------------------------------------------------------


def test_classify_understands_a_scan_s_ids(results: Path, photos: Path, tiny_directory: Path) -> None:
    rows = rows_of(results)
    ids = [row.id for row in rows.values()]
    found = lines(run("classify", *ids, "--model", tiny_directory, "--json"))
    assert [one["verdict"] for one in found] == [row.verdict for row in rows.values()]
    result = run("classify", f"{photos}/dump.zip!nothing.jpg", "--model", tiny_directory)
    assert result.exit_code == 1
    assert "expected an image of that name" in result.output
    odd = photos / "odd!name.jpg"
    odd.write_bytes(encoded(picture(1)))
    assert run("classify", odd, "--model", tiny_directory).exit_code == 0
    assert run("classify", f"{photos}/a!b.jpg", "--model", tiny_directory).exit_code == 1


def test_rows_of_tables_and_members_of_tars_are_classified(tmp_path: Path, tiny_directory: Path) -> None:
    import tarfile

    import pyarrow as pa
    from pyarrow import parquet

    content = encoded(picture(1))
    parquet.write_table(pa.table({"image": [content], "id": ["7"]}), tmp_path / "t.parquet")
    with tarfile.open(tmp_path / "t.tar", "w") as archive:
        entry = tarfile.TarInfo("x/y.jpg")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    for name in (f"{tmp_path}/t.parquet!7", f"{tmp_path}/t.tar!x/y.jpg"):
        assert run("classify", name, "--model", tiny_directory).exit_code == 0
    result = run("classify", f"{tmp_path}/t.tar!x/y.jpg", "--model", tiny_directory, "--max-bytes", 100)
    assert result.exit_code == 1
    assert "--max-bytes" in result.output
