import pickle
from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest

from spatial.records import DepthKind, DepthMap, DepthSpace, Photo, RecordError, StereoPair


def depth_map(values, valid=None):
    valid = np.ones(values.shape, bool) if valid is None else valid
    return DepthMap(values=values, kind=DepthKind.METRIC, space=DepthSpace.DEPTH, valid=valid)


def test_photo_knows_height_and_width():
    photo = Photo(rgb=np.zeros((2, 5, 3), np.uint8))
    assert (photo.height_px, photo.width_px) == (2, 5)
    assert (photo.name, photo.focal_px, photo.depth, photo.exif) == ("photo", None, None, b"")


@pytest.mark.parametrize(
    "rgb",
    [
        np.zeros((2, 5), np.uint8),
        np.zeros((2, 5, 4), np.uint8),
        np.zeros((3, 2, 5), np.uint8),
        np.zeros((2, 5, 3), np.float32),
        np.zeros((0, 5, 3), np.uint8),
    ],
)
def test_photo_refuses_other_arrays(rgb):
    with pytest.raises(RecordError, match=r"uint8 \[H, W, 3\], got"):
        Photo(rgb=rgb)


def test_records_are_frozen():
    photo = Photo(rgb=np.zeros((1, 1, 3), np.uint8))
    with pytest.raises(FrozenInstanceError):
        photo.name = "other"  # type: ignore[read-only]
    with pytest.raises(FrozenInstanceError):
        depth_map(np.ones((1, 1), np.float32)).kind = DepthKind.METRIC  # type: ignore[read-only]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"values": np.ones((2, 3, 1), np.float32)}, r"needs \[H, W\]"),
        ({"values": np.ones((2, 0), np.float32)}, r"needs \[H, W\]"),
        ({"values": np.ones((2, 3))}, "must be float32, got float64"),
        ({"valid": np.ones((3, 2), bool)}, r"valid must be bool \(2, 3\), got bool \(3, 2\)"),
        ({"valid": np.ones((2, 3), np.uint8)}, "valid must be bool"),
        ({"values": np.full((2, 3), np.nan, np.float32)}, "NaN or infinite"),
        ({"values": np.full((2, 3), np.inf, np.float32)}, "NaN or infinite"),
    ],
)
def test_depth_map_refuses(changes, message):
    good = depth_map(np.ones((2, 3), np.float32))
    with pytest.raises(RecordError, match=message):
        replace(good, **changes)


def test_nan_is_allowed_where_unknown():
    values = np.array([[1, np.nan, 3]], np.float32)
    assert depth_map(values, valid=np.isfinite(values)).valid.tolist() == [[True, False, True]]


def test_from_values_marks_what_is_not_finite():
    values = np.array([[1, np.nan], [np.inf, 4], [-np.inf, 6]])
    valid = np.array([[True, True], [True, True], [True, False]])
    made = DepthMap.from_values(
        values,
        kind=DepthKind.AFFINE_INVARIANT,
        space=DepthSpace.INVERSE_DEPTH,
        valid=valid,
    )
    assert made.values.dtype == np.float32
    assert made.values.tolist() == [[1, 0], [0, 4], [0, 0]]
    assert made.valid.tolist() == [[True, False], [False, True], [False, False]]
    assert (made.kind, made.space) == (DepthKind.AFFINE_INVARIANT, DepthSpace.INVERSE_DEPTH)


def test_from_values_leaves_its_input_alone():
    values = np.array([[1, np.nan]], np.float32)
    DepthMap.from_values(values, kind=DepthKind.METRIC, space=DepthSpace.DEPTH)
    assert np.isnan(values[0, 1])


def test_from_values_refuses_a_map_without_knowledge():
    with pytest.raises(RecordError, match="no finite value; supply another"):
        DepthMap.from_values(np.full((2, 3), np.nan), kind=DepthKind.METRIC, space=DepthSpace.DEPTH)


def test_depth_map_pickles():
    made = depth_map(np.arange(6, dtype=np.float32).reshape(2, 3))
    copy = pickle.loads(pickle.dumps(made))
    assert np.array_equal(copy.values, made.values)
    assert (copy.kind, copy.space) == (made.kind, made.space)


def pair_fields() -> dict[str, Any]:
    return {
        "left": np.zeros((2, 3, 3), np.uint8),
        "right": np.zeros((2, 3, 3), np.uint8),
        "disparity_px": np.zeros((2, 3), np.float32),
        "left_disoccluded": np.zeros((2, 3), bool),
        "right_disoccluded": np.zeros((2, 3), bool),
    }


@pytest.mark.parametrize("name", list(pair_fields()))
def test_stereo_pair_refuses_arrays_of_another_size(name):
    fields = pair_fields()
    assert StereoPair(**fields).left.shape == (2, 3, 3)
    fields[name] = fields[name].swapaxes(0, 1)
    with pytest.raises(RecordError, match="differ in size"):
        StereoPair(**fields)


@pytest.mark.parametrize("name", ["left", "right"])
def test_stereo_pair_refuses_other_types(name):
    fields = pair_fields()
    fields[name] = fields[name].astype(np.float32)
    with pytest.raises(RecordError, match=rf"{name} must be uint8"):
        StereoPair(**fields)
