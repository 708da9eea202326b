"""Strict loading of checkpoint folders: nothing that a model needs is ever left at random values.

The libraries' own loaders fill missing weights with random numbers and go on. Here everything that
is missing, left over, damaged or of another shape is an error that names the file.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import torch
from diffusers.models.modeling_utils import ModelMixin
from diffusers.utils import logging as diffusers_logging
from safetensors import SafetensorError
from transformers.utils import logging as transformers_logging

from spatial.depth.errors import CheckpointError
from spatial.depth.model_files import (
    MOST_WORDS,
    check_model,
    check_numbers,
    read_json,
    short,
)
from spatial.records import DepthKind, DepthSpace

INDEX_FILE = "model_index.json"
Choice = TypeVar("Choice", bound=Enum)
_MOST_STEPS = 10_000
_UNFIT = (  # what diffusers and transformers raise for folders that are not theirs
    OSError,
    ValueError,
    RuntimeError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    ImportError,
    AssertionError,
    MemoryError,
    SafetensorError,
)


class InitialLatent(str, Enum):
    """Where denoising starts."""

    NOISE = "noise"
    ZEROS = "zeros"  # one-step models were trained there; better at more steps too


class Loaded(NamedTuple):
    """What a folder holds: components by name, and the settings of the pipeline."""

    components: dict[str, Any]
    settings: dict[str, Any]


# A checkpoint names its classes; only these are imported, from these modules.
COMPONENTS: dict[str, dict[str, str]] = {
    "vae": {"AutoencoderKL": "diffusers", "AutoencoderTiny": "diffusers"},
    "unet": {"UNet2DConditionModel": "diffusers"},
    "scheduler": dict.fromkeys(("DDIMScheduler", "DDPMScheduler", "LCMScheduler"), "diffusers"),
    "conditioner": {"FeatureConditioner": "spatial.depth.conditioning"},
    "text_encoder": {"CLIPTextModel": "transformers"},
    "tokenizer": {"CLIPTokenizer": "transformers", "CLIPTokenizerFast": "transformers"},
}
_CONFIGS = {"scheduler": "scheduler_config.json", "tokenizer": "tokenizer_config.json"}
REQUIRED = ("vae", "unet", "scheduler")
# The names of settings that hold a number, and the largest.
_DEFAULTS = {
    "default_denoising_steps": 1000,
    "default_processing_resolution": 4096,
    "default_ensemble_size": 100,
}
_PIPELINE_SETTINGS = ("depth_space", "depth_kind", "initial_latent", "flip_average", *_DEFAULTS)


def load_components(folder: Path) -> Loaded:
    """Load every component of a latent depth checkpoint, weights as float32 on the CPU.

    Raises:
        CheckpointError: the folder is not a latent depth checkpoint, or a file is missing, damaged
            or does not fit.
    """
    index = read_json(folder / INDEX_FILE)
    reader = _SETTINGS_OF.get(str(index.get("_class_name")))
    if reader is None:
        msg = (
            f"{folder / INDEX_FILE}: _class_name is {short(index.get('_class_name'))}, "
            f"but only {' and '.join(_SETTINGS_OF)} checkpoints can be loaded"
        )
        raise CheckpointError(msg)
    settings = reader(index, folder / INDEX_FILE)
    with _quiet():
        components = {
            name: _load_component(folder, name, index[name])
            for name in COMPONENTS
            if index.get(name) not in (None, [None, None])
        }
    for name in REQUIRED:
        if name not in components:
            msg = f"{folder / INDEX_FILE}: component {name!r} is missing; export the pipeline again"
            raise CheckpointError(msg)
    _check_channels(folder, components)
    return Loaded(components, settings)


def read_choice(kind: type[Choice], name: str, value: str | None) -> Choice:
    """Return the member of an enum that a configuration names.

    Raises:
        CheckpointError: there is none.
    """
    try:
        return kind(value)
    except ValueError:
        choices = ", ".join(str(choice.value) for choice in kind)
        msg = (
            f"{name} of a depth checkpoint must be one of {choices}, got {short(value)}; set "
            f"it in {INDEX_FILE}"
        )
        raise CheckpointError(msg) from None


def load_strictly(model_class: Any, folder: Path, **options: Any) -> Any:  # noqa: ANN401
    """Return ``model_class.from_pretrained(folder)`` if its weights match exactly and are finite.

    Args:
        model_class: a model class of diffusers or transformers.
        folder: with configuration and weights.
        options: passed on.

    Raises:
        CheckpointError: a file is missing or damaged; weights are missing, left over, of another
            shape or not finite; or the configuration does not fit.
    """
    is_diffusers = issubclass(model_class, ModelMixin)
    check_model(folder, "diffusion_pytorch_model" if is_diffusers else "model")
    if not is_diffusers:  # else transformers only points at its own log
        options["ignore_mismatched_sizes"] = True
    try:
        with _quiet():
            model, info = model_class.from_pretrained(
                str(folder), use_safetensors=True, output_loading_info=True, **options
            )
    except _UNFIT as error:
        msg = (
            f"{folder}: the weights do not fit {model_class.__name__} with this configuration: "
            f"{str(error)[:MOST_WORDS]}"
        )
        raise CheckpointError(msg) from error
    for problem in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        # Older CLIP exports hold the positions 0, 1, 2, ... as a tensor of no consequence.
        # A mismatched one comes with its two shapes.
        names = (str(key[0] if isinstance(key, tuple) else key) for key in info[problem])
        keys = [name for name in names if not name.endswith("position_ids")]
        if keys:
            msg = (
                f"{folder}: {len(keys)} {problem.replace('_', ' ')}, for instance {min(keys)}; the "
                "weights are another configuration's or incomplete: download or export them again"
            )
            raise CheckpointError(msg)
    for name, tensor in model.state_dict().items():
        if not torch.isfinite(tensor).all():
            msg = f"{folder}: the weights {name} are not finite; download or export them again"
            raise CheckpointError(msg)
    return model


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the libraries' bars and complaints: what matters is checked here and raised."""
    libraries = (diffusers_logging, transformers_logging)
    before = [(log.get_verbosity(), log.is_progress_bar_enabled()) for log in libraries]
    for log in libraries:
        log.set_verbosity_error()
        log.disable_progress_bar()
    try:
        yield
    finally:
        for log, (verbosity, bars) in zip(libraries, before, strict=True):
            log.set_verbosity(verbosity)
            if bars:
                log.enable_progress_bar()


def _load_component(folder: Path, name: str, declared: object) -> Any:  # noqa: ANN401
    class_name = declared[1] if isinstance(declared, list) and len(declared) == 2 else declared
    module = COMPONENTS[name].get(str(class_name))
    if module is None:
        msg = (
            f"{folder / INDEX_FILE}: component {name!r} is a {str(class_name)[:MOST_WORDS]}; "
            f"supported are {', '.join(COMPONENTS[name])}"
        )
        raise CheckpointError(msg)
    part = folder / name
    component_class = getattr(import_module(module), str(class_name))
    if name not in _CONFIGS:
        return load_strictly(component_class, part, torch_dtype=torch.float32)
    config = read_json(part / _CONFIGS[name])
    if name == "scheduler":
        check_numbers(config, part / _CONFIGS[name], most_layers=_MOST_STEPS)
    return load_part(component_class, part)


def load_part(part_class: Any, folder: Path) -> Any:  # noqa: ANN401
    """Return a part without weights, a scheduler or a tokenizer, or raise CheckpointError."""
    try:
        return part_class.from_pretrained(str(folder))
    except _UNFIT as error:
        what = f"{part_class.__name__} cannot be read: {str(error)[:MOST_WORDS]}"
        raise CheckpointError(f"{folder}: {what}; download it again") from error


def _check_channels(folder: Path, components: dict[str, Any]) -> None:
    latent = components["vae"].config.latent_channels
    config = components["unet"].config
    if (config.in_channels, config.out_channels) != (2 * latent, latent):
        msg = (
            f"{folder / 'unet' / 'config.json'}: a depth U-Net takes {2 * latent} channels (image "
            f"and depth latent) and gives {latent}, this one {config.in_channels} and "
            f"{config.out_channels}; is it the text-to-image model it was made from?"
        )
        raise CheckpointError(msg)


def _own_settings(index: dict[str, Any], path: Path) -> dict[str, Any]:
    for name in ("depth_space", "depth_kind"):
        if index.get(name) is None:
            msg = (
                f"{path}: {name} is absent; without it near and far are unknown. Export the "
                "pipeline again"
            )
            raise CheckpointError(msg)
    return {name: index[name] for name in _PIPELINE_SETTINGS if name in index} | _defaults(
        index, path
    )


def _defaults(index: dict[str, Any], path: Path) -> dict[str, int]:
    """Return an index's numbers for settings; raise CheckpointError for any that cannot be one."""
    found = {name: index[name] for name in _DEFAULTS if index.get(name) is not None}
    for name, value in found.items():
        if not isinstance(value, int) or not 1 <= value <= _DEFAULTS[name]:
            msg = f"{path}: {name} is {short(value)}, expected a number from 1 to {_DEFAULTS[name]}"
            raise CheckpointError(msg)
    return found


def _marigold_settings(index: dict[str, Any], path: Path) -> dict[str, Any]:
    spaces = {"depth": DepthSpace.DEPTH, "disparity": DepthSpace.INVERSE_DEPTH}
    space = spaces.get(str(index.get("prediction_type")))
    if space is None:
        msg = (
            f"{path}: prediction_type must be depth or disparity, got "
            f"{short(index.get('prediction_type'))}"
        )
        raise CheckpointError(msg)
    invariances = tuple(index.get(f"{what}_invariant", True) is True for what in ("scale", "shift"))
    kinds = {
        (True, True): DepthKind.AFFINE_INVARIANT,
        (True, False): DepthKind.SCALE_INVARIANT,
        (False, False): DepthKind.METRIC,
    }
    if invariances not in kinds:
        msg = f"{path}: (scale_invariant, shift_invariant) = {invariances} is not supported"
        raise CheckpointError(msg)
    return {
        "depth_space": space.value,
        "depth_kind": kinds[invariances].value,
        "default_denoising_steps": 4,
        "default_processing_resolution": 768,
    } | _defaults(index, path)


_SETTINGS_OF = {
    "LatentDepthPipeline": _own_settings,
    "MarigoldDepthPipeline": _marigold_settings,
}
