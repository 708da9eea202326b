import errno
import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image
from scenes import make_result, with_disparity

from spatial.formats import (
    FORMATS,
    File,
    Format,
    FormatError,
    OutputError,
    read_manifest,
    write_depth,
    write_formats,
)
from spatial.settings import to_dict

ROOT = Path(__file__).parents[2]
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
        make_result(name="b"), tmp_path, created=CREATED, formats=("half_sbs", "half_sbs")
    )
    assert [p.name for p in paths.values()] == ["b_Half_LR.jpg", "b_manifest.json"]
    assert read_manifest(paths["manifest"]).layout == "half_side_by_side"


def test_two_photos_share_a_folder(tmp_path):
    for name in ("a", "b"):
        write_formats(make_result(name=name), tmp_path, created=CREATED, formats=("sbs",))
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
        write_formats(make_result(name=name), tmp_path, created=CREATED)
    with pytest.raises(OutputError, match="plain name"):
        write_depth(make_result(name=name), tmp_path)


def test_times_need_a_zone(tmp_path):
    with pytest.raises(ValueError, match="time zone"):
        write_formats(make_result(), tmp_path, created=CREATED.replace(tzinfo=None))


def test_folder_below_a_file(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="choose another folder"):
        write_formats(make_result(), tmp_path / "file" / "out", created=CREATED)
    with pytest.raises(OutputError, match="choose another folder"):
        write_depth(make_result(), tmp_path / "file")


def test_an_encoder_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def fail(_result):
        raise FormatError("too large; choose another format")

    monkeypatch.setitem(FORMATS, "broken", Format(fail, (File("broken", "Broken", ".x", None),)))
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


def stand(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def refuse_renames_from(number, monkeypatch):
    """Make the renaming of the result's files fail from the one of this number on."""
    replace_file, calls = Path.replace, []

    def refuse(self, target):
        calls.append(target)
        if len(calls) >= number:
            raise PermissionError(errno.EACCES, "Permission denied")
        return replace_file(self, target)

    monkeypatch.setattr(Path, "replace", refuse)


@pytest.mark.parametrize("number", range(1, 7))
def test_a_rename_that_fails_leaves_what_was_there(number, tmp_path, monkeypatch):
    (tmp_path / "new").mkdir()
    write_formats(make_result(), tmp_path / "old", created=CREATED)
    for folder in (tmp_path / "new", tmp_path / "old"):
        before = stand(folder)
        with monkeypatch.context() as patch:
            refuse_renames_from(number, patch)
            with pytest.raises(OutputError, match="choose a folder"):
                write_formats(make_result(height_px=22), folder, created=CREATED)
        assert stand(folder) == before


def test_a_rename_of_depth_that_fails_leaves_what_was_there(tmp_path, monkeypatch):
    write_depth(make_result(), tmp_path)
    before = stand(tmp_path)
    refuse_renames_from(2, monkeypatch)
    with pytest.raises(OutputError, match="choose a folder"):
        write_depth(make_result(height_px=22), tmp_path)
    assert stand(tmp_path) == before


def test_a_folder_in_the_way_of_one_file_leaves_what_was_there(tmp_path):
    write_formats(make_result(), tmp_path, created=CREATED, formats=("sbs",))
    (tmp_path / "red boat_depth.png").mkdir()
    before = sorted(tmp_path.iterdir())
    with pytest.raises(OutputError, match="a folder of this name is in the way"):
        write_formats(make_result(), tmp_path, created=CREATED)
    assert sorted(tmp_path.iterdir()) == before


KILLED = """
import os, sys
from datetime import datetime, timezone
from pathlib import Path
from spatial.formats import write_formats
from tests.scenes import make_result

created = datetime.now(timezone.utc)
step = status = 1
while status:  # killed before the first call that changes the folder, the second, and so on
    folder = Path(sys.argv[1]) / str(step)
    if sys.argv[2] == "refreshed":
        write_formats(make_result(), folder, created=created)
    child = os.fork()
    if not child:
        calls = []
        for verb in ("replace", "rename", "unlink", "hardlink_to", "write_bytes", "write_text"):
            def counted(self, *args, was=getattr(Path, verb), **more):
                calls.append(1)
                if len(calls) == step:
                    os.kill(os.getpid(), 9)
                return was(self, *args, **more)
            setattr(Path, verb, counted)
        write_formats(make_result(height_px=22), folder, created=created)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    step += 1
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")
@pytest.mark.parametrize("before", ["new", "refreshed"])
def test_a_killed_run_leaves_whole_files_and_no_wrong_manifest(before, tmp_path):
    run = [sys.executable, "-c", KILLED, str(tmp_path), before]
    subprocess.run(run, cwd=ROOT, check=True, timeout=120)
    folders = list(tmp_path.iterdir())
    assert len(folders) > 15
    for folder in folders:
        for path in folder.glob("*.jpg"):
            with Image.open(path) as picture:
                picture.load()
        for path in folder.glob("*_manifest.json"):
            for file in read_manifest(path).files.values():
                data = (folder / unquote(file.href)).read_bytes()
                assert file.sha256 == hashlib.sha256(data).hexdigest()
        write_formats(make_result(), folder, created=CREATED)
        assert len(list(folder.iterdir())) == 6  # nothing of the killed run is left
