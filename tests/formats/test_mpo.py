"""MPO and JPS, read back by a parser of their own and by Pillow."""

import io
import struct

import cv2
import numpy as np
import pytest
from PIL import Image, MpoImagePlugin
from scenes import LEFT_RGB, RIGHT_RGB, make_result

from spatial.formats import FORMATS
from spatial.formats.containers import encode_jps, encode_mpo
from spatial.formats.encode import segment


def segments(jpeg):
    """Yield (marker, offset of the payload, payload) up to the picture data."""
    assert jpeg[:2] == b"\xff\xd8"
    position = 2
    while jpeg[position + 1] != 0xDA:
        assert jpeg[position] == 0xFF
        length = int.from_bytes(jpeg[position + 2 : position + 4], "big")
        yield jpeg[position + 1], position + 4, jpeg[position + 4 : position + 2 + length]
        position += 2 + length


def directory(block, offset):
    """Return {tag: (type, count, value bytes)} of a big-endian TIFF directory, and the offset of
    the next one.
    """
    (count,) = struct.unpack_from(">H", block, offset)
    sizes = {4: 4, 5: 8, 7: 1, 10: 8}
    tags = {}
    for n in range(count):
        tag, kind, number, value = struct.unpack_from(">HHI4s", block, offset + 2 + 12 * n)
        size = number * sizes[kind]
        if size > 4:
            (at,) = struct.unpack(">I", value)
            assert at + size <= len(block)
            value = block[at : at + size]
        tags[tag] = (kind, number, value[:size])
    assert list(tags) == sorted(tags)
    return tags, struct.unpack_from(">I", block, offset + 2 + 12 * count)[0]


def read_mpo(data):
    """Return the two JPEG files of an MPO with their type codes, and the numbers in their attribute
    blocks.
    """
    (at, block) = next((at, p) for m, at, p in segments(data) if m == 0xE2 and p[:4] == b"MPF\0")
    base, block = at + 4, block[4:]
    assert block[:4] == b"MM\0*"
    index, following = directory(block, struct.unpack_from(">I", block, 4)[0])
    assert index[0xB000][2] == b"0100"
    assert index[0xB001][2] == struct.pack(">I", 2)
    pictures = []
    for n in range(2):
        kind, size, offset, *dependants = struct.unpack_from(">IIIHH", index[0xB002][2], 16 * n)
        assert dependants == [0, 0]
        start = base + offset if n else 0
        pictures.append((kind, data[start : start + size]))
    return pictures, directory(block, following)[0]


def test_two_jpeg_files_of_type_disparity_left_first():
    (file,) = encode_mpo(make_result())
    ((kind, left), (other, right)), attributes = read_mpo(file.data)
    assert kind == other == 0x020002
    assert left + right == file.data
    assert attributes[0xB101][2] == struct.pack(">I", 1)
    block = next(p for m, _, p in segments(right) if m == 0xE2)
    second, following = directory(block[4:], struct.unpack_from(">I", block, 8)[0])
    assert second[0xB101][2] == struct.pack(">I", 2)
    assert second[0xB204][2] == struct.pack(">I", 1)
    assert [struct.unpack(">II", tags[0xB206][2]) for tags in (attributes, second)] == [
        (0, 1),
        (64, 1000),
    ]
    assert following == 0
    for jpeg, rgb in ((left, LEFT_RGB), (right, RIGHT_RGB)):
        assert jpeg[-2:] == b"\xff\xd9"
        pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)
        assert pixels is not None
        assert np.abs(pixels.astype(int) - rgb).max() < 8


@pytest.mark.parametrize("with_exif", [False, True])
def test_pillow_reads_the_mpo(with_exif):
    exif = Image.Exif()
    exif[0x0110] = "Camera 7"
    (file,) = encode_mpo(make_result(exif=exif.tobytes() if with_exif else b""))
    with Image.open(io.BytesIO(file.data)) as picture:
        assert isinstance(picture, MpoImagePlugin.MpoImageFile)
        assert picture.n_frames == 2
        assert picture.get_format_mimetype() == FORMATS["mpo"].files[0].media_type
        assert picture.mpinfo is not None
        kinds = {entry["Attribute"]["MPType"] for entry in picture.mpinfo[0xB002]}
        assert kinds == {"Multi-Frame Image: (Disparity)"}
        for frame, rgb in enumerate((LEFT_RGB, RIGHT_RGB)):
            picture.seek(frame)
            assert np.abs(np.asarray(picture).astype(int) - rgb).max() < 8
            assert picture.getexif().get(0x0110) == ("Camera 7" if with_exif else None)


def test_jps_is_cross_eyed_and_says_so():
    (file,) = encode_jps(make_result())
    assert FORMATS["jps"].files[0].suffix == ".jps"
    (block,) = [p for m, _, p in segments(file.data) if m == 0xE3]
    assert block[:8] == b"_JPSJPS_"
    length, _separation, flags, layout, kind = struct.unpack_from(">HBBBB", block, 8)
    assert (length, layout, kind) == (4, 2, 1)  # side by side, stereoscopic
    assert flags & 4 == 0  # the left view does not come first
    with Image.open(io.BytesIO(file.data)) as picture:
        pixels = np.asarray(picture).astype(int)
    assert np.abs(pixels[:, :23] - RIGHT_RGB).max() < 8
    assert np.abs(pixels[:, 39:] - LEFT_RGB).max() < 8


def test_a_segment_has_an_end():
    with pytest.raises(ValueError, match="65533"):
        segment(b"\xff\xe2", bytes(65_534))
