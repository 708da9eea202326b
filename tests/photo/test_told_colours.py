"""Colours that a file names without an ICC profile: what it names decides what is seen."""

import io
import struct
import zlib

import cv2
import numpy as np
import pillow_heif
import pytest
from picture_files import (
    HEIGHT,
    WIDTH,
    encode,
    exif_bytes,
    insert_chunk,
    pq_avif,
    pq_heic,
    pq_png,
)
from PIL import Image
from stereo_scene import second_of, stereo_views
from test_colour_profiles import adobe_rgb_profile

from spatial.boxes import Box, find, read_boxes
from spatial.formats.spatial_heic import mark_as_stereo
from spatial.photo import load_photo
from spatial.photo.colour_spaces import profile_of_codes

P3_TO_SRGB = np.array(  # both with D65, so that white stays white
    [[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]]
)


def patch():
    """Muted colours, over the levels from dark to light."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    grey = 70 + 120 * columns / (WIDTH - 1)
    tint = 50 * np.sin(rows / 9.0)
    return np.stack([grey + tint, grey, grey - tint], axis=-1).round().astype(np.uint8)


def to_linear(rgb):
    level = rgb / 255.0
    return np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)


def to_levels(linear):
    linear = np.clip(linear, 0, 1)
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def as_p3():
    """Return the levels that show ``patch`` in Display P3."""
    return to_levels(to_linear(patch()) @ np.linalg.inv(P3_TO_SRGB).T).round().astype(np.uint8)


def png_with(rgb, *chunks):
    data = encode(rgb, "PNG")
    for kind, body in chunks:
        data = insert_chunk(data, kind, body)
    return data


def pq(nits):
    root = (np.asarray(nits) / 10_000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * root) / (1 + 18.6875 * root)) ** 78.84375


def difference(data):
    return np.abs(load_photo(data).rgb.astype(int) - patch()).mean()


CICP_P3 = (b"cICP", bytes((12, 13, 0, 1)))
LINEAR = (b"gAMA", struct.pack(">I", 100_000))


@pytest.mark.parametrize(
    ("file_format", "space"),
    [("JPEG", 2), ("WEBP", 2), ("TIFF", 2), ("JPEG", 65535), ("WEBP", 65535)],
)
def test_adobe_rgb_told_by_exif(file_format, space):
    adobe = to_adobe(patch())
    exif = exif_bytes(camera={0xA001: space}, interop="R03")
    options = {"JPEG": {"quality": 98, "subsampling": 0}, "WEBP": {"lossless": True}}
    data = encode(adobe, file_format, exif=exif, **options.get(file_format, {}))
    assert difference(data) <= 2
    plain = encode(adobe, file_format, **options.get(file_format, {}))
    assert difference(plain) > 3


def to_adobe(rgb):
    from PIL import ImageCms  # noqa: PLC0415

    profile = ImageCms.ImageCmsProfile(io.BytesIO(adobe_rgb_profile()))
    srgb = ImageCms.createProfile("sRGB")
    return np.asarray(ImageCms.profileToProfile(Image.fromarray(rgb), srgb, profile))


def test_an_uncalibrated_space_without_its_name_is_srgb():
    data = encode(patch(), "WEBP", lossless=True, exif=exif_bytes(camera={0xA001: 65535}))
    assert difference(data) == 0


def test_display_p3_in_png():
    assert difference(png_with(as_p3())) > 3
    assert difference(png_with(as_p3(), CICP_P3)) <= 1


def test_what_counts_first_in_png():
    linear = (to_linear(patch()) * 255).round().astype(np.uint8)
    assert difference(png_with(linear, LINEAR)) <= 2
    assert difference(png_with(patch(), (b"sRGB", b"\0"), LINEAR)) == 0
    assert difference(png_with(as_p3(), LINEAR, CICP_P3)) <= 1
    icc = b"x\0\0" + zlib.compress(adobe_rgb_profile())
    assert difference(png_with(as_p3(), (b"iCCP", icc), CICP_P3)) <= 1
    assert difference(png_with(to_adobe(patch()), (b"iCCP", icc), LINEAR)) <= 1


@pytest.mark.parametrize(
    "chunks",
    [
        [(b"gAMA", struct.pack(">I", 45_455))],
        [(b"gAMA", bytes(4))],
        [(b"cHRM", bytes(32))],
        [(b"cICP", bytes((1, 13, 0, 1)))],
        [(b"cICP", bytes((77, 99, 0, 1)))],
        [(b"cICP", b"\x0c")],
    ],
)
def test_srgb_and_nonsense_change_nothing(chunks):
    assert difference(png_with(patch(), *chunks)) == 0


def test_primaries_in_png():
    primaries = (31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000)
    chunks = [(b"cHRM", struct.pack(">8I", *primaries)), (b"gAMA", struct.pack(">I", 45_455))]
    assert difference(png_with(as_p3(), *chunks)) <= 1


def with_nclx(data, primaries, transfer):
    """Change the colour box of a HEIF or AVIF file."""
    boxes = list(read_boxes(data))
    at = data.index(b"colrnclx") + 8
    assert boxes[find(boxes, b"meta")]
    told = struct.pack(">HH", primaries, transfer)
    return data[:at] + told + data[at + 4 :]


def heif(rgb):
    file = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(rgb)).save(file, quality=-1, chroma=444)
    return file.getvalue()


def avif(rgb):
    return encode(rgb, "AVIF", quality=100, subsampling="4:4:4")


@pytest.mark.parametrize("write", [heif, avif])
def test_display_p3_in_boxes(write):
    assert difference(with_nclx(write(as_p3()), 1, 13)) > 3
    assert difference(with_nclx(write(as_p3()), 12, 13)) <= 2
    assert difference(with_nclx(write(patch()), 1, 1)) <= 1  # video's curve, as browsers show it


def ramp():
    grey = np.linspace(30, 235, WIDTH).round().astype(np.uint8)
    return np.repeat(np.tile(grey, (HEIGHT, 1))[..., None], 3, axis=2)


@pytest.mark.parametrize("write", [heif, avif, png_with])
@pytest.mark.parametrize("transfer", [16, 18])
def test_high_dynamic_range_is_mapped_to_the_screen(write, transfer):
    nits = 203 * to_linear(ramp())
    scene = (nits / 1000) ** (1 / 1.2)
    bright = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    hlg = np.where(scene <= 1 / 12, np.sqrt(3 * scene), bright)
    levels = (255 * (pq(nits) if transfer == 16 else hlg)).round().astype(np.uint8)
    told = (b"cICP", bytes((9, transfer, 0, 1)))
    is_png = write is png_with
    data = png_with(levels, told) if is_png else with_nclx(write(levels), 9, transfer)
    rgb = load_photo(data).rgb.astype(int)
    assert rgb.std() >= 40
    middle = slice(WIDTH // 4, 3 * WIDTH // 4)
    assert np.abs(rgb - ramp())[:, middle].mean() <= 6
    assert np.abs(rgb - ramp()).max() <= 30  # the brightest make room for what is brighter
    assert (np.diff(rgb[0, :, 1]) >= 0).all()
    assert len(np.unique(rgb)) > 60


def test_a_curve_of_light_never_falls():
    for transfer in (16, 18):
        data = profile_of_codes(9, transfer)
        at = data.index(b"curv") + 12
        curve = np.frombuffer(data, ">u2", 4096, at).astype(int)
        assert (np.diff(curve) >= 0).all()
        assert curve[0] == 0
        assert curve[-1] == 65535


def deep_pq():
    """A dark ramp in PQ with 16 bit, and the levels that show it in sRGB."""
    nits = np.linspace(2.0, 20.0, 1024)[None, :, None].repeat(128, 0).repeat(3, 2)
    return np.rint(pq(nits) * 65535).astype(np.uint16), to_levels(nits / 203)


@pytest.mark.parametrize("write", [pq_png, pq_avif, pq_heic])
def test_high_range_is_mapped_at_the_depth_of_the_file(write):
    levels, wanted = deep_pq()
    assert_no_level_is_left_out(load_photo(write(levels)).rgb, wanted)


def assert_no_level_is_left_out(rgb, wanted):
    assert np.abs(rgb[..., 1] - wanted[..., 1]).mean() < 1
    assert np.unique(rgb[..., 1]).size > np.ptp(wanted[..., 1]) - 4


def test_so_are_both_views_of_a_stereo_heic():
    smooth = [cv2.GaussianBlur(v.astype(np.float32), (0, 0), 0.7) for v in stereo_views()]
    nits = [1.0 + 60.0 * view[..., 1:2].repeat(3, 2) / 255 for view in smooth]
    heic = pq_heic(*(np.rint(pq(view) * 65535).astype(np.uint16) for view in nits))
    photo = load_photo(mark_as_stereo(heic, [Box(type=b"free", content=b"")] * 4))
    for rgb, view in ((photo.rgb, nits[0]), (second_of(photo).rgb, nits[1])):
        assert_no_level_is_left_out(rgb, to_levels(view / 203))
