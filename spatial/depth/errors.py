"""What can go wrong between a photo and its depth: a tree below EstimatorError."""


class EstimatorError(ValueError):
    """A depth estimator is unknown, cannot be loaded or gave no usable depth."""


class CheckpointError(EstimatorError):
    """A checkpoint is incomplete, damaged or not of the expected kind."""


class HubUnreachableError(EstimatorError):
    """The Hub does not answer, or broke off, and nothing usable is cached."""
