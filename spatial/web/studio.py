"""What stands behind the page: models, photos with their depth, and the renderer of both."""

import logging
from dataclasses import replace

import numpy as np

from spatial.conversion import estimate, fit_depth, render
from spatial.decoder import Decoder
from spatial.depth import EstimatorError, Progress
from spatial.records import DepthMap, Photo, SpatialPhoto
from spatial.settings import ConvertSettings, DepthSettings
from spatial.web.depth_memory import (
    DepthKey,
    DepthMemory,
    KnownDepth,
    depth_bytes,
    with_adjustments_of,
)
from spatial.web.files import fit_preview
from spatial.web.memory import ByteCache
from spatial.web.models import Load, Models, Run, load_for_strangers

_PREVIEW_BYTES = 384 * 2**20
_SHOWN_BYTES = 128 * 2**20  # the last previews: their layers follow them
_FULL_BYTES = 384 * 2**20  # one of 12 megapixels
_WARM_UP_PX = 240, 320

_log = logging.getLogger(__name__)


class Studio:
    """Models, depth and pictures of one server process, shared by all visitors.

    Args:
        device: where models are loaded, ``cpu`` or ``cuda``; None = cuda where there is one.
        load: loads an estimator by name.
        run: calls the network; None calls it here.
        decoder: reads visitors' files; in this process by default, ``Workers`` in an app that
            strangers can reach.
    """

    def __init__(
        self,
        *,
        device: str | None = None,
        load: Load = load_for_strangers,
        run: Run | None = None,
        decoder: Decoder | None = None,
    ) -> None:
        self.decoder = decoder or Decoder()
        self.models = Models(device=device, load=load)
        self.depths = DepthMemory(self.models, self.decoder, run)
        self.renderer = Renderer(self.depths)

    def warm_up(self, name: str) -> None:
        """Load an estimator, time it on a processor and render once, so that nobody need wait.

        What goes wrong here is logged, and told to whoever asks for the same thing.
        """
        noise = np.random.default_rng(0).integers(0, 256, (*_WARM_UP_PX, 3), dtype=np.uint8)
        photo = Photo(rgb=noise)
        self.decoder.warm_up()
        try:
            info = self.depths.warm_up(name, photo)
            flat = np.linspace(0, 1, 64)[:, None].repeat(64, axis=1)
            depth = DepthMap.from_values(flat, kind=info.kind, space=info.space)
            settings = ConvertSettings()
            render(photo, fit_depth(depth, photo, settings.depth), settings, info)
        except EstimatorError as error:
            _log.warning("%s", error)


class Renderer:
    """Renders photos whose depth is known: previews at once, full size on request.

    Args:
        depths: the photos and their depth.
    """

    def __init__(self, depths: DepthMemory) -> None:
        self._depths = depths
        self._previews: ByteCache[DepthKey, tuple[Photo, DepthMap, float]] = ByteCache(
            _PREVIEW_BYTES
        )
        self._shown: ByteCache[tuple[KnownDepth, ConvertSettings], SpatialPhoto] = ByteCache(
            _SHOWN_BYTES
        )
        self._fulls: ByteCache[tuple[KnownDepth, ConvertSettings], SpatialPhoto] = ByteCache(
            _FULL_BYTES
        )

    def preview(self, known: KnownDepth, settings: ConvertSettings) -> SpatialPhoto:
        """Return the spatial photo at preview size.

        Raises:
            SessionError: the depth is gone; the photo must be made anew.
        """
        held = self._shown.get((known, settings))
        if held is None:
            photo, depth, scale = self._small(known)
            chosen = at_scale(_with_estimated(known, settings), scale)
            held = render(photo, fit_depth(depth, photo, chosen.depth), chosen, known.info)
            self._shown.put((known, settings), held, result_bytes(held))
        return held

    def full(
        self, known: KnownDepth, settings: ConvertSettings, progress: Progress | None = None
    ) -> SpatialPhoto:
        """Return the spatial photo at the photo's own size; the last ones are kept to be shared.

        Raises:
            SessionError: the depth is gone; the photo must be made anew.
        """
        estimator, chosen = self._depths.estimator(known), _with_estimated(known, settings)
        held = self._fulls.get((known, chosen))
        if held is not None:
            return held
        photo = self._depths.photo_of(known)
        depth = estimate(photo, chosen.depth, estimator)
        result = render(photo, depth, chosen, known.info, progress=progress)
        size = result_bytes(result)
        if size <= _FULL_BYTES:
            self._fulls.put((known, chosen), result, size)
        return result

    def _small(self, known: KnownDepth) -> tuple[Photo, DepthMap, float]:
        """Return photo and depth at preview size, and how many times smaller that is."""
        held = self._previews.get(known.key)
        if held is None:
            estimator, photo = self._depths.estimator(known), self._depths.photo_of(known)
            small = to_preview(photo)
            depth = estimate(small, DepthSettings(), estimator)
            held = (small, depth, small.width_px / photo.width_px)
            self._previews.put(known.key, held, small.rgb.nbytes + depth_bytes(depth))
        return held


def _with_estimated(known: KnownDepth, settings: ConvertSettings) -> ConvertSettings:
    """Return the settings with those of the depth that was really estimated.

    What needs no new estimate follows the page.
    """
    return replace(settings, depth=with_adjustments_of(settings.depth, known.key.settings))


def to_preview(photo: Photo) -> Photo:
    """Return the photo at preview size, focal length scaled with it."""
    small = fit_preview(photo.rgb)
    scale = small.shape[1] / photo.width_px
    focal = None if photo.focal_px is None else photo.focal_px * scale
    second = photo.second and replace(photo.second, rgb=fit_preview(photo.second.rgb))
    return replace(photo, rgb=small, focal_px=focal, depth=None, second=second)


def at_scale(settings: ConvertSettings, scale: float) -> ConvertSettings:
    """Return the settings with lengths in pixels for a picture ``scale`` times as large."""
    bokeh = replace(settings.bokeh, bokeh_intensity_px=settings.bokeh.bokeh_intensity_px * scale)
    reach = settings.stereo.max_offset_px
    stereo = replace(settings.stereo, max_offset_px=max(1, round(reach * scale)) if reach else 0)
    return replace(settings, bokeh=bokeh, stereo=stereo)


def result_bytes(result: SpatialPhoto) -> int:
    """Return the memory that a result takes, in bytes."""
    pair, photo = result.pair, result.photo.rgb
    arrays = [photo, result.nearness, pair.left, pair.right, pair.disparity_px]
    arrays += [pair.left_disoccluded, pair.right_disoccluded]
    arrays += [] if result.focused is photo else [result.focused]
    return sum(array.nbytes for array in arrays) + depth_bytes(result.depth)
