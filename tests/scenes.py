"""Scenes in memory: finished results that cannot be mistaken, estimators that know, layers whose
blur is known.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.bokeh import apply_bokeh
from spatial.records import (
    DepthKind,
    DepthMap,
    DepthSpace,
    EstimatorInfo,
    Photo,
    SpatialPhoto,
    StereoPair,
)
from spatial.settings import BokehMethod, BokehSettings, ConvertSettings

LEFT_RGB, RIGHT_RGB = (220, 30, 40), (20, 60, 210)


INFO = EstimatorInfo(
    id="test",
    title="Test",
    licence="Apache-2.0",
    source="made by the test",
    revision="r7",
    size_mb=0.0,
    space=DepthSpace.INVERSE_DEPTH,
    kind=DepthKind.AFFINE_INVARIANT,
)


class Ramp:
    """An estimator: nearness grows to the right, or downwards; every call is counted."""

    def __init__(self, name="embedded", *, downwards=False):
        self.calls = 0
        self.info = replace(INFO, id=name)
        height, width = 48, 64
        ramp = np.linspace(0, 1, height if downwards else width, dtype=np.float32)
        self._values = np.empty((height, width), np.float32)
        self._values[:] = ramp[:, None] if downwards else ramp

    def __call__(self, photo, settings, progress=None):
        self.calls += 1
        if progress is not None:
            progress(0.5, "half way")
        return DepthMap.from_values(self._values, kind=self.info.kind, space=self.info.space)

    def load(self, name, *, device, progress=None):
        return self, ""


def flat(rgb, height_px, width_px):
    return np.full((height_px, width_px, 3), rgb, np.uint8)


def spatial_photo(rgb, nearness, pair, settings=None, *, kind=DepthKind.AFFINE_INVARIANT, **photo):
    """A result; metric depth is told as 0.5 to 2.5 / m."""
    values = nearness if kind is DepthKind.AFFINE_INVARIANT else 0.5 + 2.0 * nearness
    return SpatialPhoto(
        photo=Photo(rgb=rgb, **photo),
        depth=DepthMap.from_values(values, kind=kind, space=DepthSpace.INVERSE_DEPTH),
        nearness=nearness,
        focused=rgb,
        pair=pair,
        settings=settings or ConvertSettings(),
        estimator=replace(INFO, kind=kind),
    )


def named(result, name):
    """The same result of a photo of another name."""
    return replace(result, photo=replace(result.photo, name=name))


def make_result(height_px=20, width_px=31, name="red boat", **photo):
    """Left view red, right view blue; nearness grows to the right; disparity is 8 (nearness -
    0.75).
    """
    none = np.zeros((height_px, width_px), bool)
    nearness = np.linspace(0.0, 1.0, width_px, dtype=np.float32)[None].repeat(height_px, axis=0)
    pair = StereoPair(
        left=flat(LEFT_RGB, height_px, width_px),
        right=flat(RIGHT_RGB, height_px, width_px),
        disparity_px=8.0 * (nearness - np.float32(0.75)),
        left_disoccluded=none,
        right_disoccluded=none,
        screen_nearness=0.75,
    )
    grey = flat((90, 90, 90), height_px, width_px)
    return spatial_photo(grey, nearness, pair, kind=DepthKind.METRIC, name=name, **photo)


def with_disparity(result, disparity_px):
    return replace(result, pair=replace(result.pair, disparity_px=disparity_px))


def calm_photo(height_px=100, width_px=200):
    """Equal noisy views, everything on the screen: every cause of discomfort can be set."""
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 256, (height_px, width_px, 3), dtype=np.uint8)
    zeros, none = np.zeros((height_px, width_px), np.float32), np.zeros((height_px, width_px), bool)
    pair = StereoPair(
        left=rgb, right=rgb, disparity_px=zeros, left_disoccluded=none, right_disoccluded=none
    )
    return spatial_photo(rgb, zeros, pair)


# Depth of field against a scene whose truth is known: two flat layers, each with everything that
# the other hides. The truth is made from the layers themselves: each is blurred by the disc of its
# own distance, with its transparency, and the near one is laid over the far one in linear light.
_GAMMA_STEP, _LINEAR_PART = 0.0031308, 12.92
_EDGE_REACH = 1.5  # of the blur's radius on each side of the silhouette is scored
FAR, NEAR = 0.0, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LayeredScene:
    """Two layers, in linear light.

    Attributes:
        far: float32 [H, W, 3], complete behind the near layer.
        near: float32 [H, W, 3], complete beyond its outline.
        mask: bool [H, W], where the near layer is.
    """

    far: NDArray[np.float32]
    near: NDArray[np.float32]
    mask: NDArray[np.bool_]


def _texture(rng: np.random.Generator, size: tuple[int, int], tint: tuple) -> NDArray[np.float32]:
    height, width = size
    coarse = rng.uniform(0.3, 1.0, (height // 12 + 1, width // 12 + 1)).astype(np.float32)
    fine = rng.uniform(0.7, 1.0, (height // 3 + 1, width // 3 + 1)).astype(np.float32)
    grey = cv2.resize(coarse, (width, height)) * cv2.resize(fine, (width, height))
    return (grey[..., None] * np.array(tint, np.float32)).astype(np.float32)


def layered_scene(
    height_px: int = 240, width_px: int = 320, *, lights: int = 12, seed: int = 0
) -> LayeredScene:
    """Return a bluish far layer with some bright points of light and a reddish near ellipse off the
    centre.
    """
    rng = np.random.default_rng(seed)
    far = _texture(rng, (height_px, width_px), (0.15, 0.3, 0.5))
    near = _texture(rng, (height_px, width_px), (0.7, 0.25, 0.1))
    for _ in range(lights):
        y, x = int(rng.integers(height_px - 2)), int(rng.integers(width_px - 2))
        far[y : y + 2, x : x + 2] = 1.0
    rows, columns = np.mgrid[:height_px, :width_px]
    across = (columns - 0.45 * width_px) / (0.22 * width_px)
    down = (rows - 0.55 * height_px) / (0.32 * height_px)
    return LayeredScene(far=far, near=near, mask=across**2 + down**2 < 1)


def _to_srgb(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    """IEC 61966-2-1."""
    light = np.clip(linear, 0, 1)
    curved = 1.055 * np.maximum(light, _GAMMA_STEP) ** (1 / 2.4) - 0.055
    encoded = np.where(light <= _GAMMA_STEP, _LINEAR_PART * light, curved)
    return np.rint(255 * encoded).astype(np.uint8)


def photograph(scene: LayeredScene) -> NDArray[np.uint8]:
    """Return the scene with everything sharp, uint8 [H, W, 3]."""
    return _to_srgb(np.where(scene.mask[..., None], scene.near, scene.far))


def _disc(radius_px: float) -> NDArray[np.float32]:
    """Return a round kernel, its rim sampled finely."""
    reach = int(np.ceil(radius_px))
    steps = (np.arange((2 * reach + 1) * 8) + 0.5) / 8 - reach - 0.5
    inside = (np.hypot(steps[:, None], steps[None]) <= radius_px).astype(np.float32)
    disc = inside.reshape(2 * reach + 1, 8, 2 * reach + 1, 8).mean((1, 3))
    return disc / disc.sum()


def _blur(layer: NDArray[np.float32], radius_px: float) -> NDArray[np.float32]:
    if radius_px == 0.0:
        return layer
    blurred = cv2.filter2D(layer, -1, _disc(radius_px), borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(blurred, np.float32)


def true_bokeh(
    scene: LayeredScene, *, near_radius_px: float, far_radius_px: float
) -> NDArray[np.uint8]:
    """Return the scene as a lens shows it, uint8 [H, W, 3], given the radii of both circles of
    confusion.
    """
    alpha = scene.mask.astype(np.float32)[..., None]
    opacity = _blur(np.dstack([scene.near * alpha, alpha]), near_radius_px)
    behind = _blur(scene.far, far_radius_px)
    seen = opacity[..., :3] + (1 - opacity[..., 3:]) * behind
    return _to_srgb(np.asarray(seen, np.float32))


def edge_error(
    made: NDArray[np.uint8], true: NDArray[np.uint8], mask: NDArray[np.bool_], reach_px: float
) -> float:
    """Return the mean absolute colour error in levels of 255 within ``reach_px`` of a mask's
    outline.
    """
    size = 2 * max(1, round(reach_px)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    inside = mask.astype(np.uint8)
    band = cv2.dilate(inside, disc) != cv2.erode(inside, disc)
    return float(np.abs(made.astype(int) - true)[band].mean())


def score_bokeh(radius_px: float = 7.0, *, seed: int = 0) -> dict[str, float]:
    """Return the colour error at the silhouette by method and by what is in focus, ``lens, near
    sharp`` and so on.

    The aperture is chosen so that what is out of focus is blurred by ``radius_px``; Eq. 4 gets the
    kernel of the Gaussian with the same deviation as that disc. *untouched* is the sharp photo.
    """
    scene = layered_scene(seed=seed)
    photo, nearness = photograph(scene), scene.mask.astype(np.float32)
    # Half the diameter 50^2 / (N 1000) / 36 of the width, and half a pixel that counts as sharp.
    f_number = 0.5 * 2.5 / 36.0 * photo.shape[1] / (radius_px + 0.5)
    # OpenCV: deviation = 0.3 ((kernel - 1) / 2 - 1) + 0.8; that of a disc is half its radius.
    kernel_px = 2 * ((0.5 * radius_px - 0.8) / 0.3 + 1) + 1
    errors = {}
    for words, focus in (("near sharp", NEAR), ("far sharp", FAR)):
        true = true_bokeh(
            scene,
            near_radius_px=radius_px * (focus == FAR),
            far_radius_px=radius_px * (focus == NEAR),
        )
        errors[f"untouched, {words}"] = edge_error(photo, true, scene.mask, _EDGE_REACH * radius_px)
        for method in BokehMethod:
            settings = BokehSettings(
                bokeh_method=method,
                aperture_f_number=f_number,
                bokeh_intensity_px=kernel_px,
                focus_nearness=focus,
            )
            made = apply_bokeh(photo, nearness, settings)
            errors[f"{method.value}, {words}"] = edge_error(
                made, true, scene.mask, _EDGE_REACH * radius_px
            )
    return errors
