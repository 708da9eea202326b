"""Events of the page about the photo that is shown: under the rule of ``shown_photo``."""

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency

from spatial.web.addresses import page_address
from spatial.web.files import static_file
from spatial.web.messages import KNOWN_ERRORS, PRIVATE, SessionError, refusal
from spatial.web.shown_photo import Answer, ShownPhoto, ShownPhotos, TooLate

_SCRIPTS = ("words.js", "shown_photo.js", "page.js")
SCRIPT = f"<script>{''.join(map(static_file, _SCRIPTS))}</script>"
"""The page's side of the rule, and what the page does by itself; belongs into its head."""

Work = Callable[..., Answer]
Trigger = Callable[..., Dependency]


class PhotoEvents:
    """Connects what a visitor does to work on the photo that is shown, under the rule of this file.

    Work gets the photo and the values of its inputs; what it answers is shown.
    """

    def __init__(self, photos: ShownPhotos) -> None:
        self._photos = photos
        self._identity = gr.JSON(visible=False)

    def choosing(
        self,
        trigger: Trigger,
        work: Work,
        *,
        stamp: str = "choose()",
        **event: Any,  # noqa: ANN401
    ) -> Dependency:
        """Let an event choose another photo; ``stamp`` tells when that counts."""

        def choose(request: gr.Request, choice: int, *_: object) -> ShownPhoto:
            return self._photos.choose(str(request.session_hash), choice, page_address(request))

        return self._connect(trigger, self._guarded(work, choose), stamp=stamp, **event)

    def working(self, trigger: Trigger, work: Work, **event: Any) -> Dependency:  # noqa: ANN401
        """Let an event work on the photo that is shown."""
        return self._connect(trigger, self._on_shown(work), **event)

    def receiving(self, place: gr.File, work: Work, **event: Any) -> Dependency:  # noqa: ANN401
        """Let a file work on the photo that was shown when the file was given, if it still is."""
        stamp = f"handed('{place.elem_id}')"
        held = f"(file) => spatial.held('{place.elem_id}', file)"
        place.upload(None, inputs=place, outputs=place, js=held, **PRIVATE)
        return self._connect(place.upload, self._on_shown(work), stamp=stamp, **event)

    def following(self, before: Dependency, work: Work, **event: Any) -> Dependency:  # noqa: ANN401
        """Let the success of another event lead to work on the photo that is shown, if any."""
        return self._connect(before.success, self._on_shown(work), stamp="following()", **event)

    def moving(
        self,
        trigger: Trigger,
        work: Work,
        *,
        of_any_picture: bool = True,
        **event: Any,  # noqa: ANN401
    ) -> Dependency:
        """Let what moves often work on the photo that is shown: the last move after a wait.

        Not ``of_any_picture``: unless a newer picture is begun.
        """
        last = {"stamp": "following()", "trigger_mode": "always_last"}
        handle = self._on_shown(work, of_any_picture=of_any_picture)
        return self._connect(trigger, handle, **last, **event)

    def tapping(self, trigger: Trigger, work: Work, **event: Any) -> Dependency:  # noqa: ANN401
        """Let a tap work on the photo that is shown; ``work`` gets the pixel before its inputs."""
        handle = self._on_shown(work)

        def handle_tap(
            request: gr.Request, tap: gr.SelectData, identity: object, *values: object
        ) -> Answer:
            return handle(request, identity, tap.index, *values)

        return self._connect(trigger, handle_tap, **event)

    def _connect(
        self,
        trigger: Trigger,
        handle: Work,
        *,
        stamp: str = "identity()",
        inputs: Sequence[Component] = (),
        fills: Sequence[Component] = (),
        **event: Any,  # noqa: ANN401
    ) -> Dependency:
        """Register both halves of an event: the server's, and the page's that shows its answer."""
        answer = gr.JSON(visible=False)  # one for each event, so that none overwrites another's
        # "multiple": none is dropped while another one is pending.
        event = {"trigger_mode": "multiple", **PRIVATE, **event}
        answered = trigger(
            handle,
            inputs=[self._identity, *inputs],
            outputs=answer,
            js=f"(_, ...inputs) => [spatial.{stamp}, ...inputs]",
            **event,
        )
        return answered.success(
            None,
            inputs=answer,
            outputs=list(fills),
            js="(answer) => spatial.show(answer)",
            show_progress="hidden",
            **PRIVATE,
        )

    def _on_shown(self, work: Work, *, of_any_picture: bool = True) -> Work:
        def find(request: gr.Request, choice: int, sha256: str, picture: int) -> ShownPhoto:
            photo = self._photos.find(str(request.session_hash), choice, sha256, picture)
            if not of_any_picture and photo.picture != picture:
                raise TooLate
            return photo

        return self._guarded(work, find)

    def _guarded(self, work: Work, begin: Callable[..., ShownPhoto]) -> Work:
        def handle(request: gr.Request, identity: object, *values: object) -> Answer:
            photo = None
            try:
                photo = begin(request, *_identity_of(identity))
                return work(photo, *values)
            except TooLate as late:
                raise _silent() from late
            except KNOWN_ERRORS as error:
                if photo is not None and self._is_left(photo):
                    raise _silent() from error
                raise refusal(str(error)) from error

        return handle

    def _is_left(self, photo: ShownPhoto) -> bool:
        try:
            self._photos.check(photo, of_any_picture=True)
        except TooLate:
            return True
        return False


def _silent() -> gr.Error:
    """Return an error that ends a chain of events without a word."""
    return gr.Error("The page shows another photo by now.", visible=False, print_exception=False)


def _identity_of(identity: object) -> tuple[int, str, int]:
    """Return choice, digest and picture as an event of the page carries them.

    Raises:
        SessionError: no page of this app sends this.
    """
    if isinstance(identity, dict):
        choice, sha256, picture = map(identity.get, ("choice", "sha256", "picture"))
        if isinstance(choice, int) and isinstance(sha256, str) and isinstance(picture, int):
            return choice, sha256, picture
    msg = "This page is out of date: reload it."
    raise SessionError(msg)
