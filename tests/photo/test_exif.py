import struct

import cv2
import numpy as np
import pytest
from picture_files import HEIGHT, ORIENTATION, STORED_AS, WIDTH, corners, encode, exif_bytes
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from spatial.formats import encode_jpeg
from spatial.photo import PhotoError, load_photo


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("file_format", ["JPEG", "HEIF", "TIFF"])
def test_focal_length_from_35_mm_equivalent(file_format, orientation):
    tags = {ExifTags.Base.FocalLengthIn35mmFilm: 26}
    stored = STORED_AS[orientation](corners())
    photo = load_photo(encode(stored, file_format, exif=exif_bytes(orientation, camera=tags)))
    assert photo.focal_px == pytest.approx(26 * 120 / 43.2666, rel=1e-5)  # diagonal of 96 x 72: 120


def focal(camera):
    return load_photo(encode(corners(), "JPEG", exif=exif_bytes(camera=camera))).focal_px


def test_focal_length_from_sensor_resolution():
    tags = {
        ExifTags.Base.FocalLength: IFDRational(50, 1),
        ExifTags.Base.FocalPlaneXResolution: IFDRational(1920, 10),
        ExifTags.Base.FocalPlaneResolutionUnit: 3,  # cm: 19.2 pixels per mm
        ExifTags.Base.ExifImageWidth: 192,
        ExifTags.Base.ExifImageHeight: 144,  # the photo was scaled to half
    }
    assert focal(tags) == pytest.approx(50 * 19.2 / 2)
    inch = {**tags, ExifTags.Base.FocalPlaneResolutionUnit: 2}
    assert focal(inch) == pytest.approx(50 * 192 / 25.4 / 2)


@pytest.mark.parametrize(
    "tags",
    [
        {ExifTags.Base.FocalLengthIn35mmFilm: 0},
        {ExifTags.Base.FocalLength: IFDRational(5, 1)},
        {
            ExifTags.Base.FocalLength: IFDRational(0, 0),
            ExifTags.Base.FocalPlaneXResolution: IFDRational(9, 1),
        },
    ],
)
def test_unknown_focal_length(tags):
    assert focal(tags) is None


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF"])
def test_place_and_thumbnail_go_camera_and_time_stay(file_format):
    data = encode(
        corners(),
        file_format,
        exif=exif_bytes(
            3,
            base={ExifTags.Base.Make: "Maker", ExifTags.Base.Copyright: "someone"},
            camera={
                ExifTags.Base.DateTimeOriginal: "2024:05:06 07:08:09",
                ExifTags.Base.LensModel: "24 mm",
                ExifTags.Base.FocalLengthIn35mmFilm: 24,
                ExifTags.Base.MakerNote: b"secret",
                ExifTags.Base.ExifImageWidth: WIDTH,
            },
            gps={ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: (48.0, 51.0, 30.0)},
        ),
    )
    exif = Image.Exif()
    exif.load(load_photo(data).exif)
    assert set(exif) == {
        ORIENTATION,
        ExifTags.Base.Make,
        ExifTags.Base.Copyright,
        ExifTags.IFD.Exif,
    }
    assert exif[ORIENTATION] == 1
    assert exif.get_ifd(ExifTags.IFD.Exif) == {
        ExifTags.Base.DateTimeOriginal: "2024:05:06 07:08:09",
        ExifTags.Base.LensModel: "24 mm",
        ExifTags.Base.FocalLengthIn35mmFilm: 24,
    }
    assert not exif.get_ifd(ExifTags.IFD.GPSInfo)


def test_the_place_is_held_apart_from_the_rest():
    place = {ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: (48.0, 51.0, 30.0)}
    base = {ExifTags.Base.Make: "Maker"}
    photo = load_photo(encode(corners(), "JPEG", exif=exif_bytes(3, base=base, gps=place)))
    exif = Image.Exif()
    exif.load(photo.exif_with_gps)
    assert exif.get_ifd(ExifTags.IFD.GPSInfo) == place
    assert (exif[ExifTags.Base.Make], exif[ORIENTATION]) == ("Maker", 1)
    exif.load(photo.exif)
    assert not exif.get_ifd(ExifTags.IFD.GPSInfo)
    assert exif[ExifTags.Base.Make] == "Maker"
    nowhere = load_photo(encode(corners(), "JPEG", exif=exif_bytes(1, base=base)))
    assert (nowhere.exif_with_gps, bool(nowhere.exif)) == (b"", True)


def test_floating_point_pixels_are_not_called_damage():
    _, tiff = cv2.imencode(".tif", np.zeros((HEIGHT, WIDTH, 3), np.float32))
    with pytest.raises(
        PhotoError, match=r"RGB in floating point, .* export it as RGB with 8 or 16 bit"
    ):
        load_photo(tiff.tobytes())


def test_damaged_exif_is_ignored_and_logged(caplog):
    data = encode(corners(), "PNG", exif=b"Exif\0\0this is no EXIF block")
    photo = load_photo(data, name="odd.png")
    assert np.array_equal(photo.rgb, corners())
    assert photo.exif == b""
    assert "odd.png: its EXIF data are damaged" in caplog.text


LATIN_1, UTF_8 = "J\u00fcrgen".encode("latin-1"), "\u65e5\u672c \u00a9 2024".encode()


def with_texts(order, *, comment=b"short", wrong=False):
    """An EXIF block by hand: texts outside ASCII, a comment, a date and a lens."""

    def directory(entries, start):
        table, values = struct.pack(order + "H", len(entries)), b""
        after = start + 2 + 12 * len(entries) + 4
        for tag, kind, count, value in entries:
            field = value.ljust(4, b"\0")
            if len(value) > 4:
                field = struct.pack(order + "I", after + len(values))
                values += value + bytes(len(value) % 2)
            table += struct.pack(order + "HHI", tag, kind, count) + field
        return table + bytes(4) + values

    def text(tag, value):
        return tag, 2, len(value) + 1, value + b"\0"

    camera = [
        text(0x9003, b"2024:05:06 07:08:09"),
        (0x9286, 7, len(comment), comment),
        (0xA405, 3, 1, struct.pack(order + "H", 24)),
        text(0xA434, UTF_8),
    ]
    picture = [text(0x010E, UTF_8), text(0x013B, LATIN_1), (0x8769, 4, 1, b"")]
    if wrong:
        picture.insert(0, (0x010D, 99, 7, b"odd"))
    at = 8 + len(directory(picture, 8))
    picture[-1] = (0x8769, 4, 1, struct.pack(order + "I", at))
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8)
    return b"Exif\0\0" + head + directory(picture, 8) + directory(camera, at)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_text_outside_ascii_keeps_its_bytes(file_format, order):
    photo = load_photo(encode(corners(), file_format, exif=with_texts(order)))
    for text in (LATIN_1, UTF_8):
        assert text + b"\0" in photo.exif
    assert photo.exif.count(UTF_8) == 2
    exif = Image.Exif()
    exif.load(photo.exif)
    assert exif.get_ifd(ExifTags.IFD.Exif)[0x9003] == "2024:05:06 07:08:09"
    assert photo.notes == ()


@pytest.mark.parametrize("file_format", ["WEBP", "PNG", "AVIF"])
def test_one_value_that_is_too_long_goes_alone(file_format):
    block = with_texts(">", comment=b"ASCII\0\0\0" + b"x" * 90_000)
    photo = load_photo(encode(corners(), file_format, exif=block))
    assert len(photo.exif) < 65_000
    assert photo.notes == ("a value of 90008 bytes in its EXIF data is not kept",)
    exif = Image.Exif()
    exif.load(photo.exif)
    camera = exif.get_ifd(ExifTags.IFD.Exif)
    assert (camera[0x9003], camera[0xA405]) == ("2024:05:06 07:08:09", 24)
    assert 0x9286 not in camera
    assert photo.focal_px == pytest.approx(24 * 120 / 43.2666, rel=1e-5)


def test_a_value_of_no_known_type_goes_alone():
    photo = load_photo(encode(corners(), "WEBP", exif=with_texts("<", wrong=True)))
    assert LATIN_1 in photo.exif


def test_writers_take_what_is_kept():
    photo = load_photo(encode(corners(), "JPEG", exif=with_texts("<")))
    again = load_photo(encode_jpeg(photo.rgb, quality=90, exif=photo.exif))
    assert again.exif == photo.exif
