"""A spatial photo of which every cause of discomfort can be set."""

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

INFO = EstimatorInfo(
    id="test",
    title="Test",
    licence="Apache-2.0",
    source="made by the test",
    revision="1",
    size_mb=0.0,
    space=DepthSpace.INVERSE_DEPTH,
    kind=DepthKind.AFFINE_INVARIANT,
)


def spatial_photo(rgb, nearness, pair, settings=None):
    depth = DepthMap.from_values(
        nearness, kind=DepthKind.AFFINE_INVARIANT, space=DepthSpace.INVERSE_DEPTH
    )
    return SpatialPhoto(
        photo=Photo(rgb=rgb),
        depth=depth,
        nearness=nearness,
        focused=rgb,
        pair=pair,
        settings=settings or ConvertSettings(),
        estimator=INFO,
    )


def calm_photo(height_px=100, width_px=200):
    """Equal noisy views, everything on the screen."""
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 256, (height_px, width_px, 3), dtype=np.uint8)
    zeros, none = np.zeros((height_px, width_px), np.float32), np.zeros((height_px, width_px), bool)
    pair = StereoPair(
        left=rgb, right=rgb, disparity_px=zeros, left_disoccluded=none, right_disoccluded=none
    )
    return spatial_photo(rgb, zeros, pair)
