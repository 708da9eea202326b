"""Photos whose four quarters differ, in every file format and orientation."""

import io
import struct
import zlib

import numpy as np
import pillow_heif
from PIL import ExifTags, Image

HEIGHT, WIDTH = 72, 96
ORIENTATION = int(ExifTags.Base.Orientation)
STORED_AS = {  # EXIF orientation -> how a camera stores the upright picture
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: upright[::-1, ::-1].swapaxes(0, 1),
    8: lambda upright: np.rot90(upright, -1),
}


def corners():
    """Four quarters of different colours, off centre: every turn and flip can be told."""
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    rgb[:24, :64], rgb[:24, 64:] = (200, 40, 40), (40, 180, 60)
    rgb[24:, :64], rgb[24:, 64:] = (50, 60, 190), (220, 210, 120)
    return rgb


def encode(image, file_format, **options):
    if isinstance(image, np.ndarray):
        image = Image.fromarray(np.ascontiguousarray(image))
    file = io.BytesIO()
    if file_format == "HEIF":
        heif = pillow_heif.from_pillow(image)
        heif.info.update(options)
        heif.save(file, quality=95)
    else:
        image.save(file, file_format, **options)
    return file.getvalue()


def exif_bytes(orientation=1, base=None, camera=None, gps=None):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif.update(base or {})
    exif.get_ifd(ExifTags.IFD.Exif).update(camera or {})
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(gps or {})
    return exif.tobytes()


def assert_close(rgb, expected, tolerance):
    assert rgb.shape == expected.shape
    difference = np.abs(rgb.astype(int) - expected)
    inner = np.ones(difference.shape[:2], bool)  # away from the edges, where lossy formats ring
    inner[16:32] = inner[:, 56:72] = False
    assert difference[inner].max() <= tolerance


LOSSLESS = {"lossless": True}


def grey_corners():
    return np.asarray(Image.fromarray(corners()).convert("L"))


def with_alpha():
    alpha = np.full((HEIGHT, WIDTH), 255, np.uint8)
    alpha[24:, :64], alpha[24:, 64:] = 0, 51
    expected = corners().astype(float)
    expected[24:, :64] = 255
    expected[24:, 64:] = 0.2 * expected[24:, 64:] + 0.8 * 255
    return np.dstack([corners(), alpha]), expected


def png(width, height, *, bit_depth, colour_type, rows):
    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, bit_depth, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    )
