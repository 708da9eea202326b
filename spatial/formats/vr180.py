"""VR photos: both views on a sphere, for viewers that know the field of view instead of a screen.

``vr180`` is Google's VR photo (``.vr.jpg``, Cardboard): the file itself is the left view, the right
view is carried in its extended XMP, and GPano tells which part of the sphere both cover.
``vr180_sbs`` is a hemisphere for each eye, side by side, as headset players expect it
(``_180x180_LR``). A photo fills only its field of view, the rest is black; equal angles have equal
lengths (equirectangular projection).

There is no window on a sphere: equal directions mean infinitely far. So both views are moved until
nothing lies beyond that, and no eye has to turn outwards.
"""

import base64
import hashlib
import math
import struct
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.formats.encode import (
    APP1,
    LARGEST_PAYLOAD_BYTES,
    Encoded,
    focal_px,
    insert_segments,
    jpeg_of,
    segment,
)
from spatial.formats.layouts import side_by_side
from spatial.records import Photo, SpatialPhoto

_ROWS_AT_ONCE = 256
HEMISPHERE_LARGEST_PX = 4096  # what headsets decode for each eye
_XMP, _EXTENDED_XMP = b"http://ns.adobe.com/xap/1.0/\x00", b"http://ns.adobe.com/xmp/extension/\x00"
_PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" {properties}/></rdf:RDF></x:xmpmeta>'
)
_WRAPPER = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>{}<?xpacket end="r"?>'
_GPANO = 'xmlns:GPano="http://ns.google.com/photos/1.0/panorama/"'
_GIMAGE = 'xmlns:GImage="http://ns.google.com/photos/1.0/image/"'
_NOTE = 'xmlns:xmpNote="http://ns.adobe.com/xmp/note/"'


class SphereCrop(NamedTuple):
    """The part of a sphere that a picture covers, centred straight ahead.

    Attributes:
        width_px: width of the picture.
        height_px: height of the picture.
        px_per_rad: scale, the same in both directions.
    """

    width_px: int
    height_px: int
    px_per_rad: float


def crop_of_photo(width_px: int, height_px: int, focal_px: float) -> SphereCrop:
    """Return the crop that holds the whole photo at its own scale in the middle.

    >>> crop_of_photo(200, 100, 100.0)
    SphereCrop(width_px=157, height_px=93, px_per_rad=100.0)
    """
    width = 2.0 * focal_px * math.atan(0.5 * width_px / focal_px)
    height = 2.0 * focal_px * math.atan(0.5 * height_px / focal_px)
    return SphereCrop(max(1, round(width)), max(1, round(height)), focal_px)


def to_sphere(
    rgb: NDArray[np.uint8], *, focal_px: float, crop: SphereCrop, shift_px: float = 0.0
) -> NDArray[np.uint8]:
    """Return uint8 [crop.height_px, crop.width_px, 3]; black where the photo shows nothing.

    The direction at longitude a and latitude b (down) meets the photo at x = f tan a, y = f tan b /
    cos a from its centre. ``shift_px`` moves the photo to the right by so many of its pixels.
    """
    height, width = rgb.shape[:2]
    longitude = (np.arange(crop.width_px) - 0.5 * (crop.width_px - 1)) / crop.px_per_rad
    latitude = (np.arange(crop.height_px) - 0.5 * (crop.height_px - 1)) / crop.px_per_rad
    ahead = np.maximum(np.cos(longitude), 1e-6)  # 180 degrees and more: far outside the photo
    x = focal_px * np.sin(longitude) / ahead + 0.5 * (width - 1) - shift_px
    x = x.astype(np.float32)
    out = np.empty((crop.height_px, crop.width_px, 3), np.uint8)
    for top in range(0, crop.height_px, _ROWS_AT_ONCE):
        down = np.tan(np.clip(latitude[top : top + _ROWS_AT_ONCE], -1.57, 1.57))
        y = (focal_px * down[:, None] / ahead + 0.5 * (height - 1)).astype(np.float32)
        columns = np.ascontiguousarray(np.broadcast_to(x, y.shape))
        out[top : top + len(down)] = cv2.remap(
            rgb, columns, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0
        )
    return out


def gpano_of(crop: SphereCrop) -> dict[str, object]:
    """Return GPano's names and values of a crop."""
    full_width = max(crop.width_px, round(2.0 * math.pi * crop.px_per_rad))
    full_height = max(crop.height_px, round(math.pi * crop.px_per_rad))
    return {
        "ProjectionType": "equirectangular",
        "CroppedAreaImageWidthPixels": crop.width_px,
        "CroppedAreaImageHeightPixels": crop.height_px,
        "FullPanoWidthPixels": full_width,
        "FullPanoHeightPixels": full_height,
        "CroppedAreaLeftPixels": (full_width - crop.width_px) // 2,
        "CroppedAreaTopPixels": (full_height - crop.height_px) // 2,
    }


def _extension(packet: bytes, guid: bytes) -> list[bytes]:
    """Return an XMP packet in pieces, each with digest, whole length and offset."""
    head = _EXTENDED_XMP + guid
    room = LARGEST_PAYLOAD_BYTES - len(head) - 8
    return [
        segment(APP1, head + struct.pack(">II", len(packet), at) + packet[at : at + room])
        for at in range(0, len(packet), room)
    ]


def join_as_vr_photo(left_jpeg: bytes, right_jpeg: bytes, gpano: Mapping[str, object]) -> bytes:
    """Return the left view's JPEG file with the right view's inside its metadata.

    Args:
        left_jpeg: the files,
        right_jpeg: of one size.
        gpano: names and values that tell which part of the sphere they cover.
    """
    right = base64.b64encode(right_jpeg).decode("ascii")
    extended = _PACKET.format(properties=f'{_GIMAGE} GImage:Data="{right}"').encode()
    guid = hashlib.md5(extended, usedforsecurity=False).hexdigest().upper()
    told = " ".join(f"GPano:{n}={quoteattr(str(v))}" for n, v in gpano.items() if n.isidentifier())
    properties = (
        f'{_GPANO} {_GIMAGE} {_NOTE} {told} GImage:Mime="image/jpeg" '
        f'xmpNote:HasExtendedXMP="{guid}"'
    )
    packet = _WRAPPER.format(_PACKET.format(properties=properties))
    main = segment(APP1, _XMP + packet.encode())
    return insert_segments(left_jpeg, [main, *_extension(extended, guid.encode("ascii"))])


def _part_of_sphere(photo: Photo) -> dict[str, float] | None:
    """Return GPano's numbers of a photo that lies on a sphere already; None for others."""
    told = dict(photo.panorama)
    try:
        part = {name: float(told[name]) for name in _GPANO_NUMBERS}
    except (KeyError, ValueError):
        return None
    return part if min(part["FullPanoWidthPixels"], part["FullPanoHeightPixels"]) >= 1 else None


_GPANO_NUMBERS = (
    "FullPanoWidthPixels",
    "FullPanoHeightPixels",
    "CroppedAreaLeftPixels",
    "CroppedAreaTopPixels",
)


def _cut_sphere(
    view: NDArray[np.uint8], part: dict[str, float], crop: SphereCrop
) -> NDArray[np.uint8]:
    """Return what a view that lies on the sphere shows of a part straight ahead."""
    full = part["FullPanoWidthPixels"], part["FullPanoHeightPixels"]
    across, down = (
        full[0] / (2.0 * math.pi * crop.px_per_rad),
        full[1] / (math.pi * crop.px_per_rad),
    )
    first = 0.5 * (full[0] - crop.width_px * across) - part["CroppedAreaLeftPixels"]
    top = 0.5 * (full[1] - crop.height_px * down) - part["CroppedAreaTopPixels"]
    back = np.array(
        [[across, 0.0, first + 0.5 * across - 0.5], [0.0, down, top + 0.5 * down - 0.5]]
    )
    size = (crop.width_px, crop.height_px)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(view, back, size, flags=flags), np.uint8)


def _views_on_sphere(result: SpatialPhoto, crop: SphereCrop) -> list[NDArray[np.uint8]]:
    """Return left and right view on the sphere, no part of the photo farther than infinity."""
    part = _part_of_sphere(result.photo)
    if part is not None:
        return [_cut_sphere(view, part, crop) for view in (result.pair.left, result.pair.right)]
    focal = focal_px(result.photo)
    disparity_px = result.pair.disparity_px
    farthest_px = float(np.min(disparity_px, where=np.isfinite(disparity_px), initial=0.0))
    moves = ((result.pair.left, -0.5 * farthest_px), (result.pair.right, 0.5 * farthest_px))
    return [to_sphere(view, focal_px=focal, crop=crop, shift_px=shift) for view, shift in moves]


def encode_vr180(result: SpatialPhoto) -> tuple[Encoded, ...]:
    """Return the VR photo ``.vr.jpg``; views on a sphere stay as they are."""
    photo = result.photo
    if _part_of_sphere(photo) is None:
        crop = crop_of_photo(photo.width_px, photo.height_px, focal_px(photo))
        views, told = _views_on_sphere(result, crop), gpano_of(crop)
    else:
        views, told = [result.pair.left, result.pair.right], dict(photo.panorama)
    flat = replace(result, photo=replace(photo, panorama=()))  # the packet below tells it
    left, right = (jpeg_of(view, flat) for view in views)
    return (left._replace(data=join_as_vr_photo(left.data, right.data, told)),)


def encode_vr180_side_by_side(result: SpatialPhoto) -> tuple[Encoded, ...]:
    """Return two hemispheres side by side, left eye on the left half."""
    part = _part_of_sphere(result.photo)
    wide = 0.5 * part["FullPanoWidthPixels"] if part else math.pi * focal_px(result.photo)
    side = min(HEMISPHERE_LARGEST_PX, max(2, round(wide)))
    crop = SphereCrop(side, side, side / math.pi)
    return (jpeg_of(side_by_side(*_views_on_sphere(result, crop)), result),)
