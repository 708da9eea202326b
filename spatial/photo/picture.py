"""A picture that is opened but not decoded, and what its file tells beside the pixels."""

from dataclasses import dataclass

from PIL import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture of a file.

    Attributes:
        image: the picture, opened; its pixels are decoded by the row of its format.
        profile: the ICC profile that the file holds or stands for; empty = sRGB.
        exif: the EXIF block, a TIFF structure; None = as in ``image.info``.
        high_range: of a picture of high dynamic range with more than 8 bit: how many, then its
            primaries and curve (H.273).
        srgb: the picture in sRGB, where it is tone-mapped already.
        xmp: the XMP packet; None = as in ``image.info``.
        is_upright: whether the decoder turns the pixels; EXIF's orientation counts where not.
        notes: what a person should know about how the file was read, each going on from its name.
    """

    image: Image.Image
    profile: bytes = b""
    high_range: tuple[int, int, int] | None = None
    srgb: Image.Image | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    is_upright: bool = False
    notes: tuple[str, ...] = ()
