"""Unity's text assets: YAML documents, one for each object, every value as text."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_HEADER = "%YAML 1.1\n%TAG !u! tag:unity3d.com,2011:\n"
_TAG = re.compile(r"^--- !u!(\d+) &(-?\d+)\n", re.MULTILINE)
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # values stay text: a GUID is no number


@dataclass(frozen=True, slots=True, kw_only=True)
class UnityObject:
    """One object: class number, number within the file, class name, and its fields."""

    class_id: int
    file_id: str
    kind: str
    values: dict[str, Any]


def read_objects(path: Path) -> list[UnityObject]:
    """Return a file's objects in order.

    Raises:
        ValueError: the file's header or a tag line is not as Unity writes it.
    """
    text = path.read_text(encoding="utf-8")
    if not text.startswith(_HEADER):
        msg = f"{path.name}: the header is not Unity's"
        raise ValueError(msg)
    parts = _TAG.split(text[len(_HEADER) :])
    if parts[0]:
        msg = f"{path.name}: text before the first object"
        raise ValueError(msg)
    return [
        _object(path, int(class_id), file_id, body)
        for class_id, file_id, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    ]


def _object(path: Path, class_id: int, file_id: str, body: str) -> UnityObject:
    try:
        ((kind, values),) = yaml.load(body, Loader=_LOADER).items()
    except (yaml.YAMLError, AttributeError, ValueError) as error:
        msg = f"{path.name}: object {file_id} cannot be read: {error}"
        raise ValueError(msg) from error
    return UnityObject(class_id=class_id, file_id=file_id, kind=kind, values=values)


def references(value: object) -> list[dict[str, str]]:
    """Return every reference, ``{fileID, guid, type}``, within a value."""
    if isinstance(value, dict):
        if "fileID" in value:
            return [value]
        return [found for item in value.values() for found in references(item)]
    if isinstance(value, list):
        return [found for item in value for found in references(item)]
    return []
