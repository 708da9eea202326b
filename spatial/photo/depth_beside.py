"""RGB + depth in one picture, as depth frames take it: the photo, its depth in grey beside it."""

import numpy as np
from numpy.typing import NDArray

from spatial.photo.limits import PhotoError
from spatial.photo.recognition import holds_depth, is_tinted
from spatial.records import DepthKind, DepthMap, DepthSpace
from spatial.settings import InputLayout


def split_depth(
    rgb: NDArray[np.uint8], name: str, layout: InputLayout
) -> tuple[NDArray[np.uint8], DepthMap] | None:
    """Return the photo on the left and its depth, near is bright, on the right; None for others.

    Args:
        rgb: the whole picture.
        name: of its file, which must tell of depth unless the layout does.
        layout: what a person chose.

    Raises:
        PhotoError: the layout was chosen, and there is colour on the right.
    """
    is_chosen = layout is InputLayout.RGBD
    if not is_chosen and not (layout is InputLayout.AUTO and holds_depth(name)):
        return None
    half = rgb.shape[1] // 2
    levels = rgb[:, -half:]
    if is_tinted(levels):
        if not is_chosen:
            return None
        msg = f"{name} has colours on its right half, so that it is no depth; choose another layout"
        raise PhotoError(msg)
    depth = DepthMap.from_values(
        levels[..., 1] / np.float32(255.0),
        kind=DepthKind.AFFINE_INVARIANT,
        space=DepthSpace.INVERSE_DEPTH,
    )
    return np.ascontiguousarray(rgb[:, :half]), depth
