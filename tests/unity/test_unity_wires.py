"""From C# to the page and back: names that no compiler compares, and the .jslib run."""

import functools
import json
import re
import subprocess

import pytest
from absent import missing
from unity_project import HERE, PROJECT, ROOT, VIEWER, Fault, tool
from unity_scene import Scene
from unity_site import TEMPLATE

BRIDGE = f"{VIEWER}/Scripts/BrowserBridge.cs"
BROWSER = f"{VIEWER}/Scripts/BrowserPage.cs"
JSLIB = f"{VIEWER}/Plugins/WebGL/StereoBridge.jslib"
PAGE = f"{TEMPLATE}/TemplateData/page.js"
EVENTS = {"ready", "loaded", "error"}


def run_jslib(project, content=""):
    return run_library((project / JSLIB).read_text(encoding="utf-8"), content)


@functools.cache
def run_library(library, content):
    command = [tool("node", "nodejs"), str(HERE / "page/run_jslib.mjs"), content]
    done = subprocess.run(command, input=library, capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else {"fault": done.stderr}


def wire_faults(project):
    bridge, browser, page = (
        (project / path).read_text(encoding="utf-8") for path in (BRIDGE, BROWSER, PAGE)
    )
    found = []
    wanted = {
        name: len([p for p in arguments.split(",") if p.strip()])
        for name, arguments in re.findall(r"static extern \w+ (\w+)\((.*?)\)", browser)
    }
    library = run_jslib(project)
    if library.get("arity") != wanted:
        found.append(f"C# imports {wanted}, the library gives {library}")
    public = set(re.findall(r"public void (\w+)\(", bridge))
    for method in re.findall(r"send\('(\w+)'", page):
        if method not in public:
            found.append(f"the page calls {method}, which BrowserBridge has not")
    for sent, method in re.findall(r"SendMessage\('(\w+)', '(\w+)'", (project / JSLIB).read_text()):
        if method not in public or sent not in Scene(project).named:
            found.append(f"the library calls {method} of {sent}, which is not there")
    (target,) = re.findall(r"SCENE_OBJECT = '(\w+)'", page)
    if target not in Scene(project).named:
        found.append(f"the page sends to {target}, which the scene has not")
    posted = set(re.findall(r'BrowserPage\.Post\("(\w+)"', bridge))
    heard = set(re.findall(r"addEventListener\('stereo:(\w+)'", page))
    if not posted == heard == EVENTS:
        found.append(f"the scene posts {posted}, the page hears {heard}")
    return found


def test_both_sides_agree():
    assert wire_faults(PROJECT) == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(
            file=JSLIB,
            old="StereoPost: function",
            new="StereoTell: function",
            found="StereoPost is not",
        ),
        Fault(file=JSLIB, old="(type, detail) {", new="(type) {", found="the library gives"),
        Fault(file=JSLIB, old="mergeInto(", new="mergeInto((", found="SyntaxError"),
        Fault(file=PAGE, old="send('Recentre')", new="send('Recenter')", found="calls Recenter"),
        Fault(file=PAGE, old="= 'StereoViewer'", new="= 'Viewer'", found="sends to Viewer"),
        Fault(file=PAGE, old="'stereo:loaded', (", new="'stereo:load', (", found="the page hears"),
        Fault(file=JSLIB, old="'TakeShrunk'", new="'TakeSmall'", found="calls TakeSmall of"),
        Fault(file=BRIDGE, old='Post("error"', new='Post("fault"', found="the scene posts"),
    ],
    ids=str,
)
def test_a_planted_fault_is_found(fault, plant):
    assert any(fault.found in said for said in wire_faults(plant(fault)))


def test_the_library_tells_the_page_and_reads_its_head():
    said = run_jslib(PROJECT, "https://é.example")
    assert said["events"] == [{"type": "stereo:error", "detail": "no “picture”"}]
    assert said["origins"] == "https://é.example"


def test_a_picture_above_the_limit_is_made_smaller():
    said = run_jslib(PROJECT)
    smaller, failed = said["answers"]
    assert smaller == ["StereoViewer", "TakeShrunk", "7 blob:image/jpeg 8192 x 3686"]
    assert failed == ["StereoViewer", "TakeShrunk", "8 "]
    assert said["drawn"] == [[0, 0, 8192, 3686], "closed"]


@pytest.mark.parametrize(
    ("old", "new"),
    [("'stereo:' + ", "'stereo' + "), (" + 1;", ";"), ("viewer-origins", "viewer-origin")],
)
def test_a_library_that_does_otherwise_is_found(old, new, plant):
    copy = plant(Fault(file=JSLIB, old=old, new=new, found=""))
    assert run_jslib(copy, "https://é.example") != run_jslib(PROJECT, "https://é.example")


def test_the_pages_modules_are_typed():
    tsc = ROOT / "tests/viewer/node_modules/.bin/tsc"
    if not tsc.exists():
        missing("npm packages are missing: npm ci --prefix tests/viewer")
    command = [str(tsc), "-p", str(HERE / "page")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
