"""The viewer's files: small, typed, free of other servers; and the lock file of its tests."""

import gzip
import json
import re
import subprocess
from pathlib import Path

import pytest
from viewer_site import VIEWER

from spatial.commands.view import TYPES
from spatial.web.sharing import VIEWER_TYPES

HERE = Path(__file__).parent
FILES = sorted(VIEWER.iterdir())


def test_it_stays_small():
    contents = [file.read_bytes() for file in FILES]
    assert sum(map(len, contents)) <= 220_000
    assert sum(len(gzip.compress(content)) for content in contents) <= 85_000


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_a_file_has_one_matter(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_nothing_comes_from_elsewhere(file):
    text = file.read_text(encoding="utf-8")
    assert re.findall(r"https?://(?!ns\.adobe\.com/)", text) == []  # a name of XMP, not an address


def test_every_module_is_preloaded():
    page = (VIEWER / "index.html").read_text(encoding="utf-8")
    preloaded = set(re.findall(r'modulepreload" href="(.+?)"', page))
    modules = {file.name for file in FILES if file.suffix == ".js"}
    # The worker's, which starts with the first scene, and what other pages load.
    beside = {"scene_worker.js", "png16.js", "spatial-photo.js"}
    assert preloaded == modules - {"main.js", "types.js"} - beside


def test_the_table_is_packaged_and_served():
    package = (HERE.parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    assert {file.suffix for file in FILES} == set(re.findall(r'"viewer/\*(\.\w+)"', package))
    assert {file.suffix for file in FILES} <= set(VIEWER_TYPES) & set(TYPES)


def test_types(node_packages):
    checked = subprocess.run(
        [node_packages / ".bin" / "tsc", "-p", HERE],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert checked.returncode == 0, checked.stdout


def test_the_lock_names_no_address():
    text = (HERE / "package-lock.json").read_text(encoding="utf-8")
    assert "http" not in text
    locked = json.loads(text)["packages"]
    assert all("integrity" in entry for name, entry in locked.items() if name)
