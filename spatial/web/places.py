"""Places in the page that results are put into, and what stands in them."""

from collections.abc import Iterable
from html import escape
from pathlib import Path

import gradio as gr

from spatial.web.devices import size_text
from spatial.web.files import cache_url


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
