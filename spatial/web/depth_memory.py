"""The depth of photos that the server remembers: estimated once per photo, estimator and depth settings."""

import logging
import time
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

import numpy as np

from spatial.conversion import fit_depth, render
from spatial.depth import (
    AUTO,
    EMBEDDED,
    FILE,
    Estimator,
    EstimatorError,
    Progress,
    load_estimator,
)
from spatial.depth.file import MapEstimator
from spatial.depth.map_file import StoredMap
from spatial.records import DepthMap, EstimatorInfo, Photo
from spatial.settings import ConvertSettings, DepthSettings, Group, iter_settings
from spatial.web.cache import ByteCache
from spatial.web.decoder import Decoder, InPlace
from spatial.web.messages import Part, SessionError, Silent
from spatial.web.models import Load, Models, NoGpuError, Run, load_for_strangers

_log = logging.getLogger(__name__)
_WARM_UP_PX = 240, 320
_LOADING_SHARE = 0.4
_DEPTH_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthKey:
    """What a depth map depends on: photo, estimator, its revision, and the depth settings."""

    sha256: str
    estimator: str
    revision: str
    settings: DepthSettings  # those that the estimate depends on, the others at their defaults


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDepth:
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


def depth_bytes(depth: DepthMap) -> int:
    """Return the memory that a depth map takes."""
    spread = 0 if depth.uncertainty is None else depth.uncertainty.nbytes
    return depth.values.nbytes + depth.valid.nbytes + spread


def key_of(photo: Photo, info: EstimatorInfo, settings: DepthSettings) -> DepthKey:
    """Return the key of the depth that an estimator gives of a photo."""
    return DepthKey(
        sha256=photo.sha256,
        estimator=info.id,
        revision=info.revision,
        settings=with_adjustments_of(DepthSettings(), settings),
    )


def with_adjustments_of(later: DepthSettings, estimated: DepthSettings) -> DepthSettings:
    """Return ``estimated`` with those settings of ``later`` that any estimated map can follow."""
    names = (s.name for s in iter_settings() if s.info.group is Group.DEPTH)
    return replace(estimated, **{name: getattr(later, name) for name in names})


class DepthMemory:
    """Models and depth maps of one server process, shared by all visitors.

    Args:
        device: where models are loaded, ``cpu`` or ``cuda``; None = cuda where there is one.
        load: loads an estimator by name.
        run: calls the network; None calls it here.
        decoder: reads visitors' files; here by default, ``Workers`` in an app that strangers can
            reach.
    """

    def __init__(
        self,
        *,
        device: str | None = None,
        load: Load = load_for_strangers,
        run: Run | None = None,
        decoder: Decoder | None = None,
    ) -> None:
        self.models = Models(device=device, load=load)
        self.run: Run = run or self.estimate
        self.decoder: Decoder = decoder or InPlace()
        self._depths: ByteCache[DepthKey, DepthMap] = ByteCache(_DEPTH_BYTES)
        self._turn = Lock()

    def warm_up(self, name: str) -> None:
        """Load an estimator, time it on a processor and render once, so that the first visitor need not wait.

        What goes wrong here is logged, and told to whoever asks for the same thing.
        """
        noise = np.random.default_rng(0).integers(0, 256, (*_WARM_UP_PX, 3), dtype=np.uint8)
        photo = Photo(rgb=noise)
        self.decoder.warm_up()
        try:
            with self._turn:
                estimator, _ = self.models.get(name)
            flat = np.linspace(0, 1, 64)[:, None].repeat(64, axis=1)
            depth = DepthMap.from_values(flat, kind=estimator.info.kind, space=estimator.info.space)
            settings = ConvertSettings()
            render(photo, fit_depth(depth, photo, settings.depth), settings, estimator.info)
            if self.models.on_processor:  # a GPU is borrowed from visitors
                self._time(estimator, photo)
        except EstimatorError as error:
            _log.warning("%s", error)

    def _time(self, estimator: Estimator, photo: Photo) -> None:
        for _ in range(2):  # the first call is slower than all others
            with self._turn:
                start = time.monotonic()
                estimator(photo, DepthSettings())
                self.models.remember(estimator.info.id, time.monotonic() - start)

    def estimate(
        self, name: str, photo: Photo, settings: DepthSettings, progress: Progress | None = None
    ) -> DepthMap:
        """Call the network; the only work that a GPU is asked for."""
        estimator, _ = self.models.get(name)
        return estimator(photo, settings, progress)

    def find_depth(
        self, path: str | None, name: str, settings: DepthSettings, progress: Progress | None = None
    ) -> KnownDepth:
        """Make sure that the depth of a photo is known, and return where to find it.

        Raises:
            SessionError: there is no photo.
            PhotoError: the file cannot be used.
            EstimatorError: the estimator cannot be used.
        """
        path, photo = self._chosen(path)
        if (written := self._written(path, photo, name, settings)) is not None:
            return written
        report = progress or Silent()
        # One network at a time; the second of two equal requests finds the first one's answer.
        with self._turn:
            estimator, note = self.models.get(name, Part(report, 0.0, _LOADING_SHARE))
            info = estimator.info
            depth, seconds = self._depths.get(key_of(photo, info, settings)), None
            if depth is None:
                report(_LOADING_SHARE, "estimating depth")
                watch = Part(report, _LOADING_SHARE, 0.95)
                start = time.monotonic()
                try:
                    depth = self.run(info.id, photo, settings, watch)
                except NoGpuError as refusal:
                    spare = self.models.spare()
                    start = time.monotonic()
                    depth = spare(photo, settings, watch)
                    info, note = spare.info, _without_gpu(info.id, refusal)
                seconds = time.monotonic() - start
                self._note_time(info.id, settings, seconds)
            known = self._keep(path, photo, settings, depth, info)
        return replace(known, note=note, seconds=seconds)

    def _written(
        self, path: str, photo: Photo, name: str, settings: DepthSettings
    ) -> KnownDepth | None:
        """Return the depth that the camera wrote, where it is asked for or comes first; else None."""
        if name != FILE and (name != AUTO or photo.depth is None):
            return None
        try:
            return self._keep(path, photo, settings, *camera_depth(photo, settings))
        except EstimatorError:
            if name == FILE:
                raise
            return None

    def _chosen(self, path: str | None) -> tuple[str, Photo]:
        """Return the file that the visitor chose, and the photo in it."""
        if not path:
            msg = "Choose a photo first."
            raise SessionError(msg)
        return path, self.decoder.load_photo(path)

    def _note_time(self, name: str, settings: DepthSettings, seconds: float) -> None:
        if (settings.denoising_steps, settings.ensemble_size) == (0, 0):  # the model's own
            self.models.remember(name, seconds)

    def take_map(self, path: str | None, depth_path: str, settings: DepthSettings) -> KnownDepth:
        """Take the depth of a photo from a map that the visitor brings, and return where to find it.

        Raises:
            SessionError: there is no photo.
            PhotoError: the photo cannot be used.
            EstimatorError: the map cannot be used.
        """
        path, photo = self._chosen(path)
        stored = self.decoder.read_map(depth_path)
        depth, info = brought_depth(photo, stored, Path(depth_path), settings)
        return self._keep(path, photo, settings, depth, info)

    def _keep(
        self,
        path: str,
        photo: Photo,
        settings: DepthSettings,
        depth: DepthMap,
        info: EstimatorInfo,
    ) -> KnownDepth:
        key = key_of(photo, info, settings)
        self._depths.put(key, depth, depth_bytes(depth))
        return KnownDepth(path=path, key=key, info=info)

    def depth(self, known: KnownDepth) -> DepthMap:
        """Return the depth that is known, at the size that the estimator gave it.

        Raises:
            SessionError: the depth is gone; the photo must be made anew.
        """
        depth = self._depths.get(known.key)
        if depth is None or not Path(known.path).is_file():
            msg = "This photo is no longer in the server's memory; press Make it 3D again."
            raise SessionError(msg)
        return depth


def _without_gpu(name: str, refusal: NoGpuError) -> str:
    told = f"No GPU is available: {str(refusal).rstrip('. ')}."
    if name == EMBEDDED:
        return f"{told} The embedded depth model ran on the processor instead."
    return f"{told} The embedded depth model stands in for {name}, on the processor."


def camera_depth(photo: Photo, settings: DepthSettings) -> tuple[DepthMap, EstimatorInfo]:
    """Return the depth that the camera wrote into a photo.

    Raises:
        EstimatorError: there is none, or it does not fit the photo.
    """
    if photo.depth is None:
        msg = (
            f"{photo.name} holds no depth. Phones write it into portrait photos; some browsers drop it, so choose "
            "the original with Choose a photo, or another depth model."
        )
        raise EstimatorError(msg)
    camera = load_estimator(FILE)
    depth = camera(photo, settings)
    return depth, _told_by(depth, replace(camera.info, title="the camera"))


def brought_depth(
    photo: Photo, stored: StoredMap, path: Path, settings: DepthSettings
) -> tuple[DepthMap, EstimatorInfo]:
    """Return a map that was read from a file as depth of a photo.

    Raises:
        EstimatorError: its shape is not the photo's, or it is flat.
    """
    brought = MapEstimator(stored, path)
    depth = brought(photo, settings)
    # Where the server keeps the upload is nobody's business.
    info = replace(brought.info, id=FILE, title=f"your map {path.name}", source=path.name)
    return depth, _told_by(depth, info)


def _told_by(depth: DepthMap, info: EstimatorInfo) -> EstimatorInfo:
    return replace(info, space=depth.space, kind=depth.kind)
