import base64
import hashlib
import io
import math
import re
import struct
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from scenes import LEFT_RGB, RIGHT_RGB, make_result, with_disparity

from spatial.formats import FORMATS
from spatial.formats.vr180 import (
    SphereCrop,
    crop_of_photo,
    encode_vr180,
    encode_vr180_side_by_side,
    to_sphere,
)
from tests.formats.test_mpo import segments

EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"


def on_the_screen(**photo):
    result = make_result(**photo)
    return with_disparity(result, np.zeros_like(result.pair.disparity_px))


def extended_xmp(jpeg, guid):
    pieces, total = {}, 0
    for marker, _, payload in segments(jpeg):
        if marker == 0xE1 and payload.startswith(EXTENSION):
            head = len(EXTENSION)
            assert payload[head : head + 32].decode() == guid
            total, offset = struct.unpack_from(">II", payload, head + 32)
            pieces[offset] = payload[head + 40 :]
    whole = b"".join(pieces[offset] for offset in sorted(pieces))
    assert len(whole) == total
    assert hashlib.md5(whole).hexdigest().upper() == guid
    return whole.decode(), len(pieces)


def test_the_right_view_is_inside_the_left_ones_metadata():
    rng = np.random.default_rng(0)
    result = on_the_screen(height_px=200, width_px=300, focal_px=250.0)
    noise = rng.integers(0, 256, (200, 300, 3), dtype=np.uint8)  # too large for one segment
    result = replace(result, pair=replace(result.pair, right=noise))
    (file,) = encode_vr180(result)
    with Image.open(io.BytesIO(file.data)) as left:
        assert left.size == (file.width_px, file.height_px)
        middle = np.asarray(left)[80:120, 130:170].astype(int)
        xmp = left.info["xmp"].decode()
    assert np.abs(middle - LEFT_RGB).max() < 8
    guid = re.findall(r'xmpNote:HasExtendedXMP="(\w{32})"', xmp)[0]
    extended, pieces = extended_xmp(file.data, guid)
    assert pieces > 1
    jpeg = base64.b64decode(re.findall(r'GImage:Data="([^"]*)"', extended)[0])
    with Image.open(io.BytesIO(jpeg)) as right:
        assert right.size == (file.width_px, file.height_px)
        assert np.asarray(right).std() > 40


def test_the_panorama_tells_its_field_of_view():
    (file,) = encode_vr180(on_the_screen(height_px=100, width_px=200, focal_px=100.0))
    with Image.open(io.BytesIO(file.data)) as left:
        xmp = left.info["xmp"].decode()
    values = dict(re.findall(r'GPano:(\w+)="(\w+)"', xmp))
    assert values["ProjectionType"] == "equirectangular"
    width, full = int(values["CroppedAreaImageWidthPixels"]), int(values["FullPanoWidthPixels"])
    assert 360.0 * width / full == pytest.approx(2 * math.degrees(math.atan(1.0)), abs=0.4)
    height, whole = int(values["CroppedAreaImageHeightPixels"]), int(values["FullPanoHeightPixels"])
    assert 180.0 * height / whole == pytest.approx(2 * math.degrees(math.atan(0.5)), abs=0.4)
    assert int(values["CroppedAreaLeftPixels"]) == (full - width) // 2
    assert int(values["CroppedAreaTopPixels"]) == (whole - height) // 2


def test_straight_lines_of_the_photo_keep_their_direction():
    """A dot at x, y of the photo appears at longitude atan(x / f), latitude atan(y /
    hypot(x, f)).
    """
    rgb = np.zeros((101, 201, 3), np.uint8)
    rgb[19:22, 169:172] = 255  # 70 right of the centre, 30 above it
    focal = 100.0
    crop = crop_of_photo(201, 101, focal)
    picture = to_sphere(rgb, focal_px=focal, crop=crop).astype(float).sum(axis=2)
    rows, columns = np.indices(picture.shape)
    x = np.average(columns, weights=picture) - 0.5 * (crop.width_px - 1)
    y = np.average(rows, weights=picture) - 0.5 * (crop.height_px - 1)
    assert x / crop.px_per_rad == pytest.approx(math.atan(0.7), abs=0.01)
    assert y / crop.px_per_rad == pytest.approx(-math.atan(30 / math.hypot(70, focal)), abs=0.01)


def test_hemispheres_side_by_side():
    (file,) = encode_vr180_side_by_side(on_the_screen(height_px=40, width_px=60, focal_px=50.0))
    assert FORMATS["vr180_sbs"].files[0].suffix == "_180x180_LR.jpg"
    with Image.open(io.BytesIO(file.data)) as picture:
        pixels = np.asarray(picture).astype(int)
    side = round(math.pi * 50)
    assert pixels.shape == (side, 2 * side, 3)
    assert np.abs(pixels[side // 2, side // 2] - LEFT_RGB).max() < 8
    assert np.abs(pixels[side // 2, side + side // 2] - RIGHT_RGB).max() < 8
    assert pixels[:20].max() < 8
    assert pixels[:, :20].max() < 8


def test_the_farthest_part_is_infinitely_far():
    """Behind the screen by 10 px everywhere: on the sphere both views show it in one direction."""
    result = make_result(height_px=60, width_px=90, focal_px=100.0)
    views = []
    for x in (40, 50):  # disparity = x_left - x_right = -10
        view = np.zeros((60, 90, 3), np.uint8)
        view[:, x] = 255
        views.append(view)
    pair = replace(
        result.pair,
        left=views[0],
        right=views[1],
        disparity_px=np.full((60, 90), -10.0, np.float32),
    )
    (file,) = encode_vr180_side_by_side(replace(result, pair=pair))
    with Image.open(io.BytesIO(file.data)) as picture:
        row = np.asarray(picture).astype(float)[picture.height // 2].sum(axis=1)
    left, right = np.split(row, 2)
    places = [np.average(np.arange(len(half)), weights=half**2) for half in (left, right)]
    assert places[0] == pytest.approx(places[1], abs=0.1)


def test_one_pixel():
    assert to_sphere(
        np.full((1, 1, 3), 9, np.uint8), focal_px=2.0, crop=SphereCrop(1, 1, 2.0)
    ).tolist() == [[[9, 9, 9]]]
