"""Files of data sets, and what is wrong with them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Item = TypeVar("Item")


class DataError(ValueError):
    """A data folder does not hold what it should."""


def photo_of(folder: Path, stem: str) -> Path:
    """Return the photo ``stem.*``; raise DataError where there is none."""
    photos = sorted(folder.glob(f"{stem}.*"))
    if not photos:
        msg = f"{folder} has no photo {stem}.*"
        raise DataError(msg)
    return photos[0]


def read_16_bit(path: Path, what: str) -> NDArray[np.uint16]:
    """Return a 16-bit grey PNG [H, W]; raise DataError, which says ``what`` it should hold."""
    stored = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if stored is None or stored.dtype != np.uint16 or stored.ndim != 2:
        msg = f"{path} is no 16-bit grey PNG of {what}"
        raise DataError(msg)
    return np.asarray(stored, np.uint16)


def choose_subset(items: Sequence[Item], count: int | None, seed: int) -> tuple[Item, ...]:
    """Return ``count`` items in order, drawn by ``seed``; all for None or too few.

    Raises:
        DataError: ``count`` is below 1.
    """
    if count is not None and count < 1:
        msg = f"a subset of {count} frames cannot be scored; give 1 or more"
        raise DataError(msg)
    if count is None or count >= len(items):
        return tuple(items)
    chosen = np.random.default_rng(seed).choice(len(items), count, replace=False)
    return tuple(items[i] for i in sorted(chosen))
