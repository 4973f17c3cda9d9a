"""Score archives of photos: `scan` yields rows, `ScanRun` keeps them on disk and can be resumed.

>>> from wildvision.archive import scan
>>> rows = list(scan(["samples"], workers=1))  # doctest: +SKIP
"""

from wildvision.archive.items import Item
from wildvision.archive.rows import Row
from wildvision.archive.run import Part, ScanOptions, ScanRun, Selection, scan
from wildvision.archive.sinks import read_part, write_csv, write_jsonl, write_parquet

__all__ = [
    "Item",
    "Part",
    "Row",
    "ScanOptions",
    "ScanRun",
    "Selection",
    "read_part",
    "scan",
    "write_csv",
    "write_jsonl",
    "write_parquet",
]
