"""How a process ends before its work is done: one line at most, no trace.

Signals belong to the process, so there is one ``_PROCESS``, which does nothing before
``watch_signals``.
"""

import _thread
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import FrameType

INTERRUPTED, PIPE_CLOSED, STOPPED = 130, 141, 143  # what shells say: 128 and the signal's number
GRACE_S = 10.0
_UNWIND_S = 3.0
_LAST_CALL_S = 0.5  # before the grace is over: temporary files are still removed


class _Process:
    """What this process was told, and what it does then."""

    def __init__(self) -> None:
        self.id = 0
        self.works = False
        self.told_to_stop = False
        self.code = 0

    def interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        self._end(INTERRUPTED, "interrupted")

    def stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Let running work finish; at the second call, or when the grace is over, end it."""
        line = "stopped before the work was done"
        if self.told_to_stop or not self.works or os.getpid() != self.id:
            self._end(STOPPED, line)
        self.told_to_stop = True
        main = threading.main_thread().ident or 0
        last_call = partial(signal.pthread_kill, main, signal.SIGTERM)
        _thread.start_new_thread(_after, (GRACE_S - _LAST_CALL_S, last_call))
        _thread.start_new_thread(_after, (GRACE_S, partial(self._exit, STOPPED, line)))

    def _end(self, code: int, line: str) -> None:
        """Tell it and unwind the work: nothing half done stays; end at once where nothing works."""
        if self.code or not self.works or os.getpid() != self.id:  # a child leaves it to its parent
            self._exit(code, line)
        self._tell(code, line)
        _silence(2)  # libraries like to comment on their own unwinding
        _thread.start_new_thread(_after, (_UNWIND_S, partial(self._exit, code, line)))
        raise KeyboardInterrupt

    def _tell(self, code: int, line: str) -> None:
        if not self.code and os.getpid() == self.id:
            self.code = code
            start = "\n" if os.isatty(2) else ""  # a progress bar may stand in the line
            with suppress(OSError):  # nobody reads it
                os.write(2, f"{start}{line}\n".encode())

    def _exit(self, code: int, line: str) -> None:
        self._tell(code, line)
        os._exit(self.code or code)


_PROCESS = _Process()


def _after(seconds: float, act: Callable[[], object]) -> None:
    time.sleep(seconds)
    act()


def _silence(*descriptors: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in descriptors:
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def watch_signals() -> None:
    """From now on SIGINT and SIGTERM end this process in one line; call it in the main thread."""
    _PROCESS.id = os.getpid()
    signal.signal(signal.SIGINT, _PROCESS.interrupt)
    signal.signal(signal.SIGTERM, _PROCESS.stop)


def told_to_stop() -> bool:
    """Tell whether to take up no more work; what runs has GRACE_S seconds."""
    return _PROCESS.told_to_stop


def run_quietly(work: Callable[[], int]) -> int:
    """Return the exit code of a process's work, also where a signal or a closed pipe ended it."""
    watch_signals()
    try:
        _PROCESS.works = True
        try:
            code = work()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _silence(1, 2)
        return PIPE_CLOSED
    except BaseException:
        if not _PROCESS.code:
            raise
        exec("")  # noqa: S102 - "python -m" would die of an interrupt inside an earlier exec
        return _PROCESS.code
    finally:
        _PROCESS.works = False
    return _PROCESS.code or code
