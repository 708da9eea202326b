import os
from pathlib import Path

import numpy as np
import pytest
from picture_files import HEIGHT, LOSSLESS, WIDTH, assert_close, corners, encode, exif_bytes, png
from PIL import ExifTags, Image

from spatial.photo import MAX_FILE_BYTES, MAX_PIXELS, PhotoError, load_photo


def test_missing_folder_and_unreadable_paths(tmp_path):
    with pytest.raises(PhotoError, match=r"nowhere.jpg does not exist; check the path"):
        load_photo(tmp_path / "nowhere.jpg")
    with pytest.raises(PhotoError, match="is a folder; give the photo files in it"):
        load_photo(str(tmp_path))
    with pytest.raises(PhotoError, match=r"cannot be read .*; check the path"):
        load_photo(tmp_path / ("x" * 3000))
    with pytest.raises(PhotoError, match=r"cannot be read .*null.*; check the path"):
        load_photo("a\0b.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(PhotoError, match="is not an ordinary file"):
        load_photo(tmp_path / "pipe.jpg")


def test_no_permission(tmp_path, monkeypatch):
    path = tmp_path / "private.jpg"
    path.write_bytes(b"x")

    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(PhotoError, match=r"private.jpg' cannot be read \(Permission denied\)"):
        load_photo(path)


def test_size_of_a_file_is_checked_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "huge.jpg"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    monkeypatch.delattr(Path, "read_bytes")
    with pytest.raises(PhotoError, match=r"huge.jpg has 64.0 MB, at most 64 MB .* save it smaller"):
        load_photo(path)


def test_empty_and_foreign_files(tmp_path):
    path = tmp_path / "notes.jpg"
    path.write_bytes(b"")
    with pytest.raises(PhotoError, match=r"notes.jpg is empty \(0 bytes\); copy it again"):
        load_photo(path)
    path.write_text("Dear diary, this is not a photo")
    with pytest.raises(
        PhotoError,
        match=r"^notes.jpg is not a photo that can be read; supported are JPEG, PNG, WebP",
    ):
        load_photo(path)
    with pytest.raises(PhotoError, match=r"clip.ico is not a photo .*HEIC"):
        load_photo(encode(corners(), "ICO"), name="clip.ico")
    with pytest.raises(PhotoError, match="the photo is not a photo"):
        load_photo(b"\xff")


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"II*\0",
        b"II+\0",
        b"BM",
        b"GIF89a",
        b"RIFF1234WEBP",
    ],
)
def test_no_byte_of_a_file_is_told(start):
    with pytest.raises(PhotoError) as refusal:
        load_photo(start + b"SECRETSECRETSECRET" * 9)
    assert "SEC" not in str(refusal.value)
    assert "b'" not in str(refusal.value)


@pytest.mark.parametrize(
    "name", ["bo\nat.png", "bo\x1b[2Jat.png", "bo\u202eat\u2028.png", "b/\0/boat.png"]
)
def test_no_invisible_character_gets_into_a_name(name):
    assert load_photo(encode(corners(), "PNG"), name=name).name.replace("[2J", "") == "boat.png"


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "AVIF", "HEIF"])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_truncated_files(file_format, share):
    noise = np.random.default_rng(7).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    data = encode(noise, file_format)
    with pytest.raises(PhotoError, match=r"cut.xyz is damaged or incomplete \(.+\); copy it again"):
        load_photo(data[: max(14, int(len(data) * share))], name="cut.xyz")


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "AVIF", "HEIF"])
def test_damage_is_a_photo_or_a_photo_error(file_format):
    rng = np.random.default_rng(11)
    data = encode(corners(), file_format, exif=exif_bytes(6, base={ExifTags.Base.Make: "Maker"}))
    for _ in range(25):
        damaged = bytearray(data)
        for place in rng.integers(0, len(data), 6):
            damaged[place] = rng.integers(0, 256)
        try:
            photo = load_photo(bytes(damaged))
        except PhotoError:
            continue
        assert photo.rgb.dtype == np.uint8


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ((1, 1), "is 1 x 1 pixels, the shorter side needs at least 64; take a larger version"),
        ((63, 200), "is 63 x 200 pixels, the shorter side needs at least 64"),
        ((64, 513), r"is 64 x 513 pixels \(8.0:1\), at most 8:1 is converted; crop it"),
        ((900, 70), r"is 900 x 70 pixels \(12.9:1\), at most 8:1"),
    ],
)
def test_small_and_narrow_photos(size, message):
    with pytest.raises(PhotoError, match=message):
        load_photo(encode(Image.new("RGB", size), "PNG"))


@pytest.mark.parametrize("size", [(64, 64), (64, 512)])
def test_smallest_and_narrowest_photo(size):
    assert load_photo(encode(Image.new("RGB", size), "PNG")).rgb.shape == (size[1], size[0], 3)


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (10_001, 10_000)])
def test_pixels_are_counted_before_decoding(width, height):
    bomb = png(width, height, bit_depth=8, colour_type=2, rows=bytes(1000))
    with pytest.raises(
        PhotoError, match=rf"is {width} x {height} pixels .*at most 100 are .*scale"
    ):
        load_photo(bomb)


def test_pillows_own_limit_does_not_interfere():
    assert Image.MAX_IMAGE_PIXELS is not None
    assert Image.MAX_IMAGE_PIXELS < MAX_PIXELS  # 89 megapixels
    cut_off = png(10_000, 9_900, bit_depth=8, colour_type=0, rows=bytes(10))
    with pytest.raises(PhotoError, match="damaged"):
        load_photo(cut_off)


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "TIFF", "AVIF"])
def test_first_picture_of_an_animation(file_format):
    first, second = Image.fromarray(corners()), Image.new("RGB", (WIDTH, HEIGHT))
    options = LOSSLESS if file_format == "WEBP" else {}
    data = encode(first, file_format, save_all=True, append_images=[second], **options)
    assert_close(load_photo(data).rgb, corners(), 14)
