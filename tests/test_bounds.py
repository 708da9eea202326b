"""What would take too long or too much memory is refused by its headers, before any decoder sees
it.
"""

import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from picture_files import encode as picture_file
from PIL import Image

from spatial.bounds import BoundsError, check_exif, check_picture, reason_of
from spatial.formats.encode import APP1, insert_segments, segment
from spatial.photo import PhotoError, load_photo
from tests.fuzz.seeds import PHOTOS

RGB = np.random.default_rng(5).integers(0, 256, (72, 96, 3), np.uint8)
SECRET = b"S3cretBytes"


def encode(file_format, picture=RGB, **options):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, file_format, **options)
    return file.getvalue()


def many_scans(side_px, scans):
    """A progressive JPEG that repeats its last scan."""
    data = encode("JPEG", np.zeros((64, 64, 3), np.uint8), progressive=True)
    size = data.index(b"\xff\xc2") + 5
    data = data[:size] + struct.pack(">HH", side_px, side_px) + data[size + 4 :]
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * scans + b"\xff\xd9"


def directory(*entries):
    """A little-endian TIFF directory after its head; (tag, type, count, value)."""
    packed = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + packed + bytes(4)


def run_lengths(side_px):
    head = struct.pack("<IiiHHIIiiII", 40, side_px, side_px, 1, 8, 1, 0, 2835, 2835, 256, 0)
    return b"BM" + struct.pack("<IHHI", 0, 0, 0, 1078) + head + bytes(1024) + b"\0\1"


def chunks(count):
    empty = struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    data = encode("PNG")
    at = data.index(b"IDAT") - 4
    return data[:at] + empty * count + data[at:]


TILES = [(t, 4, 1, 96) for t in (256, 257)] + [(t, 4, 1, 1 << 20) for t in (322, 323)]
SIZE = [(256, 4, 1, 96), (257, 4, 1, 96)]
HOSTILE = {
    "scans": (many_scans(10_000, 20), "codes its 100 megapixels in too many scans"),
    "small scans": (many_scans(64, 1100), "too many scans"),
    "padding": (b"\xff\xd8\xff" + b"\xff\0" * 40_000 + encode("JPEG")[3:], "padded"),
    "segments": (insert_segments(encode("JPEG"), [b"\xff\xfe\0\2"] * 60_000), "padded"),
    "run lengths": (run_lengths(2000), "BMP with run lengths"),
    "chunks": (chunks(60_000), "cut into more than"),
    "strips": (directory(*SIZE, (273, 4, 60_000, 8)) + bytes(240_000), "cut into 60000 pieces"),
    "tiles": (directory(*TILES), "tiles of more than 16 megapixels"),
    "claims": (directory(*SIZE, *[(9000 + i, 1, 900, 8) for i in range(99)]), "claims more"),
    "EXIF claims": (
        insert_segments(
            encode("JPEG"),
            [segment(APP1, b"Exif\0\0" + directory((271, 2, 60, 8), (272, 2, 60, 8)))],
        ),
        "claims more metadata",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_costly_file_is_refused_by_its_headers(name):
    data, words = HOSTILE[name]
    tracemalloc.start()
    with pytest.raises(PhotoError, match=f"^odd.jpg .*{words}.*; save it"):
        load_photo(data, name="odd.jpg")
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


@pytest.mark.parametrize(
    "data",
    [
        encode("JPEG", progressive=True),
        encode("TIFF", compression="tiff_lzw"),
        encode("TIFF"),
        encode("PNG"),
        encode("BMP"),
        run_lengths(1000),
        many_scans(64, 20),
    ],
)
def test_ordinary_files_pass(data):
    check_picture(data)


def test_a_directory_inside_another_is_checked():
    inner = directory((33434, 5, 9000, 8))[8:]
    outer = directory((0x8769, 4, 1, 26))
    with pytest.raises(BoundsError, match="claims more metadata"):
        check_exif(b"Exif\0\0" + outer + inner)
    check_exif(b"Exif\0\0" + directory((0x8769, 4, 1, 8)))  # itself


def test_a_large_exif_block_is_not_used(caplog):
    block = b"Exif\0\0" + directory((271, 2, 8, 26)) + bytes(1_100_000)
    photo = load_photo(encode("WEBP", exif=block))
    assert photo.exif == b""
    assert "its EXIF data are damaged and not used" in caplog.text


def test_out_of_memory_is_a_refusal(monkeypatch):
    def refuse(*_args):
        raise MemoryError

    monkeypatch.setattr("spatial.photo.load.to_srgb", refuse)
    with pytest.raises(PhotoError, match=r"needs more memory to read than there is; scale it down"):
        load_photo(encode("PNG"))


def test_what_a_decoder_asserts_is_a_refusal(monkeypatch):
    """Pillow asserts things about files, such as the length of a PNG's chunk."""

    def refuse(*_args):
        raise AssertionError

    monkeypatch.setattr("spatial.photo.load.to_srgb", refuse)
    with pytest.raises(PhotoError, match="is damaged or incomplete"):
        load_photo(encode("PNG"))


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "AVIF"])
def test_words_never_repeat_bytes_of_the_file(file_format):
    data = encode(file_format)
    for at in range(0, len(data) - 40, max(1, len(data) // 40)):
        harmed = data[:at] + SECRET + data[at + len(SECRET) :]
        for broken in (harmed, harmed[: at + 20], SECRET + data):
            try:
                load_photo(broken)
            except PhotoError as refusal:
                told = str(refusal)
                assert "S3c" not in told
                assert "b'" not in told


def test_reasons():
    assert reason_of(EOFError()) == "its end is missing"
    assert reason_of(OSError("image file is truncated (3 bytes)")) == "its end is missing"
    assert reason_of(SyntaxError("broken PNG file (chunk b'x')")) == "its decoder gave up"


HEIC = PHOTOS["heic"]()


@pytest.mark.parametrize("kind", [b"Ex\xfaf", b"\xffxif", b"Exi\xe6"])
def test_a_part_whose_kind_is_no_text_is_refused(kind):
    with pytest.raises(PhotoError, match="no text"):
        load_photo(HEIC.replace(b"Exif\0", kind + b"\0", 1))


def test_a_content_type_that_is_no_text_is_refused():
    packet = encode("AVIF", xmp=b"<x/>")
    assert load_photo(packet).rgb.shape == RGB.shape
    with pytest.raises(PhotoError, match="no text"):
        load_photo(packet.replace(b"application/rdf+xml", b"applic\xfftion/rdf+xml"))


def deeper(data):
    """The file, its last picture said to have 10 bit where it has 8."""
    at = data.rindex(b"hvcC") + 4 + 17  # bitDepthLumaMinus8
    return data[:at] + bytes([data[at] | 2]) + data[at + 1 :]


def test_grey_that_has_fewer_bits_than_its_header_says_is_refused():
    grey = np.ascontiguousarray(RGB[..., 0])
    with pytest.raises(PhotoError, match="more than 8 bit"):
        load_photo(deeper(picture_file(grey, "HEIF")))


def test_depth_that_has_fewer_bits_than_its_header_says_is_not_used(caplog):
    assert load_photo(PHOTOS["heic depth"]()).depth is not None
    assert load_photo(deeper(PHOTOS["heic depth"]())).depth is None
    assert "more than 8 bit" in caplog.text
