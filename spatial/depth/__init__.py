"""Photo -> DepthMap: the table of estimators, the latent diffusion pipeline, weights from the package or the Hub.

Nothing heavy is imported before an estimator is loaded.
"""

from spatial.depth.errors import Cancelled, CheckpointError, EstimatorError, HubUnreachableError
from spatial.depth.estimators import (
    ESTIMATORS,
    Estimator,
    EstimatorRow,
    load_estimator,
    load_estimator_or_embedded,
)
from spatial.depth.watch import Progress

__all__ = [
    "ESTIMATORS",
    "Cancelled",
    "CheckpointError",
    "Estimator",
    "EstimatorError",
    "EstimatorRow",
    "HubUnreachableError",
    "Progress",
    "load_estimator",
    "load_estimator_or_embedded",
]
