"""What happens when a visitor does something: the shown photo and values in, what to show out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

import gradio as gr
from gradio.processing_utils import save_file_to_cache
from gradio.utils import get_upload_folder

from spatial.conversion import estimate
from spatial.depth import EMBEDDED, read_true_depth
from spatial.depth.automatic import LARGER, choose_model
from spatial.formats import encode_jpeg
from spatial.metrics import (
    COMFORTABLE_SCORE,
    DepthErrors,
    aligned_errors,
    comfort_report,
    comfortable_settings,
)
from spatial.photo import PhotoError
from spatial.records import Photo
from spatial.results import ResultStore
from spatial.settings import Convergence, ConvertSettings, with_values
from spatial.web import result_html
from spatial.web.controls import look_of, settings_from, values_of
from spatial.web.depth_memory import KnownDepth
from spatial.web.files import (
    GOALS,
    PREVIEW_SIDE_PX,
    cache_url,
    fit_preview,
    is_shown_by_browsers,
    shared_formats,
    write_files,
    write_goal,
)
from spatial.web.messages import SessionError, page_progress
from spatial.web.shown_photo import Answer, ShownPhoto, ShownPhotos, TooLate
from spatial.web.studio import Studio

WELCOME = "Choose a photo to turn it into 3D. You can also drop or paste one here."
TAP_SCREEN, TAP_FOCUS = "screen", "focus"
RESULT, COMFORTABLE, SHARPER = "result", "make-comfortable", "sharper"
_SHOWN_QUALITY = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """Answers to everything that a visitor does with a photo; see ``PhotoEvents`` for their form.

    Attributes:
        studio: models, depth and renderer.
        photos: the photo that each page shows.
        store: keeps what visitors share.
    """

    studio: Studio
    photos: ShownPhotos
    store: ResultStore

    def accept(self, photo: ShownPhoto, path: str) -> Answer:
        """Check an upload and show it."""
        try:
            checked = self.studio.depths.photo(path)
        except PhotoError as refusal:
            self.photos.check(photo)
            gr.Warning(escape(str(refusal)), title="This photo cannot be used")
            return self.remove(photo)
        accepted = self.photos.accept(photo, path, checked.sha256)
        picture = picture_for_browser(path, checked)
        return accepted.answer(result_html.chosen_photo(checked, cache_url(picture)))

    def accept_example(self, photo: ShownPhoto, sample: Sequence[str]) -> Answer:
        """Check an example and show a copy of it, which the page may have."""
        return self.accept(photo, save_file_to_cache(sample[0], get_upload_folder()))

    def remove(self, photo: ShownPhoto) -> Answer:
        """Show no photo at all."""
        return photo.answer({result_html.STATUS: WELCOME})

    def estimate(self, photo: ShownPhoto, estimator: str, *values: object) -> Answer:
        """Estimate depth, when it is not known yet."""
        asked = self.photos.ask_depth(photo)
        settings = settings_from(values).depth
        depth = self.studio.depths.find(photo.path, estimator, settings, page_progress)
        return self._with_depth(asked, depth)

    def sharpen(self, photo: ShownPhoto, *values: object) -> Answer:
        """Fetch the larger depth model and estimate the depth with it."""
        asked = self.photos.ask_depth(photo)
        _, refusal = self.studio.models.get(LARGER, self.photos.watch_depth(asked))
        if refusal:
            gr.Warning(escape(refusal), title="The sharper depth cannot be had now")
            return photo.answer({}, offers=[RESULT, SHARPER], of_any_picture=True)
        return self.estimate(photo, LARGER, *values)

    def stop_sharpening(self, photo: ShownPhoto) -> Answer:
        """Give up the fetch of the larger depth model; what is here of it stays for next time."""
        self.photos.give_up_depth(photo)
        return photo.answer({}, offers=[RESULT, SHARPER], of_any_picture=True)

    def _with_depth(self, asked: ShownPhoto, depth: KnownDepth) -> Answer:
        known = self.photos.keep_depth(asked, depth)
        told = result_html.depth_source(depth)
        if depth.note:
            told |= result_html.about_photo(self.studio.depths.photo(asked.path), depth.note)
        return known.answer(told)

    def take_map(self, photo: ShownPhoto, map_path: str | None, *values: object) -> Answer:
        """Take the depth from the visitor's own map."""
        if not map_path:
            msg = "Choose a depth map first."
            raise SessionError(msg)
        depth = self.studio.depths.take_map(photo.path, map_path, settings_from(values).depth)
        return self._with_depth(self.photos.ask_depth(photo), depth)

    def render(self, photo: ShownPhoto, *values: object) -> Answer:
        """Show a preview and its comfort; files and figures of an earlier picture go away."""
        if photo.depth is None:
            raise TooLate  # or rather too early: the preview follows the depth
        settings = settings_from(values)
        begun = self.photos.next_picture(photo, look_of(settings))
        preview = self.studio.renderer.preview(begun.known_depth, settings)
        comfort = comfort_report(preview)
        shown = result_html.preview_views(preview, GOALS) | result_html.comfort(comfort, preview)
        offers = [RESULT]
        if comfort.score < COMFORTABLE_SCORE:
            offers.append(COMFORTABLE)
        if photo.depth.info.id == EMBEDDED == choose_model().name:
            offers.append(SHARPER)
        self.photos.check(begun)
        return begun.answer(shown, offers=offers)

    def add_layers(self, photo: ShownPhoto, *values: object) -> Answer:
        """Add the layers by which the views sway."""
        preview = self.studio.renderer.preview(photo.known_depth, settings_from(values))
        manifest = write_files(preview, ["scene"])["manifest"]
        self.photos.check(photo)
        return photo.answer(result_html.scene_layers(manifest))

    def measure(self, photo: ShownPhoto, true_depth: str | None, *values: object) -> Answer:
        """Measure the result at full size."""
        depth, settings = photo.known_depth, settings_from(values)
        look = look_of(settings)
        progress = self.photos.watch(photo, 0.0, 0.9, look=look)
        result = self.studio.renderer.full(depth, settings, progress)
        errors = self._errors(depth, settings, true_depth)
        content = result_html.figures(result, errors)
        return self.photos.newest(photo, look).answer(content)

    def compare_depth(self, photo: ShownPhoto, true_depth: str | None, *values: object) -> Answer:
        """Compare the depth with a true one that the visitor brings."""
        errors = self._errors(photo.known_depth, settings_from(values), true_depth)
        return photo.answer(result_html.depth_errors(errors))

    def _errors(
        self, known: KnownDepth, settings: ConvertSettings, path: str | None
    ) -> DepthErrors | None:
        if not path:
            return None
        photo = self.studio.depths.photo_of(known)
        truth = read_true_depth(Path(path), photo, self.studio.decoder.read_map)
        depth = estimate(photo, settings.depth, self.studio.depths.estimator(known))
        try:
            return aligned_errors(depth, truth.depth_m, truth.known)
        except ValueError as error:
            msg = f"{Path(path).name} cannot be compared: {error}"
            raise SessionError(msg) from error

    def make_comfortable(self, photo: ShownPhoto, *values: object) -> Answer:
        """Set what makes the photo comfortable to look at."""
        settings = settings_from(values)
        preview = self.studio.renderer.preview(photo.known_depth, settings)
        found = comfortable_settings(preview).stereo
        # Lengths in pixels are those of the preview there.
        stereo = replace(found, max_offset_px=settings.stereo.max_offset_px)
        return _changed(photo, settings, replace(settings, stereo=stereo))

    def tap(
        self, photo: ShownPhoto, place: Sequence[float], target: str, *values: object
    ) -> Answer:
        """Set the point that was tapped, x and y in [0, 1], to the screen plane, or into focus."""
        settings, depth = settings_from(values), photo.known_depth
        x, y = (round(min(max(float(share), 0.0), 1.0), 4) for share in place)
        tapped: dict[str, object] = {
            "convergence": Convergence.POINT,
            "convergence_x": x,
            "convergence_y": y,
        }
        if target == TAP_FOCUS:
            nearness = self.studio.renderer.preview(depth, settings).nearness
            height, width = nearness.shape
            near = float(nearness[min(int(y * height), height - 1), min(int(x * width), width - 1)])
            tapped = {"bokeh": True, "focus_nearness": round(min(max(near, 0.0), 1.0), 2)}
        return _changed(photo, settings, with_values(tapped, base=settings))

    def prepare(self, goal: str, photo: ShownPhoto, *values: object) -> Answer:
        """Write the files for a goal."""
        settings = settings_from(values)
        look = look_of(settings)
        rendering = self.photos.watch(photo, 0.0, 0.3, look=look)
        result = self.studio.renderer.full(photo.known_depth, settings, rendering)
        made = write_goal(result, goal, self.photos.watch(photo, 0.3, 1.0, look=look))
        shown = self.photos.newest(photo, look)
        for reason in made.refused:
            gr.Warning(escape(reason), title="One format is missing")
        return shown.answer(result_html.goal_files(goal, made))

    def share(self, photo: ShownPhoto, *values: object) -> Answer:
        """Store a result under a link; what the page no longer shows is not kept."""
        progress = self.photos.watch(photo, 0.0, 0.5)
        result = self.studio.renderer.full(photo.known_depth, settings_from(values), progress)
        progress(1.0, "writing files")
        receipt = self.store.share(result, shared_formats())
        try:
            self.photos.check(photo, of_any_picture=True)
        except BaseException:
            self.store.delete(receipt.id, receipt.delete_token)
            raise
        link = result_html.shared_link(receipt, photo.page_url)
        return photo.answer(link, of_any_picture=True)


def picture_for_browser(path: str, photo: Photo) -> str:
    """Return a picture of a photo that every browser shows: its file, or a JPEG beside it.

    A large photo would be sent back and decoded while its depth is estimated.
    """
    if is_shown_by_browsers(path) and max(photo.rgb.shape) <= PREVIEW_SIDE_PX:
        return path
    shown = Path(path).with_suffix(".shown.jpg")
    shown.write_bytes(encode_jpeg(fit_preview(photo.rgb), quality=_SHOWN_QUALITY))
    return str(shown)


def _changed(photo: ShownPhoto, before: ConvertSettings, after: ConvertSettings) -> Answer:
    """Return the settings that change; the others are left alone, as they may have moved since."""
    both = enumerate(zip(values_of(before), values_of(after), strict=True))
    changed = {place: new for place, (old, new) in both if new != old}
    return photo.answer({}, values=changed, of_any_picture=True)
