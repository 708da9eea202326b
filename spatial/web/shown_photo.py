"""All that a page shows, offers or shares belongs to the photo chosen in it: the rule for this.

A photo's identity is the number of its choice in this page, the digest of its bytes, and the number
of the picture that was made of it last. The page counts choices and sends the identity with every
event (``static/shown_photo.js``); the server notes the newest choice of each page and answers with
the identity that the answer was made for. An event or an answer whose identity is no longer the
page's changes nothing, on either side, in whatever order things arrive.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency

from spatial.depth import Part, Progress
from spatial.web.addresses import page_address
from spatial.web.depth_memory import KnownDepth
from spatial.web.files import static_file
from spatial.web.memory import ByteCache
from spatial.web.messages import KNOWN_ERRORS, PRIVATE, SessionError, page_progress, refusal

SCRIPT = f"<script>{static_file('shown_photo.js')}</script>"
"""The page's side of the rule; belongs into its head."""

_PAGES = 10_000
Answer = dict[str, Any]
Work = Callable[..., Answer]
Trigger = Callable[..., Dependency]


class TooLate(Exception):
    """The page has gone on to another photo, or to another picture of this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPhoto:
    """The photo that is chosen in one page.

    Attributes:
        page: the page's session.
        page_url: the page's address, as the visitor typed it.
        choice: how many photos were chosen in this page, this one included.
        path: its file; empty while it is checked, and where there is none.
        sha256: of its bytes.
        picture: how many pictures were begun of it.
        depth: its depth, once it is known.
        depth_turn: when that depth was asked for.
    """

    page: str
    choice: int
    page_url: str = ""
    path: str = ""
    sha256: str = ""
    picture: int = 0
    depth: KnownDepth | None = None
    depth_turn: int = 0

    @property
    def known_depth(self) -> KnownDepth:
        """Its depth.

        Raises:
            SessionError: there is none yet.
        """
        if self.depth is None:
            msg = "The depth of this photo is not known yet."
            raise SessionError(msg if self.path else "Choose a photo first.")
        return self.depth

    def answer(
        self,
        parts: dict[str, Any],
        *,
        offers: Sequence[str] | None = None,
        values: Mapping[int, object] | None = None,
        of_any_picture: bool = False,
        address: str | None = None,
    ) -> Answer:
        """Return what the page is to show.

        Args:
            parts: place in the page to its content.
            offers: what a visitor can ask for from now on; None = as before.
            values: of those of the event's own components that change, by their place among them.
            of_any_picture: whether it holds for every picture of this photo, not for the newest
                alone.
            address: where the page finds the photo itself; None = as before.
        """
        return {
            "choice": self.choice,
            "sha256": self.sha256,
            "picture": None if of_any_picture else self.picture,
            "parts": parts,
            "address": address,
            "offers": None if offers is None else list(offers),
            "values": {str(place): value for place, value in (values or {}).items()},
        }


class ShownPhotos:
    """The photo that is chosen in each open page; the pages used least recently are forgotten."""

    def __init__(self) -> None:
        self._shown: ByteCache[str, ShownPhoto] = ByteCache(_PAGES)
        self._lock = Lock()

    def choose(self, page: str, choice: int, page_url: str = "") -> ShownPhoto:
        """Note that another photo is chosen; its file is not checked yet.

        Raises:
            TooLate: a newer choice is known.
        """
        with self._lock:
            held = self._shown.get(page)
            if held is not None and held.choice >= choice:
                raise TooLate
            return self._put(ShownPhoto(page=page, choice=choice, page_url=page_url))

    def find(self, page: str, choice: int, sha256: str) -> ShownPhoto:
        """Return the photo that an event is about.

        Raises:
            TooLate: another one is chosen by now.
            SessionError: it is none that this server has checked.
        """
        held = self._shown.get(page)
        if held is None or choice > held.choice or (choice == held.choice and not held.path):
            msg = "Choose a photo first."
            raise SessionError(msg)
        if (choice, sha256) != (held.choice, held.sha256):
            raise TooLate
        return held

    def accept(self, photo: ShownPhoto, path: str, sha256: str) -> ShownPhoto:
        """Note the file of a choice that was checked.

        Raises:
            TooLate: another one is chosen by now.
        """
        return self._change(photo, lambda held: replace(held, path=path, sha256=sha256))

    def next_picture(self, photo: ShownPhoto) -> ShownPhoto:
        """Begin another picture of a photo: what was begun before comes too late from now on.

        Raises:
            TooLate: another photo is chosen by now.
        """
        return self._change(photo, lambda held: replace(held, picture=held.picture + 1))

    def keep_depth(self, asked: ShownPhoto, depth: KnownDepth) -> ShownPhoto:
        """Note the depth of a photo.

        Args:
            asked: what ``next_picture`` returned when this depth was asked for.
            depth: what came out.

        Raises:
            TooLate: another photo is chosen by now, or depth that was asked for later is there
                already.
        """

        def keep(held: ShownPhoto) -> ShownPhoto:
            if held.depth_turn > asked.picture:
                raise TooLate
            turn = asked.picture
            return replace(held, depth=depth, depth_turn=turn, picture=held.picture + 1)

        return self._change(asked, keep)

    def check(self, photo: ShownPhoto, *, of_any_picture: bool = False) -> None:
        """Raise TooLate unless this photo, and this picture of it, is still what the page shows."""
        picture = self._held(photo).picture
        if not of_any_picture and picture != photo.picture:
            raise TooLate

    def watch(
        self,
        photo: ShownPhoto,
        start: float = 0.0,
        end: float = 1.0,
        *,
        of_any_picture: bool = False,
    ) -> Progress:
        """Return progress from ``start`` to ``end`` that ends work which the page left behind."""
        part = Part(page_progress, start, end)

        def told(share: float, words: str) -> None:
            self.check(photo, of_any_picture=of_any_picture)
            part(share, words)

        return told

    def _change(self, photo: ShownPhoto, change: Callable[[ShownPhoto], ShownPhoto]) -> ShownPhoto:
        with self._lock:
            return self._put(change(self._held(photo)))

    def _held(self, photo: ShownPhoto) -> ShownPhoto:
        """Return what is known of a photo, or raise TooLate when the page shows another one."""
        held = self._shown.get(photo.page)
        if held is None or held.choice != photo.choice:
            raise TooLate
        return held

    def _put(self, photo: ShownPhoto) -> ShownPhoto:
        self._shown.put(photo.page, photo, 1)
        return photo


class PhotoEvents:
    """Connects what a visitor does to work on the photo that is shown, under the rule of this file.

    Work gets the photo and the values of its inputs; what it answers is shown.
    """

    def __init__(self, photos: ShownPhotos) -> None:
        self._photos = photos
        self._identity = gr.JSON(visible=False)

    def choosing(self, trigger: Trigger, work: Work, **event: Any) -> Dependency:  # noqa: ANN401
        """Let an event choose another photo."""

        def choose(request: gr.Request, choice: int, _sha256: str) -> ShownPhoto:
            return self._photos.choose(str(request.session_hash), choice, page_address(request))

        return self._connect(trigger, self._guarded(work, choose), stamp="choose()", **event)

    def working(self, trigger: Trigger, work: Work, **event: Any) -> Dependency:  # noqa: ANN401
        """Let an event work on the photo that is shown."""
        return self._connect(trigger, self._on_shown(work), **event)

    def receiving(self, place: gr.File, work: Work, **event: Any) -> Dependency:  # noqa: ANN401
        """Let a file work on the photo that was shown when the file was given, if it still is."""
        stamp = f"handed('{place.elem_id}')"
        return self._connect(place.upload, self._on_shown(work), stamp=stamp, **event)

    def following(self, before: Dependency, work: Work, **event: Any) -> Dependency:  # noqa: ANN401
        """Let the success of another event lead to work on the photo that is shown, if any."""
        return self._connect(before.success, self._on_shown(work), stamp="following()", **event)

    def moving(self, trigger: Trigger, work: Work, **event: Any) -> Dependency:  # noqa: ANN401
        """Let what moves often work on the photo that is shown: the last move after a wait."""
        last = {"stamp": "following()", "trigger_mode": "always_last"}
        return self._connect(trigger, self._on_shown(work), **last, **event)

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

    def _on_shown(self, work: Work) -> Work:
        def find(request: gr.Request, choice: int, sha256: str) -> ShownPhoto:
            return self._photos.find(str(request.session_hash), choice, sha256)

        return self._guarded(work, find)

    def _guarded(self, work: Work, begin: Callable[..., ShownPhoto]) -> Work:
        def handle(request: gr.Request, identity: object, *values: object) -> Answer:
            photo = None
            try:
                photo = begin(request, *_choice_of(identity))
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


def _choice_of(identity: object) -> tuple[int, str]:
    """Return choice and digest as an event of the page carries them.

    Raises:
        SessionError: no page of this app sends this.
    """
    if isinstance(identity, dict):
        choice, sha256 = identity.get("choice"), identity.get("sha256")
        if isinstance(choice, int) and isinstance(sha256, str):
            return choice, sha256
    msg = "This page is out of date: reload it."
    raise SessionError(msg)
