import errno
import hashlib
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image

from spatial.formats import (
    FORMATS,
    Format,
    FormatError,
    OutputError,
    read_manifest,
    write_depth,
    write_formats,
)
from spatial.settings import to_dict
from tests.formats.scene import make_result, with_disparity

CREATED = datetime(2025, 1, 31, 12, tzinfo=timezone.utc)


def test_all_formats_and_a_manifest_that_tells_the_truth(tmp_path):
    result = make_result(focal_px=500.0)
    paths = write_formats(result, tmp_path / "out", created=CREATED)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "red boat_Half_LR.jpg",
        "red boat_LRF_Full_SBS.jpg",
        "red boat_depth.json",
        "red boat_depth.png",
        "red boat_depth_colour.png",
        "red boat_manifest.json",
    ]
    manifest = read_manifest(paths["manifest"])
    assert set(paths) == {*manifest.files, "manifest"}
    for role, file in manifest.files.items():
        path = paths["manifest"].parent / unquote(file.href)
        data = path.read_bytes()
        assert path == paths[role]
        assert (file.bytes, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
        if file.type.startswith("image/"):
            with Image.open(path) as picture:
                assert picture.size == (file.width, file.height)
                assert picture.get_format_mimetype() == file.type
    assert manifest.layout == "side_by_side"
    assert manifest.focal_px == 500.0
    assert manifest.created == CREATED
    assert manifest.settings == to_dict(result.settings)
    assert (manifest.estimator.id, manifest.estimator.revision) == ("test", "r7")
    assert manifest.depth is not None
    assert manifest.depth.href == manifest.files["depth"].href
    assert (manifest.depth.space, manifest.depth.kind) == ("inverse_depth", "metric")


def test_disparity_and_screen_plane_of_the_manifest(tmp_path):
    result = make_result()  # disparity is 8 (nearness - 0.75): from -6 to 2
    manifest = read_manifest(write_formats(result, tmp_path, created=CREATED)["manifest"])
    disparity = manifest.disparity_px
    assert (disparity.p50, disparity.max) == pytest.approx((-2.0, 2.0))
    assert -6.0 <= disparity.p1 < disparity.p50 < disparity.p99 <= disparity.max
    assert disparity.reference_width == 31
    assert manifest.convergence.mode == "auto"
    assert manifest.convergence.nearness == 0.75


def test_pair_without_disparity_has_no_screen_plane(tmp_path):
    result = make_result()
    result = replace(result, pair=replace(result.pair, screen_nearness=None))
    paths = write_formats(result, tmp_path, created=CREATED, formats=("depth_colour",))
    manifest = read_manifest(paths["manifest"])
    assert manifest.convergence.nearness is None
    assert (manifest.layout, manifest.depth) == (None, None)


def test_unknown_disparity_is_left_out_and_nothing_known_is_refused(tmp_path):
    disparity_px = np.full((20, 31), np.nan, np.float32)
    with pytest.raises(FormatError, match="no finite value"):
        write_formats(with_disparity(make_result(), disparity_px), tmp_path, created=CREATED)
    assert not list(tmp_path.iterdir())
    disparity_px[3, 4:6] = (1.0, 3.0)
    paths = write_formats(with_disparity(make_result(), disparity_px), tmp_path, created=CREATED)
    assert read_manifest(paths["manifest"]).disparity_px.max == 3.0


def test_chosen_formats_and_name(tmp_path):
    paths = write_formats(
        make_result(), tmp_path, created=CREATED, formats=("half_sbs", "half_sbs"), name="b"
    )
    assert [p.name for p in paths.values()] == ["b_Half_LR.jpg", "b_manifest.json"]
    assert read_manifest(paths["manifest"]).layout == "half_side_by_side"


def test_two_photos_share_a_folder(tmp_path):
    for name in ("a", "b"):
        write_formats(make_result(), tmp_path, created=CREATED, formats=("sbs",), name=name)
    assert len(list(tmp_path.iterdir())) == 4


def test_exif_reaches_the_side_by_side_file(tmp_path):
    exif = Image.Exif()
    exif[0x0132] = "2025:01:31 12:00:00"
    result = make_result(exif=exif.tobytes())
    paths = write_formats(result, tmp_path, created=CREATED, formats=("sbs",))
    with Image.open(paths["side_by_side"]) as picture:
        assert picture.getexif()[0x0132] == "2025:01:31 12:00:00"


def test_quality_comes_from_the_settings(tmp_path):
    result = make_result()
    noise = np.random.default_rng(0).integers(0, 256, (20, 31, 3), dtype=np.uint8)
    result = replace(result, pair=replace(result.pair, left=noise))
    low = replace(result.settings, export=replace(result.settings.export, jpeg_quality=50))
    sizes = [
        write_formats(r, tmp_path, created=CREATED, formats=("sbs",))["side_by_side"].stat().st_size
        for r in (result, replace(result, settings=low))
    ]
    assert sizes[0] > sizes[1]


def test_one_pixel(tmp_path):
    result = make_result(height_px=1, width_px=1)
    assert len(write_formats(result, tmp_path, created=CREATED)) == 6


@pytest.mark.parametrize("formats", [("sbs", "hologram"), ()])
def test_unknown_formats(formats, tmp_path):
    with pytest.raises(FormatError, match="known are sbs, half_sbs, depth_png, depth_colour"):
        write_formats(make_result(), tmp_path, created=CREATED, formats=formats)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b"])
def test_names_stay_in_the_folder(name, tmp_path):
    with pytest.raises(OutputError, match="plain name"):
        write_formats(make_result(), tmp_path, created=CREATED, name=name)
    with pytest.raises(OutputError, match="plain name"):
        write_depth(make_result().depth, tmp_path, name=name)


def test_times_need_a_zone(tmp_path):
    with pytest.raises(ValueError, match="time zone"):
        write_formats(make_result(), tmp_path, created=CREATED.replace(tzinfo=None))


def test_folder_below_a_file(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="choose another folder"):
        write_formats(make_result(), tmp_path / "file" / "out", created=CREATED)
    with pytest.raises(OutputError, match="choose another folder"):
        write_depth(make_result().depth, tmp_path / "file", name="a")


def test_an_encoder_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def fail(_result, _name):
        raise FormatError("too large; choose another format")

    monkeypatch.setitem(FORMATS, "broken", Format(title="Broken", encode=fail))
    with pytest.raises(FormatError, match="too large"):
        write_formats(make_result(), tmp_path, created=CREATED, formats=("sbs", "broken"))
    assert not list(tmp_path.iterdir())


def test_a_disk_that_fills_up_leaves_nothing(tmp_path, monkeypatch):
    write_bytes, calls = Path.write_bytes, []

    def fill_up(self, data):
        calls.append(self)
        if len(calls) == 3:
            write_bytes(self, data[:5])
            raise OSError(errno.ENOSPC, "No space left on device")
        return write_bytes(self, data)

    monkeypatch.setattr(Path, "write_bytes", fill_up)
    with pytest.raises(OutputError, match="the disk is full"):
        write_formats(make_result(), tmp_path, created=CREATED)
    assert len(calls) == 3
    assert not list(tmp_path.iterdir())
