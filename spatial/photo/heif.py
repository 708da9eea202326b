"""HEIF and AVIF: pictures in boxes, turned and coloured as their boxes say (``irot``, ``colr``)."""

import io
from collections.abc import Mapping

import pi_heif
from PIL import AvifImagePlugin

from spatial.bounds import DAMAGE, BoundsError
from spatial.photo.colour_spaces import profile_of_codes
from spatial.photo.picture import Picture


def open_heif(data: bytes) -> Picture:
    """Return the primary picture of a HEIF file."""
    image = pi_heif.HeifImageFile(io.BytesIO(data))
    if image.mode == "I;16":  # pi-heif takes the header's word, and writes beyond pixels of 8 bit
        msg = "holds grey of more than 8 bit, which is not read from HEIC; export it with 8 bit"
        raise BoundsError(msg)
    profile = image.info.get("icc_profile") or _profile(image.info)
    return Picture(image=image, profile=profile)


def open_avif(data: bytes) -> Picture:
    """Return the picture of an AVIF file; of a sequence, the first one."""
    image = AvifImagePlugin.AvifImageFile(io.BytesIO(data))
    profile = image.info.get("icc_profile", b"")
    if not profile:
        try:
            profile = _profile(pi_heif.open_heif(io.BytesIO(data)).info)  # its boxes only
        except DAMAGE:
            profile = b""
    notes = ("an animation; its first picture is used",) if image.is_animated else ()
    return Picture(image=image, profile=profile, notes=notes)


def _profile(info: Mapping) -> bytes:
    codes = info.get("nclx_profile") or {}
    names = ("color_primaries", "transfer_characteristics")
    return profile_of_codes(*(int(codes.get(name, 2)) for name in names))
