"""What the files of a result are called: one rule for the command line, the page and the API.

Names begin with the photo's, or with a number behind it where that is taken: boat, boat-2, boat-3.
A name is taken by the result of another photo, by a file that tells of no photo, and by a file that
must stay. A result of the same photo is made anew under its own name.
"""

import json
import os
from collections.abc import Collection, Iterable
from pathlib import Path

from spatial.records import Photo

_TELLERS = ("_manifest.json", "_depth.json", "_metrics.json")  # which say whose they are


def free_name(
    photo: Photo, folder: Path, suffixes: Iterable[str], *, stays: Collection[Path] = ()
) -> str:
    """Return the name for the files of a photo in a folder.

    Args:
        photo: brings its own name, and the digest by which its earlier results are known.
        folder: where the files go; need not exist yet.
        suffixes: of the files; as every file system may be asked to hold them, large and small
            letters are the same.
        stays: files that must not be overwritten, as the photos themselves.
    """
    endings = [suffix.lower() for suffix in suffixes]
    there = {path.name.lower(): path for path in folder.iterdir()} if folder.is_dir() else {}
    kept = {real_path(path) for path in stays}

    def is_taken(name: str) -> bool:
        in_the_way = [there[n] for e in endings if (n := name.lower() + e) in there]
        owners = {_photo_of(there[n]) for e in _TELLERS if (n := name.lower() + e) in there}
        is_its_own = owners == {photo.sha256} or not (owners or in_the_way)
        return not is_its_own or any(real_path(path) in kept for path in in_the_way)

    name, number = photo.name, 1
    while is_taken(name):
        number += 1
        name = f"{photo.name}-{number}"
    return name


def real_path(path: Path | str) -> str:
    """Return where a path leads; links that go in a circle are an error when it is opened."""
    return os.path.realpath(path)  # Path.resolve fails at them on Python below 3.13


def _photo_of(path: Path) -> str:
    """Return the digest of the photo that a JSON file tells of; "?" where it tells none."""
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["photo"]["sha256"]) or "?"
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return "?"
