"""PNG: what its chunks tell beside the pixels, read here so that no long text stops the decoder.

PNG (third edition): ``cICP`` counts before ``iCCP``, that before ``sRGB``, that before ``gAMA`` and
``cHRM`` (4.3); text may hold XMP or, as ImageMagick writes it, EXIF as hexadecimal numbers.
"""

import binascii
import io
import struct
import zlib
from collections.abc import Iterator

from PIL import PngImagePlugin

from spatial.photo.colour_spaces import high_range_of, profile_of_codes, profile_of_gamma
from spatial.photo.picture import Picture

MAX_INFLATED_BYTES = 4_000_000
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_XMP = b"XML:com.adobe.xmp"
_RAW_EXIF = (b"Raw profile type exif", b"Raw profile type APP1")
_FIRST = 8


def open_png(data: bytes) -> Picture:
    """Return the picture of a PNG file; of an animation, the first one that is shown."""
    told: dict[bytes, bytes] = {}
    kept = [data[:_FIRST]]
    for kind, start, end in _chunks(data):
        body = data[start + 8 : end - 4]
        if kind in _TEXTS:
            keyword = body.partition(b"\0")[0]
            if keyword == _XMP or keyword in _RAW_EXIF:
                told.setdefault(keyword, _text(kind, body))
        elif kind in (b"cICP", b"sRGB", b"gAMA", b"cHRM", b"iCCP"):
            told.setdefault(kind, body)
        if kind not in (*_TEXTS, b"iCCP"):
            kept.append(data[start:end])
    image = PngImagePlugin.PngImageFile(io.BytesIO(b"".join(kept)))
    notes = ()
    if image.is_animated:
        notes = ("an animation; its first picture is used",)
        if image.default_image:
            image.seek(1)  # the one before it is shown only where nothing moves
    raw = next((told[name] for name in _RAW_EXIF if name in told), None)
    return Picture(
        image=image,
        profile=_profile(told),
        high_range=high_range_of(data[24], *told[b"cICP"][:2]) if _has_codes(told) else None,
        exif=None if raw is None else _from_hexadecimal(raw),
        xmp=told.get(_XMP),
        notes=notes,
    )


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the type, start and end of each chunk."""
    at = _FIRST
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], at, end
        at = end


def _has_codes(told: dict[bytes, bytes]) -> bool:
    return len(told.get(b"cICP", b"")) == 4


def _profile(told: dict[bytes, bytes]) -> bytes:
    if _has_codes(told):
        return profile_of_codes(*told[b"cICP"][:2])
    if b"iCCP" in told:
        return _inflate(told[b"iCCP"].partition(b"\0")[2][1:]) or b"unreadable"
    if b"sRGB" in told:
        return b""
    gamma, chroma = told.get(b"gAMA", b""), told.get(b"cHRM", b"")
    exponent = int.from_bytes(gamma, "big") / 100_000 if len(gamma) == 4 else None
    points = None
    if len(chroma) == 32:
        white, *colours = ((x / 1e5, y / 1e5) for x, y in struct.iter_unpack(">II", chroma))
        points = (*colours, white) if min(y for _, y in (*colours, white)) > 0 else None
    return profile_of_gamma(exponent, points)


def _text(kind: bytes, body: bytes) -> bytes:
    rest = body.partition(b"\0")[2]
    if kind == b"tEXt":
        return rest
    if kind == b"zTXt":
        return _inflate(rest[1:])
    text = rest[2:].split(b"\0", 2)[-1]
    return _inflate(text) if rest[:1] == b"\1" else text


def _inflate(packed: bytes) -> bytes:
    """Return what is packed; empty where it is damaged or longer than any camera writes."""
    unpacking = zlib.decompressobj()
    try:
        content = unpacking.decompress(packed, MAX_INFLATED_BYTES)
    except zlib.error:
        return b""
    return content if unpacking.eof else b""


def _from_hexadecimal(text: bytes) -> bytes | None:
    """Return the bytes of a raw profile: a name, a length, then hexadecimal digits."""
    digits = b"".join(text.split()[2:])
    try:
        block = binascii.unhexlify(digits)
    except binascii.Error:
        return b"damaged"
    return block if block.startswith(b"Exif\0\0") or block[:2] in (b"II", b"MM") else None
