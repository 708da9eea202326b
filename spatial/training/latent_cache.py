"""Latents of pairs, encoded once: one file a sequence, so that a kill loses one at most."""

import hashlib
import json
import logging
import shutil
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from spatial.training.data import TrainingDataError
from spatial.training.virtual_kitti import DrivingFrame, PairSettings, load_pair

logger = logging.getLogger(__name__)

ENCODE_BATCH = 4
BYTES_PER_NUMBER = 2


class Latents(NamedTuple):
    """Scaled latents [B, 4, H/8, W/8], float32."""

    image: Tensor
    depth: Tensor


class Encoder(NamedTuple):
    """The frozen VAE, where it runs, and what pairs are made into before it."""

    vae: AutoencoderKL
    device: torch.device
    settings: PairSettings
    dtype: torch.dtype = torch.float32

    def __call__(self, images: Tensor) -> Tensor:
        """Return scaled latents of images [B, 3, H, W] in [-1, 1], as the depth pipeline does."""
        enabled = self.dtype is not torch.float32
        with torch.no_grad(), torch.autocast(self.device.type, self.dtype, enabled=enabled):
            encoded = self.vae.encode(images.to(self.device), return_dict=False)[0]
        return (encoded.mode().float() * self.vae.config["scaling_factor"]).cpu()


def cache_folder(runs: Path, data: Path, settings: PairSettings, vae_hash: str) -> Path:
    """Return where the latents lie: other data, other settings or another VAE, another folder."""
    pairs = {f.name: getattr(settings, f.name) for f in fields(PairSettings)}
    key = json.dumps([str(data.resolve()), pairs, vae_hash])
    return runs / f"latents-{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def encode_frames(
    frames: Sequence[DrivingFrame],
    folder: Path,
    encoder: Encoder,
    *,
    share: tuple[int, int] = (0, 1),
) -> None:
    """Encode every sequence that is not in the cache yet.

    A damaged pair is left out, counted and named in the log.

    Args:
        frames: All pairs.
        folder: The cache.
        encoder: What encodes.
        share: Number of this process and of processes; each takes its share of the sequences.

    Raises:
        TrainingDataError: The disk has no room, or all pairs of a sequence are damaged.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sequences = _by_sequence(frames)
    # Shares of all sequences, not of the missing ones: what is missing changes while others encode.
    own = list(sequences)[share[0] :: share[1]]
    mine = [s for s in own if not _is_complete(_file(folder, s), sequences[s])]
    _check_room(folder, sum(len(sequences[s]) for s in mine) * share[1], encoder)
    skipped: list[str] = []
    for sequence in mine:
        skipped += _encode_sequence(sequences[sequence], _file(folder, sequence), encoder)
    if skipped:
        logger.warning("%d damaged pairs are skipped: %s", len(skipped), "; ".join(skipped))


def _by_sequence(frames: Sequence[DrivingFrame]) -> dict[str, list[DrivingFrame]]:
    sequences: dict[str, list[DrivingFrame]] = {}
    for frame in frames:
        sequences.setdefault(frame.sequence, []).append(frame)
    return {name: sorted(sequences[name], key=lambda f: f.number) for name in sorted(sequences)}


def _file(folder: Path, sequence: str) -> Path:
    return folder / (sequence.replace("/", "_") + ".safetensors")


def _is_complete(path: Path, frames: list[DrivingFrame]) -> bool:
    if not path.is_file():
        return False
    try:
        with safe_open(path, framework="pt") as file:
            return json.loads(file.metadata()["listed"]) == [frame.number for frame in frames]
    except SafetensorError:
        return False


def _check_room(folder: Path, pairs: int, encoder: Encoder) -> None:
    channels = encoder.vae.config["latent_channels"]
    factor = 2 ** (len(encoder.vae.config["block_out_channels"]) - 1)
    cells = (encoder.settings.height // factor) * (encoder.settings.width // factor)
    needed = 2 * channels * cells * BYTES_PER_NUMBER * pairs
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise TrainingDataError(
            f"the latents of {pairs} pairs need {needed / 1e9:.2f} GB in {folder}, "
            f"where {free / 1e9:.2f} GB are free; free some, or give another --runs"
        )


def _encode_sequence(frames: list[DrivingFrame], path: Path, encoder: Encoder) -> list[str]:
    """Write one file; return what is said about its damaged pairs."""
    latents: list[Latents] = []
    kept: list[int] = []
    skipped: list[str] = []
    for start in range(0, len(frames), ENCODE_BATCH):
        rgbs, depths = [], []
        for frame in frames[start : start + ENCODE_BATCH]:
            try:
                pair = load_pair(frame, encoder.settings)
            except TrainingDataError as error:
                skipped.append(str(error))
                continue
            rgbs.append(torch.from_numpy(pair.rgb))
            depths.append(torch.from_numpy(pair.depth).expand(3, -1, -1))
            kept.append(frame.number)
        if rgbs:
            latents.append(Latents(encoder(torch.stack(rgbs)), encoder(torch.stack(depths))))
    if not kept:
        raise TrainingDataError(f"all pairs of {frames[0].sequence} are damaged: {skipped[0]}")
    image, depth = (torch.cat(parts).half().contiguous() for parts in zip(*latents, strict=True))
    partial = path.with_suffix(".partial")
    listed = [frame.number for frame in frames]
    metadata = {"listed": json.dumps(listed), "kept": json.dumps(kept)}
    try:
        save_file({"image": image, "depth": depth}, partial, metadata)
    except (OSError, SafetensorError) as error:
        partial.unlink(missing_ok=True)
        raise TrainingDataError(f"{partial} cannot be written: {error}") from error
    partial.replace(path)
    return skipped


class LatentSet:
    """The cached latents of some frames, read when needed, without damaged pairs.

    Args:
        folder: The cache, filled by `encode_frames`.
        frames: Which frames, in this order.
    """

    def __init__(self, folder: Path, frames: Sequence[DrivingFrame]) -> None:
        self._files = {}
        rows: dict[tuple[str, int], int] = {}
        for sequence in _by_sequence(frames):
            file = safe_open(_file(folder, sequence), framework="pt")
            self._files[sequence] = {
                "image": file.get_slice("image"),
                "depth": file.get_slice("depth"),
            }
            kept = json.loads(file.metadata()["kept"])
            rows |= {(sequence, number): row for row, number in enumerate(kept)}
        keys = [(frame.sequence, frame.number) for frame in frames]
        self._places = [(key[0], rows[key]) for key in keys if key in rows]

    def __len__(self) -> int:
        return len(self._places)

    def take(self, indices: Sequence[int]) -> Latents:
        """Return the latents at `indices`."""
        places = [self._places[index] for index in indices]
        return Latents(
            *(
                torch.cat([self._files[s][name][row : row + 1] for s, row in places]).float()
                for name in Latents._fields
            )
        )
