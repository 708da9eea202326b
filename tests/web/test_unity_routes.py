"""A Unity WebGL build beside the app: served and linked when its folder is there, unknown
otherwise.
"""

import pytest
from scenes import make_result
from starlette.applications import Starlette
from starlette.testclient import TestClient

from spatial.results import ResultStore
from spatial.web.sharing import make_routes, unity_build

LINK = "Open in Unity viewer"


@pytest.fixture
def build(tmp_path):
    folder = tmp_path / "Build"
    (folder / "Build").mkdir(parents=True)
    (folder / "index.html").write_text("<title>Unity</title>", encoding="utf-8")
    (folder / "Build" / "viewer.wasm").write_bytes(b"\0asm")
    return folder


@pytest.fixture
def store(tmp_path):
    return ResultStore(tmp_path / "results")


def ask(store, unity, path):
    with TestClient(Starlette(routes=make_routes(store, unity=unity))) as client:
        return client.get(path)


def test_the_build_is_served(store, build):
    assert "<title>Unity</title>" in ask(store, build, "/unity/").text
    assert ask(store, build, "/unity/Build/viewer.wasm").content == b"\0asm"
    assert ask(store, build, "/unity/../results").status_code == 404


def test_a_result_links_to_it(store, build):
    receipt = store.share(make_result(), ("sbs",))
    page = ask(store, build, f"/s/{receipt.id}").text
    assert LINK in page
    assert f'href="../unity/index.html?src=../s/{receipt.id}/manifest.json"' in page


def test_nothing_of_it_is_shown_without_a_build(store):
    receipt = store.share(make_result(), ("sbs",))
    assert LINK not in ask(store, None, f"/s/{receipt.id}").text
    assert ask(store, None, "/unity/").status_code == 404


def test_the_folder_is_named_by_the_environment(build, tmp_path):
    assert unity_build({"SPATIAL_UNITY_BUILD": str(build)}) == build
    assert unity_build({"SPATIAL_UNITY_BUILD": str(tmp_path / "nowhere")}) is None
    assert unity_build({"SPATIAL_UNITY_BUILD": str(tmp_path)}) is None
    assert unity_build({}) is None
