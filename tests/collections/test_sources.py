"""Which photos words name, and where their results go."""

import errno
import os
import time
from pathlib import Path

import pytest

from spatial.collections import find_photos


@pytest.fixture
def album(tmp_path):
    """Folders of empty files; what is looked up is names alone."""
    names = ("b.jpg", "A.HEIC", "notes.md", ".hidden.jpg", "trip/c.png", "trip/deep/d.webp")
    for name in (*names, ".trash/x.jpg", "日本/写真.jpg", "out/b_LRF_Full_SBS.jpg"):
        path = tmp_path / "album" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "album"


def names_of(found, top):
    return [source.path.relative_to(top).as_posix() for source in found.sources]


def test_a_folder_gives_its_photos_in_the_order_of_their_names(album):
    found = find_photos([album], target=album / "out")
    assert names_of(found, album) == ["A.HEIC", "b.jpg"]
    assert found.refused == ()


def test_a_tree_is_kept_and_the_target_left_out(album):
    found = find_photos([album], target=album / "out", recursive=True)
    places = {s.path.name: s.folder.as_posix() for s in found.sources}
    assert places == {
        "A.HEIC": ".",
        "b.jpg": ".",
        "c.png": "trip",
        "d.webp": "trip/deep",
        "写真.jpg": "日本",
    }


def test_a_pattern_a_list_and_a_file_give_each_photo_once(album, tmp_path, monkeypatch):
    monkeypatch.chdir(album)
    wanted = tmp_path / "wanted.txt"
    wanted.write_text("\ufefftrip/c.png\n\n b.jpg \n", encoding="utf-8")
    words = ["trip/**/*.*", str(wanted), "b.jpg", Path("notes.md")]
    found = find_photos(words, target=tmp_path)
    assert [s.path.as_posix() for s in found.sources] == [
        "trip/c.png",
        "trip/deep/d.webp",
        "b.jpg",
        "notes.md",  # named by hand: told when it is opened
    ]


def test_a_name_with_brackets_is_a_name(tmp_path):
    photo = tmp_path / "boat [1].jpg"
    photo.touch()
    assert [s.path for s in find_photos([photo], target=tmp_path).sources] == [photo]


@pytest.mark.parametrize(
    ("word", "reason"),
    [("empty", "no photo in this folder; --recursive"), ("*.tif", "no file has such a name")],
)
def test_what_names_nothing_is_told(tmp_path, monkeypatch, word, reason):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    found = find_photos([word], target=tmp_path / "out")
    assert found.sources == ()
    assert found.refused[0][0] == word
    assert reason in found.refused[0][1]


def test_links_in_a_circle_end(album):
    (album / "trip" / "again").symlink_to(album)
    (album / "self.jpg").symlink_to("self.jpg")
    found = find_photos([album], target=album / "out", recursive=True)
    assert len(found.sources) == 6


def test_a_folder_without_rights_is_told(album, monkeypatch):
    scan, closed = os.scandir, str(album / "trip")

    def refuse(path):
        if str(path) == closed:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), closed)
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = find_photos([album], target=album / "out", recursive=True)
    assert found.refused == ((closed, "Permission denied"),)
    assert names_of(found, album) == ["A.HEIC", "b.jpg", "日本/写真.jpg"]


def test_ten_thousand_names_are_only_looked_up(tmp_path, monkeypatch):
    for number in range(10_000):
        (tmp_path / f"{number:05}.jpg").touch()
    opened = []
    monkeypatch.setattr(Path, "open", lambda *_, **__: opened.append(1))
    start = time.process_time()
    assert len(find_photos([tmp_path], target=tmp_path / "out").sources) == 10_000
    assert opened == []
    assert time.process_time() - start < 20  # seconds, of which a tenth is usual
