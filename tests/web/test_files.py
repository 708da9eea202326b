import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from urllib.parse import unquote

import pytest
from scenes import make_result

from spatial.formats import FORMATS, FormatError, read_manifest
from spatial.results import Receipt, ResultStore
from spatial.web.addresses import is_this_machine, origin_of
from spatial.web.files import (
    EVERYTHING,
    GOALS,
    all_formats,
    by_device,
    formats_for,
    shared_formats,
    sweep_files,
    write_files,
    write_goal,
)
from spatial.web.result_html import FIGURES, LINK, STATUS, about_photo, figures, shared_link
from spatial.web.server import sweep_for_ever


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    return tmp_path


def test_everything_is_one_zip_with_the_files_of_all_formats():
    told = []
    made = write_goal(make_result(width_px=64), EVERYTHING, lambda share, words: told.append(share))
    assert told == sorted(told)
    assert len(set(told)) > 2
    with zipfile.ZipFile(made.archive) as archive:
        assert sorted(archive.namelist()) == sorted(Path(p).name for p in made.paths.values())
        assert archive.testzip() is None
        named = json.loads(archive.read(Path(made.paths["manifest"]).name))["files"].values()
        told_of = {unquote(file["href"]) for file in named} | {Path(made.paths["manifest"]).name}
        assert told_of == set(archive.namelist())
    roles = {role for row in FORMATS.values() if (role := row.layout)}
    assert roles <= set(made.paths)
    assert read_manifest(Path(made.paths["manifest"])).layout == "side_by_side"
    assert made.refused == ()
    offered = [row.files for row in FORMATS.values() if row.files[0].device]
    assert set(made.paths) - {"manifest"} <= {file.role for files in offered for file in files}


def test_a_goal_is_its_own_formats_and_no_zip():
    made = write_goal(make_result(width_px=64), "television", lambda share, words: None)
    assert "half_side_by_side" in made.paths
    assert not {"side_by_side", "depth"} & set(made.paths)
    assert made.archive == ""
    of_all = set(formats_for(EVERYTHING))
    assert {name for goal in GOALS for name in formats_for(goal)} == of_all
    with pytest.raises(FormatError, match="'moon'"):
        formats_for("moon")


def refuse(_result):
    raise FormatError("too tall")


def test_a_format_that_refuses_does_not_stop_the_others(monkeypatch):
    tall = replace(FORMATS["half_top_bottom"], writer=refuse)
    monkeypatch.setitem(FORMATS, "half_top_bottom", tall)
    made = write_goal(make_result(), EVERYTHING, lambda share, words: None)
    assert made.refused == (f"{tall.title}: too tall",)
    assert {"side_by_side", "left", "right"} <= set(made.paths)
    assert set(read_manifest(Path(made.paths["manifest"])).files) == set(made.paths) - {"manifest"}


def test_a_result_that_fits_into_nothing_is_refused(cache, monkeypatch):
    for name, row in FORMATS.items():
        monkeypatch.setitem(FORMATS, name, replace(row, writer=refuse))
    with pytest.raises(FormatError, match="none of the formats"):
        write_goal(make_result(), EVERYTHING, lambda share, words: None)
    assert not [path for path in cache.rglob("*") if path.is_file()]


def test_unknown_files_are_still_offered():
    grouped = by_device(["side_by_side", "hologram"])
    assert grouped[0][1] == ["side_by_side"]
    assert grouped[-1][1] == ["hologram"]
    assert set(shared_formats()) <= set(all_formats())
    assert FORMATS[shared_formats()[0]].layout == "side_by_side"


def test_old_files_are_swept(cache):
    old = Path(write_files(make_result())["manifest"]).parent
    new = Path(write_files(make_result())["manifest"]).parent
    other = cache / "elsewhere"
    other.mkdir()
    for folder in (old, other):
        os.utime(folder, (0, 0))
    assert sweep_files(86_400) == 1
    assert (old.exists(), new.exists(), other.exists()) == (False, True, True)


def test_the_sweeper_goes_on_after_an_error(tmp_path, caplog):
    swept, stop = [], Event()

    class Store(ResultStore):
        def sweep(self):
            swept.append(1)
            if len(swept) == 1:
                raise PermissionError("not now")
            stop.set()
            return 0

    thread = Thread(target=sweep_for_ever, args=(Store(tmp_path), stop, 0.001))
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    assert len(swept) == 2
    assert "not now" in caplog.text


@pytest.mark.parametrize(
    ("headers", "origin"),
    [
        ({"host": "localhost:7860"}, "http://localhost:7860"),
        ({"host": "[::1]:7860"}, "http://[::1]:7860"),
        ({"host": "a.hf.space", "x-forwarded-proto": "https,http"}, "https://a.hf.space"),
        ({"host": "x", "x-forwarded-host": "b.example, c"}, "http://b.example"),
        ({"host": "evil/path"}, "http://localhost"),
        ({}, "http://localhost"),
    ],
)
def test_the_address_of_this_server(headers, origin):
    assert origin_of(headers) == origin


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("http://localhost:7860", True),
        ("http://127.0.0.2", True),
        ("http://[::1]:1", True),
        ("http://192.168.1.7:7860", False),
        ("https://localhost.example.org", False),
    ],
)
def test_addresses_of_this_machine(origin, expected):
    assert is_this_machine(origin) == expected


def test_the_card_of_a_link():
    from datetime import datetime, timezone  # noqa: PLC0415

    receipt = Receipt(
        id="a" * 32, delete_token="b" * 32, expires=datetime(2030, 1, 8, tzinfo=timezone.utc)
    )
    card = shared_link(receipt, "https://me.example")[LINK]
    assert 'value="https://me.example/s/' + "a" * 32 + '"' in card
    assert card.count("b" * 32) == 1
    assert "#" + "b" * 32 in card
    assert "2030-01-08" in card
    local = shared_link(receipt, "http://127.0.0.1:7860")[LINK]
    assert "Other devices cannot open" not in card
    assert "Other devices cannot open" in local


def test_what_was_noticed_in_a_file_is_told_with_the_photo():
    noticed = replace(make_result().photo, notes=("an <animation>; its first picture is used",))
    told = about_photo(noticed)[STATUS]
    assert "About this file: an &lt;animation&gt;; its first picture is used." in told
    assert "px</p>" in told


def test_a_view_is_not_called_poor_for_being_3d():
    from spatial.metrics import paper_metrics  # noqa: PLC0415

    result = make_result()
    rated = {row.key: row.rating for row in paper_metrics(result).rows()}
    shown = figures(result, None)[FIGURES]
    assert rated["psnr_left_db"] in ("poor", "average", "good")
    assert "more depth means less" in shown
    assert (
        f">{rated['psnr_left_db']}<" not in shown.partition("PSNR, left")[2].partition("</tr>")[0]
    )


def test_a_link_lets_the_head_move():
    assert "scene" in shared_formats()
    assert FORMATS["scene"].title == "Scene that follows the head"
