"""XMP of a JPEG file: the packet and its extension, which holds what does not fit into one segment.

XMP Specification Part 3, 1.1.3: the packet names the GUID of the extension; its parts lie in further APP1 segments.
"""

import struct
from collections.abc import Sequence
from xml.etree import ElementTree

_PACKET = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
_GUID_BYTES = 32
_PART_HEAD = struct.Struct(f">{_GUID_BYTES}sII")  # GUID, length of the whole, offset of this part
_EXTENSION_NAME = "{http://ns.adobe.com/xmp/note/}HasExtendedXMP"


class XmpError(ValueError):
    """XMP data are incomplete or not built as they should be."""


def read_xmp(segments: Sequence[tuple[str, bytes]], namespace: str) -> dict[str, str]:
    """Return the simple properties of a namespace, by their name without it; empty where there are none.

    Args:
        segments: (marker, payload) of a JPEG file, as Pillow lists them in ``applist``.
        namespace: address of the namespace; segments that do not hold it are not parsed.

    Raises:
        XmpError: the packet or its extension is damaged.
    """
    payloads = [payload for marker, payload in segments if marker == "APP1"]
    packet = next((p[len(_PACKET) :] for p in payloads if p.startswith(_PACKET)), b"")
    found = _properties(packet) if namespace.encode() in packet or _is_extended(packet) else {}
    guid = found.get(_EXTENSION_NAME, "")
    if guid:
        extension = _join(payloads, guid.encode())
        if not extension and namespace.encode() in packet:
            msg = "its extended XMP is missing"
            raise XmpError(msg)
        if namespace.encode() in extension:
            found |= _properties(extension)
    prefix = f"{{{namespace}}}"
    return {name.removeprefix(prefix): v for name, v in found.items() if name.startswith(prefix)}


def _is_extended(packet: bytes) -> bool:
    return b"HasExtendedXMP" in packet


def _join(payloads: Sequence[bytes], guid: bytes) -> bytes:
    """Return the extension of a GUID, its parts in the order of their offsets."""
    parts: dict[int, bytes] = {}
    length = 0
    for payload in payloads:
        head = payload[len(_EXTENSION) : len(_EXTENSION) + _PART_HEAD.size]
        if not payload.startswith(_EXTENSION) or len(head) < _PART_HEAD.size:
            continue
        name, whole, offset = _PART_HEAD.unpack(head)
        if name == guid:
            length = whole
            parts[offset] = payload[len(_EXTENSION) + _PART_HEAD.size :]
    joined = b"".join(parts[offset] for offset in sorted(parts))
    if len(joined) != length:
        msg = f"its extended XMP has {len(joined)} of {length} bytes"
        raise XmpError(msg)
    return joined


def _properties(packet: bytes) -> dict[str, str]:
    """Return every attribute and every element with text, by ``{namespace}name``."""
    if (
        b"<!DOCTYPE" in packet or b"<!ENTITY" in packet
    ):  # XMP has neither; they are used to fill the memory
        msg = "its XMP declares a document type"
        raise XmpError(msg)
    try:
        root = ElementTree.fromstring(packet.strip(b"\0 \r\n\t"))
    except (ElementTree.ParseError, ValueError) as error:
        msg = f"its XMP is no XML ({error})"
        raise XmpError(msg) from error
    found: dict[str, str] = {}
    for element in root.iter():
        found |= element.attrib
        if element.text and element.text.strip():
            found[element.tag] = element.text.strip()
    return found
