"""What a format is: one row of the FORMATS table."""

from collections.abc import Callable
from dataclasses import dataclass

from spatial.records import SpatialPhoto


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedFile:
    """One file, ready to be written.

    Attributes:
        role: what it is within the result; a key of the manifest's ``files``.
        suffix: what follows the photo's name, extension included.
        media_type: MIME type.
        data: the bytes.
        width_px: width of the picture, None when it is none.
        height_px: height of the picture, None when it is none.
    """

    role: str
    suffix: str
    media_type: str
    data: bytes
    width_px: int | None = None
    height_px: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One way to write a spatial photo.

    Attributes:
        title: the name shown to people.
        encode: makes the file or files. It is given the finished photo and its name, for references between files.
        layout: the role of the stereo picture among the files, None when there is none.
    """

    title: str
    encode: Callable[[SpatialPhoto, str], tuple[EncodedFile, ...]]
    layout: str | None = None
