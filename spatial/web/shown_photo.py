"""All that a page shows, offers or shares belongs to the photo chosen in it: the rule for this.

A photo's identity is the number of its choice in this page, the digest of its bytes, and the number
of the picture that was made of it last. The page counts choices and sends the identity with every
event (``static/shown_photo.js``); the server notes the newest choice of each page and answers with
the identity that the answer was made for. An event or an answer whose identity is no longer the
page's changes nothing, on either side, in whatever order things arrive. Files and figures wait in a
queue: they come too late where another picture was begun since they were asked for, unless it has
their settings.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from spatial.depth import Part, Progress
from spatial.web.depth_memory import KnownDepth
from spatial.web.memory import ByteCache
from spatial.web.messages import SessionError, page_progress

_PAGES = 10_000
Answer = dict[str, Any]
Look = tuple[object, ...]


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
        seen: which of them the page showed when it sent the event.
        drawn: settings of the newest one that show in it; None while its depth is newer.
        depth: its depth, once it is known.
        depths: how often its depth was asked for.
        depth_turn: which of those times counts at the earliest: the one of the depth that is known.
    """

    page: str
    choice: int
    page_url: str = ""
    path: str = ""
    sha256: str = ""
    picture: int = 0
    seen: int = 0
    drawn: Look | None = None
    depth: KnownDepth | None = None
    depths: int = 0
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
    ) -> Answer:
        """Return what the page is to show.

        Args:
            parts: place in the page to its content.
            offers: what a visitor can ask for from now on; None = as before.
            values: of those of the event's own components that change, by their place among them.
            of_any_picture: whether it holds for every picture of this photo, not for the newest
                alone.
        """
        return {
            "choice": self.choice,
            "sha256": self.sha256,
            "picture": None if of_any_picture else self.picture,
            "parts": parts,
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

    def find(self, page: str, choice: int, sha256: str, picture: int = 0) -> ShownPhoto:
        """Return the photo that an event is about; the page showed this picture of it.

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
        return replace(held, seen=picture)

    def accept(self, photo: ShownPhoto, path: str, sha256: str) -> ShownPhoto:
        """Note the file of a choice that was checked.

        Raises:
            TooLate: another one is chosen by now.
        """
        return self._change(photo, lambda held: replace(held, path=path, sha256=sha256))

    def next_picture(self, photo: ShownPhoto, look: Look) -> ShownPhoto:
        """Begin another picture of a photo: what was begun before comes too late from now on.

        Raises:
            TooLate: another photo is chosen by now.
        """
        return self._change(photo, lambda held: replace(held, picture=held.picture + 1, drawn=look))

    def ask_depth(self, photo: ShownPhoto) -> ShownPhoto:
        """Note that depth is asked for; pictures of the depth that is known go on.

        Raises:
            TooLate: another photo is chosen by now.
        """
        return self._change(photo, lambda held: replace(held, depths=held.depths + 1))

    def keep_depth(self, asked: ShownPhoto, depth: KnownDepth) -> ShownPhoto:
        """Note the depth of a photo: another picture follows.

        Args:
            asked: what ``ask_depth`` returned when this depth was asked for.
            depth: what came out.

        Raises:
            TooLate: another photo is chosen by now, or depth that was asked for later is there
                already.
        """

        def keep(held: ShownPhoto) -> ShownPhoto:
            if held.depth_turn > asked.depths:
                raise TooLate
            begun = replace(held, picture=held.picture + 1, drawn=None)
            return replace(begun, depth=depth, depth_turn=asked.depths)

        return self._change(asked, keep)

    def give_up_depth(self, photo: ShownPhoto) -> ShownPhoto:
        """Let all depth that was asked for until now come too late.

        Raises:
            TooLate: another photo is chosen by now.
        """
        return self._change(photo, lambda held: replace(held, depth_turn=held.depths + 1))

    def watch_depth(self, asked: ShownPhoto) -> Progress:
        """Return progress that ends work on depth which came too late."""

        def told(share: float, words: str) -> None:
            if self._held(asked).depth_turn > asked.depths:
                raise TooLate
            page_progress(share, words)

        return told

    def check(self, photo: ShownPhoto, *, of_any_picture: bool = False) -> None:
        """Raise TooLate unless this photo, and this picture of it, is still what the page shows."""
        picture = self._held(photo).picture
        if not of_any_picture and picture != photo.picture:
            raise TooLate

    def newest(self, photo: ShownPhoto, look: Look) -> ShownPhoto:
        """Return a photo with its newest picture, to which files of this look belong.

        Raises:
            TooLate: another photo, depth or picture of another look was begun since the event.
        """
        held = self._held(photo)
        if held.depth != photo.depth or (photo.seen != held.picture and held.drawn != look):
            raise TooLate
        return held

    def watch(
        self,
        photo: ShownPhoto,
        start: float = 0.0,
        end: float = 1.0,
        *,
        look: Look | None = None,
    ) -> Progress:
        """Return progress from ``start`` to ``end`` that ends work which the page left behind.

        Without ``look`` it holds for every picture of the photo.
        """
        part = Part(page_progress, start, end)

        def told(share: float, words: str) -> None:
            self._held(photo) if look is None else self.newest(photo, look)
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
