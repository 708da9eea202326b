"""The page: its parts and their events."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import Dependency

from spatial.depth import AUTO
from spatial.results import ResultStore
from spatial.settings import PRESETS
from spatial.web.api import add_endpoints
from spatial.web.batch import add_batch, build_batch_panel
from spatial.web.controls import Controls, build_controls, preset_values
from spatial.web.handlers import Handlers
from spatial.web.messages import PRIVATE
from spatial.web.models import build_model_menu, refreshed_menu
from spatial.web.photo_block import PhotoBlock, build_choices, build_photo_block, connect_photo
from spatial.web.shown_photo import PhotoEvents, ShownPhotos
from spatial.web.studio import Studio
from spatial.web.tabs import Tabs, build_tabs
from spatial.web.uploads import CheckedBlocks

DEFAULT_ESTIMATOR = AUTO
CACHE_SWEEP_S, CACHE_AGE_S = 3600, 86_400
_DEPTH_QUEUE, _RENDER_QUEUE, _FINISH_QUEUE = "depth", "render", "finish"
_RENDERS_AT_ONCE, _FINISHES_AT_ONCE = 4, 2
_QUEUE_LENGTH = 128
_HEADER = "<h1>Spatial</h1><p>Turn an ordinary photo into a 3D photo.</p>"
_PRIVACY = (
    "This server deletes your photos and results within one day. It keeps longer only what you "
    "share with <b>Create link</b>."
)
_HIDDEN: dict[str, Any] = {"show_progress": "hidden"}


def build_page(studio: Studio, *, store: ResultStore, examples: Sequence[Path] = ()) -> gr.Blocks:
    """Return the app, ready to be launched.

    Args:
        studio: models, depth and renderer behind it.
        store: keeps what visitors share.
        examples: photos that a visitor can try.
    """
    photos = ShownPhotos()
    handlers = Handlers(studio=studio, photos=photos, store=store)
    with CheckedBlocks(
        title="Spatial", analytics_enabled=False, delete_cache=(CACHE_SWEEP_S, CACHE_AGE_S)
    ) as page:
        events = PhotoEvents(photos)
        gr.HTML(_HEADER, elem_id="title")
        with gr.Row(elem_id="stage"):
            with gr.Column(elem_id="photo-block"):
                photo = build_photo_block(examples[0] if examples else None)
            with gr.Column(elem_id="result-block"):
                tabs = build_tabs(store.lifetime.days)
            with gr.Column(elem_id="choice-block"):
                choices = build_choices(photo, examples)
            with gr.Column(elem_id="settings-block"):
                estimator = build_model_menu(studio.models)
                controls = build_controls(tabs.adjust)
                batch = build_batch_panel()
        gr.HTML(_PRIVACY, elem_id="privacy")
        menu = refreshed_menu(studio.models)
        page.load(menu, outputs=estimator, queue=False, **_HIDDEN, **PRIVATE)
        clears = [tabs.own_map, tabs.true_depth]
        arrived = connect_photo(page, events, handlers, block=photo, choices=choices, clears=clears)
        work = _Work(events=events, handlers=handlers, controls=controls, tabs=tabs)
        work.connect_depth(photo, arrived, estimator)
        work.connect_settings(photo)
        work.connect_share()
        add_endpoints(
            studio,
            photo=photo.for_programs,
            estimator=estimator,
            widgets=controls.widgets,
            default_estimator=DEFAULT_ESTIMATOR,
            concurrency_id=_DEPTH_QUEUE,
        )
        add_batch(
            studio,
            batch,
            estimator=estimator,
            widgets=controls.widgets,
            default_estimator=DEFAULT_ESTIMATOR,
        )
    page.queue(max_size=_QUEUE_LENGTH, api_open=False)
    return page


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """Connects the page's components to work on the photo that is shown."""

    events: PhotoEvents
    handlers: Handlers
    controls: Controls
    tabs: Tabs

    def _render_after(self, changed: Dependency) -> Dependency:
        return self.events.following(changed, **self._rendering)

    def _finish_after(self, rendered: Dependency) -> Dependency:
        return self.events.following(rendered, **self._finishing)

    @property
    def _rendering(self) -> dict[str, Any]:
        return {
            "work": self.handlers.render,
            "inputs": self.controls.inputs,
            "concurrency_id": _RENDER_QUEUE,
            "concurrency_limit": _RENDERS_AT_ONCE,
            **_HIDDEN,
        }

    @property
    def _finishing(self) -> dict[str, Any]:
        inputs = [self.tabs.true_depth, *self.controls.inputs]
        return {"work": self.handlers.finish, "inputs": inputs, **self._in_full}

    @property
    def _in_full(self) -> dict[str, Any]:
        return {
            "concurrency_id": _FINISH_QUEUE,
            "concurrency_limit": _FINISHES_AT_ONCE,
            "show_progress": "minimal",
            "show_progress_on": self.tabs.status,
        }

    def connect_depth(
        self, block: PhotoBlock, arrived: Sequence[Dependency], estimator: gr.Dropdown
    ) -> None:
        """Depth when a photo arrives or on request; then a preview, then files at full size."""
        tabs, handlers, inputs = self.tabs, self.handlers, self.controls.inputs
        queue: dict[str, Any] = {
            "concurrency_id": _DEPTH_QUEUE,
            "concurrency_limit": 1,
            "show_progress_on": [tabs.views, tabs.depth],
        }
        estimating: dict[str, Any] = {
            "work": handlers.estimate,
            "inputs": [estimator, *inputs],
            **queue,
        }
        own, truth = tabs.own_map, tabs.true_depth
        known = [
            *(self.events.following(photo, **estimating) for photo in arrived),
            self.events.working(block.make.click, **estimating),
            self.events.receiving(own, handlers.take_map, inputs=[own, *inputs], **queue),
        ]
        for depth in known:
            self._finish_after(self._render_after(depth))
        self.events.working(tabs.make_files.click, **self._finishing)
        self.events.receiving(
            truth, handlers.compare_depth, inputs=[truth, *inputs], **self._in_full
        )

    def connect_settings(self, block: PhotoBlock) -> None:
        """A preview whenever a setting changes, by hand or by what else sets it."""
        handlers, inputs = self.handlers, self.controls.inputs
        moved = partial(gr.on, [widget.input for widget in self.controls.live])
        self.events.moving(moved, **self._rendering)
        setting: dict[str, Any] = {"fills": inputs, "concurrency_id": _RENDER_QUEUE, **_HIDDEN}
        tapped = self.events.tapping(
            block.photo.select, handlers.tap, inputs=[block.tap, *inputs], **setting
        )
        presets = [
            self.controls.presets[name].click(
                partial(preset_values, name), outputs=inputs, **_HIDDEN, **PRIVATE
            )
            for name in PRESETS
        ]
        for changed in (tapped, *presets):
            self._render_after(changed)
        comfortable = self.events.working(
            self.tabs.make_comfortable.click, handlers.make_comfortable, inputs=inputs, **setting
        )
        self._finish_after(self._render_after(comfortable))

    def connect_share(self) -> None:
        """Files for every device and a link, each on request."""
        tabs, common = self.tabs, {"inputs": self.controls.inputs, **self._in_full}
        sharing = {**common, "show_progress_on": tabs.link}
        packing = {**common, "show_progress_on": tabs.files}
        self.events.working(tabs.share.click, self.handlers.share, **sharing)
        self.events.working(tabs.prepare.click, self.handlers.prepare, **packing)
