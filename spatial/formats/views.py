"""Left and right view as two files."""

from spatial.formats.format import EncodedFile
from spatial.formats.picture_file import jpeg_file
from spatial.records import SpatialPhoto

LEFT, RIGHT = "left", "right"


def encode_views(result: SpatialPhoto, _name: str) -> tuple[EncodedFile, ...]:
    """Return one JPEG for each eye."""
    return (
        jpeg_file(result.pair.left, result, role=LEFT, suffix="_left.jpg"),
        jpeg_file(result.pair.right, result, role=RIGHT, suffix="_right.jpg"),
    )
