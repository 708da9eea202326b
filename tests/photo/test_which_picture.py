"""Which picture of a file is the photo, what of it is read, and what is said about it."""

import struct
import sys
import types
import zlib

import numpy as np
import pytest
from picture_files import (
    HEIGHT,
    WIDTH,
    assert_close,
    chunk,
    corners,
    encode,
    exif_bytes,
    grey_corners,
    insert_chunk,
    png,
    tiff,
)
from PIL import Image
from scenes import INFO

from spatial.conversion import render
from spatial.formats.encode import APP1, insert_segments, jpeg_of, segment
from spatial.photo import PHOTO_SUFFIXES, PhotoError, load_photo, readers
from spatial.records import DepthKind, DepthMap, DepthSpace
from spatial.settings import PRESETS

THUMBNAIL = np.zeros((60, 80, 3), np.uint8)
SENSOR = np.zeros((HEIGHT, WIDTH), np.uint16)
REDUCED, MASK = {254: [1]}, {254: [4]}


def told(data, name="it.xyz"):
    return load_photo(data, name=name).notes


@pytest.mark.parametrize("first", [REDUCED, MASK])
def test_the_full_page_of_a_tiff(first):
    photo = load_photo(tiff((THUMBNAIL, first), (corners(), {})))
    assert np.array_equal(photo.rgb, corners())
    assert photo.notes == ("several pages; the first full one is used",)
    assert told(tiff((corners(), {}))) == ()


@pytest.mark.parametrize(
    "data",
    [
        tiff((THUMBNAIL, REDUCED), inner=[(SENSOR, {262: [32803]})]),
        tiff((corners(), {}), inner=[(SENSOR, {262: [34892]})]),
        tiff((SENSOR, {262: [32803]})),
        tiff((corners(), {50706: [1]})),
        tiff((corners(), REDUCED)),
        b"II*\0\x10\0\0\0CR\2\0" + bytes(900),
        b"FUJIFILMCCD-RAW 0201" + bytes(900),
        b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + bytes(900),
    ],
)
def test_raw_is_never_its_thumbnail(data, monkeypatch):
    monkeypatch.setitem(sys.modules, "rawpy", None)
    with pytest.raises(PhotoError, match=r"^it.nef is camera raw; export a JPEG or HEIC"):
        load_photo(data, name="it.nef")


def fake_rawpy(rgb):
    class Raw:
        sizes = types.SimpleNamespace(width=rgb.shape[1], height=rgb.shape[0])

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def postprocess(self, **_):
            return rgb

    def imread(file):
        if b"unknown" in file.read():
            raise LibRawError
        return Raw()

    class LibRawError(Exception):
        pass

    return types.SimpleNamespace(imread=imread, LibRawError=LibRawError)


def test_raw_is_developed_where_that_is_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "rawpy", fake_rawpy(corners()))
    photo = load_photo(tiff((THUMBNAIL, {**REDUCED, 274: [6]}), inner=[(SENSOR, {262: [32803]})]))
    assert np.array_equal(photo.rgb, corners())  # LibRaw has turned it
    assert photo.notes == ("camera raw, developed with the camera's white balance",)
    with pytest.raises(PhotoError, match=r"is camera raw; export a JPEG or HEIC$"):
        load_photo(tiff((corners(), {50706: [1]})) + b"unknown")


def test_a_raw_file_is_measured_before_it_is_developed(monkeypatch):
    huge = fake_rawpy(np.broadcast_to(np.uint8(0), (20_000, 20_000, 3)))
    monkeypatch.setitem(sys.modules, "rawpy", huge)
    with pytest.raises(PhotoError, match="20000 x 20000 pixels"):
        load_photo(tiff((corners(), {50706: [1]})))


def animation(file_format, **options):
    others = [Image.new("RGB", (WIDTH, HEIGHT), colour) for colour in ("white", "black")]
    frames = [Image.fromarray(corners()), *others]
    return encode(frames[0], file_format, save_all=True, append_images=frames[1:], **options)


@pytest.mark.parametrize(
    ("file_format", "options"),
    [("GIF", {}), ("PNG", {}), ("WEBP", {"lossless": True}), ("AVIF", {"quality": 95})],
)
def test_an_animation_is_its_first_picture_and_that_is_said(file_format, options):
    photo = load_photo(animation(file_format, **options))
    assert_close(photo.rgb, corners(), 6)
    assert photo.notes == ("an animation; its first picture is used",)
    assert told(encode(corners(), file_format)) == ()


def test_the_picture_before_an_animation_is_not_shown():
    still = Image.new("RGB", (WIDTH, HEIGHT))
    frames = [Image.fromarray(corners()), Image.new("RGB", (WIDTH, HEIGHT), "white")]
    data = encode(still, "PNG", save_all=True, append_images=frames, default_image=True)
    assert np.array_equal(load_photo(data).rgb, corners())


def test_a_gif_cut_into_crumbs_is_refused():
    data = encode(corners(), "GIF")[:-1]
    with pytest.raises(PhotoError, match=r"cut into more than 500000 blocks; save it"):
        load_photo(data + b"!\xfe" + b"\1x" * 600_000 + b"\0;")


def test_a_gif_larger_than_any_is_refused():
    data = bytearray(encode(corners(), "GIF"))
    at = data.index(b",\0\0\0\0\x60\0\x48\0") + 5
    data[at : at + 4] = b"\xff" * 4
    with pytest.raises(PhotoError, match="is a GIF of 65535 x 65535 pixels; save it"):
        load_photo(bytes(data))


@pytest.mark.parametrize("name", ["DecompressionBombError", "DecompressionBombWarning"])
def test_what_pillow_calls_a_bomb_is_a_refusal(monkeypatch, name):
    def refuse(*_args):
        raise getattr(Image, name)

    monkeypatch.setattr("spatial.photo.load.to_srgb", refuse)
    with pytest.raises(PhotoError, match="is damaged or incomplete"):
        load_photo(encode(corners(), "PNG"))


# A JPEG whose end is missing


def noisy(height=320):
    rng = np.random.default_rng(3)
    base = np.linspace(30, 70, height)[:, None, None] * np.ones((1, 240, 3))
    return np.clip(base + rng.normal(0, 9, base.shape), 0, 110).astype(np.uint8)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}])
def test_a_jpeg_without_its_last_bytes(options, caplog):
    data = encode(noisy(), "JPEG", quality=90, **options)
    whole = load_photo(data).rgb
    photo = load_photo(data[:-2], name="cut.jpg")
    assert np.array_equal(photo.rgb, whole)
    assert "cut.jpg: its last bytes are missing; all is there" in caplog.text


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_up_to_a_twentieth_is_filled_from_above(mode):
    data = encode(Image.fromarray(noisy()).convert(mode), "JPEG", quality=90)
    whole = load_photo(data).rgb.astype(int)
    photo = load_photo(data[: int(0.97 * len(data))])
    assert np.array_equal(photo.rgb[:288], whole[:288])
    assert not (photo.rgb == 128).all(axis=2).any()
    assert np.abs(photo.rgb[288:] - whole[288:]).mean() < 40
    assert "is filled from above" in photo.notes[0]
    with pytest.raises(PhotoError, match="its end is missing"):
        load_photo(data[: int(0.9 * len(data))])


# Very large


def test_beyond_the_limit_the_decoder_scales(monkeypatch):
    monkeypatch.setattr("spatial.photo.jpeg.MAX_PIXELS", 40 * 100)
    upright = corners()
    data = encode(np.rot90(upright), "JPEG", quality=95, exif=exif_bytes(6))
    photo = load_photo(data)
    assert photo.rgb.shape == (HEIGHT // 2, WIDTH // 2, 3)
    assert_close(photo.rgb.repeat(2, 0).repeat(2, 1), upright, 6)
    assert photo.notes == ("its 0 megapixels are read at 1/2 of width and height",)


def test_so_many_pixels_are_read_in_a_jpeg_and_no_more():
    data = encode(np.zeros((64, 64), np.uint8), "JPEG")
    at = data.index(b"\xff\xc0") + 5
    assert readers.find_format(data, "it").max_pixels == 20_000 * 20_000
    with pytest.raises(PhotoError, match=r"400 megapixels\), at most 400 are"):
        load_photo(data[:at] + struct.pack(">HH", 20_001, 20_000) + data[at + 4 :])


def test_a_very_large_progressive_jpeg_is_refused():
    data = encode(np.zeros((64, 64), np.uint8), "JPEG", progressive=True)
    at = data.index(b"\xff\xc2") + 5
    with pytest.raises(PhotoError, match="225 megapixels in too many scans"):
        load_photo(data[:at] + struct.pack(">HH", 15_000, 15_000) + data[at + 4 :])


# What stands beside the pixels does not stop them


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"iCCP"])
def test_long_chunks_of_a_png_are_no_hindrance(kind):
    packed = zlib.compress(bytes(3_000_000))
    body = {b"zTXt": b"Comment\0\0", b"iTXt": b"Comment\0\1\0\0\0", b"iCCP": b"icc\0\0"}[kind]
    data = insert_chunk(encode(corners(), "PNG"), kind, body + packed)
    assert np.array_equal(load_photo(data).rgb, corners())


def test_an_endless_text_is_not_unpacked():
    bomb = b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(bytes(200_000_000))
    data = insert_chunk(encode(corners(), "PNG"), b"iTXt", bomb)
    assert np.array_equal(load_photo(data).rgb, corners())


def test_exif_as_imagemagick_writes_it():
    block = exif_bytes(3, base={271: "Maker"})
    text = f"\nexif\n{len(block):8d}\n{block.hex()}\n".encode()
    for name in (b"exif", b"APP1"):
        body = b"Raw profile type " + name + b"\0\0" + zlib.compress(text)
        photo = load_photo(insert_chunk(encode(corners()[::-1, ::-1], "PNG"), b"zTXt", body))
        assert np.array_equal(photo.rgb, corners())
        assert b"Maker" in photo.exif


# Transparency and grey


@pytest.mark.parametrize("file_format", ["PNG", "BMP", "TIFF", "WEBP"])
def test_clear_everywhere_means_no_transparency(file_format):
    rgba = np.dstack([corners(), np.zeros((HEIGHT, WIDTH), np.uint8)])
    options = {"lossless": True, "exact": True} if file_format == "WEBP" else {}
    assert np.array_equal(load_photo(encode(rgba, file_format, **options)).rgb, corners())


@pytest.mark.parametrize(("depth", "step"), [(16, 257), (8, 1), (1, 0)])
def test_a_transparent_level_of_grey_lies_on_white(depth, step):
    grey = np.full((HEIGHT, WIDTH), 100 * step, f">u{max(depth // 8, 1)}")
    grey[:, 48:] = 10 * step if step else 0
    grey[:24] = 200 * step if step else 1
    rows = np.packbits(grey, axis=1) if depth == 1 else grey
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    data = png(WIDTH, HEIGHT, bit_depth=depth, colour_type=0, rows=raw)
    at = data.index(b"IDAT") - 4
    clear = chunk(b"tRNS", struct.pack(">H", 10 * step))
    rgb = load_photo(data[:at] + clear + data[at:]).rgb
    assert rgb[-5, -5].tolist() == [255] * 3
    assert rgb[5, 5].tolist() == [200 if step else 255] * 3
    assert rgb[-5, 5].tolist() == [100 if step else 255] * 3


def test_white_is_zero():
    grey = grey_corners()
    deep = tiff((np.uint16(65535) - grey.astype(np.uint16) * 257, {262: [0]}))
    plain = tiff((255 - grey, {262: [0]}))
    assert np.array_equal(load_photo(deep).rgb[..., 0], grey)
    assert np.array_equal(load_photo(plain).rgb[..., 0], grey)


@pytest.mark.parametrize(
    ("samples", "dtype", "tags", "words"),
    [
        (5, np.uint8, {262: [5], 338: [2]}, "CMYK with alpha of 8 bit"),
        (3, np.uint32, {}, "RGB of 32 bit"),
        (3, np.float32, {339: [3, 3, 3]}, "RGB in floating point"),
        (2, np.uint16, {262: [1], 338: [2]}, "grey with alpha of 16 bit"),
    ],
)
def test_a_refusal_names_the_true_reason(samples, dtype, tags, words):
    data = tiff((np.zeros((HEIGHT, WIDTH, samples), dtype), tags))
    with pytest.raises(PhotoError, match=f"it.tif is a TIFF in {words}, .* export it as RGB"):
        load_photo(data, name="it.tif")


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (b"\xff\x0a\0", "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
        (b"\x76\x2f\x31\x01\2", "OpenEXR"),
        (b"8BPS\0\1", "a Photoshop file"),
        (b"\0\0\0\x14ftypisom\0\0\2\0mp41", "a video"),
    ],
)
def test_what_is_known_but_not_read(start, words):
    with pytest.raises(PhotoError, match=f"^it is {words}, which is not read; export it as JPEG"):
        load_photo(start + bytes(99), name="it")


# Orientation


def xmp_packet(orientation):
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
        'syntax-ns#"><rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
        f'tiff:Orientation="{orientation}"/></rdf:RDF></x:xmpmeta>'
    ).encode()


def with_xmp(file_format, exif):
    packet = xmp_packet(6)
    options = {"exif": exif} if exif else {}
    if file_format == "JPEG":
        data = encode(corners(), "JPEG", quality=95, **options)
        return insert_segments(data, [segment(APP1, b"http://ns.adobe.com/xap/1.0/\0" + packet)])
    if file_format == "PNG":
        body = b"XML:com.adobe.xmp\0\0\0\0\0" + packet
        return insert_chunk(encode(corners(), "PNG", **options), b"iTXt", body)
    if file_format == "TIFF":
        return encode(corners(), "TIFF", tiffinfo={700: packet})
    return encode(corners(), file_format, xmp=packet, quality=95, **options)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("exif", [b"", exif_bytes(1), exif_bytes(base={271: "Maker"})])
def test_xmp_turns_nothing(file_format, exif):
    assert_close(load_photo(with_xmp(file_format, exif)).rgb, corners(), 14)


# One table of formats


def test_every_suffix_stands_once_in_the_table():
    assert len(set(PHOTO_SUFFIXES)) == len(PHOTO_SUFFIXES)
    assert {".jfif", ".jpe", ".gif", ".mpo"} <= set(PHOTO_SUFFIXES)
    for known in readers.FORMATS:
        assert all(s == s.lower() and s.startswith(".") for s in known.suffixes)


@pytest.mark.parametrize("name", ["A.JFIF", "b.jpe", "c", "D.Jpeg", "e.png"])
def test_the_bytes_decide_not_the_name(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(encode(corners(), "JPEG", quality=95))
    assert_close(load_photo(path).rgb, corners(), 6)


# Panoramas


def gpano(projection="equirectangular", packet=None):
    told = {"ProjectionType": projection, "FullPanoWidthPixels": "96", "Software": "a &amp; b"}
    named = " ".join(f'GPano:{name}="{value}"' for name, value in told.items())
    packet = packet or (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
        'syntax-ns#"><rdf:Description xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" '
        f"{named}/></rdf:RDF></x:xmpmeta>"
    )
    return packet.encode()


def jpeg_with_packet(packet):
    payload = b"http://ns.adobe.com/xap/1.0/\0" + packet
    return insert_segments(encode(corners(), "JPEG"), [segment(APP1, payload)])


@pytest.mark.parametrize(
    "data",
    [
        jpeg_with_packet(gpano()),
        insert_chunk(encode(corners(), "PNG"), b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + gpano()),
        encode(corners(), "WEBP", xmp=gpano()),
    ],
)
def test_a_panorama_is_told_and_kept(data):
    photo = load_photo(data)
    assert dict(photo.panorama)["Software"] == "a & b"
    assert "a panorama on a sphere" in photo.notes[0]
    nearness = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None].repeat(WIDTH, axis=1)
    depth = DepthMap.from_values(
        nearness, kind=DepthKind.AFFINE_INVARIANT, space=DepthSpace.INVERSE_DEPTH
    )
    result = render(photo, depth, PRESETS["default"], INFO)
    for view in (result.pair.left, result.pair.right):
        assert load_photo(jpeg_of(view, result).data).panorama == photo.panorama
    wide = np.hstack([result.pair.left, result.pair.right])
    assert load_photo(jpeg_of(wide, result).data).panorama == ()


def test_other_projections_and_damaged_panoramas_are_photos():
    assert load_photo(jpeg_with_packet(gpano("cylindrical"))).panorama == ()
    address = "http://ns.google.com/photos/1.0/panorama/"
    photo = load_photo(jpeg_with_packet(gpano(packet=f"<x a='{address}'")))
    assert (photo.panorama, photo.notes) == ((), ("its XMP is not used (its XMP is no XML)",))
