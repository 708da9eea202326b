"""HEIF and AVIF: pictures in boxes, turned and coloured as their boxes say (``irot``, ``colr``)."""

import io
import struct
from collections.abc import Mapping
from contextlib import suppress

import pi_heif
from PIL import AvifImagePlugin

from spatial.bounds import DAMAGE, BoundsError
from spatial.boxes import Box, find, read_boxes
from spatial.photo.colour_spaces import high_range_of, profile_of_codes
from spatial.photo.picture import Picture


def open_heif(data: bytes, number: int | None = None) -> Picture:
    """Return the primary picture of a HEIF file, or the one of a number."""
    image = pi_heif.HeifImageFile(io.BytesIO(data))
    if number is not None:
        image.seek(number)
    if image.mode == "I;16":  # pi-heif takes the header's word, and writes beyond pixels of 8 bit
        msg = "holds grey of more than 8 bit, which is not read from HEIC; export it with 8 bit"
        raise BoundsError(msg)
    profile = image.info.get("icc_profile") or _profile(image.info)
    return Picture(image=image, profile=profile, high_range=_high_range(image.info))


def open_avif(data: bytes) -> Picture:
    """Return the picture of an AVIF file; of a sequence, the first one."""
    image = AvifImagePlugin.AvifImageFile(io.BytesIO(data))
    profile, deep = image.info.get("icc_profile", b""), None
    if not profile:
        with suppress(*DAMAGE):
            boxes = pi_heif.open_heif(io.BytesIO(data)).info  # nothing is decoded
            profile, deep = _profile(boxes), _high_range(boxes)
    notes = ("an animation; its first picture is used",) if image.is_animated else ()
    return Picture(image=image, profile=profile, high_range=deep, notes=notes)


def _codes(info: Mapping) -> tuple[int, int]:
    codes = info.get("nclx_profile") or {}
    return int(codes.get("color_primaries", 2)), int(codes.get("transfer_characteristics", 2))


def _profile(info: Mapping) -> bytes:
    return profile_of_codes(*_codes(info))


def _high_range(info: Mapping) -> tuple[int, int, int] | None:
    is_told = not info.get("icc_profile")
    return high_range_of(int(info.get("bit_depth", 8)), *_codes(info)) if is_told else None


_PICTURES = (b"hvc1", b"grid", b"av01", b"iden", b"iovl")
_IS_HIDDEN = 1
_PARTS = (b"thmb", b"auxl")  # of another picture


def stereo_numbers(data: bytes) -> tuple[int, int] | None:
    """Return the numbers of the left and the right picture of the group ``ster``; None without one.

    Raises:
        BoxError, struct.error: the boxes are damaged.
    """
    boxes = list(read_boxes(data))
    meta = list(read_boxes(boxes[find(boxes, b"meta")].content[4:]))
    groups = [box for box in meta if box.type == b"grpl"]
    ids = next(
        (_ids_of(box) for g in groups for box in read_boxes(g.content) if _is_pair(box)), None
    )
    if ids is None:
        return None
    parts = {item for box in meta if box.type == b"iref" for item in _refers(box.content)}
    shown = [item for item in _shown_items(meta[find(meta, b"iinf")].content) if item not in parts]
    return (shown.index(ids[0]), shown.index(ids[1])) if set(ids) <= set(shown) else None


def _is_pair(box: Box) -> bool:
    return box.type == b"ster" and box.content[8:12] == b"\0\0\0\2"


def _ids_of(box: Box) -> tuple[int, int]:
    return struct.unpack_from(">II", box.content, 12)


def _refers(iref: bytes) -> list[int]:
    """Return the items that are thumbnails or auxiliary pictures of others."""
    wide = ">I" if iref[0] else ">H"
    boxes = [box for box in read_boxes(iref[4:]) if box.type in _PARTS]
    return [struct.unpack_from(wide, box.content)[0] for box in boxes]


def _shown_items(iinf: bytes) -> list[int]:
    """Return the ids of the pictures that are no tiles of others, in their order."""
    shown = []
    for entry in read_boxes(iinf[8 if iinf[0] else 6 :]):
        head = ">H2x4s" if entry.content[0] == 2 else ">I2x4s"
        item, kind = struct.unpack_from(head, entry.content, 4)
        if kind in _PICTURES and not entry.content[3] & _IS_HIDDEN:
            shown.append(item)
    return shown
