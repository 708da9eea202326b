"""Sharper outlines: a small network corrects the decoded map where the photo shows an edge.

The latent is at 1/8 of the photo, so outlines come out of the decoder soft and a few pixels off.
The photo's own pixels and the finest feature maps, at 1/2 and 1/4, know where they are:

    map, rgb, features at 1/2 -> 1/2 ----------------------> + -> 1/2 -> correction of the map
                                  +-> 1/4, features at 1/4 --+
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class OutlineRefiner(nn.Module):
    """Adds a correction to a decoded map; without training it changes nothing.

    Args:
        at_2: Channels of the feature map at 1/2.
        at_4: Channels of the feature map at 1/4.
        width: Channels inside at 1/2; half as many again at 1/4.
    """

    def __init__(self, at_2: int, at_4: int, width: int) -> None:
        super().__init__()
        inner = width * 3 // 2
        self.enter = nn.Conv2d(4 * (1 + 3) + at_2, width, 3, padding=1)
        self.down = nn.Conv2d(width, inner, 3, stride=2, padding=1)
        self.lateral = nn.Conv2d(at_4, inner, 1)
        self.coarse = nn.ModuleList([_block(inner) for _ in range(2)])
        self.up = nn.Conv2d(inner, width, 1)
        self.fine = nn.ModuleList([_block(width) for _ in range(2)])
        self.leave = nn.Conv2d(width, 4, 3, padding=1)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)  # type: ignore[arg-type]

    def forward(self, decoded: Tensor, rgb: Tensor, features: list[Tensor]) -> Tensor:
        """Return the corrected map [B, 1, H, W].

        Args:
            decoded: Map [B, 1, H, W], H and W even.
            rgb: The photo [B, 3, H, W] in [-1, 1].
            features: Maps of the photo at 1/2, 1/4, and coarser ones that are not used.
        """
        both = F.pixel_unshuffle(torch.cat([decoded, rgb], 1), 2)
        half = F.silu(self.enter(torch.cat([both, features[0]], 1)))
        quarter = F.silu(self.down(half) + self.lateral(features[1]))
        for block in self.coarse:
            quarter = quarter + block(quarter)
        half = half + F.interpolate(self.up(quarter), size=half.shape[2:], mode="bilinear")
        for block in self.fine:
            half = half + block(half)
        return decoded + F.pixel_shuffle(self.leave(F.silu(half)).float(), 2)


def _block(width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.SiLU(),
        nn.Conv2d(width, width, 3, padding=1),
        nn.SiLU(),
        nn.Conv2d(width, width, 3, padding=1),
    )
