"""Spatial HEIC, experimental: both views with the stereo metadata of Apple's spatial photos.

The pair is encoded by pillow-heif, left view first; then three properties per view and the group
``ster`` are added:

- intrinsics: focal length and principal point in parts of the width and height, rectilinear;
- extrinsics: the left camera at the origin, the right one a baseline to its right, in micrometres;
- disparity adjustment in 1/10000 of the width. The views are already placed around the screen
  plane, so it is 0.

pillow-heif brings an encoder under the GPL, so it is installed on request only.

The layout was read from files that Vision Pro writes. No file made here has been opened on Apple's
devices yet.
"""

import io
import struct
import uuid
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from spatial.boxes import (
    Box,
    BoxError,
    add_associations,
    find,
    item_ids,
    move_items,
    read_boxes,
    write_boxes,
)
from spatial.formats.encode import BASELINE_M, Encoded, FormatError, exif_of, focal_px
from spatial.records import SpatialPhoto

_INTRINSICS = uuid.UUID("22cc04c7-d6d9-4e07-9d90-4eb6ecbaf3a3").bytes
_EXTRINSICS = uuid.UUID("4363e914-5b7d-4aab-97ae-bea69803b434").bytes
_ADJUSTMENT = uuid.UUID("de225085-36cb-4365-8743-2f8705e7c78a").bytes
_SHIFT = 29  # binary places of the fixed-point numbers
# What x265 has: blocks of 32 px only, not the search over smaller ones, halve the time of
# "ultrafast" for files 10 % larger. Two 12-megapixel views remain 2 to 3 seconds of one core's
# work, most of it the arithmetic coding.
_BLOCK_PX = 32
_SIMPLE = {"preset": "ultrafast"}
_FASTEST = {**_SIMPLE, "x265:min-cu-size": f"{_BLOCK_PX}", "x265:max-tu-size": "16"}
_FINER = 10  # of the encoder's scale: its 85 keeps brightness as well as a JPEG of 95
_LARGEST_RATIO = 3.9  # focal length / width that they can hold


def _intrinsics(*, width_px: int, focal: float) -> Box:
    parts = (min(focal / width_px, _LARGEST_RATIO), 0.5, 0.5)
    numbers = struct.pack(">4i", _SHIFT << 8, *(round(part * (1 << _SHIFT)) for part in parts))
    return Box(type=b"uuid", content=_INTRINSICS + numbers)


def _properties(*, width_px: int, focal: float) -> list[Box]:
    """Return intrinsics of both views, extrinsics left and right, disparity adjustment."""
    right = struct.pack(">Ii", 1, round(BASELINE_M * 1e6))
    return [
        _intrinsics(width_px=width_px, focal=focal),
        Box(type=b"uuid", content=_EXTRINSICS + struct.pack(">I", 0)),
        Box(type=b"uuid", content=_EXTRINSICS + right),
        Box(type=b"uuid", content=_ADJUSTMENT + struct.pack(">i", 0)),
    ]


def _with_properties(iprp: bytes, items: list[int], properties: list[Box]) -> bytes:
    boxes = list(read_boxes(iprp))
    at = find(boxes, b"ipco")
    held = list(read_boxes(boxes[at].content))
    boxes[at] = Box(type=b"ipco", content=write_boxes(held + properties))
    intrinsics, of_left, of_right, adjustment = range(len(held) + 1, len(held) + 5)
    added = {
        items[0]: [intrinsics, of_left, adjustment],
        items[1]: [intrinsics, of_right, adjustment],
    }
    at = find(boxes, b"ipma")
    boxes[at] = Box(type=b"ipma", content=add_associations(boxes[at].content, added))
    return write_boxes(boxes)


def _stereo_group(items: list[int], group: int) -> Box:
    ster = Box(type=b"ster", content=struct.pack(">5I", 0, group, 2, *items))
    return Box(type=b"grpl", content=ster.to_bytes())


def mark_as_stereo(heic: bytes, properties: list[Box]) -> bytes:
    """Return a HEIC file of two pictures, left view first, as a stereo pair.

    Raises:
        BoxError: the file does not hold two pictures, or is built in another way than pillow-heif
            builds it.
    """
    boxes = list(read_boxes(heic))
    at = find(boxes, b"meta")
    version, children = boxes[at].content[:4], list(read_boxes(boxes[at].content[4:]))
    info = children[find(children, b"iinf")].content
    items = item_ids(info, (b"hvc1", b"grid"))
    if len(items) != 2:
        msg = f"a stereo file needs two pictures, got {len(items)}"
        raise BoxError(msg)
    group = max(item_ids(info, (b"hvc1", b"grid", b"Exif", b"mime"))) + 1
    iprp, iloc = find(children, b"iprp"), find(children, b"iloc")
    content = _with_properties(children[iprp].content, items, properties)
    children[iprp] = Box(type=b"iprp", content=content)
    children.append(_stereo_group(items, group))
    before = len(boxes[at].content)
    distance = len(version + write_boxes(children)) - before
    children[iloc] = Box(type=b"iloc", content=move_items(children[iloc].content, distance))
    boxes[at] = Box(type=b"meta", content=version + write_boxes(children))
    return write_boxes(boxes)


def _even(view: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the view with even sides, as the codec's colour is half size."""
    height, width = view.shape[:2]
    return view[: max(height - height % 2, 1), : max(width - width % 2, 1)]


def _encode_pair(left: NDArray[np.uint8], right: NDArray[np.uint8], result: SpatialPhoto) -> bytes:
    import pillow_heif  # noqa: PLC0415 - an extra

    pair = pillow_heif.HeifFile()
    for view in (left, right):
        pair.add_frombytes("RGB", (view.shape[1], view.shape[0]), view.tobytes())
    out = io.BytesIO()
    pair.save(
        out,
        quality=max(1, result.settings.export.jpeg_quality - _FINER),
        primary_index=0,
        exif=exif_of(result) or None,
        enc_params=dict(_SIMPLE if min(left.shape[:2]) < _BLOCK_PX else _FASTEST),
    )
    return out.getvalue()


def missing_encoder() -> str:
    """Say that the HEIC encoder must be installed; "" where it is."""
    if find_spec("pillow_heif"):
        return ""
    return (
        "spatial HEIC needs its encoder (GPL): pip install spatial-photo[heic], or choose MPO "
        "instead"
    )


def encode_spatial_heic(result: SpatialPhoto) -> tuple[Encoded, ...]:
    """Return the spatial HEIC file.

    Raises:
        FormatError: the HEIC encoder is not installed, or refuses the pictures.
    """
    if missing := missing_encoder():
        raise FormatError(missing)
    left, right = _even(result.pair.left), _even(result.pair.right)
    height, width = left.shape[:2]
    try:
        heic = _encode_pair(left, right, result)
        properties = _properties(width_px=width, focal=focal_px(result.photo))
        data = mark_as_stereo(heic, properties)
    except (BoxError, RuntimeError, ValueError) as error:
        size = f"{width} x {height} px"
        msg = f"two views of {size} cannot be written as HEIC ({error}); choose MPO instead"
        raise FormatError(msg) from error
    return (Encoded(data, width, height),)
