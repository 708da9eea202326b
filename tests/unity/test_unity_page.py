"""The page around the player in Chromium, with a fake player and an emulated headset."""

from contextlib import contextmanager

import pytest
from absent import missing
from unity_project import HERE, PROJECT, ROOT, Fault
from unity_site import TEMPLATE, build_page, served

IWER = ROOT / "tests/viewer/node_modules/iwer/build/iwer.min.js"
NO_WEBXR = "delete navigator.xr; delete Navigator.prototype.xr"
INSECURE = "Object.defineProperty(window, 'isSecureContext', { value: false })"
BLOCKED = (
    "navigator.xr.isSessionSupported = () => Promise.reject(new DOMException('', 'SecurityError'))"
)
NONE = "navigator.xr.isSessionSupported = async () => false"
OFFER = """
  globalThis.offered = new EventTarget();
  const request = navigator.xr.requestSession;
  let offers = 0;
  navigator.xr.offerSession = () => (offers++ ? new Promise(() => {}) : Promise.resolve(offered));
  globalThis.restored = () => navigator.xr.requestSession === request;
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    if not IWER.is_file():
        missing("npm packages are missing: npm ci --prefix tests/viewer")
    folder = tmp_path_factory.mktemp("site")
    build_page(folder)
    (folder / "frame.html").write_text(
        "<script>told = []; addEventListener('message', ({ data }) => told.push(data))</script>"
        "<iframe src='unity/index.html'></iframe>"
    )
    with served(folder) as address:
        yield address


@contextmanager
def opened(browser, address, *scripts, path="/unity/index.html", ready=True):
    """A page with the emulated headset; fails on an error of the page or a request to another
    server.
    """
    context = browser.new_context()
    foreign = []
    context.on("request", lambda r: None if r.url.startswith(address) else foreign.append(r.url))
    for script in (IWER, HERE / "page/emulated_headset.js"):
        context.add_init_script(path=script)
    for script in scripts:
        context.add_init_script(script)
    page = context.new_page()
    page.set_default_timeout(60_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address + path)
    if ready:
        page.wait_for_function("globalThis.player && document.getElementById('progress').hidden")
    yield page
    context.close()
    assert errors == []
    assert [url for url in foreign if not url.startswith("data:")] == []


@pytest.fixture(scope="module")
def _shared(browser, site):
    with opened(browser, site) as shown:
        yield shown


@pytest.fixture
def page(_shared):
    """A page shared by the tests, whose player has been sent nothing yet."""
    _shared.evaluate("player.sent.length = 0")
    return _shared


def post(page, data, origin=None):
    page.evaluate(
        "([data, origin]) => dispatchEvent(new MessageEvent('message', "
        "{ data, origin: origin ?? location.origin }))",
        [data, origin],
    )


def test_the_player_is_told_where_its_files_are(page):
    config = page.evaluate("player.config")
    assert config["dataUrl"] == "Build/StereoViewer.data"
    assert config["companyName"] == 'Spatial "3D"'
    assert "symbolsUrl" not in config
    assert page.title() == "Stereo Viewer"


def test_the_button_enters_vr_with_the_press_that_browsers_want(page):
    page.click("#enter")
    page.wait_for_function("player.sessions.length === 1")
    assert page.evaluate("player.sessions[0].enabledFeatures").count("local-floor") == 1
    page.evaluate("player.sessions.pop().end()")


def test_the_buttons_reach_the_scene(page):
    for button in ("#recentre", "#swap", "#swap", "#test"):
        page.click(button)
    assert page.evaluate("player.sent") == [
        ["StereoViewer", "Recentre"],
        ["StereoViewer", "SetOptions", "swap=1"],
        ["StereoViewer", "SetOptions", "swap=0"],
        ["StereoViewer", "LoadUrl", "test"],
    ]


def foreign_messages_are_ignored(page):
    for origin in ("https://other.example", "null"):
        post(page, {"type": "stereo:load", "src": "a.jpg"}, origin)
    for other in ({"type": "other", "src": "a.jpg"}, {"type": "stereo:load"}, "text", None):
        post(page, other)
    return page.evaluate("player.sent") == []


def test_messages_of_others_are_ignored(page):
    assert foreign_messages_are_ignored(page)


def test_a_page_that_hears_everybody_is_found(browser, plant, tmp_path):
    fault = Fault(
        file=f"{TEMPLATE}/TemplateData/messages.js",
        old="!welcome.has(origin) || ",
        new="",
        found="",
    )
    build_page(tmp_path, plant(fault))
    with served(tmp_path) as address, opened(browser, address) as shown:
        assert not foreign_messages_are_ignored(shown)


def test_a_message_loads_a_picture(page):
    post(page, {"type": "stereo:load", "src": "../a b&c.jpg", "layout": "half", "maxdisp": 0.02})
    post(page, {"type": "stereo:load", "list": [{"src": "blob:x", "fov": None}, {"src": "b"}]})
    sent = page.evaluate(
        "player.sent.map(([target, method, query]) => [method, ...new URLSearchParams(query)])"
    )
    assert sent == [
        ["Load", ["src", "../a b&c.jpg"], ["layout", "half"], ["maxdisp", "0.02"]],
        ["Load", ["src", "blob:x"]],
    ]


def test_csharp_reads_the_message_as_it_was_sent(page, ask):
    post(
        page, {"type": "stereo:load", "src": "../ä b&c=d+e.jpg", "layout": "half", "maxdisp": 0.02}
    )
    query = page.evaluate("player.sent[0][2]")
    assert ask([("request", query)]) == [["../ä b&c=d+e.jpg", "half_side_by_side", "0.02"]]


def test_a_message_before_the_scene_listens_waits(browser, site):
    with opened(browser, site, "globalThis.HOLD_READY = true", ready=False) as page:
        page.wait_for_function("globalThis.player")
        post(page, {"type": "stereo:load", "src": "early.jpg"})
        assert page.evaluate("player.sent") == []
        page.evaluate("player.ready()")
        page.wait_for_function("player.sent.length === 1")
        assert page.evaluate("player.sent[0][2]") == "src=early.jpg"


def test_the_scenes_words_are_shown_and_passed_on(browser, site):
    with opened(browser, site, path="/frame.html", ready=False) as page:
        page.wait_for_function("told.length === 1")
        frame = page.frames[1]
        frame.evaluate(
            "dispatchEvent(new CustomEvent('stereo:error', { detail: 'No <b>picture</b>.' }))"
        )
        assert frame.inner_text("#picture") == "No <b>picture</b>."
        frame.evaluate("dispatchEvent(new CustomEvent('stereo:loaded', { detail: 'a.jpg' }))")
        assert frame.inner_text("#picture") == ""
        page.wait_for_function("told.length === 3")
        told = page.evaluate("told.map(({ type, detail }) => [type, detail])")
        assert told == [
            ["stereo:ready", ""],
            ["stereo:error", "No <b>picture</b>."],
            ["stereo:loaded", "a.jpg"],
        ]


@pytest.mark.parametrize(
    ("script", "words", "new_tab"),
    [
        (NONE, "No headset here", False),
        (NO_WEBXR, "cannot reach a headset", False),
        (INSECURE, "secure address", False),
        (BLOCKED, "blocks VR", True),
    ],
)
def test_every_state_of_the_headset_is_told(script, words, new_tab, browser, site):
    with opened(browser, site, script) as page:
        assert words in page.inner_text("#headset")
        assert page.is_disabled("#enter")
        assert page.is_visible("#new-tab") == new_tab
        assert page.evaluate(
            "navigator.xr.isSessionSupported !== undefined"
        )  # else a polyfill is fetched


def test_the_browsers_own_offer_is_handed_to_the_player(browser, site):
    with opened(browser, site, OFFER) as page:
        page.wait_for_function("player.sessions.length === 1")
        assert page.evaluate("player.sessions[0] === offered && restored()")


def test_a_missing_build_is_told(browser, tmp_path):
    build_page(tmp_path)
    (tmp_path / "unity/Build/StereoViewer.loader.js").unlink()
    with served(tmp_path) as address, opened(browser, address, ready=False) as page:
        page.wait_for_function("document.getElementById('progress').hidden")
        assert "build the project first" in page.inner_text("#picture")


def test_everything_has_a_name_and_nothing_comes_from_elsewhere():
    text = "".join(p.read_text(encoding="utf-8") for p in (PROJECT / TEMPLATE).rglob("*.[hjc]*s*"))
    assert "https://" not in text.replace("https://example", "")
    assert 'aria-label="Loading the viewer"' in (PROJECT / TEMPLATE / "index.html").read_text()
