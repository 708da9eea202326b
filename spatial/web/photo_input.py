"""The photo's entry: the file as it was uploaded, and a picture of it that a browser can show."""

from pathlib import Path

import gradio as gr
from gradio.data_classes import FileData, ImageData
from gradio.processing_utils import save_file_to_cache
from gradio.utils import get_upload_folder

from spatial.formats import encode_jpeg
from spatial.photo import PHOTO_SUFFIXES
from spatial.records import Photo
from spatial.web.files import cache_url
from spatial.web.pictures import fit_preview, is_shown_by_browsers

_SHOWN_QUALITY = 90
FILE_TYPES = sorted(set(PHOTO_SUFFIXES))


def picture_for_browser(path: str, photo: Photo) -> str:
    """Return a picture of a photo that every browser shows: its file itself, or a JPEG beside it."""
    if is_shown_by_browsers(path):
        return path
    shown = Path(path).with_suffix(".shown.jpg")
    shown.write_bytes(encode_jpeg(fit_preview(photo.rgb), quality=_SHOWN_QUALITY))
    return str(shown)


def into_cache(path: str) -> str:
    """Return a copy in Gradio's cache, from which the page may have it."""
    return save_file_to_cache(path, get_upload_folder())


def shown_file(path: str) -> dict[str, object]:
    """Return a picture in Gradio's cache as the page's photo takes it."""
    return FileData(path=path, url=cache_url(path), orig_name=Path(path).name).model_dump()


def build_photo(height_px: int, shown: Path | None) -> gr.Image:
    """Make an image component that hands on the uploaded file untouched; ``shown`` is there from the start."""
    return _untouched(
        gr.Image(
            None if shown is None else str(shown),
            label="Photo",
            type="filepath",
            sources=["upload", "clipboard"],
            height=height_px,
            alt_text="The photo to convert",
            buttons=["fullscreen"],
            elem_id="photo",
        )
    )


def build_photo_for_programs() -> gr.Image:
    """Make one that is never shown: it takes the photo of an API call, and holds none by itself."""
    return _untouched(gr.Image(label="Photo", type="filepath", visible=False))


def _untouched(component: gr.Image) -> gr.Image:
    """Let a component hand on the file as it is.

    Gradio's own opens the file first: it knows no HEIC, clips 16 bit, and answers a text file with
    a trace. A subclass would make Gradio write a stub file into this package, so the one method is
    replaced on the instance.
    """
    component.preprocess = _uploaded_file
    return component


def _uploaded_file(payload: ImageData | None) -> str | None:
    """Return the path of the uploaded file in Gradio's cache, or None."""
    return None if payload is None else payload.path
