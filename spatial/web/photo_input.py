"""The photo's entry: the file as it was uploaded, and a picture of it that a browser can show."""

import hashlib
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import gradio as gr
from gradio.data_classes import ImageData

from spatial.formats import encode_jpeg
from spatial.photo import PHOTO_SUFFIXES, load_photo
from spatial.web.cache import ByteCache
from spatial.web.edge import clear_errors
from spatial.web.newest import Newest
from spatial.web.pictures import fit_preview, is_shown_by_browsers

_SHOWN_SUFFIX = ".shown.jpg"
_SHOWN_QUALITY = 90
_REMEMBERED = 1000
FILE_TYPES = sorted(set(PHOTO_SUFFIXES))


class PhotoEntry:
    """Takes uploads as they are, and shows each as a picture that browsers know."""

    def __init__(self) -> None:
        self._originals: ByteCache[str, Path] = ByteCache(_REMEMBERED)
        self._turns: Newest[int] = Newest()
        self._count = count()

    def picture_for_browser(self, path: str) -> str:
        """Return a picture of an uploaded photo that every browser shows: the file itself, or a JPEG beside it.

        Raises:
            PhotoError: the file is no photo that can be used.
        """
        original = self.original_of(Path(path))
        photo = load_photo(original)
        if is_shown_by_browsers(original):
            return str(original)
        shown = original.with_name(original.stem + _SHOWN_SUFFIX)
        jpeg = encode_jpeg(fit_preview(photo.rgb), quality=_SHOWN_QUALITY)
        shown.write_bytes(jpeg)
        self._originals.put(hashlib.sha256(jpeg).hexdigest(), original, 1)
        return str(shown)

    def original_of(self, path: Path) -> Path:
        """Return the upload that a shown picture stands for; any other path comes back as it is.

        Gradio copies what it shows, so the content finds the original, not the path.
        """
        if not path.name.endswith(_SHOWN_SUFFIX):
            return path
        return self._originals.get(hashlib.sha256(path.read_bytes()).hexdigest()) or path

    def build(self, height_px: int, shown: Path | None) -> gr.Image:
        """Make an image component that hands on the uploaded file untouched; ``shown`` is there from the start."""
        return self._untouched(
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

    def build_for_programs(self) -> gr.Image:
        """Make one that is never shown: it takes the photo of an API call, and holds none by itself."""
        return self._untouched(gr.Image(label="Photo", type="filepath", visible=False))

    def _untouched(self, component: gr.Image) -> gr.Image:
        """Let a component hand on the file as it is.

        Gradio's own opens the file first: it knows no HEIC, clips 16 bit, and answers a text file with a trace. A
        subclass would make Gradio write a stub file into this package, so the one method is replaced on the instance.
        """
        component.preprocess = self._uploaded_file
        return component

    def _uploaded_file(self, payload: ImageData | None) -> str | None:
        """Return the path of the uploaded file in Gradio's cache, or None."""
        if payload is None or payload.path is None:
            return None
        return str(self.original_of(Path(payload.path)))

    @clear_errors
    def accept(self, request: gr.Request, path: str | None) -> str | None:
        """Check an upload at once; return a picture of it that browsers can show.

        Also where that is the upload itself: Gradio answers ``gr.skip()`` by making the component anew for this visitor,
        and the new one would open the next file itself. A check that ends after another photo was chosen ends without a
        word, and nothing follows from it.
        """
        turn = self._next_turn(request)
        picture = None if path is None else self.picture_for_browser(path)
        if not self._turns.is_still(request, turn):
            msg = "Another photo was chosen meanwhile."
            raise gr.Error(msg, visible=False, print_exception=False)
        return picture

    def choose(self, request: gr.Request, sample: Sequence[str]) -> str:
        """Return the path of an example; an upload that is still being checked is left behind."""
        self._next_turn(request)
        return sample[0]

    def _next_turn(self, request: gr.Request) -> int:
        turn = next(self._count)
        self._turns.note(request, turn)
        return turn
