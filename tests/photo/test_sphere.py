"""Depth of photos that go all the way round has no step at their seam."""

import numpy as np
import pytest

from spatial.photo.sphere import estimate_round, goes_round
from spatial.records import DepthKind, DepthMap, DepthSpace, Photo

WIDTH = 96
ROUND = (("FullPanoWidthPixels", str(WIDTH)), ("CroppedAreaImageWidthPixels", str(WIDTH)))
NOISE = np.random.default_rng(0).integers(0, 256, (64, WIDTH, 3), dtype=np.uint8)


def ramp(photo):
    """An estimate that drifts from one side of what it is given to the other."""
    values = np.linspace(0, 1, photo.width_px // 2)[None].repeat(32, axis=0)
    kind, space = DepthKind.AFFINE_INVARIANT, DepthSpace.INVERSE_DEPTH
    return DepthMap.from_values(values, kind=kind, space=space)


def test_ends_meet():
    depth = estimate_round(Photo(rgb=NOISE, panorama=ROUND), ramp)
    assert depth.values.shape == (32, WIDTH // 2)
    seam = np.abs(depth.values[:, -1] - depth.values[:, 0]).max()
    steps = np.abs(np.diff(depth.values, axis=1)).max()
    assert seam <= 1.5 * steps
    middle = depth.values[0, WIDTH // 4 - 3 : WIDTH // 4 + 3]
    assert (np.diff(middle) > 0).all()


@pytest.mark.parametrize("told", [(), (*ROUND[:1], ("CroppedAreaImageWidthPixels", "48"))])
def test_other_photos_are_given_as_they_are(told):
    photo = Photo(rgb=NOISE, panorama=told)
    assert not goes_round(photo)
    seen = []
    estimate_round(photo, lambda given: seen.append(given) or ramp(given))
    assert seen[0] is photo
