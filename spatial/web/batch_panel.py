"""Panel *Several photos at once*, which is also the endpoint ``/batch``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from spatial.web.api import BATCH, format_choice
from spatial.web.batch import MOST_PHOTOS
from spatial.web.devices import QUICK_FORMATS
from spatial.web.messages import PRIVATE
from spatial.web.photo_input import FILE_TYPES


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPanel:
    """Components of the panel."""

    photos: gr.File
    formats: Component
    start: gr.Button
    archive: gr.File
    report: gr.JSON

    def connect(
        self,
        work: Callable[..., Any],
        *,
        estimator: Component,
        settings: Sequence[Component],
        concurrency_id: str,
    ) -> None:
        """Let the button, and the API, do ``work`` with the page's estimator and settings."""
        done = self.start.click(
            work,
            inputs=[self.photos, estimator, self.formats, *settings],
            outputs=[self.archive, self.report],
            api_name=BATCH,
            concurrency_id=concurrency_id,
            concurrency_limit=1,
            show_progress_on=self.start,
        )
        done.success(
            lambda: (gr.File(visible=True), gr.JSON(visible=True)),
            outputs=[self.archive, self.report],
            show_progress="hidden",
            **PRIVATE,
        )


def build_batch_panel() -> BatchPanel:
    """Make the panel, closed, in the current column."""
    with gr.Accordion("Several photos at once", open=False, elem_id="batch"):
        photos = gr.File(
            label=f"Up to {MOST_PHOTOS} photos; the settings above are used for all",
            file_count="multiple",
            file_types=list(FILE_TYPES),
            height=140,
            elem_id="batch-photos",
        )
        formats = format_choice(QUICK_FORMATS, visible=True)
        start = gr.Button("Make them 3D", elem_id="batch-start")
        archive = gr.File(label="ZIP", interactive=False, visible=False, elem_id="batch-archive")
        report = gr.JSON(label="What became of each photo", visible=False, elem_id="batch-report")
    return BatchPanel(photos=photos, formats=formats, start=start, archive=archive, report=report)
