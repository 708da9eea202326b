"""A borrowed GPU that may be refused: Hugging Face's ZeroGPU gives each visitor some minutes a day."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import gradio as gr

_P = ParamSpec("_P")
_R = TypeVar("_R")

# ``spaces`` knows its refusals only by these titles; a failure inside the call is a "ZeroGPU worker error".
_REFUSALS = (
    "ZeroGPU quota exceeded",
    "ZeroGPU pending credits exceeded",
    "ZeroGPU queue timeout",
    "ZeroGPU illegal duration",
    "ZeroGPU client error",
)


class NoGpuError(Exception):
    """No GPU was given; the message says why, for people."""


def refusals_told(call: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return a function under ``@spaces.GPU`` with refusals of the GPU raised as NoGpuError, and nothing else changed."""

    @wraps(call)
    def told(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return call(*args, **kwargs)
        except gr.Error as error:
            if error.title in _REFUSALS:
                raise NoGpuError(str(error.message).strip()) from error
            raise

    return told
