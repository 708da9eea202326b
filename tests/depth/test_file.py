import json
from dataclasses import replace

import numpy as np
import pytest
from picture_files import jpeg_with_gdepth
from PIL import Image
from scenes import make_result

from spatial.depth import EstimatorError, load_estimator
from spatial.formats import FORMATS, write_depth
from spatial.geometry import to_nearness
from spatial.photo import load_photo
from spatial.records import DepthKind, DepthMap, DepthSpace, Photo
from spatial.settings import DepthSettings, MapPolarity

RGB = np.random.default_rng(3).integers(0, 256, (96, 128, 3), dtype=np.uint8)
PHOTO = Photo(rgb=RGB, name="shed")
NEAR_BELOW = (
    np.tile(np.linspace(40, 200, 48)[:, None], (1, 64)) + np.arange(64) / 4
)  # not symmetric
SETTINGS = DepthSettings()


def estimate(path, photo=PHOTO, **settings):
    return load_estimator(f"file:{path}")(photo, DepthSettings(**settings))


def write_pfm(path, values):
    head = f"Pf\n{values.shape[1]} {values.shape[0]}\n-1.0\n".encode()
    path.write_bytes(head + values[::-1].astype("<f4").tobytes())


WRITERS = {
    "8.png": lambda p: Image.fromarray(NEAR_BELOW.astype(np.uint8)).save(p),
    "16.png": lambda p: Image.fromarray((NEAR_BELOW * 100).astype(np.uint16)).save(p),
    "rgb.png": lambda p: Image.fromarray(NEAR_BELOW.astype(np.uint8)).convert("RGB").save(p),
    "f.npy": lambda p: np.save(p, NEAR_BELOW),
    "f.tiff": lambda p: Image.fromarray(NEAR_BELOW.astype(np.float32)).save(p),
    "f.pfm": lambda p: write_pfm(p, NEAR_BELOW),
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_nearness(tmp_path, name):
    WRITERS[name](tmp_path / name)
    depth = estimate(tmp_path / name)
    assert (depth.space, depth.kind) == (DepthSpace.INVERSE_DEPTH, DepthKind.AFFINE_INVARIANT)
    wanted = DepthMap.from_values(NEAR_BELOW, kind=depth.kind, space=depth.space)
    np.testing.assert_allclose(to_nearness(depth), to_nearness(wanted), atol=0.02)


def test_distances_are_found_out(tmp_path):
    np.save(tmp_path / "z.npy", 400 / NEAR_BELOW)
    depth = estimate(tmp_path / "z.npy")
    assert (depth.space, depth.kind) == (DepthSpace.DEPTH, DepthKind.SCALE_INVARIANT)
    near = to_nearness(depth)
    assert near[-1].mean() > near[0].mean() + 0.5


def test_the_setting_flips_what_was_found(tmp_path):
    WRITERS["8.png"](tmp_path / "m.png")
    found = to_nearness(estimate(tmp_path / "m.png"))
    told = estimate(tmp_path / "m.png", map_polarity=MapPolarity.NEAR_LOW)
    assert (told.space, told.kind) == (DepthSpace.DEPTH, DepthKind.AFFINE_INVARIANT)
    assert found[-1].mean() > 0.8
    assert to_nearness(told)[-1].mean() < 0.2
    kept = estimate(tmp_path / "m.png", map_polarity=MapPolarity.NEAR_HIGH)
    np.testing.assert_array_equal(to_nearness(kept), found)


def test_without_a_tilt_near_is_high(tmp_path):
    np.save(tmp_path / "m.npy", np.tile(np.arange(64.0) + 1, (48, 1)))
    assert estimate(tmp_path / "m.npy").space is DepthSpace.INVERSE_DEPTH


def test_nan_is_unknown(tmp_path):
    values = NEAR_BELOW.copy()
    values[:, :20] = np.nan
    values[0, 30] = np.inf
    np.save(tmp_path / "m.npy", values)
    depth = estimate(tmp_path / "m.npy")
    np.testing.assert_array_equal(depth.valid, np.isfinite(values))
    np.testing.assert_allclose(depth.values[depth.valid], values[np.isfinite(values)], rtol=1e-6)


@pytest.mark.parametrize("space", DepthSpace)
def test_an_exported_map_comes_back(tmp_path, space):
    values = NEAR_BELOW[::-1] / 50  # against the rule: only the JSON file can tell
    valid = np.ones(values.shape, bool)
    valid[:4] = False
    was = DepthMap.from_values(values, kind=DepthKind.METRIC, space=space, valid=valid)
    write_depth(replace(make_result(name="shed"), depth=was), tmp_path)
    back = estimate(tmp_path / "shed_depth.png")
    assert (back.space, back.kind) == (was.space, was.kind)
    np.testing.assert_array_equal(back.valid, was.valid)
    np.testing.assert_allclose(back.values, was.values, atol=1e-4)


def test_an_exported_npy_comes_back(tmp_path):
    result = make_result()
    row = FORMATS["depth_float"]
    for file, made in zip(row.files, row.writer(make_result(name="cup")), strict=True):
        (tmp_path / f"cup{file.suffix}").write_bytes(made.data)
    back = estimate(tmp_path / "cup_depth.npy", result.photo)
    assert (back.space, back.kind) == (result.depth.space, result.depth.kind)
    np.testing.assert_array_equal(back.values, result.depth.values)


def test_a_json_file_that_says_nothing_is_named(tmp_path):
    WRITERS["8.png"](tmp_path / "m.png")
    (tmp_path / "m.json").write_text(json.dumps({"file": "m.png", "space": "sideways"}))
    with pytest.raises(EstimatorError, match=r"m\.json"):
        estimate(tmp_path / "m.png")
    (tmp_path / "m.json").write_text(json.dumps({"file": "other.png", "space": "sideways"}))
    estimate(tmp_path / "m.png")


def npy(path, values):
    with path.open("wb") as file:
        np.save(file, values)


def colour(path):
    Image.fromarray(RGB).save(path, "PNG")


def cut(path):
    Image.fromarray(RGB[..., 0]).save(path, "PNG")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


MEANING = (
    '{"file": "m.npy", "space": "depth", "kind": "metric", "scaling": {"scale": 1}, "unknown": 0}'
).replace("1}", "%s}")


def npy_head(header):
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + bytes(64)


def giant(path):
    path.write_bytes(
        npy_head("{'descr': '<f8', 'fortran_order': False, 'shape': (900000, 900000), }\n")
    )


@pytest.mark.parametrize(
    ("write", "named"),
    [
        (lambda p: None, "check the path"),
        (lambda p: p.mkdir(), "cannot be read"),
        (lambda p: p.write_text("no map"), "no depth map"),
        (colour, "coloured"),
        (cut, "damaged"),
        (giant, "900000 x 900000 pixels, at most 24 megapixels"),
        (lambda p: p.write_bytes(b"\x93NUMPY"), "damaged"),
        (lambda p: p.write_bytes(npy_head("{")), "damaged"),
        (lambda p: p.write_bytes(npy_head("(" * 9000)), "damaged"),
        (lambda p: p.write_bytes(npy_head("{'descr': '<f4', 'shape': (-1,)}")), "damaged"),
        (lambda p: Image.new("RGBA", (6000, 4001)).save(p, "PNG"), "at most 24 megapixels"),
        (lambda p: npy(p, np.zeros((4, 5, 3))), r"\[4, 5, 3\]"),
        (lambda p: npy(p, np.array([{}])), "must hold numbers"),
        (lambda p: npy(p, np.full((48, 64), np.nan)), "no finite value"),
        (lambda p: npy(p, np.full((48, 64), 0.1)), "the same everywhere"),
        (lambda p: npy(p, NEAR_BELOW.T), r"48 x 64 .*128 x 96"),
    ],
)
def test_what_is_no_map_of_the_photo_is_refused(tmp_path, write, named):
    write(tmp_path / "m")
    with pytest.raises(EstimatorError, match=named):
        estimate(tmp_path / "m")


@pytest.mark.parametrize(
    "told",
    [
        "[" * 100_000,
        '{"a": ' * 50_000,
        "{",
        MEANING % ("1" * 400),
        MEANING % "NaN",
        MEANING % '"x"',
    ],
)
def test_a_json_file_that_cannot_be_read_is_named(tmp_path, told):
    npy(tmp_path / "m.npy", NEAR_BELOW)
    (tmp_path / "m.json").write_text(told)
    with pytest.raises(
        EstimatorError, match=r"^m.json .*; remove it, or export both again"
    ) as refusal:
        estimate(tmp_path / "m.npy")
    assert "1111" not in str(refusal.value)


def test_revision_follows_the_content(tmp_path):
    np.save(tmp_path / "m.npy", NEAR_BELOW)
    first = load_estimator(f"file:{tmp_path / 'm.npy'}").info
    np.save(tmp_path / "m.npy", NEAR_BELOW + 1)
    second = load_estimator(f"file:{tmp_path / 'm.npy'}").info
    assert first.id == second.id
    assert first.revision != second.revision


def test_the_cameras_depth_is_used():
    levels = NEAR_BELOW.astype(np.uint8)
    photo = load_photo(jpeg_with_gdepth(RGB, levels, Format="RangeLinear", Near="1", Far="9"))
    depth = load_estimator("file")(photo, SETTINGS)
    assert depth is photo.depth
    assert (depth.space, depth.kind) == (DepthSpace.DEPTH, DepthKind.METRIC)


def test_a_photo_without_depth_says_so():
    with pytest.raises(EstimatorError, match=r"shed has no depth in its file.*file:PATH"):
        load_estimator("file")(PHOTO, SETTINGS)


@pytest.mark.parametrize(
    ("levels", "named"),
    [(np.full((48, 64), 7, np.uint8), "the same everywhere"), (NEAR_BELOW.T, "48 x 64")],
)
def test_camera_depth_that_cannot_be_right_is_refused(levels, named):
    photo = load_photo(jpeg_with_gdepth(RGB, levels.astype(np.uint8), Near="1", Far="9"))
    with pytest.raises(EstimatorError, match=named):
        load_estimator("file")(photo, SETTINGS)
