"""Photos with depth in them, as phones write them, assembled by the tests."""

import base64
import hashlib
import io
import struct
from itertools import islice

import numpy as np
import pillow_heif
from PIL import Image

from spatial.formats.boxes import (
    Box,
    add_associations,
    find,
    item_ids,
    move_items,
    read_boxes,
    write_boxes,
)
from spatial.formats.encode import APP1, insert_segments, segment

GDEPTH = "http://ns.google.com/photos/1.0/depthmap/"
_PART_BYTES = 40_000


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


def png(levels):
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "PNG")
    return file.getvalue()


def jpeg_with_gdepth(rgb, levels, *, extended=False, exif=b"", lose_part=False, **properties):
    """A JPEG file with GDepth in its XMP packet or, where ``extended``, the picture in its
    extension.
    """
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=95, exif=exif)
    data = base64.b64encode(png(levels)).decode()
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
