"""Convert many photos on this machine: processes that each hold the model, and a report.

A photo whose result is there, made of the same bytes with the same settings, is skipped: a run that
was cut off goes on where it was. A bad photo is one line of the report, never the end.
"""

import hashlib
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import cache
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path

import cv2

from spatial.collections.one import (
    Models,
    Recipe,
    convert_photo,
    named_freely,
    refused_or,
    set_threads,
)
from spatial.collections.report import Outcome, Status
from spatial.collections.sources import Source
from spatial.decoder import command_line_decoder
from spatial.depth import AUTO, FILE, Estimator, Progress, load_estimator_or_embedded
from spatial.formats import (
    FORMATS,
    MANIFEST,
    ManifestError,
    read_manifest,
    suffixes_of,
    write_result,
)
from spatial.inpaint import Inpainter, load_inpainter
from spatial.photo import PhotoFile, plain_name
from spatial.records import Photo
from spatial.settings import to_dict
from spatial.starting import tune_process

_TRIES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection(Recipe):
    """What is done with every photo, and where.

    Attributes:
        target: folder of the results.
        stays: files that must not be overwritten: the photos themselves.
        force: make results anew that are there.
        threads: of a process that computes depth.
    """

    target: Path
    stays: tuple[Path, ...] = ()
    force: bool = False
    threads: int = 1


class _Worker:
    """What one process reads and converts photos with."""

    def __init__(
        self, collection: Collection, models: Models, progress: Progress | None = None
    ) -> None:
        self._collection = collection
        self._models = models
        self._progress = progress
        self._decoder = command_line_decoder()

    def convert(self, source: Source) -> Outcome:
        """Convert one photo, or skip or refuse it."""
        return refused_or(source.path, lambda: self._convert(source))

    def _read(self, source: Source) -> Photo:
        layout = self._collection.settings.depth.input_layout
        photo = self._decoder.load_photo(PhotoFile(source.path, layout, source.right))
        return replace(photo, name=plain_name(source.name)) if source.right else photo

    def _convert(self, source: Source) -> Outcome:
        todo, folder = self._collection, self._collection.target / source.folder
        photo, named = named_freely(
            self._read(source), folder, suffixes_of(todo.formats), stays=todo.stays
        )
        if is_finished(folder / photo.name, photo.sha256, todo, self._models):
            return Outcome(path=source.path, status=Status.SKIPPED)
        now = datetime.now(timezone.utc)
        made = convert_photo(photo, todo, self._models, created=now, progress=self._progress)
        written = write_result(made.files, folder, leader=photo.name + MANIFEST.suffix)
        return Outcome(
            path=source.path,
            status=Status.DONE,
            reason="; ".join(filter(None, (made.choice, named))),
            comfort=made.comfort,
            files=tuple(written.values()),
            notes=photo.notes,
        )


def is_finished(stem: Path, sha256: str, todo: Collection, models: Models) -> bool:
    """Tell whether a result is there, of this photo, these settings, this model and formats."""
    path = stem.with_name(stem.name + MANIFEST.suffix)
    if todo.force or not path.is_file():
        return False
    try:
        manifest = read_manifest(path)
    except ManifestError:
        return False
    roles = {file.role for name in todo.formats for file in FORMATS[name].files}
    if (
        manifest.photo is None
        or manifest.photo.sha256 != sha256
        or manifest.settings != to_dict(todo.settings)
        or not roles <= set(manifest.files)
    ):
        return False
    by = manifest.estimator
    if todo.estimator == AUTO and by.id == FILE:
        return True
    model = models.estimator().info
    return (by.id, by.revision) == (model.id, model.revision)


def _is_there(source: Source, todo: Collection, models: Models) -> bool:
    """Tell whether a photo's result is there under its own name, without opening the photo."""
    stem = todo.target / source.folder / source.name
    there = stem.with_name(stem.name + MANIFEST.suffix).is_file()  # else not a byte is read
    return there and is_finished(stem, _digest_of(source), todo, models)


def _digest_of(source: Source) -> str:
    """Return a photo's digest; "" where it cannot be read, which is told when it is opened."""
    try:
        with source.path.open("rb") as file:
            digest = hashlib.sha256()
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError:
        return ""
    if source.right is not None:
        digest.update(_digest_of(Source(source.right)).encode())
    return digest.hexdigest()


_WORKER: list[_Worker] = []  # of a process of the pool


def _begin(collection: Collection) -> None:
    """Make a process ready; it ends with its parent, and leaves signals to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tune_process()
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (parent.join(), os._exit(1)), daemon=True).start()
    cv2.setNumThreads(collection.threads)
    _WORKER.append(_Worker(collection, models_of(collection)))


def models_of(collection: Collection) -> Models:
    """Return the models of a process."""

    @cache
    def estimator() -> Estimator:
        set_threads(collection.threads)
        return load_estimator_or_embedded(collection.estimator, collection.options)[0]

    @cache
    def inpainter() -> Inpainter | None:
        if not collection.inpainter:
            return None
        set_threads(collection.threads)
        return load_inpainter(collection.inpainter, collection.options)

    return Models(estimator, inpainter)


def _convert_all(sources: Sequence[Source]) -> list[Outcome]:
    return [_WORKER[0].convert(source) for source in sources]


def _apart(sources: Iterable[Source]) -> list[tuple[Source, ...]]:
    """Return groups of photos whose results might take each other's names, in their order."""
    groups: dict[tuple[Path, str], list[Source]] = {}
    for source in sources:
        groups.setdefault((source.folder, source.name.lower()), []).append(source)
    return [tuple(group) for group in groups.values()]


def convert_collection(
    sources: Sequence[Source],
    collection: Collection,
    models: Models,
    *,
    jobs: int = 1,
    stopped: Callable[[], bool] = lambda: False,
    progress: Progress | None = None,
) -> Iterator[Outcome]:
    """Convert photos and yield what became of each, in the order in which they are finished.

    Args:
        sources: the photos, each once.
        collection: what is done with them.
        models: those of the collection, used where one process is enough.
        jobs: processes.
        stopped: tells that no further photo is to be begun.
        progress: told how far a photo is, where one process is enough.
    """
    finished = {source for source in sources if _is_there(source, collection, models)}
    for source in (s for s in sources if s in finished):
        yield Outcome(path=source.path, status=Status.SKIPPED)
    todo = [source for source in sources if source not in finished]
    groups = deque(_apart(todo))
    if min(jobs, len(groups)) <= 1:
        worker = _Worker(collection, models, progress)
        while groups and not stopped():
            yield from map(worker.convert, groups.popleft())
        return
    deaths: Counter[tuple[Source, ...]] = Counter()  # of the process that worked on it alone
    alone: deque[tuple[Source, ...]] = deque()  # one of them may have ended a process
    while (groups or alone) and not stopped():
        waiting, most = (alone, 1) if alone else (groups, jobs)
        for group in (yield from _run_pool(waiting, most, collection, stopped)):
            deaths[group] += most == 1
            if deaths[group] < _TRIES:
                alone.append(group)
                continue
            reason = "the process that converted it ended, perhaps for want of memory"
            for source in group:
                yield Outcome(path=source.path, status=Status.REFUSED, reason=reason)


def _run_pool(
    waiting: deque[tuple[Source, ...]],
    jobs: int,
    collection: Collection,
    stopped: Callable[[], bool],
) -> Generator[Outcome, None, list[tuple[Source, ...]]]:
    """Take groups until there are none, yield their outcomes; return those a dead process lost."""
    running: dict[Future[list[Outcome]], tuple[Source, ...]] = {}
    lost: list[tuple[Source, ...]] = []
    others = set(active_children())
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (collection,))
    try:
        while (waiting and not lost and not stopped()) or running:
            most = 1 if jobs == 1 else jobs + 1  # one is at hand when another one is finished
            while waiting and len(running) < most and not lost and not stopped():
                group = waiting.popleft()
                try:
                    running[pool.submit(_convert_all, group)] = group
                except BrokenProcessPool:  # a process ended while none of its photos was awaited
                    lost.append(group)
            for future in wait(running, timeout=0.2, return_when=FIRST_COMPLETED).done:
                group = running.pop(future)
                try:
                    yield from future.result()
                except BrokenProcessPool:
                    lost.append(group)
    finally:
        # What runs now is awaited by nobody. And an idle process that was killed keeps the lock of
        # the queue by which the pool would tell the others to end: it would wait for ever.
        for child in set(active_children()) - others:
            child.terminate()
        pool.shutdown(cancel_futures=True)
    return lost
