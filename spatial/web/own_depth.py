"""Depth that needs no model: what the camera wrote into the photo, or a map that the visitor brings."""

from dataclasses import replace
from pathlib import Path

from spatial.depth import FILE, EstimatorError, load_estimator
from spatial.depth.file import MapEstimator
from spatial.depth.map_file import StoredMap
from spatial.records import DepthMap, EstimatorInfo, Photo
from spatial.settings import DepthSettings


def camera_depth(photo: Photo, settings: DepthSettings) -> tuple[DepthMap, EstimatorInfo]:
    """Return the depth that the camera wrote into a photo.

    Raises:
        EstimatorError: there is none, or it does not fit the photo.
    """
    if photo.depth is None:
        msg = (
            f"{photo.name} holds no depth. Phones write it into portrait photos; some browsers drop it, so choose "
            "the original with Choose a photo, or another depth model."
        )
        raise EstimatorError(msg)
    camera = load_estimator(FILE)
    depth = camera(photo, settings)
    return depth, _told_by(depth, replace(camera.info, title="the camera"))


def brought_depth(
    photo: Photo, stored: StoredMap, path: Path, settings: DepthSettings
) -> tuple[DepthMap, EstimatorInfo]:
    """Return a map that was read from a file as depth of a photo.

    Raises:
        EstimatorError: its shape is not the photo's, or it is flat.
    """
    brought = MapEstimator(stored, path)
    depth = brought(photo, settings)
    # Where the server keeps the upload is nobody's business.
    info = replace(brought.info, id=FILE, title=f"your map {path.name}", source=path.name)
    return depth, _told_by(depth, info)


def _told_by(depth: DepthMap, info: EstimatorInfo) -> EstimatorInfo:
    return replace(info, space=depth.space, kind=depth.kind)
