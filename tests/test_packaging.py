"""The wheel holds what an installed package needs: code, weights, viewer."""

import re
import subprocess
import sys
import zipfile
from importlib.metadata import EntryPoint, version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TRACKED = ("spatial", "pyproject.toml", "requirements.txt", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory):
    """Names in a wheel built from a copy, so that the checkout stays clean."""
    copy, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    subprocess.run(["cp", "-r", *(str(ROOT / name) for name in TRACKED), str(copy)], check=True)
    command = [sys.executable, "-m", "pip", "wheel", str(copy), "--no-deps", "--quiet"]
    subprocess.run([*command, "--no-build-isolation", "-w", str(out)], check=True)
    (wheel,) = out.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_the_weights(wheel_names):
    weights = {n for n in wheel_names if n.startswith("spatial/depth/weights/")}
    for path in (ROOT / "spatial" / "depth" / "weights").rglob("*"):
        if path.is_file():
            assert str(path.relative_to(ROOT)) in weights
    assert any(n.endswith("model_index.json") for n in weights)
    assert sum(n.endswith(".safetensors") for n in weights) >= 3


def test_the_wheel_holds_the_viewer(wheel_names):
    viewer = [p for p in (ROOT / "spatial" / "viewer").rglob("*") if p.is_file()]
    assert viewer
    for path in viewer:
        assert str(path.relative_to(ROOT)) in wheel_names


def test_the_wheel_holds_the_pages_styles_scripts_and_words(wheel_names):
    static = [p for p in (ROOT / "spatial" / "web" / "static").rglob("*") if p.is_file()]
    assert {path.suffix for path in static} == {".css", ".html", ".js", ".json"}
    assert {str(path.relative_to(ROOT)) for path in static} <= wheel_names


def test_the_wheel_holds_every_module(wheel_names):
    for path in (ROOT / "spatial").rglob("*.py"):
        assert str(path.relative_to(ROOT)) in wheel_names


def test_the_wheel_brings_the_command(wheel_names):
    assert any(name.endswith(".dist-info/entry_points.txt") for name in wheel_names)
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (target,) = re.findall(r'^spatial = "(.+)"$', project, re.MULTILINE)
    assert callable(EntryPoint("spatial", target, "console_scripts").load())


def test_weights_are_small_enough():
    shards = list((ROOT / "spatial" / "depth" / "weights").rglob("*.safetensors"))
    assert shards
    assert all(shard.stat().st_size < 10_000_000 for shard in shards)
    assert sum(shard.stat().st_size for shard in shards) <= 24_000_000


def requirements(*files):
    from packaging.requirements import Requirement  # noqa: PLC0415

    lines = [line for f in files for line in (ROOT / f).read_text(encoding="utf-8").splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def test_every_requirement_has_an_upper_bound_that_was_tested():
    for needed in requirements("requirements.txt", "tests/requirements.txt"):
        assert any(bound.operator in ("<", "==") for bound in needed.specifier), needed
        applies = needed.marker is None or needed.marker.evaluate()
        assert not applies or needed.specifier.contains(version(needed.name)), needed


def test_nothing_needs_the_encoder_under_the_gpl():
    assert "pillow-heif" not in {needed.name for needed in requirements("requirements.txt")}


def test_torch_is_pinned_for_every_python():
    torch = [needed for needed in requirements("requirements.txt") if needed.name == "torch"]
    for python, newest in (
        ("3.10", "2.13.0"),
        ("3.11", "2.13.0"),
        ("3.12", "2.11.0"),
        ("3.13", "2.11.0"),
    ):
        (active,) = [r for r in torch if r.marker and r.marker.evaluate({"python_version": python})]
        assert active.specifier.contains("2.8.0")
        assert active.specifier.contains(newest)
    assert not active.specifier.contains("2.12.0")
