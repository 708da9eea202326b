import io
import logging

import numpy as np
import pytest
from PIL import Image, JpegImagePlugin

from spatial.formats import FormatError, encode_jpeg, encode_png


def gradient(height_px=33, width_px=47):
    rows, columns = np.mgrid[:height_px, :width_px]
    return np.stack((rows * 5, columns * 4, (rows + columns) * 2), axis=-1).astype(np.uint8)


def make_exif():
    exif = Image.Exif()
    exif[0x0110] = "Camera 7"
    return exif.tobytes()


def read(data):
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def test_jpeg_keeps_colour_at_full_resolution():
    picture = read(encode_jpeg(gradient(), quality=95))
    assert JpegImagePlugin.get_sampling(picture) == 0
    assert np.abs(np.asarray(picture).astype(int) - gradient()).max() < 12


def test_quality_counts():
    assert len(encode_jpeg(gradient(), quality=95)) > len(encode_jpeg(gradient(), quality=50))


@pytest.mark.parametrize("cut", [0, 6])
def test_exif_is_carried_with_or_without_its_header(cut):
    data = encode_jpeg(gradient(), quality=90, exif=make_exif()[cut:])
    assert read(data).getexif()[0x0110] == "Camera 7"
    assert "jfif" in read(data).info


def test_too_much_exif_is_left_out_with_a_warning(caplog):
    with caplog.at_level(logging.WARNING):
        data = encode_jpeg(gradient(), quality=90, exif=make_exif() + bytes(70_000))
    assert not read(data).getexif()
    assert "too large" in caplog.text


def test_too_wide_for_a_jpeg():
    with pytest.raises(FormatError, match="choose half side-by-side"):
        encode_jpeg(np.zeros((2, 65_501, 3), np.uint8), quality=90)
    assert read(encode_jpeg(np.zeros((2, 65_500, 3), np.uint8), quality=90)).width == 65_500


def test_png_is_exact_in_colour_and_in_16_bit():
    assert np.array_equal(np.asarray(read(encode_png(gradient()))), gradient())
    deep = (gradient()[..., 0].astype(np.uint16) << 8) + 7
    assert np.array_equal(np.asarray(read(encode_png(deep))), deep)
