"""The stereo metadata of the HEIC file, read by libheif through pillow-heif, and box by box."""

import io
import struct
from datetime import datetime, timezone
from typing import Any

import numpy as np
import pillow_heif
import pytest
from PIL import Image
from scenes import LEFT_RGB, RIGHT_RGB, make_result

from spatial.boxes import BoxError, add_associations, move_items, read_boxes
from spatial.formats import FORMATS, FormatError, write_formats
from spatial.formats.spatial_heic import encode_spatial_heic, mark_as_stereo
from spatial.web.files import all_formats

HEIGHT, WIDTH, FOCAL_PX = 70, 97, 88.0
CREATED = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def heic():
    exif = Image.Exif()
    exif[0x0110] = "Camera 7"
    (file,) = encode_spatial_heic(
        make_result(height_px=HEIGHT, width_px=WIDTH, focal_px=FOCAL_PX, exif=exif.tobytes())
    )
    assert (file.width_px, file.height_px) == (96, 70)
    return file.data


def children(data, *path):
    """Return the content of the box at ``path``; meta is a full box."""
    for kind in path:
        data = next(box.content for box in read_boxes(data) if box.type == kind)
        data = data[4:] if kind == b"meta" else data
    return data


def test_libheif_sees_a_stereo_pair_with_the_left_view_first(heic):
    pair = pillow_heif.open_heif(io.BytesIO(heic))
    assert (len(pair), pair.primary_index) == (2, 0)
    for view, rgb in zip(pair, (LEFT_RGB, RIGHT_RGB), strict=True):
        assert np.abs(np.asarray(view).astype(int) - rgb).max() < 12
    info: dict[str, Any] = dict(pair.info)
    (group,) = info["entity_groups"]
    assert (group["type"], group["images"]) == ("ster", [0, 1])
    assert group["id"] not in group["entities"]
    for view in pair:
        of_view: dict[str, Any] = dict(view.info)
        camera = of_view["heif"]["camera_intrinsic_matrix"]
        assert camera["focal_length_x"] == pytest.approx(FOCAL_PX, abs=1e-4)
        assert (camera["principal_point_x"], camera["principal_point_y"]) == (48.0, 35.0)
        rotation = of_view["heif"]["camera_extrinsic_matrix_rot"]
        assert np.array_equal(np.reshape(rotation, (3, 3)), np.eye(3))
    exif = Image.Exif()
    exif.load(info["exif"])
    assert exif[0x0110] == "Camera 7"


def test_cameras_and_adjustment_box_by_box(heic):
    boxes = list(read_boxes(children(heic, b"meta", b"iprp", b"ipco")))
    found = [box.content for box in boxes if box.type == b"uuid"]
    assert [content[:4].hex() for content in found] == [
        "22cc04c7",
        "4363e914",
        "4363e914",
        "de225085",
    ]
    word, focal, x, y = struct.unpack(">4i", found[0][16:])
    shift = word >> 8
    assert (focal / 2**shift, x / 2**shift, y / 2**shift) == pytest.approx(
        (FOCAL_PX / 96, 0.5, 0.5)
    )
    assert struct.unpack(">I", found[1][16:]) == (0,)  # the left camera is the origin
    assert struct.unpack(">Ii", found[2][16:]) == (1, 64_000)  # micrometres to the right
    assert struct.unpack(">i", found[3][16:]) == (0,)


def test_each_view_has_its_own_camera(heic):
    table = children(heic, b"meta", b"iprp", b"ipma")
    first = len(list(read_boxes(children(heic, b"meta", b"iprp", b"ipco")))) - 3
    assert (table[0], table[3] & 1) == (0, 0)
    position, held = 8, []
    for _ in range(struct.unpack_from(">I", table, 4)[0]):
        count = table[position + 2]
        held.append(list(table[position + 3 : position + 3 + count]))
        position += 3 + count
    assert position == len(table)
    assert held[0][-3:] == [first, first + 1, first + 3]
    assert held[1][-3:] == [first, first + 2, first + 3]


def test_wide_indices_and_wide_ids_are_kept_wide():
    wide = struct.pack(">BBBB I IBH", 1, 0, 0, 1, 1, 7, 1, 0x8003)
    assert add_associations(wide, {7: [4, 200]}) == struct.pack(
        ">BBBB I IBHHH", 1, 0, 0, 1, 1, 7, 3, 0x8003, 4, 200
    )
    narrow = struct.pack(">BBBB I HBB", 0, 0, 0, 0, 1, 7, 1, 0x83)
    with pytest.raises(BoxError, match="too many"):
        add_associations(narrow, {7: [128]})


def test_only_offsets_into_the_file_move():
    # Version 1, 4-byte offsets and lengths, 4-byte base: one item by extent, one by base, one
    # inside meta.
    head = struct.pack(">BBBBBBH", 1, 0, 0, 0, 0x44, 0x40, 3)
    item = ">HHHIHII"

    def table(offset, base):
        return (
            head
            + struct.pack(item, 1, 0, 0, 0, 1, offset, 9)
            + struct.pack(item, 2, 0, 0, base, 1, 5, 9)
            + struct.pack(item, 3, 1, 0, 0, 1, 40, 9)
        )

    assert move_items(table(100, 300), 11) == table(111, 311)


def test_other_files_are_refused(heic):
    with pytest.raises(BoxError, match="cut off"):
        mark_as_stereo(heic[:-3], [])
    with pytest.raises(BoxError, match="no box b'meta'"):
        mark_as_stereo(heic[: heic[3]], [])  # the file type box alone
    single = pillow_heif.HeifFile()
    single.add_frombytes("RGB", (64, 64), bytes(64 * 64 * 3))
    out = io.BytesIO()
    single.save(out)
    with pytest.raises(BoxError, match="two pictures, got 1"):
        mark_as_stereo(out.getvalue(), [])


def test_without_the_encoder_it_is_refused_at_the_door(monkeypatch, tmp_path):
    monkeypatch.setattr("spatial.formats.spatial_heic.find_spec", lambda _: None)
    assert not FORMATS["spatial_heic"].available()
    assert "spatial_heic" not in all_formats()

    def encode(*_):
        pytest.fail("encoded before the refusal")

    monkeypatch.setattr("spatial.formats.encode.encode_jpeg", encode)
    with pytest.raises(FormatError, match=r"pip install spatial-photo\[heic\]"):
        write_formats(make_result(), tmp_path, created=CREATED, formats=["sbs", "spatial_heic"])
    assert not list(tmp_path.iterdir())
    with pytest.raises(FormatError, match="choose MPO"):
        encode_spatial_heic(make_result())
