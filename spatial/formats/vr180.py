"""VR photos: both views on a sphere, for viewers that know the field of view instead of a screen.

``vr180`` is Google's VR photo (``.vr.jpg``, Cardboard): the file itself is the left view, the right view is carried in
its extended XMP, and GPano tells which part of the sphere both cover. ``vr180_sbs`` is a hemisphere for each eye, side
by side, as headset players expect it (``_180x180_LR``). A photo fills only its field of view, the rest is black.

There is no window on a sphere: equal directions mean infinitely far. So both views are moved until nothing lies beyond
that, and no eye has to turn outwards.
"""

import base64
import hashlib
import math
import struct

import numpy as np
from numpy.typing import NDArray

from spatial.formats.camera import focal_px
from spatial.formats.equirectangular import SphereCrop, crop_of_photo, to_sphere
from spatial.formats.format import EncodedFile
from spatial.formats.jpeg_segments import APP1, LARGEST_PAYLOAD_BYTES, insert_segments, segment
from spatial.formats.picture_file import JPEG, jpeg_bytes, jpeg_file
from spatial.formats.side_by_side import side_by_side
from spatial.records import SpatialPhoto

VR180, VR180_SIDE_BY_SIDE = "vr180", "vr180_side_by_side"
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


def _gpano(crop: SphereCrop) -> str:
    full_width = max(crop.width_px, round(2.0 * math.pi * crop.px_per_rad))
    full_height = max(crop.height_px, round(math.pi * crop.px_per_rad))
    values = {
        "ProjectionType": "equirectangular",
        "CroppedAreaImageWidthPixels": crop.width_px,
        "CroppedAreaImageHeightPixels": crop.height_px,
        "FullPanoWidthPixels": full_width,
        "FullPanoHeightPixels": full_height,
        "CroppedAreaLeftPixels": (full_width - crop.width_px) // 2,
        "CroppedAreaTopPixels": (full_height - crop.height_px) // 2,
    }
    return " ".join(f'GPano:{name}="{value}"' for name, value in values.items())


def _extension(packet: bytes, guid: bytes) -> list[bytes]:
    """Return an XMP packet of any length in pieces, each with its digest, the whole length and its offset."""
    head = _EXTENDED_XMP + guid
    room = LARGEST_PAYLOAD_BYTES - len(head) - 8
    return [
        segment(APP1, head + struct.pack(">II", len(packet), at) + packet[at : at + room])
        for at in range(0, len(packet), room)
    ]


def join_as_vr_photo(left_jpeg: bytes, right_jpeg: bytes, crop: SphereCrop) -> bytes:
    """Return the left view's JPEG file with the right view's inside its metadata."""
    right = base64.b64encode(right_jpeg).decode("ascii")
    extended = _PACKET.format(properties=f'{_GIMAGE} GImage:Data="{right}"').encode()
    guid = hashlib.md5(extended, usedforsecurity=False).hexdigest().upper()
    properties = (
        f'{_GPANO} {_GIMAGE} {_NOTE} {_gpano(crop)} GImage:Mime="image/jpeg" '
        f'xmpNote:HasExtendedXMP="{guid}"'
    )
    packet = _WRAPPER.format(_PACKET.format(properties=properties))
    main = segment(APP1, _XMP + packet.encode())
    return insert_segments(left_jpeg, [main, *_extension(extended, guid.encode("ascii"))])


def _views_on_sphere(result: SpatialPhoto, crop: SphereCrop) -> list[NDArray[np.uint8]]:
    """Return left and right view on the sphere, no part of the photo farther than infinity."""
    focal = focal_px(result.photo)
    disparity_px = result.pair.disparity_px
    farthest_px = float(np.min(disparity_px, where=np.isfinite(disparity_px), initial=0.0))
    moves = ((result.pair.left, -0.5 * farthest_px), (result.pair.right, 0.5 * farthest_px))
    return [to_sphere(view, focal_px=focal, crop=crop, shift_px=shift) for view, shift in moves]


def encode_vr180(result: SpatialPhoto, _name: str) -> tuple[EncodedFile, ...]:
    """Return the VR photo ``.vr.jpg``."""
    photo = result.photo
    crop = crop_of_photo(photo.width_px, photo.height_px, focal_px(photo))
    left, right = (jpeg_bytes(view, result) for view in _views_on_sphere(result, crop))
    return (
        EncodedFile(
            role=VR180,
            suffix=".vr.jpg",
            media_type=JPEG,
            data=join_as_vr_photo(left, right, crop),
            width_px=crop.width_px,
            height_px=crop.height_px,
        ),
    )


def encode_vr180_side_by_side(result: SpatialPhoto, _name: str) -> tuple[EncodedFile, ...]:
    """Return two hemispheres side by side, left eye on the left half."""
    side = min(HEMISPHERE_LARGEST_PX, max(2, round(math.pi * focal_px(result.photo))))
    crop = SphereCrop(side, side, side / math.pi)
    picture = side_by_side(*_views_on_sphere(result, crop))
    return (jpeg_file(picture, result, role=VR180_SIDE_BY_SIDE, suffix="_180x180_LR.jpg"),)
