"""What the files of a result are called: one rule for the command line, the page and the API.

Names begin with the photo's, or with a number behind it where that is taken: boat, boat-2, boat-3.
A name is taken by the result of another photo, by a file that tells of no photo, and by a file that
must stay. A result of the same photo is made anew under its own name.
"""

import json
import os
from collections.abc import Collection
from pathlib import Path

from spatial.records import Photo

_TELLERS = ("_manifest.json", "_depth.json", "_metrics.json")  # which say whose they are


def free_name(
    photo: Photo, folder: Path, suffixes: Collection[str], *, stays: Collection[Path] = ()
) -> str:
    """Return the name for the files of a photo in a folder.

    Args:
        photo: brings its own name, and the digest by which its earlier results are known.
        folder: where the files go; need not exist yet.
        suffixes: of the files; large and small letters are the same, as some file systems have it.
        stays: files that must not be overwritten, as the photos themselves.
    """
    others = os.scandir(folder) if folder.is_dir() else ()  # of which there may be 100 000
    own = photo.name.lower()
    there = {n: entry.path for entry in others if (n := entry.name.lower()).startswith(own)}

    def is_taken(name: str) -> bool:
        in_the_way = [there[n] for e in suffixes if (n := (name + e).lower()) in there]
        owners = {_photo_of(there[n]) for e in _TELLERS if (n := (name + e).lower()) in there}
        real = {real_path(path) for path in in_the_way}
        is_anothers = bool(owners or in_the_way) and owners != {photo.sha256}
        return is_anothers or (bool(real) and any(real_path(path) in real for path in stays))

    name, number = photo.name, 1
    while is_taken(name):
        number += 1
        name = f"{photo.name}-{number}"
    return name


def real_path(path: Path | str) -> str:
    """Return where a path leads; links that go in a circle are an error when it is opened."""
    return os.path.realpath(path)  # Path.resolve fails at them on Python below 3.13


def _photo_of(path: str) -> str:
    """Return the digest of the photo that a JSON file tells of; "?" where it tells none."""
    try:
        return str(json.loads(Path(path).read_text(encoding="utf-8"))["photo"]["sha256"]) or "?"
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return "?"
