"""A small spatial photo whose views, sizes and depth cannot be mistaken for one another."""

from dataclasses import replace

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

LEFT_RGB, RIGHT_RGB = (220, 30, 40), (20, 60, 210)


def flat(rgb, height_px, width_px):
    return np.full((height_px, width_px, 3), rgb, np.uint8)


def make_result(height_px=20, width_px=31, **photo):
    """Left view red, right view blue; nearness grows to the right; disparity is 8 (nearness - 0.75)."""
    none = np.zeros((height_px, width_px), bool)
    nearness = np.broadcast_to(
        np.linspace(0.0, 1.0, width_px, dtype=np.float32), (height_px, width_px)
    ).copy()
    return SpatialPhoto(
        photo=Photo(rgb=flat((90, 90, 90), height_px, width_px), name="red boat", **photo),
        depth=DepthMap.from_values(
            0.5 + 2.0 * nearness, kind=DepthKind.METRIC, space=DepthSpace.INVERSE_DEPTH
        ),
        nearness=nearness,
        focused=flat((90, 90, 90), height_px, width_px),
        pair=StereoPair(
            left=flat(LEFT_RGB, height_px, width_px),
            right=flat(RIGHT_RGB, height_px, width_px),
            disparity_px=8.0 * (nearness - np.float32(0.75)),
            left_disoccluded=none,
            right_disoccluded=none,
            screen_nearness=0.75,
        ),
        settings=ConvertSettings(),
        estimator=EstimatorInfo(
            id="test",
            title="Test",
            licence="Apache-2.0",
            source="made by the test",
            revision="r7",
            size_mb=0.0,
            space=DepthSpace.INVERSE_DEPTH,
            kind=DepthKind.METRIC,
        ),
    )


def with_disparity(result, disparity_px):
    return replace(result, pair=replace(result.pair, disparity_px=disparity_px))
