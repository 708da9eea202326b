"""What a visitor is told: clear words instead of traces, and progress."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import gradio as gr

from spatial.depth import Progress
from spatial.refusals import REFUSALS
from spatial.results import ShareError

_P = ParamSpec("_P")
_R = TypeVar("_R")


class SessionError(ValueError):
    """The page refers to something that the server no longer holds."""


KNOWN_ERRORS = (*REFUSALS, SessionError, ShareError)
"""Errors whose message is written for the visitor; everything else is a bug and is logged as one."""

PRIVATE: dict[str, Any] = {"api_visibility": "private"}
"""Of an event that the page alone sets off: it is no part of the API."""


def clear_errors(handler: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return ``handler`` with every known error shown as one message in the page and the API."""

    @wraps(handler)
    def guarded(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return handler(*args, **kwargs)
        except KNOWN_ERRORS as error:
            raise gr.Error(str(error), print_exception=False) from error

    return guarded


@dataclass(frozen=True, slots=True)
class PageProgress:
    """Progress callback that moves the page's bar from ``start`` to ``end``; crosses process borders."""

    start: float = 0.0
    end: float = 1.0

    def __call__(self, share: float, words: str) -> None:
        """Show ``words`` and the finished share in [0, 1] of this part."""
        gr.Progress()(self.start + (self.end - self.start) * share, desc=words)


@dataclass(frozen=True, slots=True)
class Silent:
    """Progress that nobody watches."""

    def __call__(self, share: float, words: str) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Part:
    """Progress of one part of the work, from ``start`` to ``end`` of the whole; crosses process borders."""

    whole: Progress
    start: float
    end: float

    def __call__(self, share: float, words: str) -> None:
        self.whole(self.start + (self.end - self.start) * share, words)
