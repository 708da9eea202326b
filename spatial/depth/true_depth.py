"""Measured depth that belongs to a photo, to judge an estimate by."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spatial.depth.errors import EstimatorError
from spatial.depth.file import check_aspect
from spatial.depth.map_file import StoredMap, read_map
from spatial.records import Photo

MM_PER_M = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueDepth:
    """Measured depth.

    Attributes:
        depth_m: float32 [H, W], along the optical axis, in metres.
        known: bool [H, W], where it was measured; depth is above 0 there.
    """

    depth_m: NDArray[np.float32]
    known: NDArray[np.bool_]


def read_true_depth(
    path: Path, photo: Photo, read: Callable[[Path], StoredMap] = read_map
) -> TrueDepth:
    """Return measured depth: whole numbers are millimetres, floats metres; 0 is unknown.

    Raises:
        EstimatorError: it is no such map, has 256 levels only, measures nothing, or is of another
            aspect than the photo.
    """
    stored = read(path)
    if stored.is_byte:
        msg = (
            f"{path.name} has 8 bits, too few for true depth; give 16-bit millimetres or float "
            "metres"
        )
        raise EstimatorError(msg)
    check_aspect(stored.values.shape, photo, f"the true depth {path.name}")
    known = stored.valid & (stored.values > 0)
    if not known.any():
        msg = f"{path.name} measures nothing: no value is above 0"
        raise EstimatorError(msg)
    unit_m = 1.0 if stored.is_float else 1.0 / MM_PER_M
    return TrueDepth(depth_m=stored.values * np.float32(unit_m), known=known)
