"""Textures for the scenes: painted ones and crops of photos, mip-mapped in one flat table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

SIDE_PX = 256
_LEVEL_SIDES_PX = (256, 128, 64, 32, 16, 8)
_LEVEL_STARTS = tuple(sum(s * s for s in _LEVEL_SIDES_PX[:i]) for i in range(6))
_PHOTOS = 500
_TEXELS = sum(s * s for s in _LEVEL_SIDES_PX)

Picture = np.ndarray  # float [256, 256, 3] or broadcastable to it, about [0, 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextureAtlas:
    """All textures of a run.

    Attributes:
        texels: uint8 [textures * texels, 3]; per texture the mip levels one after the other.
        mean: float32 [textures, 3], mean colour in [0, 1].
        kinds: Name of a kind -> the numbers of its textures.
    """

    texels: Tensor
    mean: Tensor
    kinds: Mapping[str, range]

    @classmethod
    def build(cls, photo_paths: Sequence[Path], *, seed: int) -> "TextureAtlas":
        """Paint the textures and cut one crop from each of `_PHOTOS` photos drawn at random.

        Without photos, kind `photo` names the noise textures.
        """
        rng = np.random.default_rng(seed)
        pictures: list[np.ndarray] = []
        kinds: dict[str, range] = {}
        for kind, (paint, count) in PAINTERS.items():
            kinds[kind] = range(len(pictures), len(pictures) + count)
            pictures += [_to_uint8(paint(rng)) for _ in range(count)]
        first_photo = len(pictures)
        for number in rng.permutation(len(photo_paths))[:_PHOTOS]:
            pictures.append(_crop_photo(photo_paths[number], rng))
        kinds["photo"] = range(first_photo, len(pictures)) if len(photo_paths) else kinds["noise"]
        levels = torch.stack([_mip_levels(picture) for picture in pictures])
        mean = levels[:, : SIDE_PX**2].float().mean(dim=1) / 255
        return cls(texels=levels.view(-1, 3), mean=mean, kinds=kinds)

    def pick(self, kind: str, rng: np.random.Generator) -> int:
        """Draw the number of a texture of one kind.

        Raises:
            KeyError: If there is no such kind.
        """
        numbers = self.kinds[kind]
        return numbers[int(rng.integers(len(numbers)))]

    def sample(self, texture: Tensor, u: Tensor, v: Tensor, level: Tensor) -> Tensor:
        """Look colours up, bilinearly within the nearest mip level.

        Args:
            texture: Texture numbers, int64 [N].
            u: Column, float [N]; 0 to 1 is one texture, mirrored beyond.
            v: Row, likewise.
            level: Mip level wanted, float [N]; 0 is the finest; clamped.

        Returns:
            float32 [N, 3] in [0, 1].
        """
        number = level.round().clamp(0, len(_LEVEL_SIDES_PX) - 1).long()
        side = torch.tensor(_LEVEL_SIDES_PX)[number]
        start = texture * _TEXELS + torch.tensor(_LEVEL_STARTS)[number]
        column = _mirror(u) * (side - 1)
        row = _mirror(v) * (side - 1)
        left, top = column.long(), row.long()
        right, bottom = torch.minimum(left + 1, side - 1), torch.minimum(top + 1, side - 1)
        across, down = (column - left)[:, None], (row - top)[:, None]
        upper, lower = start + top * side, start + bottom * side
        above = torch.lerp(self._texel(upper + left), self._texel(upper + right), across)
        below = torch.lerp(self._texel(lower + left), self._texel(lower + right), across)
        return torch.lerp(above, below, down) / 255

    def _texel(self, index: Tensor) -> Tensor:
        return self.texels.index_select(0, index).float()


def _mirror(x: Tensor) -> Tensor:
    return 1 - (x % 2.0 - 1).abs()


def _to_uint8(picture: Picture) -> np.ndarray:
    full = np.broadcast_to(picture, (SIDE_PX, SIDE_PX, 3))
    return np.round(np.clip(full, 0, 1) * 255).astype(np.uint8)


def _mip_levels(picture: np.ndarray) -> Tensor:
    full = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float()
    levels = [functional.adaptive_avg_pool2d(full, side) for side in _LEVEL_SIDES_PX]
    flat = torch.cat([level[0].flatten(1) for level in levels], dim=1)
    return flat.T.round().to(torch.uint8)


def _crop_photo(path: Path, rng: np.random.Generator) -> np.ndarray:
    with Image.open(path) as image:
        image.draft("RGB", (1024, 1024))  # a large JPEG is decoded small, which is much faster
        width, height = image.size
        side = max(1, int(min(width, height) * rng.uniform(0.35, 0.8)))
        x, y = rng.integers(0, width - side + 1), rng.integers(0, height - side + 1)
        crop = image.convert("RGB").crop((int(x), int(y), int(x) + side, int(y) + side))
    return np.asarray(crop.resize((SIDE_PX, SIDE_PX), Image.Resampling.BILINEAR))


def _grid() -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns in [0, 1), float [256, 256] each."""
    rows, columns = np.mgrid[0:SIDE_PX, 0:SIDE_PX] / SIDE_PX
    return rows, columns


def _fractal(rng: np.random.Generator, slope: float) -> np.ndarray:
    """Noise with amplitude spectrum 1/f**slope, mean 0, deviation 1, float [256, 256, 1]."""
    frequency = np.fft.fftfreq(SIDE_PX)
    radius = np.hypot(*np.meshgrid(frequency, frequency, indexing="ij"))
    amplitude = 1 / np.maximum(radius, 1 / SIDE_PX) ** slope
    white = rng.standard_normal((SIDE_PX, SIDE_PX))
    noise = np.real(np.fft.ifft2(np.fft.fft2(white) * amplitude))
    return ((noise - noise.mean()) / (noise.std() + 1e-6))[..., None]


def _grain(rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal((SIDE_PX, SIDE_PX, 1))


def _noise(rng: np.random.Generator) -> Picture:
    tint = 1 + 0.25 * rng.standard_normal(3)
    return 0.5 + 0.16 * _fractal(rng, rng.uniform(0.4, 1.8)) * tint


def _leaf(rng: np.random.Generator) -> Picture:
    tint = np.array([0.9, 1.0, 0.7])
    return 0.5 + 0.22 * _fractal(rng, rng.uniform(0.5, 1.1)) * tint + 0.06 * _grain(rng)


def _facade(rng: np.random.Generator) -> Picture:
    rows, columns = _grid()
    count_x, count_y = rng.integers(2, 7, size=2)
    width, height = rng.uniform(0.25, 0.8), rng.uniform(0.3, 0.8)
    x = np.abs(columns * count_x % 1 - 0.5)
    y = np.abs(rows * count_y % 1 - 0.5)
    pane = ((x < width / 2) & (y < height / 2))[..., None]
    frame = ((x < width / 2 + 0.05) & (y < height / 2 + 0.05))[..., None] & ~pane
    lit = rng.random((count_y, count_x))[
        (rows * count_y).astype(int), (columns * count_x).astype(int)
    ]
    glass = 0.08 + 0.35 * rng.random() + 0.35 * (lit[..., None] - 0.5) * rng.random()
    wall = 0.6 + 0.06 * _fractal(rng, 1.2)
    wall = np.where(frame, wall * (1.35, 0.7, 1.0)[rng.integers(3)], wall)
    picture = np.where(pane, glass * (1 + 0.15 * rng.standard_normal(3)), wall)
    if rng.random() < 0.4:
        bar = pane & ((x < 0.02) | (y < 0.02))[..., None]
        picture = np.where(bar, 0.75, picture)
    return picture


def _brick(rng: np.random.Generator) -> Picture:
    rows, columns = _grid()
    count_y = int(rng.integers(8, 20))
    course = (rows * count_y).astype(int)
    along = columns * (count_y // 2) + 0.5 * (course % 2)
    shade = rng.random((count_y, count_y // 2 + 1))[course, along.astype(int)]
    mortar = (along % 1 < 0.06) | (rows * count_y % 1 < 0.12)
    brick = (0.5 + 0.2 * (shade - 0.5))[..., None] + 0.04 * _grain(rng)
    return np.where(mortar[..., None], rng.uniform(0.3, 0.8), brick)


def _tile(rng: np.random.Generator) -> Picture:
    rows, columns = _grid()
    count = int(rng.integers(3, 9))
    shade = rng.random((count, count))[(rows * count).astype(int), (columns * count).astype(int)]
    joint = (rows * count % 1 < 0.03) | (columns * count % 1 < 0.03)
    tile = (0.55 + rng.uniform(0, 0.25) * (shade - 0.5))[..., None] + 0.03 * _fractal(rng, 1.0)
    return np.where(joint[..., None], rng.uniform(0.2, 0.9), tile)


def _wood(rng: np.random.Generator) -> Picture:
    _, columns = _grid()
    count = int(rng.integers(2, 9))
    shade = rng.random(count)[(columns * count).astype(int)]
    streaks = np.repeat(_fractal(rng, 1.2)[::16, :, 0], 16, axis=0)
    grain = np.sin(columns * rng.uniform(30, 80) + 0.7 * streaks)
    wood = 0.5 + 0.12 * (shade - 0.5) + 0.05 * grain + 0.05 * streaks
    picture = np.where(columns * count % 1 < 0.02, 0.3, wood)[..., None]
    return picture.transpose(1, 0, 2) if rng.random() < 0.5 else picture


def _stripe(rng: np.random.Generator) -> Picture:
    rows, columns = _grid()
    angle = rng.uniform(0, np.pi)
    phase = (columns * np.cos(angle) + rows * np.sin(angle)) * rng.integers(2, 14) % 1
    first, second = 0.5 + 0.3 * rng.standard_normal((2, 3))
    striped = np.where((phase < rng.uniform(0.2, 0.7))[..., None], first, second)
    return striped + 0.03 * _grain(rng)


def _checker(rng: np.random.Generator) -> Picture:
    rows, columns = _grid()
    count = int(rng.integers(1, 6)) * 2
    even = ((columns * count).astype(int) + (rows * count).astype(int)) % 2 == 0
    first, second = 0.5 + 0.25 * rng.standard_normal((2, 3))
    return np.where(even[..., None], first, second)


def _books(rng: np.random.Generator) -> Picture:
    picture = np.full((SIDE_PX, SIDE_PX, 3), 0.08)
    for top in range(0, SIDE_PX, 64):
        left = 0
        while left < SIDE_PX:
            width, height = int(rng.integers(5, 16)), int(rng.integers(40, 60))
            picture[top + 64 - height : top + 64, left : left + width] = 0.1 + 0.8 * rng.random(3)
            left += width
        picture[top : top + 4] = 0.5
    return picture


def _sky(rng: np.random.Generator) -> Picture:
    return 0.5 + 0.18 * _fractal(rng, rng.uniform(1.5, 2.4))


PAINTERS: Mapping[str, tuple[Callable[[np.random.Generator], Picture], int]] = {
    "noise": (_noise, 24),
    "facade": (_facade, 32),
    "brick": (_brick, 12),
    "tile": (_tile, 10),
    "wood": (_wood, 14),
    "leaf": (_leaf, 20),
    "stripe": (_stripe, 12),
    "checker": (_checker, 6),
    "books": (_books, 8),
    "sky": (_sky, 16),
}
