"""How a picture is known to hold two views: by its name and by how alike its halves are.

The table is shared with the viewer and with the Unity project; so is the measure of likeness.
"""

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spatial.settings import InputLayout

_SIDE = 128  # samples along each side of the picture
_PLAIN = 1.0  # variance of grey, up to which there is nothing to compare
_REACH = 4  # samples that the halves may be shifted against each other


class Likeness(NamedTuple):
    """Correlations, -1 to 1, of the left with the right and of the top with the bottom half."""

    sides: float
    stack: float


@cache
def _table() -> dict[str, Any]:
    return json.loads((files("spatial") / "viewer" / "recognition.json").read_bytes())


def _between(words: str) -> re.Pattern[str]:
    return re.compile(f"(?:^|[-_ .])(?:{words})(?=[-_ .]|$)", re.IGNORECASE)


def detect_layout(name: str, width_px: int, height_px: int, alike: Likeness) -> InputLayout:
    """Return how the views lie in a picture, MONO where it shows one.

    What the halves show decides; a name counts only where they are alike.

    Args:
        name: of the file, suffix included.
        width_px: of the whole picture.
        height_px: of the whole picture.
        alike: how alike its halves are.
    """
    table = _table()
    named = next((row for row in table["names"] if _between(row["words"]).search(name)), None)
    if named is not None:
        halves = table["arrangements"][named["arrangement"]]["halves"]
        if getattr(alike, halves) >= named["alike"]:
            return _sized(named["arrangement"], named.get("size"), width_px / height_px)
    rule = table["unnamed"]
    if width_px / height_px >= rule["wide_aspect"]:
        found = "sides" if alike.sides >= rule["alike_when_wide"] else None
    else:
        best = "sides" if alike.sides >= alike.stack else "stack"
        found = best if max(alike) >= rule["alike"] else None
    return InputLayout.MONO if found is None else _sized(found, None, width_px / height_px)


def _sized(arrangement: str, size: str | None, aspect: float) -> InputLayout:
    """Return the layout: half where the name says so, else where a view looks squeezed."""
    row = _table()["arrangements"][arrangement]
    of_view = aspect * (0.5 if row["halves"] == "sides" else 2.0)
    squeezed = any(low <= of_view <= high for low, high in row["half_view_aspects"])
    return InputLayout(row["half" if (size == "half" if size else squeezed) else "full"])


def is_on_sphere(name: str) -> bool:
    """Tell whether a name says that a picture is part of a sphere."""
    return any(_between(row["words"]).search(name) for row in _table()["projections"])


def holds_depth(name: str) -> bool:
    """Tell whether a name says that a photo has its depth beside it."""
    return bool(_between(_table()["depth_beside"]["words"]).search(name))


def is_tinted(rgb: NDArray[np.uint8]) -> bool:
    """Tell whether a picture has colours, so that it is no depth in grey."""
    tint = np.ptp(rgb[::4, ::4].astype(np.int16), axis=2).mean()
    return bool(tint > _table()["depth_beside"]["most_tint"])


def sphere_of(name: str, width_px: int, height_px: int) -> dict[str, str]:
    """Return GPano's properties of a view whose name says it is a sphere, or half of one, else {}.

    The name counts where the view has that shape.
    """
    for row in _table()["projections"]:
        low, high = row["view_aspects"]
        if _between(row["words"]).search(name) and low <= width_px / height_px <= high:
            whole = width_px if row["projection"] == "sphere" else 2 * width_px
            numbers = {
                "FullPanoWidthPixels": whole,
                "FullPanoHeightPixels": height_px,
                "CroppedAreaImageWidthPixels": width_px,
                "CroppedAreaImageHeightPixels": height_px,
                "CroppedAreaLeftPixels": (whole - width_px) // 2,
                "CroppedAreaTopPixels": 0,
            }
            told = {"ProjectionType": "equirectangular"}
            return told | {key: str(value) for key, value in numbers.items()}
    return {}


def name_of_view(name: str) -> tuple[str, bool] | None:
    """Return a file's name without its word for an eye, and whether that is the left one, or None.

    >>> name_of_view("boat_L.jpg"), name_of_view("boat_right.jpg"), name_of_view("boat.jpg")
    (('boat.jpg', True), ('boat.jpg', False), None)
    """
    for row in _table()["pairs"]:
        for eye in ("left", "right"):
            rest = _between(row[eye]).sub("", name, count=1)
            if rest != name:
                return rest, eye == "left"
    return None


def halves_alike(rgb: NDArray[np.uint8]) -> Likeness:
    """Return how alike the halves are, whatever their brightness and however gradual their shading.

    The mean of every row, or column, is taken out: a sky above a meadow makes any halves alike.
    """
    import cv2  # noqa: PLC0415 - takes a while

    small = cv2.resize(rgb, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float64)
    half = _SIDE // 2
    across, down = (grey[:, :half], grey[:, half:]), (grey[:half], grey[half:])
    sides = [part - part.mean(axis=1, keepdims=True) for part in across]
    stack = [part - part.mean(axis=0, keepdims=True) for part in down]
    return Likeness(_likeness(*sides), _likeness(*stack))


def _likeness(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return the best normalised correlation over small sideways shifts."""
    inner = first[:, _REACH:-_REACH]
    found = []
    for shift in range(2 * _REACH + 1):
        other = second[:, shift : shift + inner.shape[1]]
        powers = (inner**2).sum(), (other**2).sum()
        is_plain = min(powers) <= _PLAIN * inner.size
        found.append(0.0 if is_plain else (inner * other).sum() / np.sqrt(np.prod(powers)))
    return float(max(found))
