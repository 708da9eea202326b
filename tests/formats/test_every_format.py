"""What holds for every row of FORMATS."""

import io
import re
from dataclasses import replace
from datetime import datetime, timezone

import numpy as np
import pillow_heif
import pytest
from PIL import ExifTags, Image
from scenes import make_result

from spatial.formats import (
    DEFAULT_FORMATS,
    FILES,
    FORMATS,
    FormatError,
    read_manifest,
    write_formats,
)
from spatial.photo import load_photo
from spatial.settings import ConvertSettings, ExportSettings

CREATED = datetime(2025, 1, 31, 12, tzinfo=timezone.utc)
HERE = [name for name, row in FORMATS.items() if row.available()]
WITH_EXIF = {
    "sbs",
    "half_sbs",
    "top_bottom",
    "half_top_bottom",
    "cross_eyed",
    "views",
    "anaglyph",
    "anaglyph_half_colour",
    "anaglyph_grey",
    "wiggle_webp",
    "sway_webp",
    "mpo",
    "jps",
    "spatial_heic",
    "vr180",
    "vr180_sbs",
    "rgbd",
}
NEED_A_SURFACE = {"mesh_glb", "mesh_ply"}


def camera_file():
    """A JPEG with date, lens and place, as a phone writes it."""
    exif = Image.Exif()
    exif[ExifTags.Base.DateTime] = "2024:06:01 10:11:12"
    camera = exif.get_ifd(ExifTags.IFD.Exif)
    camera[ExifTags.Base.DateTimeOriginal] = "2024:06:01 10:11:12"
    camera[ExifTags.Base.LensModel] = "28 mm test lens"
    camera[ExifTags.Base.FocalLengthIn35mmFilm] = 28
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef] = "N"
    place[ExifTags.GPS.GPSLatitude] = (48.0, 51.0, 30.0)
    out = io.BytesIO()
    Image.new("RGB", (96, 64), (90, 90, 90)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def read_exif(path):
    if path.suffix == ".heic":
        exif = Image.Exif()
        exif.load(pillow_heif.open_heif(path).info["exif"] or b"")
        return exif
    with Image.open(path) as picture:
        picture.load()
        return picture.getexif()


def test_the_usual_formats_come_first_and_stay():
    assert DEFAULT_FORMATS == ("sbs", "half_sbs", "depth_png", "depth_colour")
    assert tuple(FORMATS)[:4] == DEFAULT_FORMATS


def test_no_two_files_share_a_role_or_a_name():
    files = [file for row in FORMATS.values() for file in row.files]
    assert len({file.role for file in files}) == len(files) == len(FILES) - 1
    assert len({file.suffix.lower() for file in files}) == len(files)
    assert len({file.title for file in files}) == len(files)
    for name in HERE:
        made = FORMATS[name].writer(make_result())
        assert len(made) == len(FORMATS[name].files)
        assert all(file.data for file in made)
    assert all(re.fullmatch(r"[a-z0-9_]+", file.role) for file in files)


def test_every_format_at_once_with_a_manifest(tmp_path):
    paths = write_formats(make_result(), tmp_path, created=CREATED, formats=HERE)
    manifest = read_manifest(paths["manifest"])
    assert set(paths) == {*manifest.files, "manifest"}
    assert (manifest.layout, manifest.eye_order) == ("side_by_side", "left_right")


@pytest.mark.parametrize("name", [name for name, row in FORMATS.items() if row.layout])
def test_the_stereo_picture_of_each_layout_is_named(name, tmp_path):
    paths = write_formats(make_result(), tmp_path, created=CREATED, formats=(name,))
    manifest = read_manifest(paths["manifest"])
    assert manifest.layout is not None
    assert manifest.files[manifest.layout].type == "image/jpeg"
    assert manifest.eye_order == ("right_left" if name == "cross_eyed" else "left_right")


def result_of_camera_file(**export):
    photo = load_photo(camera_file())
    told = {"exif": photo.exif, "exif_with_gps": photo.exif_with_gps, "focal_px": photo.focal_px}
    result = make_result(height_px=64, width_px=96, **told)
    return replace(result, settings=ConvertSettings(export=ExportSettings(**export)))


@pytest.mark.parametrize("name", sorted(WITH_EXIF))
def test_the_place_is_kept_where_it_is_asked_for(name, tmp_path):
    result = result_of_camera_file(keep_gps=True)
    paths = write_formats(result, tmp_path, created=CREATED, formats=(name,))
    del paths["manifest"]
    for path in paths.values():
        exif = read_exif(path)
        place = exif.get_ifd(ExifTags.IFD.GPSInfo)
        assert place[ExifTags.GPS.GPSLatitudeRef] == "N"
        assert place[ExifTags.GPS.GPSLatitude] == (48.0, 51.0, 30.0)
        assert exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.LensModel] == "28 mm test lens"


def test_asking_for_a_place_that_the_photo_does_not_tell_keeps_the_rest(tmp_path):
    result = result_of_camera_file(keep_gps=True)
    result = replace(result, photo=replace(result.photo, exif_with_gps=b""))
    paths = write_formats(result, tmp_path, created=CREATED, formats=("sbs",))
    exif = read_exif(paths["side_by_side"])
    assert exif[ExifTags.Base.DateTime] == "2024:06:01 10:11:12"
    assert not exif.get_ifd(ExifTags.IFD.GPSInfo)


@pytest.mark.parametrize("name", sorted(WITH_EXIF))
def test_date_and_lens_are_kept_and_the_place_is_not(name, tmp_path):
    with Image.open(io.BytesIO(camera_file())) as picture:
        assert picture.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    result = result_of_camera_file()
    paths = write_formats(result, tmp_path, created=CREATED, formats=(name,))
    del paths["manifest"]
    for path in paths.values():
        exif = read_exif(path)
        camera = exif.get_ifd(ExifTags.IFD.Exif)
        assert exif[ExifTags.Base.DateTime] == "2024:06:01 10:11:12"
        assert camera[ExifTags.Base.DateTimeOriginal] == "2024:06:01 10:11:12"
        assert camera[ExifTags.Base.LensModel] == "28 mm test lens"
        assert not exif.get_ifd(ExifTags.IFD.GPSInfo)
        assert b"GPS" not in path.read_bytes()


@pytest.mark.parametrize("name", HERE)
@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 9), (9, 1), (3, 2)])
def test_tiny_pictures_are_written_or_refused(name, height, width, tmp_path):
    result = make_result(height_px=height, width_px=width)
    if name in NEED_A_SURFACE:  # lines, and two columns with a jump between them, make none
        with pytest.raises(FormatError, match="choose another format"):
            write_formats(result, tmp_path, created=CREATED, formats=(name,))
        assert not list(tmp_path.iterdir())
    else:
        assert write_formats(result, tmp_path, created=CREATED, formats=(name,))


def test_unknown_disparity_does_not_stop_a_vr_photo():
    result = make_result()
    result.pair.disparity_px[:, :3] = np.nan
    assert FORMATS["vr180"].writer(result)
