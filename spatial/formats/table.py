"""The FORMATS table: one row for each way to write a spatial photo."""

from collections.abc import Iterable

from spatial.formats.anaglyph import encode_dubois, encode_grey, encode_half_colour
from spatial.formats.depth_float import encode_depth_float
from spatial.formats.depth_map import encode_depth_colour, encode_depth_png
from spatial.formats.encode import FormatError
from spatial.formats.format import Format
from spatial.formats.glb import encode_glb
from spatial.formats.jps import encode_jps
from spatial.formats.manifest import RIGHT_LEFT
from spatial.formats.mpo import encode_mpo
from spatial.formats.ply import encode_ply
from spatial.formats.side_by_side import (
    CROSS_EYED,
    HALF_SIDE_BY_SIDE,
    SIDE_BY_SIDE,
    encode_cross_eyed,
    encode_half_side_by_side,
    encode_side_by_side,
)
from spatial.formats.spatial_heic import encode_spatial_heic, missing_encoder
from spatial.formats.top_bottom import (
    HALF_TOP_BOTTOM,
    TOP_BOTTOM,
    encode_half_top_bottom,
    encode_top_bottom,
)
from spatial.formats.views import encode_views
from spatial.formats.vr180 import encode_vr180, encode_vr180_side_by_side
from spatial.formats.wiggle import encode_wiggle_gif, encode_wiggle_webp
from spatial.formats.wiggle_mp4 import encode_wiggle_mp4, missing_ffmpeg

FORMATS: dict[str, Format] = {
    "sbs": Format(
        title="Full side-by-side (JPEG)", encode=encode_side_by_side, layout=SIDE_BY_SIDE
    ),
    "half_sbs": Format(
        title="Half side-by-side (JPEG)", encode=encode_half_side_by_side, layout=HALF_SIDE_BY_SIDE
    ),
    "depth_png": Format(title="Depth (16-bit PNG and JSON)", encode=encode_depth_png),
    "depth_colour": Format(title="Depth in colour (PNG)", encode=encode_depth_colour),
    "depth_float": Format(title="Depth in full (npy and JSON)", encode=encode_depth_float),
    "top_bottom": Format(
        title="Full top-bottom (JPEG)", encode=encode_top_bottom, layout=TOP_BOTTOM
    ),
    "half_top_bottom": Format(
        title="Half top-bottom (JPEG)", encode=encode_half_top_bottom, layout=HALF_TOP_BOTTOM
    ),
    "cross_eyed": Format(
        title="Cross-eyed (JPEG)",
        encode=encode_cross_eyed,
        layout=CROSS_EYED,
        eye_order=RIGHT_LEFT,
    ),
    "views": Format(title="Left and right view (two JPEG)", encode=encode_views),
    "anaglyph": Format(title="Anaglyph, red-cyan, Dubois (JPEG)", encode=encode_dubois),
    "anaglyph_half_colour": Format(
        title="Anaglyph, red-cyan, half colour (JPEG)", encode=encode_half_colour
    ),
    "anaglyph_grey": Format(title="Anaglyph, red-cyan, grey (JPEG)", encode=encode_grey),
    "wiggle_gif": Format(title="Wiggle (GIF)", encode=encode_wiggle_gif),
    "wiggle_webp": Format(title="Wiggle (WebP)", encode=encode_wiggle_webp),
    "wiggle_mp4": Format(
        title="Wiggle (MP4, needs ffmpeg)", encode=encode_wiggle_mp4, missing=missing_ffmpeg
    ),
    "mpo": Format(title="3D camera and television (MPO)", encode=encode_mpo),
    "jps": Format(title="Stereo JPEG, cross-eyed (JPS)", encode=encode_jps),
    "spatial_heic": Format(
        title="Spatial photo for Apple devices (HEIC, experimental)",
        encode=encode_spatial_heic,
        missing=missing_encoder,
    ),
    "vr180": Format(title="VR photo (.vr.jpg)", encode=encode_vr180),
    "vr180_sbs": Format(
        title="VR180, two hemispheres side by side (JPEG)", encode=encode_vr180_side_by_side
    ),
    "mesh_glb": Format(title="3D mesh with texture (GLB)", encode=encode_glb),
    "mesh_ply": Format(title="3D mesh with vertex colours (PLY)", encode=encode_ply),
}
DEFAULT_FORMATS: tuple[str, ...] = ("sbs", "half_sbs", "depth_png", "depth_colour")


def check_formats(names: Iterable[str]) -> dict[str, Format]:
    """Return the rows of some formats by their names.

    Raises:
        FormatError: one is unknown or cannot be written on this machine, or there are none.
    """
    wanted = list(dict.fromkeys(names))
    unknown = [name for name in wanted if name not in FORMATS]
    if unknown or not wanted:
        what = f"unknown format {unknown[0]!r}" if unknown else "no format given"
        msg = f"{what}; known are {', '.join(FORMATS)}"
        raise FormatError(msg)
    rows = {name: FORMATS[name] for name in wanted}
    for missing in (row.missing() for row in rows.values()):
        if missing:
            raise FormatError(missing)
    return rows
