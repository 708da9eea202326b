"""What results are shown with: places in the page, pictures small enough to arrive at once, lists of files."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html import escape
from pathlib import Path

import cv2
import gradio as gr
import numpy as np
from numpy.typing import NDArray

from spatial.formats import atomic_write, encode_jpeg, encode_png, make_folder
from spatial.records import Photo
from spatial.settings import ConvertSettings
from spatial.web.devices import size_text
from spatial.web.files import cache_url, new_folder

PREVIEW_SIDE_PX = 1280  # a slider answers in about 0.4 s on two cores
_QUALITY = 88
_SHOWN_BY_BROWSERS = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}


def is_shown_by_browsers(path: Path | str) -> bool:
    """Tell by its name whether browsers show a photo as it is."""
    return Path(path).suffix.lower() in _SHOWN_BY_BROWSERS


def fit_preview(rgb: NDArray[np.uint8], side_px: int = PREVIEW_SIDE_PX) -> NDArray[np.uint8]:
    """Return the picture [h, w, 3] with a long side of at most ``side_px``; a small one comes back as it is."""
    height, width = rgb.shape[:2]
    scale = side_px / max(height, width)
    if scale >= 1.0:
        return rgb
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def publish(pictures: Mapping[str, NDArray[np.uint8]], *, suffix: str = ".jpg") -> dict[str, str]:
    """Write pictures [h, w, 3] into Gradio's cache; return their addresses by name."""

    def encode(rgb: NDArray[np.uint8]) -> bytes:
        return encode_png(rgb) if suffix == ".png" else encode_jpeg(rgb, quality=_QUALITY)

    folder = new_folder()
    make_folder(folder)
    addresses = {}
    with ThreadPoolExecutor(len(pictures)) as pool:  # the encoder leaves Python's lock alone
        for name, data in zip(pictures, pool.map(encode, pictures.values()), strict=True):
            path = folder / f"{name}{suffix}"
            with atomic_write(path) as temporary:
                temporary.write_bytes(data)
            addresses[name] = cache_url(path)
    return addresses


def to_preview(photo: Photo) -> Photo:
    """Return the photo at preview size, focal length scaled with it."""
    small = fit_preview(photo.rgb)
    scale = small.shape[1] / photo.width_px
    focal = None if photo.focal_px is None else photo.focal_px * scale
    return replace(photo, rgb=small, focal_px=focal, depth=None)


def at_scale(settings: ConvertSettings, scale: float) -> ConvertSettings:
    """Return the settings whose pixel lengths look the same on a picture ``scale`` times as large."""
    bokeh = replace(settings.bokeh, bokeh_intensity_px=settings.bokeh.bokeh_intensity_px * scale)
    reach = settings.stereo.max_offset_px
    stereo = replace(settings.stereo, max_offset_px=max(1, round(reach * scale)) if reach else 0)
    return replace(settings, bokeh=bokeh, stereo=stereo)


def build_place(name: str, empty: str = "") -> gr.HTML:
    """Make the place of a name; ``empty`` is the HTML that it holds while there is no result."""
    return gr.HTML(
        html_template=empty, js_on_load=f"spatial.place('{name}', element)", elem_id=name
    )


def file_list(paths: Iterable[str]) -> str:
    """Return HTML with a link to each file in Gradio's cache."""
    items = "".join(
        f'<li><a href="{escape(cache_url(path))}" download="{escape(Path(path).name)}">'
        f"{escape(Path(path).name)}</a> <small>{size_text(Path(path).stat().st_size)}</small></li>"
        for path in paths
    )
    return f'<ul class="files">{items}</ul>'
