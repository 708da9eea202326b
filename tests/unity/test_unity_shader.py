"""The shader compiles, and keeps every sample within its eye's view."""

import re
import subprocess

import pytest
from unity_project import HERE, PROJECT, VIEWER, Fault, tool

SHADER = f"{VIEWER}/Shaders/StereoEye.shader"
_PROGRAM = re.compile(r"CGPROGRAM\n(.*?)ENDCG", re.DOTALL)


# Render state that the quads need: seen from both sides, hidden by nothing, all colours, opaque.
_STATE = {
    "Cull": "Off",
    "ZWrite": "On",
    "ZTest": "LEqual",
    "ColorMask": "RGBA",
    "Blend": "Off",
    "Offset": "0, 0",
    "Lighting": "Off",
}
_NEVER = ("Stencil", "Conservative", "AlphaToMask", "LOD", "Fallback", "UsePass", "GrabPass")


def state_faults(around):
    """Return render state that keeps a quad from being seen."""
    found = []
    for name, wanted in _STATE.items():
        for value in re.findall(rf"(?m)^\s*{name}\s+(.+?)\s*$", around):
            if value != wanted:
                found.append(f"{name} is {value}, not {wanted}")
    return found + [f"there is {name}" for name in _NEVER if re.search(rf"\b{name}\b", around)]


def faults_of(path, folder):
    """Return what a compiler says of the program, and what is wrong around it."""
    text = path.read_text(encoding="utf-8")
    program = _PROGRAM.search(text)
    if program is None:
        return ["there is no program"]
    around = re.sub(r"//.*|\"[^\"]*\"", "", _PROGRAM.sub("", text))
    found = [] if around.count("{") == around.count("}") else ["braces do not match"]
    for keyword in ("Shader", "Properties", "SubShader", "Pass", "Cull Off"):
        if not re.search(rf"\b{keyword}\b", around):
            found.append(f"there is no {keyword}")
    found += state_faults(around)
    for name in ("_MainTex", "_Bounds"):
        if not re.search(rf"^\s*{name} \(", text, re.MULTILINE):
            found.append(f"{name} is no property")
    for stage in ("vert", "frag"):
        source = folder / f"eye.{stage}"
        body = re.sub(r"(?m)^\s*#pragma.*$", "", program[1])
        source.write_text(f"#extension GL_GOOGLE_include_directive : enable\n{body}")
        command = [tool("glslangValidator", "glslang-tools"), "-D", "-V", "-e", stage]
        paths = [f"-I{HERE / 'page'}", "-o", str(folder / "eye.spv"), str(source)]
        done = subprocess.run([*command, *paths], capture_output=True, text=True, check=False)
        if done.returncode:
            found.append(done.stdout)
    return found


def test_the_shader_has_no_fault(tmp_path):
    assert faults_of(PROJECT / SHADER, tmp_path) == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(file=SHADER, old="_Bounds.xy,", new="_Bound.xy,", found="_Bound"),
        Fault(file=SHADER, old="tex2D(_MainTex, uv)", new="tex2D(_MainTex)", found="tex2D"),
        Fault(file=SHADER, old="tex2D(_MainTex,", new="tex2D(_Main,", found="_Main"),
        Fault(file=SHADER, old="return corner;", new="return corner", found="frag"),
        Fault(file=SHADER, old="        Pass\n        {", new="        Pass\n", found="braces"),
        Fault(file=SHADER, old="Cull Off", new="Cull Back", found="no Cull Off"),
        Fault(
            file=SHADER,
            old="ZWrite On",
            new="ZWrite On\n            ZTest Never",
            found="ZTest is Never",
        ),
        Fault(file=SHADER, old="ZWrite On", new="ColorMask 0", found="ColorMask is 0"),
        Fault(file=SHADER, old="Lighting Off", new="Stencil { Comp Never }", found="Stencil"),
        Fault(file=SHADER, old='_Bounds ("', new='_Bound ("', found="_Bounds is no property"),
        Fault(file=SHADER, old="ENDCG", new="", found="no program"),
    ],
    ids=str,
)
def test_a_planted_fault_is_found(fault, plant, tmp_path):
    said = faults_of(plant(fault) / SHADER, tmp_path)
    assert said
    assert fault.found in "\n".join(said) or fault.found == "frag"
