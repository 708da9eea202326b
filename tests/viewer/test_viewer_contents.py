"""What files carry: a second view inside of the file, a pair of files, a part of a sphere, a depth
map; and torn ones.
"""

import base64
import json
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from scenes import make_result
from viewer_driver import Driver, centre
from viewer_pictures import LEFT, LOW, RIGHT, png, view

from spatial.formats import FORMATS
from spatial.formats.containers import join_as_mpo
from spatial.formats.vr180 import SphereCrop, gpano_of, join_as_vr_photo

BLACK = (0, 0, 0)


@pytest.fixture(scope="module")
def page(browser, site, node_packages):
    """A page without headset, shared by a module."""
    driver = Driver(browser, site, node_packages, headset=False)
    yield driver.open("test")
    driver.close()


def jpeg(pixels, **options):
    stream = BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=95, subsampling=0, **options)
    return stream.getvalue()


def eyes(driver):
    """Colour in the middle of either eye's view on the page."""
    seen = []
    for swap in (False, True):
        driver.set(swap=swap)
        driver.run("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
        seen.append(np.array(centre(driver.shot())))
    driver.set(swap=False)
    return seen


def assert_left_and_right(driver):
    left, right = eyes(driver)
    assert left == pytest.approx(LEFT, abs=12)
    assert right == pytest.approx(RIGHT, abs=12)


def test_an_mpo_shows_both_views(page, site):
    site.put("/boat.mpo", join_as_mpo(jpeg(view(LEFT)), jpeg(view(RIGHT))))
    page.send(src="/boat.mpo")
    assert page.facts() == "Two pictures, left and right · 160 x 120 px each eye"
    assert_left_and_right(page)


def test_a_jps_says_itself_how_its_views_lie(page, site):
    (file,) = FORMATS["jps"].writer(make_result())
    site.put("/whatever.jpg", file.data)
    page.send(src="/whatever.jpg")  # the views are plain colours: neither name nor pixels tell
    assert page.facts().startswith("Side by side, eyes swapped")
    left, right = eyes(page)
    assert left[0] > 150 > left[2]
    assert right[2] > 150 > right[0]


def test_two_files_are_a_pair(page, site):
    site.put("/boat_left.png", png(view(LEFT)))
    site.put("/boat_right.png", png(view(RIGHT)))
    page.send(src="/boat_left.png", right="/boat_right.png")
    assert_left_and_right(page)
    pictures = [{"src": "/boat_right.png"}, {"src": "test"}, {"src": "/boat_left.png"}]
    page.send(list=pictures)
    assert page.facts().endswith("1 of 2")
    assert page.page.inner_text("#title") == "boat.png"
    assert_left_and_right(page)


def vr_photo(left, right, crop=None):
    """A VR photo whose views cover a part of a sphere; a quarter of it unless told otherwise."""
    crop = crop or SphereCrop(160, 120, 160 / (np.pi / 2))
    return join_as_vr_photo(jpeg(left), jpeg(right), gpano_of(crop))


def test_a_vr_photo_stands_on_its_part_of_a_sphere(page, site):
    site.put("/boat.vr.jpg", vr_photo(view(LEFT), view(RIGHT)))
    page.send(src="/boat.vr.jpg")
    facts = "Two pictures, left and right · Part of a sphere · 160 x 120 px each eye"
    assert page.facts() == facts
    assert_left_and_right(page)
    box = page.page.locator("#canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(
        x, y - 0.36 * box["height"]
    )  # look down by 22 degrees, of 67 that it covers
    page.page.mouse.up()
    page.run("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
    shot = page.shot()
    assert middle(shot).astype(int) == pytest.approx(LOW, abs=12)


def hemisphere(colour):
    """Half a sphere, a mark where one looks 60 degrees to the left."""
    pixels = np.full((180, 180, 3), colour, np.uint8)
    pixels[60:120, 20:40] = LOW  # longitude -70 to -50
    return pixels


def middle(eye):
    return eye[eye.shape[0] // 2, eye.shape[1] // 2]


@pytest.mark.parametrize("layers", [False, True])
def test_in_the_headset_a_sphere_is_all_around(start, site, layers):
    textured = np.random.default_rng(3).integers(-20, 20, (9, 9, 1)).repeat(20, 0).repeat(20, 1)
    views = [np.clip(hemisphere(c) + textured, 0, 255).astype(np.uint8) for c in (LEFT, RIGHT)]
    site.put("/boat_180x180_LR.png", png(np.hstack(views)))
    driver = start(layers=layers).open("/boat_180x180_LR.png", wait=True)
    assert driver.facts().startswith("Side by side · Half a sphere (180°) · 180 x 180")
    driver.enter()

    def looking(yaw_deg, **place):
        driver.move_head(yaw_deg=yaw_deg, **place)
        driver.run("frames(3)")
        shot = driver.shot(None)
        return [middle(shot[:, :320]).astype(int), middle(shot[:, 320:]).astype(int)]

    left, right = looking(0)
    assert left == pytest.approx(LEFT, abs=30)
    assert right == pytest.approx(RIGHT, abs=30)
    assert looking(60)[0] == pytest.approx(LOW, abs=30)  # where the mark is
    assert looking(60, x=1.0)[0] == pytest.approx(LOW, abs=30)  # infinitely far
    assert looking(180)[0] == pytest.approx(BLACK, abs=2)
    driver.pull_trigger()  # place it in front of where one looks
    assert looking(180)[0] == pytest.approx(LEFT, abs=30)


def test_a_sphere_closes_behind_the_viewer(page, site):
    pixels = np.full((90, 180, 3), 60, np.uint8)
    pixels[:, :90, 0] = 200  # the left half of the world
    pixels[:, 90:, 2] = 200
    site.put("/world_360.png", png(pixels))
    page.send(src="/world_360.png")
    assert page.facts() == "One picture for both eyes · Whole sphere (360°) · 180 x 90 px each eye"
    page.page.evaluate("document.querySelector('#projection').value = 'flat'")
    page.page.evaluate("document.querySelector('#projection').dispatchEvent(new Event('change'))")
    page.page.wait_for_selector("#facts:not(:has-text('sphere'))")
    page.send(src="/world_360.png", projection="360")
    box = page.page.locator("#canvas").bounding_box()
    turn = np.pi / 1.08 * min(box["width"], box["height"])  # half around
    step = turn / 8
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for _ in range(8):
        page.page.mouse.move(x, y)
        page.page.mouse.down()
        page.page.mouse.move(x + step, y)
        page.page.mouse.up()
    page.run("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
    shot = page.shot().astype(int)
    row = shot[shot.shape[0] // 2]
    assert row[20] == pytest.approx(
        (60, 60, 200), abs=12
    )  # behind, the right half lies on the left
    assert row[-20] == pytest.approx((200, 60, 60), abs=12)
    assert row[:, 1].min() > 40  # no seam
    assert row[:, 1].max() < 80


XMP = b"http://ns.adobe.com/xap/1.0/\x00"


def with_xmp(picture, packet):
    """A JPEG with an XMP packet."""
    payload = XMP + packet.encode()
    return picture[:2] + b"\xff\xe1" + (len(payload) + 2).to_bytes(2, "big") + payload + picture[2:]


def test_a_portrait_brings_its_depth(page, site):
    depth = base64.b64encode(png(view((200, 200, 200), (16, 12)))).decode()
    gdepth = f'<x GDepth:Format="RangeInverse" GDepth:Mime="image/png" GDepth:Data="{depth}"/>'
    site.put("/face.jpg", with_xmp(jpeg(view(LEFT)), gdepth))
    page.send(src="/face.jpg")
    assert page.page.locator("input[value=parallax]").is_enabled()
    items = "".join(
        f"<Item:Length>{size}</Item:Length><Item:DataURI>{name}</Item:DataURI>"
        for name, size in (("primary_image", 0), ("depth", len(png(view(LEFT)))))
    )
    packet = f"<x>{items}<DepthMap:DepthURI>depth</DepthMap:DepthURI></x>"
    site.put("/dynamic.jpg", with_xmp(jpeg(view(LEFT)), packet) + png(view(LEFT)))
    page.send(src="/dynamic.jpg")
    assert page.page.locator("input[value=parallax]").is_enabled()


def torn():
    """Files that lie about themselves, and how the first view is shown all the same."""
    mpo = join_as_mpo(jpeg(view(LEFT)), jpeg(view(RIGHT)))
    far = mpo.replace(b"MPF\x00MM\x00*\x00\x00\x00\x08", b"MPF\x00MM\x00*\x7f\xff\xff\xff")
    assert far != mpo
    sphere = vr_photo(view(LEFT), view(RIGHT))
    return {
        "index leads outside": far,
        "second view cut off": mpo[: len(jpeg(view(LEFT))) + 300],
        "right view is no base64": sphere.replace(b'GImage:Data="', b'GImage:Data="!!'),
        "sphere of no width": sphere.replace(b'Pixels="160"', b'Pixels="0"'),
        "sphere is no number": sphere.replace(b'Pixels="160"', b'Pixels="x"'),
        "depth is no picture": with_xmp(jpeg(view(LEFT)), '<x GDepth:Data="AAAA"/>'),
        "lengths beyond the file": with_xmp(
            jpeg(view(LEFT)),
            "<x><Item:Length>0</Item:Length><Item:DataURI>a</Item:DataURI><Item:Length>99999999"
            "</Item:Length><Item:DataURI>d</Item:DataURI><DepthMap:DepthURI>d</DepthMap:DepthURI></x>",
        ),
    }


@pytest.mark.parametrize("fault", torn())
def test_a_torn_file_still_shows_its_first_view(page, site, fault):
    site.put("/torn.jpg", torn()[fault])
    page.send(src="/torn.jpg")
    assert centre(page.shot()) == pytest.approx(LEFT, abs=12)
    assert ("second view is damaged" in page.facts()) == ("view" in fault)


def test_heic_gets_a_word_and_a_way_out(page, site):
    site.put("/IMG_1.heic", b"\x00\x00\x00\x18ftypheic" + bytes(200))
    message = {"type": "stereo:load", "src": "/IMG_1.heic"}
    page.page.evaluate("message => postMessage(message, location.origin)", message)
    said = page.wait_for_state("heic")
    assert "Safari" in said
    assert "side by side" in said


def test_numbers_that_are_none_are_left_out(page, site):
    """JSON has no NaN, but addresses and foreign programs do."""
    site.put("/pair.png", png(np.hstack([view(LEFT), view(RIGHT)])))
    manifest = {
        "schema": 1,
        "layout": "side_by_side",
        "files": {"side_by_side": {"href": "pair.png"}},
        "disparity_px": {"p1": "NaN", "p99": None, "reference_width": 160},
        "focal_px": "Infinity",
    }
    site.put("/nan.json", json.dumps(manifest).encode())
    page.send(src="/nan.json")
    assert centre(page.shot()) == LEFT
    page.send(src="/pair.png", layout="side_by_side", maxdisp="NaN", fov="NaN")
    assert centre(page.shot()) == LEFT
