"""The C# of the Unity project: compiled as its asmdefs say, its engine-free part run; planted
faults are found.
"""

import shutil

import pytest
from csharp_build import CompileError, compile_assembly, read_assemblies, run
from unity_project import PROJECT, VIEWER, Fault, copy_project, spoil

SCRIPTS, CORE, EDITOR = f"{VIEWER}/Scripts", f"{VIEWER}/Scripts/Core", f"{VIEWER}/Editor"


def test_every_source_belongs_to_an_assembly():
    compiled = {source for assembly in read_assemblies(PROJECT) for source in assembly.sources}
    assert compiled == set((PROJECT / "Assets").rglob("*.cs"))


def test_everything_compiles(assemblies):
    for assembly in read_assemblies(PROJECT):
        assert (assemblies / f"{assembly.name}.dll").is_file()


def test_the_part_for_the_browser_compiles(assemblies, tmp_path):
    (viewer,) = (a for a in read_assemblies(PROJECT) if a.name == "StereoViewer")
    compile_assembly(viewer, [assemblies], tmp_path, "UNITY_WEBGL")


def test_the_engine_free_tests_pass(assemblies):
    tests = assemblies / "StereoViewer.Core.Tests.dll"
    done = run(assemblies / "TestRunner.exe", str(tests), cwd=PROJECT)
    assert done.returncode == 0, done.stdout
    assert int(done.stdout.split()[0]) > 100


def faults(*rows):
    made = [Fault(file=file, old=old, new=new, found=found) for file, old, new, found in rows]
    return pytest.mark.parametrize("fault", made, ids=str)


@faults(
    (f"{SCRIPTS}/StereoRig.cs", "SetMasks();\n        }", "SetMasks()\n        }", "CS1002"),
    (f"{SCRIPTS}/StereoRig.cs", ".cullingMask = mask", ".cullingMasks = mask", "CS1061"),
    (f"{SCRIPTS}/ScreenPlacement.cs", "placedYaw);", "placedYaw, 1);", "CS1501"),
    (f"{SCRIPTS}/StereoImageView.cs", "new Vector4(1,", 'new Vector4("w",', "CS1503"),
    (f"{SCRIPTS}/StereoImageView.cs", "block = block ??", "block ??=", "CS"),
    (f"{SCRIPTS}/EyeLayers.cs", "/// <summary>The layer of one eye.</summary>", "", "CS1591"),
    (f"{SCRIPTS}/StereoViewer.asmdef", '"WebXR"', '"WebXR2"', "refers to WebXR2"),
    (f"{SCRIPTS}/StereoViewer.asmdef", ',\n        "WebXR"', "", "CS0246"),
    (f"{CORE}/ScreenPlan.cs", "using System;", "using System;\nusing UnityEngine;", "CS0246"),
    (f"{EDITOR}/PlayerSetup.cs", "PlayerSettings.colorSpace", "PlayerSettings.colourSpace", "CS"),
    (f"{EDITOR}/ProjectCheck.cs", "public void OnProcessScene", "private void OnProcess", "CS"),
    (f"{EDITOR}/StereoViewer.Editor.asmdef", '"Unity.XR.Management",', "", "CS"),
)
def test_a_planted_fault_does_not_compile(fault, plant, assemblies, tmp_path):
    copy = plant(fault)
    folder = (copy / fault.file).parent
    (spoilt,) = (a for a in read_assemblies(copy) if a.sources[0].parent == folder)
    with pytest.raises(CompileError, match=fault.found):
        compile_assembly(spoilt, [assemblies], tmp_path)


SPOILT = [
    Fault(file=f"{CORE}/{file}", old=old, new=new, found=found)
    for file, old, new, found in (
        (
            "StereoLayouts.cs",
            '"side_by_side", LeftHalf, RightHalf',
            '"side_by_side", RightHalf, LeftHalf',
            "EachEyeSeesItsView(side_by_side",
        ),
        ("StereoLayout.cs", "heightPx - (top + height)", "top", "EachEyeSeesItsView(top_bottom"),
        ("PictureSize.cs", "at + 7", "at + 5", "AJpegTellsItsSize"),
        ("LayoutGuess.cs", "sides >= stack", "sides < stack", "HalvesTell"),
        ("Likeness.cs", "shift <= Reach", "shift <= 0", "AShiftedViewIsAlike"),
        ("AddressRule.cs", "!allowForeign &&", "allowForeign &&", "ForeignOnesAreRefused"),
        ("QueryString.cs", "IndexOf('#')", "IndexOf('!')", "AQueryStartsAtTheMark"),
        ("JsonReader.cs", "DeepestNesting = 64", "DeepestNesting = 1", "ValuesKeepTheirTypes"),
        ("Manifest.cs", "-(farthestPx ?? 0)", "(farthestPx ?? 0)", "TheFixtureIsRead"),
        ("ScreenPlan.cs", "options.PerEye ? ipdM / 2", "options.PerEye ? ipdM", "ThePapersLayout"),
        ("ViewOptions.cs", "LargestM = 15", "LargestM = 16", "OptionsStayWithinTheirRanges"),
    )
]


@pytest.fixture(scope="module")
def spoilt_run(assemblies, tmp_path_factory):
    """What the engine-free tests say when all of these faults are planted at once, each in a file
    of its own.
    """
    folder = tmp_path_factory.mktemp("spoilt")
    copy = copy_project(folder)
    for fault in SPOILT:
        spoil(copy, fault)
    (core,) = (a for a in read_assemblies(copy) if a.name == "StereoViewer.Core")
    for name in ("nunit.framework.dll", "StereoViewer.Core.Tests.dll", "TestRunner.exe"):
        shutil.copy(assemblies / name, folder)
    compile_assembly(core, [assemblies], folder)
    done = run(folder / "TestRunner.exe", str(folder / "StereoViewer.Core.Tests.dll"), cwd=PROJECT)
    assert done.returncode == 1
    return done.stdout


@pytest.mark.parametrize("fault", SPOILT, ids=str)
def test_a_planted_fault_fails_the_engine_free_tests(fault, spoilt_run):
    assert fault.found in spoilt_run
