"""Drives the viewer's page and reads back what each eye sees."""

import base64
import math
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
from PIL import Image
from viewer_pictures import BACKGROUND

HERE = Path(__file__).parent
PATIENCE_MS = 60_000  # a loaded machine is slow, and only a failure waits this long
LAYERS = "webxr-layers-polyfill/build/webxr-layers-polyfill.min.js"
SMALL = {"width": 640, "height": 320}  # each eye gets a square


class Driver:
    """A browser profile of its own with one page."""

    def __init__(
        self, browser, site, packages, *, headset=True, layers=False, script="", **options
    ):
        """Emulate a headset (with composition layers), run a script before the page's own."""
        self.site = site
        self.errors = []
        # Still, unless motion is what is tested: software graphics would draw it without end.
        still = {"viewport": SMALL, "reduced_motion": "reduce"}
        self.context = browser.new_context(**{**still, **options})
        self.context.set_default_timeout(PATIENCE_MS)
        if script:
            self.context.add_init_script(script)
        if headset:
            self.context.add_init_script(f"globalThis.HEADSET = {{layers: {str(layers).lower()}}}")
            self.context.add_init_script(path=packages / "iwer/build/iwer.min.js")
            if layers:
                self.context.add_init_script(path=packages / LAYERS)
            self.context.add_init_script(path=HERE / "headset.js")
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def close(self):
        """Close the profile; fails when the page had an error."""
        self.context.close()
        assert self.errors == []

    def open(self, *sources, root=None, wait=True, **query):
        """Open the viewer with ``?src=`` and other words of its address; wait until the picture
        shows.

        Without the buttons in the room and without smooth edges, which software graphics take
        most of their time for, unless asked for: what is measured is the picture.
        """
        words = [("src", source) for source in sources] + list(
            ({"buttons": 0, "aa": 0} | query).items()
        )
        self.page.goto(f"{root or self.site.root}/viewer/?{urlencode(words)}")
        if wait:
            self.wait_for_picture()
        return self

    def wait_for_picture(self):
        self.page.wait_for_selector("#message", state="hidden")

    def wait_for_state(self, state):
        """Wait for a state of the picture and return its words."""
        self.page.wait_for_selector(f"#message[data-state={state}]:not([hidden])")
        return self.page.inner_text("#message")

    def wait_for_headset(self, state):
        self.page.wait_for_selector(f"#headset-state[data-state={state}]")
        return self.page.inner_text("#headset-state")

    def enter(self):
        """Press *Enter VR* and let two frames go by."""
        self.wait_for_headset("ready")
        self.page.click("#enter")
        self.wait_for_headset("running")
        self.run("frames(3)")
        return self

    def leave(self):
        self.run("session.end()")
        self.wait_for_headset("ready")

    def run(self, script):
        """Evaluate an expression in the page; a promise that never comes fails instead of
        hanging.
        """
        late = f"new Promise((_, no) => setTimeout(() => no(new Error({script!r})), {PATIENCE_MS}))"
        return self.page.evaluate(f"Promise.race([{script}, {late}])")

    def send(self, **message):
        """Send a ``stereo:load`` message from the page itself and wait for its picture."""
        self.page.evaluate("document.querySelector('#title').textContent = '-'")
        self.page.evaluate(
            "message => postMessage({type: 'stereo:load', ...message}, location.origin)", message
        )
        self.page.wait_for_selector("#title:not(:text-is('-'))")
        self.wait_for_picture()

    def eyes(self):
        """What left and right eye see: two uint8 [H, W, 3], rows from the top."""
        self.run("frames(3)")
        seen = self.run("look()")
        assert seen["error"] == 0
        flat = np.frombuffer(base64.b64decode(seen["pixels"]), np.uint8)
        pixels = flat.reshape(seen["height"], seen["width"], 4)[::-1, :, :3]
        half = seen["width"] // 2
        return pixels[:, :half], pixels[:, half:]

    def set(self, **values):
        """Move the controls of the page: sliders and check boxes by their setting's name."""
        self.page.evaluate(
            """values => {
              for (const [id, value] of Object.entries(values)) {
                const control = document.getElementById(id);
                if (control.type === 'checkbox') control.checked = value;
                else control.value = value;
                control.dispatchEvent(new Event(control.type === 'range' ? 'input' : 'change'));
              }
            }""",
            values,
        )

    def value(self, name):
        """Number of a slider."""
        return float(self.page.input_value(f"#{name}"))

    def move_head(self, x=0.0, y=1.6, z=0.0, yaw_deg=0.0):
        """Put the emulated head somewhere, turned to the left by an angle."""
        half = math.radians(yaw_deg) / 2
        self.page.evaluate(
            "([x, y, z, sin, cos]) => { device.position.set(x, y, z);"
            " device.quaternion.set(0, sin, 0, cos); }",
            [x, y, z, math.sin(half), math.cos(half)],
        )

    def pull_trigger(self):
        """Press and release the right trigger."""
        for value in (1, 0):
            self.page.evaluate(
                f"() => device.controllers.right.updateButtonValue('trigger', {value})"
            )
            self.run("frames(2)")

    def point(self, x=0.0, y=0.0):
        """Point the right controller, held at the eyes, along (x, y, -1)."""
        yaw, pitch = math.atan(-x) / 2, math.atan(y / math.hypot(1, x)) / 2
        turn = [
            math.cos(yaw) * math.sin(pitch),
            math.sin(yaw) * math.cos(pitch),
            -math.sin(yaw) * math.sin(pitch),
            math.cos(yaw) * math.cos(pitch),
        ]
        self.page.evaluate(
            "turn => { const { right } = device.controllers;"
            " right.position.set(0, 1.6, 0); right.quaternion.set(...turn); }",
            turn,
        )
        self.run("frames(8)")  # it is looked at every 0.05 s

    def at_rest(self):
        """Settings as at first, head upright at the origin, the screen in front of it."""
        self.page.evaluate("() => document.querySelector('#reset').click()")
        self.set(buttons=False)
        self.move_head()
        self.pull_trigger()

    def shot(self, selector="#canvas"):
        """Pixels of a part of the page, uint8 [H, W, 3]."""
        if selector is None:
            png = self.page.screenshot()
        else:
            png = self.page.locator(selector).screenshot()
        pixels = np.asarray(Image.open(BytesIO(png)).convert("RGB"))
        return pixels if selector is None else pixels[1:-1, 1:-1]  # edges mix with what is around

    def facts(self):
        """The line about the picture, with a plain x between width and height."""
        return self.page.inner_text("#facts").replace("\N{MULTIPLICATION SIGN}", "x")


def differs(pixels, background):
    """Where a picture differs from the background: bool [H, W]."""
    return np.abs(pixels.astype(int) - background).max(axis=2) > 12


def is_empty(pixels, background=BACKGROUND):
    """Whether there is nothing but background."""
    return not differs(pixels, background).any()


def extent(pixels, background=BACKGROUND):
    """Rows and columns [top, bottom, left, right] of what differs from the background."""
    different = differs(pixels, background)
    rows, columns = np.flatnonzero(different.any(axis=1)), np.flatnonzero(different.any(axis=0))
    assert rows.size > 0, "nothing but background"
    return np.array([rows[0], rows[-1] + 1, columns[0], columns[-1] + 1])


def centre(pixels):
    """Colour in the middle of what differs from the background."""
    top, bottom, left, right = extent(pixels)
    return tuple(int(c) for c in pixels[(top + bottom) // 2, (left + right) // 2])
