"""Things cut out of photos, each with a made-up relief: bodies are about as deep as they are wide.

A folder holds `NNNN.webp` (RGBA) and `index.csv` with the columns id, cut_left, cut_right, cut_top
and cut_bottom: 1 where the photo's frame cut the thing off.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spatial.training.data import TrainingDataError

INDEX = "index.csv"
# The relief is smooth: it is solved at this long side and enlarged.
RELIEF_LONG_SIDE_PX = 64
# Sweeps at each of the sizes that double up to the full one: a coarse start saves most of them.
SWEEPS = 24


class CutSides(NamedTuple):
    """The sides on which the photo's frame cut the thing off."""

    left: bool
    right: bool
    top: bool
    bottom: bool

    def mirrored(self) -> "CutSides":
        """Return the sides of the mirror image."""
        return CutSides(self.right, self.left, self.top, self.bottom)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutout:
    """One thing.

    Attributes:
        rgba: [h, w, 4] uint8.
        relief_px: [h', w'] float32, how far the surface rises above the silhouette, in the pixels
            of `rgba`; smaller than the picture and to be stretched over it.
        cut: Where the frame cut it off.
    """

    rgba: NDArray[np.uint8]
    relief_px: NDArray[np.float32]
    cut: CutSides


def load_cutouts(folder: Path) -> list[Cutout]:
    """Return the cut-outs of a folder in the order of its index.

    Raises:
        TrainingDataError: For a folder without index, or a picture that is missing or broken.
    """
    path = folder / INDEX
    if not path.is_file():
        raise TrainingDataError(f"the cut-outs need the file {path}, which does not exist")
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [_load(folder / f"{row['id']}.webp", row) for row in rows]


def _load(path: Path, row: dict[str, str]) -> Cutout:
    try:
        with Image.open(path) as image:
            rgba = np.array(image.convert("RGBA"))
    except OSError as error:
        raise TrainingDataError(f"the cut-out {path} cannot be read: {error}") from error
    cut = CutSides(*(row[f"cut_{side}"] == "1" for side in CutSides._fields))
    return Cutout(rgba=rgba, relief_px=inflate(rgba[..., 3], cut), cut=cut)


def inflate(alpha: NDArray[np.uint8], cut: CutSides) -> NDArray[np.float32]:
    """Return the relief [px of `alpha`] of a body blown up: a disc gives half a ball.

    The square root of twice the solution of Poisson's equation with a constant right side: thin
    parts rise little, thick ones much. A side that was cut off does not end there.

    Args:
        alpha: [h, w], opaque above 127.
        cut: Sides on which the body goes on outside the picture.
    """
    scale = min(1.0, RELIEF_LONG_SIDE_PX / max(alpha.shape))
    height, width = (max(2, round(side * scale)) for side in alpha.shape)
    potential = np.zeros((2, 2), np.float32)
    for level in (8, 4, 2, 1):
        size = (max(2, width // level), max(2, height // level))
        inside = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA) > 127
        potential = cv2.resize(potential, size, interpolation=cv2.INTER_LINEAR) * 4
        potential = _relax(potential.astype(np.float32), inside, cut)
    return (np.sqrt(2 * potential) / scale).astype(np.float32)


def _relax(
    potential: NDArray[np.float32], inside: NDArray[np.bool_], cut: CutSides
) -> NDArray[np.float32]:
    """Return `potential` after sweeps of Jacobi's method for its Laplacian = -2, 0 outside."""
    for _ in range(SWEEPS):
        padded = np.pad(np.where(inside, potential, 0), 1)
        # Beyond a cut side the body goes on as it is.
        for is_cut, rim, first in (
            (cut.left, np.s_[:, 0], np.s_[:, 1]),
            (cut.right, np.s_[:, -1], np.s_[:, -2]),
            (cut.top, np.s_[0], np.s_[1]),
            (cut.bottom, np.s_[-1], np.s_[-2]),
        ):
            if is_cut:
                padded[rim] = padded[first]
        around = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
        potential = ((around + 2) / 4).astype(np.float32)
    return np.where(inside, potential, 0)
