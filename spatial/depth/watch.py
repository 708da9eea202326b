"""Progress of a long computation."""

from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[float, str], None]  # fraction done in [0, 1], what is being done


@dataclass(frozen=True, slots=True)
class Part:
    """Progress of one part of the work, from ``start`` to ``end`` of the whole.

    A record, so that it can be sent to another process. Without a whole nobody is told.
    """

    whole: Progress | None
    start: float = 0.0
    end: float = 1.0

    def __call__(self, share: float, words: str) -> None:
        """Tell the finished share in [0, 1] of this part, and what is being done."""
        if self.whole is not None:
            self.whole(self.start + (self.end - self.start) * share, words)


class Watch:
    """Tells the caller before every part of the work how far it is; what that raises stops it.

    Args:
        parts: how many parts the work has.
        progress: told the fraction done and what comes next.
    """

    def __init__(self, parts: int, progress: Progress | None = None) -> None:
        self._parts, self._progress, self._done = parts, progress, 0

    def next(self, text: str) -> None:
        """Announce the next part."""
        if self._progress is not None:
            self._progress(self._done / self._parts, text)
        self._done += 1
