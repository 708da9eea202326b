"""XMP: the packet and, in a JPEG file, its extension, for what does not fit into one segment.

XMP Specification Part 3, 1.1.3: the packet names the GUID of the extension; its parts lie in
further APP1 segments.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

_ADOBE = b"http://ns.adobe.com/x"
_PACKET = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
GPANO = "http://ns.google.com/photos/1.0/panorama/"
MAX_XMP_BYTES = 4_000_000
MAX_PROPERTIES = 20_000
_GUID_BYTES = 32
_PART_HEAD = struct.Struct(f">{_GUID_BYTES}sII")  # GUID, length of the whole, offset of this part
_LIST_ITEM = "http://www.w3.org/1999/02/22-rdf-syntax-ns#}li"
_EXTENSION_NAME = "{http://ns.adobe.com/xmp/note/}HasExtendedXMP"


class XmpError(ValueError):
    """XMP data are incomplete or not built as they should be."""


@dataclass(frozen=True, slots=True)
class Xmp:
    """What XMP tells: simple properties by ``{namespace}name``, and those of each list item."""

    properties: dict[str, str] = field(default_factory=dict)
    items: list[dict[str, str]] = field(default_factory=list)

    def of(self, namespace: str) -> dict[str, str]:
        """Return the properties of a namespace by name."""
        start = f"{{{namespace}}}"
        found = self.properties.items()
        return {name.removeprefix(start): value for name, value in found if name.startswith(start)}


def read_xmp(
    segments: Sequence[tuple[str, bytes]], *namespaces: str, most: int = MAX_XMP_BYTES
) -> Xmp:
    """Return what the XMP of a JPEG file tells; nothing where it holds none of the namespaces.

    Args:
        segments: (marker, payload) of the file, as Pillow lists them in ``applist``.
        namespaces: addresses; what holds none of them is not parsed.
        most: bytes that are read.

    Raises:
        XmpError: the packet or its extension is damaged, or larger than any camera writes.
    """
    payloads = [p for marker, p in segments if marker == "APP1" and p.startswith(_ADOBE)]
    if sum(map(len, payloads)) > most:
        msg = f"its XMP has more than {most // 10**6} MB"
        raise XmpError(msg)
    packet = next((p[len(_PACKET) :] for p in payloads if p.startswith(_PACKET)), b"")
    is_told = _holds(packet, *namespaces)
    found = parse_xmp(packet) if is_told or _holds(packet, "HasExtendedXMP") else Xmp()
    guid = found.properties.get(_EXTENSION_NAME, "")
    if guid:
        extension = _join(payloads, guid.encode())
        if not extension and is_told:
            msg = "its extended XMP is missing"
            raise XmpError(msg)
        if _holds(extension, *namespaces):
            more = parse_xmp(extension, most)
            return Xmp(found.properties | more.properties, found.items + more.items)
    return found


def panorama_of(packet: bytes) -> dict[str, str]:
    """Return GPano's properties of a picture that is part of a sphere; empty for others."""
    if not _holds(packet, GPANO):
        return {}
    found = parse_xmp(packet).of(GPANO)
    return found if found.get("ProjectionType") == "equirectangular" else {}


def _holds(packet: bytes, *words: str) -> bool:
    told = packet.replace(b"\0", b"")  # UTF-16 in ASCII
    return any(word.encode() in told for word in words)


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


def parse_xmp(packet: bytes, most: int = MAX_XMP_BYTES) -> Xmp:
    """Return every attribute and every element with text.

    Raises:
        XmpError: it is no XML, or more of it than any camera writes.
    """
    if len(packet) > most:
        msg = f"its XMP has more than {most // 10**6} MB"
        raise XmpError(msg)
    reading = _Reading()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reading.start, reading.end
    parser.CharacterDataHandler = reading.text
    parser.StartDoctypeDeclHandler = reading.refuse
    try:
        parser.Parse(packet.strip(b"\0 \r\n\t"), True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        if isinstance(error, XmpError):
            raise
        msg = "its XMP is no XML"
        raise XmpError(msg) from error
    return reading.told


class _Reading:
    """What was read of a packet so far: the parser calls it as it goes."""

    def __init__(self) -> None:
        self.told = Xmp()
        self._items: list[dict[str, str]] = []  # list items that are open
        self._texts: list[list[str]] = []  # of the elements that are open
        self._count = 0

    def _keep(self, name: str, value: str) -> None:
        self.told.properties["{" + name if "}" in name else name] = value
        if self._items:
            self._items[-1][name.rpartition("}")[2]] = value

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1 + len(attributes)
        if self._count > MAX_PROPERTIES:
            msg = f"its XMP has more than {MAX_PROPERTIES} properties"
            raise XmpError(msg)
        if name == _LIST_ITEM:
            self._items.append({})
            self.told.items.append(self._items[-1])
        for key, value in attributes.items():
            self._keep(key, value)
        self._texts.append([])

    def text(self, text: str) -> None:
        self._texts[-1].append(text)

    def end(self, name: str) -> None:
        text = "".join(self._texts.pop()).strip()
        if text:
            self._keep(name, text)
        if name == _LIST_ITEM:
            self._items.pop()

    def refuse(self, *_declared: object) -> None:
        msg = "its XMP declares a document type"  # used to fill the memory, never needed
        raise XmpError(msg)
