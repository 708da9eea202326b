import struct

import numpy as np
import pytest
from picture_files import HEIGHT, LOSSLESS, WIDTH, assert_close, corners, encode, with_alpha
from PIL import Image, ImageCms

from spatial.photo import load_photo

ADOBE_RGB_TO_XYZ_D50 = np.array(
    [[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322], [0.01947, 0.06087, 0.74457]]
)
SRGB_TO_XYZ_D50 = np.array(
    [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]]
)
ADOBE_GAMMA = 563 / 256


def icc_profile(tags, *, device_class, space, connection):
    """Return ICC version 2 profile bytes (ICC.1:2001-04) with the given tags and the obligatory
    ones.
    """
    tags = {
        "desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78),
        "cprt": b"text\0\0\0\0none\0",
        "wtpt": xyz(0.9642, 1.0, 0.8249),
        **tags,
    }
    table, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += name.encode() + struct.pack(">II", start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    size = start + len(body)
    header = struct.pack(">I4sI", size, b"lcms", 0x02100000) + (device_class + space + connection)
    header += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    header += struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def xyz(x, y, z):
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(v * 65536) for v in (x, y, z)))


def adobe_rgb_profile():
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(ADOBE_GAMMA * 256))
    tags = {f"{c}XYZ": xyz(*ADOBE_RGB_TO_XYZ_D50[:, i]) for i, c in enumerate("rgb")}
    tags |= {f"{c}TRC": curve for c in "rgb"}
    return icc_profile(tags, device_class=b"mntr", space=b"RGB ", connection=b"XYZ ")


def black_only_cmyk_profile():
    """A press whose cyan, magenta and yellow leave no trace: L* = 100 (1 - k)."""
    identity = bytes(range(256))
    table = b"".join(bytes([255 * (1 - corner % 2), 128, 128]) for corner in range(16))  # K fastest
    matrix = struct.pack(">9i", *(round(v * 65536) for v in np.eye(3).ravel()))
    lut = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + matrix + identity * 4 + table + identity * 3
    return icc_profile({"A2B0": lut}, device_class=b"prtr", space=b"CMYK", connection=b"Lab ")


def adobe_rgb_as_srgb(rgb):
    xyz_d50 = (rgb / 255.0) ** ADOBE_GAMMA @ ADOBE_RGB_TO_XYZ_D50.T
    linear = np.clip(xyz_d50 @ np.linalg.inv(SRGB_TO_XYZ_D50).T, 0, 1)
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_wide_gamut_colours_become_srgb(file_format):
    expected = adobe_rgb_as_srgb(corners())
    assert np.abs(expected - corners()).max() > 20
    options = {"JPEG": {"quality": 95}, "WEBP": LOSSLESS, "AVIF": {"quality": 95}}
    options = options.get(file_format, {})
    data = encode(corners(), file_format, icc_profile=adobe_rgb_profile(), **options)
    lossy = file_format in ("JPEG", "AVIF")
    assert_close(load_photo(data).rgb, expected, 6 if lossy else 2)


def test_profile_and_transparency_together():
    rgba, _ = with_alpha()
    rgb = load_photo(encode(rgba, "PNG", icc_profile=adobe_rgb_profile())).rgb
    assert np.abs(rgb[:16, :48] - adobe_rgb_as_srgb(corners())[:16, :48]).max() <= 2
    assert rgb[-5, 5].tolist() == [255, 255, 255]


def test_palette_with_profile():
    palette = Image.fromarray(corners()).convert("P", palette=Image.Palette.ADAPTIVE)
    rgb = load_photo(encode(palette, "PNG", icc_profile=adobe_rgb_profile())).rgb
    assert_close(rgb, adobe_rgb_as_srgb(corners()), 3)


def test_srgb_profile_changes_nothing():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.array_equal(load_photo(encode(corners(), "PNG", icc_profile=srgb)).rgb, corners())


@pytest.mark.parametrize("file_format", ["JPEG", "TIFF"])
def test_cmyk_profile_is_used(file_format):
    cyan = Image.new("CMYK", (WIDTH, HEIGHT), (255, 0, 0, 0))
    cyan.paste((0, 0, 0, 255), (0, 0, 64, 24))
    rgb = load_photo(encode(cyan, file_format, icc_profile=black_only_cmyk_profile())).rgb
    assert rgb[5, 5].max() <= 4
    assert rgb[-5, -5].min() >= 251


@pytest.mark.parametrize("profile", [b"not a profile", adobe_rgb_profile()[:200]])
def test_broken_profile_is_ignored_and_logged(profile, caplog):
    photo = load_photo(encode(corners(), "TIFF", icc_profile=profile), name="odd.tif")
    assert np.array_equal(photo.rgb, corners())
    assert "odd.tif: its colour profile is not used" in caplog.text


def test_profile_of_other_colours_is_ignored_and_logged(caplog):
    data = encode(corners(), "PNG", icc_profile=black_only_cmyk_profile())
    assert np.array_equal(load_photo(data).rgb, corners())
    assert "colour profile is not used" in caplog.text
