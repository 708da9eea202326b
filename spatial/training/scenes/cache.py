"""A folder of rendered scenes: written in chunks, resumed where it stopped, loaded as two tensors.

File format. A folder holds `scenes.json` (the settings of the cache) and, for every chunk number c
counted from 0, two NumPy files:

- `scenes_{c:05d}_rgb.npy`: uint8 [n, 3, H, W], sRGB;
- `scenes_{c:05d}_inverse_depth.npy`: float16 [n, 1, H, W], 1/z in 1/m, 0 = sky.

n is 250 except perhaps in the last chunk. Each file is written under a temporary name and renamed,
the inverse depth last: a chunk is there when its inverse depth is there.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from spatial.training.scenes.render import render_batch
from spatial.training.scenes.textures import TextureAtlas

_SETTINGS_NAME = "scenes.json"
_INVERSE_DEPTH_SUFFIX = "_inverse_depth.npy"


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneCacheSettings:
    """What a cache holds.

    Attributes:
        count: Scenes in all, at least 1.
        seed: Seed of the textures and of every scene, >= 0.
        height_px: Height of the pictures.
        width_px: Width of the pictures.
        chunk_size: Scenes in one pair of files, at least 1.

    Raises:
        ValueError: If a field is out of range.
    """

    count: int = 6000
    seed: int = 0
    height_px: int = 192
    width_px: int = 256
    chunk_size: int = 250

    def __post_init__(self) -> None:
        if min(self.count, self.height_px, self.width_px, self.chunk_size) < 1 or self.seed < 0:
            raise ValueError(f"sizes must be at least 1 and the seed at least 0, got {self}")


def write_scene_cache(
    folder: Path, settings: SceneCacheSettings, *, photo_paths: Sequence[Path]
) -> None:
    """Render the chunks that `folder` does not hold yet.

    Args:
        folder: Where the cache lives; made if need be.
        settings: What to render. Chunk c depends on the settings and on c alone.
        photo_paths: Photos for the texture atlas; may be empty.

    Raises:
        ValueError: If the folder was begun with other settings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _claim(folder, settings)
    chunks = range(-(-settings.count // settings.chunk_size))
    missing = [number for number in chunks if not _chunk_path(folder, number).exists()]
    if not missing:
        return
    atlas = TextureAtlas.build(photo_paths, seed=settings.seed)
    for number in missing:
        _write_chunk(folder, settings, atlas, number)


def load_scene_cache(folder: Path) -> tuple[Tensor, Tensor]:
    """Return all finished chunks: RGB uint8 [N, 3, H, W] and inverse depth float16 [N, 1, H, W].

    Inverse depth is 1/z in 1/m, 0 = sky. A cache that is still being written may be loaded: only
    finished chunks are seen.

    Raises:
        FileNotFoundError: If the folder holds no finished chunk.
    """
    paths = sorted(folder.glob(f"scenes_*{_INVERSE_DEPTH_SUFFIX}"))
    if not paths:
        raise FileNotFoundError(f"no finished chunk of scenes in {folder}")
    rgb = np.concatenate([np.load(_rgb_path(path), mmap_mode="r") for path in paths])
    inverse_depth = np.concatenate([np.load(path, mmap_mode="r") for path in paths])
    return torch.from_numpy(rgb), torch.from_numpy(inverse_depth)


def _claim(folder: Path, settings: SceneCacheSettings) -> None:
    path = folder / _SETTINGS_NAME
    if path.exists():
        found = json.loads(path.read_text())
        if found != asdict(settings):
            raise ValueError(f"{folder} was begun with {found}, not with {asdict(settings)}")
        return
    partial = path.with_suffix(f".{os.getpid()}.partial")
    partial.write_text(json.dumps(asdict(settings)) + "\n")
    partial.replace(path)


def _write_chunk(
    folder: Path, settings: SceneCacheSettings, atlas: TextureAtlas, number: int
) -> None:
    seed = np.random.SeedSequence((settings.seed, number)).generate_state(1)[0]
    batch = render_batch(
        atlas,
        seed=int(seed),
        count=min(settings.chunk_size, settings.count - number * settings.chunk_size),
        height_px=settings.height_px,
        width_px=settings.width_px,
    )
    path = _chunk_path(folder, number)
    _save(_rgb_path(path), batch.rgb)
    _save(path, batch.inverse_depth.half())


def _save(path: Path, values: Tensor) -> None:
    partial = path.with_suffix(f".{os.getpid()}.partial")
    with partial.open("wb") as file:
        np.save(file, values.cpu().numpy())
    partial.replace(path)


def _chunk_path(folder: Path, number: int) -> Path:
    return folder / f"scenes_{number:05d}{_INVERSE_DEPTH_SUFFIX}"


def _rgb_path(inverse_depth_path: Path) -> Path:
    stem = inverse_depth_path.name.removesuffix(_INVERSE_DEPTH_SUFFIX)
    return inverse_depth_path.with_name(f"{stem}_rgb.npy")
