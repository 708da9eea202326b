"""What happens when a visitor does something: known words in, updates of components out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from spatial.conversion import fit_depth
from spatial.depth import read_true_depth
from spatial.metrics import DepthErrors, aligned_errors, comfortable_settings
from spatial.photo import load_photo
from spatial.records import SpatialPhoto
from spatial.results import ResultStore
from spatial.settings import Convergence, ConvertSettings, with_values
from spatial.web.address import origin_of
from spatial.web.controls import settings_from, values_of
from spatial.web.depth_tab import DepthTab
from spatial.web.devices import shared_formats
from spatial.web.edge import PageProgress, clear_errors
from spatial.web.files import write_everything, write_files
from spatial.web.metrics_tab import MetricsTab
from spatial.web.session import SessionError, Studio
from spatial.web.share_tab import ShareTab
from spatial.web.shot import Shot
from spatial.web.stereo_tab import StereoTab

TAP_SCREEN, TAP_FOCUS = "Screen plane", "Focus"
Updates = dict[Component, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The part of the page that shows what came out.

    Attributes:
        shot: the visitor's photo with known depth, once there is one.
        status: one line of words.
        depth: tab *Depth*.
        stereo: tab *Stereo*.
        metrics: tab *Metrics*.
        share: tab *View & share*.
    """

    shot: gr.State
    status: gr.HTML
    depth: DepthTab
    stereo: StereoTab
    metrics: MetricsTab
    share: ShareTab

    @property
    def outputs(self) -> list[Component]:
        tabs = (self.depth, self.stereo, self.metrics, self.share)
        return [self.shot, self.status, *(c for tab in tabs for c in tab.outputs)]

    def show(self, shot: Shot, preview: SpatialPhoto) -> Updates:
        """Show a preview; files and figures of an earlier result go away."""
        return {
            self.status: describe(shot),
            **self.depth.show(preview),
            **self.depth.offer({}),
            **self.stereo.show(preview),
            **self.stereo.offer({}),
            **self.metrics.clear(),
            **self.share.ready(),
        }


def describe(shot: Shot) -> str:
    """Return HTML that says where the depth came from, how long that took, and why from there."""
    info = shot.info
    took = "" if shot.seconds is None else f" in {shot.seconds:.1f} s"
    source = f"Depth: {escape(info.title)}{took}. Licence: {escape(info.licence)}."
    note = escape(shot.note)
    return f'<p class="note" role="alert">{note}</p><p>{source}</p>' if note else source


def while_shown(
    studio: Studio, status: gr.HTML, make: Callable[..., Updates]
) -> Callable[..., Updates]:
    """Return a handler that shows what ``make`` made of a photo, unless the page has gone on to another one by then."""

    @clear_errors
    def handle(request: gr.Request, shot: Shot | None, *values: object) -> Updates:
        studio.shown.note(request, shot)
        updates = make(request, shot, *values)
        return updates if studio.shown.is_still(request, shot) else {status: gr.skip()}

    return handle


def draft(studio: Studio, results: Results) -> Callable[..., Updates]:
    """Return the handler that estimates depth, when it is not known yet, and shows a preview."""

    @clear_errors
    def handle(request: gr.Request, path: str | None, estimator: str, *values: object) -> Updates:
        settings = settings_from(values)
        shot = studio.shoot(path, estimator, settings.depth, PageProgress())
        if shot.note:
            gr.Warning(escape(shot.note), title="Another depth model stands in")
        return _go_on_to(shot, studio.preview(shot, settings), studio, results, request)

    return handle


def bring_depth(studio: Studio, results: Results) -> Callable[..., Updates]:
    """Return the handler that takes the depth from the visitor's own map and shows a preview."""

    @clear_errors
    def handle(
        request: gr.Request, path: str | None, depth_path: str | None, *values: object
    ) -> Updates:
        settings = settings_from(values)
        if not depth_path:
            return {results.status: gr.skip()}
        shot = studio.shoot_with_map(path, depth_path, settings.depth)
        return _go_on_to(shot, studio.preview(shot, settings), studio, results, request)

    return handle


def _go_on_to(
    shot: Shot, preview: SpatialPhoto, studio: Studio, results: Results, request: gr.Request
) -> Updates:
    """Show another photo: what is still made of the one before comes too late from now on."""
    studio.shown.note(request, shot)
    return {results.shot: shot, **results.show(shot, preview)}


def render(studio: Studio, results: Results) -> Callable[..., Updates]:
    """Return the handler that shows a preview from the depth that is known."""

    def handle(_request: gr.Request, shot: Shot | None, *values: object) -> Updates:
        if shot is None:
            return {results.status: gr.skip()}
        return results.show(shot, studio.preview(shot, settings_from(values)))

    return while_shown(studio, results.status, handle)


def finish(studio: Studio, results: Results) -> Callable[..., Updates]:
    """Return the handler that renders at full size, writes the files and measures."""

    def handle(
        _request: gr.Request, shot: Shot | None, true_depth: str | None, *values: object
    ) -> Updates:
        if shot is None:
            return {results.status: gr.skip()}
        settings = settings_from(values)
        result = studio.full(shot, settings, PageProgress(0.0, 0.7))
        PageProgress()(0.7, "writing files")
        paths = write_files(result)
        PageProgress()(0.9, "measuring")
        return {
            **results.depth.offer(paths),
            **results.stereo.offer(paths),
            **results.metrics.show(result, _depth_errors(studio, shot, settings, true_depth)),
            **results.share.offer(paths),
        }

    return while_shown(studio, results.status, handle)


def compare_depth(studio: Studio, results: Results) -> Callable[..., Updates]:
    """Return the handler that holds the depth against a true one that the visitor brings."""

    def handle(
        _request: gr.Request, shot: Shot | None, true_depth: str | None, *values: object
    ) -> Updates:
        errors = _depth_errors(studio, _known(shot), settings_from(values), true_depth)
        return results.metrics.compare(errors)

    return while_shown(studio, results.status, handle)


def _depth_errors(
    studio: Studio, shot: Shot, settings: ConvertSettings, path: str | None
) -> DepthErrors | None:
    if not path:
        return None
    photo = load_photo(shot.path)
    truth = read_true_depth(Path(path), photo)
    depth = fit_depth(studio.depth(shot), photo, settings.depth)
    try:
        return aligned_errors(depth, truth.depth_m, truth.known)
    except ValueError as error:
        msg = f"{Path(path).name} cannot be compared: {error}"
        raise SessionError(msg) from error


def make_comfortable(studio: Studio) -> Callable[..., list[object]]:
    """Return the handler that finds settings with which the photo is comfortable to look at."""

    @clear_errors
    def handle(shot: Shot | None, *values: object) -> list[object]:
        settings = settings_from(values)
        preview = studio.preview(_known(shot), settings)
        found = comfortable_settings(preview).stereo
        # Lengths in pixels are those of the preview there.
        stereo = replace(found, max_offset_px=settings.stereo.max_offset_px)
        return values_of(replace(settings, stereo=stereo))

    return handle


def tap(studio: Studio) -> Callable[..., list[object]]:
    """Return the handler that puts what was tapped on the screen plane, or in focus."""

    @clear_errors
    def handle(
        event: gr.SelectData, shot: Shot | None, target: str, *values: object
    ) -> list[object]:
        settings = settings_from(values)
        x, y = studio.place(_known(shot), event.index)
        if target == TAP_FOCUS:
            nearness = studio.preview(_known(shot), settings).nearness
            height, width = nearness.shape
            near = float(nearness[min(int(y * height), height - 1), min(int(x * width), width - 1)])
            focus = {"bokeh": True, "focus_nearness": round(min(max(near, 0.0), 1.0), 2)}
            return values_of(with_values(focus, base=settings))
        point = {"convergence": Convergence.POINT, "convergence_x": x, "convergence_y": y}
        return values_of(with_values(point, base=settings))

    return handle


def prepare(studio: Studio, results: Results) -> Callable[..., Updates]:
    """Return the handler that writes the files for every device and one ZIP of them."""

    def handle(_request: gr.Request, shot: Shot | None, *values: object) -> Updates:
        result = studio.full(_known(shot), settings_from(values), PageProgress(0.0, 0.3))
        made = write_everything(result, PageProgress(0.3, 1.0))
        for reason in made.refused:
            gr.Warning(escape(reason), title="One format is missing")
        return results.share.offer(made.paths, made.archive)

    return while_shown(studio, results.status, handle)


def share(studio: Studio, results: Results, store: ResultStore) -> Callable[..., Updates]:
    """Return the handler that stores a result under a link."""

    def handle(request: gr.Request, shot: Shot | None, *values: object) -> Updates:
        result = studio.full(_known(shot), settings_from(values), PageProgress(0.0, 0.5))
        PageProgress()(0.5, "writing files")
        receipt = store.share(result, shared_formats())
        return results.share.show_link(receipt, origin_of(dict(request.headers)))

    return while_shown(studio, results.status, handle)


def _known(shot: Shot | None) -> Shot:
    if shot is None:
        msg = "Choose a photo first."
        raise SessionError(msg)
    return shot
