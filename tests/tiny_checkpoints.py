"""Tiny networks with random weights in the layouts of real checkpoints, saved to folders."""

import json
from pathlib import Path
from typing import Any

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.pipelines.marigold.pipeline_marigold_depth import MarigoldDepthPipeline
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTokenizer,
    DepthAnythingConfig,
    DepthAnythingForDepthEstimation,
    Dinov2Config,
)

from spatial.depth.conditioning import FeatureConditioner
from spatial.depth.pipeline import LatentDepthPipeline

TINY_STAGES = tuple((3, stride, 2, 4, 1) for stride in (1, 2, 2, 2, 1, 2, 1))
CARD = "---\nlicense: apache-2.0\n---\nRandom weights for tests.\n"


def tiny_unet(**changes: Any) -> UNet2DConditionModel:
    options: dict[str, Any] = {
        "in_channels": 8,
        "out_channels": 4,
        "down_block_types": ["DownBlock2D"] * 3,
        "mid_block_type": "UNetMidBlock2DCrossAttn",
        "up_block_types": ["UpBlock2D"] * 3,
        "block_out_channels": [8, 8, 16],
        "layers_per_block": 1,
        "norm_num_groups": 4,
        "cross_attention_dim": 16,
        "attention_head_dim": 8,
    }
    return UNet2DConditionModel(**{**options, **changes})


def one_step_scheduler() -> DDIMScheduler:
    """v-prediction and zero terminal SNR, so that one step gives x_0 = -v."""
    return DDIMScheduler(
        num_train_timesteps=1000,
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=True,
        steps_offset=1,
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
    )


def tiny_pipeline(**settings: Any) -> LatentDepthPipeline:
    """Return a one-step pipeline with conditioner, as the embedded one is."""
    torch.manual_seed(0)
    width = {f"{side}_block_out_channels": (8,) * 4 for side in ("encoder", "decoder")}
    blocks = {f"num_{side}_blocks": (1,) * 4 for side in ("encoder", "decoder")}
    options: dict[str, Any] = {
        "depth_space": "inverse_depth",
        "depth_kind": "affine_invariant",
        "initial_latent": "zeros",
        "default_processing_resolution": 64,
    }
    return LatentDepthPipeline(
        vae=AutoencoderTiny(**width, **blocks, scaling_factor=1.5),
        unet=tiny_unet(),
        scheduler=one_step_scheduler(),
        conditioner=FeatureConditioner((8, 8, 16), 16, (1, 2), TINY_STAGES),
        **{**options, **settings},
    )


def save_pipeline(folder: Path, **settings: Any) -> Path:
    """Save ``tiny_pipeline`` with a model card."""
    tiny_pipeline(**settings).save_pretrained(folder)
    (folder / "README.md").write_text(CARD)
    return folder


def tiny_tokenizer(folder: Path) -> CLIPTokenizer:
    folder.mkdir(parents=True)
    words = ["<|startoftext|>", "<|endoftext|>", "a", "a</w>"]
    (folder / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer.from_pretrained(str(folder), model_max_length=8)


def save_marigold(folder: Path, **settings: Any) -> MarigoldDepthPipeline:
    """Save and return a pipeline in the layout of prs-eth/marigold-depth-v1-1: KL autoencoder,
    CLIP, DDIM.
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
    blocks = 4
    vae = AutoencoderKL(
        block_out_channels=(8,) * blocks,
        down_block_types=("DownEncoderBlock2D",) * blocks,
        up_block_types=("UpDecoderBlock2D",) * blocks,
        norm_num_groups=4,
        latent_channels=4,
        scaling_factor=0.18215,
    )
    unet = tiny_unet(
        down_block_types=["CrossAttnDownBlock2D", "DownBlock2D"],
        up_block_types=["UpBlock2D", "CrossAttnUpBlock2D"],
        block_out_channels=[8, 16],
    )
    scheduler = DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
    )
    options: dict[str, Any] = {
        "prediction_type": "depth",
        "default_denoising_steps": 4,
        "default_processing_resolution": 64,
    }
    pipeline = MarigoldDepthPipeline(
        unet,
        vae,
        scheduler,
        CLIPTextModel(text_config),
        tiny_tokenizer(folder.with_name(folder.name + "_vocabulary")),
        **{**options, **settings},
    )
    pipeline.save_pretrained(folder)
    return pipeline


def save_depth_anything(folder: Path, **settings: Any) -> Path:
    """Save a network in the layout of depth-anything/Depth-Anything-V2-Small-hf."""
    torch.manual_seed(0)
    backbone_options: dict[str, Any] = {"out_indices": [1, 2, 3, 4]}
    backbone = Dinov2Config(
        image_size=28,
        patch_size=14,
        hidden_size=16,
        num_hidden_layers=4,
        num_attention_heads=2,
        apply_layernorm=True,
        reshape_hidden_states=False,
        **backbone_options,
    )
    config = DepthAnythingConfig(
        backbone_config=backbone,
        reassemble_hidden_size=16,
        neck_hidden_sizes=[8, 8, 8, 8],
        fusion_hidden_size=8,
        head_hidden_size=8,
        **settings,
    )
    DepthAnythingForDepthEstimation(config).save_pretrained(folder)
    (folder / "README.md").write_text(CARD)
    return folder
