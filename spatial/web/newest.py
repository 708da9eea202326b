"""What each open page has come to, for work that may end after the visitor has gone on."""

from typing import Generic, TypeVar

import gradio as gr

from spatial.web.cache import ByteCache

_PAGES = 10_000
_T = TypeVar("_T")


class Newest(Generic[_T]):
    """The newest of something for each open page; the pages used least recently are forgotten."""

    def __init__(self) -> None:
        self._values: ByteCache[str, _T] = ByteCache(_PAGES)

    def note(self, request: gr.Request, value: _T) -> None:
        """Remember what the page that asks is about from now on."""
        self._values.put(str(request.session_hash), value, 1)

    def is_still(self, request: gr.Request, value: _T) -> bool:
        """Return whether the page that asks has nothing newer; one that was forgotten is taken to have nothing newer."""
        return self._values.get(str(request.session_hash)) in (None, value)
