"""Listing, naming and remembering photos on any file system; no cluster is needed for that."""

import hashlib
import io
import json
import os
import sys
import tarfile
from argparse import ArgumentParser
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import ray
from huggingface_hub import HfFileSystem, constants
from PIL import Image
from pyarrow import fs
from scenes import INFO

from spatial.__main__ import main
from spatial.collections import on_ray
from spatial.collections.rows import RayCollection, make_plan, rows_written
from spatial.collections.shards import name_members, pack
from spatial.collections.storage import (
    Place,
    list_photos,
    open_place,
    put,
    put_result,
    read_photo,
)
from spatial.commands import flags
from spatial.depth import load_estimator
from spatial.formats import OutputError, ResultFile
from spatial.photo import PhotoError


@pytest.fixture
def store(tmp_path):
    """Folders that pass for an object store: a file system that is not local."""
    return Place(fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem()), "bucket")


def fill(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def collection(target, **changes):
    return RayCollection(
        formats=("half_sbs",),
        source=target.files,
        target=target,
        model=(INFO.id, INFO.revision),
        **changes,
    )


def test_a_folder_gives_places_sizes_and_what_is_no_file(tmp_path):
    fill(tmp_path / "in", "a.jpg", "日本/b.png", "out/c.jpg", "note.md")
    os.mkfifo(tmp_path / "in/pipe.jpg")
    odd = [str(tmp_path / "in/pipe.jpg")]
    if sys.platform == "linux":
        odd.append(os.fsdecode(os.fsencode(tmp_path / "in/sea") + b"\xff.jpg"))
        Path(odd[1]).touch()
    target = open_place(str(tmp_path / "in/out"))
    items, refused = list_photos([str(tmp_path / "in")], target, recursive=True)
    assert [(i.path.rpartition("/")[2], i.folder, i.bytes) for i in items] == [
        ("a.jpg", ".", 1),
        ("b.png", "日本", 1),
    ]
    assert [path for path, _ in refused] == odd


@pytest.mark.parametrize("word", ["nowhere://a/b", "s3://"])
def test_an_address_that_nothing_opens(word):
    with pytest.raises(PhotoError, match="cannot be opened"):
        open_place(word)


def test_keys_in_an_address_are_not_told():
    with pytest.raises(PhotoError) as told:
        list_photos(["nowhere://KEY:SECRET@a/b", "more"], open_place("/"), recursive=False)
    assert "SECRET" not in str(told.value)


def test_a_plan_names_each_photo_and_leaves_out_what_has_its_row(tmp_path):
    fill(tmp_path / "in", "a.jpg", "a.png", "b.jpg")
    target = open_place(str(tmp_path / "out"))
    todo = collection(target)
    items, _ = list_photos([str(tmp_path / "in")], target, recursive=False)
    plan = make_plan(items, todo)
    assert [row["name"] for row in plan.todo] == ["a", "a-2", "b"]
    now = datetime.now(timezone.utc)
    with rows_written(target) as add:
        for row, status in zip(plan.todo, ("done", "done", "refused"), strict=True):
            add({**row, "status": status, "reason": "", "finished": now})
    fill(tmp_path / "in", "A.jpg")  # the same name to some file systems
    (tmp_path / "in/a.png").write_bytes(b"changed")
    items, _ = list_photos([str(tmp_path / "in")], target, recursive=False)
    again = make_plan(items, todo)
    assert [path.rpartition("/")[2] for path in again.finished] == ["a.jpg"]
    assert {(r["path"].rpartition("/")[2], r["name"], r["again"]) for r in again.todo} == {
        ("A.jpg", "A-3", False),
        ("a.png", "a-2", True),
        ("b.jpg", "b", True),
    }
    assert len(make_plan(items, collection(target, force=True)).todo) == 4
    assert len(make_plan(items, collection(target, shard_photos=2)).todo) == 4


def test_a_target_that_cannot_be_written_to_is_told_first(tmp_path):
    (tmp_path / "out").write_bytes(b"a file")
    with pytest.raises(OutputError, match="out"):
        make_plan([], collection(open_place(str(tmp_path / "out"))))


def test_a_photo_too_large_or_gone_is_refused(tmp_path):
    with pytest.raises(PhotoError, match=r"gone\.jpg cannot be read"):
        read_photo(fs.LocalFileSystem(), str(tmp_path / "gone.jpg"), 1)
    with pytest.raises(PhotoError, match="huge"):
        read_photo(fs.LocalFileSystem(), str(tmp_path / "huge.jpg"), 10**12)


def test_in_a_store_the_manifest_goes_first_and_comes_last(store, tmp_path):
    (tmp_path / "bucket/trip").mkdir(parents=True)
    put(store, "trip/a_manifest.json", b"old")
    order = []

    class Watched:
        def __init__(self, files):
            self._files = files

        def __getattr__(self, name):
            order.append(name)
            return getattr(self._files, name)

    files = [
        ResultFile("left", "a_left.jpg", b"l"),
        ResultFile("manifest", "a_manifest.json", b"m"),
    ]
    watched = Place(Watched(store.files), "bucket")
    put_result(watched, "trip", files, again=True)
    assert [n for n in order if n != "type_name"] == ["delete_file", *["open_output_stream"] * 2]
    assert (tmp_path / "bucket/trip/a_manifest.json").read_bytes() == b"m"


def test_members_of_a_shard_share_a_key_and_the_manifest_names_them():
    told = json.dumps({"files": {"left": {"href": "b.oat%20_left.jpg"}}}).encode()
    files = [
        ResultFile("left", "b.oat _left.jpg", b"l"),
        ResultFile("manifest", "b.oat _manifest.json", told),
    ]
    members = name_members(files, "trip", "bucket/b.oat .jpg")
    keys = {m.name.partition(".")[0] for m in members}
    assert len(keys) == 1
    assert keys != {m.name.partition(".")[0] for m in name_members(files, "trip", "other.jpg")}
    left = json.loads(members[-1].data)["files"]["left"]["href"]
    assert left.replace("%20", " ") == members[0].name.removeprefix("trip/")
    pairs = [(m.name, m.data) for m in members]
    assert pack(pairs)[0] == pack(pairs)[0] != pack(pairs[:1])[0]


def test_without_ray_one_line_says_what_to_install(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(["convert", str(tmp_path), "-o", str(tmp_path), "--engine", "ray"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "pip install 'spatial-photo[ray]'" in told


def test_an_address_needs_ray(tmp_path, capsys):
    assert main(["convert", "s3://bucket/photos", "-o", str(tmp_path)]) == 2
    assert "s3://bucket/photos: this is no path" in capsys.readouterr().err


def picture_bytes():
    file = io.BytesIO()
    picture = np.random.default_rng(8).integers(0, 256, (72, 96, 3), np.uint8)
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def parse(*words):
    parser = ArgumentParser()
    flags.add_photos(parser)
    return parser.parse_args(["photo.jpg", *words])


@pytest.mark.parametrize(
    ("address", "asked", "room"),
    [("", 3, (2, 2)), ("local", 3, (2, 2)), ("10.0.0.7:6379", None, (2, None))],
)
def test_a_cluster_has_a_cpu_for_the_task_that_deals_out_photos(monkeypatch, address, asked, room):
    """Else a machine of one core waits for ever: its only process has the only CPU."""
    begun = []
    monkeypatch.setenv("RAY_ADDRESS", address)
    monkeypatch.setattr(on_ray, "cores", lambda: 2)
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "init", lambda where, **told: begun.append((where, told["num_cpus"])))
    monkeypatch.setattr(ray, "cluster_resources", lambda: {"CPU": 3.0})
    monkeypatch.setattr(ray, "shutdown", lambda: None)
    with on_ray.cluster() as found:
        assert found == room
    assert begun == [(address or "local", asked)]


def test_a_process_of_the_pool_makes_rows_files_and_shards(tmp_path, monkeypatch):
    """What Ray calls, called here: a photo, a bad one, one that is gone."""
    fill(tmp_path / "in", "bad.jpg", "gone.png", "trip/cup.png")
    (tmp_path / "in/trip/cup.png").write_bytes(picture_bytes())
    target = open_place(str(tmp_path / "out"))
    items, _ = list_photos([str(tmp_path / "in")], target, recursive=True)
    (tmp_path / "in/gone.png").unlink()
    info = load_estimator("embedded").info
    monkeypatch.setattr(flags, "load_estimator_or_embedded", None)  # not loaded for its name
    model = flags.identify_chosen_estimator(parse("--estimator", "embedded"))
    assert model == (info.id, info.revision)
    loose = replace(collection(target), model=model, estimator="embedded")
    packed = replace(loose, shard_photos=10)
    for todo in (loose, packed):
        photos = pa.Table.from_pylist(make_plan(items, todo).todo)
        rows = on_ray._Converter(todo)(photos)
        if todo.shard_photos:
            rows = on_ray._write_shard(rows, target)
        told = {row["path"].rpartition("/")[2]: row for row in rows.to_pylist()}
        assert {name: row["status"] for name, row in told.items()} == {
            "bad.jpg": "refused",
            "gone.png": "refused",
            "cup.png": "done",
        }
        cup = told["cup.png"]
        assert cup["sha256"] == hashlib.sha256(picture_bytes()).hexdigest()
        assert 0 <= cup["comfort"] <= 100
        with rows_written(target) as add:
            for row in rows.to_pylist():
                add(row)
        assert [p.rpartition("/")[2] for p in make_plan(items, todo).finished] == ["cup.png"]
        if todo.shard_photos:
            with tarfile.open(tmp_path / "out" / cup["shard"]) as shard:
                assert {m.name: m.size for m in shard} == sizes_of(cup)
        else:
            folder = tmp_path / "out/trip"
            assert {p.name: p.stat().st_size for p in folder.iterdir()} == sizes_of(cup)


def sizes_of(row):
    return {file["name"]: file["bytes"] for file in row["files"]}


def test_photos_of_a_repository_on_the_hub(hub, tmp_path, monkeypatch):
    """By the real client: the photos of a folder, with and without its folders, and their bytes."""
    before = constants.ENDPOINT  # the client reads HF_ENDPOINT when it is imported
    template = constants.HUGGINGFACE_CO_URL_TEMPLATE.replace(before, hub.url)
    monkeypatch.setattr(constants, "ENDPOINT", hub.url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    HfFileSystem.clear_instance_cache()
    fill(tmp_path, "in/boat.jpg", "in/日本/cup.png", "in/.thumb/a.jpg", "in/notes.md", "b.jpg")
    hub.add_repo("owner/album", tmp_path)
    word, target = "hf://owner/album/in", open_place(str(tmp_path / "out"))
    items, refused = list_photos([word], target, recursive=True)
    top = "owner/album/in"
    expected = [(f"{top}/boat.jpg", ".", 1), (f"{top}/日本/cup.png", "日本", 1)]
    assert ([item[:3] for item in items], refused) == (expected, [])
    assert [item.path for item in list_photos([word], target, recursive=False)[0]] == [
        f"{top}/boat.jpg"
    ]
    assert read_photo(open_place(word).files, items[1].path, 1) == b"x"
