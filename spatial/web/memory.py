"""How the server's process gives memory back."""

import ctypes
import os

_LARGE_BYTES, _HEAPS = 1 << 20, 2
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8  # malloc.h


def give_memory_back() -> None:
    """Have glibc give arrays back to the system when they are freed; elsewhere nothing is done.

    By itself it keeps arrays of up to 32 MB in heaps, one for each of many threads, where holes between what the caches
    hold add up to more than the caches.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
        mallopt(_ARENA_MAX, _HEAPS)
