"""Seconds and bytes of every writer."""

from collections.abc import Iterator

import numpy as np

from spatial.evaluation.figures import TWELVE_MEGAPIXELS, Figure, best_of, synthetic_scene
from spatial.formats import FORMATS
from spatial.records import DepthKind, DepthMap, DepthSpace, EstimatorInfo, Photo, SpatialPhoto
from spatial.settings import ConvertSettings
from spatial.stereo import render_stereo

_TAKE_LONGER = {"mesh_glb", "mesh_ply", "wiggle_mp4"}  # meshes and video have no goal


def synthetic_result(height_px: int, width_px: int) -> SpatialPhoto:
    """Return a finished spatial photo of a synthetic scene."""
    rgb, nearness = synthetic_scene(height_px, width_px)
    settings = ConvertSettings()
    known = {"kind": DepthKind.AFFINE_INVARIANT, "space": DepthSpace.INVERSE_DEPTH}
    return SpatialPhoto(
        photo=Photo(rgb=rgb, name="scene"),
        depth=DepthMap(values=nearness, valid=np.ones(nearness.shape, bool), **known),
        nearness=nearness,
        focused=rgb,
        pair=render_stereo(rgb, nearness, settings.stereo),
        settings=settings,
        estimator=EstimatorInfo(
            id="synthetic",
            title="Synthetic",
            licence="Apache-2.0",
            source="made by the benchmark",
            revision="1",
            size_mb=0.0,
            **known,
        ),
    )


def measure_formats(size: tuple[int, int] = TWELVE_MEGAPIXELS) -> Iterator[Figure]:
    """Seconds of each row of FORMATS that this machine can write, at 12 megapixels, and the size of its files."""
    result = synthetic_result(*size)
    megapixels = f"{size[0] * size[1] / 1e6:.2g} MP"
    for name, row in FORMATS.items():
        if not row.available():
            continue
        files = row.encode(result, "scene")
        seconds = best_of(1, lambda row=row: row.encode(result, "scene"))
        goal = "" if name in _TAKE_LONGER else "<= 1"
        yield Figure(name=f"format {name}, {megapixels}", value=seconds, unit="s", goal=goal)
        total = sum(len(file.data) for file in files)
        yield Figure(name=f"format {name}, size", value=total / 1e6, unit="MB")
