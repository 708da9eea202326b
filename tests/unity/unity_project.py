"""Where the Unity project is, the tools that check it, and copies of it with a fault planted."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from absent import missing

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "unity_webxr"
VIEWER = "Assets/StereoViewer"
HERE = Path(__file__).parent


def tool(name: str, package: str) -> str:
    """Return the path of a command; without it the test is skipped, and fails where CI is set."""
    path = shutil.which(name)
    if path is None:
        missing(f"{name} is missing: apt-get install {package}")
    return str(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault to plant: in ``file``, ``old`` becomes ``new``; the check must then say ``found``."""

    file: str
    old: str
    new: str
    found: str

    def __str__(self) -> str:
        """Return the test's id."""
        return f"{Path(self.file).name}: {self.old.strip()[:30]} -> {self.new.strip()[:30]}"


def copy_project(folder: Path) -> Path:
    """Return a copy of the project, in ``folder``, made of links to its files."""
    return Path(shutil.copytree(PROJECT, folder / PROJECT.name, copy_function=os.symlink))


def spoil(copy: Path, fault: Fault) -> None:
    """Plant a fault in a copy of the project."""
    path = copy / fault.file
    text = path.read_text(encoding="utf-8")
    assert fault.old in text, f"{fault.file} has no {fault.old!r} to spoil"
    path.unlink()  # the link, not the project's file
    path.write_text(text.replace(fault.old, fault.new, 1), encoding="utf-8")


def mend(copy: Path, fault: Fault) -> None:
    """Take a planted fault out of a copy."""
    (copy / fault.file).unlink()
    (copy / fault.file).symlink_to(PROJECT / fault.file)
