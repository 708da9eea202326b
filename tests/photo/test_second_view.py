"""Stereo photos are read as such: by what the file says, else by its name and its halves."""

import io
import logging

import numpy as np
import pytest
from picture_files import encode, exif_bytes
from PIL import Image
from stereo_scene import (
    HEIGHT,
    JOINED,
    WIDTH,
    joined,
    second_of,
    stereo_views,
    texture,
    turned,
)

from spatial import matching
from spatial.formats.containers import join_as_mpo
from spatial.photo import PhotoError, load_photo
from spatial.photo.recognition import Likeness, halves_alike
from spatial.settings import InputLayout

LEFT, RIGHT = stereo_views()
FINE = {"quality": 95}
MIDDLE = slice(40, 120), slice(40, 180)


def jpeg(rgb, **options):
    return encode(rgb, "JPEG", **FINE, **options)


def pillows_mpo(first, second):
    """Pillow calls the second picture undefined."""
    return encode(first, "MPO", save_all=True, append_images=[Image.fromarray(second)], **FINE)


def is_left(view):
    return difference(view, LEFT) < difference(view, RIGHT)


def difference(view, other):
    return np.abs(view[MIDDLE].astype(int) - other[MIDDLE]).mean()


def assert_is_the_pair(photo, least=0.0, most=4.0):
    assert photo.second is not None
    assert photo.rgb.shape == photo.second.rgb.shape == (HEIGHT, WIDTH, 3)
    assert least <= difference(photo.rgb, LEFT) < most
    assert least <= difference(photo.second.rgb, RIGHT) < most
    assert photo.depth.values[84, 115] > photo.depth.values[84, 30] + 4 / WIDTH


@pytest.mark.parametrize("write", [join_as_mpo, pillows_mpo])
def test_an_mpo_brings_both_views(write):
    views = (jpeg(LEFT), jpeg(RIGHT)) if write is join_as_mpo else (LEFT, RIGHT)
    photo = load_photo(write(*views))
    assert_is_the_pair(photo)
    assert "stereo photo (two pictures)" in photo.notes[0]


def test_a_camera_held_upside_down_exchanges_its_views():
    over = [jpeg(np.ascontiguousarray(v[::-1, ::-1]), exif=exif_bytes(3)) for v in (RIGHT, LEFT)]
    assert_is_the_pair(load_photo(join_as_mpo(*over)))


def test_a_small_or_another_picture_behind_the_photo_is_no_view():
    for other in (RIGHT[::2, ::2].copy(), texture(5, HEIGHT, WIDTH), LEFT):
        photo = load_photo(pillows_mpo(LEFT, other))
        assert photo.second is None
        assert not photo.notes


def test_views_that_the_file_tells_of_and_that_do_not_fit_are_refused():
    data = join_as_mpo(jpeg(LEFT), jpeg(texture(5, HEIGHT, WIDTH)))
    with pytest.raises(PhotoError, match=r"two views \(two pictures\).*or mono for one picture"):
        load_photo(data)
    assert load_photo(data, layout=InputLayout.MONO).second is None


def test_a_damaged_second_view_is_told_and_the_first_one_used():
    data = join_as_mpo(jpeg(LEFT), jpeg(RIGHT))
    photo = load_photo(data[: len(data) - len(jpeg(RIGHT)) // 2])
    assert photo.second is None
    assert "second picture is not used" in photo.notes[0]


@pytest.mark.parametrize("layout", JOINED)
def test_every_layout_can_be_chosen(layout):
    photo = load_photo(encode(joined(LEFT, RIGHT, layout), "PNG"), layout=layout)
    is_half = layout.value.startswith("half")
    assert_is_the_pair(photo, least=0.5 if is_half else 0.0, most=9.0 if is_half else 0.01)


@pytest.mark.parametrize(
    ("name", "layout"),
    [
        ("boat_LRF_Full_SBS.png", "side_by_side"),
        ("boat_Half_LR.png", "half_side_by_side"),
        ("boat_cross.png", "cross_eyed"),
        ("boat.pns", "cross_eyed"),
        ("boat_TBF_fulltb.png", "top_bottom"),
        ("boat_Half_TB.png", "half_top_bottom"),
        ("boat.png", "side_by_side"),
        ("boat.png", "top_bottom"),
    ],
)
def test_halves_are_recognised(name, layout, tmp_path):
    path = tmp_path / name
    path.write_bytes(encode(joined(LEFT, RIGHT, InputLayout(layout)), "PNG"))
    photo = load_photo(path)
    assert photo.second is not None
    assert is_left(photo.rgb)
    assert not is_left(photo.second.rgb)
    assert f"stereo photo ({layout.replace('_', ' ')})" in photo.notes[0]
    assert load_photo(path, layout=InputLayout.MONO).second is None


@pytest.mark.parametrize("name", ["boat_LRF_Full_SBS.png", "boat_cross.png", "boat.png"])
def test_a_name_does_not_make_a_pair(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(encode(np.hstack([LEFT, texture(5, HEIGHT, WIDTH)]), "PNG"))
    photo = load_photo(path)
    assert photo.second is None
    assert photo.width_px == 2 * WIDTH


def test_the_same_picture_twice_is_one_picture():
    assert load_photo(encode(np.hstack([LEFT, LEFT]), "PNG")).second is None


def test_a_view_that_stood_askew_is_corrected_and_told(caplog):
    with caplog.at_level(logging.WARNING):
        photo = load_photo(join_as_mpo(jpeg(LEFT), jpeg(turned(RIGHT))))
    assert "turned or moved by up to" in photo.notes[0]
    assert photo.notes[0] in caplog.text
    assert photo.rgb.shape == second_of(photo).rgb.shape


def test_two_files_are_one_photo(tmp_path):
    left, right = tmp_path / "boat_L.png", tmp_path / "boat_R.png"
    left.write_bytes(encode(LEFT, "PNG"))
    right.write_bytes(encode(RIGHT, "PNG"))
    photo = load_photo(left, right=right)
    assert_is_the_pair(photo, most=0.01)
    assert photo.sha256 != load_photo(left).sha256
    right.write_bytes(encode(texture(5, HEIGHT, WIDTH), "PNG"))
    with pytest.raises(PhotoError, match=r"boat_L.png with boat_R: its two views"):
        load_photo(left, right=right)


def test_a_chosen_layout_that_the_file_lacks_is_refused():
    with pytest.raises(PhotoError, match="no second picture"):
        load_photo(jpeg(LEFT), layout=InputLayout.SEPARATE)
    with pytest.raises(PhotoError, match=r"\(side by side\).*another input layout"):
        load_photo(jpeg(LEFT), layout=InputLayout.SIDE_BY_SIDE)


def test_likeness_looks_at_the_right_halves():
    sides = halves_alike(joined(LEFT, RIGHT, InputLayout.SIDE_BY_SIDE))
    stack = halves_alike(joined(LEFT, RIGHT, InputLayout.TOP_BOTTOM))
    plain = halves_alike(np.full((HEIGHT, WIDTH, 3), 9, np.uint8))
    assert sides.sides > 0.8
    assert stack.stack > 0.8
    assert max(sides.stack, stack.sides) < 0.4
    assert plain == Likeness(0.0, 0.0)


def test_a_lens_counts_for_one_view():
    exif = exif_bytes(camera={0xA405: 50})  # 50 mm of 36 mm film
    one = load_photo(jpeg(LEFT, exif=exif))
    both = load_photo(io.BytesIO(join_as_mpo(jpeg(LEFT, exif=exif), jpeg(RIGHT))).read())
    assert both.focal_px == one.focal_px


def test_alike_halves_that_are_no_pair_are_refused_by_small_copies(monkeypatch):
    ramp = np.linspace(0, 160, WIDTH)[None, :, None]
    halves = [ramp + 0.35 * texture(seed, HEIGHT, WIDTH) for seed in (5, 6)]
    data = encode(np.hstack(halves).astype(np.uint8), "PNG")
    assert halves_alike(np.hstack(halves).astype(np.uint8)).sides > 0.6
    monkeypatch.setattr(matching, "match_views", None)  # slow for large ones
    assert load_photo(data).second is None


def rgbd(depth):
    return encode(np.hstack([LEFT, depth]), "JPEG", quality=90)


def test_depth_beside_the_photo_is_its_depth(tmp_path):
    ramp = np.linspace(0, 255, HEIGHT).astype(np.uint8)[:, None, None]
    path = tmp_path / "boat_RGBD.jpg"
    path.write_bytes(rgbd(np.broadcast_to(ramp, LEFT.shape)))
    photo = load_photo(path)
    assert difference(photo.rgb, LEFT) < 4
    assert photo.second is None
    assert photo.depth is not None
    np.testing.assert_allclose(photo.depth.values[::9, 7], ramp[::9, 0, 0] / 255, atol=0.03)
    assert "its depth beside it" in photo.notes[0]
    as_one = load_photo(path, layout=InputLayout.MONO)
    assert (as_one.width_px, as_one.depth) == (2 * WIDTH, None)
    chosen = load_photo(path.read_bytes(), layout=InputLayout.RGBD)
    np.testing.assert_array_equal(chosen.rgb, photo.rgb)


def test_colours_are_no_depth(tmp_path):
    path = tmp_path / "boat_RGBD.jpg"
    path.write_bytes(rgbd(texture(5, HEIGHT, WIDTH)))
    assert load_photo(path).width_px == 2 * WIDTH
    with pytest.raises(PhotoError, match=r"colours on its right half.*another layout"):
        load_photo(path, layout=InputLayout.RGBD)
