"""The page: its parts and their events."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency

from spatial.depth.automatic import LARGER
from spatial.results import ResultStore
from spatial.settings import PRESETS
from spatial.web.api import add_endpoints
from spatial.web.batch import add_batch, build_batch_panel
from spatial.web.controls import preset_values
from spatial.web.handlers import Handlers
from spatial.web.messages import PRIVATE
from spatial.web.models import download_words
from spatial.web.panels import Goals, Panels, build_basics, build_goals, build_panels
from spatial.web.photo_block import (
    PictureBlock,
    build_choice,
    build_examples,
    build_picture,
    connect_photo,
)
from spatial.web.photo_events import PhotoEvents
from spatial.web.shown_photo import ShownPhotos
from spatial.web.studio import Studio
from spatial.web.uploads import CheckedBlocks

CACHE_SWEEP_S, CACHE_AGE_S = 3600, 86_400
_DEPTH_QUEUE, _RENDER_QUEUE, _LAYER_QUEUE, _FINISH_QUEUE = "depth", "render", "layers", "finish"
_FETCH_QUEUE = "fetch"
_RENDERS_AT_ONCE, _LAYERS_AT_ONCE, _FINISHES_AT_ONCE = 4, 4, 2
_QUEUE_LENGTH = 128
_HEADER = "<h1>Spatial</h1><p>Turn an ordinary photo into a 3D photo.</p>"
_PRIVACY = (
    "This server deletes your photos and results within one day. It keeps longer only what you "
    "share with “Create link”."
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
            with gr.Column(elem_id="picture-block"):
                picture = build_picture(examples[0] if examples else None, download_words(LARGER))
            with gr.Column(elem_id="panel-block"):
                choice = build_choice()
                goals = build_goals(store.lifetime.days)
                basics = build_basics()
                shown_examples = build_examples(choice, examples)
                panels = build_panels(basics)
                batch = build_batch_panel()
        gr.HTML(_PRIVACY, elem_id="privacy")
        clears = [panels.own_map, panels.true_depth]
        arrived = connect_photo(
            page, events, handlers, block=choice, examples=shown_examples, clears=clears
        )
        work = _Work(events=events, handlers=handlers, panels=panels, picture=picture)
        work.connect_depth(arrived)
        work.connect_settings()
        work.connect_goals(goals)
        add_endpoints(
            studio,
            photo=choice.for_programs,
            estimator=panels.estimator,
            widgets=panels.controls.widgets,
            concurrency_id=_DEPTH_QUEUE,
        )
        add_batch(
            studio,
            batch,
            estimator=panels.estimator,
            widgets=panels.controls.widgets,
        )
    page.queue(max_size=_QUEUE_LENGTH, api_open=False)
    return page


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """Connects the page's components to work on the photo that is shown."""

    events: PhotoEvents
    handlers: Handlers
    panels: Panels
    picture: PictureBlock

    @property
    def _inputs(self) -> list[Component]:
        return self.panels.controls.inputs

    @property
    def _told(self) -> dict[str, Any]:
        """Progress in its own row."""
        return {"show_progress": "full", "show_progress_on": self.picture.progress}

    @property
    def _rendering(self) -> dict[str, Any]:
        return {
            "work": self.handlers.render,
            "inputs": self._inputs,
            "concurrency_id": _RENDER_QUEUE,
            "concurrency_limit": _RENDERS_AT_ONCE,
            **_HIDDEN,
        }

    @property
    def _in_full(self) -> dict[str, Any]:
        queue = {"concurrency_id": _FINISH_QUEUE, "concurrency_limit": _FINISHES_AT_ONCE}
        return {**queue, **self._told}

    def connect_depth(self, arrived: Sequence[Dependency]) -> None:
        """Depth when a photo arrives or on request; then a preview."""
        panels, handlers, inputs = self.panels, self.handlers, self._inputs
        queue: dict[str, Any] = {"concurrency_id": _DEPTH_QUEUE, "concurrency_limit": 1}
        queue |= self._told
        asked = [panels.estimator, *inputs]
        estimate: dict[str, Any] = {"work": handlers.estimate, "inputs": asked, **queue}
        own, truth = panels.own_map, panels.true_depth
        fetch: dict[str, Any] = {"concurrency_id": _FETCH_QUEUE, "concurrency_limit": 2}
        known = [
            *(self.events.following(photo, **estimate) for photo in arrived),
            self.events.working(panels.again.click, **estimate),
            self.events.receiving(own, handlers.take_map, inputs=[own, *inputs], **queue),
            self.events.working(
                self.picture.sharper.click, handlers.sharpen, inputs=inputs, **fetch, **self._told
            ),
        ]
        for depth in known:
            self.events.following(depth, **self._rendering)
        self.events.working(
            self.picture.stop_sharper.click, handlers.stop_sharpening, queue=False, **_HIDDEN
        )
        self.events.working(
            panels.measure.click, handlers.measure, inputs=[truth, *inputs], **self._in_full
        )
        self.events.receiving(
            truth, handlers.compare_depth, inputs=[truth, *inputs], **self._in_full
        )

    def connect_settings(self) -> None:
        """A preview whenever a setting changes, by hand or otherwise; its layers when it rests."""
        handlers, inputs, controls = self.handlers, self._inputs, self.panels.controls
        moved = partial(gr.on, [widget.input for widget in controls.live])
        self.events.moving(moved, **self._rendering)
        self.events.moving(
            self.picture.views.play,
            handlers.add_layers,
            of_any_picture=False,
            inputs=inputs,
            concurrency_id=_LAYER_QUEUE,
            concurrency_limit=_LAYERS_AT_ONCE,
            **_HIDDEN,
        )
        setting: dict[str, Any] = {"fills": inputs, "concurrency_id": _RENDER_QUEUE, **_HIDDEN}
        tapped = self.events.tapping(
            self.picture.views.select, handlers.tap, inputs=[self.panels.tap, *inputs], **setting
        )
        presets = [
            controls.presets[name].click(
                partial(preset_values, name), outputs=inputs, **_HIDDEN, **PRIVATE
            )
            for name in PRESETS
        ]
        comfortable = self.events.working(
            self.panels.make_comfortable.click,
            handlers.make_comfortable,
            inputs=inputs,
            **setting,
        )
        for changed in (tapped, *presets, comfortable):
            self.events.following(changed, **self._rendering)

    def connect_goals(self, goals: Goals) -> None:
        """Files for each goal and a link, each on request."""
        for goal, button in goals.makers.items():
            self.events.working(
                button.click,
                partial(self.handlers.prepare, goal),
                inputs=self._inputs,
                **self._in_full,
            )
        self.events.working(
            goals.share.click, self.handlers.share, inputs=self._inputs, **self._in_full
        )
