import cv2
import numpy as np
import pytest

from spatial.metrics import (
    EDGE_LEGEND,
    edge_consistency,
    edge_picture,
    find_edges,
    otsu_threshold,
)


def two_planes():
    """A checkered square in front of a checkered wall; the wall is blurred, the square is not."""
    rows, columns = np.mgrid[:160, :240]
    photo = np.where((rows // 8 + columns // 8) % 2, 230, 20).astype(np.uint8)
    photo = np.repeat(photo[..., None], 3, axis=2)
    nearness = np.zeros((160, 240), np.float32)
    nearness[40:120, 56:136] = 1.0
    focused = np.where(nearness[..., None] > 0.5, photo, cv2.GaussianBlur(photo, (41, 41), 0))
    return photo, focused.astype(np.uint8), nearness


def test_blurred_background_loses_its_edges_and_the_foreground_keeps_them():
    result = edge_consistency(find_edges(*two_planes()))
    assert result.foreground_kept is not None
    assert result.foreground_kept >= 0.95
    assert result.background_kept is not None
    assert result.background_kept <= 0.2
    assert 0.0 < result.threshold < 1.0


def test_unblurred_picture_keeps_everything():
    photo, _, nearness = two_planes()
    result = edge_consistency(find_edges(photo, photo, nearness))
    assert (result.foreground_kept, result.background_kept) == (1.0, 1.0)


def step_at(column, size=(40, 60)):
    rgb = np.zeros((*size, 3), np.uint8)
    rgb[:, column:] = 255
    return rgb


@pytest.mark.parametrize(("moved_px", "kept"), [(0, 1.0), (1, 1.0), (2, 0.0)])
def test_an_edge_is_kept_within_one_pixel(moved_px, kept):
    near = np.ones((40, 60), np.float32)
    edges = find_edges(step_at(30), step_at(30 + moved_px), near, threshold=0.5)
    assert edge_consistency(edges).foreground_kept == kept
    assert edge_consistency(edges).background_kept is None


@pytest.mark.parametrize(("moved_px", "explained"), [(2, 1.0), (-2, 1.0), (3, 0.0)])
def test_a_depth_edge_is_explained_within_two_pixels(moved_px, explained):
    nearness = (step_at(30 + moved_px)[..., 0] > 0).astype(np.float32)
    edges = find_edges(step_at(30), step_at(30), nearness)
    assert edge_consistency(edges).depth_explained == explained


def test_threshold_moves_edges_between_front_and_back():
    nearness = np.full((40, 60), 0.4, np.float32)
    front = find_edges(step_at(30), step_at(30), nearness, threshold=0.3)
    back = find_edges(step_at(30), step_at(30), nearness, threshold=0.5)
    assert edge_consistency(front).foreground_kept == 1.0
    assert edge_consistency(back).foreground_kept is None


def test_otsu_parts_two_levels():
    nearness = np.full((20, 30), 0.2, np.float32)
    nearness[:, 25:] = 0.9
    assert 0.2 < otsu_threshold(nearness) < 0.9


def test_picture_shows_kept_and_lost_edges_in_the_colours_of_the_legend():
    edges = find_edges(*two_planes())
    picture = edge_picture(edges)
    assert picture.shape == (160, 240, 3)
    kept_in_front = edges.kept & edges.foreground
    lost_behind = edges.photo & ~edges.kept & ~edges.foreground
    assert (picture[kept_in_front] == EDGE_LEGEND["foreground edge, kept"]).all()
    assert (picture[lost_behind] == EDGE_LEGEND["background edge, lost"]).all()
    assert not picture[~edges.photo].any()


def test_large_pictures_get_wider_lines():
    photo = step_at(1500, (8, 3200))
    edges = find_edges(photo, photo, np.ones((8, 3200), np.float32), threshold=0.5)
    lines = edge_picture(edges)[4].any(axis=1)
    assert np.count_nonzero(lines) == np.count_nonzero(edges.photo[4]) + 2


def test_sizes_must_agree():
    photo, focused, nearness = two_planes()
    with pytest.raises(ValueError, match="one size"):
        find_edges(photo, focused, nearness[1:])
