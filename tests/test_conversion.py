"""estimate(), render() and convert(): the parts in their order, and what the settings switch on and
off.
"""

import numpy as np
import pytest
from scenes import INFO, Ramp

from spatial.conversion import convert, estimate, render
from spatial.records import DepthKind, DepthMap, DepthSpace, Photo
from spatial.settings import PRESETS, with_values


@pytest.fixture
def photo():
    noise = np.random.default_rng(0).integers(0, 256, (96, 128, 3), dtype=np.uint8)
    return Photo(rgb=noise, name="noise")


def test_the_default_preset_leaves_the_photo_sharp(photo):
    result = convert(photo, estimator=Ramp(downwards=True))
    assert result.focused is photo.rgb


def test_bokeh_blurs_what_is_far_and_only_that(photo):
    result = convert(
        photo,
        with_values({"bokeh": True, "bokeh_method": "paper", "bokeh_intensity_px": 15.0}),
        estimator=Ramp(downwards=True),
    )
    detail = np.abs(np.diff(result.focused.astype(int), axis=1)).mean(axis=(1, 2))
    assert detail[:20].mean() < 0.4 * detail[-5:].mean()
    np.testing.assert_array_equal(result.focused[-3:], photo.rgb[-3:])


def test_near_things_stand_further_right_in_the_left_view(photo):
    result = convert(
        photo,
        with_values({"convergence": "value", "convergence_nearness": 0.0}),
        estimator=Ramp(downwards=True),
    )
    disparity_px = result.pair.disparity_px[
        :, 32:-32
    ]  # the frame's edges hold nothing in front of them
    assert disparity_px[-5:].min() > disparity_px[:5].max()


@pytest.mark.parametrize("changes", [{}, {"invert_depth": True, "near_clip": 0.7, "bokeh": True}])
def test_converting_is_estimating_and_rendering(photo, changes):
    estimator, settings = Ramp(downwards=True), with_values(changes)
    depth = estimate(photo, settings.depth, estimator)
    assert depth.values.shape == photo.rgb.shape[:2]
    parts = render(photo, depth, settings, estimator.info)
    assert estimator.calls == 1
    whole = convert(photo, settings, estimator=estimator)
    np.testing.assert_array_equal(parts.depth.values, whole.depth.values)
    for view in ("left", "right"):
        np.testing.assert_array_equal(getattr(parts.pair, view), getattr(whole.pair, view))
    assert (parts.estimator, parts.settings) == (whole.estimator, whole.settings)


def test_depth_of_another_size_is_refused_with_both_sizes(photo):
    small = Ramp(downwards=True)(photo, PRESETS["default"].depth)
    with pytest.raises(ValueError, match=r"\(48, 64\), the photo \(96, 128\)"):
        render(photo, small, PRESETS["default"], INFO)


WORK = ["half way", "depth of field", "rendering both views", "done"]


def test_progress_tells_every_part_and_rises_to_one(photo):
    told = []
    convert(
        photo, PRESETS["paper"], estimator=Ramp(downwards=True), progress=lambda *n: told.append(n)
    )
    shares, words = zip(*told, strict=True)
    assert list(words) == WORK
    assert list(shares) == sorted(set(shares))
    assert (shares[0] > 0, shares[-1]) == (True, 1.0)


@pytest.mark.parametrize("last", WORK)
def test_progress_may_stop_the_conversion_at_every_call(photo, last):
    class Stopped(Exception):
        pass

    told = []

    def stop(_share, words):
        told.append(words)
        if words == last:
            raise Stopped

    with pytest.raises(Stopped):
        convert(photo, estimator=Ramp(downwards=True), progress=stop)
    assert told == WORK[: WORK.index(last) + 1]


def test_paper_nearness_is_its_own(photo):
    far = DepthMap.from_values(
        np.geomspace(1, 8, 96, dtype=np.float32)[:, None].repeat(128, axis=1),
        kind=DepthKind.AFFINE_INVARIANT,
        space=DepthSpace.DEPTH,
    )
    paper, ours = (render(photo, far, PRESETS[name], INFO) for name in ("paper", "default"))
    assert paper.nearness[48, 0] > ours.nearness[48, 0] + 0.2


def test_inverted_depth_turns_the_pair_inside_out(photo):
    plain = convert(photo, estimator=Ramp(downwards=True))
    turned = convert(photo, with_values({"invert_depth": True}), estimator=Ramp(downwards=True))
    assert plain.pair.disparity_px[-1].mean() > plain.pair.disparity_px[0].mean()
    assert turned.pair.disparity_px[-1].mean() < turned.pair.disparity_px[0].mean()
    assert turned.depth.values[0, 0] > turned.depth.values[-1, 0]  # what is exported follows


@pytest.mark.parametrize("method", ["scanline", "paper"])
def test_clipped_depth_leaves_the_strength_to_what_lies_between(method):
    photo = Photo(rgb=np.full((96, 128, 3), 90, np.uint8))
    settings = with_values({"far_clip": 0.5, "stereo_method": method})
    nearness = convert(photo, settings, estimator=Ramp(downwards=True)).nearness
    assert np.ptp(nearness[: 96 * 4 // 10]) < 0.01
    assert nearness[-1].min() > 0.95
