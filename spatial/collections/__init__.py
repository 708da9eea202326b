"""Many photos: folders on one machine."""

from spatial.collections.one import (
    Converted,
    Models,
    Recipe,
    convert_bytes,
    convert_photo,
    cores,
    named_freely,
    refused_or,
)
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
    "Converted",
    "Found",
    "Models",
    "Outcome",
    "Recipe",
    "Source",
    "Status",
    "Tally",
    "convert_bytes",
    "convert_collection",
    "convert_photo",
    "cores",
    "find_photos",
    "line_of",
    "named_freely",
    "refused_or",
    "summary_of",
    "write_report",
]
