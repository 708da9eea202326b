"""EfficientNet-Lite feature pyramid with batch normalisation folded into the convolutions.

M. Tan and Q. V. Le, "EfficientNet", 2019, in its Lite form (ReLU6, no squeeze-and-excite). The
input lies in [-1, 1], which is what the published weights expect; maps come out at 1/2 to 1/32.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class FeatureStage(NamedTuple):
    """One row of the network: `repeats` inverted bottlenecks, the first with `stride`."""

    kernel: int
    stride: int
    expansion: int
    channels: int
    repeats: int


STEM_CHANNELS = 32

# Lite1: the B0 rows with every inner repeat count times 1.1, rounded up; widths unchanged.
LITE1_STAGES = (
    FeatureStage(3, 1, 1, 16, 1),
    FeatureStage(3, 2, 6, 24, 3),
    FeatureStage(5, 2, 6, 40, 3),
    FeatureStage(3, 2, 6, 80, 4),
    FeatureStage(5, 1, 6, 112, 4),
    FeatureStage(5, 2, 6, 192, 5),
    FeatureStage(3, 1, 6, 320, 1),
)


class SameConv2d(nn.Conv2d):
    """Convolution with TensorFlow's SAME padding, which the published weights were trained with.

    A stride of 2 pads (k - 2) // 2 before and the rest after, exact for even sizes.
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel: int, *, stride: int = 1, groups: int = 1
    ) -> None:
        padding = kernel // 2 if stride == 1 else 0
        super().__init__(in_channels, out_channels, kernel, stride, padding, groups=groups)

    def forward(self, input: Tensor) -> Tensor:
        if self.stride[0] == 2:
            total = self.kernel_size[0] - 2
            before = total // 2
            input = F.pad(input, (before, total - before, before, total - before))
        if self._trains_depthwise_on_cpu():
            # The bfloat16 backward of a depthwise convolution takes 3/4 of a step on a CPU.
            with torch.autocast("cpu", enabled=False):
                return super().forward(input.float())
        return super().forward(input)

    def _trains_depthwise_on_cpu(self) -> bool:
        trains = self.weight.requires_grad and torch.is_grad_enabled()
        return self.groups > 1 and trains and torch.is_autocast_enabled("cpu")


class InvertedBottleneck(nn.Module):
    """Expand, depthwise, project; with a skip where shapes agree."""

    def __init__(self, stage: FeatureStage, in_channels: int, *, stride: int) -> None:
        super().__init__()
        width = in_channels * stage.expansion
        self.expand = SameConv2d(in_channels, width, 1) if stage.expansion != 1 else None
        self.depthwise = SameConv2d(width, width, stage.kernel, stride=stride, groups=width)
        self.project = SameConv2d(width, stage.channels, 1)
        self.has_skip = stride == 1 and in_channels == stage.channels

    def forward(self, x: Tensor) -> Tensor:
        y = x if self.expand is None else F.relu6(self.expand(x))
        y = self.project(F.relu6(self.depthwise(y)))
        return x + y if self.has_skip else y


class FeaturePyramid(nn.Module):
    """Maps at 1/2, 1/4, 1/8, 1/16 and 1/32 of an RGB image.

    Args:
        stages: Rows of the network, `FeatureStage` or tuples of its five numbers.

    Attributes:
        channels: Channels of the maps that `forward` returns, finest first.
    """

    def __init__(self, stages: Sequence[Sequence[int]] = LITE1_STAGES) -> None:
        super().__init__()
        rows = [FeatureStage(*row) for row in stages]
        self.stem = SameConv2d(3, STEM_CHANNELS, 3, stride=2)
        blocks: list[InvertedBottleneck] = []
        self.taps: list[int] = []
        self.channels: list[int] = []
        channels = STEM_CHANNELS
        for index, row in enumerate(rows):
            for repeat in range(row.repeats):
                stride = row.stride if repeat == 0 else 1
                blocks.append(InvertedBottleneck(row, channels, stride=stride))
                channels = row.channels
            if index + 1 == len(rows) or rows[index + 1].stride == 2:
                self.taps.append(len(blocks) - 1)
                self.channels.append(channels)
        self.blocks = nn.ModuleList(blocks)

    def freeze(self, block_count: int) -> None:
        """Stop training the stem and the first `block_count` blocks: edges stay as they are."""
        for module in (self.stem, *self.blocks[:block_count]):
            module.requires_grad_(False)

    def forward(self, rgb: Tensor) -> list[Tensor]:
        """Return the maps, finest first.

        Args:
            rgb: [B, 3, H, W] in [-1, 1]; H and W multiples of 32 give exact sizes.
        """
        x = F.relu6(self.stem(rgb))
        maps = []
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in self.taps:
                maps.append(x)
        return maps
