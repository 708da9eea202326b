"""Depth that exists already: written into the photo by the camera, or an uploaded map."""

import logging
from pathlib import Path

import numpy as np

from spatial.depth.errors import EstimatorError
from spatial.depth.estimators import FILE, Estimator, LoadOptions
from spatial.depth.map_file import StoredMap, read_map
from spatial.depth.watch import Progress, Watch
from spatial.geometry import percentile_range
from spatial.records import DepthKind, DepthMap, DepthSpace, EstimatorInfo, Photo
from spatial.settings import DepthSettings, MapPolarity

MAX_ASPECT_DIFFERENCE = 0.05  # networks round their sides to multiples; a crop or a turn is more
CLEAR_TILT = 0.05  # of the map's range

_log = logging.getLogger(__name__)


def load(source: str, _options: LoadOptions) -> Estimator:
    """Return the estimator of the depth in the photo, or of the map at the path ``source``.

    Raises:
        EstimatorError: the file is missing or no depth map.
    """
    if not source:
        return CameraEstimator()
    path = Path(source).expanduser()
    return MapEstimator(read_map(path), path)


class CameraEstimator:
    """The depth that the camera wrote into the photo behind the Estimator protocol."""

    info = EstimatorInfo(
        id=FILE,
        title="Depth from the photo's file",
        licence="the photo's own",
        source="the camera",
        revision="1",
        size_mb=0.0,
        space=DepthSpace.INVERSE_DEPTH,
        kind=DepthKind.SCALE_INVARIANT,
        note="Space and kind of a map are what its file says.",
    )

    def __call__(
        self, photo: Photo, settings: DepthSettings, progress: Progress | None = None
    ) -> DepthMap:
        """Return the photo's own depth, in the space that its file states; see ``Estimator``.

        Raises:
            EstimatorError: the photo has no depth, or its depth is flat or of another aspect.
        """
        Watch(1, progress).next("reading the photo's depth")
        if photo.depth is None:
            msg = (
                f"{photo.name} has no depth in its file that can be read; take a phone's portrait, "
                "add a map as file:PATH, or choose another estimator"
            )
            raise EstimatorError(msg)
        _check_fits(photo.depth, photo, f"the depth in {photo.name}")
        return photo.depth


class MapEstimator:
    """An uploaded depth map behind the Estimator protocol, for the one photo that it belongs to.

    Args:
        stored: the map as its file holds it.
        path: where it came from.
    """

    def __init__(self, stored: StoredMap, path: Path) -> None:
        self.stored = stored
        self._label = f"the depth map {path.name}"
        meaning = stored.meaning
        self.info = EstimatorInfo(
            id=f"{FILE}:{path}",
            title=f"Depth map {path.name}",
            licence="the map's own",
            source=str(path),
            revision=stored.digest,
            size_mb=0.0,
            space=DepthSpace.INVERSE_DEPTH if meaning is None else meaning.space,
            kind=DepthKind.AFFINE_INVARIANT if meaning is None else meaning.kind,
        )

    def __call__(
        self, photo: Photo, settings: DepthSettings, progress: Progress | None = None
    ) -> DepthMap:
        """Return the uploaded map, its near end as ``map_polarity`` says; see ``Estimator``.

        Raises:
            EstimatorError: the map is flat, or of another aspect than the photo.
        """
        Watch(1, progress).next("reading the depth map")
        depth = interpret(self.stored, settings.map_polarity)
        _check_fits(depth, photo, self._label)
        return depth


def interpret(stored: StoredMap, polarity: MapPolarity) -> DepthMap:
    """Return what a stored map means.

    A stated polarity holds over everything. AUTO takes what the file beside the map says, otherwise
    what ``detect_polarity`` finds. Near-high maps are inverse depth up to scale and shift, as depth
    pictures are. Near-low maps are distances: of floats above 0 only the scale is open, of others
    the shift too.
    """
    meaning = stored.meaning
    if polarity is MapPolarity.AUTO and meaning is not None:
        valid = stored.valid
        if meaning.unknown is not None:
            valid = valid & (stored.values != meaning.unknown)
        values = stored.values.astype(np.float64) * meaning.scale + meaning.shift
        return _make(values, valid, meaning.kind, meaning.space)
    if polarity is MapPolarity.AUTO:
        polarity = detect_polarity(stored)
        _log.info("the depth map's near end is taken as %s", polarity.value)
    if polarity is MapPolarity.NEAR_HIGH:
        kind, space = DepthKind.AFFINE_INVARIANT, DepthSpace.INVERSE_DEPTH
        return _make(stored.values, stored.valid, kind, space)
    distances = stored.is_float and float(stored.values[stored.valid].min()) > 0.0
    kind = DepthKind.SCALE_INVARIANT if distances else DepthKind.AFFINE_INVARIANT
    return _make(stored.values, stored.valid, kind, DepthSpace.DEPTH)


def _make(values: np.ndarray, valid: np.ndarray, kind: DepthKind, space: DepthSpace) -> DepthMap:
    if not valid.any():
        msg = "the depth map holds no known value; supply another one"
        raise EstimatorError(msg)
    return DepthMap.from_values(values, kind=kind, space=space, valid=valid)


def detect_polarity(stored: StoredMap) -> MapPolarity:
    """Return which end is near, by the rule of most photos: what lies lower is nearer.

    The means of the lowest and the highest quarter are compared. Where they differ by less than 5 %
    of the range (2nd to 98th percentile), near is high, as it is in most depth pictures.
    """
    values, valid = stored.values, stored.valid
    quarter = max(1, values.shape[0] // 4)
    above, below = valid[:quarter], valid[-quarter:]
    if not (above.any() and below.any()):
        return MapPolarity.NEAR_HIGH
    low, high = percentile_range(values, valid)
    tilt = float(values[-quarter:][below].mean() - values[:quarter][above].mean())
    return MapPolarity.NEAR_LOW if tilt < -CLEAR_TILT * (high - low) else MapPolarity.NEAR_HIGH


def check_aspect(shape: tuple[int, ...], photo: Photo, label: str) -> None:
    """Raise EstimatorError unless a map has the photo's aspect, within MAX_ASPECT_DIFFERENCE."""
    height, width = shape
    ratio = width * photo.height_px / (height * photo.width_px)
    if max(ratio, 1.0 / ratio) > 1.0 + MAX_ASPECT_DIFFERENCE:
        msg = (
            f"{label} is {width} x {height} pixels ({width / height:.2f}:1), the photo "
            f"{photo.width_px} x {photo.height_px} ({photo.width_px / photo.height_px:.2f}:1); "
            "crop or turn one of them so that both show the same"
        )
        raise EstimatorError(msg)


def _check_fits(depth: DepthMap, photo: Photo, label: str) -> None:
    known = depth.values[depth.valid]
    low, high = float(known.min()), float(known.max())
    if high - low <= 1e-6 * max(abs(low), abs(high)):
        msg = (
            f"{label} is the same everywhere ({low:g}); supply another one, or choose another "
            "estimator"
        )
        raise EstimatorError(msg)
    check_aspect(depth.values.shape, photo, label)
