"""A scene with two depths, as a stereo camera sees it: what comes of it is known in pixels."""

import cv2
import numpy as np

from spatial.conversion import fit_depth, render
from spatial.records import DepthKind, DepthMap, DepthSpace, Photo, SecondView
from spatial.settings import PRESETS, InputLayout
from tests.scenes import INFO

HEIGHT, WIDTH = 160, 224
FAR_PX, NEAR_PX = 3, 9  # x_left - x_right
NEAR = slice(48, 120), slice(80, 150)  # of the left view


def texture(seed, height, width):
    noise = np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)
    coarse = cv2.GaussianBlur(noise, (0, 0), 4.0).astype(np.float32)
    fine = cv2.GaussianBlur(noise, (0, 0), 1.3).astype(np.float32)
    mixed = 128 + 5.0 * (coarse - coarse.mean()) + 1.5 * (fine - fine.mean())
    return np.clip(mixed[..., None] * (0.9, 1.0, 0.8), 0, 255).astype(np.uint8)


def stereo_views(near_px=NEAR_PX, far_px=FAR_PX):
    """Left and right view of a square before a wall."""
    wall, square = texture(1, HEIGHT, WIDTH + 64), texture(2, HEIGHT, WIDTH)
    left, right = (wall[:, start : start + WIDTH].copy() for start in (32, 32 + far_px))
    rows, columns = NEAR
    left[NEAR] = square[NEAR]
    right[rows, columns.start - near_px : columns.stop - near_px] = square[NEAR]
    return left, right


def turned(view, angle_deg=0.5, down_px=6.0):
    """A view of a camera that stood askew."""
    height, width = view.shape[:2]
    matrix = cv2.getRotationMatrix2D((0.5 * (width - 1), 0.5 * (height - 1)), angle_deg, 1.0)
    matrix[1, 2] += down_px
    moved = cv2.warpAffine(view, matrix, (width, height), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved, np.uint8)


def stereo_photo(near_px=NEAR_PX, far_px=FAR_PX, **photo):
    """The same, read from a file: disparity is known exactly."""
    left, right = stereo_views(near_px, far_px)
    disparity = np.full((HEIGHT, WIDTH), far_px / WIDTH, np.float32)
    disparity[NEAR] = near_px / WIDTH
    return Photo(rgb=left, second=SecondView(rgb=right, disparity=disparity), **photo)


def as_spatial_photo(photo):
    """The result of a stereo photo whose depth is its disparity."""
    settings = PRESETS["default"]
    depth = DepthMap.from_values(
        second_of(photo).disparity, kind=DepthKind.AFFINE_INVARIANT, space=DepthSpace.INVERSE_DEPTH
    )
    return render(photo, fit_depth(depth, photo, settings.depth), settings, INFO)


def joined(left, right, layout):
    """One picture of both views."""
    axis = 0 if "top_bottom" in layout.value else 1
    if layout.value.startswith("half"):
        height, width = left.shape[:2]
        size = (width, height // 2) if axis == 0 else (width // 2, height)
        left, right = (cv2.resize(v, size, interpolation=cv2.INTER_AREA) for v in (left, right))
    views = (right, left) if "cross" in layout.value else (left, right)
    return np.concatenate(views, axis=axis)


JOINED = [
    layout
    for layout in InputLayout
    if layout not in (*list(InputLayout)[:2], InputLayout.SEPARATE, InputLayout.RGBD)
]


def second_of(photo):
    """The second view of a stereo photo."""
    assert photo.second is not None
    return photo.second
