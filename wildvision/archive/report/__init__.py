"""The page about a scan: see `write_report`."""

from wildvision.archive.report.page import CARDS, PICTURED, Pictures, write_report

__all__ = ["CARDS", "PICTURED", "Pictures", "write_report"]
