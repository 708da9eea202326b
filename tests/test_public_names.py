"""``import spatial`` is light, and every public name is there."""

import subprocess
import sys

import pytest

import spatial


def test_import_is_light():
    code = (
        "import sys, spatial; heavy = {'torch', 'diffusers', 'transformers', 'gradio', 'cv2'}"
        " & set(sys.modules); print(sorted(heavy))"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize("name", spatial.__all__)
def test_public_name(name):
    assert getattr(spatial, name).__name__ == name


def test_unknown_name():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = spatial.no_such_name
