"""Photos whose depth people put in order by looking: what is nearer than what, nothing more.

A line of `ordered_photos.txt` is a photo's name, then the rows of a grid; a digit is the depth in
the centre of a cell, 9 the nearest thing in the photo, 0 the farthest, `.` unsure. A model's own
labels repeat its mistakes on just those photos that it does not understand; these do not.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from spatial.training.data import LabelledImages, TrainingDataError, photo_files

# By set: width and height [px] that its photos are stretched to.
ORDERED = {"ordered_wide": (288, 204), "ordered_tall": (204, 288)}
LABELS = Path(__file__).with_name("ordered_photos.txt")
# Around the centre of a cell, as a share of its shorter side.
DISC_RADIUS = 0.13
UNSURE = "."


def load_ordered(name: str, folders: Sequence[Path], labels: Path = LABELS) -> LabelledImages:
    """Return the photos of one set; inverse depth is known in the centres of the cells alone.

    Args:
        name: A key of `ORDERED`.
        folders: Where the photos lie.
        labels: The lines described above.

    Raises:
        TrainingDataError: A line cannot be read, or none of the photos is in the folders.
    """
    size = width, height = ORDERED[name]
    paths = {path.stem: path for folder in folders for path in photo_files(folder)}
    images, maps = [], []
    for line in labels.read_text().splitlines():
        photo, *rows = line.split()
        grid = _grid(rows, line)
        if photo not in paths or (grid.shape[1] > grid.shape[0]) != (width > height):
            continue
        with Image.open(paths[photo]) as image:
            images.append(np.array(image.convert("RGB").resize(size, Image.Resampling.LANCZOS)))
        maps.append(_discs(grid, size))
    if not images:
        raise TrainingDataError(f"none of the photos of {labels.name} is in {list(folders)}")
    rgb = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).contiguous()
    return LabelledImages(rgb, torch.from_numpy(np.stack(maps))[:, None].half())


def _grid(rows: Sequence[str], line: str) -> NDArray[np.float32]:
    """Return the digits of a photo's rows, -1 where unsure."""
    known = all(set(row) <= set("0123456789" + UNSURE) for row in rows)
    if not rows or not known or len({len(row) for row in rows}) != 1:
        raise TrainingDataError(f"rows of equally many digits or '.' are expected, got {line!r}")
    return np.array([[-1 if c == UNSURE else int(c) for c in row] for row in rows], np.float32)


def _discs(grid: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Return the map [H, W]: each digit over 9 around the centre of its cell, below 0 elsewhere."""
    width, height = size
    rows, columns = grid.shape
    cell = np.array([height / rows, width / columns])
    y, x = np.mgrid[:height, :width] + 0.5
    row, column = (y // cell[0]).astype(int), (x // cell[1]).astype(int)
    away = np.hypot(y - (row + 0.5) * cell[0], x - (column + 0.5) * cell[1])
    values = grid[row, column] / 9
    return np.where((away < DISC_RADIUS * cell.min()) & (values >= 0), values, -1).astype(
        np.float32
    )
