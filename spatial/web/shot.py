"""A visitor's photo whose depth is known, and what that depth depends on."""

from dataclasses import dataclass, replace

from spatial.records import DepthMap, EstimatorInfo, Photo, SpatialPhoto
from spatial.settings import DepthSettings, Group, iter_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthKey:
    """What a depth map depends on: photo, estimator, its revision, and the depth settings."""

    sha256: str
    estimator: str
    revision: str
    settings: DepthSettings  # those that the estimate depends on, the others at their defaults


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One photo of one visitor whose depth is known; the page holds it while the visitor moves sliders.

    Attributes:
        path: the photo's file in Gradio's cache.
        key: finds its depth.
        info: the estimator that the depth came from.
        note: why that is not the one that was asked for; may be empty.
        seconds: how long the estimate took; None when it was known already.
    """

    path: str
    key: DepthKey
    info: EstimatorInfo
    note: str = ""
    seconds: float | None = None


def depth_bytes(depth: DepthMap) -> int:
    """Return the memory that a depth map takes."""
    spread = 0 if depth.uncertainty is None else depth.uncertainty.nbytes
    return depth.values.nbytes + depth.valid.nbytes + spread


def result_bytes(result: SpatialPhoto) -> int:
    """Return the memory that a result takes."""
    pair, photo = result.pair, result.photo.rgb
    arrays = [photo, result.nearness, pair.left, pair.right, pair.disparity_px]
    arrays += [pair.left_disoccluded, pair.right_disoccluded]
    arrays += [] if result.focused is photo else [result.focused]
    return sum(array.nbytes for array in arrays) + depth_bytes(result.depth)


def key_of(photo: Photo, info: EstimatorInfo, settings: DepthSettings) -> DepthKey:
    """Return the key of the depth that an estimator gives of a photo."""
    return DepthKey(
        sha256=photo.sha256,
        estimator=info.id,
        revision=info.revision,
        settings=with_later_of(DepthSettings(), settings),
    )


def with_later_of(later: DepthSettings, estimated: DepthSettings) -> DepthSettings:
    """Return ``estimated`` with those settings of ``later`` that any estimated map can follow."""
    names = (s.name for s in iter_settings() if s.info.group is Group.DEPTH)
    return replace(estimated, **{name: getattr(later, name) for name in names})
