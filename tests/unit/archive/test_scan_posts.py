"""Posts of a scan: grouped by folder, key or column, answered from the rows, resumed, grown and decided again."""

from __future__ import annotations

import csv
import json
import os
import tarfile
import time
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from PIL import Image

from tests.conftest import paint
from wildvision import Classifier, Policy, PostClassification
from wildvision.archive import Row, ScanOptions, ScanRun, decide_again, scan, write_report
from wildvision.archive import posts as module
from wildvision.archive.export import export
from wildvision.archive.folder import ScanFolder, open_folder
from wildvision.archive.posts import PostRow, post_rows, posts_file, read_posts
from wildvision.archive.run import Selection
from wildvision.cli import main
from wildvision.errors import ArchiveError, OptionError, ScanError
from wildvision.evidence import BundleOptions, verify, write_bundle
from wildvision.evidence.record import RecordOptions
from wildvision.manifest import Threshold
from wildvision.post_scores import EXPONENT, PostJudge
from wildvision.review.queue import Queue

COLOURS = {"ivory": (230, 60, 60), "bone": (60, 230, 60), "grey": (120, 120, 120)}


def draw(path: Path, colour: str, *, shade: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if colour == "broken":
        path.write_bytes(b"\xff\xd8\xff" + bytes([shade]))
    elif colour == "blank":
        Image.fromarray(np.full((40, 40, 3), 200 + shade, np.uint8)).save(path)
    else:
        Image.fromarray(paint(*(value - shade for value in COLOURS[colour]))).save(path)
    return path


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Four listings in folders: ivory among others, nothing, nothing readable, nothing to judge."""
    for name, colours in {
        "1": ("grey", "ivory", "broken"),
        "2": ("bone", "grey"),
        "3": ("broken",),
        "4": ("blank",),
    }.items():
        for place, colour in enumerate(colours):
            draw(tmp_path / "shop" / name / f"{place}.png", colour, shade=place + 5 * int(name))
    return tmp_path / "shop"


def run(out: Path, model: Path, *sources: Path, by: str | None = "folder", **options: object) -> ScanRun:
    chosen = {"workers": 0, "file_format": "parquet", **options}
    scan_run = ScanRun(
        out,
        ScanOptions(sources=tuple(map(str, sources)), model=str(model), group_by=by, **chosen),  # type: ignore[arg-type]
    )
    list(scan_run.run())
    return scan_run


def posts_of(out: Path) -> dict[str, PostRow]:
    folder, _ = open_folder(out)
    return {Path(post.post).name: post for post in read_posts(folder)}


def rows_of(out: Path) -> list[Row]:
    folder, _ = open_folder(out)
    return [row for part in folder.parts for row in folder.read(part.number)]


@pytest.mark.parametrize("file_format", ["parquet", "jsonl", "csv"])
def test_one_answer_for_each_folder_in_every_format(
    shop: Path, tiny_directory: Path, tmp_path: Path, file_format: str
) -> None:
    run(tmp_path / "out", tiny_directory, shop, file_format=file_format, part_rows=2)
    found = posts_of(tmp_path / "out")
    assert {
        name: (post.pictures, post.failed, post.left_out, post.verdict) for name, post in found.items()
    } == {
        "1": (3, 1, 0, "FLAG"),
        "2": (2, 0, 0, "CLEAR"),
        "3": (1, 1, 0, None),
        "4": (1, 0, 1, "ABSTAIN"),
    }
    assert found["1"].carrier == str(shop / "1" / "1.png")
    assert (found["3"].error, found["4"].carrier) == ("PostError", None)
    assert "none of 1, the first: ImageDecodeError" in (found["3"].error_message or "")
    assert {Path(row.post or "").name for row in rows_of(tmp_path / "out")} == {"1", "2", "3", "4"}


def test_it_says_what_classify_post_says(
    shop: Path, tiny: Classifier, tiny_directory: Path, tmp_path: Path
) -> None:
    run(tmp_path / "out", tiny_directory, shop)
    single: PostClassification = tiny.classify_post(sorted((shop / "1").iterdir()))
    found = posts_of(tmp_path / "out")["1"]
    assert (found.verdict, found.reason) == (single.verdict.value, str(single.reason))
    assert found.scores == {p.category: pytest.approx(p.score) for p in single.predictions}


def test_a_resumed_and_grown_scan_answers_for_whole_posts(
    shop: Path, tiny_directory: Path, tmp_path: Path
) -> None:
    out, whole = tmp_path / "out", tmp_path / "whole"
    run(out, tiny_directory, shop, selection=Selection(limit=2))
    assert set(posts_of(out)) == {"1"}
    draw(shop / "2" / "9.png", "ivory")
    run(out, tiny_directory, shop)
    run(whole, tiny_directory, shop)
    assert posts_of(out) == posts_of(whole)
    assert posts_of(out)["2"].pictures == 3


def test_posts_that_a_crash_left_behind_are_made_again(
    shop: Path, tiny_directory: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run(out, tiny_directory, shop)
    before = posts_of(out)
    posts_file(open_folder(out)[0]).unlink()
    run(out, tiny_directory, shop)
    assert posts_of(out) == before
    path = posts_file(open_folder(out)[0])
    past = time.time() - 3600
    path.write_bytes(b"older than the rows")
    os.utime(path, (past, past))
    run(out, tiny_directory, shop)
    assert posts_of(out) == before


def test_posts_younger_than_the_rows_are_left_alone(shop: Path, tiny_directory: Path, tmp_path: Path) -> None:
    run(tmp_path / "out", tiny_directory, shop)
    path = posts_file(open_folder(tmp_path / "out")[0])
    before = path.stat().st_mtime_ns
    run(tmp_path / "out", tiny_directory, shop)
    assert path.stat().st_mtime_ns == before


def test_another_policy_decides_posts_too(
    shop: Path, tiny_directory: Path, tmp_path: Path, tiny: Classifier
) -> None:
    out = tmp_path / "out"
    run(out, tiny_directory, shop)
    other = next(name for name in tiny.manifest.policies if name != tiny.policy_name)
    decide_again(out, other, out=tmp_path / "decided")
    assert {post.policy for post in posts_of(tmp_path / "decided").values() if post.verdict} == {other}
    assert {post.policy for post in posts_of(out).values() if post.verdict} == {tiny.policy_name}
    fresh = run(tmp_path / "fresh", tiny_directory, shop, policy=other)
    assert posts_of(tmp_path / "decided") == posts_of(tmp_path / "fresh")
    assert fresh.posts.total() == 4


def test_a_scan_without_posts_stays_without(shop: Path, tiny_directory: Path, tmp_path: Path) -> None:
    found = run(tmp_path / "out", tiny_directory, shop, by=None)
    assert not found.posts
    assert not posts_file(open_folder(tmp_path / "out")[0]).exists()
    with pytest.raises(ScanError, match="group_by: None then, 'folder' now"):
        run(tmp_path / "out", tiny_directory, shop)


def test_members_of_a_shard_are_grouped_by_their_key(
    shop: Path, tiny_directory: Path, tmp_path: Path
) -> None:
    with tarfile.open(tmp_path / "shard.tar", "w") as archive:
        for folder in sorted(shop.iterdir()):
            for path in sorted(folder.iterdir()):
                archive.add(path, f"{folder.name}.{path.name}")
    run(tmp_path / "out", tiny_directory, tmp_path / "shard.tar", by="key")
    found = {name.rpartition("!")[2]: post for name, post in posts_of(tmp_path / "out").items()}
    assert {name: post.pictures for name, post in found.items()} == {"1": 3, "2": 2, "3": 1, "4": 1}


def listed(shop: Path) -> Iterable[tuple[str, str]]:
    for path in sorted(shop.rglob("*.png")):
        yield str(path), "" if path.parent.name == "4" else f"listing {path.parent.name}"


def test_a_column_of_a_list_names_posts(shop: Path, tiny_directory: Path, tmp_path: Path) -> None:
    with (tmp_path / "list.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("path", "Listing"), *listed(shop)])
    lines = [json.dumps({"path": path, "Listing": post or None}) for path, post in listed(shop)]
    (tmp_path / "list.jsonl").write_text("\n".join(lines))
    for name in ("list.csv", "list.jsonl"):
        out = tmp_path / f"out-{name}"
        run(out, tiny_directory, tmp_path / name, by="column:Listing")
        assert {n: post.pictures for n, post in posts_of(out).items()} == {
            "listing 1": 3, "listing 2": 2, "listing 3": 1,
        }  # fmt: skip
        assert [row.post for row in rows_of(out) if row.verdict == "ABSTAIN"] == [None]


def test_a_column_of_a_table_names_posts_across_files(
    shop: Path, tiny_directory: Path, tmp_path: Path
) -> None:
    paths = sorted(shop.rglob("*.png"))
    for number, chosen in enumerate((paths[::2], paths[1::2])):
        table = pa.table(
            {
                "image": [path.read_bytes() for path in chosen],
                "name": [path.name for path in chosen],
                "listing": [int(path.parent.name) for path in chosen],
            }
        )
        pq.write_table(table, tmp_path / f"{number}.parquet")
    out = tmp_path / "out"
    run(out, tiny_directory, tmp_path / "0.parquet", tmp_path / "1.parquet", by="column:listing")
    assert {name: post.pictures for name, post in posts_of(out).items()} == {"1": 3, "2": 2, "3": 1, "4": 1}


def test_a_column_that_is_not_there_is_refused_before_the_scan(
    shop: Path, tiny_directory: Path, tmp_path: Path
) -> None:
    with (tmp_path / "list.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("path", "listing"), *listed(shop)])
    pq.write_table(pa.table({"image": [b"x"]}), tmp_path / "t.parquet")
    (tmp_path / "l.jsonl").write_text('{"path": "a.jpg"}\n')
    for name in ("list.csv", "t.parquet", "l.jsonl"):
        with pytest.raises(ArchiveError, match="expected a column seller to group by, found"):
            run(tmp_path / "out", tiny_directory, tmp_path / name, by="column:seller")
    with pytest.raises(OptionError):
        run(tmp_path / "out", tiny_directory, shop, by="seller")


def test_a_share_of_the_posts_is_a_share_of_whole_posts(
    shop: Path, tiny_directory: Path, tmp_path: Path
) -> None:
    for number in range(20):
        for place in range(3):
            draw(shop / f"more{number}" / f"{place}.png", "grey", shade=number * 3 + place)
    run(tmp_path / "out", tiny_directory, shop, selection=Selection(sample=0.5))
    found = posts_of(tmp_path / "out")
    assert 3 < sum(name.startswith("more") for name in found) < 17
    assert {post.pictures for name, post in found.items() if name.startswith("more")} == {3}


def test_equal_pictures_of_two_posts_keep_their_own(tiny_directory: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        draw(tmp_path / "shop" / name / "1.png", "ivory")
    run(tmp_path / "out", tiny_directory, tmp_path / "shop")
    assert set(posts_of(tmp_path / "out")) == {"a", "b"}


def test_too_many_pictures_are_no_post(
    shop: Path, tiny: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_PICTURES", 3)
    rows = [Row(id=str(n), post="p", error="ImageDecodeError", error_message="x") for n in range(5)]
    judge = PostJudge(tiny.manifest, tiny.policy)
    [found] = post_rows(rows, judge, tmp_path)
    assert (found.pictures, found.verdict, found.error) == (5, None, "PostError")
    assert "at most 3 pictures, found 5" in (found.error_message or "")


def test_rows_without_a_post_are_in_none(tiny: Classifier, tmp_path: Path) -> None:
    judge = PostJudge(tiny.manifest, tiny.policy)
    assert list(post_rows([Row(id="a")], judge, tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_of_posts_says_what_to_do(shop: Path, tiny_directory: Path, tmp_path: Path) -> None:
    run(tmp_path / "out", tiny_directory, shop)
    folder: ScanFolder = open_folder(tmp_path / "out")[0]
    posts_file(folder).write_bytes(b"PAR1 no more")
    with pytest.raises(ScanError, match="remove it and run the scan again"):
        list(read_posts(folder))


def call(*arguments: str) -> tuple[int, str]:
    found = CliRunner(env={"COLUMNS": "200"}).invoke(main, list(arguments))
    return found.exit_code, found.output


def test_the_command_says_how_many_posts_there_are(shop: Path, tiny_directory: Path, tmp_path: Path) -> None:
    arguments = [
        "scan", str(shop), "--out", str(tmp_path / "out"), "--model", str(tiny_directory), "--workers", "0",
        "--group-by", "folder",
    ]  # fmt: skip
    status, output = call(*arguments)
    assert status == 1  # some images failed
    assert "posts: 4 (1 ABSTAIN, 1 CLEAR, 1 FLAG, 1 PostError)" in output
    last = json.loads(call(*arguments, "--json")[1].splitlines()[-1])
    assert last["posts"] == {"ABSTAIN": 1, "CLEAR": 1, "FLAG": 1, "PostError": 1}
    refused = call(*arguments[:-1], "sellers")
    assert (refused[0], "column:NAME" in refused[1]) == (2, True)


def test_rows_without_a_folder_are_grouped_too(shop: Path, tiny_directory: Path) -> None:
    rows: Sequence[Row] = list(scan(shop, model=str(tiny_directory), workers=0, group_by="folder"))
    assert len({row.post for row in rows}) == 4
    assert asdict(PostRow(post="a", pictures=1))["verdict"] is None


@pytest.fixture
def grouped(shop: Path, tiny_directory: Path, tmp_path: Path) -> Path:
    run(tmp_path / "out", tiny_directory, shop)
    return tmp_path / "out"


def test_a_page_shows_posts_with_the_picture_that_carries_them(
    grouped: Path, tiny_directory: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    found = write_report(grouped, page, model=str(tiny_directory))
    section = page.read_text().partition('<section id="posts"')[2].partition("</section>")[0]
    assert "ABSTAIN 1, CLEAR 1, FLAG 1, PostError 1" in section
    assert section.count('<img src="data:image/webp') == 1
    assert "most of all in picture 2 of 3" in section
    assert "3 pictures, not read: 1" in " ".join(section.split())
    assert found.missing == 0


def test_a_page_of_another_policy_decides_posts_by_it(
    grouped: Path, tiny_directory: Path, tiny: Classifier, tmp_path: Path
) -> None:
    never = Policy(
        objective="never", set_on="nothing", lookalike_ratio=1.0,
        thresholds={product: Threshold(review=None, flag=None) for product in tiny.manifest.product_ids},
    )  # fmt: skip
    write_report(grouped, tmp_path / "page.html", model=str(tiny_directory), policy=never)
    section = (
        (tmp_path / "page.html").read_text().partition('<section id="posts"')[2].partition("</section>")[0]
    )
    assert "ABSTAIN 1, CLEAR 2, PostError 1" in section


def test_a_page_without_posts_has_no_such_part(shop: Path, tiny_directory: Path, tmp_path: Path) -> None:
    run(tmp_path / "plain", tiny_directory, shop, by=None)
    write_report(tmp_path / "plain", tmp_path / "page.html", model=str(tiny_directory))
    assert 'id="posts"' not in (tmp_path / "page.html").read_text()


def test_an_export_and_a_review_name_the_post(grouped: Path, tmp_path: Path) -> None:
    export(grouped, tmp_path / "export")
    with (tmp_path / "export" / "hits.csv").open(newline="") as file:
        [row] = csv.DictReader(file)
    assert (Path(row["post"]).name, row["post_verdict"]) == ("1", "FLAG")
    queue = Queue(grouped, reviewer="r")
    [card] = queue.cards
    assert queue.posts[card.shown.post].pictures == 3


def test_evidence_says_how_the_pictures_of_the_post_were_combined(
    grouped: Path, tiny_directory: Path, tmp_path: Path
) -> None:
    for redact in (False, True):
        options = BundleOptions(record=RecordOptions(operator="t", redact=redact), model=str(tiny_directory))
        write_bundle(grouped, tmp_path / "case.zip", options)
        with zipfile.ZipFile(tmp_path / "case.zip") as bundle:
            post = json.loads(bundle.read("chain.jsonl"))["record"]["post"]
        assert (post["pictures"], post["failed"], post["verdict"], post["exponent"]) == (
            3,
            1,
            "FLAG",
            EXPONENT,
        )
        assert ("name" in post, "carrier" in post) == (not redact, not redact)
    checks = list(verify(tmp_path / "case.zip", model=str(tiny_directory)))
    assert [str(check) for check in checks if not check.is_right] == []
