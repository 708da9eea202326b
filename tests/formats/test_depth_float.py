import io
import json
from dataclasses import replace

import numpy as np
from scenes import make_result, named

from spatial.formats.depth import encode_depth_float
from spatial.records import DepthKind, DepthMap, DepthSpace


def read(result, name="my cat"):
    npy, info = encode_depth_float(named(result, name))
    return np.load(io.BytesIO(npy.data), allow_pickle=False), json.loads(info.data)


def test_values_come_back_exactly_with_their_meaning():
    result = make_result(focal_px=321.0)
    values, info = read(result)
    assert values.dtype == np.float32
    assert np.array_equal(values, result.depth.values)
    assert info["file"] == "my%20cat_depth.npy"
    assert (info["width"], info["height"]) == (31, 20)
    assert (info["space"], info["kind"], info["unit"]) == ("inverse_depth", "metric", "1/m")
    assert (info["polarity"], info["nearest"], info["farthest"]) == ("larger_is_nearer", 2.5, 0.5)
    assert info["focal_px"] == 321.0
    assert info["estimator"] == {"id": "test", "revision": "r7"}


def test_unknown_is_nan_and_depth_has_the_other_polarity():
    depth = DepthMap.from_values(
        np.array([[2.0, np.nan], [7.0, 3.0]]),
        kind=DepthKind.AFFINE_INVARIANT,
        space=DepthSpace.DEPTH,
    )
    values, info = read(replace(make_result(), depth=depth))
    assert np.isnan(values).tolist() == [[False, True], [False, False]]
    assert (info["polarity"], info["nearest"], info["farthest"]) == ("larger_is_farther", 2.0, 7.0)
    assert info["unit"] is None
