"""The files of a checkpoint, checked before anything is built from them."""

import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from spatial.depth.errors import CheckpointError

DAMAGED = "the file is damaged or was cut off; download or export it again"
MOST_WORDS = 300
_MOST_JSON, _MOST_OF_ANYTHING = 8_000_000, 1_000_000


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file.

    Raises:
        CheckpointError: the file is missing, far too large, or holds no JSON object.
    """
    try:
        with path.open(encoding="utf-8") as file:
            content = json.loads(file.read(_MOST_JSON))
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}); is this the folder of a depth checkpoint?"
        raise CheckpointError(msg) from error
    except (ValueError, RecursionError) as error:
        msg = f"{path} is not JSON: {DAMAGED}"
        raise CheckpointError(msg) from error
    if not isinstance(content, dict):
        msg = f"{path} must hold a JSON object; {DAMAGED}"
        raise CheckpointError(msg)
    return content


def check_weight_files(folder: Path, stem: str) -> None:
    """Check that the safetensors file, or every shard of it, is there and complete.

    Raises:
        CheckpointError: one is missing, cut off or something else; the message names it.
    """
    single, index = folder / f"{stem}.safetensors", folder / f"{stem}.safetensors.index.json"
    if index.is_file():
        shards = read_json(index).get("weight_map")
        if not isinstance(shards, dict) or not all(map(_is_name, shards.values())) or not shards:
            msg = f"{index} does not say which file holds which weights; {DAMAGED}"
            raise CheckpointError(msg)
        files = [folder / shard for shard in sorted(set(shards.values()))]
    else:
        files = [single]
    for file in files:
        if not file.is_file():
            msg = (
                f"{file} is missing; download or export the checkpoint again (only safetensors "
                "weights are read)"
            )
            raise CheckpointError(msg)
        try:
            with safe_open(file, framework="pt"):
                pass
        except (SafetensorError, OSError) as error:
            msg = f"{file}: {DAMAGED} ({error})"
            raise CheckpointError(msg) from error


def check_model(folder: Path, stem: str) -> None:
    """Raise CheckpointError unless a model's files are there, and its numbers fit its weights."""
    path = folder / "config.json"
    config = read_json(path)
    check_weight_files(folder, stem)
    if config.get("quantization_config"):
        msg = f"{path}: the weights are quantised, which is not read; take the full ones"
        raise CheckpointError(msg)
    tensors = 0
    for file in folder.glob("*.safetensors"):
        with safe_open(file, framework="pt") as weights:
            tensors += len(weights.keys())
    check_numbers(config, path, most_layers=tensors)


def check_numbers(config: dict[str, Any], path: Path, *, most_layers: int) -> None:
    """Raise CheckpointError for numbers that no model has, or over ``most_layers`` layers."""
    waiting: list[tuple[str, object]] = list(config.items())
    while waiting:
        name, value = waiting.pop()
        most = most_layers if "layers" in name or name.endswith("_blocks") else _MOST_OF_ANYTHING
        if isinstance(value, dict):
            waiting += [(str(key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(name, inner) for inner in value]
            value, most = len(value), most_layers
        if isinstance(value, int) and abs(value) > most:
            msg = (
                f"{path}: {short(name)} is {short(value)}, more than its weights can hold; "
                f"{DAMAGED}"
            )
            raise CheckpointError(msg)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value == Path(value).name != ""


def short(value: object) -> str:
    """Return a value as Python writes it, cut where it is long."""
    return repr(value)[:MOST_WORDS]
