"""What is written as stereo is read as stereo, and can be written again without loss."""

from dataclasses import replace
from datetime import datetime, timezone

import cv2
import numpy as np
import pytest
from scenes import INFO
from stereo_scene import as_spatial_photo, second_of, stereo_photo

from spatial.conversion import estimate, with_depth
from spatial.depth import load_estimator
from spatial.formats import FORMATS, write_depth, write_formats
from spatial.photo import load_photo

CREATED = datetime(2025, 1, 31, 12, tzinfo=timezone.utc)
HALF = {"half_sbs", "half_top_bottom"}
ON_SPHERE = {"vr180", "vr180_sbs"}
STEREO = ["sbs", "half_sbs", "cross_eyed", "top_bottom", "half_top_bottom", "mpo", "jps"]
STEREO += ["spatial_heic", "views", "preview", "vr180", "vr180_sbs"]
DEPTH = ["depth_png", "depth_grey", "depth_float", "rgbd"]
TO_LOOK_AT = {"depth_colour", "scene", "mesh_glb", "mesh_ply"}
TO_LOOK_AT |= {"anaglyph", "anaglyph_half_colour", "anaglyph_grey"}
TO_LOOK_AT |= {f"{kind}_{file}" for kind in ("wiggle", "sway") for file in ("gif", "mp4", "webp")}


def read(paths):
    first, *rest = paths.values()
    return load_photo(first, right=rest[0] if rest else None)


def trip(result, name, folder):
    paths = write_formats(result, folder, created=CREATED, formats=(name,))
    del paths["manifest"]
    return read(paths)


def psnr(view, other):
    if view.shape != other.shape:
        other = cv2.resize(other, view.shape[1::-1], interpolation=cv2.INTER_AREA)
    return 10 * np.log10(255**2 / np.mean((view.astype(float) - other) ** 2))


@pytest.mark.parametrize("name", STEREO)
def test_views_come_back_to_the_same_eyes(name, tmp_path):
    first = as_spatial_photo(stereo_photo(name="boat"))
    photo = trip(first, name, tmp_path / "once")
    again = as_spatial_photo(photo)
    if name not in ON_SPHERE:
        least = 24 if name in HALF else 32
        assert psnr(first.pair.left, photo.rgb) > least
        assert psnr(first.pair.right, second_of(photo).rgb) > least
        assert psnr(first.pair.left, second_of(photo).rgb) < psnr(first.pair.left, photo.rgb) - 6
        np.testing.assert_array_equal(again.pair.left, photo.rgb)  # nothing is moved again
    twice = trip(again, name, tmp_path / "twice")
    assert psnr(photo.rgb, twice.rgb) > 32
    assert psnr(second_of(photo).rgb, second_of(twice).rgb) > 32
    assert twice.depth is not None
    nearer = twice.depth.values[60:100, 90:130].mean() - twice.depth.values[:30].mean()
    assert nearer > 0 or name in ON_SPHERE


def test_every_format_is_taken_back_or_only_to_look_at():
    assert set(FORMATS) == {*STEREO, *DEPTH, *TO_LOOK_AT}
    assert {name for name, row in FORMATS.items() if row.layout} <= set(STEREO)


def with_depth_of(name, result, folder):
    """A photo and its depth, written and read again."""
    paths = write_depth(result, folder, (name,))
    path = paths[FORMATS[name].files[0].role]
    photo = load_photo(path) if name == "rgbd" else result.photo
    estimator = load_estimator("file" if name == "rgbd" else f"file:{path}")
    settings = result.settings
    depth = estimate(photo, settings.depth, estimator)
    return with_depth(replace(photo, name="boat"), depth, settings, INFO)


@pytest.mark.parametrize("name", DEPTH)
def test_photo_and_depth_come_back(name, tmp_path):
    """And can be written again: nothing is normalised, turned or shifted a second time."""
    first = as_spatial_photo(stereo_photo(name="boat"))
    once = with_depth_of(name, first, tmp_path / "once")
    twice = with_depth_of(name, once, tmp_path / "twice")
    assert once.photo.second is None or name != "rgbd"
    for was, now in ((first, once), (once, twice)):
        assert np.abs(was.photo.rgb.astype(float) - now.photo.rgb).mean() < 3
        assert np.abs(was.nearness - now.nearness).mean() < 0.01
