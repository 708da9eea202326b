"""Photos that go all the way round: what lies beside the seam belongs together."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from spatial.records import DepthMap, Photo

_BEYOND = 0.125  # of the width, repeated at each side


def goes_round(photo: Photo) -> bool:
    """Tell whether GPano says that a photo covers the whole circle."""
    told = dict(photo.panorama)
    full = told.get("FullPanoWidthPixels", "0")
    return full != "0" and full == told.get("CroppedAreaImageWidthPixels", full)


def widened(photo: Photo) -> Photo:
    """Return a photo with a part of each end at the other one where it goes all the way round."""
    if not goes_round(photo):
        return photo
    beyond = max(1, round(_BEYOND * photo.width_px))
    return replace(photo, rgb=np.pad(photo.rgb, ((0, 0), (beyond, beyond), (0, 0)), "wrap"))


def estimate_round(photo: Photo, estimate: Callable[[Photo], DepthMap]) -> DepthMap:
    """Return a photo's depth, without a step at the seam where it goes all the way round.

    It is estimated as ``widened``, and the two answers for what is there twice are blended.
    """
    wide = widened(photo)
    found = estimate(wide)
    if wide is photo:
        return found
    values = found.values
    width = round(values.shape[1] * photo.width_px / wide.width_px)
    pad = (values.shape[1] - width) // 2
    inner = values[:, pad : pad + width].copy()
    weight = np.linspace(0.5, 0.0, pad, endpoint=False, dtype=np.float32)
    inner[:, :pad] += weight * (values[:, pad + width :][:, :pad] - inner[:, :pad])
    inner[:, width - pad :] += weight[::-1] * (values[:, :pad] - inner[:, width - pad :])
    valid = found.valid[:, pad : pad + width]
    return DepthMap.from_values(inner, kind=found.kind, space=found.space, valid=valid)
