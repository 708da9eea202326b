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
from spatial.web.batch_panel import build_batch_panel, make_batch
from spatial.web.controls import Controls, build_controls, preset_values
from spatial.web.depth_tab import DepthTab, build_depth_tab
from spatial.web.gate import GatedBlocks
from spatial.web.handlers import (
    STATUS,
    WELCOME,
    bring_depth,
    compare_depth,
    estimate,
    finish,
    make_comfortable,
    prepare,
    render,
    share,
    tap,
)
from spatial.web.messages import PRIVATE
from spatial.web.metrics_tab import MetricsTab, build_metrics_tab
from spatial.web.models import build_model_menu, refreshed_menu
from spatial.web.photo_block import (
    PhotoBlock,
    build_choices,
    build_photo_block,
    connect_photo,
)
from spatial.web.pictures import build_place
from spatial.web.session import Studio
from spatial.web.share_tab import ShareTab, build_share_tab
from spatial.web.shown_photo import PhotoEvents, ShownPhotos
from spatial.web.stereo_tab import StereoTab, build_stereo_tab

DEFAULT_ESTIMATOR = AUTO
CACHE_SWEEP_S, CACHE_AGE_S = 3600, 86_400
_DEPTH_QUEUE, _RENDER_QUEUE, _FINISH_QUEUE, _BATCH_QUEUE = "depth", "render", "finish", "batch"
_RENDERS_AT_ONCE, _FINISHES_AT_ONCE = 4, 2
_QUEUE_LENGTH = 128
_HEADER = "<h1>Spatial</h1><p>One ordinary photo in, a spatial photo out.</p>"
_PRIVACY = (
    "Photos and results are deleted from this server after one day at most. Only what you share "
    "with <b>Create link</b> is kept longer."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The part of the page that shows what came out."""

    status: gr.HTML
    depth: DepthTab
    stereo: StereoTab
    metrics: MetricsTab
    share: ShareTab


def build_page(studio: Studio, *, store: ResultStore, examples: Sequence[Path] = ()) -> gr.Blocks:
    """Return the app, ready to be launched.

    Args:
        studio: models and memory behind it.
        store: keeps what visitors share.
        examples: photos that a visitor can try.
    """
    with GatedBlocks(
        title="Spatial", analytics_enabled=False, delete_cache=(CACHE_SWEEP_S, CACHE_AGE_S)
    ) as page:
        gr.HTML(_HEADER, elem_id="title")
        with gr.Row(elem_id="stage"):
            with gr.Column(elem_id="photo-block"):
                photo = build_photo_block(examples[0] if examples else None)
            with gr.Column(elem_id="result-block"):
                results = _result_block(store)
            with gr.Column(elem_id="choice-block"):
                choices = build_choices(photo, examples)
            with gr.Column(elem_id="settings-block"):
                estimator = build_model_menu(studio.models)
                controls = build_controls(results.depth.adjust)
                batch = build_batch_panel()
        gr.HTML(_PRIVACY, elem_id="privacy")
        page.load(
            refreshed_menu(studio.models),
            outputs=estimator,
            queue=False,
            show_progress="hidden",
            **PRIVATE,
        )
        events = PhotoEvents(ShownPhotos())
        arrived = connect_photo(
            page,
            studio,
            events,
            block=photo,
            choices=choices,
            clears=[results.depth.own, results.metrics.true_depth],
        )
        work = _Workshop(studio=studio, events=events, controls=controls, results=results)
        work.connect_depth(photo, arrived, estimator)
        work.connect_settings(photo)
        work.connect_share(store)
        add_endpoints(
            studio,
            photo=photo.for_programs,
            estimator=estimator,
            widgets=controls.widgets,
            default_estimator=DEFAULT_ESTIMATOR,
            concurrency_id=_DEPTH_QUEUE,
        )
        batch.connect(
            make_batch(studio, DEFAULT_ESTIMATOR),
            estimator=estimator,
            settings=controls.inputs,
            concurrency_id=_BATCH_QUEUE,
        )
    page.queue(max_size=_QUEUE_LENGTH, api_open=False)
    return page


def _result_block(store: ResultStore) -> Results:
    status = build_place(STATUS, WELCOME)
    with gr.Tabs(elem_id="tabs"):
        with gr.Tab("Stereo", id="stereo"):
            stereo = build_stereo_tab()
        with gr.Tab("Depth", id="depth"):
            depth = build_depth_tab()
        with gr.Tab("Metrics", id="metrics"):
            metrics = build_metrics_tab()
        with gr.Tab("View & share", id="share"):
            share_tab = build_share_tab(store.lifetime.days)
    return Results(status=status, depth=depth, stereo=stereo, metrics=metrics, share=share_tab)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Workshop:
    """Connects the page's components to work on the photo that is shown."""

    studio: Studio
    events: PhotoEvents
    controls: Controls
    results: Results

    @property
    def _rendering(self) -> dict[str, Any]:
        return {
            "work": render(self.studio, self.events.photos),
            "inputs": self.controls.inputs,
            "concurrency_id": _RENDER_QUEUE,
            "concurrency_limit": _RENDERS_AT_ONCE,
            "show_progress": "hidden",
        }

    @property
    def _in_full(self) -> dict[str, Any]:
        return {
            "concurrency_id": _FINISH_QUEUE,
            "concurrency_limit": _FINISHES_AT_ONCE,
            "show_progress": "minimal",
            "show_progress_on": self.results.status,
        }

    @property
    def _finishing(self) -> dict[str, Any]:
        return {
            "work": finish(self.studio, self.events.photos),
            "inputs": [self.results.metrics.true_depth, *self.controls.inputs],
            **self._in_full,
        }

    def connect_depth(
        self, block: PhotoBlock, arrived: Sequence[Dependency], estimator: gr.Dropdown
    ) -> None:
        """Depth when a photo arrives or on request; then a preview, then files at full size."""
        results, inputs = self.results, self.controls.inputs
        queue: dict[str, Any] = {
            "concurrency_id": _DEPTH_QUEUE,
            "concurrency_limit": 1,
            "show_progress_on": [results.stereo.views, results.depth.picture],
        }
        estimating: dict[str, Any] = {
            "work": estimate(self.studio, self.events.photos),
            "inputs": [estimator, *inputs],
            **queue,
        }
        bring = bring_depth(self.studio, self.events.photos)
        own = results.depth.own
        known = [
            *(self.events.following(photo, **estimating) for photo in arrived),
            self.events.working(block.make.click, **estimating),
            self.events.working(own.upload, bring, inputs=[own, *inputs], **queue),
        ]
        for depth in known:
            self.events.following(
                self.events.following(depth, **self._rendering), **self._finishing
            )
        self.events.working(results.stereo.make_files.click, **self._finishing)
        truth = results.metrics.true_depth
        compare = compare_depth(self.studio)
        self.events.working(truth.upload, compare, inputs=[truth, *inputs], **self._in_full)

    def connect_settings(self, block: PhotoBlock) -> None:
        """A preview whenever a setting changes, by hand or by what else sets it."""
        inputs = self.controls.inputs
        hidden: dict[str, Any] = {"show_progress": "hidden"}
        moved = partial(gr.on, [widget.input for widget in self.controls.live])
        self.events.moving(moved, **self._rendering)
        setting: dict[str, Any] = {"fills": inputs, "concurrency_id": _RENDER_QUEUE, **hidden}
        tapped = self.events.tapping(
            block.photo.select, tap(self.studio), inputs=[block.tap, *inputs], **setting
        )
        comfortable = self.events.working(
            self.results.metrics.make_comfortable.click,
            make_comfortable(self.studio),
            inputs=inputs,
            **setting,
        )
        presets = [
            self.controls.presets[name].click(
                lambda name=name: preset_values(name), outputs=inputs, **hidden, **PRIVATE
            )
            for name in PRESETS
        ]
        for changed in (tapped, *presets):
            self.events.following(changed, **self._rendering)
        rendered = self.events.following(comfortable, **self._rendering)
        self.events.following(rendered, **self._finishing)

    def connect_share(self, store: ResultStore) -> None:
        """Files for every device and a link, each on request."""
        tab, photos = self.results.share, self.events.photos
        common: dict[str, Any] = {"inputs": self.controls.inputs, **self._in_full}
        sharing = {**common, "show_progress_on": tab.link}
        packing = {**common, "show_progress_on": tab.files}
        self.events.working(tab.share.click, share(self.studio, photos, store), **sharing)
        self.events.working(tab.prepare.click, prepare(self.studio, photos), **packing)
