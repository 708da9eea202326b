"""Settings of the paper's recipe, and the flags of `python -m spatial train --config vkitti2` made from them."""

import argparse
import dataclasses
import json
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar

import torch

from spatial.training.stable_diffusion import (
    STABLE_DIFFUSION_2,
    Conditioning,
    PredictionType,
    Sampler,
    TimestepSpacing,
)
from spatial.training.virtual_kitti import PairSettings, Resize, SplitRule


class MixedPrecision(str, Enum):
    """What the U-Net computes in; its weights stay float32."""

    NO = "no"
    FP16 = "fp16"
    BF16 = "bf16"


AUTOCAST = {
    MixedPrecision.NO: torch.float32,
    MixedPrecision.FP16: torch.float16,
    MixedPrecision.BF16: torch.bfloat16,
}


def _metres(text: str) -> float | None:
    return None if text == "none" else float(text)


def _said(text: str) -> dict[str, str]:
    return {"help": text}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSettings:
    """K. Soin and N. Riedman, sections 3.1, 4 and 5.1; the defaults are theirs where they state one.

    Every field's `help` says what it is. A resumed run may change those that are not `FIXED`.
    """

    FIXED: ClassVar[frozenset[str]] = frozenset(
        {
            "base",
            "conditioning",
            "prediction_type",
            "width",
            "height",
            "depth_resize",
            "max_depth_m",
            "split",
            "seed",
            "batch_size",
            "zero_terminal_snr",
            "validation_pairs",
        }
    )

    base: str = field(
        default=STABLE_DIFFUSION_2,
        metadata=_said("folder or owner/name of Stable Diffusion 2's networks"),
    )
    conditioning: Conditioning = field(
        default=Conditioning.SELF,
        metadata=_said("cross-attention looks at the image itself (the paper) or empty prompt"),
    )
    prediction_type: PredictionType = field(
        default=PredictionType.EPSILON,
        metadata=_said("the U-Net learns the noise (the paper) or v (Stable Diffusion 2)"),
    )
    width: int = field(default=1216, metadata=_said("width of training images [px]"))
    height: int = field(default=320, metadata=_said("height of training images [px]"))
    depth_resize: Resize = field(
        default=Resize.BILINEAR, metadata=_said("how depth maps are resized")
    )
    max_depth_m: float | None = field(
        default=80.0,
        metadata=_said("beyond is as far as can be, sky included [m]; none = the sky counts"),
    )
    split: SplitRule = field(
        default=SplitRule.RANDOM,
        metadata=_said("80-10-10 at random (the paper) or by whole scenes"),
    )
    seed: int = field(
        default=0, metadata=_said("of split, order and noise; the other configs know it too")
    )
    batch_size: int = field(
        default=8,
        metadata=_said("pairs of one optimizer step, over all GPUs and accumulated parts"),
    )
    accumulate: int = field(default=1, metadata=_said("parts that a batch is computed in"))
    epochs: int = field(default=2, metadata=_said("passes over the training part"))
    learning_rate: float = field(default=3e-5, metadata=_said("of Adam (0.9, 0.999)"))
    plateau_epochs: int = field(
        default=3, metadata=_said("the rate is divided by 10 after so many epochs without progress")
    )
    mixed_precision: MixedPrecision = field(
        default=MixedPrecision.NO, metadata=_said("what the U-Net computes in")
    )
    sampler: Sampler = field(
        default=Sampler.DDPM, metadata=_said("scheduler of the finished pipeline")
    )
    timestep_spacing: TimestepSpacing = field(
        default=TimestepSpacing.LEADING,
        metadata=_said("steps it visits; trailing for 1 to 4 steps"),
    )
    denoising_steps: int = field(
        default=40, metadata=_said("steps of the finished pipeline unless its user says otherwise")
    )
    zero_terminal_snr: bool = field(
        default=False,
        metadata=_said("train and denoise from pure noise; for v_prediction in one step"),
    )
    checkpoint_steps: int = field(
        default=500, metadata=_said("optimizer steps between checkpoints")
    )
    max_steps: int = field(
        default=0, metadata=_said("end after so many optimizer steps; 0 = epochs decide")
    )
    validation_pairs: int = field(
        default=0, metadata=_said("pairs that the loss is watched on; 0 = the whole part")
    )

    def __post_init__(self) -> None:
        self.pairs()
        for name in ("batch_size", "accumulate", "epochs", "plateau_epochs", "denoising_steps"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be >= 1, got {getattr(self, name)}")
        if self.checkpoint_steps < 1 or min(self.validation_pairs, self.max_steps) < 0:
            raise ValueError(
                "checkpoint_steps must be >= 1, validation_pairs and max_steps must be >= 0"
            )
        if not 0 <= self.seed < 2**20:
            raise ValueError(f"seed must be between 0 and {2**20 - 1}, got {self.seed}")
        if not 0 < self.learning_rate < 1:
            raise ValueError(f"learning_rate must be between 0 and 1, got {self.learning_rate}")
        if self.batch_size % self.accumulate:
            raise ValueError(
                f"batch_size {self.batch_size} must be a multiple of accumulate {self.accumulate}"
            )
        if self.zero_terminal_snr and self.prediction_type is PredictionType.EPSILON:
            raise ValueError("zero_terminal_snr needs prediction_type v_prediction")

    def pairs(self) -> PairSettings:
        """Return what pairs are made into."""
        return PairSettings(
            width=self.width,
            height=self.height,
            depth_resize=self.depth_resize,
            max_depth_m=self.max_depth_m,
        )

    def to_json(self) -> str:
        """Return the settings as JSON text."""
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"


PAPER_CONFIGS: dict[str, PaperSettings] = {
    "vkitti2": PaperSettings(),
    "vkitti2-one-step": PaperSettings(
        prediction_type=PredictionType.V_PREDICTION,
        sampler=Sampler.DDIM,
        timestep_spacing=TimestepSpacing.TRAILING,
        denoising_steps=1,
        zero_terminal_snr=True,
    ),
}
"""The paper to the letter but for the sky, and the same for 1 to 4 steps."""


def add_paper_flags(parser: argparse.ArgumentParser) -> None:
    """Add one flag for every field; None = as the config has it."""
    group = parser.add_argument_group("the paper's recipe (--config vkitti2)")
    for info in dataclasses.fields(PaperSettings):
        flag, text = "--" + info.name.replace("_", "-"), info.metadata["help"]
        default = info.default.value if isinstance(info.default, Enum) else info.default
        text = f"{text} (default: {default})".replace("%", "%%")
        if isinstance(info.default, bool):
            group.add_argument(flag, action=argparse.BooleanOptionalAction, default=None, help=text)
        elif isinstance(info.default, Enum):
            choices = [choice.value for choice in type(info.default)]
            group.add_argument(flag, choices=choices, default=None, help=text)
        else:
            # Not given is no attribute, since None is a value of max_depth_m.
            parse = _metres if info.name == "max_depth_m" else type(info.default)
            metavar = type(info.default).__name__
            group.add_argument(
                flag, type=parse, default=argparse.SUPPRESS, metavar=metavar, help=text
            )


def read_paper_settings(args: argparse.Namespace) -> PaperSettings:
    """Return the config with every given flag on top.

    Raises:
        ValueError: For a value out of range.
    """
    given: dict[str, Any] = {}
    for info in dataclasses.fields(PaperSettings):
        if not hasattr(args, info.name):
            continue
        value = getattr(args, info.name)
        if not isinstance(info.default, bool | Enum):
            given[info.name] = value
        elif value is not None:
            kind: Any = type(info.default)
            given[info.name] = kind(value)
    return dataclasses.replace(PAPER_CONFIGS[args.config], **given)
