"""Scores in Spark: the rows of a local scan, poison included."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from wildvision.archive import scan
from wildvision.archive.rows import TIMINGS
from wildvision.archive.sinks import to_record
from wildvision.archive.spark import classify_udf
from wildvision.manifest import load_manifest

pyspark_sql = pytest.importorskip("pyspark.sql")
if shutil.which("java") is None:
    pytest.skip("Spark needs Java", allow_module_level=True)

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
        session = (
            pyspark_sql.SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.execution.arrow.maxRecordsPerBatch", "4")
            .getOrCreate()
        )
        session.sparkContext.setLogLevel("ERROR")
        yield session
        session.stop()


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # py4j's sockets
def test_rows_are_those_of_a_scan(
    spark: Any, tiny_directory: Path, samples: list[Path], tmp_path: Path
) -> None:
    for path in samples[:6]:
        shutil.copy(path, tmp_path)
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff no photo")
    files = spark.read.format("binaryFile").load(str(tmp_path))
    guide = (ROOT / "wildvision/archive/ray/README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```python\n(files\..*)\n```", guide)
    found = eval(shown, {"files": files, "classify_udf": partial(classify_udf, tiny_directory)}).collect()
    rows = {Path(row["id"]).name: row.asDict() for row in found}

    categories = load_manifest(tiny_directory).category_ids
    wanted = [
        to_record(row, categories, None) for row in scan(tmp_path, model=str(tiny_directory), workers=0)
    ]
    assert len(rows) == len(wanted) == 7
    for record in wanted:
        own = rows[Path(record["id"]).name]
        assert own.keys() == record.keys()
        own["warnings"] = list(own["warnings"])
        for name in record.keys() - {"id", "stamp", *TIMINGS}:  # Spark writes paths as URLs
            assert own[name] == record[name], name
    assert rows["broken.jpg"]["error"] == "ImageDecodeError"
