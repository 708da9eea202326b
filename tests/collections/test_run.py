"""Many photos: what becomes of each, what is skipped, and what a dead process costs."""

import csv
import errno
import json
import os
import sys
from collections import Counter
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image
from scenes import Ramp

from spatial import decoder
from spatial.__main__ import main
from spatial.collections import (
    REPORT,
    Collection,
    Models,
    Outcome,
    Source,
    Status,
    Tally,
    convert_collection,
    find_photos,
    line_of,
    summary_of,
    write_report,
)
from spatial.collections import run as run_module
from spatial.commands import convert as command
from spatial.formats import OutputError
from spatial.settings import ConvertSettings, StereoSettings

RNG = np.random.default_rng(8)


@pytest.fixture
def album(tmp_path):
    """Two photos of one name, one in a folder, and a file that is none."""
    folder = tmp_path / "album"
    for name in ("boat.jpg", "boat.png", "trip/cup.jpg"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(RNG.integers(0, 256, (72, 96, 3), np.uint8)).save(folder / name)
    (folder / "bad.jpg").write_bytes(b"no photo")
    return folder


def collection(target, **changes):
    return Collection(target=target, formats=("half_sbs",), estimator="embedded", **changes)


def loaded(model):
    return Models(lambda: model)


def convert_them(album, target, model=None, **changes):
    found = find_photos([album], target=target, recursive=True)
    todo = collection(target, **changes)
    return list(convert_collection(found.sources, todo, loaded(model or Ramp())))


def by_name(outcomes):
    return {o.path.name: o for o in outcomes}


def test_each_photo_has_its_files_or_a_reason(album, tmp_path):
    target = tmp_path / "out"
    outcomes = by_name(convert_them(album, target))
    assert outcomes["bad.jpg"].status is Status.REFUSED
    assert "bad.jpg" in outcomes["bad.jpg"].reason
    assert (target / "trip/cup_Half_LR.jpg").is_file()
    names = {o.files[0].name for n, o in outcomes.items() if n.startswith("boat")}
    assert names == {"boat_Half_LR.jpg", "boat-2_Half_LR.jpg"}
    assert 0 <= outcomes["cup.jpg"].comfort <= 100


def test_what_is_finished_is_skipped(album, tmp_path):
    convert_them(album, tmp_path / "out")
    model = Ramp()
    again = convert_them(album, tmp_path / "out", model)
    assert model.calls == 0
    assert Counter(o.status for o in again) == {Status.SKIPPED: 3, Status.REFUSED: 1}


@pytest.mark.parametrize(
    "change",
    [
        {"force": True},
        {"formats": ("half_sbs", "depth_png")},
        {"settings": ConvertSettings(stereo=StereoSettings(max_parallax_percent=1.0))},
    ],
    ids=["force", "formats", "settings"],
)
def test_what_was_made_otherwise_is_made_anew(album, tmp_path, change):
    convert_them(album, tmp_path / "out")
    model = Ramp()
    found = find_photos([album], target=tmp_path / "out", recursive=True)
    todo = replace(collection(tmp_path / "out"), **change)
    again = list(convert_collection(found.sources, todo, loaded(model)))
    assert model.calls == 3
    assert Status.SKIPPED not in {o.status for o in again}


def test_another_model_and_another_photo_are_not_skipped(album, tmp_path):
    convert_them(album, tmp_path / "out")
    assert Status.SKIPPED not in {
        o.status for o in convert_them(album, tmp_path / "out", Ramp("other"))
    }
    (album / "trip/cup.jpg").write_bytes((album / "boat.jpg").read_bytes())
    outcome = by_name(convert_them(album, tmp_path / "out", Ramp("other")))["cup.jpg"]
    assert outcome.status is Status.DONE
    assert outcome.files[0].name == "cup-2_Half_LR.jpg"


def test_a_photo_in_the_target_is_never_overwritten(tmp_path):
    photo = tmp_path / "a_Half_LR.jpg"
    Image.fromarray(RNG.integers(0, 256, (72, 96, 3), np.uint8)).save(photo)
    Image.open(photo).save(tmp_path / "a.png")
    before = photo.read_bytes()
    todo = collection(tmp_path, stays=(photo,))
    list(convert_collection([Source(tmp_path / "a.png")], todo, loaded(Ramp())))
    assert photo.read_bytes() == before
    assert (tmp_path / "a-2_Half_LR.jpg").is_file()


def test_a_full_disk_is_known(album, tmp_path, monkeypatch):
    def write(*_, **__):
        raise OutputError("the disk is full") from OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(run_module, "write_result", write)
    outcomes = by_name(convert_them(album, tmp_path / "out"))
    assert outcomes["cup.jpg"].disk_full
    assert not outcomes["bad.jpg"].disk_full


@pytest.mark.skipif(sys.platform == "win32", reason="there, everything is read in place")
def test_a_heic_that_ends_its_decoder_is_one_line_of_the_report(album, tmp_path, monkeypatch):
    crash = (sys.executable, "-c", "import ctypes; ctypes.string_at(0)")
    monkeypatch.setattr(decoder.Workers.__init__, "__defaults__", (1, crash))
    (album / "bad.heic").write_bytes(b"\0\0\0\x18ftypheic")
    outcomes = by_name(convert_them(album, tmp_path / "out"))
    assert "bad.heic breaks its decoder" in outcomes["bad.heic"].reason
    assert outcomes["cup.jpg"].status is Status.DONE


@pytest.mark.parametrize("alone", [True, False], ids=["one", "two"])
def test_how_a_photo_was_read_is_told_once(album, tmp_path, monkeypatch, caplog, capsys, alone):
    monkeypatch.setattr(command, "load_chosen_estimator", lambda _: Ramp())
    frames = [Image.new("RGB", (96, 72), colour) for colour in ("red", "blue")]
    moving = tmp_path / "moving.gif"
    frames[0].save(moving, save_all=True, append_images=frames[1:])
    photos = [moving] if alone else [moving, album / "boat.jpg"]
    words = ["--estimator", "embedded", "--formats", "half_sbs"]
    assert main(["convert", *map(str, photos), "-o", str(tmp_path / "out"), *words]) == 0
    told = (caplog.text + capsys.readouterr().err).count("its first picture is used")
    assert told == 1
    if not alone:
        assert "its first picture is used" in (tmp_path / "out/report.csv").read_text("utf-8")


def test_told_to_stop_it_begins_no_further_photo(album, tmp_path):
    found = find_photos([album], target=tmp_path / "out", recursive=True)
    model = Ramp()
    stopped = lambda: model.calls > 0
    todo = collection(tmp_path / "out")
    list(convert_collection(found.sources, todo, loaded(model), stopped=stopped))
    assert 0 < model.calls < 3


def test_a_killed_process_loses_no_photo(tmp_path):
    """Every photo is done, and none is told twice."""
    album, depth = tmp_path / "album", tmp_path / "depth.png"
    album.mkdir()
    for number in range(3):
        picture = RNG.integers(0, 256, (72, 96, 3), np.uint8)
        Image.fromarray(picture).save(album / f"{number}.png")
    Image.fromarray(RNG.integers(0, 256, (72, 96), np.uint8)).save(depth)
    sources = find_photos([album], target=tmp_path / "out").sources
    killed, outcomes = False, []
    # A process that reads its depth begins in a fifth of the time of one that loads a model.
    todo = replace(collection(tmp_path / "out"), estimator=f"file:{depth}")
    for outcome in convert_collection(sources, todo, loaded(Ramp()), jobs=2):
        outcomes.append(outcome)
        workers = [] if killed else [p for p in psutil.Process().children() if is_worker(p)]
        if workers:
            workers[0].kill()
            killed = True
    assert killed
    assert sorted(o.path for o in outcomes) == sorted(s.path for s in sources)
    assert {o.status for o in outcomes} == {Status.DONE}
    assert len(list((tmp_path / "out").glob("*_manifest.json"))) == 3
    assert not list((tmp_path / "out").glob(".*.tmp"))


def is_worker(process):
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # it has just ended
        return False


def test_a_process_loads_a_model_for_photos_that_need_it(tmp_path, monkeypatch):
    """Once, and for none that brings its depth."""
    asked = []
    load = lambda name, _: (asked.append(name) or Ramp(), "")
    monkeypatch.setattr(run_module, "load_estimator_or_embedded", load)
    grey = np.tile(np.arange(96, dtype=np.uint8)[:, None], (72, 1, 3))
    Image.fromarray(np.hstack([RNG.integers(0, 256, (72, 96, 3), np.uint8), grey])).save(
        tmp_path / "boat_RGBD.png"
    )
    for number in range(2):
        picture = RNG.integers(0, 256, (72, 96, 3), np.uint8)
        Image.fromarray(picture).save(tmp_path / f"{number}.png")
    todo = replace(collection(tmp_path / "out"), estimator="auto")
    models = run_module.models_of(todo)
    for name, loads in (("boat_RGBD.png", []), ("0.png", ["auto"]), ("1.png", ["auto"])):
        (outcome,) = convert_collection([Source(tmp_path / name)], todo, models)
        assert outcome.status is Status.DONE
        assert asked == loads


class BrokenPool:
    """What is left of a pool whose process was killed while it had nothing to do."""

    def __init__(self, *_):
        BROKEN.append("begun")

    def submit(self, *_):
        raise BrokenProcessPool

    def shutdown(self, **_):
        BROKEN.append("ended")


BROKEN: list[str] = []


class IdleProcess:
    def terminate(self):
        BROKEN.append("terminated")


def test_a_process_killed_while_it_is_idle_ends_neither_the_run_nor_hangs_it(tmp_path, monkeypatch):
    """It takes the lock with it by which the others would be told to end."""
    BROKEN.clear()
    monkeypatch.setattr(run_module, "ProcessPoolExecutor", BrokenPool)
    children = {"begun": [IdleProcess()], "ended": []}
    monkeypatch.setattr(run_module, "active_children", lambda: children[(BROKEN or ["ended"])[-1]])
    sources = [Source(tmp_path / f"{number}.png") for number in range(2)]
    todo = collection(tmp_path / "out")
    outcomes = list(convert_collection(sources, todo, loaded(Ramp()), jobs=2))
    assert {o.status for o in outcomes} == {Status.REFUSED}
    assert all("process that converted it ended" in o.reason for o in outcomes)
    assert len(outcomes) == 2
    assert ["begun", "terminated", "ended"] * (len(BROKEN) // 3) == BROKEN


def test_how_far_it_is():
    tally = Tally(total=200, jobs=2, done=30, skipped=5, refused=2, seconds=50, work_s=90)
    assert line_of(tally) == "37 of 200 · 2 refused · about 4 min left"
    assert line_of(Tally(total=3)) == "0 of 3"
    whole = replace(tally, done=193, seconds=7200)
    assert summary_of(whole) == (
        "193 of 200 photos converted, 5 were finished before, 2 refused, in 2 h."
    )


def test_the_command_tells_counts_and_writes_the_report(album, tmp_path, capsys):
    target = tmp_path / "out"
    words = ["convert", str(album), "-o", str(target), "--recursive", "--jobs", "1"]
    words += ["--formats", "half_sbs", "--estimator", "embedded"]
    assert main(words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "4 of 4 · 1 refused" in told.err
    assert "3 of 4 photos converted, 1 refused, in " in told.err
    with (target / "report.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["path"]: row for row in csv.DictReader(file)}
    row = rows[str(album / "trip/cup.jpg")]
    assert (row["status"], row["reason"]) == ("done", "")
    assert row["files"].split() == ["cup_Half_LR.jpg", "cup_manifest.json"]
    assert rows[str(album / "bad.jpg")]["status"] == "refused"
    (album / "bad.jpg").unlink()
    assert main(words) == 0
    assert "0 of 3 photos converted, 3 were finished before" in capsys.readouterr().err


def test_a_report_has_names_that_are_no_unicode_as_they_are(tmp_path):
    path = Path(os.fsdecode(b"sea\xff.jpg"))
    write_report(tmp_path / REPORT, [Outcome(path=path, status=Status.DONE)])
    assert b"\nsea\xff.jpg,done," in (tmp_path / REPORT).read_bytes()


def test_words_that_name_nothing(tmp_path, capsys):
    assert main(["convert", str(tmp_path), "-o", str(tmp_path / "out")]) == 2
    assert "no photo in this folder" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("jobs", ["0", "-1", "two", "1.5"])
def test_odd_numbers_of_jobs(tmp_path, capsys, jobs):
    with pytest.raises(SystemExit):
        main(["convert", "a.jpg", "-o", str(tmp_path), "--jobs", jobs])
    assert "is no number from 1 to 256, or auto" in capsys.readouterr().err


def test_one_photo_is_told_as_before(album, tmp_path, capsys):
    target = tmp_path / "out"
    words = ["convert", str(album / "boat.jpg"), "-o", str(target), "--formats", "half_sbs"]
    assert main([*words, "--estimator", "embedded"]) == 0
    printed = capsys.readouterr().out.split()
    assert [name.rpartition("/")[2] for name in printed] == [
        "boat_Half_LR.jpg",
        "boat_manifest.json",
    ]
    assert json.loads((target / "boat_manifest.json").read_text())["files"]
    assert not (target / "report.csv").exists()
