import hashlib
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional

from spatial.training.scenes import textures
from spatial.training.scenes.cache import (
    SceneCacheSettings,
    load_scene_cache,
    write_scene_cache,
)
from spatial.training.scenes.camera import draw_exposure
from spatial.training.scenes.people_animals_plants import person
from spatial.training.scenes.places import PLACES
from spatial.training.scenes.raycast import Solids, in_shadow
from spatial.training.scenes.render import render_batch, render_scene
from spatial.training.scenes.scene import (
    Light,
    Scene,
    Shape,
    Stage,
    look,
    rotation,
)
from spatial.training.scenes.textures import TextureAtlas

HEIGHT_PX, WIDTH_PX = 48, 64
ROWS = torch.arange(HEIGHT_PX).view(-1, 1).expand(HEIGHT_PX, WIDTH_PX)
COLUMNS = torch.arange(WIDTH_PX).expand(HEIGHT_PX, WIDTH_PX)


@pytest.fixture(scope="module", autouse=True)
def few_textures():
    """Two textures of each kind instead of 154: the atlas is built in a blink."""
    few = {kind: (paint, 2) for kind, (paint, _) in textures.PAINTERS.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(textures, "PAINTERS", few)
        yield


@pytest.fixture(scope="module")
def atlas(few_textures):
    return TextureAtlas.build([], seed=3)


def make_scene(stage, camera, *, sun=0.0):
    light = Light(
        toward_sun=np.array([0.0, 1.0, 0.0]),
        sun=np.full(3, sun),
        ambient=0.7,
        horizon=np.full(3, 0.9),
        zenith=np.full(3, 0.9),
        clouds=0.0,
        cloud_texture=0,
    )
    return Scene(primitives=tuple(stage.primitives), camera=camera, light=light)


def make_stage(atlas):
    return Stage(atlas, np.random.default_rng(0))


def render(atlas, scene):
    return render_scene(atlas, scene, HEIGHT_PX, WIDTH_PX)


def moved_right(scene, baseline_m):
    """The scene from a camera that is shifted along its own x axis."""
    camera = scene.camera
    position = camera.position + baseline_m * camera.to_world[:, 0]
    return replace(scene, camera=replace(camera, position=position))


def test_same_seed_same_pictures_and_other_seed_others(atlas):
    size = {"count": 2, "height_px": HEIGHT_PX, "width_px": WIDTH_PX}
    first, again = (render_batch(atlas, seed=5, **size) for _ in range(2))
    other = render_batch(atlas, seed=6, **size)
    assert torch.equal(first.rgb, again.rgb)
    assert torch.equal(first.inverse_depth, again.inverse_depth)
    assert not torch.equal(first.rgb, other.rgb)
    assert not torch.equal(first.rgb[0], first.rgb[1])


def test_batch_has_the_promised_shapes_and_ranges(atlas):
    batch = render_batch(atlas, seed=1, count=3, height_px=HEIGHT_PX, width_px=WIDTH_PX)
    assert batch.rgb.shape == (3, 3, HEIGHT_PX, WIDTH_PX)
    assert batch.rgb.dtype == torch.uint8
    assert batch.inverse_depth.shape == (3, 1, HEIGHT_PX, WIDTH_PX)
    assert batch.inverse_depth.dtype == torch.float32
    assert batch.inverse_depth.isfinite().all()
    assert (batch.inverse_depth >= 0).all()
    assert (batch.rgb.flatten(1).float().std(dim=1) > 5).all()


PINNED = {
    "street": "50cd7ad415e9",
    "nature": "dd6349cf1b66",
    "room": "2ed16d5de66e",
    "interior": "7e344e021019",
    "closeup": "9f6ba7d991fa",
}


@pytest.mark.parametrize("kind", PLACES)
def test_a_seed_keeps_its_scene(atlas, kind):
    """A cache of scenes is told apart by its settings alone: what they stand for may not change
    unnoticed.
    """
    stage = Stage(atlas, np.random.default_rng(7))
    PLACES[kind][0](stage)
    told = [
        (
            int(p.shape),
            *np.round((*p.center, *p.rotation.flat, *p.size, *p.material.color), 4) + 0.0,
        )
        for p in stage.primitives
    ]
    assert hashlib.sha256(np.array(told).tobytes()).hexdigest()[:12] == PINNED[kind]


@pytest.mark.parametrize("kind", list(PLACES))
def test_every_place_fills_most_of_its_picture_with_surfaces(atlas, kind):
    seen = []
    for seed in range(3):
        stage = Stage(atlas, np.random.default_rng(seed))
        shot = PLACES[kind][0](stage)
        _, inverse_depth = render(atlas, make_scene(stage, shot.camera))
        seen.append(float((inverse_depth > 0).float().mean()))
    assert np.mean(seen) > 0.3
    if kind == "room":
        assert min(seen) == 1.0


def test_ground_alone_gives_the_plane_equation(atlas):
    stage = make_stage(atlas)
    stage.add(Shape.PLANE, (0, 0, 0), (1, 1, 1), stage.material())
    height_m, pitch = 1.7, 0.3
    camera = look((0.4, height_m, 2.0), pitch=pitch, fov_deg=70)
    _, inverse_depth = render(atlas, make_scene(stage, camera))
    focal_px = camera.focal_px(HEIGHT_PX, WIDTH_PX)
    y = (ROWS - (HEIGHT_PX - 1) / 2) / focal_px
    expected = ((np.sin(pitch) + y * np.cos(pitch)) / height_m).clamp_min(0)
    torch.testing.assert_close(inverse_depth[0, 0], expected.float(), atol=5e-4, rtol=1e-4)


def test_ball_ahead_has_the_depth_of_the_quadratic(atlas):
    stage, center, radius = make_stage(atlas), (0.5, 1.4, 5.0), 0.8
    stage.add(Shape.ELLIPSOID, center, (radius, radius, radius), stage.material())
    camera = look((0, 1, 0), fov_deg=60)
    _, inverse_depth = render(atlas, make_scene(stage, camera))
    focal_px = camera.focal_px(HEIGHT_PX, WIDTH_PX)
    x = (COLUMNS - (WIDTH_PX - 1) / 2) / focal_px
    y = -(ROWS - (HEIGHT_PX - 1) / 2) / focal_px
    offset = np.array(center) - (0, 1, 0)
    along = x * offset[0] + y * offset[1] + offset[2]
    square = x**2 + y**2 + 1
    rest = along**2 - square * (offset @ offset - radius**2)
    expected = torch.where(rest > 0, square / (along - rest.clamp_min(0).sqrt()), 0.0)
    assert int((expected > 0).sum()) > 100
    torch.testing.assert_close(inverse_depth[0, 0], expected.float(), atol=1e-4, rtol=1e-3)


def test_turned_box_shows_its_front_at_the_distance_of_its_face(atlas):
    stage = make_stage(atlas)
    stage.at((0, 0, 6), yaw=np.pi / 2).add(
        Shape.BOX, (0, 0, 0), (2.0, 1.0, 0.5), stage.material()
    )  # its long x axis now lies along the view
    _, inverse_depth = render(atlas, make_scene(stage, look((0, 0, 0), fov_deg=60)))
    middle = inverse_depth[0, 0, HEIGHT_PX // 2, WIDTH_PX // 2]
    assert float(middle) == pytest.approx(1 / (6 - 2.0), rel=1e-4)


def test_cylinder_stands_upright_and_ends_at_its_caps(atlas):
    stage = make_stage(atlas)
    stage.add(Shape.CYLINDER, (0, 0, 4), (0.3, 1.0, 0.3), stage.material())
    camera = look((0, 0, 0), fov_deg=60)
    _, inverse_depth = render(atlas, make_scene(stage, camera))
    focal_px = camera.focal_px(HEIGHT_PX, WIDTH_PX)
    seen = inverse_depth[0, 0] > 0
    assert int(seen.any(dim=1).sum()) == pytest.approx(2 * focal_px * 1.0 / 3.7, abs=2)
    assert int(seen.any(dim=0).sum()) == pytest.approx(2 * focal_px * 0.3 / 4, abs=2)


def test_sky_has_no_inverse_depth_and_its_colour(atlas):
    radiance, inverse_depth = render(
        atlas, make_scene(make_stage(atlas), look((0, 1, 0), fov_deg=60))
    )
    assert (inverse_depth == 0).all()
    torch.testing.assert_close(radiance, torch.full_like(radiance, 0.9))


def test_shadow_falls_opposite_the_light(atlas):
    stage = make_stage(atlas)
    stage.add(Shape.PLANE, (0, 0, 0), (1, 1, 1), stage.material())
    stage.add(Shape.ELLIPSOID, (0, 2, 0), (0.5, 0.5, 0.5), stage.material())
    toward_light = np.array([1.0, 1.0, 0.0]) / np.sqrt(2)
    points = torch.tensor([[-2.0, 0.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 0.0], [3.0, 5.0, 0.0]])
    shadow = in_shadow(Solids.of(stage.primitives), points, toward_light)
    assert shadow.tolist() == [True, False, False, False]


def test_positive_pitch_looks_down_and_positive_yaw_to_the_right():
    assert rotation(pitch=0.2)[1, 2] < 0
    assert rotation(yaw=0.2)[0, 2] > 0
    camera = look((0, 0, 0), fov_deg=90)
    assert camera.to_world[1, 1] == -1  # the camera's y axis points down
    assert camera.focal_px(48, 64) == pytest.approx(32)


def test_people_stand_on_the_lower_ends_of_their_legs(atlas):
    for seed in range(5):
        stage = Stage(atlas, np.random.default_rng(seed))
        person(stage)
        legs = [p for p in stage.primitives if p.size[1] > 0.35 and p.shape is Shape.CYLINDER]
        shoes = [p for p in stage.primitives if p.shape is Shape.BOX][:2]
        assert len(legs) == 2
        for leg, shoe in zip(legs, shoes, strict=True):
            lower_end = leg.center - leg.rotation[:, 1] * leg.size[1]
            assert np.abs(lower_end - shoe.center).max() < 0.1


def test_near_things_stand_further_left_in_the_right_view(atlas):
    stage = make_stage(atlas)
    stage.add(Shape.ELLIPSOID, (0, 0, 2), (0.3, 0.3, 0.3), stage.material())
    camera, baseline_m = look((0, 0, 0), yaw=0.1, fov_deg=60), 0.2
    scene = make_scene(stage, camera)
    left = render(atlas, scene)[1][0, 0] > 0
    right = render(atlas, moved_right(scene, baseline_m))[1][0, 0] > 0
    shift_px = float(COLUMNS[left].float().mean() - COLUMNS[right].float().mean())
    focal_px = camera.focal_px(HEIGHT_PX, WIDTH_PX)
    assert shift_px == pytest.approx(focal_px * baseline_m / 2, rel=0.1)


def warp_right_to_left(right, shift_px):
    """Look [1, C, H, W] up at column x - shift_px, and say where that lies inside."""
    column = COLUMNS + 0.5 - shift_px[:, 0]
    row = (ROWS + 0.5).expand_as(column)
    grid = torch.stack([2 * column / WIDTH_PX - 1, 2 * row / HEIGHT_PX - 1], dim=-1)
    inside = (column > 1) & (column < WIDTH_PX - 1)
    return functional.grid_sample(right, grid, align_corners=False), inside


def test_textured_pair_agrees_at_the_disparity_and_nowhere_else(atlas):
    stage = make_stage(atlas)
    wall = stage.material((0.5, 0.5, 0.5), "stripe", 0.4, 1.0)
    stage.add(Shape.PLANE, (0, 0, 0), (1, 1, 1), wall)
    stage.add(Shape.BOX, (0, 0, 9), (30, 30, 0.1), wall, (0.3, 0, 0))
    stage.add(Shape.BOX, (0.5, 0.5, 5), (0.8, 0.8, 0.8), wall, (0.5, 0, 0))
    camera, baseline_m = look((0, 1.5, 0), pitch=0.1, fov_deg=50), 0.4
    scene = make_scene(stage, camera)
    left, inverse_depth = render(atlas, scene)
    right, _ = render(atlas, moved_right(scene, baseline_m))
    disparity_px = camera.focal_px(HEIGHT_PX, WIDTH_PX) * baseline_m * inverse_depth

    def error(factor):
        warped, inside = warp_right_to_left(right, factor * disparity_px)
        return float((warped - left).abs().mean(dim=1)[inside].mean())

    assert disparity_px.min() > 2
    assert error(1) < 0.4 * min(error(0), error(-1), error(0.7), error(1.3))


def test_exposures_differ_and_some_are_shallow_or_grey():
    rng = np.random.default_rng(0)
    drawn = [draw_exposure(rng) for _ in range(400)]
    assert 40 < sum(e.aperture_px > 0 for e in drawn) < 120
    assert 8 < sum(e.saturation == 0 for e in drawn) < 50


def test_atlas_interpolates_mirrors_and_averages(atlas):
    number = torch.full((3,), atlas.kinds["stripe"][0])
    u, v = torch.tensor([0.3, -0.3, 2.3]), torch.tensor([0.8, 0.8, 1.2])
    fine = atlas.sample(number, u, v, torch.zeros(3))
    torch.testing.assert_close(fine, fine[:1].expand(3, 3), atol=1e-3, rtol=0)
    everywhere = torch.rand(4096, generator=torch.Generator().manual_seed(0)).view(2, -1)
    coarse = atlas.sample(number[:1].expand(2048), *everywhere, torch.full((2048,), 9.0))
    torch.testing.assert_close(coarse.mean(dim=0), atlas.mean[number[0]], atol=0.05, rtol=0)


def test_photos_become_textures(tmp_path):
    path = tmp_path / "red.jpg"
    Image.new("RGB", (90, 60), (250, 10, 20)).save(path)
    atlas = TextureAtlas.build([path], seed=0)
    assert len(atlas.kinds["photo"]) == 1
    red = atlas.mean[atlas.kinds["photo"][0]] * 255
    torch.testing.assert_close(red, torch.tensor([250.0, 10.0, 20.0]), atol=3, rtol=0)


def test_cache_is_read_back_and_resumed(tmp_path):
    settings = SceneCacheSettings(count=5, seed=4, height_px=16, width_px=24, chunk_size=2)
    write_scene_cache(tmp_path, settings, photo_paths=[])
    for number in (0, 2):
        (tmp_path / f"scenes_{number:05d}_inverse_depth.npy").unlink()
    assert load_scene_cache(tmp_path)[0].shape == (2, 3, 16, 24)
    middle = tmp_path / "scenes_00001_rgb.npy"
    before = middle.stat().st_mtime_ns
    write_scene_cache(tmp_path, settings, photo_paths=[])
    assert middle.stat().st_mtime_ns == before
    assert not list(tmp_path.glob("*.partial"))
    rgb, inverse_depth = load_scene_cache(tmp_path)
    assert rgb.shape == (5, 3, 16, 24)
    assert rgb.dtype == torch.uint8
    assert inverse_depth.shape == (5, 1, 16, 24)
    assert inverse_depth.dtype == torch.float16
    (tmp_path / "scenes_00000_inverse_depth.npy").unlink()
    assert len(load_scene_cache(tmp_path)[0]) == 3
    write_scene_cache(tmp_path, settings, photo_paths=[])
    assert torch.equal(load_scene_cache(tmp_path)[0], rgb)


def test_cache_refuses_other_settings_and_missing_folders(tmp_path):
    settings = SceneCacheSettings(count=1, height_px=8, width_px=8)
    write_scene_cache(tmp_path, settings, photo_paths=[])
    with pytest.raises(ValueError, match="was begun with"):
        write_scene_cache(tmp_path, SceneCacheSettings(count=2), photo_paths=[])
    with pytest.raises(FileNotFoundError, match="no finished chunk"):
        load_scene_cache(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="at least 1"):
        SceneCacheSettings(count=0)
