"""Predictors that know nothing of the photo: whoever does not beat them has learned nothing."""

from collections.abc import Callable

import numpy as np

from spatial.records import DepthKind, DepthMap, DepthSpace, EstimatorInfo, Photo
from spatial.settings import DepthSettings


def _constant(height: int, width: int) -> np.ndarray:
    return np.ones((height, width), np.float32)


def _lower_is_nearer(height: int, width: int) -> np.ndarray:
    rows = np.arange(height, dtype=np.float32) / max(height - 1, 1)
    return np.repeat(rows[:, None], width, axis=1)


TRIVIAL: dict[str, tuple[str, Callable[[int, int], np.ndarray]]] = {
    "constant": ("the same everywhere", _constant),
    "lower": ("lower in the picture is nearer: row / (H - 1)", _lower_is_nearer),
}


class TrivialEstimator:
    """An estimator that looks at nothing but the photo's size: affine-invariant inverse depth."""

    def __init__(self, name: str) -> None:
        title, self._predict = TRIVIAL[name]
        self.info = EstimatorInfo(
            id=name,
            title=title,
            licence="none needed",
            source="a formula",
            revision="1",
            size_mb=0.0,
            space=DepthSpace.INVERSE_DEPTH,
            kind=DepthKind.AFFINE_INVARIANT,
        )

    def __call__(
        self,
        photo: Photo,
        settings: DepthSettings,
        progress: Callable[[float, str], None] | None = None,
    ) -> DepthMap:
        """Return the formula's map at the photo's size."""
        values = self._predict(photo.height_px, photo.width_px)
        return DepthMap.from_values(values, kind=self.info.kind, space=self.info.space)
