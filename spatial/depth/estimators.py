"""The table of depth estimators, and how one is loaded by name."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

from spatial.depth.errors import EstimatorError, HubUnreachableError
from spatial.depth.watch import Progress
from spatial.records import DepthMap, EstimatorInfo, Photo
from spatial.settings import DepthSettings

AUTO, EMBEDDED, FILE = "auto", "embedded", "file"


class Estimator(Protocol):
    """A loaded depth model."""

    info: EstimatorInfo

    def __call__(
        self, photo: Photo, settings: DepthSettings, progress: Progress | None = None
    ) -> DepthMap:
        """Return the depth of a photo at the model's own resolution and the photo's aspect.

        Args:
            photo: any size from 1 x 1 px.
            settings: 0 means the model's own; what a model does not know is ignored.
            progress: told the fraction done, in [0, 1], and what comes next; what it raises stops
                the work and comes out unchanged.

        Raises:
            EstimatorError: the model gave no finite depth.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """How an estimator or another model is loaded.

    Attributes:
        device: torch device, ``cpu`` or ``cuda``.
        cache_dir: where downloads are kept; the Hub client's own place when None.
        progress: told the fraction of a download.
        endpoint: address of the Hub; the client's own (``HF_ENDPOINT``) when None.
        offline: take what the cache has, and ask nobody.
        hub_limit_bytes: for strangers' wishes: no folder of this machine, and no larger download;
            None = both.
    """

    device: str = "cpu"
    cache_dir: str | Path | None = None
    progress: Progress | None = None
    endpoint: str | None = None
    offline: bool = False
    hub_limit_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatorRow:
    """One kind of estimator.

    Attributes:
        title: the name shown to people.
        loader: ``module:function`` taking the source and LoadOptions, imported when it is needed.
        source: repository it loads when the name gives none; empty for the weights in the package.
        needs_source: whether the name must go on with ``:owner/name`` or ``:folder``.
        takes_path: whether the name may go on with ``:PATH``.
        size_mb: what is downloaded once, in 10^6 bytes; 0 = nothing is.
        licence: terms of the weights; empty where there are none to download.
        pace: how long it takes, in words; empty where that is no matter.
        in_menu: whether the page lists it; not before its published weights were tried.
    """

    title: str
    loader: str
    source: str = ""
    needs_source: bool = False
    takes_path: bool = False
    size_mb: float = 0.0
    licence: str = ""
    pace: str = ""
    in_menu: bool = True


ESTIMATORS: dict[str, EstimatorRow] = {
    AUTO: EstimatorRow(title="Automatic", loader="spatial.depth.automatic:load"),
    EMBEDDED: EstimatorRow(title="Embedded", loader="spatial.depth.latent:load_embedded"),
    "depth-anything": EstimatorRow(
        title="Depth Anything V2 Small",
        loader="spatial.depth.depth_anything:load",
        source="depth-anything/Depth-Anything-V2-Small-hf",
        size_mb=99,
        licence="Apache-2.0",
        pace="sharper, takes longer",
    ),
    "depth-anything-3-small": EstimatorRow(
        title="Depth Anything 3 Small",
        loader="spatial.depth.depth_anything_3:load",
        source="depth-anything/DA3-SMALL",
        size_mb=137,
        licence="Apache-2.0",
        in_menu=False,
    ),
    "depth-anything-3-base": EstimatorRow(
        title="Depth Anything 3 Base",
        loader="spatial.depth.depth_anything_3:load",
        source="depth-anything/DA3-BASE",
        size_mb=542,
        licence="Apache-2.0",
        in_menu=False,
    ),
    "depth-anything-3-mono-large": EstimatorRow(
        title="Depth Anything 3 Mono-Large",
        loader="spatial.depth.depth_anything_3:load",
        source="depth-anything/DA3MONO-LARGE",
        size_mb=1337,
        licence="Apache-2.0",
        in_menu=False,
    ),
    FILE: EstimatorRow(
        title="Depth from the photo's file",
        loader="spatial.depth.file:load",
        takes_path=True,
    ),
    "ldm": EstimatorRow(
        title="Latent diffusion checkpoint",
        loader="spatial.depth.latent:load_source",
        needs_source=True,
    ),
}
FROM_HUB = tuple(name for name, row in ESTIMATORS.items() if row.size_mb)


def load_estimator(name: str = EMBEDDED, options: LoadOptions = LoadOptions()) -> Estimator:
    """Return a loaded depth estimator.

    Args:
        name: a row of ESTIMATORS; ``row:source`` for rows that can load other weights,
            ``@revision`` after a repository pins a version.
        options: where from and where to.

    Raises:
        EstimatorError: the name is unknown, this machine has no such device, or the repository does
            not exist or is not open to this user.
        CheckpointError: the weights are incomplete, damaged or of another kind.
        HubUnreachableError: the Hub does not answer and nothing is cached.
    """
    key, _, source = name.partition(":")
    row = ESTIMATORS.get(key)
    if row is None:
        msg = f"unknown depth estimator {name!r}; known are {', '.join(map(_spelling, ESTIMATORS))}"
        raise EstimatorError(msg)
    if row.needs_source and not source:
        msg = f"{key} needs weights: write {_spelling(key)}"
        raise EstimatorError(msg)
    if source and not (row.needs_source or row.source or row.takes_path):
        msg = f"{key} has its own weights; write just {key}, or ldm:{source}"
        raise EstimatorError(msg)
    check_device(options.device)
    module, _, function = row.loader.partition(":")
    load: Callable[[str, LoadOptions], Estimator] = getattr(import_module(module), function)
    return load(source or row.source, options)


def load_estimator_or_embedded(
    name: str = EMBEDDED, options: LoadOptions = LoadOptions()
) -> tuple[Estimator, str]:
    """Load an estimator, or the embedded one when the Hub does not answer and nothing is cached.

    Returns:
        The estimator, and "" or one sentence that says why it is the embedded one. A wrong name, a
        missing or a gated repository and a broken checkpoint are errors as in ``load_estimator``:
        for those the embedded one is not taken.
    """
    try:
        return load_estimator(name, options), ""
    except HubUnreachableError as error:
        note = f"The embedded depth model is used instead of {name}: {error}."
        return load_estimator(EMBEDDED, options), note


def check_device(device: str) -> None:
    """Raise EstimatorError unless PyTorch can use this device here."""
    if device == "cpu":
        return
    import torch  # noqa: PLC0415 - a depth map from a file does without

    try:
        there = torch.device(device).type != "cuda" or torch.cuda.is_available()
    except RuntimeError:
        there = False
    if not there:
        msg = f"this machine has no device {device!r} that PyTorch can use; choose cpu"
        raise EstimatorError(msg)


def _spelling(key: str) -> str:
    if ESTIMATORS[key].takes_path:
        return f"{key} or {key}:PATH"
    return f"{key}:owner/name" if ESTIMATORS[key].needs_source else key
