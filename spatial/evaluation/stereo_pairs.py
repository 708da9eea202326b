"""Folders of rectified stereo pairs: ``NNNN_left.*``, ``NNNN_right.*`` and ``NNNN_disp.png``.

The disparity is that of the left photo, uint16, 1/64 px, 0 = unknown;
``x_right = x_left - disparity``.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.evaluation.frames import DataError, photo_of, read_16_bit

STEPS_PER_PX = 64.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFiles:
    """The files of one pair."""

    name: str
    left_path: Path
    right_path: Path
    disparity_path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class TruePair:
    """A real pair.

    Attributes:
        left: uint8 [H, W, 3].
        right: uint8 [H, W, 3].
        disparity_px: float32 [H, W] of the left photo, unknown pixels filled (see
            ``fill_unknown``).
        known: bool [H, W], where the disparity was measured.
        disoccluded: bool [H, W] of the right photo, what the left one does not show (see
            ``find_disoccluded``).
    """

    left: NDArray[np.uint8]
    right: NDArray[np.uint8]
    disparity_px: NDArray[np.float32]
    known: NDArray[np.bool_]
    disoccluded: NDArray[np.bool_]


def list_pairs(folder: Path) -> tuple[PairFiles, ...]:
    """Return the pairs of a folder in order.

    Raises:
        DataError: the folder has no pair, or a photo is missing.
    """
    pairs = []
    for path in sorted(folder.glob("*_disp.png")):
        name = path.name.removesuffix("_disp.png")
        left, right = (photo_of(folder, f"{name}_{side}") for side in ("left", "right"))
        pairs.append(PairFiles(name=name, left_path=left, right_path=right, disparity_path=path))
    if not pairs:
        wanted = "give a folder of NNNN_left, NNNN_right and NNNN_disp.png"
        msg = f"{folder} holds no NNNN_disp.png; {wanted}"
        raise DataError(msg)
    return tuple(pairs)


def fill_unknown(
    disparity_px: NDArray[np.float32], known: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return the map, unknown pixels filled with the farther of the known neighbours on their row.

    The farther one is the smaller. A row without any known pixel becomes 0.

    >>> row = np.array([[0, 5, 0, 3, 0]], np.float32)
    >>> fill_unknown(row, row > 0).tolist()
    [[5.0, 5.0, 3.0, 3.0, 3.0]]
    """
    height, width = disparity_px.shape
    columns = np.broadcast_to(np.arange(width), (height, width))
    before = np.maximum.accumulate(np.where(known, columns, -1), axis=1)
    after = np.minimum.accumulate(np.where(known, columns, width)[:, ::-1], axis=1)[:, ::-1]
    rows = np.arange(height)[:, None]
    left = np.where(before >= 0, disparity_px[rows, np.maximum(before, 0)], np.inf)
    right = np.where(after < width, disparity_px[rows, np.minimum(after, width - 1)], np.inf)
    smaller = np.minimum(left, right)
    smaller[~np.isfinite(smaller)] = 0.0
    return np.where(known, disparity_px, smaller).astype(np.float32)


def find_disoccluded(disparity_px: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which pixels of the right view no left pixel reaches (rounded), widened by one."""
    height, width = disparity_px.shape
    target = np.rint(np.arange(width) - disparity_px).astype(int)
    inside = (target >= 0) & (target < width)
    reached = np.zeros((height, width), bool)
    reached[np.nonzero(inside)[0], target[inside]] = True
    return cv2.dilate((~reached).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0


def _read_photo(path: Path) -> NDArray[np.uint8]:
    stored = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if stored is None:
        msg = f"{path} is no picture"
        raise DataError(msg)
    return np.asarray(stored, np.uint8)


def read_pair(files: PairFiles) -> TruePair:
    """Read one pair.

    Raises:
        DataError: a file is no picture, the disparity is not 16 bit, or the sizes differ.
    """
    stored = read_16_bit(files.disparity_path, f"disparity x {STEPS_PER_PX:g}")
    left, right = _read_photo(files.left_path), _read_photo(files.right_path)
    if not left.shape[:2] == right.shape[:2] == stored.shape:
        sizes = f"left {left.shape}, right {right.shape} and disparity {stored.shape}"
        msg = f"pair {files.name}: {sizes} differ"
        raise DataError(msg)
    known = stored > 0
    disparity_px = fill_unknown((stored / STEPS_PER_PX).astype(np.float32), known)
    return TruePair(
        left=left,
        right=right,
        disparity_px=disparity_px,
        known=known,
        disoccluded=find_disoccluded(disparity_px),
    )
