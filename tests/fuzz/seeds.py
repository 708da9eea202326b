"""A sound file of every kind that is read, made by code: what the mutations start from."""

import io
import json
import struct
import zlib
from collections.abc import Callable
from functools import cache

import numpy as np
from PIL import ExifTags, Image, ImageCms

from spatial.formats import FORMATS
from spatial.formats.containers import DISPARITY_TYPE
from tests.picture_files import (
    corners,
    depth_sei,
    encode,
    exif_bytes,
    heic_with_depth,
    insert_chunk,
    iphone_portrait,
    jpeg_with_dynamic_depth,
    jpeg_with_gdepth,
    png,
    pq_avif,
    pq_heic,
    pq_png,
    tiff,
)
from tests.stereo_scene import as_spatial_photo, stereo_photo

RGB = corners()
GREY = RGB[..., 1]
DEEP = GREY.astype(np.uint16) * 257
DEEP_RGB = RGB.astype(np.uint16) * 257
DEPTH = np.linspace(1, 9, 48 * 64, dtype=np.float32).reshape(48, 64)
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
EXIF = exif_bytes(
    6,
    base={ExifTags.Base.Make: "Maker"},
    camera={ExifTags.Base.FocalLengthIn35mmFilm: 26, ExifTags.Base.LensModel: "26 mm"},
    gps={ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: (48.0, 51.0, 30.0)},
)
GDEPTH = {"Near": "0.5", "Far": "4", "Format": "RangeLinear"}
TOLD = {"exif": EXIF, "icc_profile": ICC}
RGBA = np.dstack([RGB, GREY])
TEXT = b"XML:com.adobe.xmp\0\0" + zlib.compress(bytes(1_200_000))


def two_pictures(file_format):
    second = Image.fromarray(RGB[::-1].copy())
    return encode(RGB, file_format, save_all=True, append_images=[second])


def bmp_of_run_lengths():
    rows = b"".join(bytes([96, y % 256]) + b"\0\0" for y in range(72)) + b"\0\1"
    head = struct.pack("<IiiHHIIiiII", 40, 96, 72, 1, 8, 1, len(rows), 2835, 2835, 256, 0)
    return b"BM" + struct.pack("<IHHI", 1078 + len(rows), 0, 0, 1078) + head + bytes(1024) + rows


def npy(values):
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def pfm():
    return b"Pf\n64 48\n-1.0\n" + DEPTH.astype("<f4").tobytes()


def palette(kind):
    return Image.fromarray(RGB).convert(kind)


PHOTOS: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: encode(RGB, "JPEG", **TOLD),
    "jpeg progressive": lambda: encode(RGB, "JPEG", progressive=True, **TOLD),
    "jpeg grey": lambda: encode(GREY, "JPEG"),
    "jpeg cmyk": lambda: encode(palette("CMYK"), "JPEG"),
    "jpeg depth": lambda: jpeg_with_gdepth(RGB, GREY, exif=EXIF, **GDEPTH),
    "jpeg long depth": lambda: jpeg_with_gdepth(RGB, DEEP, extended=True, **GDEPTH),
    "jpeg dynamic depth": lambda: jpeg_with_dynamic_depth(RGB, GREY, confidence=GREY, **GDEPTH),
    "jpeg portrait": lambda: iphone_portrait(RGB, GREY, FloatMinValue=0.5, FloatMaxValue=3),
    "jpeg cut": lambda: encode(RGB, "JPEG")[:-2],
    "mpo": lambda: two_pictures("MPO"),
    "png": lambda: encode(RGB, "PNG", **TOLD),
    "png alpha": lambda: encode(RGBA, "PNG"),
    "png told": lambda: insert_chunk(encode(RGB, "PNG"), b"cICP", bytes((9, 16, 0, 1))),
    "png gamma": lambda: insert_chunk(encode(RGB, "PNG"), b"gAMA", bytes((0, 1, 134, 160))),
    "png long text": lambda: insert_chunk(encode(RGB, "PNG"), b"zTXt", TEXT),
    "png palette": lambda: encode(palette("P"), "PNG", transparency=3),
    "png deep": lambda: encode(DEEP, "PNG"),
    "png bits": lambda: png(96, 72, bit_depth=1, colour_type=0, rows=bytes(72 * 13)),
    "png animated": lambda: two_pictures("PNG"),
    "webp": lambda: encode(RGB, "WEBP", **TOLD),
    "webp lossless": lambda: encode(RGBA, "WEBP", lossless=True),
    "webp animated": lambda: two_pictures("WEBP"),
    "tiff": lambda: encode(RGB, "TIFF", **TOLD),
    "tiff lzw": lambda: encode(RGB, "TIFF", compression="tiff_lzw"),
    "tiff deflate": lambda: encode(RGBA, "TIFF", compression="tiff_adobe_deflate"),
    "tiff jpeg": lambda: encode(RGB, "TIFF", compression="jpeg"),
    "tiff fax": lambda: encode(palette("1"), "TIFF", compression="group4"),
    "tiff big": lambda: encode(RGB, "TIFF", big_tiff=True),
    "tiff deep": lambda: encode(DEEP, "TIFF"),
    "tiff float": lambda: encode(DEPTH.repeat(2, 0) / 9, "TIFF"),
    "tiff lab": lambda: encode(Image.fromarray(RGB, "LAB"), "TIFF"),
    "tiff pages": lambda: two_pictures("TIFF"),
    "tiff thumbnail first": lambda: tiff((GREY, {254: [1]}), (RGB, {})),
    "tiff white is zero": lambda: tiff((DEEP, {262: [0]})),
    "gif": lambda: encode(RGB, "GIF"),
    "gif animated": lambda: two_pictures("GIF"),
    "bmp": lambda: encode(RGB, "BMP"),
    "bmp palette": lambda: encode(palette("P"), "BMP"),
    "bmp run lengths": bmp_of_run_lengths,
    "avif": lambda: encode(RGB, "AVIF", **TOLD),
    "heic": lambda: encode(RGB, "HEIF", exif=EXIF),
    "png pq": lambda: pq_png(DEEP_RGB),
    "avif pq": lambda: pq_avif(DEEP_RGB),
    "heic pq": lambda: pq_heic(DEEP_RGB),
    "heic depth": lambda: heic_with_depth(RGB, np.ascontiguousarray(GREY), depth_sei(1.5, 4.0)),
}


@cache
def _spatial_photo(*panorama: tuple[str, str]):
    return as_spatial_photo(stereo_photo(name="odd", focal_px=120.0, panorama=panorama))


def written(name: str, number: int = 0, **panorama: str) -> Callable[[], bytes]:
    """A file that this program writes of a stereo photo."""
    return lambda: FORMATS[name].writer(_spatial_photo(*panorama.items()))[number].data


def mpo_of_kind(kind: int) -> bytes:
    told, other = (struct.pack(">I", k) for k in (DISPARITY_TYPE, kind))
    return written("mpo")().replace(told, other)


_WRITTEN = ("sbs", "half_sbs", "cross_eyed", "top_bottom", "half_top_bottom", "mpo", "jps")
_WRITTEN += ("spatial_heic", "vr180", "vr180_sbs", "views")
STEREO: dict[str, Callable[[], bytes]] = {
    **{f"stereo {name}": written(name) for name in _WRITTEN},
    "stereo mpo undefined": lambda: mpo_of_kind(0),
    "stereo mpo angles": lambda: mpo_of_kind(0x020003),  # multi-angle
}
SUFFIXES = {f"stereo {name}": FORMATS[name].files[0].suffix for name in _WRITTEN}
RIGHT = {"stereo views": written("views", 1)}
PHOTOS["rgbd"] = written("rgbd")
SUFFIXES["rgbd"] = FORMATS["rgbd"].files[0].suffix
PHOTOS["panorama"] = written(
    "views",
    ProjectionType="equirectangular",
    FullPanoWidthPixels="224",
    CroppedAreaImageWidthPixels="224",
)
PHOTOS |= STEREO
MAPS: dict[str, Callable[[], bytes]] = {
    "map float": lambda: npy(DEPTH),
    "map double": lambda: npy(np.asfortranarray(DEPTH.astype(float))),
    "map whole": lambda: npy(DEPTH.astype(">u2")),
    "map png": lambda: encode(DEEP, "PNG"),
    "map grey": lambda: encode(GREY, "JPEG"),
    "map alpha": lambda: encode(np.dstack([GREY] * 4), "PNG"),
    "map tiff": lambda: encode(DEPTH, "TIFF", compression="tiff_lzw"),
    "map pfm": pfm,
    "map pgm": lambda: encode(GREY, "PPM"),
}
NOTE = json.dumps(
    {
        "file": "odd.map",
        "space": "depth",
        "kind": "metric",
        "scaling": {"scale": 0.5, "shift": 1.0},
        "unknown": 0,
    }
).encode()
