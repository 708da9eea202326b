"""Settings of the paper's recipe, `python -m spatial train --config vkitti2`."""

import argparse
import dataclasses
import json
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

import torch
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
from diffusers.schedulers.scheduling_lcm import LCMScheduler

from spatial.settings.field import SettingsError, iter_fields, replace_values, setting
from spatial.settings.flags import add_flags, given_values
from spatial.training.stable_diffusion import STABLE_DIFFUSION_2, Conditioning
from spatial.training.virtual_kitti import PairSettings, SplitRule


class MixedPrecision(str, Enum):
    """What the U-Net computes in; its weights stay float32."""

    NO = "no"
    FP16 = "fp16"
    BF16 = "bf16"


class PredictionType(str, Enum):
    """What the U-Net predicts: the noise (the paper) or v (Stable Diffusion 2's own)."""

    EPSILON = "epsilon"
    V_PREDICTION = "v_prediction"


class Sampler(str, Enum):
    """How latents are denoised; a row of `SAMPLERS`."""

    DDPM = "ddpm"
    DDIM = "ddim"
    LCM = "lcm"


class TimestepSpacing(str, Enum):
    """Which of the training steps are visited; trailing ends at pure noise."""

    LEADING = "leading"
    TRAILING = "trailing"
    LINSPACE = "linspace"


AnyScheduler = DDPMScheduler | DDIMScheduler | LCMScheduler
SAMPLERS: dict[Sampler, tuple[type[AnyScheduler], dict[str, Any]]] = {
    Sampler.DDPM: (DDPMScheduler, {}),
    Sampler.DDIM: (DDIMScheduler, {"set_alpha_to_one": False}),
    Sampler.LCM: (LCMScheduler, {"set_alpha_to_one": False}),
}

AUTOCAST = {
    MixedPrecision.NO: torch.float32,
    MixedPrecision.FP16: torch.float16,
    MixedPrecision.BF16: torch.bfloat16,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSettings(PairSettings):
    """K. Soin and N. Riedman, sections 3.1, 4 and 5.1; defaults are theirs where they state one.

    A resumed run may change those that are not `FIXED`.
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

    base: str = setting(STABLE_DIFFUSION_2, "folder or owner/name of Stable Diffusion 2's networks")
    conditioning: Conditioning = setting(
        Conditioning.SELF, "cross-attention looks at the image itself (the paper) or empty prompt"
    )
    prediction_type: PredictionType = setting(
        PredictionType.EPSILON, "the U-Net learns the noise (the paper) or v (Stable Diffusion 2)"
    )
    split: SplitRule = setting(
        SplitRule.RANDOM, "80-10-10 at random (the paper) or by whole scenes"
    )
    seed: int = setting(
        0, "of split, order and noise; the other configs know it too", (0, 2**20 - 1)
    )
    batch_size: int = setting(
        8, "pairs of one optimizer step, over all GPUs and accumulated parts", (1,)
    )
    accumulate: int = setting(1, "parts that a batch is computed in", (1,))
    epochs: int = setting(2, "passes over the training part", (1,))
    learning_rate: float = setting(3e-5, "of Adam (0.9, 0.999)", (1e-9, 1.0))
    plateau_epochs: int = setting(
        3, "the rate is divided by 10 after so many epochs without progress", (1,)
    )
    mixed_precision: MixedPrecision = setting(MixedPrecision.NO, "what the U-Net computes in")
    sampler: Sampler = setting(Sampler.DDPM, "scheduler of the finished pipeline")
    timestep_spacing: TimestepSpacing = setting(
        TimestepSpacing.LEADING, "steps it visits; trailing for 1 to 4 steps"
    )
    denoising_steps: int = setting(
        40, "steps of the finished pipeline unless its user says otherwise", (1,)
    )
    zero_terminal_snr: bool = setting(
        False, "train and denoise from pure noise; for v_prediction in one step"
    )
    checkpoint_steps: int = setting(500, "optimizer steps between checkpoints", (1,))
    max_steps: int = setting(0, "end after so many optimizer steps; 0 = epochs decide", (0,))
    validation_pairs: int = setting(
        0, "pairs that the loss is watched on; 0 = the whole part", (0,)
    )

    def __post_init__(self) -> None:
        PairSettings.__post_init__(self)
        if self.batch_size % self.accumulate:
            raise SettingsError(
                f"batch_size {self.batch_size} must be a multiple of accumulate {self.accumulate}"
            )
        if self.zero_terminal_snr and self.prediction_type is PredictionType.EPSILON:
            raise SettingsError("zero_terminal_snr needs prediction_type v_prediction")

    def scheduler(self, noise: dict[str, Any]) -> AnyScheduler:
        """Return the scheduler of the pipeline, for the steps and betas of ``BaseModel.noise``."""
        scheduler, own = SAMPLERS[self.sampler]
        return scheduler(
            **noise,
            **own,
            clip_sample=False,
            steps_offset=1,
            prediction_type=self.prediction_type.value,
            timestep_spacing=self.timestep_spacing.value,
            rescale_betas_zero_snr=self.zero_terminal_snr,
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
    """Add one flag for every field."""
    group = parser.add_argument_group("the paper's recipe (--config vkitti2)")
    add_flags(group, iter_fields(PaperSettings()))


def read_paper_settings(args: argparse.Namespace) -> PaperSettings:
    """Return the config with every given flag on top.

    Raises:
        SettingsError: For a value out of range.
    """
    config = PAPER_CONFIGS[args.config]
    return replace_values(config, given_values(args, iter_fields(config)))
