"""Loaded depth models of one server process, and how many seconds each takes on this machine."""

import re
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import ParamSpec, Protocol, TypeVar

import gradio as gr

from spatial.depth import (
    EMBEDDED,
    ESTIMATORS,
    Estimator,
    EstimatorError,
    Progress,
    load_estimator_or_embedded,
)
from spatial.records import DepthMap, Photo
from spatial.settings import DepthSettings
from spatial.web.cache import ByteCache

_REPOSITORY = re.compile(
    r"(?!file:)[a-z-]+:\w[\w.-]*/\w[\w.-]*(@[\w.-]+)?"
)  # no folder of this server
_MODEL_BYTES = 6 * 10**9
_PROCESSOR = "cpu"
# ``spaces`` knows its refusals only by these titles; a failure inside the call is a "ZeroGPU worker error".
_REFUSALS = (
    "ZeroGPU quota exceeded",
    "ZeroGPU pending credits exceeded",
    "ZeroGPU queue timeout",
    "ZeroGPU illegal duration",
    "ZeroGPU client error",
)
_P = ParamSpec("_P")
_R = TypeVar("_R")


class Run(Protocol):
    """Calls the network of the named, loaded estimator; the app puts a GPU around it."""

    def __call__(
        self, name: str, photo: Photo, settings: DepthSettings, progress: Progress | None
    ) -> DepthMap: ...


class Load(Protocol):
    """Loads an estimator, or the embedded one with a note that says why."""

    def __call__(
        self, name: str, *, device: str, progress: Progress | None = None
    ) -> tuple[Estimator, str]: ...


def _best_device() -> str:
    torch = import_module("torch")  # heavy: the page is served before it is needed
    return "cuda" if torch.cuda.is_available() else _PROCESSOR


class Models:
    """Loads each model once.

    Args:
        device: where models are loaded, ``cpu`` or ``cuda``; None = cuda where there is one.
        load: loads an estimator by name.
    """

    def __init__(
        self, *, device: str | None = None, load: Load = load_estimator_or_embedded
    ) -> None:
        self._device = device
        self._load = load
        self._held: ByteCache[str, Estimator] = ByteCache(_MODEL_BYTES)
        self._spare: Estimator | None = None
        self._seconds: dict[str, float] = {}

    def get(self, name: str, progress: Progress | None = None) -> tuple[Estimator, str]:
        """Return a loaded estimator and a note, not empty when another one stands in for it.

        Raises:
            EstimatorError: the name is unknown or its weights cannot be used.
        """
        known = self._held.get(name)
        if known is not None:
            return known, ""
        row = ESTIMATORS.get(name.partition(":")[0])
        takes_path = row is not None and row.takes_path
        if ":" in name and (takes_path or not _REPOSITORY.fullmatch(name)):
            msg = f"{name!r} is no checkpoint on the Hub; write ldm:owner/name"
            raise EstimatorError(msg)
        estimator, note = self._load(name, device=self.device, progress=progress)
        # A stand-in is kept under its own name, so that the next call for the other one tries again.
        self._held.put(estimator.info.id, estimator, int(estimator.info.size_mb * 1e6))
        return estimator, note

    @property
    def device(self) -> str:
        """Where models are loaded."""
        self._device = self._device or _best_device()
        return self._device

    @property
    def on_processor(self) -> bool:
        """Whether models run without a GPU, so that a call can be timed before a visitor asks for one."""
        return self.device == _PROCESSOR

    def spare(self) -> Estimator:
        """Return the embedded model on the processor, for the time when no GPU is to be had."""
        if self._spare is None:
            self._spare, _ = self._load(EMBEDDED, device=_PROCESSOR)
        return self._spare

    def remember(self, name: str, seconds: float) -> None:
        """Take down what a call of a model took."""
        self._seconds[name] = seconds

    def seconds(self, name: str) -> float | None:
        """Return what a call of a model took last; None = it was not called yet."""
        return self._seconds.get(name)


class NoGpuError(Exception):
    """No GPU was given; the message says why, for people."""


def telling_gpu_refusals(call: Callable[_P, _R]) -> Callable[_P, _R]:
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
