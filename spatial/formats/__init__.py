"""Files of a spatial photo: the FORMATS table, the manifest, and the one way in which anything is written."""

from spatial.formats.atomic import OutputError, atomic_write, make_folder, write_together
from spatial.formats.depth_map import DepthLevels, colour_nearness, depth_levels
from spatial.formats.encode import FormatError, encode_jpeg, encode_png
from spatial.formats.format import EncodedFile, Format
from spatial.formats.manifest import (
    Manifest,
    ManifestError,
    manifest_from_json,
    manifest_to_json,
    read_manifest,
)
from spatial.formats.side_by_side import half_side_by_side, side_by_side
from spatial.formats.table import DEFAULT_FORMATS, FORMATS, check_formats
from spatial.formats.write import write_depth, write_formats

__all__ = [
    "DEFAULT_FORMATS",
    "FORMATS",
    "DepthLevels",
    "EncodedFile",
    "Format",
    "FormatError",
    "Manifest",
    "ManifestError",
    "OutputError",
    "atomic_write",
    "check_formats",
    "colour_nearness",
    "depth_levels",
    "encode_jpeg",
    "encode_png",
    "half_side_by_side",
    "make_folder",
    "manifest_from_json",
    "manifest_to_json",
    "read_manifest",
    "side_by_side",
    "write_depth",
    "write_formats",
    "write_together",
]
