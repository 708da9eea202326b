import numpy as np
import pytest
from picture_files import encode
from scenes import INFO

from spatial.conversion import fit_depth, render
from spatial.photo import load_photo
from spatial.photo.bars import find_content
from spatial.records import DepthKind, DepthMap, DepthSpace, Photo
from spatial.settings import PRESETS, from_dict

HEIGHT, WIDTH = 120, 160


def scene():
    rng = np.random.default_rng(4)
    coarse = rng.integers(60, 200, (HEIGHT // 4, WIDTH // 4, 3), np.uint8)
    return coarse.repeat(4, axis=0).repeat(4, axis=1)


def with_bars(level=0, *, rows=0, columns=0, last=None):
    rgb = scene()
    last = rows if last is None else last
    rgb[:rows], rgb[HEIGHT - last :] = level, level
    rgb[:, :columns], rgb[:, WIDTH - columns :] = level, level
    return rgb


def edges(rgb):
    rows, columns = find_content(rgb)
    return rows.start, rows.stop, columns.start, columns.stop


@pytest.mark.parametrize("level", [0, 255])
def test_bars_are_found_to_the_pixel(level):
    assert edges(with_bars(level, rows=16)) == (16, 104, 0, 160)
    assert edges(with_bars(level, columns=24)) == (0, 120, 24, 136)
    assert edges(with_bars(level, rows=12, columns=20)) == (12, 108, 20, 140)
    assert edges(with_bars(level, rows=16, last=17)) == (16, 103, 0, 160)


@pytest.mark.parametrize("quality", [60, 90])
def test_bars_are_found_in_a_jpeg(quality):
    rgb = load_photo(encode(with_bars(rows=19), "JPEG", quality=quality)).rgb
    found = edges(rgb)
    assert abs(found[0] - 19) <= 1
    assert abs(found[1] - 101) <= 1


def fading(rgb):
    """Let a picture go dark towards its top and bottom, as a night sky over water does."""
    distance = np.minimum(np.arange(HEIGHT), np.arange(HEIGHT)[::-1])
    return (rgb * np.clip((distance - 20) / 60, 0, 1)[:, None, None]).astype(np.uint8)


@pytest.mark.parametrize(
    "rgb",
    [
        scene(),
        with_bars(rows=20, last=0),
        with_bars(rows=20, last=40),
        with_bars(128, rows=20),
        np.zeros((HEIGHT, WIDTH, 3), np.uint8),
        np.full((HEIGHT, WIDTH, 3), 255, np.uint8),
        with_bars(rows=50, columns=65),
        fading(scene()),
    ],
)
def test_what_are_no_bars(rgb):
    assert edges(rgb) == (0, HEIGHT, 0, WIDTH)


@pytest.mark.parametrize("bokeh", [False, True])
@pytest.mark.parametrize("bars", [{"rows": 16}, {"columns": 24}, {"rows": 12, "columns": 20}])
def test_bars_stay_straight_and_on_the_screen(bars, bokeh):
    photo = Photo(rgb=with_bars(**bars))
    ramp = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None].repeat(WIDTH, axis=1)
    rows, columns = find_content(photo.rgb)
    bar = np.ones((HEIGHT, WIDTH), bool)
    bar[rows, columns] = False
    ramp[bar] = 40.0  # what an estimator makes of bars
    depth = DepthMap.from_values(
        ramp, kind=DepthKind.AFFINE_INVARIANT, space=DepthSpace.INVERSE_DEPTH
    )
    settings = from_dict({"bokeh": {"bokeh": bokeh}})
    fitted = fit_depth(depth, photo, settings.depth)
    assert not fitted.valid[bar].any()
    result = render(photo, fitted, settings, INFO)
    for view in (result.pair.left, result.pair.right, result.focused):
        assert np.array_equal(view[bar], photo.rgb[bar])
    assert not result.pair.disparity_px[bar].any()
    inside = result.pair.disparity_px[~bar]
    assert np.ptp(inside) > 1
    assert np.ptp(result.nearness[~bar]) > 0.9  # not pressed together by what the bars were given


def test_without_bars_nothing_changes():
    photo = Photo(rgb=scene())
    depth = DepthMap.from_values(
        np.linspace(0, 1, HEIGHT)[:, None].repeat(WIDTH, axis=1),
        kind=DepthKind.AFFINE_INVARIANT,
        space=DepthSpace.INVERSE_DEPTH,
    )
    result = render(photo, depth, PRESETS["default"], INFO)
    assert result.focused is photo.rgb
    assert fit_depth(depth, photo, PRESETS["default"].depth).valid.all()
