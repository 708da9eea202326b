"""What each eye sees in the headset, by reading pixels back."""

import numpy as np
import pytest
from viewer_driver import centre, extent
from viewer_pictures import BACKGROUND, LEFT, LOW, RIGHT, VIEW, pair, png

LAYOUTS = [
    "side_by_side",
    "half_side_by_side",
    "cross_eyed",
    "top_bottom",
    "half_top_bottom",
    "mono",
]


def test_every_layout_gives_each_eye_its_view(worn, site):
    sizes = []
    for layout in LAYOUTS:
        site.put(f"/{layout}.png", png(pair(layout)))
        worn.send(src=f"/{layout}.png", layout=layout)
        left, right = worn.eyes()
        assert centre(left) == LEFT, layout
        assert centre(right) == (LEFT if layout == "mono" else RIGHT), layout
        for eye in (left, right):
            top, bottom, start, end = extent(eye)
            assert tuple(eye[bottom - 3, (start + end) // 2]) == LOW, f"{layout} is upside down"
            assert tuple(eye[2, 2]) == BACKGROUND
            sizes.append((bottom - top, end - start))
    heights, widths = np.array(sizes).T
    assert np.ptp(heights) <= 1
    assert np.ptp(widths) <= 1  # half layouts are stretched back
    assert widths[0] / heights[0] == pytest.approx(VIEW[0] / VIEW[1], abs=0.03)


def test_both_eyes_see_the_screen_at_one_place(worn):
    worn.set(distance_m=2, width_m=2)
    left, right = (extent(eye) for eye in worn.eyes())
    # Half a view, 160 px, is one unit of tan at 90 degrees; 2 m away the eyes see a point 0.063 / 2
    # units apart.
    assert left[2] - right[2] == pytest.approx(160 * 0.063 / 2, abs=1)
    assert (left[2] + right[3]) / 2 == pytest.approx(160, abs=1)
    assert left[3] - left[2] == pytest.approx(160, abs=2)  # 2 m wide in 2 m


def test_swap_exchanges_the_eyes_while_it_runs(worn):
    worn.set(swap=True)
    left, right = worn.eyes()
    assert (centre(left), centre(right)) == (RIGHT, LEFT)
    assert "eyes exchanged" in worn.facts()


@pytest.mark.parametrize("layout", ["side_by_side", "half_side_by_side"])
def test_a_circle_stays_round(worn, site, layout):
    ys, xs = np.mgrid[:300, :400]
    disc = (xs - 199.5) ** 2 + (ys - 149.5) ** 2 < 120**2
    one = np.where(disc[..., None], 255, 60).astype(np.uint8).repeat(3, axis=2)
    both = np.hstack([one, one])
    site.put("/disc.png", png(both if layout == "side_by_side" else both[:, ::2]))
    worn.send(src="/disc.png", layout=layout)
    worn.set(width_m=4)
    left, _ = worn.eyes()
    top, bottom, start, end = extent(np.where(left > 128, left, 26))
    assert end - start > 100
    assert (end - start) / (bottom - top) == pytest.approx(1, abs=0.02)


def test_no_colour_of_the_other_eye_bleeds_over_the_seam(worn, site):
    seam = np.zeros((90, 254, 3), np.uint8)
    seam[:, :127] = (255, 0, 0)
    seam[:, 127:] = (0, 0, 255)
    site.put("/seam.png", png(seam))
    worn.send(src="/seam.png", layout="side_by_side")
    for distance_m, curve in ((2, 0), (15, 0), (2, 1)):
        worn.set(distance_m=distance_m, curve=curve, background=0)
        left, right = worn.eyes()
        assert left[..., 0].max() == 255
        assert right[..., 2].max() == 255
        assert left[..., 2].max() == 0
        assert right[..., 0].max() == 0


def test_convergence_moves_the_eyes_pictures_apart(worn):
    worn.set(guard=False, distance_m=2, width_m=2, offset_mm=31.5)
    left, right = (extent(eye) for eye in worn.eyes())
    assert left == pytest.approx(right, abs=1)  # half an eye distance outwards: no parallax at all


def test_a_picture_of_8192_pixels(worn, site):
    site.put("/wide.png", png(pair("side_by_side", (4096, 512))))
    worn.send(src="/wide.png", layout="side_by_side")
    left, right = worn.eyes()
    assert (centre(left), centre(right)) == (LEFT, RIGHT)
    assert worn.facts() == "Side by side · 4096 x 512 px each eye"


def test_layers_show_what_drawing_shows(start, site, worn):
    worn.run("frames(3)")
    drawn = worn.shot(None)
    assert worn.run("session.renderState.layers?.length ?? 0") == 0
    driver = start(layers=True).open("/pair.png", layout="side_by_side").enter()
    layered = driver.shot(None)
    assert driver.run("session.renderState.layers.length") == 2
    for column in (0, 320):
        eyes = [pixels[:, column : column + 320] for pixels in (drawn, layered)]
        assert extent(eyes[1]) == pytest.approx(extent(eyes[0]), abs=1)
        top, bottom, left, right = extent(eyes[0]) + np.array([2, -2, 2, -2])
        inside = [eye[top:bottom, left:right].astype(int) for eye in eyes]
        different = np.abs(inside[0] - inside[1]).max(axis=2) > 8
        assert different.mean() < 0.02  # the row between two colours may be filtered differently
    driver.set(swap=True)
    driver.run("frames(3)")
    swapped = driver.shot(None)
    assert (centre(swapped[:, :320]), centre(swapped[:, 320:])) == (RIGHT, LEFT)
    driver.set(curve=1)
    driver.run("frames(3)")
    curved = driver.shot(None)
    assert driver.run("session.renderState.layers.length") == 1  # drawn: a quad cannot be curved
    assert (centre(curved[:, :320]), centre(curved[:, 320:])) == (RIGHT, LEFT)


ASKED_OF_LAYERS = """
  globalThis.quads = [];
  globalThis.mipped = [];
  const mips = WebGL2RenderingContext.prototype.generateMipmap;
  WebGL2RenderingContext.prototype.generateMipmap = function (target) {{
    if (new Error().stack.includes('/viewer/layers.js'))
      mipped.push(this.getParameter(this.TEXTURE_BINDING_2D));
    mips.call(this, target);
  }};
  addEventListener('DOMContentLoaded', () => {{
    const create = XRWebGLBinding.prototype.createQuadLayer;
    XRWebGLBinding.prototype.createQuadLayer = function (init) {{
      if (init.mipLevels > {most}) throw new TypeError('no mip levels');
      const quad = create.call(this, init);
      // which the polyfill leaves out
      Object.defineProperty(quad, 'mipLevels', {{ value: init.mipLevels ?? 1 }});
      quads.push([init, quad]);
      return quad;
    }};
  }});"""


@pytest.mark.parametrize(("most", "levels"), [(10, 4), (1, 1)])
def test_a_layer_has_mip_levels_where_the_browser_makes_them(start, site, most, levels):
    site.put("/odd.png", png(pair("side_by_side", (1300, 400))))
    driver = start(layers=True, script=ASKED_OF_LAYERS.format(most=most))
    driver.open("/odd.png", layout="side_by_side").enter()
    asked = driver.run(
        "quads.map(([i]) => [i.viewPixelWidth, i.viewPixelHeight, i.mipLevels ?? 1])"
    )
    assert asked[-1] == [2048, 512, levels]  # powers of two, as mip levels need
    shown = driver.shot(None)
    assert (centre(shown[:, :320]), centre(shown[:, 320:])) == (LEFT, RIGHT)
    rows, columns = np.diff(extent(shown[:, :320]))[[0, 2]]
    assert columns / rows == pytest.approx(3.25, abs=0.1)
    own = "mipped.map((texture) => texture === quads.at(-1)[1].colorTextures[0])"
    assert driver.run(own) == [True] * (levels > 1)


def test_a_picture_beyond_the_texture_limit_is_made_smaller_and_says_so(start, site):
    site.put("/big.png", png(pair("side_by_side", (400, 100))))
    limit = """
      const asked = WebGL2RenderingContext.prototype.getParameter;
      WebGL2RenderingContext.prototype.getParameter = function (name) {
        return name === this.MAX_TEXTURE_SIZE ? 256 : asked.call(this, name);
      };"""
    driver = start(script=limit).open("/big.png", layout="side_by_side", view="left")
    shown = driver.shot()
    top, bottom, start, end = extent(shown, (0, 0, 0))
    assert (end - start) / (bottom - top) == pytest.approx(4, abs=0.05)
    assert centre(shown) == LEFT
    assert "256 x 64 px each eye · made smaller from 400 px" in driver.facts()


def test_edges_are_smooth_unless_the_address_says_otherwise(start, site):
    site.put("/pair.png", png(pair("side_by_side")))
    context = "document.querySelector('#canvas').getContext('webgl2').getContextAttributes()"
    page = start().open("/pair.png", aa=1).enter()
    assert page.run(f"{context}.antialias && session.renderState.baseLayer.antialias") is True
    assert start().open("/pair.png").run(f"{context}.antialias") is False
