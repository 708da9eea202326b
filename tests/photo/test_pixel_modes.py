import numpy as np
import pytest
from picture_files import (
    HEIGHT,
    LOSSLESS,
    WIDTH,
    assert_close,
    corners,
    encode,
    grey_corners,
    png,
    with_alpha,
)
from PIL import Image

from spatial.photo import PhotoError, load_photo


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "JPEG", "BMP"])
def test_grey(file_format):
    photo = load_photo(encode(grey_corners(), file_format))
    assert_close(photo.rgb, np.repeat(grey_corners()[..., None], 3, 2), 4)


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "BMP"])
def test_bilevel(file_format):
    bits = np.zeros((HEIGHT, WIDTH), bool)
    bits[:24, :64] = True
    photo = load_photo(encode(Image.fromarray(bits), file_format))
    assert np.array_equal(photo.rgb, np.repeat(bits[..., None], 3, 2) * np.uint8(255))


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "BMP"])
def test_palette(file_format):
    palette = Image.fromarray(corners()).convert("P", palette=Image.Palette.ADAPTIVE)
    assert_close(load_photo(encode(palette, file_format)).rgb, corners(), 2)


@pytest.mark.parametrize(
    ("file_format", "options"), [("PNG", {}), ("WEBP", {**LOSSLESS, "exact": True}), ("TIFF", {})]
)
def test_alpha_is_laid_on_white(file_format, options):
    rgba, expected = with_alpha()
    assert_close(load_photo(encode(rgba, file_format, **options)).rgb, expected, 1)


def test_grey_alpha_and_transparent_palette_are_laid_on_white():
    rgba, _ = with_alpha()
    grey = Image.fromarray(rgba).convert("LA")
    photo = load_photo(encode(grey, "PNG"))
    assert photo.rgb[5, 5].tolist() == [grey_corners()[5, 5]] * 3
    assert photo.rgb[-5, 5].tolist() == [255, 255, 255]
    palette = Image.fromarray(corners()).convert("P", palette=Image.Palette.ADAPTIVE)
    data = encode(palette, "PNG", transparency=palette.getpixel((5, HEIGHT - 5)))
    assert load_photo(data).rgb[-5, 5].tolist() == [255, 255, 255]
    assert_close(load_photo(data).rgb[:24], corners()[:24], 2)


@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_16_bit_grey_is_scaled_not_clipped(file_format):
    deep = np.full((HEIGHT, WIDTH), 200 * 257, np.uint16)
    deep[:, :64] = 3 * 257 + 120  # rounds to 3
    deep[:24] = 65535
    rgb = load_photo(encode(deep, file_format)).rgb
    assert [rgb[5, 5, 0], rgb[-5, 5, 0], rgb[-5, -5, 0]] == [255, 3, 200]


def test_16_bit_colour_png():
    deep = corners().astype(">u2") * np.array(257, ">u2")
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in deep)
    data = png(WIDTH, HEIGHT, bit_depth=16, colour_type=2, rows=rows)
    assert np.array_equal(load_photo(data).rgb, corners())


def test_float_and_integer_grey_tiff():
    share = grey_corners().astype(np.float32) / 255
    assert np.array_equal(load_photo(encode(share, "TIFF")).rgb[..., 1], grey_corners())
    whole = grey_corners().astype(np.int32) * 257
    assert np.array_equal(load_photo(encode(whole, "TIFF")).rgb[..., 2], grey_corners())
    too_bright = np.where(share > 0.5, np.float32(219), np.float32(0))
    with pytest.raises(
        PhotoError, match=r"depth.tif has grey values from 0 to 219, expected 0 to 1"
    ):
        load_photo(encode(too_bright, "TIFF"), name="depth.tif")
    share[3, 3] = np.nan
    with pytest.raises(PhotoError, match="nan"):
        load_photo(encode(share, "TIFF"))


def test_ycbcr_tiff():
    data = encode(
        Image.fromarray(corners()).convert("YCbCr"), "TIFF", compression="jpeg", quality=95
    )
    assert_close(load_photo(data).rgb, corners(), 4)


@pytest.mark.parametrize("file_format", ["JPEG", "TIFF"])
def test_cmyk_without_profile(file_format):
    data = encode(Image.fromarray(corners()).convert("CMYK"), file_format)
    assert_close(load_photo(data).rgb, corners(), 4)


def test_lab_tiff():
    lab = Image.new("LAB", (WIDTH, HEIGHT), (255, 128, 128))
    lab.paste((137, 128, 128), (0, 0, 64, 24))  # L* = 53.7: grey 129 in sRGB
    rgb = load_photo(encode(lab, "TIFF")).rgb
    assert np.abs(rgb[5, 5].astype(int) - 129).max() <= 2
    assert rgb[-5, -5].min() >= 254
