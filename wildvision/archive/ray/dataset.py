"""Rows of a dataset of Ray Data: `scan_dataset`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, cast

from wildvision.archive.items import InFile, Item, Unreadable
from wildvision.archive.ray.actors import TableScoring
from wildvision.archive.ray.cluster import (
    DEFAULT_CLUSTER,
    RayOptions,
    connect,
    load_ray,
    pool_strategy,
    saying_why,
)
from wildvision.archive.tables import image_column
from wildvision.archive.travel import PackedScorer, item_of_bytes, pack
from wildvision.errors import ArchiveError, ImageReadError
from wildvision.images import DEFAULT_LIMITS, ImageLimits
from wildvision.manifest import Model, Policy
from wildvision.model_folder import Precision


def scan_dataset(  # noqa: PLR0913 - what a Classifier is made with, the columns, and the cluster
    dataset: Any,
    *,
    model: Model | None = None,
    policy: str | Policy | None = None,
    precision: Precision = "float32",
    embeddings: bool = False,
    limits: ImageLimits = DEFAULT_LIMITS,
    id_column: str | None = None,
    cluster: RayOptions = DEFAULT_CLUSTER,
) -> Any:
    """Return the dataset of the rows of a dataset of images; lazy, as everything of Ray Data.

    Images are read where Ray Data reads them and never pass through the driver. The model travels with the job, and
    every machine checks its digest. An item that kills the process that decodes it becomes a row, as in a local scan.

    Args:
        dataset: A `ray.data.Dataset` with encoded images, as ``read_binary_files``, ``read_parquet`` and
            ``read_webdataset(..., decoder=None)`` give it; or one of paths without images, which the actors read.
            Columns are chosen as for tables that are scanned.
        model: As for `wildvision.archive.scan`; ``policy``, ``precision``, ``embeddings`` and ``limits`` likewise.
        policy: Thresholds.
        precision: Of the network.
        embeddings: Whether rows carry the embedding.
        limits: What an image may ask for before it is refused.
        id_column: Whose values are the ids; None: the column that names images.
        cluster: How much of the cluster is taken; its address counts where nothing is connected yet.

    Returns:
        A `ray.data.Dataset` with the columns of `wildvision.archive.Row`, as a Parquet part has them.

    Raises:
        ArchiveError: Ray or pyarrow is not installed, or the dataset has neither images nor paths.
        ModelError: The model cannot be used.
    """
    connect(cluster)
    packed = pack(model, policy=policy, precision=precision, limits=limits, embeddings=embeddings)
    with saying_why():
        schema = dataset.schema().base_schema
    if hasattr(
        schema, "metadata"
    ):  # of pyarrow; blocks of pandas say nothing of their columns before they are there
        columns_of(schema, id_column)
    return dataset.map_batches(
        TableScoring,
        batch_size=None,
        batch_format="pyarrow",
        num_cpus=cluster.cpus_per_actor,
        compute=pool_strategy(cluster),
        fn_constructor_args=((put(packed),), cluster.cpus_per_actor, partial(items_of, id_column=id_column)),
    )


def put(packed: PackedScorer) -> Any:
    """Return the reference of a scorer in the object store, from where each machine fetches it once."""
    return load_ray().put(packed)


def columns_of(schema: Any, id_column: str | None) -> tuple[str | None, str]:
    """Return the columns of images and of ids; no images: the ids are paths of files.

    Args:
        schema: Of pyarrow.
        id_column: Whose values are the ids; None: chosen by name.

    Raises:
        ArchiveError: It has neither images nor paths, or no column of ids.
    """
    images, name = image_column(schema)
    ids = id_column or name
    if ids is None or ids not in schema.names:
        raise ArchiveError(
            f"expected a column {id_column or 'of ids or paths'}, found {', '.join(schema.names)}; give `id_column`, "
            "or read files with include_paths=True"
        )
    return images, ids


def items_of(table: Any, id_column: str | None = None) -> Iterator[Item]:
    """Yield the items of a table: its images, or the files of its paths where it has none.

    Raises:
        ArchiveError: As for `columns_of`.
    """
    images, ids = columns_of(table.schema, id_column)
    keys = map(str, table[ids].to_pylist())
    if images is None:
        yield from (Item(id=key, content=InFile(key)) for key in keys)
        return
    for key, cell in zip(keys, table[images], strict=True):
        yield from _of_cell(key, cell.as_py())


def _of_cell(key: str, value: Any) -> Iterator[Item]:
    if isinstance(value, list):
        for position, one in enumerate(cast("list[Any]", value)):
            yield from _of_cell(f"{key}.{position}", one)
        return
    content = cast("dict[str, Any]", value).get("bytes") if isinstance(value, dict) else value
    if isinstance(content, bytes):
        yield item_of_bytes(key, content)
        return
    problem = ImageReadError(f"expected the bytes of an image, found {type(content).__name__}")
    yield Item(id=key, content=Unreadable(problem))
