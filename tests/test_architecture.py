"""Imports point one way; what is on the line never reaches to what stands beside it."""

import ast
from pathlib import Path

import pytest

import spatial

PACKAGE = Path(spatial.__file__).parent

RANK = {
    "kernels": 0,
    "settings": 0,
    "stopping": 0,
    "bounds": 0,
    "records": 2,
    "geometry": 3,
    "silhouettes": 3,
    "photo": 4,
    "depth": 4,
    "upsample": 4,
    "bokeh": 4,
    "stereo": 4,
    "formats": 5,
    "metrics": 5,
    "inpaint": 5,
    "conversion": 6,
    "refusals": 6,
    "results": 7,
    "web": 8,
    "training": 8,
    "evaluation": 8,
    "commands": 9,
    "__main__": 10,
}
ALONE = {"training", "evaluation"}
MAY_USE_THEM = {"commands"}
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return "spatial" if parts == ("__init__",) else parts[0]


def imported_rooms(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            if name.startswith("spatial."):
                yield name.split(".")[1]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_one_way(path):
    room = room_of(path)
    if room == "spatial":
        return
    assert room in RANK, f"give {room} a place in the order"
    for other in imported_rooms(path):
        if other == room or (room, other) == ("records", "settings"):
            continue
        assert RANK[other] < RANK[room], f"{path} imports {other}"
        assert other not in ALONE or room in MAY_USE_THEM, f"{path} imports {other}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_stay_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 340


def test_only_web_imports_gradio():
    for path in FILES:
        if room_of(path) != "web":
            assert "import gradio" not in path.read_text(encoding="utf-8"), path
