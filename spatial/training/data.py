"""Labelled sets and photos from folders, and the mix that batches are drawn from.

A set is a folder of `NNNN_rgb.jpg` with `NNNN_depth.png` (uint16 millimetres, 0 = unknown) or
`NNNN_disp.png` (uint16, 0 = unknown, else relative inverse depth x 50000 + 1). Everything is
kept in memory as uint8 and float16: a few thousand small images are below 2 GB.
"""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from spatial.training.augment import augment, normalise_target, relative_weight
from spatial.training.config import Augmentation, DataSet, ImageSize

logger = logging.getLogger(__name__)

UNKNOWN = -1.0
LONG_SIDE_PX = 448
PHOTO_SIZE_PX = (320, 240)
PHOTO_SUFFIXES = {".jpg", ".jpeg", ".png"}


class TrainingDataError(ValueError):
    """A data folder is missing, empty or inconsistent."""


class LabelledImages(NamedTuple):
    """Images with inverse depth, all of one size.

    Attributes:
        rgb: [N, 3, H, W] uint8.
        inverse_depth: [N, 1, H, W] float16, any scale and shift-free; 0 = infinitely far (sky),
            below 0 = unknown.
    """

    rgb: Tensor
    inverse_depth: Tensor

    def take(self, indices: Sequence[int]) -> "LabelledImages":
        """Return the images at `indices`."""
        chosen = torch.as_tensor(indices, dtype=torch.long)
        return LabelledImages(self.rgb[chosen], self.inverse_depth[chosen])


class Batch(NamedTuple):
    """`rgb` [B, 3, H, W] in [-1, 1]; `target` [B, 1, H, W] in [-1.2, 1.2], `valid` bool.

    `weight` [B, 1, H, W] makes an error of the target one relative to the inverse depth, mean 1.
    `exact` [B, 1, 1, 1] bool tells whose silhouettes are true to the pixel, `only_order` whose
    labels tell no more than what is nearer than what.
    """

    rgb: Tensor
    target: Tensor
    valid: Tensor
    weight: Tensor
    exact: Tensor
    only_order: Tensor


def from_depth_mm(values: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Return inverse depth [1/m] of depth in millimetres, 0 = unknown."""
    depth = values.astype(np.float32)
    return np.where(depth > 0, 1000 / np.maximum(depth, 1), UNKNOWN).astype(np.float32)


def from_relative_disparity(values: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Return relative inverse depth of `inverse depth x 50000 + 1`, 0 = unknown."""
    stored = values.astype(np.float32)
    return np.where(stored > 0, (stored - 1) / 50000, UNKNOWN).astype(np.float32)


DECODERS: dict[str, Callable[[NDArray[np.uint16]], NDArray[np.float32]]] = {
    "_depth.png": from_depth_mm,
    "_disp.png": from_relative_disparity,
}


def load_labelled_folder(folder: Path, *, border: float = 0.0) -> LabelledImages:
    """Load a set, at most `LONG_SIDE_PX` on the long side; damaged pairs are told and skipped.

    Args:
        folder: Folder of the set.
        border: Share of each side to cut off.

    Raises:
        TrainingDataError: For a folder that is missing, holds no labelled image, or pictures of
            several sizes.
    """
    images, maps, broken = [], [], []
    for label in sorted(folder.glob("*_d*.png")):
        suffix = next((s for s in DECODERS if label.name.endswith(s)), None)
        if suffix is None:
            continue
        try:
            rgb, inverse_depth = _read_pair(label, suffix, border)
        except (OSError, SyntaxError) as error:  # Pillow calls some broken PNG files bad syntax
            broken.append(f"{label.name} ({error})")
            continue
        if images and rgb.shape != images[0].shape:
            raise TrainingDataError(
                f"{label} is {rgb.shape[1]} x {rgb.shape[0]} px, the pictures before it "
                f"{images[0].shape[1]} x {images[0].shape[0]}: a set has one size"
            )
        images.append(rgb)
        maps.append(inverse_depth)
    if broken:
        logger.warning("%s: %d pairs are skipped: %s", folder, len(broken), ", ".join(broken))
    if not images:
        raise TrainingDataError(f"no NNNN_rgb.jpg with NNNN_depth.png or NNNN_disp.png in {folder}")
    rgb = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).contiguous()
    return LabelledImages(rgb, torch.from_numpy(np.stack(maps))[:, None].half())


def _read_pair(
    label: Path, suffix: str, border: float
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    rgb_path = label.with_name(label.name.removesuffix(suffix) + "_rgb.jpg")
    with Image.open(rgb_path) as image, Image.open(label) as depth:
        inverse_depth = DECODERS[suffix](np.asarray(depth, dtype=np.uint16))
        return _shrink(image.convert("RGB"), inverse_depth, border)


def _shrink(
    image: Image.Image, inverse_depth: NDArray[np.float32], border: float
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    height, width = inverse_depth.shape
    left, top = round(border * width), round(border * height)
    inverse_depth = inverse_depth[top : height - top, left : width - left]
    if image.size != (width, height):
        image = image.resize((width, height), Image.Resampling.LANCZOS)
    image = image.crop((left, top, width - left, height - top))
    rows, columns = inverse_depth.shape
    scale = min(1.0, LONG_SIDE_PX / max(rows, columns))
    new_rows, new_columns = round(rows * scale), round(columns * scale)
    if scale < 1:
        image = image.resize((new_columns, new_rows), Image.Resampling.BOX)
    # Nearest for the map: an average over an edge would invent a depth between the two sides.
    row_index = ((np.arange(new_rows) + 0.5) * rows / new_rows).astype(int)
    column_index = ((np.arange(new_columns) + 0.5) * columns / new_columns).astype(int)
    return np.array(image), inverse_depth[row_index][:, column_index]


def photo_files(folder: Path) -> list[Path]:
    """Return the photos of a folder in the order of their names.

    Raises:
        TrainingDataError: For a folder that does not exist.
    """
    if not folder.is_dir():
        raise TrainingDataError(f"the folder of photos {folder} does not exist")
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in PHOTO_SUFFIXES)


def load_photos(folders: Sequence[Path]) -> Tensor:
    """Return photos without depth, [N, 3, 240, 320] uint8, stretched to that size.

    Raises:
        TrainingDataError: Where no photo is found.
    """
    images = []
    for folder in folders:
        for path in photo_files(folder):
            with Image.open(path) as image:
                images.append(np.array(image.convert("RGB").resize(PHOTO_SIZE_PX)))
    if not images:
        raise TrainingDataError(f"no photo in {[str(folder) for folder in folders]}")
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).contiguous()


def validation_indices(count: int) -> list[int]:
    """Return the 5 % of a set that are never trained on: 8 neighbours of every 160.

    Neighbouring frames often show one room; blocks keep most of them on one side. An index keeps
    its side when a set grows at the end.
    """
    return [index for index in range(count) if index // 8 % 20 == 0]


def training_indices(count: int) -> list[int]:
    """Return what `validation_indices` leaves.

    Raises:
        TrainingDataError: Where that is nothing.
    """
    kept = sorted(set(range(count)) - set(validation_indices(count)))
    if not kept:
        raise TrainingDataError(f"a set needs more than 8 images, got {count}")
    return kept


class ImageSource(Protocol):
    """What a row of the mix draws from."""

    validation: LabelledImages

    def draw(self, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Return a training image [3, H, W] uint8 and its inverse depth [1, H, W] float16."""
        ...


class StoredImages:
    """A set in memory, not copied since scenes fill gigabytes; never draws the validation part."""

    def __init__(self, images: LabelledImages) -> None:
        self._images = images
        self._rows = training_indices(len(images.rgb))
        self.validation = images.take(validation_indices(len(images.rgb)))

    def draw(self, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Return one of the training images and its inverse depth."""
        row = self._rows[int(torch.randint(len(self._rows), (1,), generator=generator))]
        return self._images.rgb[row], self._images.inverse_depth[row]


class Mix:
    """Weighted mix of sets of labelled images."""

    def __init__(
        self,
        rows: Sequence[DataSet],
        sources: Sequence[ImageSource],
        augmentation: Augmentation,
    ) -> None:
        self.augmentation = augmentation
        self.weights = torch.tensor([row.weight for row in rows], dtype=torch.float32)
        self._exact = torch.tensor([row.exact_silhouettes for row in rows])
        self._only_order = torch.tensor([row.only_order for row in rows])
        self._sources = list(sources)
        self.validation = {
            row.name: source.validation for row, source in zip(rows, sources, strict=True)
        }

    def draw(
        self,
        batch_size: int,
        size: ImageSize,
        generator: torch.Generator,
        device: torch.device,
    ) -> Batch:
        """Return an augmented batch of `size`, normalised as in Eq. 3.

        Args:
            batch_size: Images in the batch; each comes from a set drawn by weight.
            size: Width and height of the result.
            generator: CPU generator; the only source of randomness.
            device: Where the batch is made.
        """
        chosen = torch.multinomial(self.weights, batch_size, replacement=True, generator=generator)
        images, maps = [], []
        for index in chosen.tolist():
            image, inverse_depth = self._sources[index].draw(generator)
            images.append(image.to(device))
            maps.append(inverse_depth.to(device))
        shape = (size.height, size.width)
        rgb, inverse_depth = augment(images, maps, shape, generator, self.augmentation)
        target, valid = normalise_target(inverse_depth)
        exact, only_order = (
            flags[chosen].view(-1, 1, 1, 1).to(device) for flags in (self._exact, self._only_order)
        )
        weight = relative_weight(inverse_depth, valid)
        return Batch(rgb, target, valid, weight, exact, only_order)


def draw_photos(
    photos: Tensor, count: int, crop_px: int, generator: torch.Generator, device: torch.device
) -> Tensor:
    """Return `count` random crops in [-1, 1], [count, 3, crop_px, crop_px]."""
    rows = torch.randint(len(photos), (count,), generator=generator)
    top = int(torch.randint(photos.shape[2] - crop_px + 1, (1,), generator=generator))
    left = int(torch.randint(photos.shape[3] - crop_px + 1, (1,), generator=generator))
    crops = photos[rows, :, top : top + crop_px, left : left + crop_px]
    return crops.to(device).float() / 127.5 - 1
