"""EXIF: the orientation, the focal length, and the part that goes on to the results."""

import logging
import math

from PIL import ExifTags, Image, ImageFile

from spatial.bounds import DAMAGE, check_exif

DIAGONAL_35MM_MM = math.hypot(36.0, 24.0)

_log = logging.getLogger(__name__)

_TRANSPOSE = {  # EXIF orientation -> what makes the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_Base = ExifTags.Base
_KEPT_TAGS = (
    _Base.ImageDescription,
    _Base.Make,
    _Base.Model,
    _Base.Software,
    _Base.DateTime,
    _Base.Artist,
    _Base.Copyright,
)
_DROPPED_EXIF_TAGS = frozenset(
    {
        _Base.MakerNote,  # unreadable once moved, and may hide anything
        _Base.ExifImageWidth,  # of the input, not of what is written
        _Base.ExifImageHeight,
        ExifTags.IFD.Interop,
    }
)
_MM_PER_UNIT = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}  # EXIF FocalPlaneResolutionUnit


def read_exif(image: ImageFile.ImageFile, label: str) -> Image.Exif:
    """Return the EXIF block, read after decoding: TIFF is upright then, PNG may have it last."""
    try:
        hexadecimal = image.info.get("Raw profile type exif", "").split("\n")[3:]
        check_exif(image.info.get("exif") or bytes.fromhex("".join(hexadecimal)))
        exif = image.getexif()
        exif.get_ifd(ExifTags.IFD.Exif)
    except DAMAGE:
        _log.warning("%s: its EXIF data are damaged and not used", label)
        return Image.Exif()
    return exif


def turn_upright(image: Image.Image, exif: Image.Exif) -> Image.Image:
    """Return the picture as the camera was held, EXIF orientation 1 to 8; others count as 1."""
    turn = _TRANSPOSE.get(exif.get(_Base.Orientation, 1))
    return image if turn is None else image.transpose(turn)


def find_focal_px(exif: Image.Exif, *, width_px: int, height_px: int) -> float | None:
    """Return the focal length in pixels of the upright photo, or None.

    From the 35-mm equivalent by the diagonal (CIPA DCG-001): f_px = f_35 * diagonal_px / 43.27 mm.
    Otherwise from the focal length in mm and the pixels per unit of the sensor, scaled to the
    present size.

    >>> exif = Image.Exif()
    >>> exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.FocalLengthIn35mmFilm] = 24
    >>> round(find_focal_px(exif, width_px=3600, height_px=2400), 6)
    2400.0
    """
    tags = exif.get_ifd(ExifTags.IFD.Exif)
    focal_35mm = _positive(tags.get(_Base.FocalLengthIn35mmFilm))
    if focal_35mm:
        return focal_35mm * math.hypot(width_px, height_px) / DIAGONAL_35MM_MM
    focal_mm = _positive(tags.get(_Base.FocalLength))
    resolution = _positive(tags.get(_Base.FocalPlaneXResolution))
    mm_per_unit = _MM_PER_UNIT.get(tags.get(_Base.FocalPlaneResolutionUnit, 2))
    if not (focal_mm and resolution and mm_per_unit):
        return None
    sensor_px = max(
        _positive(tags.get(_Base.ExifImageWidth)), _positive(tags.get(_Base.ExifImageHeight))
    )
    scale = max(width_px, height_px) / sensor_px if sensor_px else 1.0
    return focal_mm * resolution / mm_per_unit * scale


def _positive(value: object) -> float:
    """Return a number of EXIF, 0 where it is absent, unknown (0 or x/0) or not a number."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0
    return number if math.isfinite(number) and number > 0 else 0.0


def exif_for_results(exif: Image.Exif, label: str) -> bytes:
    """Return EXIF about picture and camera only: no GPS, thumbnail, maker note; orientation 1."""
    kept = _about_the_picture(exif)
    empty = not kept and not kept.get_ifd(ExifTags.IFD.Exif)
    return b"" if empty else _to_bytes(kept, label)


def exif_with_gps(exif: Image.Exif, label: str) -> bytes:
    """Return what ``exif_for_results`` does and the place; nothing when the file tells no place."""
    try:
        place = dict(exif.get_ifd(ExifTags.IFD.GPSInfo))
    except DAMAGE:
        _log.warning("%s: its GPS data are damaged and not used", label)
        return b""
    if not place:
        return b""
    kept = _about_the_picture(exif)
    kept.get_ifd(ExifTags.IFD.GPSInfo).update(place)
    return _to_bytes(kept, label)


def _about_the_picture(exif: Image.Exif) -> Image.Exif:
    kept = Image.Exif()
    kept.update((int(tag), exif[tag]) for tag in _KEPT_TAGS if tag in exif)
    camera = exif.get_ifd(ExifTags.IFD.Exif)
    kept.get_ifd(ExifTags.IFD.Exif).update(
        {tag: value for tag, value in camera.items() if tag not in _DROPPED_EXIF_TAGS}
    )
    return kept


def _to_bytes(kept: Image.Exif, label: str) -> bytes:
    kept[_Base.Orientation] = 1
    try:
        return kept.tobytes()
    except DAMAGE:
        _log.warning("%s: its EXIF data are damaged and not kept", label)
        return b""
