"""The one conditioning component of the latent depth pipeline beyond the image latent.

Features of a small image network enter the U-Net in the three ways that `UNet2DConditionModel`
offers, so the U-Net itself stays an unchanged diffusers class:

    rgb -> FeaturePyramid -> 1/8, 1/16, 1/32 -> residuals on every skip and the middle (ControlNet)
                                             -> residuals after every down block (T2I-Adapter)
                                             -> a few tokens for cross-attention
                         -> 1/2, 1/4         -> correction of the decoded map (`refine`)
"""

from typing import Any

import torch
import torch.nn.functional as F
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn
from transformers import CLIPTextModel, CLIPTokenizer

from spatial.depth.features import LITE1_STAGES, FeaturePyramid
from spatial.depth.refinement import OutlineRefiner


class FeatureConditioner(ModelMixin, ConfigMixin):
    """Image features as keyword arguments for `UNet2DConditionModel.forward`.

    The U-Net must have three levels of `DownBlock2D` with one layer each, the first at 1/8 of the
    image, and `block_out_channels` and `cross_attention_dim` as given here.

    Args:
        block_out_channels: Channels of the three levels of the U-Net.
        cross_attention_dim: Width of the tokens.
        token_grid: Rows and columns to which the 1/32 map is pooled; each cell is one token.
        feature_stages: Rows of the feature network, see `FeatureStage`.
        refiner_width: Channels of the `OutlineRefiner`; 0 is without one.

    Raises:
        ValueError: Where the feature network does not end in maps at 1/4, 1/8, 1/16 and 1/32.
    """

    @register_to_config
    def __init__(
        self,
        block_out_channels: tuple[int, ...] = (64, 128, 192),
        cross_attention_dim: int = 256,
        token_grid: tuple[int, ...] = (3, 4),
        feature_stages: tuple[tuple[int, ...], ...] = tuple(tuple(row) for row in LITE1_STAGES),
        refiner_width: int = 0,
    ) -> None:
        super().__init__()
        self.encoder = FeaturePyramid(feature_stages)
        if len(block_out_channels) != 3 or len(self.encoder.channels) != 5:
            raise ValueError(
                "FeatureConditioner needs 3 U-Net levels and 5 feature maps, got "
                f"block_out_channels={block_out_channels} and {len(self.encoder.channels)} maps"
            )
        fine, middle, coarse = block_out_channels
        at_2, at_4, at_8, at_16, at_32 = self.encoder.channels
        self.project_8 = nn.Conv2d(at_8 + 4 * at_4, fine, 1)
        self.project_16 = nn.Conv2d(at_16, middle, 1)
        self.project_32 = nn.Conv2d(at_32, coarse, 1)
        skips = [(0, fine), (0, fine), (1, fine), (1, middle), (2, middle), (2, coarse)]
        inner = [(1, fine), (2, middle), (2, coarse)]
        self._skip_levels = [level for level, _ in skips]
        self._inner_levels = [level for level, _ in inner]
        self.skip_residuals = _pointwise(block_out_channels, skips)
        self.inner_residuals = _pointwise(block_out_channels, inner)
        self.mid_residual = nn.Conv2d(coarse, coarse, 1)
        self.tokens = nn.Linear(at_32, cross_attention_dim)
        self.refiner = OutlineRefiner(at_2, at_4, refiner_width) if refiner_width else None

    def features(self, rgb: Tensor) -> list[Tensor]:
        """Return the feature maps at 1/2 to 1/32 of `rgb` [B, 3, H, W] in [-1, 1]."""
        return self.encoder(rgb)

    def conditions(self, features: list[Tensor], latent_size: tuple[int, int]) -> dict[str, Any]:
        """Return the keyword arguments for the U-Net.

        Args:
            features: Maps from `features`.
            latent_size: (h, w) of the latent that the U-Net will see.

        Returns:
            `down_block_additional_residuals` (6 maps), `mid_block_additional_residual`,
            `down_intrablock_additional_residuals` (3 maps) and `encoder_hidden_states`
            [B, tokens, cross_attention_dim]. The U-Net empties the lists: pass `fresh` ones.
        """
        levels = self._levels(features, latent_size)
        pooled = F.adaptive_avg_pool2d(features[4], tuple(self.config["token_grid"]))
        return {
            "down_block_additional_residuals": [
                layer(levels[level])
                for layer, level in zip(self.skip_residuals, self._skip_levels, strict=True)
            ],
            "mid_block_additional_residual": self.mid_residual(levels[2]),
            "down_intrablock_additional_residuals": [
                layer(levels[level])
                for layer, level in zip(self.inner_residuals, self._inner_levels, strict=True)
            ],
            "encoder_hidden_states": self.tokens(pooled.flatten(2).transpose(1, 2)),
        }

    def refine(self, decoded: Tensor, rgb: Tensor, features: list[Tensor]) -> Tensor:
        """Return the decoded map [B, 1, H, W] with sharper outlines, or as it is."""
        return decoded if self.refiner is None else self.refiner(decoded, rgb, features)

    def forward(self, rgb: Tensor, latent_size: tuple[int, int]) -> dict[str, Any]:
        """Return `conditions(features(rgb), latent_size)`."""
        return self.conditions(self.features(rgb), latent_size)

    def _levels(self, features: list[Tensor], latent_size: tuple[int, int]) -> list[Tensor]:
        _, at_4, at_8, at_16, at_32 = features
        height, width = latent_size
        unshuffled = _resize(F.pixel_unshuffle(at_4, 2), (at_8.shape[2], at_8.shape[3]))
        at_8 = torch.cat([at_8, unshuffled], 1)
        # The U-Net's down blocks halve and round up.
        half, quarter = ((-(-height // k), -(-width // k)) for k in (2, 4))
        return [
            F.silu(self.project_8(_resize(at_8, latent_size))),
            F.silu(self.project_16(_resize(at_16, half))),
            F.silu(self.project_32(_resize(at_32, quarter))),
        ]


def fresh(conditions: dict[str, Any]) -> dict[str, Any]:
    """Return a copy for one call of a U-Net, which empties the lists of residuals it is given."""
    return {k: list(v) if isinstance(v, list) else v for k, v in conditions.items()}


def empty_prompt(text_encoder: CLIPTextModel, tokenizer: CLIPTokenizer) -> Tensor:
    """Return the embedding [1, 2, D] of "": start and end token."""
    ids = tokenizer("", padding="do_not_pad", return_tensors="pt").input_ids
    return text_encoder(ids.to(text_encoder.device))[0]


def _pointwise(inputs: tuple[int, ...], rows: list[tuple[int, int]]) -> nn.ModuleList:
    return nn.ModuleList(nn.Conv2d(inputs[level], channels, 1) for level, channels in rows)


def _resize(x: Tensor, size: tuple[int, int]) -> Tensor:
    if x.shape[2:] == torch.Size(size):
        return x
    return F.interpolate(x, size=size, mode="bilinear")
