"""The network of Depth Anything 3 for one view: a DINOv2 transformer and a DPT head.

H. Lin et al., "Depth Anything 3: Recovering the Visual Space from Any Views", 2025. Modules are
named as in the published files, so that the weights need no translation. What further views,
cameras and rays need is not built.
"""

from collections import OrderedDict
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

PATCH_PX = 14
_LAST_FEATURES = 32
_SKY_THRESHOLD = 0.3
_FEWEST_PX = 10  # of sky and of ground each, or the sky stays as it is


class Architecture(NamedTuple):
    """The numbers of a network.

    Attributes:
        embed_dim: channels of a token.
        num_heads: of the attention.
        out_layers: the blocks whose tokens the head sees, counted from 0; the last is the last one.
        alt_start: from this block on, every second one attends across views, and tokens are rotated
            by their position; None in a network for one view, which tells the sky instead.
        features: channels in the head.
        out_channels: channels of the head's four stages, from fine to coarse.
        grid: rows and columns of the learned position embedding.
    """

    embed_dim: int
    num_heads: int
    out_layers: tuple[int, int, int, int]
    alt_start: int | None
    features: int
    out_channels: tuple[int, int, int, int]
    grid: int = 37


class Attention(nn.Module):
    """Self-attention, with ``qk_norm`` of normalised queries and keys."""

    def __init__(self, embed_dim: int, num_heads: int, *, qk_norm: bool) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.qkv = nn.Linear(embed_dim, 3 * embed_dim)
        self.q_norm, self.k_norm = (
            nn.LayerNorm(embed_dim // num_heads) if qk_norm else nn.Identity() for _ in range(2)
        )
        self.proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, tokens: Tensor, angles: Tensor | None) -> Tensor:
        q, k, v = self.qkv(tokens).unflatten(-1, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        q, k = self.q_norm(q), self.k_norm(k)
        if angles is not None:
            q, k = rotate(q, angles), rotate(k, angles)
        mixed = F.scaled_dot_product_attention(q, k, v)
        return self.proj(mixed.transpose(1, 2).flatten(2))


def rotate(features: Tensor, angles: Tensor) -> Tensor:
    """Return [..., N, C] with pairs of channels rotated: one half of C by y, the other by x."""
    one, other = features.unflatten(-1, (2, 2, -1)).unbind(-2)
    cos, sin = angles.cos(), angles.sin()
    return torch.stack((one * cos - other * sin, other * cos + one * sin), dim=-2).flatten(-3)


class Block(nn.Module):
    """A transformer block whose two branches are scaled."""

    def __init__(self, embed_dim: int, num_heads: int, *, qk_norm: bool) -> None:
        super().__init__()
        self.norm1, self.norm2 = (nn.LayerNorm(embed_dim, eps=1e-6) for _ in range(2))
        self.ls1, self.ls2 = (nn.ParameterDict({"gamma": torch.ones(embed_dim)}) for _ in range(2))
        self.attn = Attention(embed_dim, num_heads, qk_norm=qk_norm)
        fc1, fc2 = nn.Linear(embed_dim, 4 * embed_dim), nn.Linear(4 * embed_dim, embed_dim)
        self.mlp = nn.Sequential(OrderedDict[str, nn.Module](fc1=fc1, act=nn.GELU(), fc2=fc2))

    def forward(self, tokens: Tensor, angles: Tensor | None) -> Tensor:
        tokens = tokens + self.ls1["gamma"] * self.attn(self.norm1(tokens), angles)
        return tokens + self.ls2["gamma"] * self.mlp(self.norm2(tokens))


class Transformer(nn.Module):
    """DINOv2: pixels [B, 3, 14 h, 14 w] become four lists of tokens [B, h w, C] for the head."""

    def __init__(self, numbers: Architecture) -> None:
        super().__init__()
        self.numbers = numbers
        dim, start = numbers.embed_dim, numbers.alt_start
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, dim, PATCH_PX, PATCH_PX)})
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        if start is not None:  # one for the first view, one for all others
            self.camera_token = nn.Parameter(torch.zeros(1, 2, dim))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + numbers.grid**2, dim))
        self.blocks = nn.ModuleList(
            Block(dim, numbers.num_heads, qk_norm=start is not None and index >= start)
            for index in range(numbers.out_layers[-1] + 1)
        )
        self.norm = nn.LayerNorm(dim)

    def forward(self, pixels: Tensor) -> list[Tensor]:
        patches = self.patch_embed["proj"](pixels)
        rows, columns = patches.shape[-2:]
        first = self.cls_token.expand(len(pixels), -1, -1)
        tokens = torch.cat((first, patches.flatten(2).mT), dim=1)
        tokens = tokens + self._position_embedding(rows, columns)
        start, angles, local, outputs = self.numbers.alt_start, None, tokens, []
        for index, block in enumerate(self.blocks):
            across = False
            if start is not None and index >= start:
                across = index % 2 == 1
                angles = self._angles(rows, columns, across=across).to(tokens)
            if index == start:
                first = self.camera_token[:, :1].expand(len(pixels), -1, -1)
                tokens = torch.cat((first, tokens[:, 1:]), dim=1)
            tokens = block(tokens, angles)
            local = local if across else tokens
            if index in self.numbers.out_layers:
                output = self.norm(tokens)
                outputs.append(output if start is None else torch.cat((local, output), dim=-1))
        return [output[:, 1:] for output in outputs]

    def _position_embedding(self, rows: int, columns: int) -> Tensor:
        """Return the learned embedding for this many patches; the 0.1 is DINOv2's own."""
        grid = self.numbers.grid
        if (rows, columns) == (grid, grid):
            return self.pos_embed
        learned = self.pos_embed[:, 1:].mT.unflatten(2, (grid, grid))
        scale = ((rows + 0.1) / grid, (columns + 0.1) / grid)
        resized = F.interpolate(learned, scale_factor=scale, mode="bicubic")
        return torch.cat((self.pos_embed[:, :1], resized.flatten(2).mT), dim=1)

    def _angles(self, rows: int, columns: int, *, across: bool) -> Tensor:
        """Return radians [1 + h w, 2, C / 4] for a head; across views all patches are alike."""
        count = self.numbers.embed_dim // self.numbers.num_heads // 4
        patches = torch.cartesian_prod(torch.arange(rows) + 1, torch.arange(columns) + 1)
        places = F.pad(patches, (0, 0, 1, 0))
        places = places.clamp(max=1) if across else places
        return places[..., None] * 100.0 ** (-torch.arange(count) / count)


class Residual(nn.Module):
    """Two convolutions beside the identity."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv1, self.conv2 = (nn.Conv2d(features, features, 3, padding=1) for _ in range(2))

    def forward(self, stage: Tensor) -> Tensor:
        return stage + self.conv2(F.relu(self.conv1(F.relu(stage))))


class Fusion(nn.Module):
    """Adds a stage to what the coarser ones gave, and enlarges the sum."""

    def __init__(self, features: int, *, coarsest: bool) -> None:
        super().__init__()
        if not coarsest:
            self.resConfUnit1 = Residual(features)
        self.resConfUnit2 = Residual(features)
        self.out_conv = nn.Conv2d(features, features, 1)

    def forward(self, stage: Tensor, coarser: Tensor | None, size: tuple[int, int]) -> Tensor:
        fused = stage if coarser is None else coarser + self.resConfUnit1(stage)
        return self.out_conv(_enlarge(self.resConfUnit2(fused), size))


class Head(nn.Module):
    """DPT: the transformer's tokens become depth [B, H, W], with the sky behind everything."""

    def __init__(self, numbers: Architecture) -> None:
        super().__init__()
        self.one_view = numbers.alt_start is None
        features, channels = numbers.features, numbers.out_channels
        dim = numbers.embed_dim if self.one_view else 2 * numbers.embed_dim
        self.norm = nn.Identity() if self.one_view else nn.LayerNorm(dim)
        self.projects = nn.ModuleList(nn.Conv2d(dim, count, 1) for count in channels)
        self.resize_layers = nn.ModuleList(
            (
                nn.ConvTranspose2d(channels[0], channels[0], 4, stride=4),
                nn.ConvTranspose2d(channels[1], channels[1], 2, stride=2),
                nn.Identity(),
                nn.Conv2d(channels[3], channels[3], 3, stride=2, padding=1),
            )
        )
        self.scratch = nn.ModuleDict()
        for level, count in enumerate(channels, 1):
            self.scratch[f"layer{level}_rn"] = nn.Conv2d(count, features, 3, padding=1, bias=False)
            self.scratch[f"refinenet{level}"] = Fusion(features, coarsest=level == len(channels))
        self.scratch["output_conv1"] = nn.Conv2d(features, features // 2, 3, padding=1)
        # For many views the second channel is the confidence, which nothing here asks for.
        self.scratch["output_conv2"] = _last_layers(features // 2, 1 if self.one_view else 2)
        if self.one_view:
            self.scratch["sky_output_conv2"] = _last_layers(features // 2, 1)

    def forward(self, outputs: list[Tensor], height: int, width: int) -> Tensor:
        patches, aspect = (height // PATCH_PX, width // PATCH_PX), width / height
        stages = []
        for tokens, project, resize in zip(outputs, self.projects, self.resize_layers, strict=True):
            stage = project(self.norm(tokens).mT.unflatten(2, patches))
            stages.append(resize(self._with_position(stage, aspect)))
        fused = None
        for level in range(len(stages), 0, -1):
            stage = self.scratch[f"layer{level}_rn"](stages[level - 1])
            rows, columns = stages[max(level - 2, 0)].shape[-2:]
            size = (rows, columns) if level > 1 else (2 * rows, 2 * columns)
            fused = self.scratch[f"refinenet{level}"](stage, fused, size)
        features = _enlarge(self.scratch["output_conv1"](fused), (height, width))
        features = self._with_position(features, aspect)
        depth = self.scratch["output_conv2"](features)[:, 0].exp()
        if not self.one_view:
            return depth
        is_sky = self.scratch["sky_output_conv2"](features)[:, 0] >= _SKY_THRESHOLD
        return put_sky_behind(depth, is_sky)

    def _with_position(self, features: Tensor, aspect: float) -> Tensor:
        """Return features with sines that tell the place in the picture, as for many views."""
        if self.one_view:
            return features
        channels, rows, columns = features.shape[1:]
        diagonal = (1 + aspect**2) ** 0.5
        frequencies = 100.0 ** (-torch.arange(channels // 4) / (channels // 4))
        y, x = (
            (2 * torch.arange(count) + 1 - count)[:, None] / count * side / diagonal * frequencies
            for count, side in ((rows, 1.0), (columns, aspect))
        )
        y, x = (torch.cat((angle.sin(), angle.cos()), dim=1).mT for angle in (y, x))
        grids = x[:, None].expand(-1, rows, -1), y[..., None].expand(-1, -1, columns)
        return features + 0.1 * torch.cat(grids).to(features)


def put_sky_behind(depth: Tensor, is_sky: Tensor) -> Tensor:
    """Return depth [B, H, W] whose sky is farthest: at the 99th percentile of all that is not sky.

    Where only a few pixels are sky, or are not, the depth stays as it is.
    """
    ground = depth[~is_sky]
    if min(ground.numel(), int(is_sky.sum())) <= _FEWEST_PX:
        return depth
    farthest = ground.quantile(0.99)
    return torch.where(is_sky, farthest, depth.minimum(farthest))


def _enlarge(features: Tensor, size: tuple[int, int]) -> Tensor:
    return F.interpolate(features, size, mode="bilinear", align_corners=True)


def _last_layers(features: int, channels: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(features, _LAST_FEATURES, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(_LAST_FEATURES, channels, 1),
    )
