"""Scores of images in Spark: a column function that gives the row of a scan for each image."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

from wildvision.archive.sinks import to_table
from wildvision.archive.travel import GuardedScorer, PackedScorer, item_of_bytes, pack
from wildvision.errors import ArchiveError
from wildvision.images import DEFAULT_LIMITS, ImageLimits
from wildvision.manifest import Model, Policy
from wildvision.model_folder import Precision


def classify_udf(
    model: Model | None = None,
    *,
    policy: str | Policy | None = None,
    precision: Precision = "float32",
    limits: ImageLimits = DEFAULT_LIMITS,
    embeddings: bool = False,
) -> Callable[[Any, Any], Any]:
    """Return a column function of Spark: of ids and encoded images, to structs with the columns of a scan.

    The model travels in the function, and its digest is checked by each Python worker. An image that kills the process
    that decodes it becomes a row, as in a scan. The arguments are those of `wildvision.archive.scan`. An example, with
    ``files = spark.read.format("binaryFile").load("photos")``:
    ``files.select(classify_udf()("path", "content").alias("row")).select("row.*")``.

    Raises:
        ArchiveError: pyspark or pyarrow is not installed.
        ModelError: The model cannot be used.
    """
    packed = pack(model, policy=policy, precision=precision, limits=limits, embeddings=embeddings)
    empty = to_table([], packed.categories, packed.embedding_size)
    try:
        names = ("pyarrow", "pyspark.sql.functions", "pyspark.sql.pandas.types")
        arrow, functions, types = map(importlib.import_module, names)
    except ImportError as error:
        raise ArchiveError(
            f"scores in Spark need pyspark from 4.1 on (found: {error}); install wildvision with its extra `spark`"
        ) from error

    def score(batches: Any) -> Any:
        return _rows(packed, batches)

    pair = tuple[arrow.Array, arrow.Array]
    score.__annotations__ = {"batches": Iterator[pair], "return": Iterator[arrow.Array]}
    return functions.arrow_udf(score, types.from_arrow_schema(empty.schema))


def _rows(packed: PackedScorer, batches: Iterator[tuple[Any, Any]]) -> Iterator[Any]:
    guarded = GuardedScorer(packed)
    try:
        for ids, contents in batches:
            pairs = zip(ids.to_pylist(), contents.to_pylist(), strict=True)
            rows = guarded.rows([item_of_bytes(key, content) for key, content in pairs])
            table = to_table(rows, packed.categories, packed.embedding_size)
            yield table.to_struct_array().combine_chunks()
    finally:
        guarded.close()
