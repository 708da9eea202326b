import numpy as np
import pytest
from PIL import Image

from spatial.depth import EstimatorError, read_true_depth
from spatial.records import Photo

PHOTO = Photo(rgb=np.zeros((96, 128, 3), np.uint8))
METRES = np.linspace(0.5, 6.0, 48 * 64).reshape(48, 64)


def save_png(path, values, dtype=np.uint16):
    Image.fromarray(values.astype(dtype)).save(path)
    return path


def test_whole_numbers_are_millimetres_and_floats_metres(tmp_path):
    millimetres = read_true_depth(save_png(tmp_path / "mm.png", METRES * 1000), PHOTO)
    np.save(tmp_path / "m.npy", METRES)
    metres = read_true_depth(tmp_path / "m.npy", PHOTO)
    np.testing.assert_allclose(millimetres.depth_m, METRES, atol=1e-3)
    np.testing.assert_allclose(metres.depth_m, METRES, rtol=1e-6)
    assert metres.known.all()


def test_zero_is_unknown(tmp_path):
    holed = METRES * 1000
    holed[3, 4] = 0
    assert np.argwhere(
        ~read_true_depth(save_png(tmp_path / "t.png", holed), PHOTO).known
    ).tolist() == [[3, 4]]


@pytest.mark.parametrize(
    ("values", "dtype", "words"),
    [
        (METRES * 40, np.uint8, "t.png has 8 bits"),
        (METRES.T * 1000, np.uint16, r"48 x 64 pixels \(0\.75:1\), the photo 128 x 96"),
        (METRES * 0, np.uint16, "no value is above 0"),
    ],
)
def test_what_is_no_true_depth_is_refused(tmp_path, values, dtype, words):
    with pytest.raises(EstimatorError, match=words):
        read_true_depth(save_png(tmp_path / "t.png", values, dtype), PHOTO)
