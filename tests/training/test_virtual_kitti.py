from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_stable_diffusion import road_cm, save_virtual_kitti

from spatial.training.data import TrainingDataError
from spatial.training.virtual_kitti import (
    DrivingFrame,
    PairSettings,
    Resize,
    SplitRule,
    list_frames,
    load_pair,
    normalise_depth,
    read_depth_m,
    split_frames,
)

SCENES = {"Scene01": 3, "Scene02": 1, "Scene18": 2}
SMALL = PairSettings(width=64, height=32)


def fake_frames(counts):
    rgb, depth = Path("a"), Path("b")
    return [
        DrivingFrame(scene, f"{scene}/clone/Camera_0", number, rgb, depth)
        for scene, count in counts.items()
        for number in range(count)
    ]


@pytest.mark.parametrize("roots", [("", ""), ("vkitti_2.0.3_rgb", "vkitti_2.0.3_depth")])
def test_all_scenes_variants_and_cameras_are_found(tmp_path, roots):
    save_virtual_kitti(tmp_path, scenes=SCENES, rgb_root=roots[0], depth_root=roots[1])
    frames = list_frames(tmp_path)
    assert len(frames) == (3 + 1 + 2) * 2 * 2
    assert len({frame.sequence for frame in frames}) == 3 * 2 * 2
    assert frames[0].sequence == "Scene01/15-deg-left/Camera_0"
    assert all(f.rgb.stem[4:] == f.depth.stem[6:] == f"{f.number:05}" for f in frames)


def test_a_folder_of_something_else_shows_the_layout(tmp_path):
    with pytest.raises(TrainingDataError, match="SceneNN/VARIANT/frames/rgb"):
        list_frames(tmp_path)


def test_a_photo_without_depth_is_counted_and_named(tmp_path, caplog):
    save_virtual_kitti(tmp_path, scenes={"Scene01": 2})
    (tmp_path / "Scene01/clone/frames/depth/Camera_1/depth_00001.png").unlink()
    assert len(list_frames(tmp_path)) == 7
    assert "1 photos have no depth" in caplog.text
    assert "Camera_1/rgb_00001.jpg" in caplog.text


def test_depth_is_metres(tmp_path):
    path = tmp_path / "depth.png"
    Image.fromarray(np.array([[123, 65535]], np.uint16)).save(path)
    np.testing.assert_allclose(read_depth_m(path), [[1.23, 655.35]], rtol=1e-6)


def test_eq_3_takes_percentiles_of_what_is_near_enough_and_the_sky_is_as_far_as_can_be():
    depth = np.concatenate([np.linspace(10, 60, 1001), [655.35] * 500])[None]
    depth = np.asarray(depth, np.float32)
    scaled = normalise_depth(depth, 80)
    assert scaled[0, 500] == pytest.approx(0, abs=1e-5)  # 35 m, the middle of 11 m and 59 m
    assert scaled[0, 260] == pytest.approx(-0.5, abs=1e-5)  # 23 m
    assert scaled.min() == -1
    assert (scaled[0, 1001:] == 1).all()


def test_to_the_letter_the_sky_squeezes_the_road():
    depth = np.asarray(road_cm(40, 20) / 100, np.float32)
    assert normalise_depth(depth, None)[10:].max() < -0.8
    assert normalise_depth(depth, 80)[10:].max() > 0.9


def test_flat_depth_and_depth_without_anything_near():
    assert np.isfinite(normalise_depth(np.full((2, 3), 7, np.float32), 80)).all()
    with pytest.raises(TrainingDataError, match="within 80"):
        normalise_depth(np.full((2, 3), 655.35, np.float32), 80)


@pytest.mark.parametrize("resize", Resize)
def test_nearest_invents_no_depth_between_road_and_sky(tmp_path, resize):
    (frame, *_) = list_frames(save_virtual_kitti(tmp_path, scenes={"Scene01": 1}))
    settings = PairSettings(width=64, height=32, depth_resize=resize, max_depth_m=None)
    pair = load_pair(frame, settings)
    assert pair.rgb.shape == (3, 32, 64)
    assert pair.depth.shape == (1, 32, 64)
    assert np.abs(pair.rgb).max() <= 1
    between = (pair.depth > -0.8) & (pair.depth < 0.9)
    assert between.any() == (resize is Resize.BILINEAR)
    assert pair.depth[0, -1, 0] < pair.depth[0, -1, -1] < pair.depth[0, 0, 0]


def test_a_damaged_file_and_another_size_are_named(tmp_path):
    frames = list_frames(save_virtual_kitti(tmp_path, scenes={"Scene01": 2}))
    frames[0].rgb.write_bytes(frames[0].rgb.read_bytes()[:400])
    with pytest.raises(TrainingDataError, match=r"rgb_00000\.jpg"):
        load_pair(frames[0], SMALL)
    frames[1].depth.write_bytes(frames[1].depth.read_bytes()[:60])
    with pytest.raises(TrainingDataError, match=r"depth_00001\.png"):
        load_pair(frames[1], SMALL)
    Image.fromarray(np.zeros((20, 62), np.uint8)).save(frames[2].depth)
    with pytest.raises(TrainingDataError, match="16-bit"):
        load_pair(frames[2], SMALL)
    Image.fromarray(road_cm(60, 20)).save(frames[3].depth)
    with pytest.raises(TrainingDataError, match="another size"):
        load_pair(frames[3], SMALL)


def test_the_papers_counts():
    counts = {"Scene01": 8940, "Scene02": 4660, "Scene06": 5400, "Scene18": 6780, "Scene20": 16740}
    frames = fake_frames(counts)
    assert [len(part) for part in split_frames(frames, SplitRule.RANDOM, 0)] == [34016, 4252, 4252]


def test_the_random_split_is_seeded_and_loses_nothing():
    frames = fake_frames({"Scene01": 23, "Scene02": 20})
    split = split_frames(frames, SplitRule.RANDOM, 1)
    assert split == split_frames(frames, SplitRule.RANDOM, 1)
    assert split != split_frames(frames, SplitRule.RANDOM, 2)
    assert sorted([*split.train, *split.validation, *split.test]) == sorted(frames)


def test_by_scene_holds_out_whole_scenes():
    split = split_frames(fake_frames({"A": 9, "B": 2, "C": 4, "D": 3}), SplitRule.BY_SCENE, 0)
    assert [sorted({f.scene for f in part}) for part in split] == [["A", "C"], ["B"], ["D"]]


@pytest.mark.parametrize(("rule", "counts"), [("random", {"A": 4}), ("by_scene", {"A": 9, "B": 9})])
def test_too_little_to_split(rule, counts):
    with pytest.raises(TrainingDataError):
        split_frames(fake_frames(counts), SplitRule(rule), 0)


def test_sizes_are_checked():
    with pytest.raises(ValueError, match="multiples of 8"):
        PairSettings(width=1242)
    with pytest.raises(ValueError, match="max_depth_m"):
        PairSettings(max_depth_m=0)
