"""The latent diffusion pipeline as an estimator: weights from the package, a folder or the Hub."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from spatial.depth.errors import CheckpointError
from spatial.depth.estimators import EMBEDDED, LoadOptions
from spatial.depth.hub import LATENT_FILES, embedded_folder, resolve
from spatial.depth.pipeline import LatentDepthPipeline
from spatial.depth.watch import Progress
from spatial.records import DepthMap, EstimatorInfo, Photo
from spatial.settings import DepthSettings


def load_embedded(_source: str, options: LoadOptions) -> "LatentEstimator":
    """Load the weights that ship with the package.

    Raises:
        CheckpointError: this installation has no weights, or they are damaged.
    """
    folder = embedded_folder()
    if not (folder / "model_index.json").is_file():
        msg = (
            f"the embedded depth weights are not in {folder}; install the package again, "
            "or choose another estimator, for instance depth-anything"
        )
        raise CheckpointError(msg)
    try:
        estimator = load_source(str(folder), replace(options, hub_limit_bytes=None))
    except CheckpointError as error:
        msg = f"{error} (these weights ship with the package: install it again)"
        raise CheckpointError(msg) from error
    info = replace(estimator.info, id=EMBEDDED, title="Embedded", source="ships with the package")
    return LatentEstimator(estimator.pipeline, info)


def load_source(source: str, options: LoadOptions) -> "LatentEstimator":
    """Load a folder or a repository on the Hub; errors as in ``load_estimator``."""
    snapshot = resolve(source, LATENT_FILES, options)
    dtype = fast_dtype(options.device)
    pipeline = LatentDepthPipeline.from_folder(snapshot.folder, device=options.device, dtype=dtype)
    info = EstimatorInfo(
        id=f"ldm:{source}",
        title=f"Latent diffusion: {Path(source).name}",
        space=pipeline.depth_space,
        kind=pipeline.depth_kind,
        **snapshot.facts(),
    )
    return LatentEstimator(pipeline, info)


def fast_dtype(device: str) -> torch.dtype:
    """Return bfloat16 where the hardware computes in it, float32 elsewhere."""
    if device.startswith("cuda"):
        return torch.bfloat16
    fast = device == "cpu" and torch.cpu._is_avx512_bf16_supported()
    return torch.bfloat16 if fast else torch.float32


class LatentEstimator:
    """A latent depth pipeline behind the Estimator protocol; calls from several threads take turns.

    Args:
        pipeline: the loaded networks.
        info: what they are.
    """

    def __init__(self, pipeline: LatentDepthPipeline, info: EstimatorInfo) -> None:
        self.pipeline = pipeline
        self.info = info
        self._lock = threading.Lock()

    def __call__(
        self, photo: Photo, settings: DepthSettings, progress: Progress | None = None
    ) -> DepthMap:
        """Return the depth of a photo at the model's resolution; see ``Estimator``."""
        with self._lock:
            output = self.pipeline(photo.rgb, settings, progress=progress)
        values = output.prediction.numpy()
        uncertainty = None if output.uncertainty is None else output.uncertainty.numpy()
        return DepthMap(
            values=values,
            kind=self.info.kind,
            space=self.info.space,
            valid=np.ones(values.shape, np.bool_),
            uncertainty=uncertainty,
        )
