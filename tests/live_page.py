"""A running page, an estimator that counts its calls, and photos for both."""

import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pillow_heif
from benchmark_app.server import free_port
from PIL import Image

from spatial.records import DepthKind, DepthMap, DepthSpace, EstimatorInfo
from spatial.results import ResultStore
from spatial.web.page import build_page
from spatial.web.server import launch


class CountingEstimator:
    """Nearness grows from left to right; every call is counted."""

    def __init__(self, name="embedded"):
        self.calls = 0
        self.info = EstimatorInfo(
            id=name,
            title="Ramp",
            licence="none",
            source="test",
            revision="1",
            size_mb=0.0,
            space=DepthSpace.INVERSE_DEPTH,
            kind=DepthKind.AFFINE_INVARIANT,
        )

    def __call__(self, photo, settings, progress=None):
        self.calls += 1
        if progress is not None:
            progress(0.5, "half way")
        ramp = np.linspace(0, 1, 64, dtype=np.float32)[None].repeat(48, axis=0)
        return DepthMap.from_values(ramp, kind=self.info.kind, space=self.info.space)

    def load(self, name, *, device, progress=None):
        return self, ""


@contextmanager
def running(studio, examples=(), store=None):
    """Serve a page in this process; yields its address. What is shared is gone afterwards, unless a store is given."""
    with tempfile.TemporaryDirectory() as folder:
        store = store or ResultStore(Path(folder))
        page = build_page(studio, store=store, examples=examples)
        port = free_port()
        launch(page, store=store, host="127.0.0.1", port=port)
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            page.close(verbose=False)


def save_photo(path, width=160, height=120, **options):
    """Save a photo without any symmetry: smooth colours, so that JPEG keeps them."""
    y, x = np.mgrid[:height, :width]
    rgb = np.stack([x * 255 / width, y * 255 / height, (x + y) * 255 / (width + height)], axis=-1)
    picture = Image.fromarray(rgb.astype(np.uint8))
    if path.suffix == ".heic":
        pillow_heif.from_pillow(picture).save(path)
    else:
        picture.save(path, **options)
    return path


def read_rgb(path):
    with Image.open(path) as picture:
        return np.asarray(picture).astype(int)


def size_of(path):
    with Image.open(path) as picture:
        return picture.size
