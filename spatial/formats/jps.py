"""JPS: a side-by-side JPEG named .jps, right eye's view on the left half, with the descriptor that says so.

The descriptor is the APP3 segment ``_JPSJPS_`` of VRex: a 16-bit length, then separation, flags, layout and type.
"""

from spatial.formats.format import EncodedFile
from spatial.formats.jpeg_segments import APP3, insert_segments, segment
from spatial.formats.picture_file import JPEG, jpeg_bytes
from spatial.formats.side_by_side import side_by_side
from spatial.records import SpatialPhoto

JPS = "jps"
_SEPARATION_PX, _RIGHT_FIRST_FULL_SIZE, _SIDE_BY_SIDE, _STEREOSCOPIC = 0, 0, 2, 1
_DESCRIPTOR = bytes((_SEPARATION_PX, _RIGHT_FIRST_FULL_SIZE, _SIDE_BY_SIDE, _STEREOSCOPIC))


def encode_jps(result: SpatialPhoto, _name: str) -> tuple[EncodedFile, ...]:
    """Return the JPS file, cross-eyed as is the custom for this suffix."""
    picture = side_by_side(result.pair.right, result.pair.left)
    block = b"_JPSJPS_" + len(_DESCRIPTOR).to_bytes(2, "big") + _DESCRIPTOR + bytes(2)  # no comment
    return (
        EncodedFile(
            role=JPS,
            suffix=".jps",
            media_type=JPEG,
            data=insert_segments(jpeg_bytes(picture, result), [segment(APP3, block)]),
            width_px=picture.shape[1],
            height_px=picture.shape[0],
        ),
    )
