"""What files are called, and what is never overwritten."""

import json
from dataclasses import replace
from datetime import datetime, timezone

import pytest
from scenes import make_result

from spatial.formats import free_name, suffixes_of, write_depth, write_formats

CREATED = datetime(2025, 1, 31, 12, tzinfo=timezone.utc)
SUFFIXES = suffixes_of(["sbs", "mpo"])
OURS, THEIRS = make_result(name="boat", sha256="a" * 64), make_result(name="boat", sha256="b" * 64)


def name_of(result, folder, **more):
    return free_name(result.photo, folder, SUFFIXES, **more)


def write(result, folder, formats=("sbs",), *, name="boat"):
    return write_formats(
        replace(result, photo=replace(result.photo, name=name)),
        folder,
        created=CREATED,
        formats=formats,
    )


def test_a_free_name_is_kept(tmp_path):
    assert name_of(OURS, tmp_path / "new") == "boat"
    write(OURS, tmp_path, name="boats")
    (tmp_path / "boat.txt").write_text("mine")
    assert name_of(OURS, tmp_path) == "boat"


def test_the_same_photo_is_made_anew_and_another_one_beside_it(tmp_path):
    write(OURS, tmp_path)
    assert name_of(OURS, tmp_path) == "boat"
    assert name_of(THEIRS, tmp_path) == "boat-2"
    write(THEIRS, tmp_path, name="boat-2")
    assert name_of(THEIRS, tmp_path) == "boat-2"
    third = make_result(name="boat", sha256="c" * 64)
    assert name_of(third, tmp_path) == "boat-3"


def test_depth_alone_tells_whose_it_is(tmp_path):
    write_depth(OURS, tmp_path)
    assert name_of(OURS, tmp_path) == "boat"
    assert name_of(THEIRS, tmp_path) == "boat-2"


def test_large_and_small_letters_are_the_same(tmp_path):
    write(OURS, tmp_path, name="BOAT")
    assert name_of(THEIRS, tmp_path) == "boat-2"


def test_a_file_that_stays_is_not_overwritten(tmp_path):
    camera = tmp_path / "boat.mpo"
    camera.write_bytes(b"from a camera")
    assert name_of(OURS, tmp_path, stays=[camera]) == "boat-2"
    assert name_of(OURS, tmp_path) == "boat-2"  # nor one that tells of no photo
    write(OURS, tmp_path, ["sbs"])
    assert name_of(OURS, tmp_path) == "boat"  # ours now
    assert name_of(OURS, tmp_path, stays=[camera]) == "boat-2"


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"schema": 1}', '{"photo": {"sha256": ""}}'])
@pytest.mark.parametrize("digest", ["a" * 64, ""])
def test_a_manifest_that_tells_of_no_photo_is_somebody_elses(text, digest, tmp_path):
    (tmp_path / "boat_manifest.json").write_text(text)
    assert name_of(make_result(name="boat", sha256=digest), tmp_path) == "boat-2"


def test_figures_of_another_photo(tmp_path):
    record = json.dumps({"photo": {"sha256": "b" * 64}})
    (tmp_path / "boat_metrics.json").write_text(record)
    assert name_of(OURS, tmp_path) == "boat-2"
    assert name_of(THEIRS, tmp_path) == "boat"


def test_files_that_stay_are_looked_at_only_where_one_is_in_the_way(tmp_path, monkeypatch):
    """Each photo of thousands that lie in the target asks for a name."""
    asked = []
    monkeypatch.setattr("spatial.formats.names.real_path", lambda path: asked.append(path) or path)
    stays = [tmp_path / f"{number}.jpg" for number in range(100)]
    assert name_of(OURS, tmp_path, stays=stays) == "boat"
    assert not asked
