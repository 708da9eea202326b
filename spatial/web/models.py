"""Depth models: loaded once, and offered in a menu with what they cost."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, wraps
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import ParamSpec, Protocol, TypeVar

import gradio as gr

from spatial.depth import (
    AUTO,
    EMBEDDED,
    ESTIMATORS,
    FILE,
    Estimator,
    EstimatorError,
    LoadOptions,
    Progress,
    load_estimator_or_embedded,
)
from spatial.depth.automatic import choose_model
from spatial.depth.hub import read_licence
from spatial.records import DepthMap, Photo
from spatial.settings import DepthSettings
from spatial.web.memory import ByteCache

# A repository on the Hub, and no folder of this server.
_REPOSITORY = re.compile(r"(?!file:)[a-z0-9-]+:\w[\w.-]*/\w[\w.-]*(@[\w.-]+)?")
_MODEL_BYTES = 6 * 10**9
_PROCESSOR = "cpu"
# ``spaces`` tells its refusals by these titles alone; what fails in a call is a "worker error".
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


def load_for_strangers(
    name: str, *, device: str, progress: Progress | None = None
) -> tuple[Estimator, str]:
    """Load an estimator by the name that a visitor typed: of ``SPATIAL_MAX_MODEL_GB`` at most."""
    limit = _model_limit_bytes(os.environ)
    options = LoadOptions(device=device, progress=progress, hub_limit_bytes=limit)
    return load_estimator_or_embedded(name, options)


def _model_limit_bytes(environment: Mapping[str, str]) -> int:
    told = environment.get("SPATIAL_MAX_MODEL_GB", "8")
    try:
        return int(float(told) * 1e9)
    except (ValueError, OverflowError) as error:
        msg = f"SPATIAL_MAX_MODEL_GB must be a number, got {told!r}"
        raise EstimatorError(msg) from error


def _best_device() -> str:
    torch = import_module("torch")  # heavy: the page is served before it is needed
    return "cuda" if torch.cuda.is_available() else _PROCESSOR


class Models:
    """Loads each model once.

    Args:
        device: where models are loaded, ``cpu`` or ``cuda``; None = cuda where there is one.
        load: loads an estimator by name.
    """

    def __init__(self, *, device: str | None = None, load: Load = load_for_strangers) -> None:
        self._device = device
        self._load = load
        self._held: ByteCache[str, Estimator] = ByteCache(_MODEL_BYTES)
        self._loading = Lock()
        self._spare: Estimator | None = None

    def get(self, name: str, progress: Progress | None = None) -> tuple[Estimator, str]:
        """Return a loaded estimator and a note, not empty when it is another than was asked for.

        Raises:
            EstimatorError: the name is unknown or its weights cannot be used.
        """
        if not isinstance(name, str):
            msg = f"the depth model must be a name, such as {EMBEDDED}, got {name!r}"
            raise EstimatorError(msg)
        key = choose_model().name if name == AUTO else name
        known = self._held.get(key)
        if known is not None:
            return known, ""
        row = ESTIMATORS.get(name.partition(":")[0])
        takes_path = row is not None and row.takes_path
        if ":" in name and (takes_path or not _REPOSITORY.fullmatch(name)):
            msg = f"{name!r} is not a model on the Hugging Face Hub; write ldm:owner/name"
            raise EstimatorError(msg)
        with self._loading:
            known = self._held.get(key)  # somebody else's wish, while this one waited
            if known is not None:
                return known, ""
            estimator, note = self._load(name, device=self.device, progress=progress)
            # A stand-in is kept under its own name: the next call for the other one tries again.
            self._held.put(estimator.info.id, estimator, int(estimator.info.size_mb * 1e6))
        return estimator, note

    def estimate(
        self, name: str, photo: Photo, settings: DepthSettings, progress: Progress | None = None
    ) -> DepthMap:
        """Call the network of a model; the only work that a GPU is asked for."""
        estimator, _ = self.get(name)
        return estimator(photo, settings, progress)

    @property
    def device(self) -> str:
        """Where models are loaded."""
        self._device = self._device or _best_device()
        return self._device

    @property
    def on_processor(self) -> bool:
        """Whether models run without a GPU, which nobody else has to wait for."""
        return self.device == _PROCESSOR

    def spare(self) -> Estimator:
        """Return the embedded model on the processor, for the time when no GPU is to be had."""
        if self._spare is None:
            self._spare, _ = self._load(EMBEDDED, device=_PROCESSOR)
        return self._spare


class NoGpuError(Exception):
    """No GPU was given; the message says why, for people."""


def telling_gpu_refusals(call: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return a function under ``@spaces.GPU`` whose refusals are raised as NoGpuError."""

    @wraps(call)
    def told(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return call(*args, **kwargs)
        except gr.Error as error:
            if error.title in _REFUSALS:
                raise NoGpuError(str(error.message).strip()) from error
            raise

    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One entry of the menu.

    Attributes:
        title: the name shown to people.
        size_mb: what is downloaded once, in 10^6 bytes; 0 = nothing is.
        licence: terms of the weights; empty where there are none.
        pace: how long it takes, in words; empty where that is no matter.
    """

    title: str
    size_mb: float = 0.0
    licence: str = ""
    pace: str = ""


_MARIGOLD = Offer(
    title="Marigold 1.1", size_mb=5000, licence="OpenRAIL++-M", pace="minutes without a GPU"
)


@cache
def offers() -> dict[str, Offer]:
    """Return the menu: name of the estimator to what it is."""
    folder = Path(str(files("spatial") / "depth" / "weights"))
    embedded = Offer(title="The small one that is built in", licence=read_licence(folder))
    camera = Offer(title="Depth in the photo (phone portraits)")
    best = Offer(title=ESTIMATORS[AUTO].title)
    hub = {
        name: Offer(title=row.title, size_mb=row.size_mb, licence=row.licence, pace=row.pace)
        for name, row in ESTIMATORS.items()
        if row.size_mb and row.in_menu
    }
    marigold = {"ldm:prs-eth/marigold-depth-v1-1": _MARIGOLD}
    return {AUTO: best, EMBEDDED: embedded, **hub, **marigold, FILE: camera}


def size_words(megabytes: float) -> str:
    """Return the size of a download for people.

    >>> size_words(99), size_words(1337), size_words(5000)
    ('99 MB', '1.3 GB', '5 GB')
    """
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.2g} GB"


def download_words(name: str) -> str:
    """Return what fetching a model means for a visitor."""
    return f"{size_words(offers()[name].size_mb)}, once"


def choices() -> list[tuple[str, str]]:
    """Return what the menu shows and the name behind it."""
    shown = []
    for name, offer in offers().items():
        size = f"{size_words(offer.size_mb)} to download" if offer.size_mb else ""
        facts = filter(None, (offer.title, offer.pace, size, offer.licence))
        shown.append((" · ".join(facts), name))
    return shown


def build_model_menu() -> gr.Dropdown:
    """Make the menu in the current column."""
    return gr.Dropdown(
        choices(),
        value=AUTO,
        allow_custom_value=True,
        label="Depth model",
        info="Choose a model, or type ldm:owner/name for one on the Hugging Face Hub.",
        elem_id="estimator",
    )
