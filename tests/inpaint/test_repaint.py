import numpy as np
import pytest

from spatial.inpaint import InpainterInfo, repaint
from spatial.inpaint.repaint import LONGEST_SIDE_PX, MARGIN_PX, WINDOW_PX, windows
from spatial.records import StereoPair

RNG = np.random.default_rng(3)
NEW = (10, 200, 30)


class Painter:
    """Paints every hole in one colour, everything else black, and remembers what it was shown."""

    info = InpainterInfo(id="test", licence="none", source="test", revision="1", size_mb=0.0)

    def __init__(self):
        self.shown = []

    def __call__(self, rgb, hole, *, seed):
        self.shown.append((rgb.copy(), hole.copy(), seed))
        painted = np.zeros_like(rgb)
        painted[hole] = NEW
        return painted


def make_pair(height, width, left_holes, right_holes):
    left, right = (RNG.integers(0, 256, (height, width, 3), dtype=np.uint8) for _ in range(2))
    return StereoPair(
        left=left,
        right=right,
        disparity_px=np.zeros((height, width), np.float32),
        left_disoccluded=left_holes,
        right_disoccluded=right_holes,
    )


def test_holes_are_painted_and_everything_else_stays():
    holes = RNG.random((90, 130)) < 0.05
    none = np.zeros_like(holes)
    pair, painter = make_pair(90, 130, holes, none), Painter()
    before = pair.left.copy()
    painted = repaint(pair, painter, seed=7)
    assert (painted.left[holes] == NEW).all()
    np.testing.assert_array_equal(painted.left[~holes], pair.left[~holes])
    np.testing.assert_array_equal(pair.left, before)
    assert painted.right is pair.right
    ((shown, hole, seed),) = painter.shown
    np.testing.assert_array_equal(shown, before)
    np.testing.assert_array_equal(hole, holes)
    assert seed == 7


@pytest.mark.parametrize("size", [(1, 1), (700, 1300), (1300, 300), (512, 512)])
def test_windows_take_every_hole_once_and_never_at_an_inner_border(size):
    holes = RNG.random(size) < 0.002
    holes[-1, -1] = holes[0, -1] = True
    times = np.zeros(size, int)
    for (rows, columns), taken in windows(holes):
        assert taken.shape == (min(WINDOW_PX, size[0]), min(WINDOW_PX, size[1]))
        times[rows, columns] += taken
        y, x = np.nonzero(taken)
        assert rows.start == 0 or y.min() >= MARGIN_PX
        assert rows.stop == size[0] or y.max() < taken.shape[0] - MARGIN_PX
        assert columns.start == 0 or x.min() >= MARGIN_PX
        assert columns.stop == size[1] or x.max() < taken.shape[1] - MARGIN_PX
    np.testing.assert_array_equal(times, holes)


def test_a_large_photo_is_painted_at_a_scale_that_models_know():
    size = (2 * LONGEST_SIDE_PX, 400)
    holes = np.zeros(size, bool)
    holes[100:3000, 200:230] = True
    painter = Painter()
    painted = repaint(make_pair(*size, holes, np.zeros(size, bool)), painter)
    assert all(hole.shape == (WINDOW_PX, 200) for _, hole, _ in painter.shown)
    assert len(painter.shown) >= 3
    inner = painted.left[110:2990, 204:226].astype(int)
    assert np.abs(inner - NEW).max() <= 2


def test_progress_names_the_work():
    told = []
    none = np.zeros((20, 30), bool)
    repaint(make_pair(20, 30, none, none), Painter(), progress=lambda *news: told.append(news))
    assert [share for share, _ in told] == [0.0, 0.5]
