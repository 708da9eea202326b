"""Depth Anything 3 from its published files: one view, depth up to a factor, or also a shift.

H. Lin et al., "Depth Anything 3: Recovering the Visual Space from Any Views", 2025. Input: long
side 504 px, sides multiples of the 14 px patch, ImageNet mean and deviation.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from transformers import PreTrainedConfig, PreTrainedModel
from transformers.modeling_outputs import DepthEstimatorOutput

from spatial.depth.checkpoint import load_strictly
from spatial.depth.depth_anything import DepthAnythingEstimator
from spatial.depth.depth_anything_3_network import PATCH_PX, Architecture, Head, Transformer
from spatial.depth.errors import CheckpointError
from spatial.depth.estimators import ESTIMATORS, LoadOptions
from spatial.depth.hub import TRANSFORMERS_FILES, resolve
from spatial.depth.model_files import read_json, short
from spatial.records import DepthKind, DepthSpace, EstimatorInfo

LONG_SIDE_PX = 36 * PATCH_PX
THINNEST_PX = 20 * PATCH_PX  # the short side of panoramas, which were mere strips otherwise
LONGEST_SIDE_PX = 4 * LONG_SIDE_PX


class Variant(NamedTuple):
    """A published network: the row of ESTIMATORS it belongs to, its numbers, what it predicts."""

    estimator: str
    architecture: Architecture
    kind: DepthKind


# By the ``model_name`` of config.json. The first two were trained on views that agree on a factor;
# the last one is compared with its teacher up to factor and shift.
VARIANTS = {
    "da3-small": Variant(
        "depth-anything-3-small",
        Architecture(384, 6, (5, 7, 9, 11), 4, 64, (48, 96, 192, 384)),
        DepthKind.SCALE_INVARIANT,
    ),
    "da3-base": Variant(
        "depth-anything-3-base",
        Architecture(768, 12, (5, 7, 9, 11), 4, 128, (96, 192, 384, 768)),
        DepthKind.SCALE_INVARIANT,
    ),
    "da3mono-large": Variant(
        "depth-anything-3-mono-large",
        Architecture(1024, 16, (4, 11, 17, 23), None, 256, (256, 512, 1024, 1024)),
        DepthKind.AFFINE_INVARIANT,
    ),
}


# What the published files hold for cameras and rays; everything else has to be known.
UNUSED = (r"^model\.cam_(enc|dec)\.", r"^model\.head\.scratch\.(refinenet|output_conv)\d_aux\.")


class DepthAnything3Config(PreTrainedConfig):
    """Holds ``model_name``, a key of VARIANTS; what else the published file tells is not needed."""

    model_type = "depth_anything_3"
    model_name: str = ""


class DepthAnything3(PreTrainedModel):
    """The network as transformers loads it.

    Args:
        config: names the variant.
    """

    config_class = DepthAnything3Config

    def __init__(self, config: DepthAnything3Config) -> None:
        super().__init__(config)
        architecture = VARIANTS[config.model_name].architecture
        backbone = nn.ModuleDict({"pretrained": Transformer(architecture)})
        self.model = nn.ModuleDict({"backbone": backbone, "head": Head(architecture)})
        self._keys_to_ignore_on_load_unexpected = list(UNUSED)
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        """Leave the weights as they are: all of them are read."""

    def forward(self, pixel_values: Tensor) -> DepthEstimatorOutput:
        """Return depth [B, H, W], larger is farther, of normalised pixels [B, 3, H, W]."""
        tokens = self.model["backbone"]["pretrained"](pixel_values)
        depth = self.model["head"](tokens, *pixel_values.shape[-2:])
        return DepthEstimatorOutput(predicted_depth=depth)


def load(source: str, options: LoadOptions) -> DepthAnythingEstimator:
    """Load a checkpoint from a folder or the Hub; errors as in ``load_estimator``."""
    snapshot = resolve(source, TRANSFORMERS_FILES, options)
    path = snapshot.folder / "config.json"
    name = read_json(path).get("model_name")
    variant = VARIANTS.get(str(name))
    if variant is None:
        msg = f"{path}: model_name is {short(name)}; one of {', '.join(VARIANTS)} can be loaded"
        raise CheckpointError(msg)
    config = DepthAnything3Config(model_name=str(name))
    model = load_strictly(DepthAnything3, snapshot.folder, config=config, dtype=torch.float32)
    model.eval().requires_grad_(False).to(options.device)
    row = ESTIMATORS[variant.estimator]
    is_published = source.partition("@")[0] == row.source
    info = EstimatorInfo(
        id=variant.estimator if is_published else f"{variant.estimator}:{source}",
        title=row.title,
        space=DepthSpace.DEPTH,
        kind=variant.kind,
        **snapshot.facts(),
    )
    return DepthAnythingEstimator(model, info, own_long_side_px)


def own_long_side_px(height: int, width: int) -> int:
    """Return the long side at which the network sees a photo unless told otherwise.

    >>> own_long_side_px(3000, 4000), own_long_side_px(400, 4000)
    (504, 2016)
    """
    short_side, long_side = sorted((height, width))
    return min(max(LONG_SIDE_PX, round(THINNEST_PX * long_side / short_side)), LONGEST_SIDE_PX)
