"""From a converted photo to the two eyes: manifest, address, texture scale and offset, pixels."""

from datetime import datetime, timezone
from urllib.parse import unquote, urlsplit

import cv2
import numpy as np
import pytest
from scenes import Ramp
from unity_project import ROOT

from spatial import convert, load_photo, write_formats
from spatial.settings import InputLayout

PAGE = "http://127.0.0.1:7860/unity/index.html"
FIXTURE = ROOT / "tests/data/manifest.json"


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    """A photo with an upper and a lower half, converted and written as ``spatial convert`` does."""
    folder = tmp_path_factory.mktemp("out")
    random = np.random.default_rng(5)
    photo = cv2.resize(random.integers(0, 256, (12, 16, 3), np.uint8), (320, 240))
    photo[:120] //= 4  # dark above, so that a picture upside down is seen
    cv2.imwrite(str(folder / "red boat.png"), photo)
    result = convert(load_photo(folder / "red boat.png"), estimator=Ramp())
    created = datetime(2025, 1, 31, tzinfo=timezone.utc)
    return result, write_formats(result, folder, created=created, formats=["sbs"])


def sampled(picture, view, height_px, width_px):
    """What a quad shows of a texture: t * scale + offset, rows counted upwards as Unity does."""
    x, y, width, height = view
    u = x + (np.arange(width_px) + 0.5) / width_px * width
    v = y + (np.arange(height_px) + 0.5) / height_px * height
    columns = np.floor(u * picture.shape[1]).astype(int)
    rows = np.floor((1 - v) * picture.shape[0]).astype(int)
    return picture[rows[::-1]][:, columns]


def test_each_eye_gets_its_own_view_of_a_converted_photo(converted, ask):
    result, paths = converted
    manifest = paths["manifest"]
    ((address,),) = ask([("source", f"{PAGE}?src=../out/{manifest.name.replace(' ', '%20')}")])
    assert unquote(urlsplit(address).path) == f"/out/{manifest.name}"
    ((picture,),) = ask([("follow", PAGE, manifest, address)])
    path = manifest.parent / unquote(urlsplit(picture).path).removeprefix("/out/")
    assert path == paths["side_by_side"]

    ((*views, aspect),) = ask([("views", manifest)])
    left_view, right_view = np.array(views, float).reshape(2, 4)
    image = load_photo(path, layout=InputLayout.MONO).rgb
    height, width = result.pair.left.shape[:2]
    assert float(aspect) == pytest.approx(width / height)
    left, right = (sampled(image, v, height, width).astype(float) for v in (left_view, right_view))
    near = [np.abs(left - view).mean() for view in (result.pair.left, result.pair.right)]
    far = [np.abs(right - view).mean() for view in (result.pair.left, result.pair.right)]
    assert near[0] < 0.5 * near[1]
    assert far[1] < 0.5 * far[0]
    assert np.abs(left[::-1] - result.pair.left).mean() > 2 * near[0]


def test_the_fixtures_halves_go_to_their_eyes(ask):
    ((*views, aspect),) = ask([("views", FIXTURE)])
    left, right = np.array(views, float).reshape(2, 4)
    assert left.tolist() == [0, 0, 0.5, 1]
    assert right.tolist() == [0.5, 0, 0.5, 1]
    assert float(aspect) == pytest.approx(640 / 480)
