"""A spatial photo of a few pixels: the left view red, the right view blue."""

import numpy as np

from spatial.records import (
    DepthKind,
    DepthMap,
    DepthSpace,
    EstimatorInfo,
    Photo,
    SpatialPhoto,
    StereoPair,
)
from spatial.settings import ConvertSettings


def make_result(width_px=31, name="red boat"):
    height_px = 20
    ramp = np.linspace(0.0, 1.0, width_px, dtype=np.float32)[None].repeat(height_px, axis=0)
    none = np.zeros((height_px, width_px), bool)
    left = np.full((height_px, width_px, 3), (220, 30, 40), np.uint8)
    right = np.full((height_px, width_px, 3), (20, 60, 210), np.uint8)
    kinds = {"kind": DepthKind.AFFINE_INVARIANT, "space": DepthSpace.INVERSE_DEPTH}
    info = {"title": "Test", "licence": "none", "source": "test", "size_mb": 0.0}
    return SpatialPhoto(
        photo=Photo(rgb=left, name=name),
        depth=DepthMap.from_values(ramp, **kinds),
        nearness=ramp,
        focused=left,
        pair=StereoPair(
            left=left,
            right=right,
            disparity_px=4 * ramp,
            left_disoccluded=none,
            right_disoccluded=none,
        ),
        settings=ConvertSettings(),
        estimator=EstimatorInfo(id="test", revision="1", **info, **kinds),
    )
