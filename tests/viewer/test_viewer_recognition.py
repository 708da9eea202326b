"""How a file is known that does not say how its views lie: by its pixels first, its name second."""

import json
import re

import numpy as np
import pytest
from viewer_driver import Driver
from viewer_pictures import png
from viewer_site import VIEWER

from spatial.formats import FORMATS

TABLE = json.loads((VIEWER / "recognition.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page(browser, site, node_packages):
    """A page without headset, shared by a module."""
    driver = Driver(browser, site, node_packages, headset=False)
    yield driver.open("test")
    driver.close()


def texture(width, height, shift=0):
    """A view whose texture has no repeats, moved to the left by ``shift``."""
    noise = np.random.default_rng(7).integers(0, 256, (height // 8, width // 20, 3), dtype=np.uint8)
    return np.roll(noise.repeat(8, axis=0).repeat(20, axis=1), -shift, axis=1)


def sides(width, height):
    """Two alike views of this size side by side."""
    return np.hstack([texture(width, height), texture(width, height, 4)])


def stack(width, height):
    """Two alike views of this size, one above the other."""
    return np.vstack([texture(width, height), texture(width, height, 4)])


MONO = texture(480, 320)


@pytest.mark.parametrize(
    ("name", "picture", "layout"),
    [
        ("holiday-LR.png", MONO, "One picture for both eyes"),
        ("boat_sbs.png", MONO, "One picture for both eyes"),
        ("boat_TB.png", MONO, "One picture for both eyes"),
        ("boat_LR.png", sides(240, 320), "Side by side, half width"),  # 3:2, squeezed
        ("boat_3DPH.png", sides(320, 360), "Side by side, half width"),  # 16:9, squeezed
        ("boat_TB.png", stack(640, 184), "Top and bottom, half height"),
        ("boat_OU.png", stack(480, 320), "Top and bottom"),
        ("unnamed.png", sides(240, 320), "Side by side, half width"),
        ("unnamed.png", sides(480, 320), "Side by side"),
        ("portrait_LRF_Full_SBS.png", sides(240, 320), "Side by side"),
        ("boat_half-rl.png", sides(240, 320), "Side by side, half width, eyes swapped"),
        ("boat_RL.png", sides(480, 320), "Side by side, eyes swapped"),
    ],
)
def test_a_name_counts_only_where_the_halves_are_alike(page, site, name, picture, layout):
    site.put(f"/{name}", png(picture))
    page.send(src=f"/{name}")
    assert page.facts().split(" · ")[0] == layout


RAMP = np.tile(np.linspace(0, 255, 320).astype(np.uint8)[:, None, None], (1, 480, 3))


@pytest.mark.parametrize(
    ("name", "right", "layout"),
    [
        ("boat_RGBD.png", RAMP, "A photo and its depth"),
        ("boat.png", RAMP, "One picture for both eyes"),
        ("boat_RGBD.png", RAMP * (1, 0, 0), "One picture for both eyes"),
    ],
)
def test_a_photo_with_its_depth_beside_it(page, site, name, right, layout):
    """Of which the photo alone is shown; with its depth one can look around."""
    site.put(f"/{name}", png(np.hstack([MONO, right.astype(np.uint8)])))
    page.send(src=f"/{name}")
    shown, *_, size = page.facts().split(" · ")
    is_split = layout == "A photo and its depth"
    assert (shown, size.split()[0]) == (layout, "480" if is_split else "960")
    assert page.page.locator("input[value=parallax]").is_enabled() == is_split


LAYOUT_OF = """async ([name, widthPx, heightPx]) => {
  const { detectLayout } = await import('/viewer/recognition.js');
  return detectLayout({ name, widthPx, heightPx, sides: 0.8, stack: 0.8 });
}"""
SHOWN = {  # a format that we write, to the layout that it is named for, for a photo of 1200 x 900
    "sbs": ("side_by_side", (2400, 900)),
    "half_sbs": ("half_side_by_side", (1200, 900)),
    "cross_eyed": ("cross_eyed", (2400, 900)),
    "top_bottom": ("top_bottom", (1200, 1800)),
    "half_top_bottom": ("half_top_bottom", (1200, 900)),
    "jps": ("cross_eyed", (2400, 900)),
    "vr180_sbs": ("side_by_side", (4096, 2048)),
}


@pytest.mark.parametrize("key", SHOWN)
def test_what_we_write_is_known_by_its_name(page, key):
    (file,) = FORMATS[key].files
    layout, size = SHOWN[key]
    assert page.page.evaluate(LAYOUT_OF, [f"photo{file.suffix}", *size]) == layout


def test_the_table_can_be_read_by_all_three():
    """No lookbehind, no named group, no flag: what the regular expressions of the three languages
    share.
    """
    words = [row["words"] for key in ("names", "projections") for row in TABLE[key]]
    words.append(TABLE["depth_beside"]["words"])
    words += [row[side] for row in TABLE["pairs"] for side in ("left", "right")]
    for pattern in words:
        assert re.fullmatch(r"[a-z0-9|()?\[\]_ -]+", pattern), pattern
        re.compile(pattern)
    known = set(TABLE["arrangements"])
    assert {row["arrangement"] for row in TABLE["names"]} == known
