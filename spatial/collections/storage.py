"""Where photos come from and results go: any file system that pyarrow opens."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pyarrow as pa
from pyarrow import fs

from spatial.collections.sources import find_photos
from spatial.formats import (
    OutputError,
    ResultFile,
    atomic_write,
    make_folder,
    real_path,
    write_result,
)
from spatial.photo import PHOTO_SUFFIXES, PhotoError
from spatial.photo.limits import check_bytes

_ADDRESS = "://"
_LISTED = 10_000  # files that are looked up at once


@dataclass(frozen=True, slots=True)
class Place:
    """A folder, or a file, on some file system."""

    files: fs.FileSystem
    path: str

    @property
    def is_local(self) -> bool:
        return self.files.type_name == "local"

    def holds(self, other: "Place") -> bool:
        """Tell whether another place is inside of this one."""
        return self.files.equals(other.files) and other.path.startswith(f"{self.path}/")


class Item(NamedTuple):
    """A photo before it is read: where it is, and the folder below the target of its results."""

    path: str
    folder: str
    bytes: int
    modified: datetime | None


def is_address(word: str) -> bool:
    """Tell whether a word is an address like ``s3://bucket/photos``, rather than a path."""
    return _ADDRESS in word


def open_place(word: str) -> Place:
    """Return the place that a path or an address names.

    Raises:
        PhotoError: there is no such kind of file system, or its library is missing.
    """
    if not is_address(word):
        return Place(fs.LocalFileSystem(), real_path(word))
    try:
        files, path = fs.FileSystem.from_uri(word)
    except (pa.ArrowException, OSError, ValueError, ImportError) as error:
        msg = f"{_shown(word)} cannot be opened ({error}); s3://, gs://, hf:// and paths can"
        raise PhotoError(msg) from error
    if not path.strip("/"):
        msg = f"{_shown(word)} cannot be opened: it names no bucket or folder"
        raise PhotoError(msg)
    return Place(files, path.rstrip("/"))


def _shown(address: str) -> str:
    """Return an address without the keys that may stand in it."""
    scheme, _, rest = address.partition(_ADDRESS)
    return f"{scheme}{_ADDRESS}{rest.rpartition('@')[2].partition('?')[0]}"


def list_photos(
    words: Sequence[str], target: Place, *, recursive: bool
) -> tuple[list[Item], list[tuple[str, str]]]:
    """Return the photos that paths, or one address, name, and what was asked for in vain."""
    if any(map(is_address, words)):
        return _list_address(words, target, recursive=recursive)
    left_out = Path(target.path) if target.is_local else Path(os.devnull)
    found = find_photos(words, target=left_out, recursive=recursive, pairs=False)
    folders = {real_path(s.path): s.folder.as_posix() for s in found.sources}
    spelt = [path for path in folders if path.encode("utf-8", "ignore").decode() == path]
    infos = _look_up(fs.LocalFileSystem(), spelt)
    items = [Item(i.path, folders[i.path], i.size, i.mtime) for i in infos if i.is_file]
    odd = [(i.path, "it is missing, or no ordinary file") for i in infos if not i.is_file]
    odd += [(path, "its name is not UTF-8; rename it") for path in folders.keys() - set(spelt)]
    return items, [*found.refused, *odd]


def _look_up(files: fs.FileSystem, paths: Sequence[str]) -> list[fs.FileInfo]:
    steps = range(0, len(paths), _LISTED)
    return [info for i in steps for info in files.get_file_info(paths[i : i + _LISTED])]


def _list_address(
    words: Sequence[str], target: Place, *, recursive: bool
) -> tuple[list[Item], list[tuple[str, str]]]:
    if len(words) > 1:
        msg = f"give one address alone; there are {len(words)} words"
        raise PhotoError(msg)
    source, shown = open_place(words[0]), _shown(words[0])
    try:
        infos = source.files.get_file_info(fs.FileSelector(source.path, recursive=recursive))
    except OSError as error:
        return [], [(shown, f"it cannot be listed ({error})")]
    top = PurePosixPath(source.path)
    items = []
    for info in sorted(infos, key=lambda info: info.path):
        path = PurePosixPath(info.path)
        below = path.relative_to(top)
        hidden = any(part.startswith(".") for part in below.parts)
        wanted = info.is_file and path.name.lower().endswith(PHOTO_SUFFIXES) and not hidden
        if wanted and not target.holds(Place(source.files, info.path)):
            items.append(Item(info.path, below.parent.as_posix(), info.size, info.mtime))
    more = "" if recursive else "; --recursive looks into its folders, too"
    return items, [] if items else [(shown, f"no photo in this folder{more}")]


def read_photo(files: fs.FileSystem, path: str, size_bytes: int) -> bytes:
    """Return the content of a photo file, after a look at its size.

    Raises:
        PhotoError: it is too large, or cannot be read.
    """
    name = PurePosixPath(path).name
    check_bytes(size_bytes, name)
    try:
        with files.open_input_stream(path) as stream:
            return stream.read()
    except OSError as error:
        msg = f"{name} cannot be read ({error}); check the path and its permissions"
        raise PhotoError(msg) from error


def put(place: Place, name: str, data: bytes | memoryview) -> None:
    """Write a file below a place: it appears whole, or not at all.

    On object stores it is put once, by one call: what is cut off before its end never appears.

    Raises:
        OutputError: it cannot be written.
    """
    path = f"{place.path}/{name}"
    if place.is_local:
        make_folder(Path(path).parent)
        with atomic_write(Path(path)) as temporary:
            temporary.write_bytes(data)
        return
    try:
        with place.files.open_output_stream(path) as stream:
            stream.write(data)
    except OSError as error:
        msg = f"cannot write {path}: {error}"
        raise OutputError(msg) from error


def put_result(place: Place, folder: str, files: Sequence[ResultFile], *, again: bool) -> None:
    """Write the files of a result below a place, the manifest last.

    Args:
        place: where to.
        folder: below it.
        files: of the result, the manifest last.
        again: whether there was one of that name, whose manifest would be wrong meanwhile.

    Raises:
        OutputError: a file cannot be written.
    """
    leader = files[-1].name
    if place.is_local:
        write_result(files, Path(place.path) / folder, leader=leader)
        return
    if again:
        with suppress(FileNotFoundError):
            place.files.delete_file(f"{place.path}/{folder}/{leader}")
    for file in files:
        put(place, f"{folder}/{file.name}", file.data)
