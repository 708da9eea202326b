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


def estimate_round(photo: Photo, estimate: Callable[[Photo], DepthMap]) -> DepthMap:
    """Return a photo's depth, without a step at the seam where it goes all the way round.

    It is estimated with a part of each end repeated at the other one, and the two answers for that
    part are blended.
    """
    if not goes_round(photo):
        return estimate(photo)
    beyond = max(1, round(_BEYOND * photo.width_px))
    wide = np.pad(photo.rgb, ((0, 0), (beyond, beyond), (0, 0)), "wrap")
    found = estimate(replace(photo, rgb=wide))
    values = found.values
    share = values.shape[1] / wide.shape[1]
    pad, width = round(beyond * share), round(photo.width_px * share)
    inner = values[:, pad : pad + width].copy()
    pad = min(pad, values.shape[1] - pad - width)
    weight = np.linspace(0.5, 0.0, pad, endpoint=False, dtype=np.float32)
    inner[:, :pad] += weight * (values[:, pad + width : 2 * pad + width] - inner[:, :pad])
    inner[:, width - pad :] += weight[::-1] * (values[:, :pad] - inner[:, width - pad :])
    valid = found.valid[:, pad : pad + width]
    return DepthMap.from_values(inner, kind=found.kind, space=found.space, valid=valid)
