"""The page: its parts and their events."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from spatial.depth import EMBEDDED
from spatial.results import ResultStore
from spatial.settings import PRESETS
from spatial.web.api import add_endpoints, make_batch
from spatial.web.batch_panel import build_batch_panel
from spatial.web.controls import Controls, build_controls, preset_values
from spatial.web.depth_tab import NAME_PICTURES, build_depth_tab
from spatial.web.edge import PRIVATE
from spatial.web.handlers import (
    Results,
    bring_depth,
    compare_depth,
    draft,
    finish,
    make_comfortable,
    prepare,
    render,
    share,
    tap,
)
from spatial.web.metrics_tab import build_metrics_tab
from spatial.web.model_menu import build_model_menu, refreshed_menu
from spatial.web.photo_block import (
    PhotoBlock,
    PhotoEvents,
    build_choices,
    build_photo_block,
    connect_photo,
)
from spatial.web.session import Studio
from spatial.web.share_tab import build_share_tab
from spatial.web.stereo_tab import build_stereo_tab

DEFAULT_ESTIMATOR = EMBEDDED
CACHE_SWEEP_S, CACHE_AGE_S = 3600, 86_400
_DEPTH_QUEUE, _RENDER_QUEUE, _FINISH_QUEUE, _BATCH_QUEUE = "depth", "render", "finish", "batch"
_RENDERS_AT_ONCE, _FINISHES_AT_ONCE = 4, 2
_QUEUE_LENGTH = 128
_HEADER = "<h1>Spatial</h1><p>One ordinary photo in, a spatial photo out.</p>"
_WELCOME = "Choose a photo: it becomes 3D at once."
_PRIVACY = (
    "Photos and results stay in this server's temporary folder, for at most a day. Only <b>Create link</b> keeps one "
    "for longer."
)


def build_page(studio: Studio, *, store: ResultStore, examples: Sequence[Path] = ()) -> gr.Blocks:
    """Return the app, ready to be launched.

    Args:
        studio: models and memory behind it.
        store: keeps what visitors share.
        examples: photos that a visitor can try.
    """
    with gr.Blocks(
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
        _connect_results(
            studio,
            photo,
            connect_photo(page, photo, choices),
            estimator=estimator,
            controls=controls,
            results=results,
        )
        _connect_share(studio, store, controls=controls, results=results)
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
    page.queue(max_size=_QUEUE_LENGTH)
    return page


def _result_block(store: ResultStore) -> Results:
    status = gr.HTML(_WELCOME, elem_id="status")
    with gr.Tabs(elem_id="tabs"):
        with gr.Tab("Stereo", id="stereo"):
            stereo = build_stereo_tab()
        with gr.Tab("Depth", id="depth") as depth_tab:
            depth = build_depth_tab()
        depth_tab.select(None, js=NAME_PICTURES, **PRIVATE)
        with gr.Tab("Metrics", id="metrics"):
            metrics = build_metrics_tab()
        with gr.Tab("View & share", id="share"):
            share_tab = build_share_tab(store.lifetime.days)
    return Results(
        shot=gr.State(None),
        status=status,
        depth=depth,
        stereo=stereo,
        metrics=metrics,
        share=share_tab,
    )


def _connect_results(
    studio: Studio,
    block: PhotoBlock,
    events: PhotoEvents,
    *,
    estimator: gr.Dropdown,
    controls: Controls,
    results: Results,
) -> None:
    """Depth when a photo arrives or on request; previews whenever a control moves; full size after both."""
    from_shot = [results.shot, *controls.inputs]
    with_truth = [results.shot, results.metrics.true_depth, *controls.inputs]
    rendering: dict[str, Any] = {
        "fn": render(studio, results),
        "inputs": from_shot,
        "outputs": results.outputs,
        "concurrency_id": _RENDER_QUEUE,
        "concurrency_limit": _RENDERS_AT_ONCE,
        "show_progress": "hidden",
        **PRIVATE,
    }
    finishing: dict[str, Any] = {
        "fn": finish(studio, results),
        "inputs": with_truth,
        "outputs": results.outputs,
        "concurrency_id": _FINISH_QUEUE,
        "concurrency_limit": _FINISHES_AT_ONCE,
        "show_progress": "minimal",
        "show_progress_on": results.status,
        **PRIVATE,
    }
    drafting: dict[str, Any] = {
        "fn": draft(studio, results),
        "inputs": [block.photo, estimator, *controls.inputs],
        "outputs": results.outputs,
        "concurrency_id": _DEPTH_QUEUE,
        "concurrency_limit": 1,
        "show_progress_on": [results.stereo.views, results.depth.slider],
        **PRIVATE,
    }
    drafts = [
        block.make.click(**drafting),
        *(arrived.success(**drafting) for arrived in events.arrived),
    ]
    bringing: dict[str, Any] = {**drafting, "fn": bring_depth(studio, results)}
    bringing["inputs"] = [block.photo, results.depth.own, *controls.inputs]
    drafts.append(results.depth.own.upload(**bringing))
    finishes = [drafted.success(**finishing) for drafted in drafts]
    finishes.append(results.stereo.make_files.click(**finishing))
    truth = results.metrics.true_depth
    comparing: dict[str, Any] = {**finishing, "fn": compare_depth(studio, results)}
    truth.upload(**comparing)
    for arrived in events.arrived:  # a true depth belongs to the photo of before
        arrived.success(lambda: None, outputs=truth, queue=False, show_progress="hidden", **PRIVATE)
    # What is still being made belongs to the photo of before.
    gr.on(events.chosen, cancels=[*drafts, *finishes], **PRIVATE)
    gr.on([block.make.click], cancels=finishes, **PRIVATE)
    # Files that are still being made belong to the settings of before.
    rendering["cancels"] = finishes
    gr.on([w.input for w in controls.live], trigger_mode="always_last", **rendering)
    setting: dict[str, Any] = {"outputs": controls.inputs, "show_progress": "hidden", **PRIVATE}
    changes = [
        controls.presets[name].click(lambda name=name: preset_values(name), **setting)
        for name in PRESETS
    ]
    waiting: dict[str, Any] = {"concurrency_id": _RENDER_QUEUE, **setting}
    taps = [results.shot, block.tap, *controls.inputs]
    changes.append(block.photo.select(tap(studio), inputs=taps, **waiting))
    comfortable = results.metrics.make_comfortable.click(
        make_comfortable(studio), inputs=from_shot, **waiting
    )
    for changed in changes:
        changed.success(**rendering)
    comfortable.success(**rendering).success(**finishing)


def _connect_share(
    studio: Studio, store: ResultStore, *, controls: Controls, results: Results
) -> None:
    """Files for every device and a link, each on request."""
    tab = results.share
    common: dict[str, Any] = {
        "inputs": [results.shot, *controls.inputs],
        "outputs": results.outputs,
        "concurrency_id": _FINISH_QUEUE,
        "concurrency_limit": _FINISHES_AT_ONCE,
        "show_progress": "minimal",
        **PRIVATE,
    }
    tab.share.click(share(studio, results, store), show_progress_on=tab.link, **common)
    tab.prepare.click(prepare(studio, results), show_progress_on=tab.files, **common)
