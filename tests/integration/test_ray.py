"""Scans on a Ray cluster of three nodes: the rows of a local scan, each item once, whatever dies."""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import tarfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from click.testing import CliRunner
from PIL import Image

from tests.poison import Kills
from wildvision.archive import Row, ScanOptions, ScanRun, read_part, scan
from wildvision.archive.folder import PARTS, SCAN_FILE
from wildvision.archive.items import InFile, Item
from wildvision.archive.rows import TIMINGS
from wildvision.archive.sinks import to_record
from wildvision.archive.travel import pack
from wildvision.cli import main
from wildvision.errors import ArchiveError, ChecksumError
from wildvision.manifest import load_manifest

ray = pytest.importorskip("ray")
pytest.importorskip("ray.data")
from ray.cluster_utils import Cluster  # noqa: E402

from wildvision.archive.ray import RayEngine, RayOptions, engine, scan_dataset  # noqa: E402
from wildvision.archive.ray.engine import RayPool  # noqa: E402

# Ray's own: sockets and files that its processes leave open, and what it calls that Python deprecates.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ROOT = Path(__file__).parents[2]
STORE_BYTES = 80 * 2**20  # of a node's object store; the least that Ray takes is 75 MB
COLOURS = ((250, 10, 10), (10, 250, 10), (10, 10, 250), (120, 120, 120))


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    health = {
        "health_check_initial_delay_ms": 0,
        "health_check_period_ms": 500,
        "health_check_failure_threshold": 4,
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # else a warning
        head = {"num_cpus": 1, "object_store_memory": STORE_BYTES, "include_dashboard": False}
        nodes = Cluster(initialize_head=True, head_node_args={**head, "_system_config": health})
        for _ in range(2):
            nodes.add_node(num_cpus=1, object_store_memory=STORE_BYTES)
        ray.init(address=nodes.address, log_to_driver=False, logging_level="ERROR")
        ray.data.DataContext.get_current().enable_progress_bars = False
        yield nodes
        ray.shutdown()
        nodes.shutdown()


def jpeg(number: int) -> bytes:
    """Return a coloured picture; one of twenty is broken."""
    rng = np.random.default_rng(number)
    pixels = np.clip(rng.normal(0, 30, (60, 80, 3)) + COLOURS[number % 4], 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG")
    return buffer.getvalue()[:300] if number % 20 == 7 else buffer.getvalue()


def tar_of(numbers: range) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for number in numbers:
            content = jpeg(number)
            member = tarfile.TarInfo(f"{number:04}.jpg")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def write_archive(folder: Path, photos: int) -> Path:
    """Write photos, of which some are equal, and every kind of container, of which one is damaged."""
    folder.mkdir()
    for number in range(photos):
        (folder / f"{number:04}.jpg").write_bytes(jpeg(number % 50))
    (folder / "shard.tar").write_bytes(tar_of(range(100, 130)))
    (folder / "cut.tar").write_bytes(tar_of(range(130, 150))[:30_000])
    (folder / "none.tar.gz").write_bytes(b"no archive")
    with zipfile.ZipFile(folder / "members.zip", "w") as archive:
        for number in range(200, 215):
            archive.writestr(f"{number}.jpg", jpeg(number))
    table = pa.table({"id": [f"row {n}" for n in range(15)], "image": [jpeg(300 + n) for n in range(15)]})
    pyarrow.parquet.write_table(table, folder / "table.parquet")
    (folder / "notes.doc").write_bytes(b"left out")
    return folder


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_archive(tmp_path_factory.mktemp("sources") / "archive", 60)


def records(out: Path) -> list[dict[str, object]]:
    """Return all rows of a scan, without what differs from run to run: times."""
    found = [record for part in sorted((out / PARTS).glob("part-*")) for record in read_part(part)]
    return [{name: value for name, value in record.items() if name not in TIMINGS} for record in found]


def options(archive: Path, tiny_directory: Path) -> ScanOptions:
    return ScanOptions(sources=(str(archive),), model=str(tiny_directory), part_rows=50, workers=1)


@pytest.fixture(scope="module")
def local(archive: Path, tiny_directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("local")
    list(ScanRun(out, options(archive, tiny_directory)).run())
    return out


def test_a_scan_equals_the_local_one_row_for_row_and_goes_on(
    cluster: Any,
    archive: Path,
    local: Path,
    tiny_directory: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chosen = options(archive, tiny_directory)
    first = next(
        iter(ScanRun(tmp_path / "out", chosen, RayEngine()).run())
    )  # and dropped: as if it had been killed
    assert first.rows == 50
    run = ScanRun(tmp_path / "out", chosen, RayEngine())
    list(run.run())
    assert records(tmp_path / "out") == records(local)
    assert run.account.scored == len(records(local)) - 50
    assert run.account.skipped == {".doc": 1}
    written = (tmp_path / "out" / SCAN_FILE).read_text()
    assert written == (local / SCAN_FILE).read_text()

    monkeypatch.chdir(archive.parent)  # relative sources are relative to where the command runs
    wanted = [row.id for row in scan("archive/shard.tar", model=str(tiny_directory), workers=0)]
    arguments = ["scan", "archive/shard.tar", "archive/0001.jpg", "--engine", "ray", "--workers", "2"]
    shown = CliRunner().invoke(
        main, [*arguments, "--out", str(tmp_path / "cli"), "--model", str(tiny_directory)]
    )
    assert shown.exit_code == 1, shown.output  # two are broken
    rows = records(tmp_path / "cli")
    assert [row["id"] for row in rows] == [*wanted, "archive/0001.jpg"]
    assert [row["error"] for row in rows if row["error"]] == ["ImageDecodeError", "ImageDecodeError"]


def test_poison_is_a_row_and_a_changed_model_is_refused(
    cluster: Any, archive: Path, tiny_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "MOST_CHUNKS", 2)  # so that it takes two datasets
    photos = [Item(id=path.name, content=InFile(str(path))) for path in sorted(archive.glob("*.jpg"))]
    items = [*photos[:20], Item(id="kills", content=Kills()), *photos[20:40]]
    packed = pack(tiny_directory)
    rows = dict(RayPool(packed, RayOptions(max_actors=2)).score(enumerate(items)))
    assert [rows[key].id for key in range(len(items))] == [item.id for item in items]  # type: ignore[union-attr]
    errors = {row.id: row.error for row in rows.values() if isinstance(row, Row) and row.error}
    assert errors == {
        "kills": "WorkerCrashError",
        "0007.jpg": "ImageDecodeError",
        "0027.jpg": "ImageDecodeError",
    }

    network = replace(packed.models[0][1], content=b"another network")
    changed = replace(packed, models=((packed.models[0][0], network),))
    with pytest.raises(ChecksumError, match=r"expected model\.onnx with SHA-256"):
        list(RayPool(changed, RayOptions(max_actors=1)).score(enumerate(items)))


def test_rows_of_datasets(cluster: Any, archive: Path, tiny_directory: Path, tmp_path: Path) -> None:
    (tmp_path / "shard.tar").write_bytes(tar_of(range(100, 110)))
    paths = sorted(str(path) for path in archive.glob("000*.jpg"))
    datasets = {
        "files": ray.data.read_binary_files(paths, include_paths=True),
        "table": ray.data.read_parquet(str(archive / "table.parquet")),
        "shard": ray.data.read_webdataset(str(tmp_path / "shard.tar"), decoder=None),
    }
    for name, dataset in datasets.items():
        rows = scan_dataset(dataset, model=tiny_directory, cluster=RayOptions(max_actors=1))
        rows.write_parquet(str(tmp_path / name))
    found = {name: rows_below(tmp_path / name) for name in datasets}
    assert found["files"].keys() == set(paths)
    assert found["table"].keys() == {f"row {n}" for n in range(15)}
    assert found["shard"].keys() == {f"{n:04}" for n in range(100, 110)}
    categories = load_manifest(tiny_directory).category_ids
    for name, sources in (("files", paths), ("table", [str(archive / "table.parquet")])):
        for row in scan(sources, model=str(tiny_directory), workers=0):
            record = to_record(row, categories, None)
            own = found[name][str(record["id"]).rpartition("!")[2]]
            assert list(own) == list(record)
            for column in record.keys() - {"id", "stamp", *TIMINGS}:
                assert own[column] == record[column], (name, column)


def rows_below(folder: Path) -> dict[str, dict[str, Any]]:
    return {record["id"]: record for path in folder.glob("*.parquet") for record in read_part(path)}


def test_a_dataset_without_images_or_names_is_refused(cluster: Any, tiny_directory: Path) -> None:
    with pytest.raises(ArchiveError, match="expected a column of ids or paths, found number"):
        scan_dataset(ray.data.from_items([{"number": 1.0}]), model=tiny_directory)


def test_what_the_guide_shows_runs(
    cluster: Any,
    samples: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "samples").mkdir()
    for path in samples[:3]:
        shutil.copy(path, tmp_path / "samples")
    monkeypatch.chdir(tmp_path)
    guide = (ROOT / "wildvision/archive/ray/README.md").read_text(encoding="utf-8")
    (commands,) = re.findall(r"```bash\n(.*?)```", guide, re.DOTALL)
    for line in commands.splitlines():
        shown = CliRunner().invoke(main, shlex.split(line)[1:])
        assert shown.exit_code == 0, shown.output
    assert len(records(tmp_path / "found")) == 3
    for block in re.findall(r"```python\n(.*?)```", guide, re.DOTALL)[:2]:
        exec(block, {"__name__": "__main__"})
    assert capsys.readouterr().out.split()[-1] == "3"
    assert rows_below(tmp_path / "rows").keys() == {str(path) for path in (tmp_path / "samples").iterdir()}


def test_a_node_that_dies_costs_nothing(
    cluster: Any, archive: Path, local: Path, tiny_directory: Path, tmp_path: Path
) -> None:
    """Last of the file: a node is gone afterwards."""
    run = ScanRun(tmp_path / "out", replace(options(archive, tiny_directory), part_rows=20), RayEngine())
    parts = run.run()
    next(parts)
    cluster.remove_node(cluster.list_all_nodes()[-1], allow_graceful=False)
    list(parts)
    assert records(tmp_path / "out") == records(local)
    for _ in range(60):  # the cluster needs some seconds to notice
        alive = [node for node in ray.nodes() if node["Alive"]]
        if len(alive) == 2:
            break
        time.sleep(0.5)
    assert len(alive) == 2
