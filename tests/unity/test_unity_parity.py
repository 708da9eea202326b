"""Both viewers understand an address alike: the C# and the plain viewer's modules are asked the
same questions.
"""

import json
import shutil
import subprocess

import pytest
from unity_project import HERE, PROJECT, ROOT, VIEWER, tool

from spatial.photo.recognition import Likeness, detect_layout

WORDS = [
    *("side_by_side", "half_side_by_side", "cross_eyed", "half_cross_eyed"),
    *("top_bottom", "half_top_bottom", "mono"),
    *(
        "full",
        "SBS",
        "full-sbs",
        "half",
        "half-sbs",
        "hsbs",
        "rl",
        "half-rl",
        "swapped",
        "tb",
        "full-tb",
    ),
    *("half-tb", "2d", "auto", "", "other"),
]
LAYOUTS = WORDS[:7]
NAMES = [
    *("boat_LRF_Full_SBS.jpg", "boat_Half_SBS.jpg", "boat_Half_LR.jpg", "boat_sbs.png"),
    *("boat.sbs.jpg", "boat_3dh.jpg", "boat_3DPH.jpg", "boat_half_ou.png", "boat_tb.png"),
    *("top-bottom.png", "boat_cross.jpg", "boat.jps", "boat_LR.jpg", "Boat Side by Side.jpg"),
    *("holiday-LR.jpg", "slr.jpg", "album.jpg", ""),
]
FILES = [
    (name, ratio, sides, stack)
    for name in NAMES
    for ratio in (0.5625, 0.75, 1.0, 1.125, 1.5, 1.778, 2.667, 3.556)
    for sides, stack in ((0.9, 0.1), (0.1, 0.9), (0.3, 0.3), (0.1, 0.1))
]
SIZES = [
    (key, eye, width, height)
    for key in LAYOUTS
    for eye in (0, 1)
    for width, height in ((1280, 480), (1281, 481), (1, 1))
]


@pytest.fixture(scope="module")
def viewer(tmp_path_factory):
    """The plain viewer's answers."""
    folder = tmp_path_factory.mktemp("viewer")
    for path in (ROOT / "spatial/viewer").glob("*.js*"):
        shutil.copy(path, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    asked = {"words": WORDS, "files": FILES, "sizes": SIZES}
    done = subprocess.run(
        [tool("node", "nodejs"), str(HERE / "page/ask_viewer.mjs"), str(folder)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_layouts_have_the_same_names(viewer, ask):
    assert [answer for (answer,) in ask([("named", word) for word in WORDS])] == viewer["named"]
    more = {"separate", "rgbd"}  # of these the Unity viewer shows the file as it is
    assert set(viewer["keys"]) == {*LAYOUTS, *more}


def test_both_read_the_same_table():
    ours = ROOT / "spatial/viewer/recognition.json"
    theirs = PROJECT / VIEWER / "Tables/recognition.json"
    assert theirs.read_bytes() == ours.read_bytes(), "copy spatial/viewer/recognition.json there"


def test_files_are_recognised_alike(viewer, ask):
    answers = [answer for (answer,) in ask([("guess", *file) for file in FILES])]
    assert answers == viewer["guessed"]
    in_python = [
        detect_layout(name, round(1000 * ratio), 1000, Likeness(*alike)).value
        for name, ratio, *alike in FILES
    ]
    assert in_python == viewer["guessed"]
    assert set(answers) == set(LAYOUTS)


def test_views_are_the_same_pixels(viewer, ask):
    answers = ask([("view", *size) for size in SIZES])
    for (_, _, width, height), answer, theirs in zip(SIZES, answers, viewer["views"], strict=True):
        x, y, w, h, aspect = map(float, answer)
        top = height * (1 - y - h)  # textures count rows upwards
        ours = [x * width, top, w * width, h * height, aspect]
        assert ours == pytest.approx([theirs[k] for k in ("x", "y", "width", "height", "aspect")])


@pytest.mark.parametrize(
    ("name", "place", "scale"),
    [("width_m", 0, 1), ("distance_m", 2, 1), ("offset_mm", 3, 1000)],
)
def test_settings_have_the_same_defaults_and_ranges(name, place, scale, viewer, ask):
    row = viewer["settings"][name]
    asked = [f"guard=0&{name}={value}" for value in ("none", -999, 999)]
    answers = [float(a[place]) * scale for a in ask([("plan", q, 0, "null") for q in asked])]
    assert answers == pytest.approx([row["initial"], row["min"], row["max"]])


def test_the_guard_has_the_same_limit(viewer, ask):
    ((width, *_),) = ask([("plan", "width_m=15", 0.01, "null")])
    assert float(width) == pytest.approx(viewer["limit"] / 0.01)
    for switch in ("swap", "life_size", "guard"):
        assert switch in viewer["settings"]
