"""Camera raw, where ``rawpy`` is installed: developed by LibRaw with the camera's white balance."""

import io
from importlib import import_module

from PIL import Image

from spatial.photo.limits import UnreadError, check_size
from spatial.photo.picture import Picture

EXPORT = "is camera raw; export a JPEG or HEIC"


def open_raw(data: bytes) -> Picture:
    """Return the developed picture of a raw file, upright, in sRGB.

    Raises:
        UnreadError: there is no rawpy, or it knows no such camera.
    """
    try:
        rawpy = import_module("rawpy")  # an extra
    except ImportError:
        msg = f"{EXPORT}, or install spatial-photo[raw]"
        raise UnreadError(msg) from None
    try:
        with rawpy.imread(io.BytesIO(data)) as raw:
            check_size(raw.sizes.width, raw.sizes.height, "the raw picture in it")
            rgb = raw.postprocess(use_camera_wb=True)
    except rawpy.LibRawError as error:
        raise UnreadError(EXPORT) from error
    exif = data if data[:2] in (b"II", b"MM") else None
    notes = ("camera raw, developed with the camera's white balance",)
    return Picture(image=Image.fromarray(rgb), exif=exif, is_upright=True, notes=notes)
