"""What is wrong with project settings, XR settings, packages and importers."""

import json
import re
from pathlib import Path
from typing import Any

import yaml
from unity_assets import guids
from unity_project import VIEWER
from unity_scene import LAYERS, SCENE
from unity_yaml import read_objects

_PLAYER = {
    "m_ActiveColorSpace": "0",
    "runInBackground": "1",
    "webGLTemplate": "PROJECT:StereoViewer",
    "webGLCompressionFormat": "2",
    "webGLDataCaching": "1",
    "webGLExceptionSupport": "1",
    "activeInputHandler": "0",
}
_XR = {
    "VRRequiredReferenceSpace": "2",
    "VROptionalFeatures": "0",
    "AutoLoadWebXRManager": "1",
    "AutoLoadWebXRInputSystem": "0",
    "DisableXRDisplaySubsystem": "1",
}
# Versions that exist and whose sources or pages were read; a registry is not asked.
_PACKAGES = {
    "com.de-panther.webxr": {"0.23.0", "0.24.0", "0.25.0"},
    "com.unity.xr.management": {"4.4.0"},
    "com.unity.xr.legacyinputhelpers": {"2.1.10"},
    "com.unity.test-framework": {"1.1.33"},
}
_MODULES = (
    "imageconversion",
    "imgui",
    "jsonserialize",
    "subsystems",
    "unitywebrequest",
    "vr",
    "xr",
)
_KNOWN = _PACKAGES | {f"com.unity.modules.{name}": {"1.0.0"} for name in _MODULES}
_TEXTURE = ("enableMipMap: 0", "sRGBTexture: 1", "nPOTScale: 0", "wrapU: 1", "wrapV: 1")


def settings_faults(project: Path) -> list[str]:
    """Return every fault."""
    return [
        *_player_faults(project),
        *_layer_faults(project),
        *_build_faults(project),
        *_xr_faults(project),
        *_package_faults(project),
        *_importer_faults(project),
    ]


def _values(project: Path, path: str) -> dict[str, Any]:
    return read_objects(project / path)[0].values


def _player_faults(project: Path) -> list[str]:
    player = _values(project, "ProjectSettings/ProjectSettings.asset")
    editor = _values(project, "ProjectSettings/EditorSettings.asset")
    version = (project / "ProjectSettings/ProjectVersion.txt").read_text(encoding="utf-8")
    faults = [f"{k} is {player.get(k)}, not {v}" for k, v in _PLAYER.items() if player.get(k) != v]
    if editor["m_SerializationMode"] != "2":
        faults.append("assets are not kept as text")
    if not re.match(r"m_EditorVersion: 2022\.3\.\d+f1\n", version):
        faults.append("the editor is not of 2022.3")
    template = str(player.get("webGLTemplate")).removeprefix("PROJECT:")
    if not (project / "Assets" / "WebGLTemplates" / template / "index.html").is_file():
        faults.append(f"there is no template {template}")
    return faults


def _layer_faults(project: Path) -> list[str]:
    layers = _values(project, "ProjectSettings/TagManager.asset")["layers"]
    faults = [] if len(layers) == 32 else [f"there are {len(layers)} layers, not 32"]
    for name, index in LAYERS.items():
        if layers.index(name) != index if name in layers else True:
            faults.append(f"layer {index} is not {name}")
    return faults


def _build_faults(project: Path) -> list[str]:
    build = _values(project, "ProjectSettings/EditorBuildSettings.asset")
    (scene,) = build["m_Scenes"]
    faults = []
    if scene["path"] != SCENE or guids(project).get(scene["guid"]) != project / SCENE:
        faults.append("the build's scene is not the viewer's")
    wanted = {
        "WebXR.Settings": "Web XR Settings.asset",
        "com.unity.xr.management.loader_settings": "XRGeneralSettings.asset",
    }
    for key, name in wanted.items():
        reference = build["m_configObjects"].get(key, {})
        path = guids(project).get(reference.get("guid", ""))
        if path is None or path.name != name:
            faults.append(f"{key} is not {name}")
    return faults


def _xr_faults(project: Path) -> list[str]:
    settings = _values(project, "Assets/XR/Settings/Web XR Settings.asset")
    faults = [f"{k} is {settings.get(k)}, not {v}" for k, v in _XR.items() if settings.get(k) != v]
    general = {
        o.file_id: o.values for o in read_objects(project / "Assets/XR/XRGeneralSettings.asset")
    }
    targets = general["11400000"]
    if targets["Keys"] != "0d000000":
        faults.append("the XR settings are not WebGL's")
    manager = general[general[targets["Values"][0]["fileID"]]["m_LoaderManagerInstance"]["fileID"]]
    loaders = [guids(project).get(entry["guid"]) for entry in manager["m_Loaders"]]
    if [path.name for path in loaders if path] != ["Web XR Loader.asset"]:
        faults.append("the XR manager does not list the WebXR loader")
    return faults


def _package_faults(project: Path) -> list[str]:
    manifest = json.loads((project / "Packages/manifest.json").read_text(encoding="utf-8"))
    found = manifest["dependencies"]
    faults = [f"{name} is missing" for name in _KNOWN.keys() - found.keys()]
    faults += [
        f"{name} {version} is no version that is known to exist"
        for name, version in found.items()
        if version not in _KNOWN.get(name, ())
    ]
    scopes = [s for r in manifest["scopedRegistries"] for s in r["scopes"]]
    if "com.de-panther" not in scopes:
        faults.append("no registry serves com.de-panther")
    return faults


def _importer_faults(project: Path) -> list[str]:
    viewer = project / VIEWER
    texture = (viewer / "Textures/self_test_sbs.png.meta").read_text(encoding="utf-8")
    faults = [f"the self-test picture lacks {line}" for line in _TEXTURE if line not in texture]
    plugin = (viewer / "Plugins/WebGL/StereoBridge.jslib.meta").read_text(encoding="utf-8")
    platforms = yaml.load(plugin, yaml.BaseLoader)["PluginImporter"]["platformData"]
    on = [list(p["first"]) for p in platforms if p["second"]["enabled"] == "1"]
    if on != [["WebGL"]]:
        faults.append("StereoBridge.jslib is not for WebGL alone")
    return faults
