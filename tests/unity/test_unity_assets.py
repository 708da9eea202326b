"""Files, GUIDs, scene and settings of the Unity project; every check fails on a planted fault."""

import json

import numpy as np
import pytest
from unity_assets import assets, file_faults, guids, reference_faults
from unity_project import PROJECT, ROOT, VIEWER, Fault, copy_project
from unity_scene import SCENE, eye_faults, field_faults, tree_faults
from unity_settings import settings_faults

from spatial import load_photo
from spatial.settings import InputLayout

CHECKS = [file_faults, reference_faults, tree_faults, eye_faults, settings_faults]
SETTINGS = "ProjectSettings/ProjectSettings.asset"
BUILD = "ProjectSettings/EditorBuildSettings.asset"
TAGS = "ProjectSettings/TagManager.asset"
WEBXR = "Assets/XR/Settings/Web XR Settings.asset"
GENERAL = "Assets/XR/XRGeneralSettings.asset"
PACKAGES = "Packages/manifest.json"
LEFT_MATERIAL = f"{VIEWER}/Materials/LeftEyeMaterial.mat"
RIGHT_MATERIAL = f"{VIEWER}/Materials/RightEyeMaterial.mat"
GUIDS = {path.name: guid for guid, path in guids(PROJECT).items()}
SCENE_GUID, LOADER_GUID = GUIDS["StereoViewer.unity"], GUIDS["Web XR Loader.asset"]


def planted(check, file, old, new, found):
    fault = Fault(file=file, old=old, new=new, found=found)
    return pytest.param(check, fault, id=f"{check.__name__}-{fault}")


FAULTS = [
    planted(file_faults, f"{SCENE}.meta", "guid: ", "guid: x", "no valid GUID"),
    planted(file_faults, f"{SCENE}.meta", SCENE_GUID, "d" * 31, "no valid GUID"),
    planted(file_faults, f"{SCENE}.meta", SCENE_GUID, LOADER_GUID, "is used 2 times"),
    planted(file_faults, f"{VIEWER}/Scenes.meta", "folderAsset: yes\n", "", "file for a folder"),
    planted(reference_faults, SCENE, "%YAML 1.1", "%YAML 1.2", "header"),
    planted(reference_faults, SCENE, "--- !u!23 &803", "--- !u!23 &903", "used twice"),
    planted(reference_faults, SCENE, "{fileID: 803}", "{fileID: 804}", "dangling fileID 804"),
    planted(reference_faults, SCENE, "9f6b70cf", "9f6b70c0", "no asset has GUID 9f6b70c0"),
    planted(reference_faults, SCENE, "{fileID: 10210,", "{fileID: 10209,", "built-in object 10209"),
    planted(reference_faults, SCENE, "fileID: 2100000,", "fileID: 11400000,", "is referred to as"),
    planted(reference_faults, LEFT_MATERIAL, "fileID: 4800000", "fileID: 46", "is referred to as"),
    planted(reference_faults, SCENE, "  m_Layer: 8", " m_Layer: 8", "cannot be read"),
    planted(tree_faults, SCENE, "  m_Father: {fileID: 701}", "  m_Father: {fileID: 101}", "father"),
    planted(tree_faults, SCENE, "  - {fileID: 801}\n", "", "not among its father's children"),
    planted(tree_faults, SCENE, "  - component: {fileID: 803}\n", "", "not among its object's"),
    planted(tree_faults, SCENE, "component: {fileID: 803}", "component: {fileID: 903}", "another"),
    planted(tree_faults, SCENE, "  - {fileID: 1001}\n", "", "SceneRoots"),
    planted(tree_faults, SCENE, "m_Name: LeftEyeQuad", "m_Name: LeftQuad", "objects are"),
    planted(eye_faults, SCENE, "m_Bits: 512", "m_Bits: 256", "RightEyeCamera has culling mask"),
    planted(eye_faults, SCENE, "m_Bits: 4294966783", "m_Bits: 4294967295", "Main Camera has"),
    planted(eye_faults, SCENE, "m_Layer: 8", "m_Layer: 9", "LeftEyeQuad is in layer 9"),
    planted(eye_faults, SCENE, "near clip plane: 0.05", "near clip plane: 0.3", "nearer than"),
    planted(eye_faults, SCENE, "m_PoseSource: 2", "m_PoseSource: 0", "m_PoseSource 0, not 2"),
    planted(
        eye_faults,
        SCENE,
        "w: 1}\n  m_LocalPosition: {x: 0, y: 1.6, z: 2.5}",
        "w: 0}\n  m_LocalPosition: {x: 0, y: 1.6, z: 2.5}",
        "Screen is turned",
    ),
    planted(
        eye_faults,
        SCENE,
        "m_LocalPosition: {x: 0, y: 0, z: 0}\n  m_LocalScale: {x: 2,",
        "m_LocalPosition: {x: -0.0315, y: 0, z: 0}\n  m_LocalScale: {x: 2,",
        "same place",
    ),
    planted(eye_faults, LEFT_MATERIAL, "m_Offset: {x: 0,", "m_Offset: {x: 0.5,", "show its half"),
    planted(eye_faults, RIGHT_MATERIAL, "m_Scale: {x: 0.5,", "m_Scale: {x: 1,", "show its half"),
    planted(eye_faults, RIGHT_MATERIAL, "{r: 0.5, g: 0,", "{r: 0, g: 0,", "keep to its half"),
    planted(settings_faults, SETTINGS, "m_ActiveColorSpace: 0", "m_ActiveColorSpace: 1", "Color"),
    planted(settings_faults, SETTINGS, "PROJECT:StereoViewer", "PROJECT:Other", "no template"),
    planted(settings_faults, SETTINGS, "CompressionFormat: 2", "CompressionFormat: 0", "Compress"),
    planted(
        settings_faults, TAGS, "  - LeftEye\n  - RightEye\n", "  - RightEye\n  - LeftEye\n", "8"
    ),
    planted(settings_faults, TAGS, "  - UI\n", "", "31 layers"),
    planted(settings_faults, BUILD, SCENE_GUID, "e" * 32, "scene is not the viewer's"),
    planted(settings_faults, BUILD, "WebXR.Settings:", "WebXR.Setting:", "WebXR.Settings is not"),
    planted(settings_faults, WEBXR, "DisplaySubsystem: 1", "DisplaySubsystem: 0", "DisableXR"),
    planted(settings_faults, GENERAL, "Keys: 0d000000", "Keys: 01000000", "not WebGL's"),
    planted(settings_faults, GENERAL, LOADER_GUID, "e" * 32, "does not list the WebXR loader"),
    planted(settings_faults, SETTINGS, "ExceptionSupport: 1", "ExceptionSupport: 0", "Exception"),
    planted(settings_faults, PACKAGES, '"0.25.0"', '"0.22.1"', "webxr 0.22.1 is no version"),
    planted(settings_faults, PACKAGES, '"0.25.0"', '"0.99.0"', "webxr 0.99.0 is no version"),
    planted(settings_faults, PACKAGES, '"2.1.10"', '"2.1.99"', "helpers 2.1.99 is no version"),
    planted(settings_faults, PACKAGES, '"4.4.0"', '"latest"', "management latest is no version"),
    planted(settings_faults, PACKAGES, '"com.unity.modules.xr"', '"com.unity.modules.x"', "xr is"),
    planted(settings_faults, PACKAGES, '"com.de-panther"', '"com.other"', "no registry"),
    planted(
        settings_faults,
        f"{VIEWER}/Textures/self_test_sbs.png.meta",
        "enableMipMap: 0",
        "enableMipMap: 1",
        "enableMipMap",
    ),
    planted(
        settings_faults,
        f"{VIEWER}/Plugins/WebGL/StereoBridge.jslib.meta",
        "enabled: 0",
        "enabled: 1",
        "WebGL alone",
    ),
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_project_has_no_fault(check):
    assert check(PROJECT) == []


@pytest.mark.parametrize(("check", "fault"), FAULTS)
def test_a_planted_fault_is_found(check, fault, plant):
    assert any(fault.found in said for said in check(plant(fault)))


def test_a_missing_meta_is_found(tmp_path):
    copy = copy_project(tmp_path)
    (copy / f"{SCENE}.meta").unlink()
    assert any("has no .meta" in said for said in file_faults(copy))


def test_a_left_over_meta_is_found(tmp_path):
    copy = copy_project(tmp_path)
    (copy / SCENE).unlink()
    assert any("belongs to nothing" in said for said in file_faults(copy))


def test_script_fields_are_those_of_the_classes(fields):
    assert field_faults(PROJECT, fields) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("  leftQuad: ", "  leftQuads: ", "disagree on leftQuads"),
        ("cameraL: {fileID: 302}", "cameraL: {fileID: 301}", "refers to a Transform"),
        ("leftQuad: {fileID: 803}", "leftQuad: {fileID: 802}", "refers to a MeshFilter"),
        ("view: {fileID: 1002}", "view: {fileID: 1003}", "refers to a StereoImageLoader"),
        ("cameraARR: {fileID: 602}", "cameraARR: {fileID: 0}", "refers to a nothing"),
        ("  m_UseRelativeTransform: 0\n", "", "disagree on m_UseRelativeTransform"),
    ],
)
def test_a_planted_field_fault_is_found(old, new, found, fields, plant):
    copy = plant(Fault(file=SCENE, old=old, new=new, found=found))
    assert any(found in said for said in field_faults(copy, fields))


def test_sources_stay_short_and_name_no_machine():
    for path in [p for p in assets(PROJECT) if p.suffix in {".cs", ".js", ".jslib", ".html"}]:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 300, path
        assert max(map(len, lines)) <= 125, path


def test_the_example_workflow_uses_the_projects_editor():
    version = (PROJECT / "ProjectSettings/ProjectVersion.txt").read_text(encoding="utf-8")
    workflow = (ROOT / "unity_webxr/ci/unity.yml.example").read_text(encoding="utf-8")
    assert version.split()[1] in workflow
    assert "StereoViewer.Editor.BuildWebXR.Build" in workflow


def test_the_command_of_the_readme_builds_for_the_web():
    """Without a target the editor opens the project for the desktop first, and the loader is not
    the browser's.
    """
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    (command,) = (line for line in readme.splitlines() if line.startswith("Unity -batchmode"))
    assert "-buildTarget WebGL " in command
    versions = json.loads((PROJECT / PACKAGES).read_text(encoding="utf-8"))["dependencies"]
    assert f"#webxr/{versions['com.de-panther.webxr']}`" in readme


def test_the_self_test_picture_tells_the_eyes_apart():
    path = PROJECT / VIEWER / "Textures/self_test_sbs.png"
    picture = load_photo(path, layout=InputLayout.MONO).rgb.astype(int)
    left, right = np.split(picture, 2, axis=1)
    red, blue, yellow = (229, 72, 77), (62, 139, 255), (215, 182, 92)

    def columns(view, colour):
        return np.flatnonzero((np.abs(view - colour).max(axis=2) < 12).sum(axis=0) > 5)

    assert columns(left, red).size > 100 < columns(right, blue).size
    assert columns(right, red).size == columns(left, blue).size == 0
    near_px = columns(left, yellow)[-1] - columns(right, yellow)[-1]
    far_px = columns(left, yellow)[0] - columns(right, yellow)[0]
    assert near_px == pytest.approx(24, abs=1)
    assert far_px == pytest.approx(-24, abs=1)
