"""Files appear whole or not at all, and those of one result all together or none of them."""

import errno
import os
import platform
import re
import secrets
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

_REMEDIES = {
    errno.ENOSPC: "the disk is full; free some space or choose another folder",
    errno.EDQUOT: "the disk quota is used up; free some space or choose another folder",
    errno.ENAMETOOLONG: "the name is too long; give the photo a shorter name",
    errno.ENOENT: "the folder does not exist; create it or choose another one",
    errno.ENOTDIR: "a part of this path is a file, not a folder; choose another folder",
    errno.EISDIR: "a folder of this name is in the way; remove it or choose another folder",
}
_OTHER_REMEDY = "choose a folder that you may write to"
_TEMPORARY = re.compile(r"\.([0-9a-f]{8})-(\d+)-[0-9a-f]{16}\.tmp")  # machine, process, random
_FORSAKEN_S = 86_400.0  # no writing takes that long


class OutputError(OSError):
    """A file could not be written; the message names it and says what to do."""


def _explain(path: Path, error: OSError) -> OutputError:
    remedy = _REMEDIES.get(error.errno or 0, _OTHER_REMEDY)
    return OutputError(f"cannot write {path}: {remedy} ({error.strerror or error})")


def _host() -> str:
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _temporary_of(path: Path) -> Path:
    return path.with_name(f".{_host()}-{os.getpid()}-{secrets.token_hex(8)}.tmp")


def make_folder(folder: Path) -> None:
    """Create the folder and those above it where they are missing.

    Raises:
        OutputError: it cannot be created, or a file is in the way.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        msg = f"cannot write to {folder}: this is a file, not a folder; choose another folder"
        raise OutputError(msg) from error
    except OSError as error:
        raise _explain(folder, error) from error


def _is_forsaken(temporary: Path, host: str, process: str) -> bool:
    """Tell whether a killed run left a temporary file: process gone, or old, of another machine."""
    try:
        written_s = temporary.stat().st_mtime
        if host == _host():
            return psutil.Process(int(process)).create_time() > written_s + 1.0  # its number again
    except psutil.NoSuchProcess:
        return True
    except (OSError, psutil.Error):  # just gone, or another user's
        return False
    return written_s < time.time() - _FORSAKEN_S


def _sweep(folder: Path) -> None:
    """Remove the temporary files of killed runs."""
    for path in folder.glob(".*.tmp"):
        named = _TEMPORARY.fullmatch(path.name)
        if named and _is_forsaken(path, *named.groups()):
            with suppress(OSError):  # the next run tries again
                path.unlink()


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        raise _explain(path, error) from error


def _keep(path: Path) -> Path | None:
    """Return a second name of the file that stands at ``path`` now, None where there is none."""
    if not path.exists():
        return None
    former = _temporary_of(path)
    try:
        former.hardlink_to(path)  # so that a kill finds it in its place
    except OSError:
        path.rename(former)
    return former


def _take_places(staged: Mapping[Path, Path], leader: Path) -> None:
    """Rename every temporary file; where one fails, what stood there before comes back."""
    former: dict[Path, Path | None] = {}
    try:
        for path in staged:
            with _explained(path):
                former[path] = _keep(path)
        if len(staged) > 1:
            leader.unlink(missing_ok=True)
        for path, temporary in reversed(list(staged.items())):
            with _explained(path):
                temporary.replace(path)
    except BaseException:
        for path, kept in former.items():
            with suppress(OSError):  # whatever can come back does
                path.unlink(missing_ok=True)
                if kept is not None:
                    kept.rename(path)
        raise
    finally:
        for kept in filter(None, former.values()):
            kept.unlink(missing_ok=True)


@contextmanager
def write_together(leader: Path) -> Iterator[Callable[[Path], Path]]:
    """Yield a function from a path to its temporary file; all take their places, or none.

    A temporary file exists, empty, as soon as it is asked for. All of them are removed when the
    block raises or one cannot be renamed; what stood at their paths before then stays, or comes
    back. Files of killed runs are swept.

    Args:
        leader: the file that tells of the others. It exists from the start, so that a folder that
            cannot be written to is found before anything is computed; its former version goes
            before any other file changes, and it appears last: where a run is killed there are
            whole files, and none that tells something wrong of them.

    Raises:
        OutputError: a file cannot be made, filled or renamed.
    """
    staged: dict[Path, Path] = {}

    def stage(path: Path) -> Path:
        if path not in staged:
            with _explained(path):
                if path.is_dir():
                    raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
                temporary = _temporary_of(path)
                temporary.open("xb").close()
                staged[path] = temporary
        return staged[path]

    try:
        _sweep(leader.parent)
        stage(leader)
        try:
            yield stage
        except OutputError:
            raise
        except OSError as error:
            raise _explain(next(reversed(staged)), error) from error
        _take_places(staged, leader)
    finally:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; it becomes ``path`` when the block ends well.

    Raises:
        OutputError: the file cannot be made, filled or renamed.
    """
    with write_together(path) as stage:
        yield stage(path)
