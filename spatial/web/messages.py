"""What a visitor is told: clear words instead of traces, and progress."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import gradio as gr

from spatial.refusals import REFUSALS
from spatial.results import ShareError

_P = ParamSpec("_P")
_R = TypeVar("_R")


class SessionError(ValueError):
    """The page refers to something that the server no longer holds."""


KNOWN_ERRORS = (*REFUSALS, SessionError, ShareError)
"""Errors whose words are for the visitor; everything else is a bug and is logged as one."""

PRIVATE: dict[str, Any] = {"api_visibility": "private"}
"""Of an event that the page alone sets off: it is no part of the API."""


def clear_errors(handler: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return ``handler`` with every known error shown as one message in the page and the API."""

    @wraps(handler)
    def guarded(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return handler(*args, **kwargs)
        except KNOWN_ERRORS as error:
            raise refusal(str(error)) from error

    return guarded


def refusal(words: str) -> gr.Error:
    """Return an error that the page shows, and that leaves no trace in the log."""
    return gr.Error(words, print_exception=False)


def page_progress(share: float, words: str) -> None:
    """Show progress in the page: ``words``, and the finished share in [0, 1]."""
    gr.Progress()(share, desc=words)
