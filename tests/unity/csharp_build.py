"""The project's C# compiled against hand-written signatures of Unity, assembly by assembly as its
asmdefs say.
"""

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from unity_project import HERE, VIEWER, tool

SOURCES = HERE / "csharp"
LANGUAGE = "7.2"

# Stand-ins by assembly name: source and what it refers to, in the order of compilation.
STUBS = {
    "UnityEngine": ("UnityEngine.cs", ()),
    "UnityEditor": ("UnityEditor.cs", ("UnityEngine",)),
    "UnityEngine.SpatialTracking": ("SpatialTracking.cs", ("UnityEngine",)),
    "Unity.XR.Management": ("XRManagement.cs", ("UnityEngine",)),
    "Unity.XR.Management.Editor": (
        "XRManagementEditor.cs",
        ("UnityEngine", "UnityEditor", "Unity.XR.Management"),
    ),
    "WebXR": ("WebXR.cs", ("UnityEngine", "Unity.XR.Management")),
    "nunit.framework": ("NUnit.cs", ()),
}
# Programs of the tests: source and what it refers to.
PROGRAMS = {
    "TestRunner": ("TestRunner.cs", ("nunit.framework",)),
    "Fields": ("Fields.cs", ("UnityEngine",)),
    "Probe": ("Probe.cs", ("StereoViewer.Core",)),
}
_WITHOUT_STUB = {"UnityEngine.TestRunner", "UnityEditor.TestRunner"}  # nothing of them is used
_STUB_WARNINGS = "-nowarn:67,169,414,649"  # stand-ins have fields and events that nothing uses


class CompileError(Exception):
    """The compiler's messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """One asmdef: its name, its sources, what it refers to, and whether every public name must be
    documented.
    """

    name: str
    sources: list[Path]
    refers_to: list[str]
    documented: bool


def read_assemblies(project: Path) -> list[Assembly]:
    """Return the project's assemblies, each after those it refers to."""
    folders = {path.parent: path for path in (project / VIEWER).rglob("*.asmdef")}
    found = [_assembly(path, set(folders)) for path in folders.values()]
    ordered: list[Assembly] = []
    while found:
        done = {a.name for a in ordered}
        own = {a.name for a in found}
        ready = [a for a in found if not own & set(a.refers_to)]
        if not ready:
            msg = f"{', '.join(sorted(own))} refer to each other"
            raise CompileError(msg)
        ordered += [a for a in ready if a.name not in done]
        found = [a for a in found if a not in ready]
    return ordered


def _assembly(path: Path, folders: set[Path]) -> Assembly:
    settings = json.loads(path.read_text(encoding="utf-8"))
    sources = [s for s in sorted(path.parent.rglob("*.cs")) if _owner(s, folders) == path.parent]
    implied = [] if settings["noEngineReferences"] else ["UnityEngine"]
    if settings["includePlatforms"] == ["Editor"] and implied:
        implied.append("UnityEditor")
    named = [name for name in settings["references"] if name not in _WITHOUT_STUB]
    precompiled = [name.removesuffix(".dll") for name in settings["precompiledReferences"]]
    return Assembly(
        name=settings["name"],
        sources=sources,
        refers_to=[*implied, *named, *precompiled],
        documented=not settings["defineConstraints"],
    )


def _owner(source: Path, folders: set[Path]) -> Path:
    return next(folder for folder in source.parents if folder in folders)


def compile_assembly(assembly: Assembly, libraries: list[Path], out: Path, *defines: str) -> None:
    """Compile one assembly into ``out``; a warning is an error.

    Raises:
        CompileError: with the compiler's messages.
    """
    strict = ["-warnaserror", *([f"-doc:{out / 'doc.xml'}"] if assembly.documented else [])]
    options = [*strict, *(f"-define:{name}" for name in defines)]
    _mcs(assembly.sources, assembly.refers_to, libraries, out / f"{assembly.name}.dll", options)


def build_stubs(out: Path) -> None:
    """Compile the stand-ins for Unity."""
    for name, (source, refers_to) in STUBS.items():
        _mcs([SOURCES / source], refers_to, [out], out / f"{name}.dll", [_STUB_WARNINGS])


def build_programs(out: Path) -> None:
    """Compile the programs of the tests beside the assemblies they use."""
    for name, (source, refers_to) in PROGRAMS.items():
        _mcs([SOURCES / source], refers_to, [out], out / f"{name}.exe", ["-target:exe"])


def run(
    program: Path, *arguments: str, cwd: Path, text: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a compiled program."""
    command = [tool("mono", "mono-runtime"), str(program), *arguments]
    return subprocess.run(command, cwd=cwd, input=text, capture_output=True, text=True, check=False)


def _mcs(
    sources: Iterable[Path],
    refers_to: Iterable[str],
    libraries: list[Path],
    target: Path,
    options: list[str],
) -> None:
    found = []
    for name in refers_to:
        paths = [
            folder / f"{name}.dll" for folder in libraries if (folder / f"{name}.dll").exists()
        ]
        if not paths:
            msg = f"{target.stem} refers to {name}, which is unknown"
            raise CompileError(msg)
        found.append(f"-reference:{paths[0]}")
    command = [
        tool("mcs", "mono-mcs"),
        "-nologo",
        f"-langversion:{LANGUAGE}",
        "-warn:4",
        "-target:library",
        f"-out:{target}",
        *options,
        *found,
        *map(str, sources),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CompileError(done.stdout + done.stderr)
