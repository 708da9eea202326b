"""Shared by the checks of the Unity project: its C#, compiled once."""

import pytest
from csharp_build import (
    build_programs,
    build_stubs,
    compile_assembly,
    read_assemblies,
    run,
)
from unity_project import PROJECT, copy_project, mend, spoil


@pytest.fixture(scope="session")
def assemblies(tmp_path_factory):
    """A folder with the stand-ins for Unity, the project's assemblies and the tests' programs."""
    out = tmp_path_factory.mktemp("csharp")
    build_stubs(out)
    for assembly in read_assemblies(PROJECT):
        compile_assembly(assembly, [out], out)
    build_programs(out)
    return out


@pytest.fixture(scope="session")
def fields(assemblies):
    """Class to serialised field to the class it refers to, or "value"."""
    names = ("StereoViewer", "WebXR", "UnityEngine.SpatialTracking", "Unity.XR.Management")
    paths = [str(assemblies / f"{name}.dll") for name in (*names, "Unity.XR.Management.Editor")]
    done = run(assemblies / "Fields.exe", *paths, cwd=PROJECT)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, str]] = {}
    for line in done.stdout.splitlines():
        owner, name, kind = line.split(" ")
        found.setdefault(owner, {})
        if name != "-":
            found[owner][name] = kind
    return found


@pytest.fixture(scope="session")
def ask(assemblies):
    """Ask the engine-free classes: questions as tuples, answers as lists of text."""

    def ask_all(questions):
        text = "\n".join("\t".join(str(part) for part in question) for question in questions)
        done = run(assemblies / "Probe.exe", cwd=PROJECT, text=text + "\n")
        assert done.returncode == 0, done.stderr
        return [line.split("\t") for line in done.stdout.splitlines()]

    return ask_all


@pytest.fixture(scope="session")
def _copy(tmp_path_factory):
    return copy_project(tmp_path_factory.mktemp("planted"))


@pytest.fixture
def plant(_copy):
    """Plant a fault in a copy of the project; returns the copy, which is mended after the test."""
    planted = []

    def plant_one(fault):
        spoil(_copy, fault)
        planted.append(fault)
        return _copy

    yield plant_one
    for fault in planted:
        mend(_copy, fault)
