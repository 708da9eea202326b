"""What a format is: one row of the FORMATS table."""

from collections.abc import Callable
from dataclasses import dataclass

from spatial.formats.manifest import LEFT_RIGHT
from spatial.records import SpatialPhoto


def _nothing() -> str:
    return ""


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
        layout: the role of the stereo picture among the files, None when there is none that the viewer shows.
        eye_order: whose view comes first in that picture.
        missing: says what must be installed on this machine before it can be written, "" where nothing is missing.
    """

    title: str
    encode: Callable[[SpatialPhoto, str], tuple[EncodedFile, ...]]
    layout: str | None = None
    eye_order: str = LEFT_RIGHT
    missing: Callable[[], str] = _nothing

    def available(self) -> bool:
        """Tell whether this machine can write it."""
        return not self.missing()
