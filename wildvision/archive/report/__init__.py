"""The page about a scan: see `write_report`."""

from wildvision.archive.report.page import NEAR, Pictures, write_report

__all__ = ["NEAR", "Pictures", "write_report"]
