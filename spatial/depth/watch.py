"""Progress and cancelling of a long computation."""

from collections.abc import Callable

from spatial.depth.errors import Cancelled

Progress = Callable[[float, str], None]  # fraction done in [0, 1], what is being done


class Watch:
    """Tells the caller before every part of the work how far it is, and stops on its wish.

    Args:
        parts: how many parts the work has.
        progress: told the fraction done and what comes next.
        cancel: asked whether to stop.
    """

    def __init__(
        self,
        parts: int,
        progress: Progress | None = None,
        cancel: Callable[[], bool] | None = None,
    ) -> None:
        self._parts, self._progress, self._cancel = parts, progress, cancel
        self._done = 0

    def next(self, text: str) -> None:
        """Announce the next part.

        Raises:
            Cancelled: ``cancel`` returned True.
        """
        if self._cancel is not None and self._cancel():
            msg = "cancelled"
            raise Cancelled(msg)
        if self._progress is not None:
            self._progress(self._done / self._parts, text)
        self._done += 1
