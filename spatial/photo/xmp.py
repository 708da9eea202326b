"""XMP of a JPEG file: the packet and its extension, which holds what does not fit into one segment.

XMP Specification Part 3, 1.1.3: the packet names the GUID of the extension; its parts lie in
further APP1 segments.
"""

import struct
from collections.abc import Sequence
from xml.parsers import expat

_ADOBE = b"http://ns.adobe.com/x"
_PACKET = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
MAX_XMP_BYTES = 4_000_000
MAX_PROPERTIES = 20_000
_GUID_BYTES = 32
_PART_HEAD = struct.Struct(f">{_GUID_BYTES}sII")  # GUID, length of the whole, offset of this part
_EXTENSION_NAME = "{http://ns.adobe.com/xmp/note/}HasExtendedXMP"


class XmpError(ValueError):
    """XMP data are incomplete or not built as they should be."""


def read_xmp(segments: Sequence[tuple[str, bytes]], namespace: str) -> dict[str, str]:
    """Return the simple properties of a namespace by name; empty where there are none.

    Args:
        segments: (marker, payload) of a JPEG file, as Pillow lists them in ``applist``.
        namespace: address of the namespace; segments that do not hold it are not parsed.

    Raises:
        XmpError: the packet or its extension is damaged, or larger than any camera writes.
    """
    payloads = [p for marker, p in segments if marker == "APP1" and p.startswith(_ADOBE)]
    if sum(map(len, payloads)) > MAX_XMP_BYTES:
        msg = f"its XMP has more than {MAX_XMP_BYTES // 10**6} MB"
        raise XmpError(msg)
    packet = next((p[len(_PACKET) :] for p in payloads if p.startswith(_PACKET)), b"")
    told = packet.replace(b"\0", b"")  # UTF-16 in ASCII
    found = _properties(packet) if namespace.encode() in told or b"HasExtendedXMP" in told else {}
    guid = found.get(_EXTENSION_NAME, "")
    if guid:
        extension = _join(payloads, guid.encode())
        if not extension and namespace.encode() in told:
            msg = "its extended XMP is missing"
            raise XmpError(msg)
        if namespace.encode() in extension:
            found |= _properties(extension)
    prefix = f"{{{namespace}}}"
    return {name.removeprefix(prefix): v for name, v in found.items() if name.startswith(prefix)}


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
    found: dict[str, str] = {}
    texts: list[list[str]] = []  # of the elements that are open
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1 + len(attributes)
        if count > MAX_PROPERTIES:
            msg = f"its XMP has more than {MAX_PROPERTIES} properties"
            raise XmpError(msg)
        found.update((_in_braces(key), value) for key, value in attributes.items())
        texts.append([])

    def end(name: str) -> None:
        text = "".join(texts.pop()).strip()
        if text:
            found[_in_braces(name)] = text

    def refuse(*_declared: object) -> None:
        msg = "its XMP declares a document type"  # used to fill the memory, never needed
        raise XmpError(msg)

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda text: texts[-1].append(text)  # noqa: PLW0108 - it moves
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(packet.strip(b"\0 \r\n\t"), True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        if isinstance(error, XmpError):
            raise
        msg = "its XMP is no XML"
        raise XmpError(msg) from error
    return found


def _in_braces(name: str) -> str:
    return "{" + name if "}" in name else name
