"""What is wrong with files, .meta files and GUIDs, and with references from one asset to
another.
"""

import re
from collections import Counter
from pathlib import Path

from unity_yaml import read_objects, references

_GUID = re.compile(r"^guid: (.*)$", re.MULTILINE)

# fileID of an asset's main object by kind of file.
_MAIN_OBJECT = {
    ".cs": "11500000",
    ".mat": "2100000",
    ".asset": "11400000",
    ".shader": "4800000",
    ".png": "2800000",
    ".json": "4900000",
}

# Scripts of packages, by the GUID of their .meta file.
PACKAGE_SCRIPTS = {
    "9f6b70cf8d6f4f94f931699457ea09a0": "WebXR.WebXRCamera",
    "b6dc105203eb445fa37284ce6e2e4353": "WebXR.WebXRLoader",
    "fc85f61fbfe6db9419f177419a072d26": "WebXR.WebXRSettings",
    "5a2a9c34df4095f47b9ca8f975175f5b": "UnityEngine.SpatialTracking.TrackedPoseDriver",
    "d2dc886499c26824283350fa532d087d": "UnityEditor.XR.Management.XRGeneralSettingsPerBuildTarget",
    "d236b7d11115f2143951f1e14045df39": "UnityEngine.XR.Management.XRGeneralSettings",
    "f4c3631f5e58749a59194e0cf6baf6d5": "UnityEngine.XR.Management.XRManagerSettings",
}
BUILT_IN = "0000000000000000e000000000000000"
QUAD = {"fileID": "10210", "guid": BUILT_IN, "type": "0"}


def assets(project: Path) -> list[Path]:
    """Return every asset and folder of a project."""
    found = (project / "Assets").rglob("*")
    return sorted(path for path in found if path.suffix != ".meta")


def text_assets(project: Path) -> list[Path]:
    """Return every file that holds Unity objects as text."""
    kinds = {".unity", ".mat", ".asset"}
    settings = (project / "ProjectSettings").iterdir()
    return [p for p in [*assets(project), *sorted(settings)] if p.suffix in kinds]


def guids(project: Path) -> dict[str, Path]:
    """Return GUID to asset, of the assets that have a readable one."""
    found = {}
    for meta in (project / "Assets").rglob("*.meta"):
        match = _GUID.search(meta.read_text(encoding="utf-8"))
        if match:
            found[match[1]] = meta.with_suffix("")
    return found


def file_faults(project: Path) -> list[str]:
    """Return what is wrong with .meta files."""
    faults = [f"{p} has no .meta" for p in assets(project) if not Path(f"{p}.meta").is_file()]
    seen: Counter[str] = Counter()
    for meta in sorted((project / "Assets").rglob("*.meta")):
        asset, text = meta.with_suffix(""), meta.read_text(encoding="utf-8")
        guid = (_GUID.findall(text) or [""])[0]
        seen[guid] += 1
        if not asset.exists():
            faults.append(f"{meta.name} belongs to nothing")
        if not re.fullmatch("[0-9a-f]{32}", guid):
            faults.append(f"{meta.name} has no valid GUID: {guid!r}")
        if asset.is_dir() != ("folderAsset: yes" in text):
            faults.append(f"{meta.name} takes a file for a folder or the reverse")
    return faults + [f"GUID {guid} is used {n} times" for guid, n in seen.items() if n > 1]


def reference_faults(project: Path) -> list[str]:
    """Return references that lead nowhere, or to the wrong kind of thing."""
    known = guids(project)
    faults = []
    for path in text_assets(project):
        try:
            objects = read_objects(path)
        except ValueError as error:
            faults.append(str(error))
            continue
        own = {item.file_id for item in objects}
        faults += [
            f"{path.name}: fileID {file_id} is used twice"
            for file_id, n in Counter(item.file_id for item in objects).items()
            if n > 1
        ]
        for item in objects:
            for reference in references(item.values):
                fault = _reference_fault(reference, own, known)
                if fault:
                    faults.append(f"{path.name}: {item.kind} {item.file_id}: {fault}")
    return faults


def _reference_fault(reference: dict[str, str], own: set[str], known: dict[str, Path]) -> str:
    file_id, guid = reference["fileID"], reference.get("guid")
    if guid is None:
        return "" if file_id == "0" or file_id in own else f"dangling fileID {file_id}"
    if guid == BUILT_IN:
        return "" if reference == QUAD else f"unknown built-in object {file_id}"
    if guid in PACKAGE_SCRIPTS:
        return "" if file_id == "11500000" else f"a script has fileID 11500000, not {file_id}"
    if guid not in known:
        return f"no asset has GUID {guid}"
    path = known[guid]
    wanted = _MAIN_OBJECT.get(path.suffix)
    imported = path.suffix in {".cs", ".shader", ".png", ".json"}
    if (file_id, reference.get("type")) != (wanted, "3" if imported else "2"):
        return f"{path.name} is referred to as fileID {file_id}, type {reference.get('type')}"
    return ""
