import logging

import numpy as np
import picture_files
import pytest
from picture_files import (
    GDEPTH,
    depth_sei,
    heic_with_depth,
    iphone_portrait,
    jpeg_with_dynamic_depth,
    jpeg_with_gdepth,
)
from picture_files import png as png_of
from PIL import ExifTags, Image

from spatial.geometry import to_nearness
from spatial.photo import load_photo
from spatial.photo.camera_depth import CameraDepthError, gdepth_scale, heif_scale
from spatial.photo.xmp import XmpError, read_xmp
from spatial.records import DepthKind, DepthSpace

RGB = np.random.default_rng(3).integers(0, 256, (96, 128, 3), dtype=np.uint8)
RAMP = np.tile(np.linspace(0, 255, 64).round().astype(np.uint8), (48, 1))  # larger to the right
RANGE = {"Near": "0.5", "Far": "4"}


def test_disparity_of_a_portrait_heic():
    photo = load_photo(heic_with_depth(RGB, RAMP, depth_sei(1.5, 4.375)))
    depth = photo.depth
    assert depth is not None
    assert photo.rgb.shape == RGB.shape
    assert (depth.space, depth.kind) == (DepthSpace.INVERSE_DEPTH, DepthKind.SCALE_INVARIANT)
    np.testing.assert_allclose(depth.values, 1.5 + RAMP / 255 * 2.875, atol=0.02)
    nearness = to_nearness(depth)
    assert nearness[:, -1].mean() > 0.9
    assert nearness[:, 0].mean() < 0.1


def test_a_second_picture_that_is_no_depth_is_none():
    assert load_photo(heic_with_depth(RGB, RAMP, b"").replace(b"auxid:2", b"auxid:9")).depth is None


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        (
            {"representation_type": 0, "z_near": 0.5, "z_far": 4.0},
            (0.25, 2.0, DepthSpace.INVERSE_DEPTH),
        ),
        (
            {"representation_type": 1, "d_min": -0.5, "d_max": 4.0},
            (-0.5, 4.0, DepthSpace.INVERSE_DEPTH),
        ),
        ({"representation_type": 2, "z_near": 0.5, "z_far": 4.0}, (0.5, 4.0, DepthSpace.DEPTH)),
    ],
)
def test_representations_of_heif(metadata, expected):
    assert heif_scale(metadata) == (*expected, DepthKind.SCALE_INVARIANT)


def test_without_limits_the_shift_is_open():
    assert heif_scale({"representation_type": 1}).kind is DepthKind.AFFINE_INVARIANT


@pytest.mark.parametrize(
    ("metadata", "named"),
    [
        ({"representation_type": 3}, "representation is 3"),
        ({"representation_type": 1, "d_min": 2.0, "d_max": 1.0}, "d_min, d_max are 2, 1"),
        ({"representation_type": 1, "d_min": 2.0, "d_max": float("nan")}, "d_max"),
    ],
)
def test_what_heif_cannot_mean(metadata, named):
    with pytest.raises(CameraDepthError, match=named):
        heif_scale(metadata)


@pytest.mark.parametrize("extended", [False, True])
def test_gdepth_range_inverse(extended):
    levels = np.random.default_rng(1).integers(0, 65536, (480, 640) if extended else (48, 64))
    levels = levels.astype(np.uint16)
    rgb = RGB.repeat(5, axis=0).repeat(5, axis=1)
    data = jpeg_with_gdepth(rgb, levels, extended=extended, Format="RangeInverse", **RANGE)
    depth = load_photo(data).depth
    assert depth is not None
    v = levels / 65535
    z = 4 * 0.5 / (4 - v * (4 - 0.5))  # as Google states it
    assert (depth.space, depth.kind) == (DepthSpace.INVERSE_DEPTH, DepthKind.METRIC)
    np.testing.assert_allclose(1 / depth.values, z, rtol=1e-5)


def test_gdepth_range_linear_in_millimetres():
    data = jpeg_with_gdepth(RGB, RAMP, Format="RangeLinear", Near="500", Far="4000", Units="mm")
    depth = load_photo(data).depth
    assert depth is not None
    assert (depth.space, depth.kind) == (DepthSpace.DEPTH, DepthKind.METRIC)
    np.testing.assert_allclose(depth.values, 0.5 + RAMP / 255 * 3.5, rtol=1e-5)


def test_both_codings_give_one_order():
    for coding in ("RangeInverse", "RangeLinear"):
        depth = load_photo(jpeg_with_gdepth(RGB, RAMP, Format=coding, **RANGE)).depth
        assert depth is not None
        nearness = to_nearness(depth)
        assert nearness[0, 0] > nearness[0, -1]


def test_an_unknown_unit_leaves_the_scale_open():
    assert gdepth_scale({**RANGE, "Units": "ft"}).kind is DepthKind.SCALE_INVARIANT


def test_depth_is_turned_with_the_photo():
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    photo = load_photo(jpeg_with_gdepth(RGB, RAMP, exif=exif.tobytes(), **RANGE))
    assert photo.rgb.shape[:2] == (128, 96)
    assert photo.depth is not None
    assert photo.depth.values.shape == (64, 48)
    assert photo.depth.values[0, 0] > photo.depth.values[-1, 0]  # right becomes bottom


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"Near": "4", "Far": "4"}, "0 < near < far"),
        ({"Near": "x", "Far": "4"}, "0 < near < far"),
        ({}, "0 < near < far"),
        ({**RANGE, "Format": "Other"}, "another than RangeInverse"),
        ({**RANGE, "extended": True, "lose_part": True}, "extended XMP"),
        ({**RANGE, "Model": "&oops;"}, "no XML"),
    ],
)
def test_damaged_depth_leaves_a_photo_and_a_reason(options, named, caplog):
    with caplog.at_level(logging.WARNING):
        photo = load_photo(jpeg_with_gdepth(RGB, RAMP, **options))
    assert photo.depth is None
    assert photo.rgb.shape == RGB.shape
    (told,) = caplog.messages
    assert named in told


XMP = b"http://ns.adobe.com/xap/1.0/\0"
EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_not_parsed(encoding):
    packet = f"<!DOCTYPE x [<!ENTITY a 'b'>]><x b='{GDEPTH}'>&a;</x>".encode(encoding)
    with pytest.raises(XmpError, match="document type"):
        read_xmp([("APP1", XMP + packet)], GDEPTH)


def test_xmp_is_read_up_to_a_size_and_a_number_of_properties():
    many = f"<x><!--{GDEPTH}-->".encode() + b"<a/>" * 20_001 + b"</x>"
    with pytest.raises(XmpError, match="more than 20000 properties"):
        read_xmp([("APP1", XMP + many)], GDEPTH)
    with pytest.raises(XmpError, match="more than 4 MB"):
        read_xmp([("APP1", EXTENSION + bytes(65_000))] * 62, GDEPTH)


@pytest.mark.parametrize(
    ("depth_px", "photo_px", "most"),
    [((20_000, 20_000), 6000, "24000000"), ((194, 192), 96, "36864")],
)
def test_depth_much_larger_than_the_photo_is_not_decoded(
    caplog, monkeypatch, depth_px, photo_px, most
):
    rgb = np.zeros((photo_px, photo_px, 3), np.uint8)
    bomb = png_of(*depth_px, bit_depth=8, colour_type=0, rows=b"")  # only its head is sound
    monkeypatch.setattr(picture_files, "encode_levels", lambda _: bomb)
    assert load_photo(jpeg_with_gdepth(rgb, RAMP, **RANGE)).depth is None
    assert f"{depth_px[0]} x {depth_px[1]} pixels, at most {most} are read" in caplog.text


# Dynamic Depth, and iPhone portraits in JPEG

TURNED = Image.Exif()
TURNED[ExifTags.Base.Orientation] = 6


@pytest.mark.parametrize("attributes", [False, True])
@pytest.mark.parametrize(
    ("units", "kind"), [("Meters", DepthKind.METRIC), ("Diopters", DepthKind.SCALE_INVARIANT)]
)
def test_dynamic_depth(units, kind, attributes):
    told = {"Format": "RangeInverse", "Units": units, **RANGE}
    depth = load_photo(jpeg_with_dynamic_depth(RGB, RAMP, attributes=attributes, **told)).depth
    assert depth is not None
    assert (depth.space, depth.kind) == (DepthSpace.INVERSE_DEPTH, kind)
    np.testing.assert_allclose(depth.values, 2 - RAMP / 255 * 1.75, rtol=1e-5)
    assert to_nearness(depth)[0, 0] > to_nearness(depth)[0, -1]  # dark is near


def test_what_the_camera_is_not_sure_of_is_unknown():
    sure = np.full(RAMP.shape, 200, np.uint8)
    sure[:9] = 0
    data = jpeg_with_dynamic_depth(RGB, RAMP, confidence=sure, exif=TURNED.tobytes(), **RANGE)
    depth = load_photo(data).depth
    assert depth is not None
    assert depth.valid.shape == (64, 48)
    assert not depth.valid[:, -9:].any()  # the top becomes the right side
    assert depth.valid[:, :-9].all()


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_portrait_in_a_multi_picture_file(order):
    range_ = {"FloatMinValue": "0.5", "FloatMaxValue": "3"}
    data = iphone_portrait(RGB, RAMP, order=order, exif=TURNED.tobytes(), **range_)
    photo = load_photo(data)
    assert photo.rgb.shape == (128, 96, 3)
    assert photo.depth is not None
    assert photo.depth.kind is DepthKind.SCALE_INVARIANT
    assert photo.depth.values.shape == (64, 48)
    np.testing.assert_allclose(photo.depth.values[0], 0.5, atol=0.05)
    np.testing.assert_allclose(photo.depth.values[-1], 3, atol=0.05)


def test_a_portrait_without_its_range_has_an_open_shift():
    depth = load_photo(iphone_portrait(RGB, RAMP)).depth
    assert depth is not None
    assert depth.kind is DepthKind.AFFINE_INVARIANT


@pytest.mark.parametrize("kind", ["portraiteffectsmatte", "urn:aux:hdrgainmap"])
def test_other_second_pictures_are_no_depth(kind, caplog):
    assert load_photo(iphone_portrait(RGB, RAMP, kind=kind)).depth is None
    assert not caplog.messages


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (jpeg_with_dynamic_depth(RGB, RAMP, DepthURI="elsewhere", **RANGE), "does not list"),
        (jpeg_with_dynamic_depth(RGB, RAMP, Near="4", Far="4"), "0 < near < far"),
        (jpeg_with_dynamic_depth(RGB, RAMP, **RANGE)[:-20], "not a photo that can be read"),
        (
            jpeg_with_dynamic_depth(RGB, RAMP, confidence=RAMP[:, :40], **RANGE),
            "its confidence is 40 x 48",
        ),
    ],
)
def test_damaged_dynamic_depth_leaves_a_photo_and_a_reason(data, named, caplog):
    photo = load_photo(data)
    assert photo.depth is None
    assert photo.rgb.shape == RGB.shape
    (told,) = caplog.messages
    assert named in told
    assert named in photo.notes[0]


def test_a_part_much_larger_than_the_photo_is_not_decoded(caplog):
    data = iphone_portrait(np.zeros((64, 64, 3), np.uint8), np.zeros((200, 200), np.uint8))
    assert load_photo(data).depth is None
    assert "200 x 200 pixels, at most 16384 are read" in caplog.text
