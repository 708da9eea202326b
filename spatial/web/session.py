"""What the server remembers between two events of a page: loaded models, depth, and previews.

Depth is estimated once per photo, estimator and depth settings; every change of a stereo setting is rendered from it.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock

import numpy as np

from spatial.conversion import fit_depth, render
from spatial.depth import (
    EMBEDDED,
    FILE,
    Estimator,
    EstimatorError,
    Progress,
    load_estimator_or_embedded,
)
from spatial.records import DepthMap, EstimatorInfo, Photo, SpatialPhoto
from spatial.settings import ConvertSettings, DepthSettings
from spatial.web.cache import ByteCache
from spatial.web.decoder import Decoder, InPlace
from spatial.web.messages import Part, SessionError, Silent
from spatial.web.models import Load, Models, NoGpuError, Run
from spatial.web.own_depth import brought_depth, camera_depth
from spatial.web.pictures import at_scale, is_shown_by_browsers, to_preview
from spatial.web.shot import (
    DepthKey,
    Shot,
    depth_bytes,
    key_of,
    result_bytes,
    with_later_of,
)

_log = logging.getLogger(__name__)
_WARM_UP_PX = 240, 320
_LOADING_SHARE = 0.4
_DEPTH_BYTES = 256 * 2**20
_PREVIEW_BYTES = 512 * 2**20
_FULL_BYTES = 384 * 2**20  # one of 12 megapixels


def _without_gpu(name: str, refusal: NoGpuError) -> str:
    told = f"No GPU is to be had: {str(refusal).rstrip('. ')}."
    if name == EMBEDDED:
        return f"{told} The embedded depth model ran on the processor instead."
    return f"{told} The embedded depth model stands in for {name}, on the processor."


class Studio:
    """Models, depth maps and previews of one server process, shared by all visitors.

    Args:
        device: where models are loaded, ``cpu`` or ``cuda``; None = cuda where there is one.
        load: loads an estimator by name.
        run: calls the network; None calls it here.
        decoder: reads visitors' files; here by default, ``Workers`` in an app that strangers can reach.
    """

    def __init__(
        self,
        *,
        device: str | None = None,
        load: Load = load_estimator_or_embedded,
        run: Run | None = None,
        decoder: Decoder | None = None,
    ) -> None:
        self.models = Models(device=device, load=load)
        self.run: Run = run or self.estimate
        self.decoder: Decoder = decoder or InPlace()
        self._depths: ByteCache[DepthKey, DepthMap] = ByteCache(_DEPTH_BYTES)
        self._previews: ByteCache[DepthKey, tuple[Photo, DepthMap, float]] = ByteCache(
            _PREVIEW_BYTES
        )
        self._fulls: ByteCache[tuple[Shot, ConvertSettings], SpatialPhoto] = ByteCache(_FULL_BYTES)
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

    def shoot(
        self, path: str | None, name: str, settings: DepthSettings, progress: Progress | None = None
    ) -> Shot:
        """Make sure that the depth of a photo is known, and return where to find it.

        Raises:
            SessionError: there is no photo.
            PhotoError: the file cannot be used.
            EstimatorError: the estimator cannot be used.
        """
        path, photo = self._chosen(path)
        if name == FILE:
            return self._keep(path, photo, settings, *camera_depth(photo, settings))
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
                    info, note = spare.info, _without_gpu(name, refusal)
                seconds = time.monotonic() - start
                self._note_time(info.id, settings, seconds)
            shot = self._keep(path, photo, settings, depth, info)
        return replace(shot, note=note, seconds=seconds)

    def _chosen(self, path: str | None) -> tuple[str, Photo]:
        """Return the file that the visitor chose, and the photo in it."""
        if not path:
            msg = "Choose a photo first."
            raise SessionError(msg)
        return path, self.decoder.load_photo(path)

    def _note_time(self, name: str, settings: DepthSettings, seconds: float) -> None:
        if (settings.denoising_steps, settings.ensemble_size) == (0, 0):  # the model's own
            self.models.remember(name, seconds)

    def shoot_with_map(self, path: str | None, depth_path: str, settings: DepthSettings) -> Shot:
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
    ) -> Shot:
        key = key_of(photo, info, settings)
        self._depths.put(key, depth, depth_bytes(depth))
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
        return render(photo, fit_depth(depth, photo, chosen.depth), chosen, shot.info)

    def full(
        self, shot: Shot, settings: ConvertSettings, progress: Progress | None = None
    ) -> SpatialPhoto:
        """Render at the photo's own size from the depth that is known; the last results are kept, to share and pack.

        Raises:
            SessionError: the depth is gone; the photo must be made anew.
        """
        depth, chosen = self.depth(shot), self._of_shot(shot, settings)
        held = self._fulls.get((shot, chosen))
        if held is not None:
            return held
        photo = self.decoder.load_photo(shot.path)
        fitted = fit_depth(depth, photo, chosen.depth)
        result = render(photo, fitted, chosen, shot.info, progress=progress)
        size = result_bytes(result)
        if size <= _FULL_BYTES:
            self._fulls.put((shot, chosen), result, size)
        return result

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
            held = self._keep_preview(
                shot.key, self.decoder.load_photo(shot.path), self.depth(shot)
            )
        return held

    def _keep_preview(
        self, key: DepthKey, photo: Photo, depth: DepthMap
    ) -> tuple[Photo, DepthMap, float]:
        small = to_preview(photo)
        fitted = fit_depth(depth, small, DepthSettings())
        held = (small, fitted, small.width_px / photo.width_px)
        self._previews.put(key, held, small.rgb.nbytes + depth_bytes(fitted))
        return held
