import errno
from pathlib import Path

import pytest

from spatial.formats import OutputError, atomic_write, make_folder


def test_the_file_appears_only_at_the_end(tmp_path):
    path = tmp_path / "a.txt"
    with atomic_write(path) as temporary:
        temporary.write_text("new", encoding="utf-8")
        assert temporary.parent == tmp_path
        assert not path.exists()
    assert path.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_a_failure_leaves_the_former_file_and_nothing_else(tmp_path, failure):
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")

    def fail():
        with atomic_write(path) as temporary:
            temporary.write_text("half", encoding="utf-8")
            raise failure

    with pytest.raises(failure):
        fail()
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_explained(tmp_path):
    with (
        pytest.raises(OutputError, match=r"a\.txt: the disk is full"),
        atomic_write(tmp_path / "a.txt"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert not list(tmp_path.iterdir())


def test_a_failing_rename_leaves_nothing(tmp_path, monkeypatch):
    def refuse(_self, _target):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with (
        pytest.raises(OutputError, match="choose a folder that you may write to"),
        atomic_write(tmp_path / "a.txt") as temporary,
    ):
        temporary.write_text("x", encoding="utf-8")
    assert not list(tmp_path.iterdir())


def test_missing_folder(tmp_path):
    with (
        pytest.raises(OutputError, match="the folder does not exist"),
        atomic_write(tmp_path / "none" / "a.txt"),
    ):
        pass


def test_folder_below_a_file(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="not a folder"):
        make_folder(tmp_path / "file")
    with pytest.raises(OutputError, match="not a folder"):
        make_folder(tmp_path / "file" / "deeper")
    make_folder(tmp_path / "new" / "deeper")
    assert (tmp_path / "new" / "deeper").is_dir()


def test_a_folder_in_the_way_of_the_file(tmp_path):
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(OutputError, match="folder of this name"), atomic_write(tmp_path / "a.txt"):
        pass
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
