"""Depth Anything V2 through transformers: one pass, relative inverse depth or metric depth.

L. Yang et al., "Depth Anything V2", 2024. Input: short side 518 px, sides multiples of the 14 px
patch, ImageNet mean and deviation.
"""

import threading
from collections.abc import Callable

import torch
from transformers import DepthAnythingForDepthEstimation, PreTrainedModel

from spatial.depth.checkpoint import load_strictly
from spatial.depth.errors import EstimatorError
from spatial.depth.estimators import LoadOptions
from spatial.depth.frame import fit, rounded_frame
from spatial.depth.hub import TRANSFORMERS_FILES, resolve
from spatial.depth.watch import Progress, Watch
from spatial.records import DepthKind, DepthMap, DepthSpace, EstimatorInfo, Photo
from spatial.settings import DepthSettings

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)
PATCH_PX = 14
SHORT_SIDE_PX = 37 * PATCH_PX
LONGEST_SIDE_PX = 4 * SHORT_SIDE_PX  # panoramas would fill the memory otherwise


def load(source: str, options: LoadOptions) -> "DepthAnythingEstimator":
    """Load a checkpoint from a folder or the Hub; errors as in ``load_estimator``."""
    snapshot = resolve(source, TRANSFORMERS_FILES, options)
    model = load_strictly(DepthAnythingForDepthEstimation, snapshot.folder, dtype=torch.float32)
    model.eval().requires_grad_(False).to(options.device)
    metric = model.config.depth_estimation_type == "metric"
    info = EstimatorInfo(
        id="depth-anything" + ("" if source.startswith("depth-anything/") else f":{source}"),
        title="Depth Anything V2",
        space=DepthSpace.DEPTH if metric else DepthSpace.INVERSE_DEPTH,
        kind=DepthKind.METRIC if metric else DepthKind.AFFINE_INVARIANT,
        **snapshot.facts(),
    )
    return DepthAnythingEstimator(model, info, own_long_side_px)


def own_long_side_px(height: int, width: int) -> int:
    """Return the long side at which the network sees a photo unless told otherwise."""
    short_side, long_side = sorted((height, width))
    return min(round(SHORT_SIDE_PX * long_side / short_side), LONGEST_SIDE_PX)


class DepthAnythingEstimator:
    """A Depth Anything network behind the Estimator protocol; calls of several threads take turns.

    Args:
        model: the loaded network.
        info: what it is.
        own_long_side_px: the long side it was made for, of a photo of this height and width.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        info: EstimatorInfo,
        own_long_side_px: Callable[[int, int], int],
    ) -> None:
        self.model = model
        self.info = info
        self.own_long_side_px = own_long_side_px
        self._lock = threading.Lock()

    @torch.no_grad()
    def __call__(
        self, photo: Photo, settings: DepthSettings, progress: Progress | None = None
    ) -> DepthMap:
        """Return the depth of a photo at the model's resolution; see ``Estimator``."""
        watch = Watch(1, progress)
        size = (photo.height_px, photo.width_px)
        long_side = settings.processing_resolution_px or self.own_long_side_px(*size)
        frame = rounded_frame(*size, long_side=long_side, multiple=PATCH_PX)
        picture = (fit(photo.rgb, frame) + 1.0) / 2.0
        mean, deviation = (
            torch.tensor(v).view(1, 3, 1, 1) for v in (IMAGENET_MEAN, IMAGENET_DEVIATION)
        )
        pixels = ((picture - mean) / deviation).to(self.model.device)
        watch.next("estimating depth")
        with self._lock:
            depth = self.model(pixel_values=pixels).predicted_depth[0].float().cpu()  # [H, W]
        if not depth.isfinite().any():
            msg = f"{self.info.id} gave no finite depth; download its weights again"
            raise EstimatorError(msg)
        return DepthMap.from_values(depth.numpy(), kind=self.info.kind, space=self.info.space)
