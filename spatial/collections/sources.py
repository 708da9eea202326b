"""Which photos are meant (files, folders, patterns, lists of paths), and where each result goes."""

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from spatial.formats import real_path
from spatial.photo import PHOTO_SUFFIXES
from spatial.photo.recognition import name_of_view

LIST_SUFFIX = ".txt"
_PATTERN = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Source:
    """One photo of a collection.

    Attributes:
        path: the file.
        folder: where its results go below the target; keeps the tree of a folder that was given.
        right: the file of its right view, where ``path`` is that of the left one.
    """

    path: Path
    folder: Path = Path()
    right: Path | None = None

    @property
    def name(self) -> str:
        """The name of its results: that of the file, or what the names of both views share."""
        found = name_of_view(self.path.name) if self.right else None
        return Path(found[0]).stem if found else self.path.stem


@dataclass(frozen=True, slots=True)
class Found:
    """The photos of a collection, each once, and what was asked for in vain with the reason."""

    sources: tuple[Source, ...]
    refused: tuple[tuple[str, str], ...]


def find_photos(
    given: Sequence[str | Path], *, target: Path, recursive: bool = False, pairs: bool = True
) -> Found:
    """Return the photos that some words name.

    A word is a file (taken whatever its name), a folder (its photos by their suffix, in the order
    of their names; hidden ones are left out), a pattern like ``trip/*.jpg``, or a ``.txt`` file
    with one path a line. Links to folders are not followed, so a circle of them ends.

    Args:
        given: the words.
        target: where results go; never looked into.
        recursive: look into the folders of folders too.
        pairs: take ``boat_L.jpg`` and ``boat_R.jpg`` as the two views of one photo.
    """
    search = _Search(left_out=real_path(target), recursive=recursive)
    sources: dict[str, Source] = {}
    for word in given:
        for source in search.find(str(word)):
            sources.setdefault(real_path(source.path), source)
    found = list(sources.values())
    return Found(tuple(_paired(found) if pairs else found), tuple(search.refused))


def _paired(sources: Sequence[Source]) -> Iterator[Source]:
    """Yield the photos, two files of one name with a word for each eye as one."""
    views = [(source, name_of_view(source.path.name)) for source in sources]
    of_name = {(s.path.parent, *view): s for s, view in views if view is not None}
    for source, view in views:
        if view is None:
            yield source
            continue
        name, is_left = view
        other = of_name.get((source.path.parent, name, not is_left))
        if other is None:
            yield source
        elif is_left:
            yield replace(source, right=other.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    left_out: str
    recursive: bool
    refused: list[tuple[str, str]] = field(default_factory=list)

    def find(self, word: str) -> Iterator[Source]:
        """Yield the photos of one word."""
        path = Path(word)
        if path.is_dir():
            yield from self._in_folder(path)
        elif path.suffix.lower() == LIST_SUFFIX and path.is_file():
            yield from self._in_list(path)
        elif _PATTERN.intersection(word) and not path.exists():
            yield from self._by_pattern(word)
        else:
            yield Source(path)  # a missing file is told when it is opened

    def _in_folder(self, top: Path) -> Iterator[Source]:
        told = len(self.refused)
        sources = list(self._walk(top))
        if not sources and len(self.refused) == told:
            more = "" if self.recursive else "; --recursive looks into its folders, too"
            self.refused.append((str(top), f"no photo in this folder{more}"))
        yield from sources

    def _walk(self, top: Path) -> Iterator[Source]:
        for folder, folders, names in os.walk(top, onerror=self._refuse):
            here = Path(folder)
            visible = sorted(name for name in folders if not name.startswith("."))
            wanted = visible if self.recursive else []
            folders[:] = [name for name in wanted if real_path(here / name) != self.left_out]
            for name in sorted(names):
                if not name.startswith(".") and name.lower().endswith(PHOTO_SUFFIXES):
                    yield Source(here / name, here.relative_to(top))

    def _in_list(self, path: Path) -> Iterator[Source]:
        try:
            text = path.read_text(encoding="utf-8-sig", errors="surrogateescape")
        except OSError as error:
            self._refuse(error)
            return
        for line in filter(None, map(str.strip, text.splitlines())):
            yield from self.find(line)

    def _by_pattern(self, word: str) -> Iterator[Source]:
        found = glob.glob(word, recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
        names = sorted(name for name in found if Path(name).is_file())
        if not names:
            self.refused.append((word, "no file has such a name"))
        yield from (Source(Path(name)) for name in names)

    def _refuse(self, error: OSError) -> None:
        self.refused.append((str(error.filename), error.strerror or str(error)))
