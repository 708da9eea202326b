"""What the server shows of photos: rendered from the depth that it remembers, whenever a setting changes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from spatial.conversion import fit_depth, render
from spatial.depth import Progress
from spatial.records import DepthMap, EstimatorInfo, Photo, SpatialPhoto
from spatial.settings import ConvertSettings, DepthSettings
from spatial.web.cache import ByteCache
from spatial.web.depth_memory import (
    DepthKey,
    DepthMemory,
    KnownDepth,
    depth_bytes,
    with_adjustments_of,
)
from spatial.web.pictures import at_scale, is_shown_by_browsers, to_preview

_PREVIEW_BYTES = 512 * 2**20
_FULL_BYTES = 384 * 2**20  # one of 12 megapixels


def result_bytes(result: SpatialPhoto) -> int:
    """Return the memory that a result takes."""
    pair, photo = result.pair, result.photo.rgb
    arrays = [photo, result.nearness, pair.left, pair.right, pair.disparity_px]
    arrays += [pair.left_disoccluded, pair.right_disoccluded]
    arrays += [] if result.focused is photo else [result.focused]
    return sum(array.nbytes for array in arrays) + depth_bytes(result.depth)


class Studio(DepthMemory):
    """A depth memory that renders: previews at once, full size on request; both are kept for a while."""

    def __init__(self, **memory: Any) -> None:  # noqa: ANN401 - see DepthMemory
        super().__init__(**memory)
        self._previews: ByteCache[DepthKey, tuple[Photo, DepthMap, float]] = ByteCache(
            _PREVIEW_BYTES
        )
        self._fulls: ByteCache[tuple[KnownDepth, ConvertSettings], SpatialPhoto] = ByteCache(
            _FULL_BYTES
        )

    def _keep(
        self,
        path: str,
        photo: Photo,
        settings: DepthSettings,
        depth: DepthMap,
        info: EstimatorInfo,
    ) -> KnownDepth:
        known = super()._keep(path, photo, settings, depth, info)
        if self._previews.get(known.key) is None:
            self._keep_preview(known.key, photo, depth)
        return known

    def preview(self, known: KnownDepth, settings: ConvertSettings) -> SpatialPhoto:
        """Render at preview size from the depth that is known.

        Raises:
            SessionError: the depth is gone; the photo must be made anew.
        """
        photo, depth, scale = self._held_preview(known)
        chosen = at_scale(self._with_estimated(known, settings), scale)
        return render(photo, fit_depth(depth, photo, chosen.depth), chosen, known.info)

    def full(
        self, known: KnownDepth, settings: ConvertSettings, progress: Progress | None = None
    ) -> SpatialPhoto:
        """Render at the photo's own size from the depth that is known; the last results are kept, to share and pack.

        Raises:
            SessionError: the depth is gone; the photo must be made anew.
        """
        depth, chosen = self.depth(known), self._with_estimated(known, settings)
        held = self._fulls.get((known, chosen))
        if held is not None:
            return held
        photo = self.decoder.load_photo(known.path)
        fitted = fit_depth(depth, photo, chosen.depth)
        result = render(photo, fitted, chosen, known.info, progress=progress)
        size = result_bytes(result)
        if size <= _FULL_BYTES:
            self._fulls.put((known, chosen), result, size)
        return result

    def place(self, known: KnownDepth, index: Sequence[float]) -> tuple[float, float]:
        """Return where a pixel of the picture that the page shows lies in the photo: x and y in [0, 1].

        Args:
            known: the photo.
            index: x and y in pixels of the shown picture: the photo itself, or its preview where browsers cannot show
                the photo.

        Raises:
            SessionError: the depth is gone; the photo must be made anew.
        """
        photo, _, scale = self._held_preview(known)
        shown = 1.0 if is_shown_by_browsers(known.path) else scale
        width_px, height_px = (shown * side / scale for side in (photo.width_px, photo.height_px))
        x, y = (index[0] + 0.5) / width_px, (index[1] + 0.5) / height_px
        return round(min(max(x, 0.0), 1.0), 4), round(min(max(y, 0.0), 1.0), 4)

    @staticmethod
    def _with_estimated(known: KnownDepth, settings: ConvertSettings) -> ConvertSettings:
        """Return the settings with the depth that was really estimated; what needs no new estimate follows the page."""
        return replace(settings, depth=with_adjustments_of(settings.depth, known.key.settings))

    def _held_preview(self, known: KnownDepth) -> tuple[Photo, DepthMap, float]:
        held = self._previews.get(known.key)
        if held is None:
            held = self._keep_preview(
                known.key, self.decoder.load_photo(known.path), self.depth(known)
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
