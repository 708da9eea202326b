"""What the server remembers between two events of a page: loaded models, depth, and previews.

Depth is estimated once per photo, estimator and depth settings; every change of a stereo setting is rendered from it.
"""

import logging
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Protocol

import numpy as np

from spatial.conversion import convert
from spatial.depth import (
    ESTIMATORS,
    FILE,
    Estimator,
    EstimatorError,
    Progress,
    load_estimator_or_embedded,
)
from spatial.fields import Group
from spatial.photo import load_photo
from spatial.records import DepthMap, EstimatorInfo, Photo, SpatialPhoto
from spatial.settings import ConvertSettings, DepthSettings, iter_settings
from spatial.upsample import upsample_depth
from spatial.web.cache import ByteCache
from spatial.web.own_depth import brought_depth, camera_depth
from spatial.web.pictures import is_shown_by_browsers
from spatial.web.preview import at_scale, to_preview
from spatial.web.progress import Part, Silent

_log = logging.getLogger(__name__)
_WARM_UP_PX = 64
_LOADING_SHARE = 0.4
_REPOSITORY = re.compile(
    r"(?!file:)[a-z-]+:\w[\w.-]*/\w[\w.-]*(@[\w.-]+)?"
)  # no folder of this server
_MODEL_BYTES = 6 * 10**9
_DEPTH_BYTES = 256 * 2**20
_PREVIEW_BYTES = 512 * 2**20


class SessionError(ValueError):
    """The page refers to something that the server no longer holds."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthKey:
    """What a depth map depends on: photo, estimator, its revision, and the depth settings."""

    sha256: str
    estimator: str
    revision: str
    settings: DepthSettings  # those that the estimate depends on, the others at their defaults


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One photo of one visitor whose depth is known; the page holds it while the visitor moves sliders.

    Attributes:
        path: the photo's file in Gradio's cache.
        key: finds its depth.
        info: the estimator that the depth came from.
        note: why that is not the one that was asked for; may be empty.
        seconds: how long the estimate took; None when it was known already.
    """

    path: str
    key: DepthKey
    info: EstimatorInfo
    note: str = ""
    seconds: float | None = None


@dataclass(slots=True)
class _KnownDepth:
    """An estimator that has already answered."""

    info: EstimatorInfo
    depth: DepthMap

    def __call__(
        self, photo: Photo, settings: DepthSettings, progress: Progress | None = None
    ) -> DepthMap:
        return self.depth


def _best_device() -> str:
    torch = import_module("torch")  # heavy: the page is served before it is needed
    return "cuda" if torch.cuda.is_available() else "cpu"


def _depth_bytes(depth: DepthMap) -> int:
    spread = 0 if depth.uncertainty is None else depth.uncertainty.nbytes
    return depth.values.nbytes + depth.valid.nbytes + spread


def _key(photo: Photo, info: EstimatorInfo, settings: DepthSettings) -> DepthKey:
    return DepthKey(
        sha256=photo.sha256,
        estimator=info.id,
        revision=info.revision,
        settings=with_later_of(DepthSettings(), settings),
    )


def with_later_of(later: DepthSettings, estimated: DepthSettings) -> DepthSettings:
    """Return ``estimated`` with those settings of ``later`` that any estimated map can follow."""
    names = (s.name for s in iter_settings() if s.info.group is Group.DEPTH)
    return replace(estimated, **{name: getattr(later, name) for name in names})


def _chosen(path: str | None) -> tuple[str, Photo]:
    """Return the file that the visitor chose, and the photo in it."""
    if not path:
        msg = "Choose a photo first."
        raise SessionError(msg)
    return path, load_photo(path)


class Studio:
    """Models, depth maps and previews of one server process, shared by all visitors.

    Args:
        device: where models are loaded, ``cpu`` or ``cuda``; None = cuda where there is one.
        load: loads an estimator by name.
        run: calls the network; None calls it here.
    """

    def __init__(
        self,
        *,
        device: str | None = None,
        load: Load = load_estimator_or_embedded,
        run: Run | None = None,
    ) -> None:
        self._device = device
        self._load = load
        self.run: Run = run or self.estimate
        self._models: ByteCache[str, Estimator] = ByteCache(_MODEL_BYTES)
        self._depths: ByteCache[DepthKey, DepthMap] = ByteCache(_DEPTH_BYTES)
        self._previews: ByteCache[DepthKey, tuple[Photo, DepthMap, float]] = ByteCache(
            _PREVIEW_BYTES
        )
        self._turn = Lock()

    def warm_up(self, name: str) -> None:
        """Load an estimator and render once, so that the first visitor need not wait for it.

        What goes wrong here is logged, and told to whoever asks for the same thing.
        """
        photo = Photo(rgb=np.zeros((_WARM_UP_PX, _WARM_UP_PX, 3), np.uint8))
        try:
            with self._turn:
                estimator, _ = self.model(name)
            depth = DepthMap.from_values(
                np.eye(_WARM_UP_PX), kind=estimator.info.kind, space=estimator.info.space
            )
            convert(photo, estimator=estimator, depth=depth)
        except EstimatorError as error:
            _log.warning("%s", error)

    def model(self, name: str, progress: Progress | None = None) -> tuple[Estimator, str]:
        """Return a loaded estimator and a note, not empty when another one stands in for it.

        Raises:
            EstimatorError: the name is unknown or its weights cannot be used.
        """
        known = self._models.get(name)
        if known is not None:
            return known, ""
        row = ESTIMATORS.get(name.partition(":")[0])
        takes_path = row is not None and row.takes_path
        if ":" in name and (takes_path or not _REPOSITORY.fullmatch(name)):
            msg = f"{name!r} is no checkpoint on the Hub; write ldm:owner/name"
            raise EstimatorError(msg)
        estimator, note = self._load(name, device=self._device or _best_device(), progress=progress)
        # A stand-in is kept under its own name, so that the next call for the other one tries again.
        self._models.put(estimator.info.id, estimator, int(estimator.info.size_mb * 1e6))
        return estimator, note

    def estimate(
        self, name: str, photo: Photo, settings: DepthSettings, progress: Progress | None = None
    ) -> DepthMap:
        """Call the network; the only work that a GPU is asked for."""
        estimator, _ = self.model(name)
        return estimator(photo, settings, progress)

    def shoot(
        self, path: str | None, name: str, settings: DepthSettings, progress: Progress | None = None
    ) -> Shot:
        """Make sure that the depth of a photo is known, and return where to find it.

        Raises:
            SessionError: there is no photo.
            PhotoError: the file cannot be used.
            EstimatorError: the estimator cannot be used.
        """
        path, photo = _chosen(path)
        if name == FILE:
            return self._keep(path, photo, settings, *camera_depth(photo, settings))
        report = progress or Silent()
        # One network at a time; the second of two equal requests finds the first one's answer.
        with self._turn:
            estimator, note = self.model(name, Part(report, 0.0, _LOADING_SHARE))
            info = estimator.info
            depth, seconds = self._depths.get(_key(photo, info, settings)), None
            if depth is None:
                report(_LOADING_SHARE, "estimating depth")
                start = time.monotonic()
                depth = self.run(info.id, photo, settings, Part(report, _LOADING_SHARE, 0.95))
                seconds = time.monotonic() - start
            shot = self._keep(path, photo, settings, depth, info)
        return replace(shot, note=note, seconds=seconds)

    def shoot_with_map(self, path: str | None, depth_path: str, settings: DepthSettings) -> Shot:
        """Take the depth of a photo from a map that the visitor brings, and return where to find it.

        Raises:
            SessionError: there is no photo.
            PhotoError: the photo cannot be used.
            EstimatorError: the map cannot be used.
        """
        path, photo = _chosen(path)
        depth, info = brought_depth(photo, Path(depth_path), settings)
        return self._keep(path, photo, settings, depth, info)

    def _keep(
        self,
        path: str,
        photo: Photo,
        settings: DepthSettings,
        depth: DepthMap,
        info: EstimatorInfo,
    ) -> Shot:
        key = _key(photo, info, settings)
        self._depths.put(key, depth, _depth_bytes(depth))
        if self._previews.get(key) is None:
            self._keep_preview(key, photo, depth)
        return Shot(path=path, key=key, info=info)

    def preview(self, shot: Shot, settings: ConvertSettings) -> SpatialPhoto:
        """Render at preview size from the depth that is known.

        Raises:
            SessionError: the depth is gone; the photo must be made anew.
        """
        photo, depth, scale = self._held_preview(shot)
        chosen = at_scale(self._of_shot(shot, settings), scale)
        return convert(photo, chosen, estimator=_KnownDepth(shot.info, depth), depth=depth)

    def full(
        self, shot: Shot, settings: ConvertSettings, progress: Progress | None = None
    ) -> SpatialPhoto:
        """Render at the photo's own size from the depth that is known.

        Raises:
            SessionError: the depth is gone; the photo must be made anew.
        """
        depth = self.depth(shot)
        return convert(
            load_photo(shot.path),
            self._of_shot(shot, settings),
            estimator=_KnownDepth(shot.info, depth),
            depth=depth,
            progress=progress,
        )

    def place(self, shot: Shot, index: Sequence[float]) -> tuple[float, float]:
        """Return where a pixel of the picture that the page shows lies in the photo: x and y in [0, 1].

        Args:
            shot: the photo.
            index: x and y in pixels of the shown picture: the photo itself, or its preview where browsers cannot show
                the photo.

        Raises:
            SessionError: the depth is gone; the photo must be made anew.
        """
        photo, _, scale = self._held_preview(shot)
        shown = 1.0 if is_shown_by_browsers(shot.path) else scale
        width_px, height_px = (shown * side / scale for side in (photo.width_px, photo.height_px))
        x, y = (index[0] + 0.5) / width_px, (index[1] + 0.5) / height_px
        return round(min(max(x, 0.0), 1.0), 4), round(min(max(y, 0.0), 1.0), 4)

    def depth(self, shot: Shot) -> DepthMap:
        """Return the depth that is known, at the size that the estimator gave it.

        Raises:
            SessionError: the depth is gone; the photo must be made anew.
        """
        depth = self._depths.get(shot.key)
        if depth is None or not Path(shot.path).is_file():
            msg = "This photo is no longer in the server's memory; press Make it 3D again."
            raise SessionError(msg)
        return depth

    @staticmethod
    def _of_shot(shot: Shot, settings: ConvertSettings) -> ConvertSettings:
        """Return the settings with the depth that was really estimated; what needs no new estimate follows the page."""
        return replace(settings, depth=with_later_of(settings.depth, shot.key.settings))

    def _held_preview(self, shot: Shot) -> tuple[Photo, DepthMap, float]:
        held = self._previews.get(shot.key)
        if held is None:
            held = self._keep_preview(shot.key, load_photo(shot.path), self.depth(shot))
        return held

    def _keep_preview(
        self, key: DepthKey, photo: Photo, depth: DepthMap
    ) -> tuple[Photo, DepthMap, float]:
        small = to_preview(photo)
        fitted = upsample_depth(depth, small.rgb)
        held = (small, fitted, small.width_px / photo.width_px)
        self._previews.put(key, held, small.rgb.nbytes + _depth_bytes(fitted))
        return held
