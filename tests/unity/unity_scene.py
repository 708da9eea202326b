"""What is wrong with the scene: its tree, its layers, cameras, quads and materials, and its
scripts' fields.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from unity_assets import PACKAGE_SCRIPTS, QUAD, guids, text_assets
from unity_project import VIEWER
from unity_yaml import UnityObject, read_objects, references

SCENE = f"{VIEWER}/Scenes/StereoViewer.unity"
LAYERS = {"LeftEye": 8, "RightEye": 9}
EVERYTHING = 2**32 - 1
CAMERAS = {
    "Main Camera": EVERYTHING - (1 << LAYERS["RightEye"]),
    "LeftEyeCamera": 1 << LAYERS["LeftEye"],
    "RightEyeCamera": 1 << LAYERS["RightEye"],
    "LeftEyeCameraAR": 1 << LAYERS["LeftEye"],
    "RightEyeCameraAR": 1 << LAYERS["RightEye"],
}
TREE = {
    "StereoRig": None,
    "Main Camera": "StereoRig",
    "LeftEyeCamera": "Main Camera",
    "RightEyeCamera": "Main Camera",
    "LeftEyeCameraAR": "Main Camera",
    "RightEyeCameraAR": "Main Camera",
    "Screen": "StereoRig",
    "LeftEyeQuad": "Screen",
    "RightEyeQuad": "Screen",
    "StereoViewer": None,
}
_HEADER_FIELDS = 10  # what every MonoBehaviour has before its own fields


class Scene:
    """The scene's objects, and ways to find one by name."""

    def __init__(self, project: Path):
        self.objects = read_objects(project / SCENE)
        self.by_id = {item.file_id: item for item in self.objects}
        self.named = {o.values["m_Name"]: o for o in self.objects if o.kind == "GameObject"}

    def part(self, name: str, kind: str) -> UnityObject:
        """Return the component of a kind of the object with a name."""
        ids = [entry["component"]["fileID"] for entry in self.named[name].values["m_Component"]]
        return next(self.by_id[i] for i in ids if self.by_id[i].kind == kind)


def tree_faults(project: Path) -> list[str]:
    """Return where the two directions of component and parent links disagree, and where the tree is
    another.
    """
    scene = Scene(project)
    faults = []
    for item in scene.objects:
        owner = item.values.get("m_GameObject")
        if owner and not _owns(scene.by_id.get(owner["fileID"]), item):
            faults.append(f"{item.kind} {item.file_id} is not among its object's components")
        for entry in item.values.get("m_Component", []):
            part = scene.by_id.get(entry["component"]["fileID"])
            if part is None or part.values["m_GameObject"]["fileID"] != item.file_id:
                faults.append(f"{item.values['m_Name']} lists a component of another object")
    transforms = [item for item in scene.objects if item.kind == "Transform"]
    faults += [fault for item in transforms for fault in _family_faults(scene, item)]
    (roots,) = (item for item in scene.objects if item.kind == "SceneRoots")
    listed = [entry["fileID"] for entry in roots.values["m_Roots"]]
    if listed != [t.file_id for t in transforms if t.values["m_Father"]["fileID"] == "0"]:
        faults.append("SceneRoots are not the transforms without a father")
    return faults + _shape_faults(scene)


def _owns(owner: UnityObject | None, part: UnityObject) -> bool:
    if owner is None:
        return False
    listed = [entry["component"]["fileID"] for entry in owner.values["m_Component"]]
    return part.file_id in listed


def _family_faults(scene: Scene, item: UnityObject) -> list[str]:
    faults = []
    for child in item.values["m_Children"]:
        found = scene.by_id.get(child["fileID"])
        if found is None or found.values["m_Father"]["fileID"] != item.file_id:
            faults.append(
                f"transform {item.file_id} lists child {child['fileID']} of another father"
            )
    father = item.values["m_Father"]["fileID"]
    if father != "0":
        children = scene.by_id[father].values["m_Children"] if father in scene.by_id else []
        if {"fileID": item.file_id} not in children:
            faults.append(f"transform {item.file_id} is not among its father's children")
    return faults


def _shape_faults(scene: Scene) -> list[str]:
    if set(scene.named) != set(TREE):
        return [f"the scene's objects are {sorted(scene.named)}"]
    faults = []
    for name, father in TREE.items():
        place = scene.part(name, "Transform").values["m_Father"]["fileID"]
        wanted = "0" if father is None else scene.part(father, "Transform").file_id
        if place != wanted:
            faults.append(f"{name} does not hang below {father}")
    return faults


_CENTRE_EYE = {"m_Device": "0", "m_PoseSource": "2", "m_UseRelativeTransform": "0"}


def _head_faults(scene: Scene) -> list[str]:
    ids = [c["component"]["fileID"] for c in scene.named["Main Camera"].values["m_Component"]]
    drivers = [scene.by_id[i].values for i in ids if "m_PoseSource" in scene.by_id[i].values]
    if len(drivers) != 1:
        return [f"Main Camera has {len(drivers)} pose drivers, not one"]
    return [
        f"Main Camera's pose driver has {key} {drivers[0][key]}, not {value}"
        for key, value in _CENTRE_EYE.items()
        if drivers[0][key] != value
    ]


def _turn_faults(scene: Scene) -> list[str]:
    faults = []
    for name in TREE:
        turn = scene.part(name, "Transform").values["m_LocalRotation"]
        if abs(abs(float(turn["w"])) - 1) > 1e-6:
            faults.append(f"{name} is turned: {turn}")
    return faults


def eye_faults(project: Path) -> list[str]:
    """Return what keeps an eye from seeing its own view, and nothing else."""
    scene = Scene(project)
    faults = [fault for name in CAMERAS for fault in _camera_faults(scene, name)]
    faults += _head_faults(scene) + _turn_faults(scene)
    for eye in LAYERS:
        faults += _quad_faults(scene, eye) + _material_faults(project, scene, eye)
    left, right = (scene.part(f"{eye}Quad", "Transform").values for eye in LAYERS)
    place = ("m_LocalPosition", "m_LocalRotation", "m_LocalScale")
    if any(left[key] != right[key] for key in place):
        faults.append("the quads do not stand at the same place")
    return faults


def _camera_faults(scene: Scene, name: str) -> list[str]:
    camera = scene.part(name, "Camera").values
    faults = []
    mask = camera["m_CullingMask"]["m_Bits"]
    if mask != str(CAMERAS[name]):
        faults.append(f"{name} has culling mask {mask}, not {CAMERAS[name]}")
    on = name == "Main Camera"
    if camera["m_Enabled"] != ("1" if on else "0"):
        faults.append(f"{name} must be {'on' if on else 'off'} at the start")
    if float(camera["near clip plane"]) > 0.1:
        faults.append(f"{name} cuts off what is nearer than 0.1 m")
    return faults


def _quad_faults(scene: Scene, eye: str) -> list[str]:
    name = f"{eye}Quad"
    layer = scene.named[name].values["m_Layer"]
    faults = []
    if layer != str(LAYERS[eye]):
        faults.append(f"{name} is in layer {layer}, not {LAYERS[eye]}")
    if scene.part(name, "MeshFilter").values["m_Mesh"] != QUAD:
        faults.append(f"{name} is no quad")
    return faults


def _material_faults(project: Path, scene: Scene, eye: str) -> list[str]:
    (used,) = scene.part(f"{eye}Quad", "MeshRenderer").values["m_Materials"]
    path = guids(project).get(used.get("guid", ""))
    if path is None or path.name != f"{eye}Material.mat":
        return [f"{eye}Quad does not use {eye}Material"]
    (material,) = read_objects(path)
    shader = guids(project).get(material.values["m_Shader"].get("guid", ""))
    if shader is None or shader.name != "StereoEye.shader":
        return [f"{path.name} does not use StereoEye.shader"]
    saved = material.values["m_SavedProperties"]
    texture = saved["m_TexEnvs"][0]["_MainTex"]
    start = 0.0 if eye == "LeftEye" else 0.5
    bounds = {key: float(text) for key, text in saved["m_Colors"][0]["_Bounds"].items()}
    faults = []
    if _pair(texture["m_Scale"]) != (0.5, 1) or _pair(texture["m_Offset"]) != (start, 0):
        faults.append(f"{path.name} does not show its half of the picture")
    if bounds != {"r": start, "g": 0, "b": start + 0.5, "a": 1}:
        faults.append(f"{path.name} does not keep to its half of the picture")
    return faults


def _pair(vector: Mapping[str, str]) -> tuple[float, float]:
    return float(vector["x"]), float(vector["y"])


def field_faults(project: Path, fields: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return script fields that no class has, that are missing, or that refer to the wrong class.

    Args:
        project: the project.
        fields: class to field to the class it refers to, or "value"; from the compiled C#.
    """
    scripts = {
        guid: f"StereoViewer.{p.stem}" for guid, p in guids(project).items() if p.suffix == ".cs"
    }
    scripts |= PACKAGE_SCRIPTS
    faults = []
    for path in text_assets(project):
        objects = read_objects(path)
        kinds = {item.file_id: _kind(item, scripts) for item in objects}
        for item in objects:
            if item.kind != "MonoBehaviour":
                continue
            name = kinds[item.file_id]
            own = dict(list(item.values.items())[_HEADER_FIELDS:])
            wanted = fields.get(name)
            if wanted is None:
                faults.append(f"{path.name}: there is no script {name}")
                continue
            for field in own.keys() ^ wanted.keys():
                faults.append(f"{path.name}: {name} and its asset disagree on {field}")
            for field in own.keys() & wanted.keys():
                if wanted[field] != "value":
                    faults += _type_faults(
                        project, kinds, f"{name}.{field}", own[field], wanted[field]
                    )
    return faults


def _kind(item: UnityObject, scripts: Mapping[str, str]) -> str:
    if item.kind != "MonoBehaviour":
        return item.kind
    guid = item.values["m_Script"]["guid"]
    return scripts.get(guid, guid)


def _type_faults(
    project: Path, kinds: Mapping[str, str], field: str, value: Any, wanted: str
) -> list[str]:
    found = references(value)
    if not found:
        return [f"{field} refers to nothing"]
    faults = []
    for reference in found:
        if "guid" in reference:
            path = guids(project).get(reference["guid"])
            kind = {".png": "Texture2D", ".json": "TextAsset", ".asset": wanted}.get(
                path.suffix if path else "", "nothing"
            )
        else:
            kind = kinds.get(reference["fileID"], "nothing").rpartition(".")[2]
        optional = field.endswith("m_PoseProviderComponent")
        if kind != wanted and not (optional and reference["fileID"] == "0"):
            faults.append(f"{field} refers to a {kind}, not to a {wanted}")
    return faults
