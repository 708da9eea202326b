import cv2
import numpy as np
import pytest

from spatial.kernels import for_each_stripe, locate, read_bilinear, to_byte


def test_stripes_cover_every_row_once(monkeypatch):
    monkeypatch.setattr("spatial.kernels.STRIPE_PIXELS", 7 * 17)
    counts = np.zeros(100, int)

    def work(top, bottom):
        counts[top:bottom] += 1

    for_each_stripe(100, 7, work)
    assert (counts == 1).all()


@pytest.mark.parametrize(("threads", "expected"), [(1, [(0, 1001)]), (2, [(0, 501), (501, 1001)])])
def test_a_small_picture_is_shared_by_the_threads_that_a_process_may_use(threads, expected):
    """A process of several that each have a core keeps to its own."""
    before, stripes = cv2.getNumThreads(), []
    cv2.setNumThreads(threads)
    try:
        for_each_stripe(1001, 100, lambda top, bottom: stripes.append((top, bottom)))
    finally:
        cv2.setNumThreads(before)
    assert sorted(stripes) == expected


@pytest.mark.parametrize(
    ("value", "byte"), [(-3.0, 0), (0.49, 0), (0.5, 1), (254.5, 255), (300.0, 255)]
)
def test_bytes_are_rounded_and_kept_in_range(value, byte):
    assert to_byte(np.float32(value)) == byte


def test_a_grid_is_read_between_the_centres_of_its_cells():
    """Cells of 4 px: the centre of cell 0 lies between pixels 1 and 2, so pixel 3 is 3/8 of the way
    to cell 1.
    """
    grid = np.array([[[0.0], [8.0], [16.0]], [[80.0], [88.0], [96.0]]], np.float32)
    row, below = locate(5, 4, 2)
    column, right = locate(3, 4, 3)
    assert (row, below, column, right) == (0, 0.875, 0, 0.375)
    assert read_bilinear(grid, (row, below, column, right), 0) == 0.875 * 80 + 0.375 * 8
    assert locate(0, 4, 2) == (0, 0.0)
    assert locate(11, 4, 3) == (2, 0.0)
