import io
import os
import struct
import zlib
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pytest
from PIL import ExifTags, Image, ImageCms
from PIL.TiffImagePlugin import IFDRational

from spatial.photo import (
    MAX_FILE_BYTES,
    MAX_PIXELS,
    PHOTO_SUFFIXES,
    PhotoError,
    load_photo,
    photo_from_rgb,
)

EXAMPLES = Path(__file__).parents[1] / "examples"
HEIGHT, WIDTH = 72, 96
ORIENTATION = int(ExifTags.Base.Orientation)
STORED_AS = {  # EXIF orientation -> how a camera stores the upright picture
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: upright[::-1, ::-1].swapaxes(0, 1),
    8: lambda upright: np.rot90(upright, -1),
}


def corners():
    """Four quarters of different colours, off centre: every turn and flip can be told."""
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    rgb[:24, :64], rgb[:24, 64:] = (200, 40, 40), (40, 180, 60)
    rgb[24:, :64], rgb[24:, 64:] = (50, 60, 190), (220, 210, 120)
    return rgb


def encode(image, file_format, **options):
    if isinstance(image, np.ndarray):
        image = Image.fromarray(np.ascontiguousarray(image))
    file = io.BytesIO()
    if file_format == "HEIF":
        heif = pillow_heif.from_pillow(image)
        heif.info.update(options)
        heif.save(file, quality=95)
    else:
        image.save(file, file_format, **options)
    return file.getvalue()


def exif_bytes(orientation=1, base=None, camera=None, gps=None):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif.update(base or {})
    exif.get_ifd(ExifTags.IFD.Exif).update(camera or {})
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(gps or {})
    return exif.tobytes()


def assert_close(rgb, expected, tolerance):
    assert rgb.shape == expected.shape
    difference = np.abs(rgb.astype(int) - expected)
    inner = np.ones(difference.shape[:2], bool)  # away from the edges, where lossy formats ring
    inner[16:32] = inner[:, 56:72] = False
    assert difference[inner].max() <= tolerance


LOSSLESS = {"lossless": True}
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


# --- modes -----------------------------------------------------------------------------------------------------------


def grey_corners():
    return np.asarray(Image.fromarray(corners()).convert("L"))


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


def with_alpha():
    alpha = np.full((HEIGHT, WIDTH), 255, np.uint8)
    alpha[24:, :64], alpha[24:, 64:] = 0, 51
    expected = corners().astype(float)
    expected[24:, :64] = 255
    expected[24:, 64:] = 0.2 * expected[24:, 64:] + 0.8 * 255
    return np.dstack([corners(), alpha]), expected


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


def png(width, height, *, bit_depth, colour_type, rows):
    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, bit_depth, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    )


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


# --- colour profiles -------------------------------------------------------------------------------------------------

ADOBE_RGB_TO_XYZ_D50 = np.array(
    [[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322], [0.01947, 0.06087, 0.74457]]
)
SRGB_TO_XYZ_D50 = np.array(
    [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]]
)
ADOBE_GAMMA = 563 / 256


def icc_profile(tags, *, device_class, space, connection):
    """Return ICC version 2 profile bytes (ICC.1:2001-04) with the given tags and the obligatory ones."""
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


# --- EXIF ------------------------------------------------------------------------------------------------------------


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


# --- refusals --------------------------------------------------------------------------------------------------------


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
    with pytest.raises(PhotoError, match=r"notes.jpg is not a photo .*Dear diary.*JPEG, PNG, WebP"):
        load_photo(path)
    with pytest.raises(PhotoError, match=r"clip.gif is not a photo .*GIF8.*HEIC"):
        load_photo(encode(corners(), "GIF"), name="clip.gif")
    with pytest.raises(PhotoError, match="the photo is not a photo"):
        load_photo(b"\xff")


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


# --- arrays and examples ---------------------------------------------------------------------------------------------


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
