"""Scans on many machines with Ray Data: `scan_dataset` for a dataset, `RayEngine` for a scan with its folder.

Both make the rows of `wildvision.archive.scan`: same columns, same scores. They need the extra ``ray``.

>>> import ray.data
>>> from wildvision.archive.ray import scan_dataset
>>> photos = ray.data.read_binary_files("photos", include_paths=True)  # doctest: +SKIP
>>> scan_dataset(photos).write_parquet("rows")  # doctest: +SKIP
"""

from wildvision.archive.ray.cluster import RayOptions
from wildvision.archive.ray.dataset import scan_dataset
from wildvision.archive.ray.engine import RayEngine

__all__ = ["RayEngine", "RayOptions", "scan_dataset"]
