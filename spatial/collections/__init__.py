"""Many photos: folders on one machine."""

from spatial.collections.report import (
    REPORT,
    Outcome,
    Status,
    Tally,
    line_of,
    summary_of,
    write_report,
)
from spatial.collections.run import Collection, convert_collection
from spatial.collections.sources import Found, Source, find_photos

__all__ = [
    "REPORT",
    "Collection",
    "Found",
    "Outcome",
    "Source",
    "Status",
    "Tally",
    "convert_collection",
    "find_photos",
    "line_of",
    "summary_of",
    "write_report",
]
