"""Files of a spatial photo: the FORMATS table, the manifest, and the one way to write."""

from spatial.formats.atomic import OutputError, atomic_write, make_folder, write_together
from spatial.formats.depth import DepthLevels, colour_nearness, depth_levels
from spatial.formats.devices import DEVICES, Device
from spatial.formats.encode import FormatError, encode_jpeg, encode_png
from spatial.formats.layouts import dubois, half_side_by_side, side_by_side
from spatial.formats.manifest import (
    Manifest,
    ManifestError,
    manifest_from_json,
    manifest_to_json,
    read_manifest,
)
from spatial.formats.names import free_name, real_path
from spatial.formats.table import (
    DEFAULT_FORMATS,
    DEPTH_FORMATS,
    FILES,
    FORMATS,
    MANIFEST,
    PREVIEW_LEFT,
    PREVIEW_RIGHT,
    File,
    Format,
    check_formats,
)
from spatial.formats.write import (
    ResultFile,
    encode_formats,
    suffixes_of,
    write_depth,
    write_formats,
    write_result,
)

__all__ = [
    "DEFAULT_FORMATS",
    "DEPTH_FORMATS",
    "DEVICES",
    "FILES",
    "FORMATS",
    "MANIFEST",
    "PREVIEW_LEFT",
    "PREVIEW_RIGHT",
    "DepthLevels",
    "Device",
    "File",
    "Format",
    "FormatError",
    "Manifest",
    "ManifestError",
    "OutputError",
    "ResultFile",
    "atomic_write",
    "check_formats",
    "colour_nearness",
    "depth_levels",
    "dubois",
    "encode_formats",
    "encode_jpeg",
    "encode_png",
    "free_name",
    "half_side_by_side",
    "make_folder",
    "manifest_from_json",
    "manifest_to_json",
    "read_manifest",
    "real_path",
    "side_by_side",
    "suffixes_of",
    "write_depth",
    "write_formats",
    "write_result",
    "write_together",
]
