"""Files of pictures: corners that tell every turn and flip, depth as phones write it, a
data set.
"""

import base64
import hashlib
import io
import struct
import zlib
from itertools import islice
from typing import Any

import cv2
import numpy as np
import pillow_heif
from PIL import ExifTags, Image

from spatial.boxes import (
    Box,
    add_associations,
    find,
    item_ids,
    move_items,
    read_boxes,
    write_boxes,
)
from spatial.formats.encode import APP1, APP2, end_of_headers, insert_segments, segment

GDEPTH = "http://ns.google.com/photos/1.0/depthmap/"
_PART_BYTES = 40_000
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


def exif_bytes(orientation=1, base=None, camera=None, gps=None, interop=None):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif.update(base or {})
    exif.get_ifd(ExifTags.IFD.Exif).update(camera or {})
    if interop:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.IFD.Interop] = {1: interop}
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(gps or {})
    return exif.tobytes()


def assert_close(rgb, expected, tolerance):
    assert rgb.shape == expected.shape
    difference = np.abs(rgb.astype(int) - expected)
    inner = np.ones(difference.shape[:2], bool)  # away from the edges, where lossy formats ring
    inner[16:32] = inner[:, 56:72] = False
    assert difference[inner].max() <= tolerance


LOSSLESS = {"lossless": True}


def grey_corners():
    return np.asarray(Image.fromarray(corners()).convert("L"))


def with_alpha():
    alpha = np.full((HEIGHT, WIDTH), 255, np.uint8)
    alpha[24:, :64], alpha[24:, 64:] = 0, 51
    expected = corners().astype(float)
    expected[24:, :64] = 255
    expected[24:, 64:] = 0.2 * expected[24:, 64:] + 0.8 * 255
    return np.dstack([corners(), alpha]), expected


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def insert_chunk(data, kind, body):
    """A PNG file with one more chunk behind its header."""
    return data[:33] + chunk(kind, body) + data[33:]


def png(width, height, *, bit_depth, colour_type, rows):
    header = struct.pack(">IIBBBBB", width, height, bit_depth, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    )


# PQ of levels with 16 bit, uint16 [H, W, 3], all channels alike.


def pq_png(levels):
    data = cv2.imencode(".png", levels)[1]
    return insert_chunk(data.tobytes(), b"cICP", bytes((9, 16, 0, 1)))


def pq_avif(levels):
    told = [cv2.IMWRITE_AVIF_DEPTH, 10, cv2.IMWRITE_AVIF_QUALITY, 100]
    data = cv2.imencode(".avif", levels >> 6, told)[1].tobytes()
    at = data.index(b"nclx") + 4
    return data[:at] + struct.pack(">HH", 9, 16) + data[at + 4 :]


def pq_heic(*views):
    told: Any = {"color_primaries": 9, "transfer_characteristics": 16, "matrix_coefficients": 9}
    pictures = pillow_heif.HeifFile()
    for levels in views:
        added = pictures.add_frombytes("RGB;16", levels.shape[1::-1], levels.tobytes())
        added.info["nclx_profile"] = told | {"full_range_flag": 1}
    file = io.BytesIO()
    pictures.save(file, quality=-1, save_nclx_profile=True)
    return file.getvalue()


def tiff(*pages, inner=()):
    """A little-endian TIFF file, uncompressed.

    Args:
        pages: each an array of uint8 or uint16 and more tags by number, of unsigned numbers.
        inner: such pages that the first one points to (SubIFDs).
    """
    data = bytearray(b"II*\0" + bytes(4))
    inner_at = [_page(data, pixels, tags)[0] for pixels, tags in inner]
    link = 4
    for number, (pixels, tags) in enumerate(pages):
        more = {330: inner_at} if inner and not number else {}
        at, following = _page(data, pixels, {**tags, **more})
        data[link : link + 4] = struct.pack("<I", at)
        link = following
    return bytes(data)


def _page(data, pixels, tags):
    """Append a page; return where it starts, and where the next one's offset is to be written."""
    samples = pixels.shape[2] if pixels.ndim == 3 else 1
    strip = len(data)
    data += pixels.tobytes() + bytes(pixels.nbytes % 2)
    entries = {
        256: [pixels.shape[1]],
        257: [pixels.shape[0]],
        258: [8 * pixels.itemsize] * samples,
        259: [1],
        262: [2 if samples >= 3 else 1],
        273: [strip],
        277: [samples],
        278: [pixels.shape[0]],
        279: [pixels.nbytes],
        **tags,
    }
    table = b""
    for tag, numbers in sorted(entries.items()):
        value = struct.pack(f"<{len(numbers)}I", *numbers)
        if len(value) > 4:
            place = struct.pack("<I", len(data))
            data += value
            value = place
        table += struct.pack("<HHI", tag, 4, len(numbers)) + value
    start = len(data)
    data += struct.pack("<H", len(entries)) + table + bytes(4)
    return start, len(data) - 4


# Depth in the file, as phones write it.


def _number_bits(value):
    """A float of H.265's depth representation SEI: sign, 7 bits exponent, length, 16 bits
    mantissa.
    """
    mantissa, exponent = np.frexp(value)  # value = mantissa * 2^exponent, mantissa in [0.5, 1)
    return f"0{exponent - 1 + 31:07b}{15:05b}{round((2 * mantissa - 1) * 65536):016b}"


def depth_sei(d_min, d_max):
    """Uniform disparity between two limits, as an SEI message in auxC."""
    bits = "0011" + "010" + "1" + _number_bits(d_min) + _number_bits(d_max)
    bits += "0" * (-len(bits) % 8)
    payload = int(bits, 2).to_bytes(len(bits) // 8, "big")
    nal = bytes((39 << 1, 1, 177, len(payload))) + payload
    return struct.pack(">II", len(nal) + 4, len(nal)) + nal


def heic_with_depth(rgb, levels, subtypes):
    """A HEIC file whose second picture is the auxiliary depth of the first."""
    file = pillow_heif.HeifFile()
    for mode, picture in (("RGB", rgb), ("L", levels)):
        file.add_frombytes(mode, picture.shape[1::-1], picture.tobytes())
    out = io.BytesIO()
    file.save(out, quality=-1, primary_index=0)
    boxes = list(read_boxes(out.getvalue()))
    at = find(boxes, b"meta")
    version, children = boxes[at].content[:4], list(read_boxes(boxes[at].content[4:]))
    items = item_ids(children[find(children, b"iinf")].content, (b"hvc1",))
    iprp = list(read_boxes(children[find(children, b"iprp")].content))
    ipco, ipma = find(iprp, b"ipco"), find(iprp, b"ipma")
    properties = list(read_boxes(iprp[ipco].content))
    aux = Box(type=b"auxC", content=bytes(4) + b"urn:mpeg:hevc:2015:auxid:2\0" + subtypes)
    added = {items[1]: [len(properties) + 1]}
    iprp[ipco] = Box(type=b"ipco", content=write_boxes([*properties, aux]))
    iprp[ipma] = Box(type=b"ipma", content=add_associations(iprp[ipma].content, added))
    children[find(children, b"iprp")] = Box(type=b"iprp", content=write_boxes(iprp))
    link = Box(type=b"auxl", content=struct.pack(">HHH", items[1], 1, items[0]))
    children.append(Box(type=b"iref", content=bytes(4) + link.to_bytes()))
    distance = len(version + write_boxes(children)) - len(boxes[at].content)
    iloc = find(children, b"iloc")
    children[iloc] = Box(type=b"iloc", content=move_items(children[iloc].content, distance))
    boxes[at] = Box(type=b"meta", content=version + write_boxes(children))
    return write_boxes(boxes)


def _packet(attributes):
    written = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        f'xmlns:GDepth="{GDEPTH}" xmlns:xmpNote="http://ns.adobe.com/xmp/note/" {written}/>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


def encode_levels(levels):
    return encode(levels, "PNG")


def jpeg_with_gdepth(rgb, levels, *, extended=False, exif=b"", lose_part=False, **properties):
    """A JPEG file with GDepth in its XMP packet or, where ``extended``, the picture in its
    extension.
    """
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=95, exif=exif)
    data = base64.b64encode(encode_levels(levels)).decode()
    told = {"GDepth:Mime": "image/png"} | {f"GDepth:{k}": v for k, v in properties.items()}
    parts = []
    if extended:
        whole = _packet({"GDepth:Data": data})
        guid = hashlib.md5(whole).hexdigest().upper()
        told["xmpNote:HasExtendedXMP"] = guid
        for offset in range(0, len(whole), _PART_BYTES):
            head = guid.encode() + struct.pack(">II", len(whole), offset)
            part = whole[offset : offset + _PART_BYTES]
            parts.append(segment(APP1, b"http://ns.adobe.com/xmp/extension/\0" + head + part))
        parts = list(islice(reversed(parts), 1 if lose_part else 0, None))  # any order is allowed
    else:
        told["GDepth:Data"] = data
    packet = segment(APP1, b"http://ns.adobe.com/xap/1.0/\0" + _packet(told))
    return insert_segments(file.getvalue(), [packet, *parts])


_CONTAINER = "http://ns.google.com/photos/dd/1.0/"


def jpeg_with_dynamic_depth(rgb, levels, *, confidence=None, exif=b"", attributes=False, **told):
    """A JPEG file with a depth picture behind it, listed in a directory (Dynamic Depth).

    Where ``attributes``, the items are elements with attributes and semantics, as newer files have.
    """
    parts = [("android/depthmap", "Depth", encode_levels(levels))]
    if confidence is not None:
        told["ConfidenceURI"] = "android/confidence"
        parts.append(("android/confidence", "Confidence", encode(confidence, "PNG")))
    items = [("primary_image", "Primary", b""), *parts]
    listed = "".join(
        f'<rdf:li><Container:Item Item:Mime="image/png" Item:Length="{len(part)}" '
        f'Item:Semantic="{semantic}"/></rdf:li>'
        if attributes
        else f'<rdf:li rdf:parseType="Resource"><Item:Mime>image/png</Item:Mime><Item:Length>'
        f"{len(part)}</Item:Length><Item:DataURI>{address}</Item:DataURI></rdf:li>"
        for address, semantic, part in items
    )
    told = {"DepthURI": "android/depthmap"} | told
    depth = " ".join(f'DepthMap:{name}="{value}"' for name, value in told.items())
    spaces = " ".join(
        f'xmlns:{name}="{_CONTAINER}{name.lower()}/"' for name in ("Container", "Item", "DepthMap")
    )
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
        f'syntax-ns#"><rdf:Description {spaces} {depth}><Container:Directory><rdf:Seq>{listed}'
        "</rdf:Seq></Container:Directory></rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()
    photo = encode(rgb, "JPEG", quality=95, exif=exif)
    photo = insert_segments(photo, [segment(APP1, b"http://ns.adobe.com/xap/1.0/\0" + packet)])
    return photo + b"".join(part for _, _, part in parts)


def iphone_portrait(rgb, levels, *, exif=b"", kind="disparity", order=">", **told):
    """A JPEG file with its depth as a second, grey picture of a multi-picture file."""
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
        'syntax-ns#"><rdf:Description xmlns:apdi="http://ns.apple.com/pixeldatainfo/1.0/" '
        f'apdi:AuxiliaryImageType="{kind}" '
        + " ".join(f'apdi:{name}="{value}"' for name, value in told.items())
        + "/></rdf:RDF></x:xmpmeta>"
    ).encode()
    second = encode(levels, "JPEG", quality=98)
    second = insert_segments(second, [segment(APP1, b"http://ns.adobe.com/xap/1.0/\0" + packet)])
    first = encode(rgb, "JPEG", quality=95, exif=exif)
    mark = b"MM\0*" if order == ">" else b"II*\0"

    def index(first_bytes, offset):
        entries = struct.pack(order + "IIIHH", 0x030000, first_bytes, 0, 0, 0)
        entries += struct.pack(order + "IIIHH", 0, len(second), offset, 0, 0)
        table = struct.pack(order + "HHI4s", 0xB000, 7, 4, b"0100")
        table += struct.pack(order + "HHII", 0xB001, 4, 1, 2)
        table += struct.pack(order + "HHII", 0xB002, 7, 32, 50)
        head = mark + struct.pack(order + "IH", 8, 3)
        return b"MPF\0" + head + table + bytes(4) + entries

    grown = len(segment(APP2, index(0, 0)))
    whole = len(first) + grown
    base = end_of_headers(first) + 8
    return insert_segments(first, [segment(APP2, index(whole, whole - base))]) + second


# A small folder of photos with measured depth.


def inverse_depth(number):
    """Inverse depth of a frame, in 1/m: a floor whose bumps grow with the frame's number."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    floor = 0.1 + rows / (HEIGHT - 1)
    return floor + 0.04 * number * np.abs(np.sin(columns / 9.0))


def write_set(folder, count):
    """Write frames 0 to count - 1; the left tenth of the truth is unknown."""
    folder.mkdir()
    for number in range(count):
        millimetres = np.rint(1000 / inverse_depth(number)).astype(np.uint16)
        millimetres[:, : WIDTH // 10] = 0
        Image.fromarray(millimetres).save(folder / f"{number:04d}_depth.png")
        rgb = np.full((HEIGHT, WIDTH, 3), 40 * number, np.uint8)
        Image.fromarray(rgb).save(folder / f"{number:04d}_rgb.png")
    return folder
