"""A tiny inpainting checkpoint with random weights, in the layout of
stable-diffusion-inpainting.
"""

from pathlib import Path
from typing import Any

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion_inpaint import (
    StableDiffusionInpaintPipeline,
)
from diffusers.schedulers.scheduling_pndm import PNDMScheduler
from tiny_checkpoints import CARD, tiny_tokenizer, tiny_unet
from transformers import CLIPTextConfig, CLIPTextModel

BLOCKS = 4


def save_inpainting(folder: Path, **unet: Any) -> Path:
    """Save a pipeline of 9 input channels (latent, mask, masked picture) whose cells are 8
    x 8 px.
    """
    torch.manual_seed(0)
    text_config = CLIPTextConfig(
        vocab_size=4,
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=8,
        bos_token_id=0,
        eos_token_id=1,
    )
    vae = AutoencoderKL(
        block_out_channels=(8,) * BLOCKS,
        down_block_types=("DownEncoderBlock2D",) * BLOCKS,
        up_block_types=("UpDecoderBlock2D",) * BLOCKS,
        norm_num_groups=4,
        latent_channels=4,
    )
    parts: dict[str, Any] = {
        "vae": vae,
        "text_encoder": CLIPTextModel(text_config),
        "tokenizer": tiny_tokenizer(folder.with_name(folder.name + "_vocabulary")),
        "unet": tiny_unet(**{"in_channels": 9, "sample_size": 64, **unet}),
        "scheduler": PNDMScheduler(skip_prk_steps=True, steps_offset=1),
        "safety_checker": None,
        "feature_extractor": None,
    }
    pipeline = StableDiffusionInpaintPipeline(**parts, requires_safety_checker=False)
    pipeline.save_pretrained(folder)
    (folder / "README.md").write_text(CARD)
    return folder
