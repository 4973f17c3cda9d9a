"""Scans of archives of photos: `scan` yields rows, `ScanRun` keeps them on disk, can be resumed, and grows.

>>> from wildvision.archive import scan
>>> rows = list(scan("samples", workers=0))  # doctest: +SKIP
"""

from wildvision.archive.decide import decide_again
from wildvision.archive.folder import Part
from wildvision.archive.items import Item
from wildvision.archive.report import write_report
from wildvision.archive.rows import Row
from wildvision.archive.run import Account, ScanOptions, ScanRun, Selection, scan
from wildvision.archive.sinks import read_part, write_csv, write_jsonl, write_parquet

__all__ = [
    "Account",
    "Item",
    "Part",
    "Row",
    "ScanOptions",
    "ScanRun",
    "Selection",
    "decide_again",
    "read_part",
    "scan",
    "write_csv",
    "write_jsonl",
    "write_parquet",
    "write_report",
]
