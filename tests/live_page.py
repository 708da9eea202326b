"""A running page, an estimator that counts its calls, and photos for both."""

import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pillow_heif
from benchmark_app.server import free_port
from gradio_client import Client
from PIL import Image

from spatial.results import ResultStore
from spatial.web.page import build_page
from spatial.web.server import find_examples, launch

PATIENCE_S = 240  # only a failure waits this long
SMALL_PX = 128


@contextmanager
def running(studio, examples=(), store=None, host="127.0.0.1", **options):
    """Serve a page in this process; yields its address. What is shared is gone afterwards, unless a
    store is given.
    """
    with tempfile.TemporaryDirectory() as folder:
        store = store or ResultStore(Path(folder))
        page = build_page(studio, store=store, examples=examples)
        port = free_port()
        launch(page, store=store, host=host, port=port, **options)
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            page.close(verbose=False)


def connect(url, folder):
    """A client that is patient with a loaded machine; its files go into a folder (False: stay)."""
    patience = {"timeout": PATIENCE_S}
    return Client(url, verbose=False, download_files=folder, httpx_kwargs=patience)


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


def small_examples(folder):
    """The example photos under their names, small: what a page does with them takes as long as they
    have pixels.
    """
    for path in find_examples():
        with Image.open(path) as picture:
            picture.thumbnail((SMALL_PX, SMALL_PX))
            picture.save(folder / path.name)
    return find_examples(folder)


def read_rgb(path):
    with Image.open(path) as picture:
        return np.asarray(picture).astype(int)


def size_of(path):
    with Image.open(path) as picture:
        return picture.size
