"""What the embedded depth model costs, alone and beside Marigold's architecture."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

from spatial.depth import load_estimator
from spatial.depth.upsample import upsample_depth
from spatial.evaluation.figures import (
    TWELVE_MEGAPIXELS,
    Figure,
    best_of,
    run_python,
    synthetic_scene,
)
from spatial.records import Photo
from spatial.settings import DepthSettings

_VGA = (480, 640)
_MARIGOLD_FRAME = (576, 768)
_LATENT_SCALE = 8
_PROMPT = (1, 2, 1024)  # the embedding of the empty prompt

_FIRST_MAP = """
import sys
from time import perf_counter
start = perf_counter()
from spatial import load_estimator, load_photo
from spatial.settings import DepthSettings
load_estimator("embedded")(load_photo(sys.argv[1]), DepthSettings())
print(perf_counter() - start)
from spatial.evaluation.figures import peak_memory_bytes
print(peak_memory_bytes())
"""


def measure_depth() -> Iterator[Figure]:
    """The embedded model warm, the enlargement of its map to 12 MP, and a process of its own."""
    estimator = load_estimator()
    rgb, _ = synthetic_scene(*_VGA)
    photo = Photo(rgb=rgb)
    small = estimator(photo, DepthSettings())
    seconds = best_of(5, lambda: estimator(photo, DepthSettings()))
    yield Figure(name="embedded depth, warm", value=seconds, unit="s")
    large, _ = synthetic_scene(*TWELVE_MEGAPIXELS)
    enlarging = best_of(3, lambda: upsample_depth(small, large))
    yield Figure(name="its map enlarged to 12 MP", value=enlarging, unit="s")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.png"
        cv2.imwrite(str(path), rgb)
        told = run_python(_FIRST_MAP, [str(path)])
    first_s, peak_bytes = map(float, told.split())
    yield Figure(name="import to first depth map", value=first_s, unit="s")
    yield Figure(name="peak memory", value=peak_bytes / 1e9, unit="GB")


def measure_marigold() -> Iterator[Figure]:
    """Encoding, one step and decoding of Marigold's architecture, bf16, 768 x 576, beside ours."""
    estimator = load_estimator()
    photo = Photo(rgb=synthetic_scene(*_VGA)[0])
    estimator(photo, DepthSettings())
    ours = best_of(5, lambda: estimator(photo, DepthSettings()))
    parts = _autoencoder_seconds() | _step_seconds()
    for name, seconds in parts.items():
        yield Figure(name=f"Marigold's architecture, {name}", value=seconds, unit="s")
    ratio = sum(parts.values()) / ours
    yield Figure(name="Marigold's architecture / embedded", value=ratio, unit="x")


@torch.inference_mode()
def _autoencoder_seconds() -> dict[str, float]:
    """Return the seconds of one encoding and one decoding, one run each."""
    picture = torch.zeros(1, 3, *_MARIGOLD_FRAME).bfloat16()
    latent = torch.zeros(1, 4, *_latent_size()).bfloat16()
    vae = _marigold_vae()
    return {
        "encode": best_of(1, lambda: vae.encode(picture)),
        "decode": best_of(1, lambda: vae.decode(latent)),  # type: ignore[bad-argument-type]
    }


@torch.inference_mode()
def _step_seconds() -> dict[str, float]:
    """Return the seconds of one denoising step, one run."""
    latents = torch.zeros(1, 8, *_latent_size()).bfloat16()
    prompt = torch.zeros(_PROMPT).bfloat16()
    unet = _marigold_unet()
    return {"one step": best_of(1, lambda: unet(latents, 1, encoder_hidden_states=prompt))}


def _latent_size() -> tuple[int, int]:
    return _MARIGOLD_FRAME[0] // _LATENT_SCALE, _MARIGOLD_FRAME[1] // _LATENT_SCALE


def _marigold_vae() -> AutoencoderKL:
    """Stable Diffusion 2's autoencoder, 84 million parameters."""
    return AutoencoderKL(
        block_out_channels=(128, 256, 512, 512),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=2,
        latent_channels=4,
    ).bfloat16()


def _marigold_unet() -> UNet2DConditionModel:
    """Stable Diffusion 2's U-Net with 8 channels in, 866 million parameters."""
    return UNet2DConditionModel(
        in_channels=8,
        out_channels=4,
        block_out_channels=(320, 640, 1280, 1280),
        attention_head_dim=(5, 10, 20, 20),
        cross_attention_dim=_PROMPT[2],
        use_linear_projection=True,
    ).bfloat16()
