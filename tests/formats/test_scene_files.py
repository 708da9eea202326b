"""The files of a scene, its entry in the manifest, and the clips made from it."""

import io
from datetime import datetime, timezone

import cv2
import numpy as np
import pytest
from PIL import Image
from scenes import make_result, with_disparity
from test_scene import result_of

from spatial.commands.view import make_site
from spatial.formats import ManifestError, clips, read_manifest, write_formats
from spatial.formats.clips import (
    SWAY_MS,
    encode_sway_gif,
    encode_sway_webp,
    render_sway,
)
from spatial.formats.manifest import manifest_from_json
from spatial.scene import MOTION_M, disparity_range, make_scene

CREATED = datetime(2025, 1, 31, 12, tzinfo=timezone.utc)


def written(folder, formats=("sbs", "scene")):
    result = result_of()
    paths = write_formats(result, folder, created=CREATED, formats=formats)
    return result, paths, read_manifest(paths["manifest"])


def scene_of(manifest):
    assert manifest.scene is not None
    return manifest.scene


def levels_of(path):
    levels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert levels is not None
    assert levels.dtype == np.uint16
    return np.asarray(levels)


def test_the_manifest_leads_to_both_layers(tmp_path):
    result, paths, manifest = written(tmp_path)
    scene = scene_of(manifest)
    assert scene.version == 1
    assert scene.motion_m == MOTION_M
    assert scene.disparity_range == pytest.approx(disparity_range(result))
    hrefs = [h.href for layer in (scene.front, scene.back) for h in (layer.colour, layer.disparity)]
    roles = ["scene_front", "scene_front_disparity", "scene_back", "scene_back_disparity"]
    assert hrefs == [manifest.files[role].href for role in roles]
    assert [paths[role].name for role in roles] == hrefs
    assert manifest.layout == "side_by_side"


def test_levels_are_shares_of_the_width(tmp_path):
    result, paths, manifest = written(tmp_path)
    levels = levels_of(paths["scene_front_disparity"])
    first, last = scene_of(manifest).disparity_range
    disparity_px = (first + (last - first) * levels / 65535) * result.pair.disparity_px.shape[1]
    front = make_scene(result).front.disparity_px
    assert np.abs(disparity_px - front).max() < 0.01
    assert disparity_px[100, 110] > disparity_px[10, 10]  # near is the larger


def test_colours_are_the_layers(tmp_path):
    result, paths, _ = written(tmp_path)
    scene = make_scene(result)
    front, back = (np.asarray(Image.open(paths[r])) for r in ("scene_front", "scene_back"))
    assert np.abs(front.astype(int) - scene.front.rgb).mean() < 4
    assert np.abs(back.astype(int) - scene.back.rgb)[scene.hidden].mean() < 6


def test_without_a_scene_the_manifest_has_none(tmp_path):
    assert written(tmp_path, ("sbs",))[2].scene is None


def test_view_serves_every_file_of_a_scene(tmp_path):
    _, paths, _ = written(tmp_path)
    served = set(make_site([paths["manifest"]], local_only=True).routes.values())
    assert {path for role, path in paths.items() if role.startswith("scene")} <= served


def test_a_scene_cannot_lead_out_of_the_folder(tmp_path):
    _, paths, _ = written(tmp_path)
    text = paths["manifest"].read_text(encoding="utf-8")
    name = '"href": "photo_scene_back.png"'
    place = text.rindex(name)
    torn = text[:place] + '"href": "../../secret.png"' + text[place + len(name) :]
    with pytest.raises(ManifestError, match=r"scene\.back\.disparity\.href"):
        manifest_from_json(torn)


def test_a_flat_result_is_a_scene_that_stays_still(tmp_path):
    result = make_result()
    flat = with_disparity(result, np.full_like(result.pair.disparity_px, 2.0))
    paths = write_formats(flat, tmp_path, created=CREATED, formats=("sbs", "scene"))
    first, last = scene_of(read_manifest(paths["manifest"])).disparity_range
    assert first == pytest.approx(2.0 / 31)
    assert last > first
    assert not levels_of(paths["scene_front_disparity"]).any()


def test_the_sway_is_one_round_without_a_seam():
    frames = list(render_sway(result_of(), 240, 100))
    assert len(frames) == SWAY_MS // 100
    assert (frames[0] == make_scene(result_of()).front.rgb).all()
    steps = [
        np.abs(a.astype(int) - b).mean()
        for a, b in zip(frames, frames[1:] + frames[:1], strict=True)
    ]
    assert 0 < max(steps) < 3 * np.median(steps)


def test_the_sway_as_gif_repeats_for_ever():
    (file,) = encode_sway_gif(result_of())
    with Image.open(io.BytesIO(file.data)) as clip:
        assert clip.info["loop"] == 0
        clip.seek(20)


def test_the_sway_as_webp_repeats_for_ever():
    (file,) = encode_sway_webp(result_of())
    with Image.open(io.BytesIO(file.data)) as clip:
        assert clip.info["loop"] == 0
        clip.seek(1)


def test_a_sway_of_noise_is_made_smaller(monkeypatch):
    (usual,) = encode_sway_gif(result_of())
    monkeypatch.setattr(clips, "SWAY_GIF_BYTES", len(usual.data) // 2)
    (file,) = encode_sway_gif(result_of())
    assert len(file.data) <= len(usual.data) // 2
    with Image.open(io.BytesIO(file.data)) as clip:
        clip.seek(SWAY_MS // clips.SWAY_GIF_FRAME_MS - 1)  # no frame was left out
