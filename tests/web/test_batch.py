"""Several photos of a visitor: each becomes what a folder of photos has of it, or says why not."""

import errno
import json
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pytest
from live_page import save_photo
from scenes import Ramp

from spatial import convert
from spatial.collections import Models, Recipe, Status, convert_bytes
from spatial.decoder import Decoder
from spatial.formats import OutputError
from spatial.photo import PhotoFile
from spatial.records import DepthMap, Photo
from spatial.settings import ConvertSettings, with_values
from spatial.web import batch
from spatial.web.studio import Studio

FORMATS = ("half_sbs", "depth_png")
STRONG = with_values({"max_parallax_percent": 5.0})


def run(studio, folder, paths, settings=STRONG):
    wish = {"estimator": "auto", "formats": FORMATS, "settings": settings, "folder": folder}
    return batch.convert_each(studio, [str(path) for path in paths], **wish)


def contents(folder):
    """What the files in a folder hold; the manifests tell their time, too."""
    read = {path.name: path.read_bytes() for path in folder.iterdir()}
    manifests = {name: json.loads(data) for name, data in read.items() if "manifest" in name}
    return read | {name: told | {"created": ""} for name, told in manifests.items()}


def test_a_photo_becomes_what_the_command_line_makes_of_it(tmp_path):
    path = save_photo(tmp_path / "boat.png")
    studio = Studio(device="cpu", load=Ramp().load)
    ((outcome, small),) = run(studio, tmp_path / "page", [path])
    made = convert_bytes(
        path.read_bytes(),
        Recipe(formats=FORMATS, settings=STRONG),
        Models(Ramp),
        name="boat",
        created=datetime.now(timezone.utc),
    )
    (tmp_path / "line").mkdir()
    for file in made.files:
        (tmp_path / "line" / file.name).write_bytes(file.data)
    assert contents(tmp_path / "page") == contents(tmp_path / "line")
    assert (outcome.status, outcome.comfort) == (Status.DONE, made.comfort)
    assert small.endswith("small.jpg")


class Panoramas(Decoder):
    """Every file is one that goes all the way round."""

    def load_photo(self, file: PhotoFile) -> Photo:
        rgb = np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8)
        names = "FullPanoWidthPixels", "CroppedAreaImageWidthPixels"
        return Photo(rgb=rgb, name=file.path.stem, panorama=tuple((name, "96") for name in names))


class Drifting(Ramp):
    """Depth that drifts from one side of what it is given to the other."""

    def __call__(self, photo, settings, progress=None):
        self.calls += 1
        values = np.linspace(0, 1, photo.width_px, dtype=np.float32)[None].repeat(64, axis=0)
        return DepthMap.from_values(values, kind=self.info.kind, space=self.info.space)


def test_a_photo_that_goes_round_has_no_seam_however_often_its_depth_is_used(tmp_path):
    path, model = save_photo(tmp_path / "boat.png"), Drifting()
    studio = Studio(device="cpu", load=model.load, decoder=Panoramas())
    photo = studio.depths.photo(str(path))
    wanted = convert(photo, STRONG, estimator=Drifting())
    known = studio.depths.find(str(path), "embedded", STRONG.depth)
    for result in (studio.renderer.preview(known, STRONG), studio.renderer.full(known, STRONG)):
        np.testing.assert_array_equal(result.nearness, wanted.nearness)
        np.testing.assert_array_equal(result.pair.left, wanted.pair.left)
    ((outcome, _),) = run(studio, tmp_path / "page", [path])
    assert outcome.status is Status.DONE
    assert model.calls == 1
    seam = np.abs(wanted.nearness[:, 0] - wanted.nearness[:, -1]).max()
    assert seam < 0.1


class Tight(Decoder):
    """One photo is more than memory holds."""

    def load_photo(self, file: PhotoFile) -> Photo:
        if file.path.stem == "large":
            raise MemoryError
        return super().load_photo(file)


def test_a_photo_that_takes_too_much_memory_is_told_and_the_others_go_on(tmp_path):
    paths = [save_photo(tmp_path / name) for name in ("large.png", "boat.png")]
    studio = Studio(device="cpu", load=Ramp().load, decoder=Tight())
    (first, none), (second, small) = run(studio, tmp_path / "page", paths, ConvertSettings())
    assert (first.status, first.path, none) == (Status.REFUSED, paths[0], "")
    assert "memory" in first.told
    assert (second.status, bool(small)) == (Status.DONE, True)


def test_a_full_disk_ends_the_batch(tmp_path, monkeypatch):
    asked: list[Path] = []

    def write(_files, folder, **_):
        asked.append(folder)
        msg = "the disk is full"
        raise OutputError(msg) from OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(batch, "write_result", write)
    paths = [save_photo(tmp_path / name) for name in ("one.png", "two.png")]
    studio = Studio(device="cpu", load=Ramp().load)
    with pytest.raises(OutputError, match="the disk is full"):
        list(run(studio, tmp_path / "page", paths))
    assert len(asked) == 1
