"""No file of the server comes in by its path: not to any endpoint, event or component.

Nothing tells whether it exists, either.
"""

import json
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import httpx
import pytest
from gradio.components import File, Image, UploadButton
from live_page import running, save_photo
from scenes import Ramp

from spatial.web.studio import Studio
from spatial.web.uploads import NOT_UPLOADED, is_upload

META = {"_type": "gradio.FileData"}
SECRET = "CANARY-a-secret-of-this-server"
TAKES_FILES = (File, Image, UploadButton)
SESSIONS = count()


@pytest.fixture(scope="module")
def working_folder(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("working"))
        yield Path.cwd()


@pytest.fixture(scope="module")
def site(own_cache, working_folder):
    with (
        running(Studio(device="cpu", load=Ramp().load)) as url,
        httpx.Client(base_url=f"{url}gradio_api/", trust_env=False, timeout=120) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def config(site):
    """The page's components by id, and its events that the server answers."""
    told = site.get(httpx.URL(str(site.base_url)).join("../config")).json()
    events = [d for d in told["dependencies"] if d["backend_fn"]]
    return {c["id"]: c["type"] for c in told["components"]}, events


@pytest.fixture(scope="module")
def cache(own_cache):
    from gradio.utils import get_upload_folder  # noqa: PLC0415 - named by ``own_cache``

    return Path(get_upload_folder())


@pytest.fixture(scope="module")
def canaries(cache, tmp_path_factory, working_folder):
    """Paths of photos and secrets where Gradio itself would read, and paths of no files."""
    made = [
        Path(tempfile.mkdtemp(dir=place))
        for place in (tempfile.gettempdir(), working_folder, cache)
    ]
    made += [cache / "spatial-results" / ("0" * 32), tmp_path_factory.mktemp("elsewhere")]
    paths = []
    for folder in made:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "secret.txt").write_text(SECRET)
        paths += [save_photo(folder / "canary.png"), folder / "secret.txt", folder / "missing.png"]
    yield [str(path) for path in (*paths, made[0], "/etc/passwd", "/dev/zero", "app.py")]
    for folder in made:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def upload(site, tmp_path_factory):
    photo = save_photo(tmp_path_factory.mktemp("own") / "boat.png")
    (path,) = site.post("upload", files={"files": ("boat.png", photo.read_bytes())}).json()
    return path


def outcome(site, event, data):
    """What the page is told of an event, by its index, as the page sends it."""
    session = f"session{next(SESSIONS)}"
    asked = {"fn_index": event["id"], "data": data, "session_hash": session}
    if not event["queue"]:
        return site.post("run/predict", json=asked).text
    assert site.post("queue/join", json=asked).status_code == 200
    with site.stream("GET", "queue/data", params={"session_hash": session}) as lines:
        for line in lines.iter_lines():
            if line.startswith("data:") and '"process_completed"' in line:
                return json.dumps(json.loads(line[5:])["output"])
    return ""


def forms(path, upload):
    """Ways to name a file of the server."""
    around = str(Path(upload).parent / ".." / ".." / path.lstrip("/"))
    yield {"path": path}
    yield {"path": path, "meta": META}
    yield {"path": path, "url": path, "orig_name": "boat.png", "meta": META, "is_stream": True}
    yield {"path": f"file://{path}", "meta": META}
    yield {"path": None, "url": f"file://{path}", "meta": META}
    yield {"path": around, "meta": META}
    yield {"path": f"{path}\0.png", "meta": META}
    yield {"path": f"/gradio_api/file={path}", "meta": META}
    yield path
    yield [{"path": path, "meta": META}, path]


def refused_alike(site, tries):
    """Send all tries, some at a time; every one is refused, with one sentence."""
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda one: outcome(site, *one), tries))
    for (event, data), words in zip(tries, told, strict=True):
        about = f"event {event['id']} {event['api_name']}: {data} -> {words}"
        assert SECRET not in words, about
        assert "root:" not in words, about
        assert json.loads(words)["error"] == NOT_UPLOADED, about


def test_every_way_to_name_every_file_is_refused(site, config, canaries, upload):
    kinds, events = config
    (metrics,) = [e for e in events if e["api_name"] == "metrics"]
    rest = [None] * (len(metrics["inputs"]) - 1)
    assert kinds[metrics["inputs"][0]] == "image"
    refused_alike(
        site, [(metrics, [form, *rest]) for path in canaries for form in forms(path, upload)]
    )


def test_every_event_refuses_files_in_every_place_for_files(site, config, canaries, upload):
    kinds, events = config
    tries = []
    for event in events:
        files = [
            i
            for i, c in enumerate(event["inputs"])
            if kinds[c] in ("image", "file", "uploadbutton")
        ]
        for place in files:
            for form in ({"path": canaries[0]}, {"path": canaries[2], "meta": META}, canaries[0]):
                data: list = [None] * len(event["inputs"])
                data[place] = form
                tries.append((event, data))
    assert len({event["id"] for event, _ in tries}) >= len(
        [e for e in events if e["api_name"] in NAMED]
    )
    refused_alike(site, tries)


NAMED = ("convert", "depth", "stereo", "metrics", "export", "batch")


def test_every_component_and_every_event_refuses_files(site, config, canaries, upload):
    kinds, events = config
    seen, tries = set(), []
    for event in events:
        fresh = [i for i, c in enumerate(event["inputs"]) if kinds[c] != "state"]
        for place in [i for i in fresh if event["inputs"][i] not in seen] or fresh[:1]:
            seen.add(event["inputs"][place])
            data: list = [None] * len(event["inputs"])
            data[place] = {"path": canaries[0], "meta": META}
            tries.append((event, data))
    assert {e["id"] for e, _ in tries} == {
        e["id"] for e in events if any(kinds[c] != "state" for c in e["inputs"])
    }
    refused_alike(site, tries)


def test_a_named_endpoint_refuses_as_the_page_does(site, config, canaries):
    _, events = config
    for name in NAMED:
        (event,) = [e for e in events if e["api_name"] == name]
        for path in (canaries[0], canaries[2]):
            photo = {"path": path, "meta": META}
            data = [[photo] if name == "batch" else photo, *[None] * (len(event["inputs"]) - 1)]
            call = site.post(f"call/{name}", json={"data": data}).json()["event_id"]
            assert NOT_UPLOADED in site.get(f"call/{name}/{call}").text


def test_the_queue_cannot_be_gone_around(site, config, upload):
    for event in config[1]:
        if event["queue"]:
            data = {"data": [None] * len(event["inputs"]), "fn_index": event["id"]}
            assert site.post("run/predict", json=data).status_code == 404


def test_an_upload_is_taken_with_meta_alone(site, upload):
    for photo, end in (({"path": upload, "meta": META}, "complete"), ({"path": upload}, "error")):
        call = site.post("call/v2/metrics", json={"photo": photo}).json()["event_id"]
        assert f"event: {end}" in site.get(f"call/v2/metrics/{call}").text


def test_links_in_the_cache_lead_nowhere(cache, upload, tmp_path):
    outside = save_photo(tmp_path / "canary.png")
    link = Path(upload).with_name("link.png")
    link.symlink_to(outside)
    folder = cache / ("a" * 64)
    folder.symlink_to(tmp_path)
    assert not is_upload(str(link))
    assert not is_upload(str(folder / "canary.png"))
    assert not is_upload(str(Path(upload).parent))
