"""What happens when a visitor does something: the shown photo and known words in, what the page is to show out."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from pathlib import Path

import gradio as gr

from spatial.conversion import fit_depth
from spatial.depth import read_true_depth
from spatial.metrics import (
    COMFORTABLE_SCORE,
    DepthErrors,
    aligned_errors,
    comfort_report,
    comfortable_settings,
)
from spatial.photo import PhotoError
from spatial.results import ResultStore
from spatial.settings import Convergence, ConvertSettings, with_values
from spatial.web import depth_tab, metrics_tab, share_tab, stereo_tab
from spatial.web.controls import settings_from, values_of
from spatial.web.depth_memory import KnownDepth
from spatial.web.devices import shared_formats
from spatial.web.files import cache_url, write_everything, write_files
from spatial.web.hosts import page_address
from spatial.web.messages import PageProgress, SessionError
from spatial.web.photo_input import into_cache, picture_for_browser, shown_file
from spatial.web.session import Studio
from spatial.web.shown_photo import Answer, ShownPhoto, ShownPhotos, TooLate, Watched, Work

TAP_SCREEN, TAP_FOCUS = "Screen plane", "Focus"
STATUS = "status"
WELCOME = "Choose a photo to turn it into 3D."
_BEGUN = "Your photo is being turned into 3D."
_CREATE_LINK, _PREPARE, _MAKE_FILES, _COMFORTABLE = (
    "share",
    "prepare",
    "make-files",
    "make-comfortable",
)


def describe(depth: KnownDepth) -> str:
    """Return HTML that says where the depth came from, how long that took, and why from there."""
    info = depth.info
    took = "" if depth.seconds is None else f" in {depth.seconds:.1f} s"
    source = f"Depth: {escape(info.title)}{took}. Licence: {escape(info.licence)}."
    note = escape(depth.note)
    return f'<p class="note" role="alert">{note}</p><p>{source}</p>' if note else source


def accept(studio: Studio, photos: ShownPhotos) -> Work:
    """Return the work that checks an upload and shows it; without one, the page is empty."""

    def work(_request: gr.Request, photo: ShownPhoto, path: str | None) -> Answer:
        if path is None:
            return photo.answer({STATUS: WELCOME}, values={0: None})
        try:
            checked = studio.decoder.load_photo(path)
        except PhotoError as refusal:
            photos.check(photo)
            gr.Warning(escape(str(refusal)), title="This photo cannot be used")
            return photo.answer({STATUS: WELCOME}, values={0: None})
        picture = picture_for_browser(path, checked)
        accepted = photos.accept(photo, path, checked.sha256)
        values, address = {0: shown_file(picture)}, cache_url(picture)
        return accepted.answer({STATUS: _BEGUN}, values=values, address=address)

    return work


def accept_example(studio: Studio, photos: ShownPhotos) -> Work:
    """Return the work that checks an example and shows it."""
    take = accept(studio, photos)

    def work(request: gr.Request, photo: ShownPhoto, sample: Sequence[str]) -> Answer:
        return take(request, photo, into_cache(sample[0]))

    return work


def estimate(studio: Studio, photos: ShownPhotos) -> Work:
    """Return the work that estimates depth, when it is not known yet."""

    def work(_request: gr.Request, photo: ShownPhoto, estimator: str, *values: object) -> Answer:
        asked = photos.next_picture(photo)
        depth = studio.find_depth(
            photo.path, estimator, settings_from(values).depth, PageProgress()
        )
        known = photos.keep_depth(asked, depth)
        if depth.note:
            gr.Warning(escape(depth.note), title="Another depth model was used")
        return known.answer({STATUS: describe(depth)})

    return work


def bring_depth(studio: Studio, photos: ShownPhotos) -> Work:
    """Return the work that takes the depth from the visitor's own map."""

    def work(
        _request: gr.Request, photo: ShownPhoto, map_path: str | None, *values: object
    ) -> Answer:
        if not map_path:
            msg = "Choose a depth map first."
            raise SessionError(msg)
        depth = studio.take_map(photo.path, map_path, settings_from(values).depth)
        known = photos.keep_depth(photos.next_picture(photo), depth)
        return known.answer({STATUS: describe(depth)})

    return work


def render(studio: Studio, photos: ShownPhotos) -> Work:
    """Return the work that shows a preview; files and figures of an earlier picture go away."""

    def work(_request: gr.Request, photo: ShownPhoto, *values: object) -> Answer:
        if photo.depth is None:
            raise TooLate  # or rather too early: the preview follows the depth
        begun = photos.next_picture(photo)
        preview = studio.preview(begun.known_depth, settings_from(values))
        parts = {
            depth_tab.PICTURE: depth_tab.depth_picture(preview),
            depth_tab.FILES: None,
            stereo_tab.VIEWS: stereo_tab.stereo_views(preview),
            stereo_tab.FILES: None,
            **metrics_tab.no_figures(),
            **share_tab.no_files(),
        }
        photos.check(begun)
        return begun.answer(parts, offers=[_CREATE_LINK, _PREPARE, _MAKE_FILES])

    return work


def finish(studio: Studio, photos: ShownPhotos) -> Work:
    """Return the work that renders at full size, writes the files and measures."""

    def work(
        _request: gr.Request, photo: ShownPhoto, true_depth: str | None, *values: object
    ) -> Answer:
        def check() -> None:
            photos.check(photo)

        depth, settings = photo.known_depth, settings_from(values)
        progress = Watched(progress=PageProgress(0.0, 0.7), check=check)
        result = studio.full(depth, settings, progress)
        progress(1.0, "writing files")
        paths = write_files(result)
        PageProgress()(0.9, "measuring")
        comfort = comfort_report(result)
        parts = {
            depth_tab.FILES: depth_tab.depth_files(paths),
            stereo_tab.FILES: stereo_tab.stereo_files(paths),
            **metrics_tab.figures(
                result, comfort, _depth_errors(studio, depth, settings, true_depth)
            ),
            **share_tab.files_by_device(paths),
        }
        check()
        tame = [_COMFORTABLE] if comfort.score < COMFORTABLE_SCORE else []
        return photo.answer(parts, offers=[_CREATE_LINK, _PREPARE, *tame])

    return work


def compare_depth(studio: Studio) -> Work:
    """Return the work that holds the depth against a true one that the visitor brings."""

    def work(
        _request: gr.Request, photo: ShownPhoto, true_depth: str | None, *values: object
    ) -> Answer:
        errors = _depth_errors(studio, photo.known_depth, settings_from(values), true_depth)
        return photo.answer(metrics_tab.depth_errors(errors))

    return work


def _depth_errors(
    studio: Studio, known: KnownDepth, settings: ConvertSettings, path: str | None
) -> DepthErrors | None:
    if not path:
        return None
    photo = studio.decoder.load_photo(known.path)
    truth = read_true_depth(Path(path), photo, studio.decoder.read_map)
    depth = fit_depth(studio.depth(known), photo, settings.depth)
    try:
        return aligned_errors(depth, truth.depth_m, truth.known)
    except ValueError as error:
        msg = f"{Path(path).name} cannot be compared: {error}"
        raise SessionError(msg) from error


def make_comfortable(studio: Studio) -> Work:
    """Return the work that finds settings with which the photo is comfortable to look at."""

    def work(_request: gr.Request, photo: ShownPhoto, *values: object) -> Answer:
        settings = settings_from(values)
        found = comfortable_settings(studio.preview(photo.known_depth, settings)).stereo
        # Lengths in pixels are those of the preview there.
        stereo = replace(found, max_offset_px=settings.stereo.max_offset_px)
        return _set(photo, settings, replace(settings, stereo=stereo))

    return work


def tap(studio: Studio) -> Work:
    """Return the work that puts what was tapped on the screen plane, or in focus."""

    def work(
        _request: gr.Request,
        photo: ShownPhoto,
        pixel: Sequence[float],
        target: str,
        *values: object,
    ) -> Answer:
        settings, depth = settings_from(values), photo.known_depth
        x, y = studio.place(depth, pixel)
        tapped: dict[str, object] = {
            "convergence": Convergence.POINT,
            "convergence_x": x,
            "convergence_y": y,
        }
        if target == TAP_FOCUS:
            nearness = studio.preview(depth, settings).nearness
            height, width = nearness.shape
            near = float(nearness[min(int(y * height), height - 1), min(int(x * width), width - 1)])
            tapped = {"bokeh": True, "focus_nearness": round(min(max(near, 0.0), 1.0), 2)}
        return _set(photo, settings, with_values(tapped, base=settings))

    return work


def _set(photo: ShownPhoto, before: ConvertSettings, after: ConvertSettings) -> Answer:
    """Return settings that are set for the visitor; those that stay are left alone, as they may have moved since."""
    both = enumerate(zip(values_of(before), values_of(after), strict=True))
    changed = {place: new for place, (old, new) in both if new != old}
    return photo.answer({}, values=changed, of_any_picture=True)


def prepare(studio: Studio, photos: ShownPhotos) -> Work:
    """Return the work that writes the files for every device and one ZIP of them."""

    def work(_request: gr.Request, photo: ShownPhoto, *values: object) -> Answer:
        def check() -> None:
            photos.check(photo)

        rendering = Watched(progress=PageProgress(0.0, 0.3), check=check)
        result = studio.full(photo.known_depth, settings_from(values), rendering)
        made = write_everything(result, Watched(progress=PageProgress(0.3, 1.0), check=check))
        check()
        for reason in made.refused:
            gr.Warning(escape(reason), title="One format is missing")
        return photo.answer(share_tab.files_by_device(made.paths, made.archive))

    return work


def share(studio: Studio, photos: ShownPhotos, store: ResultStore) -> Work:
    """Return the work that stores a result under a link; what the page no longer shows is not kept."""

    def work(request: gr.Request, photo: ShownPhoto, *values: object) -> Answer:
        def check() -> None:
            photos.check(photo, of_any_picture=True)

        rendering = Watched(progress=PageProgress(0.0, 0.5), check=check)
        result = studio.full(photo.known_depth, settings_from(values), rendering)
        PageProgress()(0.5, "writing files")
        check()
        receipt = store.share(result, shared_formats())
        try:
            check()
        except BaseException:
            store.delete(receipt.id, receipt.delete_token)
            raise
        link = share_tab.link_card(receipt, page_address(request))
        return photo.answer(link, of_any_picture=True)

    return work
