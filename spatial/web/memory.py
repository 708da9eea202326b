"""Memory of the server: a cache that keeps to a size, and how the process gives memory back."""

import ctypes
import os
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

_LARGE_BYTES, _HEAPS = 1 << 20, 2
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8  # malloc.h
_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


class ByteCache(Generic[_K, _V]):
    """Values by key, at most ``limit_bytes`` of them together; safe to use from many threads.

    The newest value is kept whatever its size.

    >>> cache: ByteCache[str, str] = ByteCache(10)
    >>> cache.put("a", "old", 6)
    >>> cache.put("b", "new", 6)
    >>> cache.get("a"), cache.get("b")
    (None, 'new')
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._held: OrderedDict[_K, tuple[_V, int]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: _K) -> _V | None:
        """Return the value, which then counts as the most recently used, or None."""
        with self._lock:
            if key not in self._held:
                return None
            self._held.move_to_end(key)
            return self._held[key][0]

    def put(self, key: _K, value: _V, size_bytes: int) -> None:
        """Keep a value of a size that the caller knows."""
        with self._lock:
            self._forget(key)
            self._held[key] = (value, size_bytes)
            self._bytes += size_bytes
            while self._bytes > self._limit_bytes and len(self._held) > 1:
                self._forget(next(iter(self._held)))

    def _forget(self, key: _K) -> None:
        if key in self._held:
            self._bytes -= self._held.pop(key)[1]


def give_memory_back() -> None:
    """Have glibc give arrays back to the system when they are freed; elsewhere nothing is done.

    By itself it keeps arrays of up to 32 MB in heaps, one for each of many threads. That holes in
    these made memory grow over many conversions is a guess; how much this saves is not measured.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
        mallopt(_ARENA_MAX, _HEAPS)
