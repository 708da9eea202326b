"""Photo -> DepthMap: the table of estimators, the latent diffusion pipeline, weights from the Hub.

Nothing heavy is imported before an estimator is loaded.
"""

from spatial.depth.errors import CheckpointError, EstimatorError, HubUnreachableError
from spatial.depth.estimators import (
    AUTO,
    EMBEDDED,
    ESTIMATORS,
    FILE,
    FROM_HUB,
    Estimator,
    EstimatorRow,
    LoadOptions,
    check_device,
    load_estimator,
    load_estimator_or_embedded,
)
from spatial.depth.map_file import MAP_SUFFIXES
from spatial.depth.true_depth import TrueDepth, read_true_depth
from spatial.depth.watch import Part, Progress

__all__ = [
    "AUTO",
    "EMBEDDED",
    "ESTIMATORS",
    "FILE",
    "FROM_HUB",
    "MAP_SUFFIXES",
    "CheckpointError",
    "Estimator",
    "EstimatorError",
    "EstimatorRow",
    "HubUnreachableError",
    "LoadOptions",
    "Part",
    "Progress",
    "TrueDepth",
    "check_device",
    "load_estimator",
    "load_estimator_or_embedded",
    "read_true_depth",
]
