"""Untrusted files are read in processes of their own: what they break leaves the server alone.

A worker has 15 s of processor a file and 2.5 GB in all; one that dies is replaced, and its file is
refused. Pixels come back through memory that both processes hold. Where there are no such limits
(Windows), files are read in place.

The app reads everything so. The command line reads HEIC and AVIF so: no header tells for certain
how much they code, and their decoders have ended processes.
"""

import io
import json
import math
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from queue import LifoQueue
from typing import IO, Any, NamedTuple

from spatial.depth import EstimatorError
from spatial.depth.map_file import StoredMap, read_map
from spatial.photo import PhotoError, PhotoFile
from spatial.records import Photo

CPU_S, WALL_S, MEMORY_BYTES = 15, 60, 2_500_000_000
WORKERS = 2
_COMMAND = (sys.executable, "-m", "spatial.decoder")
_FILES_EACH = 500  # a library that leaks does so for so long
_SLOW = f"takes more than {CPU_S} s to read; save it anew, for instance as JPEG"
_BROKEN = "breaks its decoder, or needs too much memory; save it anew, for instance as JPEG"


class Decoder:
    """Reads files, in the process that asks."""

    def warm_up(self) -> None:
        """Get ready, so that the first visitor need not wait."""

    def load_photo(self, file: PhotoFile) -> Photo:
        """Return the photo in a file."""
        return file.load()

    def read_map(self, path: Path | str) -> StoredMap:
        """Return the depth map in a file; see ``spatial.depth.map_file.read_map``."""
        return read_map(Path(path))


class ByFormat(Decoder):
    """Reads files in place, but for HEIC and AVIF.

    Args:
        careful: what reads those.
    """

    def __init__(self, careful: Decoder) -> None:
        self._careful = careful

    def load_photo(self, file: PhotoFile) -> Photo:
        reader = self._careful if _has_boxes(file.path) else super()
        return reader.load_photo(file)


def _has_boxes(path: Path) -> bool:
    """Tell whether a file is of the family of HEIC and AVIF."""
    try:
        with path.open("rb") if path.is_file() else io.BytesIO() as file:
            return file.read(8)[4:] == b"ftyp"
    except OSError:
        return False


class _Job(NamedTuple):
    read: Callable[..., Photo | StoredMap]
    refusal: type[PhotoError | EstimatorError]


_JOBS = {"photo": _Job(PhotoFile.load, PhotoError), "map": _Job(read_map, EstimatorError)}


class Workers(Decoder):
    """Reads files in worker processes, started when they are needed and ended with this one.

    Args:
        count: how many files are read at a time.
        command: starts a worker; it is given two handles, the channel and the shared memory.
    """

    def __init__(self, count: int = WORKERS, command: Sequence[str] = _COMMAND) -> None:
        self._command = command
        self._idle: LifoQueue[_Worker | None] = LifoQueue()
        for _ in range(count):
            self._idle.put(None)
        self._close = weakref.finalize(self, _close_all, self._idle)

    def load_photo(self, file: PhotoFile) -> Photo:
        return self._ask("photo", file, file.path.name)

    def read_map(self, path: Path | str) -> StoredMap:
        return self._ask("map", Path(path), Path(path).name)

    def warm_up(self) -> None:
        """Start every worker."""
        held = [self._idle.get() or _Worker(self._command) for _ in range(self._idle.qsize())]
        for worker in held:
            self._idle.put(worker)

    def close(self) -> None:
        """End the workers that are idle."""
        self._close()

    def _ask(self, job: str, file: PhotoFile | Path, name: str) -> Any:  # noqa: ANN401 - what the job returns
        worker = self._idle.get()
        if worker is None or not worker.is_fit():
            worker = self._renewed(worker)
        try:
            answer = worker.ask(job, file)
        except (EOFError, OSError, pickle.UnpicklingError):
            reason = _SLOW if worker.end() == -signal.SIGXCPU else _BROKEN
            answer = _JOBS[job].refusal(f"{name} {reason}")
            worker = self._renewed(worker)
        finally:
            self._idle.put(worker)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _renewed(self, worker: "_Worker | None") -> "_Worker":
        if worker is not None:
            worker.end()
        return _Worker(self._command)


def _close_all(idle: "LifoQueue[_Worker | None]") -> None:
    for worker in [idle.get() for _ in range(idle.qsize())]:
        if worker is not None:
            worker.end()
        idle.put(None)


class _Worker:
    """One process, and the memory shared with it."""

    def __init__(self, command: Sequence[str]) -> None:
        self._pixels = _shared_memory()
        self._channel, theirs = Pipe()
        handles = theirs.fileno(), self._pixels.fileno()
        self._process = subprocess.Popen(
            [*command, *map(str, handles)],
            pass_fds=handles,
            stdin=subprocess.DEVNULL,
            # Reserved, not used: what a thread sets aside counts as memory, too.
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
            | {"MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"},
        )
        theirs.close()
        self._files = 0

    def is_fit(self) -> bool:
        """Tell whether it lives and is not worn out."""
        return self._files < _FILES_EACH and self._process.poll() is None

    def ask(self, job: str, file: PhotoFile | Path) -> Photo | StoredMap | Exception:
        """Return what comes of a file, or the refusal.

        Raises:
            EOFError, OSError: the worker died.
        """
        self._files += 1
        self._channel.send((job, file))
        if not self._channel.poll(WALL_S):
            raise EOFError
        told, sizes = self._channel.recv_bytes(), json.loads(self._channel.recv_bytes())
        buffers, start = [bytearray(size) for size in sizes], 0
        for buffer in buffers:
            os.preadv(self._pixels.fileno(), [buffer], start)
            start += len(buffer)
        os.truncate(self._pixels.fileno(), 0)
        return _Records(io.BytesIO(told), buffers=buffers).load()

    def end(self) -> int:
        """End the process, by force where it has not ended by itself; return its exit code."""
        self._channel.close()
        self._pixels.close()
        try:
            return self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def app_decoder() -> Decoder:
    """Return what an app that strangers can reach reads their files with."""
    return Workers() if os.name == "posix" else Decoder()


def command_line_decoder() -> Decoder:
    """Return what the command line reads its user's files with."""
    return ByFormat(Workers(1)) if os.name == "posix" else Decoder()


def _shared_memory() -> IO[bytes]:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("pixels"), "w+b")
    return tempfile.TemporaryFile()


_RECORDS = {
    "spatial.records": ("Photo", "SecondView", "DepthMap", "DepthKind", "DepthSpace"),
    "spatial.depth.map_file": ("StoredMap", "MapMeaning"),
    "spatial.depth.errors": ("EstimatorError",),
    "spatial.photo.limits": ("PhotoError",),
    "numpy": ("dtype", "ndarray"),
    "numpy._core.numeric": ("_frombuffer",),
    "numpy._core.multiarray": ("_reconstruct",),
}


class _Records(pickle.Unpickler):
    """Reads records alone: a worker that a file took over must not take over the server."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - a class or a function
        if name not in _RECORDS.get(module, ()):
            msg = f"{module}.{name} is no record"
            raise pickle.UnpicklingError(msg)
        return super().find_class(module, name)


# In the worker


def main() -> None:
    """Read files until the server is gone, with the two handles on the command line."""
    channel = Connection(int(sys.argv[-2]))
    with open(int(sys.argv[-1]), "w+b", closefd=False) as pixels:
        _work(channel, pixels)


def _work(channel: Connection, pixels: IO[bytes]) -> None:
    import resource  # noqa: PLC0415 - not on Windows

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    _, most_s = resource.getrlimit(resource.RLIMIT_CPU)
    while True:
        try:
            job, file = channel.recv()
        except EOFError:
            return
        most_now_s = math.ceil(time.process_time()) + CPU_S  # whole seconds, and none too few
        resource.setrlimit(resource.RLIMIT_CPU, (most_now_s, most_s))
        buffers: list[pickle.PickleBuffer] = []
        told = pickle.dumps(_read(job, file), protocol=5, buffer_callback=buffers.append)
        parts = [buffer.raw() for buffer in buffers]
        pixels.seek(0)
        pixels.writelines(parts)
        pixels.flush()
        channel.send_bytes(told)
        channel.send_bytes(json.dumps([part.nbytes for part in parts]).encode())


def _read(job: str, file: PhotoFile | Path) -> Photo | StoredMap | Exception:
    try:
        return _JOBS[job].read(file)
    except (PhotoError, EstimatorError) as refusal:
        return refusal


if __name__ == "__main__":
    main()
