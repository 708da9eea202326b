"""Whatever order things arrive in, the page shows, offers and shares results of the photo that is
chosen in it.
"""

import re
import time
from functools import partial
from threading import Event
from types import SimpleNamespace

import gradio as gr
import pytest
from app_page import (
    CHOOSE,
    LEFT,
    PHOTO,
    STRENGTH,
    ask_for_files,
    choose_example,
    close_toasts,
    open_goals,
    unfold,
    visit,
    wait_for_change,
    wait_for_example,
    wait_for_files_of,
    wait_for_picture_of,
)
from live_page import SMALL_PX, running, save_photo, small_examples
from scenes import Ramp

from spatial.depth import EstimatorError
from spatial.results import ResultStore
from spatial.settings import DepthSettings, with_values
from spatial.web import handlers, shown_photo
from spatial.web.controls import preset_values, values_of
from spatial.web.depth_memory import DepthKey, KnownDepth
from spatial.web.handlers import WELCOME
from spatial.web.messages import SessionError
from spatial.web.photo_events import PhotoEvents, _identity_of
from spatial.web.server import find_examples
from spatial.web.shown_photo import ShownPhotos, TooLate
from spatial.web.studio import Studio

UPLOADS = re.compile(r"/gradio_api/upload(\?|$)")  # not of their progress
WIDTHS = {"first": 320, "second": 400, "astronaut": SMALL_PX}
# In every frame that is painted: what is shown beside a photo is that photo's.
WATCH = """
const widths = WIDTHS;
window.wrong = [];
const all = { opacityProperty: true, visibilityProperty: true };
const isSeen = (element) => element.checkVisibility(all);
const look = () => {
  const picture = document.querySelector('#stereo-views img.photo[src]');
  const name = Object.keys(widths).find((stem) => picture?.src.includes(`/${stem}.`));
  if (name) {
    document.querySelectorAll('#goals .files a').forEach((link) => {
      const isOwn = link.href.split('/').pop().startsWith(name);
      if (isSeen(link) && !isOwn) wrong.push(`${link.href} beside ${name}`);
    });
    document.querySelectorAll('#stereo-views img.left:not([hidden])').forEach((view) => {
      const isOwn = !view.naturalWidth || view.naturalWidth === widths[name];
      if (isSeen(view) && !isOwn) wrong.push(`a view of ${view.naturalWidth} px beside ${name}`);
    });
  }
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


class Hold:
    """Work on one photo waits at one stage until it is let go on."""

    def __init__(self):
        self.begun, self.go_on, self.ended = Event(), Event(), Event()

    def around(self, work, is_held):
        def held(first, *others, **named):
            if self.begun.is_set() or not is_held(first):
                return work(first, *others, **named)
            self.begun.set()
            assert self.go_on.wait(120)
            try:
                return work(first, *others, **named)
            finally:
                self.ended.set()

        return held


@pytest.fixture(scope="module")
def studio():
    return Studio(device="cpu", load=Ramp().load)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """The folder of what is shared."""
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="module")
def store(shared):
    return ResultStore(shared)


@pytest.fixture(scope="module")
def url(studio, store):
    """The address of a page without examples."""
    with running(studio, store=store) as address:
        yield address


@pytest.fixture(scope="module")
def _opened(browser, url):
    with visit(browser, url) as (page, _, complaints):
        watched(page)
        yield page, complaints


@pytest.fixture
def page(_opened):
    """A page without a photo and what it complains about; one for all, as it takes longer to load
    than most of what is done in it.
    """
    page, complaints = _opened
    close_toasts(page)
    if page.is_visible("#remove"):
        page.click("#remove")
    is_empty(page)
    page.evaluate("wrong.length = 0")
    complaints.clear()
    return page


@pytest.fixture
def complaints(_opened):
    """What the page has complained about in this test."""
    return _opened[1]


@pytest.fixture
def photos(tmp_path):
    return [
        save_photo(tmp_path / f"{name}.jpg", width=WIDTHS[name]) for name in ("first", "second")
    ]


@pytest.fixture
def held_at(studio, store, monkeypatch):
    """Return a function that holds the photo ``first`` at a stage."""
    gates = []

    def hold(stage):
        gate = Hold()
        gates.append(gate)
        owner, name = {
            "check": (studio.depths, "photo"),
            "estimate": (studio.depths, "find"),
            "preview": (studio.renderer, "preview"),
            "full size": (studio.renderer, "full"),
            "layers": (handlers, "write_files"),
            "share": (store, "share"),
        }[stage]
        work = gate.around(getattr(owner, name), lambda found: "first" in _name_of(found))
        monkeypatch.setattr(owner, name, work)
        return gate

    yield hold
    for gate in gates:  # the server is shared: nothing may stay behind in its queues
        gate.go_on.set()
        assert not gate.begun.is_set() or gate.ended.wait(60)


def _name_of(found):
    """The name of a photo from its path, its known depth or its result."""
    if hasattr(found, "photo"):
        return found.photo.name
    return str(getattr(found, "path", found)).rsplit("/", 1)[-1]


def watched(page):
    page.evaluate(f"() => {{ {WATCH.replace('WIDTHS', str(WIDTHS))} }}")


def shows_only(page, name):
    """Nothing but this photo is shown, nor was anything else beside it, and the page still
    works.
    """
    wait_for_picture_of(page, name)
    ask_for_files(page)
    wait_for_files_of(page, name)
    shown = page.get_attribute(LEFT, "src")
    strength = page.locator(STRENGTH)
    strength.fill("5" if strength.input_value() == "4" else "4")
    wait_for_change(page, LEFT, shown)
    assert page.locator("#goals .files a").count() == 0  # files of other settings are gone
    ask_for_files(page)
    wait_for_files_of(page, name)
    assert page.evaluate("wrong") == []
    assert page.evaluate(f"document.querySelector('{LEFT}').naturalWidth") == WIDTHS[name]


def choose_and_hold(page, photo, gate, stage):
    """Choose a photo whose work is held at a stage, and wait until it is."""
    page.set_input_files(CHOOSE, str(photo))
    if stage == "full size":  # which is made on request
        wait_for_picture_of(page, photo.stem)
        ask_for_files(page)
    assert gate.begun.wait(60)


@pytest.mark.parametrize("stage", ["check", "estimate", "preview", "layers", "full size"])
def test_the_photo_before_is_late_at_any_stage(page, complaints, photos, held_at, stage):
    """Its work goes on while the next photo's is pending, and, where that can be, after it has
    ended.
    """
    gate = held_at(stage)
    choose_and_hold(page, photos[0], gate, stage)
    page.set_input_files(CHOOSE, str(photos[1]))
    if stage != "estimate":  # where photos wait in one queue
        wait_for_picture_of(page, "second")
    gate.go_on.set()
    assert gate.ended.wait(60)
    shows_only(page, "second")
    assert page.locator("[data-testid=toast-body]").count() == 0
    assert complaints == []


@pytest.mark.parametrize("stage", ["check", "estimate", "preview", "layers", "full size"])
def test_the_next_photo_waits_while_the_one_before_ends(page, complaints, photos, held_at, stage):
    gate = held_at(stage)
    page.set_input_files(CHOOSE, str(photos[1]))
    choose_and_hold(page, photos[0], gate, stage)
    gate.go_on.set()
    shows_only(page, "first")
    assert complaints == []


@pytest.mark.parametrize("stage", ["preview", "layers", "full size"])
def test_an_answer_that_the_server_let_go_changes_nothing(
    page, complaints, photos, held_at, stage, monkeypatch
):
    """As if the next photo had been chosen between the server's look at the page and the answer's
    arrival.
    """
    gate = held_at(stage)
    choose_and_hold(page, photos[0], gate, stage)
    monkeypatch.setattr(shown_photo.ShownPhotos, "check", lambda *_args, **_named: None)
    page.set_input_files(CHOOSE, str(photos[1]))
    wait_for_picture_of(page, "second")
    gate.go_on.set()
    assert gate.ended.wait(60)
    shows_only(page, "second")
    assert complaints == []


def test_a_link_asked_for_the_photo_before_is_not_kept(page, shared, store, photos, held_at):
    gate = held_at("share")
    page.set_input_files(CHOOSE, str(photos[0]))
    wait_for_picture_of(page, "first")
    open_goals(page)
    page.click("#create-link")
    assert gate.begun.wait(60)
    page.set_input_files(CHOOSE, str(photos[1]))
    wait_for_picture_of(page, "second")
    gate.go_on.set()
    assert gate.ended.wait(60)
    shows_only(page, "second")
    open_goals(page)
    assert page.locator("#share-link input").count() == 0
    page.click("#create-link")
    link = page.wait_for_selector("#share-link input").input_value()
    kept = store.find(link.rsplit("/", 1)[1])
    assert all(file.href.startswith(("second", "preview")) for file in kept.files.values())
    assert len(list(shared.iterdir())) == 1
    page.set_input_files(CHOOSE, str(photos[0]))
    wait_for_picture_of(page, "first")
    assert page.locator("#share-link input").count() == 0  # that link is another photo's


def test_what_is_refused_or_removed_leaves_an_empty_page(page, photos, tmp_path):
    notes = tmp_path / "notes.jpg"
    notes.write_text("no picture")
    page.set_input_files(CHOOSE, str(photos[0]))
    wait_for_picture_of(page, "first")
    page.set_input_files(CHOOSE, str(notes))
    page.wait_for_selector("[data-testid=toast-body] >> text=notes.jpg is not a photo")
    is_empty(page)
    page.set_input_files(CHOOSE, str(photos[1]))
    wait_for_picture_of(page, "second")
    page.evaluate(NOTE_STATUS)
    page.click("#remove")
    is_empty(page)
    assert set(page.evaluate("said")) == {WELCOME}


NOTE_STATUS = """() => {
  window.said = [];
  const status = document.querySelector('#status');
  const note = () => said.push(status.innerText);
  new MutationObserver(note).observe(status, { childList: true, subtree: true });
}"""


def is_empty(page):
    page.wait_for_selector(LEFT, state="hidden")
    page.wait_for_selector(f"{PHOTO}:not([src])", state="attached")
    assert page.locator("#goals .files a").count() == 0
    assert "Choose a photo" in page.inner_text("#status")
    assert page.get_attribute("html", "data-offers") == ""


def test_a_refused_depth_map_leaves_the_picture_and_a_new_photo_clears_it(page, photos, tmp_path):
    save_photo(tmp_path / "map.png", width=90, height=300)
    page.set_input_files(CHOOSE, str(photos[0]))
    wait_for_picture_of(page, "first")
    shown = page.get_attribute(LEFT, "src")
    unfold(page, "More")
    unfold(page, "Use your own depth map")
    page.set_input_files("#own-depth-file input[type=file]", str(tmp_path / "map.png"))
    page.wait_for_selector("[data-testid=toast-body] >> text=map.png")
    assert page.get_attribute(LEFT, "src") == shown
    wait_for_picture_of(page, "first")
    page.set_input_files(CHOOSE, str(photos[1]))
    wait_for_picture_of(page, "second")
    assert "map.png" not in page.locator("#own-depth-file").inner_text()


def test_a_map_that_arrives_late_is_not_taken_for_the_next_photo(
    page, photos, studio, tmp_path, monkeypatch
):
    save_photo(tmp_path / "late_map.png", width=WIDTHS["second"])
    taken = []
    monkeypatch.setattr(studio.depths, "take_map", lambda *asked: taken.append(asked))
    held = []
    page.set_input_files(CHOOSE, str(photos[0]))
    wait_for_picture_of(page, "first")
    unfold(page, "More")
    unfold(page, "Use your own depth map")
    page.route(UPLOADS, lambda route: held.append(route), times=1)  # noqa: PLW0108
    page.set_input_files("#own-depth-file input[type=file]", str(tmp_path / "late_map.png"))
    wait_until_held(page, held)
    page.set_input_files(CHOOSE, str(photos[1]))
    wait_for_picture_of(page, "second")
    page.evaluate(BUTTONS_COME_LATE)
    with page.expect_response(UPLOADS):
        held[0].continue_()
    page.wait_for_selector("#own-depth-file >> text=Drop File Here", state="attached")
    page.evaluate("delete document.querySelector")
    shows_only(page, "second")
    assert taken == []


# The small buttons of a file are not drawn yet when its arrival is told.
BUTTONS_COME_LATE = """() => {
  const find = document.querySelector.bind(document);
  document.querySelector = (what) => what.includes('button') ? null : find(what);
}"""


def test_an_example_comes_back(browser, studio, store, photos, tmp_path):
    """And so does the photo, wherever its bytes are when the next choice is made."""
    served = running(studio, small_examples(tmp_path), store=store)
    with served as url, visit(browser, url) as (page, _, complaints):
        watched(page)
        wait_for_example(page)
        page.set_input_files(CHOOSE, str(photos[0]))
        choose_example(page, "astronaut")  # at once: the photo may still be on its way
        shows_only(page, "astronaut")
        page.set_input_files(CHOOSE, str(photos[0]))
        wait_for_picture_of(page, "first")
        assert page.evaluate(OPEN) == "refused"
        choose_example(page, "astronaut")
        assert complaints == []


OPEN = "() => { try { spatial.open(); } catch { return 'refused'; } }"  # as the loaded page does


def test_a_choice_counts_when_it_is_made(page, photos):
    """And not when its bytes arrive: what was chosen or removed later stays so."""
    route = give_and_hold(page, photos[0])
    assert page.inner_text("#status") == "Sending the photo…"
    page.set_input_files(CHOOSE, str(photos[1]))
    wait_for_picture_of(page, "second")
    let_arrive(page, route)
    shows_only(page, "second")
    route = give_and_hold(page, photos[0])
    page.click("#remove")
    is_empty(page)
    let_arrive(page, route)
    is_empty(page)


def wait_until_held(page, held):
    deadline = time.monotonic() + 60
    while not held:
        assert time.monotonic() < deadline
        page.wait_for_timeout(20)  # lets the route be called


def give_and_hold(page, photo):
    """Choose a photo whose bytes are held on their way; returns the route to let them go on."""
    held = []
    page.route(UPLOADS, lambda route: held.append(route), times=1)  # noqa: PLW0108
    page.set_input_files(CHOOSE, str(photo))
    wait_until_held(page, held)
    return held[0]


def let_arrive(page, route):
    """Let the bytes arrive, and wait until the page has heard of it."""
    page.evaluate(NOTE_ARRIVAL)
    route.continue_()
    page.wait_for_function("heard")


NOTE_ARRIVAL = """() => {
  window.heard = false;
  const { inTime } = spatial;
  spatial.inTime = (file) => {
    setTimeout(() => { window.heard = true; });
    spatial.inTime = inTime;
    return inTime(file);
  };
}"""


def test_no_event_fills_the_page_past_the_rule(studio, store):
    """Answers go through an event's own JSON; none is cancelled, none that begins work is
    dropped.
    """
    from spatial.web.page import build_page  # noqa: PLC0415

    page = build_page(studio, store=store, examples=find_examples())
    results = {"stereo-views", "comfort", "details", "figures", "share-link", "goal-headset"}
    guarded = 0
    for event in page.fns.values():
        filled = {getattr(c, "elem_id", None) for c in event.outputs}
        assert not event.cancels, event.name
        if event.fn is None or event.api_visibility == "public":
            continue
        assert not filled & results, event.name
        if "spatial." in str(event.js):
            guarded += 1
            assert event.trigger_mode != "once", event.name
    assert guarded >= 15


def test_an_older_choice_or_depth_never_replaces_a_newer_one():
    photos = ShownPhotos()
    first = photos.accept(photos.choose("page", 1), "first.jpg", "aa")
    second = photos.choose("page", 2)
    for late in (
        lambda: photos.choose("page", 1),
        lambda: photos.accept(first, "first.jpg", "aa"),
        lambda: photos.next_picture(first, ()),
        lambda: photos.find("page", 1, "aa"),
        lambda: photos.check(first, of_any_picture=True),
    ):
        with pytest.raises(TooLate):
            late()
    with pytest.raises(SessionError, match="Choose a photo first"):
        photos.find("page", 2, "")  # it is still being checked
    second = photos.accept(second, "second.jpg", "bb")
    assert photos.find("page", 2, "bb") == second
    with pytest.raises(TooLate):
        photos.find("page", 2, "aa")  # other bytes
    assert photos.choose("another page", 1).choice == 1  # which changes nothing here
    photos.check(second)


def depth_of(name):
    info = Ramp(name).info
    key = DepthKey(sha256="aa", estimator=name, revision="1", settings=DepthSettings())
    return KnownDepth(path="first.jpg", key=key, info=info)


def test_depth_that_was_asked_for_last_stays():
    photos = ShownPhotos()
    photo = photos.accept(photos.choose("page", 1), "first.jpg", "aa")
    first, last = depth_of("first"), depth_of("last")
    slow, quick = photos.ask_depth(photo), photos.ask_depth(photo)
    kept = photos.keep_depth(quick, last)
    with pytest.raises(TooLate):
        photos.keep_depth(slow, first)
    assert photos.find("page", 1, "aa").depth == last
    begun = photos.next_picture(kept, ())
    with pytest.raises(TooLate):
        photos.check(kept)  # files of the picture before
    photos.check(kept, of_any_picture=True)
    photos.check(begun)


def sharpening(load, photos, tmp_path):
    """Fetch the larger model for a photo whose depth is known; ``load`` gets that photo first."""
    path = str(save_photo(tmp_path / "boat.jpg"))
    photo = photos.accept(photos.choose("page", 1), path, "aa")
    photo = photos.keep_depth(photos.ask_depth(photo), depth_of("embedded"))
    studio = Studio(device="cpu", load=lambda name, **asked: load(photo, name, asked["progress"]))
    at_work = handlers.Handlers(studio=studio, photos=photos, store=ResultStore(tmp_path))
    return at_work.sharpen(photo, *preset_values("default"))


def test_sharper_depth_comes_while_settings_move(tmp_path):
    photos = ShownPhotos()

    def load(photo, name, _progress):
        photos.next_picture(photo, ())
        return Ramp(name), ""

    answer = sharpening(load, photos, tmp_path)
    assert photos.find("page", 1, "aa").known_depth.info.id == "depth-anything"
    assert "Depth: " in answer["parts"]["depth-source"]


def test_a_fetch_of_sharper_depth_that_is_given_up_ends_and_changes_nothing(tmp_path):
    photos = ShownPhotos()

    def load(photo, name, progress):
        photos.give_up_depth(photo)
        progress(0.5, "downloading")
        return Ramp(name), ""

    with pytest.raises(TooLate):
        sharpening(load, photos, tmp_path)
    assert photos.find("page", 1, "aa").known_depth.info.id == "embedded"


def test_layers_follow_the_picture_that_is_shown_not_one_that_is_on_its_way():
    photos, connected = ShownPhotos(), []
    with gr.Blocks():
        button = gr.Button()
        trigger = lambda handle, **event: connected.append(handle) or button.click(None)
        PhotoEvents(photos).moving(trigger, lambda photo: photo.picture, of_any_picture=False)
    (handle,) = connected
    request = SimpleNamespace(session_hash="page")
    photo = photos.accept(photos.choose("page", 1), "first.jpg", "aa")
    shown = photos.next_picture(photo, ()).picture
    identity = {"choice": 1, "sha256": "aa", "picture": shown}
    assert handle(request, identity) == shown
    photos.next_picture(photo, ())  # a slider has moved
    with pytest.raises(gr.Error, match="another photo by now"):
        handle(request, identity)


def values_with(**changes):
    return values_of(with_values(changes))


def test_files_that_waited_while_a_slider_moved_are_not_those_of_the_new_picture(tmp_path):
    """They begin after it, with the values of before it; asked for after it, they are shown."""
    photos, connected = ShownPhotos(), []
    studio = Studio(device="cpu", load=Ramp().load)
    at_work = handlers.Handlers(studio=studio, photos=photos, store=ResultStore(tmp_path))
    with gr.Blocks():
        button = gr.Button()
        trigger = lambda handle, **event: connected.append(handle) or button.click(None)
        for work in (at_work.estimate, at_work.render, partial(at_work.prepare, "glasses")):
            PhotoEvents(photos).working(trigger, work)
    estimate, render, prepare = connected
    request = SimpleNamespace(session_hash="page")
    checked = at_work.accept(photos.choose("page", 1), str(save_photo(tmp_path / "boat.jpg")))
    before, after = values_with(max_parallax_percent=2.0), values_with(max_parallax_percent=4.0)
    known = estimate(request, checked, "embedded", *before)
    shown = render(request, known, *before)
    assert prepare(request, shown, *before)["picture"] == shown["picture"]
    moved = render(request, shown, *after)
    with pytest.raises(gr.Error, match="another photo by now"):
        prepare(request, shown, *before)
    assert prepare(request, shown, *after)["picture"] == moved["picture"]
    other = values_with(max_parallax_percent=4.0, jpeg_quality=80)
    assert prepare(request, shown, *other)["picture"] == moved["picture"]  # of the same look
    estimate(request, moved, "embedded", *after)
    with pytest.raises(gr.Error, match="another photo by now"):
        prepare(request, moved, *after)  # its picture is still to come


@pytest.mark.parametrize("ended", ["refused", "given up"])
def test_a_picture_that_is_made_while_depth_is_asked_for_in_vain_is_shown(
    ended, tmp_path, monkeypatch
):
    photos = ShownPhotos()
    studio = Studio(device="cpu", load=Ramp().load)
    at_work = handlers.Handlers(studio=studio, photos=photos, store=ResultStore(tmp_path))
    photo = photos.choose("page", 1)
    checked = at_work.accept(photo, str(save_photo(tmp_path / "boat.jpg")))
    at_work.estimate(photos.find("page", 1, checked["sha256"]), "embedded", *values_with())
    photo = photos.find("page", 1, checked["sha256"])
    preview = studio.renderer.preview

    def slow_preview(*asked):
        if ended == "refused":
            with pytest.raises(EstimatorError):
                at_work.estimate(photo, "ldm:../bad:x", *values_with())
        else:
            at_work.stop_sharpening(photo)
        return preview(*asked)

    monkeypatch.setattr(studio.renderer, "preview", slow_preview)
    shown = at_work.render(photo, *values_with(max_parallax_percent=4.0))
    assert shown["picture"] == photos.find("page", 1, checked["sha256"]).picture


@pytest.mark.parametrize(
    "forged",
    [
        None,
        1,
        "1",
        {},
        {"choice": "1", "sha256": "", "picture": 0},
        {"choice": 1, "sha256": None, "picture": 0},
        {"choice": 1, "sha256": "", "picture": "0"},
    ],
)
def test_an_event_that_no_page_of_ours_sent_is_refused(forged):
    with pytest.raises(SessionError, match="reload it"):
        _identity_of(forged)
