"""Scans of remote stores: against a real S3 server, started here."""

from __future__ import annotations

import hashlib
import io
import shutil
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from wildvision.archive import ScanOptions, ScanRun, read_part, scan
from wildvision.archive.mirror import mirror
from wildvision.archive.places import file_system
from wildvision.archive.sources import open_source
from wildvision.cli import main
from wildvision.errors import ArchiveError, ImageReadError, ScanError
from wildvision.results import Verdict

ROOT = Path(__file__).parents[2]
pytest.importorskip("s3fs")
boto3 = pytest.importorskip("boto3")
moto_server = pytest.importorskip("moto.server")

# Libraries below: boto3 and its kin still call what Python deprecates, and the server's threads outlive their sockets.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        store = boto3.client("s3")
        store.create_bucket(Bucket="photos")
        for name, content in objects().items():
            store.put_object(Bucket="photos", Key=name, Body=content)
        yield "s3://photos"
    server.stop()


def objects() -> dict[str, bytes]:
    photos = {f"{number}.jpg": photo(number) for number in range(4)}
    tar, archive = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:gz") as file, zipfile.ZipFile(archive, "w") as zipped:
        for name, content in photos.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            file.addfile(member, io.BytesIO(content))
            zipped.writestr(name, content)
    return {
        **{f"market/2026/{name}": content for name, content in photos.items()},
        "market/broken.jpg": b"\xff\xd8\xff no photo",
        "market/notes.txt.bak": b"not looked at",
        "cache/0f3a": photo(5),
        "cache/0f3b": photo(6),
        "cache/empty": b"",
        "cache/note": b"no image",
        "cache/page.html": b"not opened",
        "cache/sub/": b"",
        "cache/sub/a[1].jpg": photo(7),
        "cache/sub/bad.zip": b"<html>",
        "cache/sub/c.tar.gz": tar.getvalue(),
        "shards/a.tar.gz": tar.getvalue(),
        "shards/b.zip": archive.getvalue(),
        "lists/all.txt": b"../market/2026/0.jpg\ns3://photos/market/2026/1.jpg\nmissing.jpg\n",
    }


def photo(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (48, 64, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG")
    return buffer.getvalue()


def test_a_folder_is_walked_in_order_with_dates(bucket: str) -> None:
    items = list(open_source(f"{bucket}/market"))
    assert [item.id for item in items] == [
        f"{bucket}/market/broken.jpg",
        *(f"{bucket}/market/2026/{number}.jpg" for number in range(4)),
    ]
    assert all(item.modified is not None for item in items)
    assert items[1].content.load(10_000) == photo(0)


def test_names_that_say_nothing_archives_and_stamps(bucket: str) -> None:
    skipped: Counter[str] = Counter()
    items = list(open_source(f"{bucket}/cache", skipped=skipped))
    assert [item.id.removeprefix(f"{bucket}/cache/") for item in items] == [
        "0f3a", "0f3b", "sub/a[1].jpg", "sub/bad.zip!rest", *(f"sub/c.tar.gz!{n}.jpg" for n in range(4))
    ]  # fmt: skip
    assert skipped == {"(no suffix)": 2, ".html": 1}
    digest = hashlib.md5(photo(5), usedforsecurity=False).hexdigest()
    assert items[0].stamp == f"{len(photo(5))}-{digest}"
    (named,) = open_source(f"{bucket}/cache/sub/a[1].jpg")
    assert named.stamp == items[2].stamp
    matched = list(open_source(f"{bucket}/cache/*"))
    assert [item.id for item in matched] == [item.id for item in items]


def test_a_folder_that_cannot_be_listed_has_a_row_and_others_go_on(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, _ = file_system(bucket)
    listed = system.ls

    def refuse(path: str, **options: Any) -> Any:
        if path.endswith("/2026"):
            raise RuntimeError("SlowDown")
        return listed(path, **options)

    monkeypatch.setattr(system, "ls", refuse)
    first, rest = open_source(f"{bucket}/market")
    assert rest.id == f"{bucket}/market/2026!rest"
    with pytest.raises(ImageReadError, match="SlowDown"):
        rest.content.load(1)
    assert first.id == f"{bucket}/market/broken.jpg"


def test_archives_tables_and_patterns(bucket: str) -> None:
    ids = [item.id for item in open_source(f"{bucket}/shards/*")]
    assert ids == [f"{bucket}/shards/{name}!{n}.jpg" for name in ("a.tar.gz", "b.zip") for n in range(4)]
    contents = [item.content.load(10_000) for item in open_source(f"{bucket}/shards/b.zip")]
    assert contents == [photo(number) for number in range(4)]


def test_a_list_names_remote_files(bucket: str) -> None:
    first, second, missing = open_source(f"{bucket}/lists/all.txt")
    assert first.id == f"{bucket}/market/2026/0.jpg"
    assert [item.content.load(10_000) for item in (first, second)] == [photo(0), photo(1)]
    with pytest.raises(ImageReadError, match="readable file"):
        missing.content.load(10_000)


def test_workers_read_from_the_store_and_a_run_resumes(
    bucket: str, tiny_directory: Path, tmp_path: Path
) -> None:
    chosen = ScanOptions(
        sources=(f"{bucket}/market", f"{bucket}/shards/*"),
        model=str(tiny_directory),
        file_format="jsonl",
        part_rows=5,
        workers=2,
    )
    run = ScanRun(tmp_path, chosen)
    for _ in run.run():
        run.stop()
    list(ScanRun(tmp_path, chosen).run())
    rows = [row for path in sorted((tmp_path / "parts").iterdir()) for row in read_part(path)]
    assert len({row["id"] for row in rows}) == len(rows) == 13
    assert [row["error"] for row in rows if row["error"]] == ["ImageDecodeError"]


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        ("s3://photos/nowhere", "found nothing there"),
        ("s3://photos/nowhere/*.tar", "found none"),
        ("gopher://old/photos", "fsspec"),
    ],
)
def test_what_is_not_there_is_named(bucket: str, place: str, problem: str) -> None:
    with pytest.raises(ArchiveError, match=problem):
        list(open_source(place))


def test_rows_of_a_remote_photo_and_a_local_one_are_alike(
    bucket: str, tiny_directory: Path, tmp_path: Path
) -> None:
    (tmp_path / "0.jpg").write_bytes(photo(0))
    sources = [f"{bucket}/market/2026/0.jpg", str(tmp_path / "0.jpg")]
    remote, local = scan(sources, model=str(tiny_directory), workers=1)
    assert remote.scores == local.scores
    assert remote.sha256 == local.sha256


def test_a_bucket_that_grew_is_scanned_again_in_the_same_process(
    bucket: str, tiny_directory: Path, tmp_path: Path
) -> None:
    store = boto3.client("s3")
    for number in range(3):
        store.put_object(Bucket="photos", Key=f"growing/{number}.jpg", Body=photo(number))
    options = ScanOptions(sources=(f"{bucket}/growing",), model=str(tiny_directory), workers=0)
    list(ScanRun(tmp_path / "out", options).run())
    store.put_object(Bucket="photos", Key="growing/00.jpg", Body=photo(10))
    store.put_object(Bucket="photos", Key="growing/1.jpg", Body=photo(11))
    store.delete_object(Bucket="photos", Key="growing/2.jpg")
    run = ScanRun(tmp_path / "out", options)
    list(run.run())
    account = run.account
    assert (account.met, account.scored, account.rescored, account.gone) == (3, 1, 1, 1)
    assert list(ScanRun(tmp_path / "out", options).run()) == []


def test_the_folder_of_a_scan_is_copied_and_reported_from_a_store(
    bucket: str, tiny_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ScanOptions(sources=(f"{bucket}/market",), model=str(tiny_directory), workers=0, part_rows=2)
    list(ScanRun(tmp_path / "scan", options).run())
    system, root = file_system(bucket)
    system.put(str(tmp_path / "scan"), f"{root}/results/scan", recursive=True)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    url = f"{bucket}/results/scan"
    for copied in (5, 0):  # manifest, journal, three parts; nothing the second time
        shown = CliRunner().invoke(main, ["report", url])
        assert shown.exit_code == 0, shown.output
        assert f"copied {copied} files of {url} into scan" in shown.output
    assert b"market/broken.jpg" in Path("scan/report.html").read_bytes()
    every = [f"--verdict={verdict.value}" for verdict in Verdict]
    others = (
        (0, "cluster", url, "--least", "1"),
        (1, "similar", url, str(tmp_path / "photo.jpg")),  # nothing is like it
        (0, "hashes", "export", url, "--to", "bank.csv", *every),
        (0, "export", url, "--to", "hits", "--form", "hits", *every),
    )
    shutil.copy(ROOT / "samples/elephant_tusk.jpg", tmp_path / "photo.jpg")
    for status, *arguments in others:
        shown = CliRunner().invoke(main, arguments)
        assert shown.exit_code == status, (arguments, shown.output)

    system.rm(f"{root}/results/scan/parts/part-000002.parquet")
    system.pipe(f"{root}/results/scan/gone.jsonl", b"")
    file_system(bucket)[0].invalidate_cache()
    assert mirror(url, Path("scan")) == 1
    assert [path.name for path in sorted(Path("scan/parts").iterdir())] == [
        "part-000000.parquet",
        "part-000001.parquet",
    ]
    assert mirror(f"{url}/", Path("scan")) == 0
    system.pipe(f"{root}/results/another/scan.json", b"{}")
    with pytest.raises(ScanError, match="found one of s3://photos/results/scan in scan"):
        mirror(f"{bucket}/results/another", Path("scan"))
    with pytest.raises(ScanError, match=r"found no scan\.json"):
        mirror(f"{bucket}/market", Path("other"))
    Path("full").mkdir()
    Path("full/mine.txt").touch()
    with pytest.raises(ScanError, match="found other files in full"):
        mirror(url, Path("full"))
