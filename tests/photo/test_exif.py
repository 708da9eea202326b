import cv2
import numpy as np
import pytest
from picture_files import HEIGHT, ORIENTATION, STORED_AS, WIDTH, corners, encode, exif_bytes
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

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
    with pytest.raises(PhotoError, match="such as floating point; export it with 8 or 16 bit"):
        load_photo(tiff.tobytes())


def test_damaged_exif_is_ignored_and_logged(caplog):
    data = encode(corners(), "PNG", exif=b"Exif\0\0this is no EXIF block")
    photo = load_photo(data, name="odd.png")
    assert np.array_equal(photo.rgb, corners())
    assert photo.exif == b""
    assert "odd.png: its EXIF data are damaged" in caplog.text
