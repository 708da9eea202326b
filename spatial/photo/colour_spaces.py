"""Colours that a file names without a profile -> an ICC profile, so that one engine converts all.

Primaries and curves are those of ITU-T H.273, tables 2 and 3, the list that PNG's ``cICP``, HEIF
and AVIF use, and of Adobe RGB (1998). High dynamic range (SMPTE ST 2084, ARIB STD-B67) is mapped to
a screen whose white is the 203 nits of ITU-R BT.2408: dark and middle tones stay, what is brighter
is compressed by the curve of ITU-R BT.2390-11, 5.4.1.
"""

import struct
from collections.abc import Callable
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

_D65 = (0.3127, 0.3290)
_DCI = (0.314, 0.351)
_D50_XYZ = np.array([0.9642, 1.0, 0.8249])
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
_SAMPLES = 4096
_WHITE_NITS, _PEAK_NITS = 203.0, 1000.0
_UNSPECIFIED = 2

Primaries = tuple[tuple[float, float], ...]  # CIE xy of red, green, blue and white
Curve = Callable[[NDArray], NDArray]  # stored level -> linear light, both in [0, 1]

_SRGB: Primaries = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), _D65)
_PRIMARIES: dict[int, Primaries] = {
    1: _SRGB,
    _UNSPECIFIED: _SRGB,
    5: ((0.640, 0.330), (0.290, 0.600), (0.150, 0.060), _D65),  # PAL
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),  # NTSC
    7: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),  # BT.2020
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _DCI),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),  # Display P3
}


def _srgb(level: NDArray) -> NDArray:
    return np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)


def _power(level: NDArray, *, gamma: float) -> NDArray:
    return level**gamma


def _pq_nits(level: NDArray) -> NDArray:
    root = level ** (1 / 78.84375)
    return 10_000 * (np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (
        1 / 0.1593017578125
    )


def _pq_level(nits: NDArray) -> NDArray:
    root = (nits / 10_000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * root) / (1 + 18.6875 * root)) ** 78.84375


def _hlg_nits(level: NDArray) -> NDArray:
    """Return what a 1000-nit screen shows, whose system gamma is 1.2."""
    scene = np.where(
        level <= 0.5, level**2 / 3, (np.exp((level - 0.55991073) / 0.17883277) + 0.28466892) / 12
    )
    return _PEAK_NITS * scene**1.2


def _on_screen(level: NDArray, *, nits: Curve) -> NDArray:
    """Return linear light on an ordinary screen: the roll-off of BT.2390 from peak to white."""
    peak = _pq_level(np.array(_PEAK_NITS))
    white = _pq_level(np.array(_WHITE_NITS)) / peak
    knee = 1.5 * white - 0.5
    stored = np.minimum(_pq_level(nits(level)) / peak, 1.0)
    t = np.maximum(stored - knee, 0.0) / (1.0 - knee)
    rolled = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee)
    rolled += (-2 * t**3 + 3 * t**2) * white
    shown = np.where(stored < knee, stored, rolled)
    return np.minimum(_pq_nits(shown * peak) / _WHITE_NITS, 1.0)


_CURVES: dict[int, Curve] = {
    # Video's camera curve is taken as sRGB's, as browsers do: that is what such pictures hold.
    **dict.fromkeys((1, _UNSPECIFIED, 6, 11, 13, 14, 15), _srgb),
    4: partial(_power, gamma=2.2),
    5: partial(_power, gamma=2.8),
    8: partial(_power, gamma=1.0),
    16: partial(_on_screen, nits=_pq_nits),
    18: partial(_on_screen, nits=_hlg_nits),
}
_HIGH_RANGE = (16, 18)


def high_range_of(bits: int, primaries: int, transfer: int) -> tuple[int, int, int] | None:
    """Return what ``Picture.high_range`` holds; None where 8 bit and an ICC profile will do."""
    is_high = bits > 8 and transfer in _HIGH_RANGE and primaries in _PRIMARIES
    return (bits, primaries, transfer) if is_high else None


def to_srgb_levels(primaries: int, transfer: int, most: int) -> Callable[[NDArray], NDArray]:
    """Return what turns levels up to ``most``, uint16 [..., 3], into sRGB, uint8."""
    linear = _CURVES[transfer](np.minimum(np.arange(65_536) / most, 1.0)).astype(np.float32)
    matrix = np.linalg.solve(_to_d50(_SRGB), _to_d50(_PRIMARIES[primaries])).astype(np.float32)
    middles = _srgb((np.arange(255) + 0.5) / 255)
    nearest = np.searchsorted(middles, np.linspace(0.0, 1.0, 65_536)).astype(np.uint8)

    def convert(levels: NDArray) -> NDArray[np.uint8]:
        shown = np.clip(linear[levels] @ matrix.T, 0.0, 1.0)
        return nearest[(shown * np.float32(65_535) + np.float32(0.5)).astype(np.uint16)]

    return convert


@cache
def profile_of_codes(primaries: int, transfer: int) -> bytes:
    """Return the ICC profile of two code points of H.273; empty for sRGB and for unknown ones."""
    found = _PRIMARIES.get(primaries), _CURVES.get(transfer)
    if found[0] is None or found[1] is None or found == (_SRGB, _srgb):
        return b""
    return _profile(found[0], found[1])


@cache
def adobe_rgb() -> bytes:
    """Return the profile of Adobe RGB (1998), 4.3.4 and 4.3.5."""
    primaries = ((0.640, 0.330), (0.210, 0.710), (0.150, 0.060), _D65)
    return _profile(primaries, partial(_power, gamma=563 / 256))


def profile_of_gamma(gamma: float | None, primaries: Primaries | None) -> bytes:
    """Return the profile of an exponent and primaries, as PNG states them; empty for sRGB.

    An exponent near 1/2.2 stands for sRGB's curve, which it is the nearest one to.
    """
    is_srgb = gamma is None or abs(gamma - 1 / 2.2) < 0.01
    near = primaries is None or np.abs(np.subtract(primaries, _SRGB)).max() < 0.001
    if (is_srgb and near) or not (gamma is None or 0.1 <= gamma <= 10):
        return b""
    curve = _srgb if gamma is None or is_srgb else partial(_power, gamma=1 / gamma)
    return _profile(primaries or _SRGB, curve)


def _profile(primaries: Primaries, curve: Curve) -> bytes:
    """Return a display profile (ICC.1:2001-04): three primaries under D50, one curve for all."""
    samples = curve(np.linspace(0.0, 1.0, _SAMPLES))
    table = (
        struct.pack(">4s4xI", b"curv", _SAMPLES) + np.rint(65535 * samples).astype(">u2").tobytes()
    )
    columns = _to_d50(primaries).T
    values = {
        b"desc": struct.pack(">4s4xI", b"desc", 5) + b"told\0" + bytes(78),
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": _xyz(_D50_XYZ),
        **{name: _xyz(columns[i]) for i, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), table),
    }
    start = 132 + 12 * len(values)
    index, body, placed = b"", b"", {}
    for name, value in values.items():
        at = placed.setdefault(value, start + len(body))
        if at == start + len(body):
            body += value + bytes(-len(value) % 4)
        index += name + struct.pack(">II", at, len(value))
    head = struct.pack(">I4xI", start + len(body), 0x02100000) + b"mntrRGB XYZ "
    head += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp"
    head = head.ljust(68, b"\0") + _xyz(_D50_XYZ)[8:]
    return head.ljust(128, b"\0") + struct.pack(">I", len(values)) + index + body


def _xyz(values: NDArray) -> bytes:
    return b"XYZ \0\0\0\0" + np.rint(values * 65536).astype(">i4").tobytes()


def _to_d50(primaries: Primaries) -> NDArray:
    """Return the matrix from linear RGB to CIE XYZ under D50 (Bradford), columns R, G and B."""
    *colours, white = (np.array([x / y, 1.0, (1.0 - x - y) / y]) for x, y in primaries)
    matrix = np.stack(colours, axis=1)
    to_xyz = matrix * np.linalg.solve(matrix, white)
    cones = (_BRADFORD @ _D50_XYZ) / (_BRADFORD @ white)
    return np.linalg.inv(_BRADFORD) @ (cones[:, None] * (_BRADFORD @ to_xyz))
