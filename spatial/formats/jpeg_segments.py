"""Metadata segments of a JPEG file: what MPO, JPS and VR photos add to a finished one."""

from collections.abc import Sequence

APP0, APP1, APP2, APP3 = b"\xff\xe0", b"\xff\xe1", b"\xff\xe2", b"\xff\xe3"
LARGEST_PAYLOAD_BYTES = 65_533  # 16 bits, which count themselves


def segment(marker: bytes, payload: bytes) -> bytes:
    """Return one segment: marker, length, payload of at most 65533 bytes."""
    if len(payload) > LARGEST_PAYLOAD_BYTES:
        msg = f"a JPEG segment holds {LARGEST_PAYLOAD_BYTES} bytes, got {len(payload)}"
        raise ValueError(msg)
    return marker + (len(payload) + 2).to_bytes(2, "big") + payload


def end_of_headers(jpeg: bytes) -> int:
    """Return the offset behind the JFIF and EXIF headers (APP0, APP1) that a JPEG file begins with."""
    position = 2
    while jpeg[position : position + 2] in (APP0, APP1):
        position += 2 + int.from_bytes(jpeg[position + 2 : position + 4], "big")
    return position


def insert_segments(jpeg: bytes, segments: Sequence[bytes]) -> bytes:
    """Return the JPEG file with more segments behind its JFIF and EXIF headers."""
    position = end_of_headers(jpeg)
    return b"".join((memoryview(jpeg)[:position], *segments, memoryview(jpeg)[position:]))
