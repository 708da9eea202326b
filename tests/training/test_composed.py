import csv
import dataclasses

import numpy as np
import pytest
import torch
from PIL import Image

from spatial.training.composed import compositions
from spatial.training.composed.backgrounds import draw_background
from spatial.training.composed.bodies import draw_body, draw_page
from spatial.training.composed.canvas import Canvas, Layer, Material, plane_coordinates
from spatial.training.composed.compositions import COMPOSED, LANDSCAPE, Compositions, compose, place
from spatial.training.composed.cutouts import Cutout, CutSides, inflate, load_cutouts
from spatial.training.config import DataSet
from spatial.training.data import LabelledImages, TrainingDataError
from spatial.training.recipes import CONFIGS
from spatial.training.sources import TrainingData

WHOLE = CutSides(left=False, right=False, top=False, bottom=False)
RED, GREEN = (200, 20, 20), (20, 200, 20)


def disc(radius_px=60, colour=GREEN, cut=WHOLE):
    side = 2 * radius_px + 20
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    rgba = np.full((side, side, 4), (*colour, 255), np.uint8)
    rgba[np.hypot(x, y) > radius_px, 3] = 0
    return Cutout(rgba=rgba, relief_px=inflate(rgba[..., 3], cut), cut=cut)


def rooms(count=12):
    """Pictures whose inverse depth grows from 0.2 at the top to 1 at the bottom."""
    ramp = torch.linspace(0.2, 1, 60)[:, None].expand(60, 80)
    return LabelledImages(
        torch.full((count, 3, 60, 80), 128, dtype=torch.uint8),
        ramp.expand(count, 1, 60, 80).half(),
    )


def material(cutouts, **changes):
    photos = torch.full((3, 3, 50, 60), 100, dtype=torch.uint8)
    given = Material(cutouts=cutouts, photos=photos, backgrounds={}, rows={})
    return dataclasses.replace(given, **changes)


def layer(top, bottom, left, right, nearness=1.0, can_stand=False):
    alpha = np.zeros((96, 128), np.float32)
    alpha[top:bottom, left:right] = 1
    return Layer(
        rgb=255 * np.repeat(alpha[..., None], 3, 2),
        alpha=alpha,
        nearness=np.full_like(alpha, nearness),
        can_stand=can_stand,
    )


def placed(canvas, body, seed):
    """Return the inverse depth of the canvas with the body before it."""
    found = place(canvas, body, np.random.default_rng(seed))
    assert found is not None
    return found.inverse_depth


def ground_canvas():
    depth = np.linspace(0.1, 1, 96, dtype=np.float32)[:, None] + np.zeros((96, 128), np.float32)
    return Canvas(rgb=np.zeros((96, 128, 3), np.float32), inverse_depth=depth, ground=True)


def test_a_disc_is_blown_up_to_half_a_ball():
    relief = disc(60).relief_px
    side = len(relief)
    y, x = (np.mgrid[:side, :side] - (side - 1) / 2) * 140 / side
    ball = np.sqrt(np.maximum(60**2 - x**2 - y**2, 0))
    assert np.abs(relief - ball)[np.hypot(x, y) < 54].max() < 5
    assert relief.max() == pytest.approx(60, rel=0.05)


def test_a_body_does_not_end_where_the_frame_cut_it_off():
    alpha = np.zeros((40, 60), np.uint8)
    alpha[10:, 20:40] = 255
    ends = inflate(alpha, WHOLE)
    goes_on = inflate(alpha, WHOLE._replace(bottom=True))
    assert ends[-1, 30] < 0.6 * ends[25, 30]
    assert goes_on[-1, 30] == pytest.approx(goes_on[25, 30], rel=0.1)


def test_cut_sides_touch_the_frame_and_the_mirror_image_swaps_them():
    cut = WHOLE._replace(left=True, bottom=True)
    assert cut.mirrored() == WHOLE._replace(right=True, bottom=True)
    alpha = np.full((50, 40, 4), 255, np.uint8)
    whole = Cutout(rgba=alpha, relief_px=inflate(alpha[..., 3], cut), cut=cut)
    for seed in range(12):
        body = draw_body(material([whole]), (96, 128), np.random.default_rng(seed), None)
        assert body.alpha[-1].max() > 0.99
        assert max(body.alpha[:, 0].max(), body.alpha[:, -1].max()) > 0.99
        assert not body.can_stand


def test_a_body_is_nearest_in_its_middle():
    for seed in range(5):
        body = draw_body(material([disc(60)]), (192, 256), np.random.default_rng(seed), None)
        inside = body.alpha > 0.99
        rim = inside & (body.nearness < np.percentile(body.nearness[inside], 10))
        assert body.nearness[inside].max() > 1.02 * body.nearness[rim].mean()


def test_what_floats_is_nearer_than_all_it_covers():
    for seed in range(20):
        body = layer(20, 60, 30, 90)
        depth = placed(ground_canvas(), body, seed)
        inside = body.alpha > 0
        assert depth[inside].min() > ground_canvas().inverse_depth[inside].max()
        np.testing.assert_array_equal(depth[~inside], ground_canvas().inverse_depth[~inside])


def test_what_stands_has_the_depth_of_the_ground_at_its_foot():
    at_the_foot = ground_canvas().inverse_depth[69, 0]
    found = {
        float(placed(ground_canvas(), layer(20, 70, 30, 90, can_stand=True), seed)[40, 40])
        for seed in range(20)
    }
    standing = [value for value in found if at_the_foot <= value <= 1.06 * at_the_foot]
    assert 5 <= len(standing) < 20


def test_nothing_stands_behind_what_it_covers():
    wall = dataclasses.replace(
        ground_canvas(), inverse_depth=ground_canvas().inverse_depth[::-1].copy()
    )
    for seed in range(20):
        body = layer(20, 70, 30, 90, can_stand=True)
        assert placed(wall, body, seed)[40, 40] > wall.inverse_depth[20, 40]


def test_there_is_no_place_for_what_is_a_speck_or_hides_all():
    rng = np.random.default_rng(0)
    assert place(ground_canvas(), layer(0, 5, 0, 5), rng) is None
    assert place(ground_canvas(), layer(0, 96, 0, 128), rng) is None


def test_a_plane_is_seen_as_a_pinhole_camera_sees_it():
    """A point (c, r) of the plane 1/z = 1 + 0.3 x - 0.2 y lies at z (x, y)."""
    columns, rows, nearness = plane_coordinates((96, 128), np.zeros(2), np.array([0.3, -0.2]), 0.0)
    x, y = (100 - 64) / 48, (20 - 48) / 48
    depth = 1 / (1 + 0.3 * x - 0.2 * y)
    assert nearness[20, 100] == pytest.approx(1 / depth)
    assert (columns[20, 100], rows[20, 100]) == pytest.approx((depth * x, depth * y))
    page = draw_page(material([]), (96, 128), np.random.default_rng(3))
    assert np.abs(np.diff(page.nearness, 2, axis=1)).max() < 1e-5


def test_every_background_has_its_share_and_its_size():
    photos = torch.full((3, 3, 50, 60), 100, dtype=torch.uint8)
    given = material([], photos=photos, backgrounds={"nyuv2": rooms()}, rows={"nyuv2": range(12)})
    rng = np.random.default_rng(0)
    drawn = [draw_background(given, (96, 128), rng) for _ in range(60)]
    assert all(canvas.rgb.shape == (96, 128, 3) for canvas in drawn)
    assert all(canvas.inverse_depth.shape == (96, 128) for canvas in drawn)
    assert 15 < sum(canvas.ground for canvas in drawn) < 50


def test_pictures_are_new_in_every_draw_and_the_same_for_the_same_generator():
    given = Compositions([disc() for _ in range(12)], rooms(12).rgb, {"nyuv2": rooms()}, 6)
    generator = torch.Generator().manual_seed(4)
    first, second = given.draw(generator), given.draw(generator)
    again = given.draw(torch.Generator().manual_seed(4))
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], again[1])
    assert not torch.equal(first[0], second[0])
    assert first[0].dtype == torch.uint8
    assert first[0].shape[1:] == first[1].shape[1:]


def test_held_out_cutouts_are_in_the_validation_part_alone():
    cutouts = [disc(colour=RED) for _ in range(8)] + [disc(colour=GREEN) for _ in range(4)]
    given = Compositions(cutouts, rooms(12).rgb, {"nyuv2": rooms()}, 6)
    generator = torch.Generator().manual_seed(0)
    drawn = [given.draw(generator)[0].int() for _ in range(12)]
    held_out = list(given.validation.rgb.int())
    for pictures, colour, other in ((drawn, 1, 0), (held_out, 0, 1)):
        excess = [picture[colour] - picture[other] for picture in pictures]
        assert max(int(difference.max()) for difference in excess) > 60
        assert min(int(difference.min()) for difference in excess) > -60


def test_compositions_fill_the_picture_with_depth():
    given = material([disc()], backgrounds={"nyuv2": rooms()}, rows={"nyuv2": range(12)})
    for seed in range(8):
        canvas = compose(given, LANDSCAPE, np.random.default_rng(seed))
        assert np.isfinite(canvas.inverse_depth).all()
        assert canvas.inverse_depth.min() > 0
        assert np.ptp(canvas.inverse_depth) > 0


@pytest.fixture
def with_cutouts(folders, tmp_path):
    """Return the data folders with twelve cut-outs beside them, cut off below."""
    folder = tmp_path / "cutouts"
    folder.mkdir()
    with (folder / "index.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "class", "cut_left", "cut_right", "cut_top", "cut_bottom"])
        writer.writerows([f"{number:04d}", "disc", 0, 0, 0, 1] for number in range(12))
    for number in range(12):
        Image.fromarray(disc(30).rgba).save(folder / f"{number:04d}.webp", lossless=True)
    return dataclasses.replace(folders, labelled=tmp_path)


def composed_settings():
    row = DataSet(name=COMPOSED, weight=1, licence="none", exact_silhouettes=True)
    return dataclasses.replace(CONFIGS["compose"], mix=(row,))


def test_the_index_tells_the_cut_sides(with_cutouts):
    cutouts = load_cutouts(with_cutouts.labelled / "cutouts")
    assert len(cutouts) == 12
    assert cutouts[0].cut == WHOLE._replace(bottom=True)
    np.testing.assert_array_equal(cutouts[3].rgba[..., 3], disc(30).rgba[..., 3])


@pytest.mark.parametrize("broken", ["index.csv", "0005.webp"])
def test_missing_cutouts_are_named(with_cutouts, broken):
    (with_cutouts.labelled / "cutouts" / broken).unlink()
    with pytest.raises(TrainingDataError, match=broken):
        TrainingData(composed_settings(), with_cutouts)


def test_composed_pictures_need_photos(with_cutouts):
    with pytest.raises(TrainingDataError, match="--photos"):
        TrainingData(composed_settings(), with_cutouts)


def test_composed_is_a_row_of_the_mix(with_cutouts, monkeypatch):
    monkeypatch.setattr(compositions, "LANDSCAPE", (96, 128))
    photos = with_cutouts.labelled / "photos"
    photos.mkdir()
    for number in range(12):
        Image.new("RGB", (40, 30), (number * 20, 90, 90)).save(photos / f"{number}.jpg")
    data = TrainingData(composed_settings(), dataclasses.replace(with_cutouts, photos=(photos,)))
    size = CONFIGS["compose"].stages[0].sizes[0]
    batch = data.mix.draw(3, size, torch.Generator().manual_seed(0), torch.device("cpu"))
    assert batch.rgb.shape == (3, 3, size.height, size.width)
    assert batch.exact.flatten().tolist() == [True] * 3
    assert len(data.mix.validation[COMPOSED].rgb) > 8
