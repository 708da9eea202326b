import io
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from picture_files import (
    LOSSLESS,
    ORIENTATION,
    STORED_AS,
    assert_close,
    corners,
    encode,
    exif_bytes,
)
from PIL import Image

from spatial.photo import PHOTO_SUFFIXES, PhotoError, load_photo, photo_from_rgb

EXAMPLES = Path(__file__).parents[2] / "examples"

FORMATS = [
    ("JPEG", {"quality": 95}, 4),
    ("PNG", {}, 0),
    ("WEBP", LOSSLESS, 0),
    ("WEBP", {"quality": 95}, 12),
    ("TIFF", {}, 0),
    ("TIFF", {"compression": "tiff_lzw"}, 0),
    ("TIFF", {"compression": "jpeg", "quality": 95}, 4),
    ("BMP", {}, 0),
    ("AVIF", {"quality": 95}, 4),
    ("HEIF", {}, 4),
]


@pytest.mark.parametrize(("file_format", "options", "tolerance"), FORMATS)
def test_every_format_keeps_place_and_colour(file_format, options, tolerance):
    photo = load_photo(encode(corners(), file_format, **options))
    assert_close(photo.rgb, corners(), tolerance)
    assert photo.rgb.flags.writeable
    assert (photo.focal_px, photo.exif, photo.depth) == (None, b"", None)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_orientation_is_applied_once(file_format, orientation):
    stored = STORED_AS[orientation](corners())
    data = encode(stored, file_format, exif=exif_bytes(orientation))
    photo = load_photo(data)
    assert_close(photo.rgb, corners(), 14)
    assert Image.open(io.BytesIO(encode(photo.rgb, "PNG", exif=photo.exif))).getexif().get(
        ORIENTATION, 1
    ) in (1, None)


def test_path_gives_name_and_hash(tmp_path):
    path = tmp_path / "my.holiday.png"
    path.write_bytes(encode(corners(), "PNG"))
    photo = load_photo(path)
    assert photo.name == "my.holiday"
    assert photo.sha256 == sha256(path.read_bytes()).hexdigest()
    assert load_photo(str(path), name="other").name == "other"
    assert load_photo(path.read_bytes()).name == "photo"
    assert load_photo(path.read_bytes(), name="../../etc/passwd").name == "passwd"


def test_photo_from_rgb():
    turned = np.rot90(corners())  # not contiguous
    photo = photo_from_rgb(turned, name="array")
    assert np.array_equal(photo.rgb, turned)
    assert (photo.name, len(photo.sha256)) == ("array", 64)
    assert photo.sha256 == photo_from_rgb(turned.copy()).sha256
    zeros = np.zeros((64, 128, 3), np.uint8)
    assert photo_from_rgb(zeros).sha256 != photo_from_rgb(zeros.reshape(128, 64, 3)).sha256


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((80, 90, 4), np.uint8), r"uint8 \[H, W, 3\], got uint8 \[80, 90, 4\]"),
        (np.zeros((80, 90), np.uint8), r"got uint8 \[80, 90\]"),
        (np.zeros((80, 90, 3), np.float32), "got float32"),
        (np.zeros((10, 90, 3), np.uint8), "array is 90 x 10 pixels"),
        (np.zeros((0, 90, 3), np.uint8), "array is 90 x 0 pixels"),
    ],
)
def test_refused_arrays(array, message):
    with pytest.raises(PhotoError, match=message):
        photo_from_rgb(array, name="array")


def test_examples_load_and_their_licences_are_listed():
    listed = (EXAMPLES / "LICENSES.md").read_text()
    paths = [p for p in EXAMPLES.iterdir() if p.suffix in PHOTO_SUFFIXES]
    assert len(paths) >= 4
    for path in paths:
        assert path.stat().st_size < 400_000
        assert f"`{path.name}`" in listed
        assert min(load_photo(path).rgb.shape[:2]) >= 300
