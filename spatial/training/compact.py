"""The compact recipe: the small model learns in the stages of `spatial.training.stages`."""

import functools
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils import convert_conv2d_weight_memory_format

from spatial.training.config import StageKind, StageSettings, TrainSettings
from spatial.training.export import load_components, save_compact
from spatial.training.models import build_networks, decode, encode_map
from spatial.training.recipe import Figure, Recipe, RunState, StepResult
from spatial.training.sources import TrainingData
from spatial.training.stages import (
    STAGES,
    StepContext,
    autocast,
    measure_latent_scale,
    parameter_groups,
)
from spatial.training.validation import validate_depth, validate_round_trip

VALIDATION_SIZE = (192, 256)


class CompactRecipe(Recipe[TrainSettings]):
    """Stages of AdamW with a warm-up, a cosine and averaged weights.

    Args:
        settings: What to train.
        data: Training data.
        init: A saved pipeline folder to start from instead of ImageNet and random weights.
        device: Where to train.

    Raises:
        CheckpointError: `init` does not fit the settings.
    """

    is_main = True
    validate_every = checkpoint_every = 0
    advice = "Look for damaged depth in the data, or give the stage a smaller learning_rate"

    def __init__(
        self,
        settings: TrainSettings,
        data: TrainingData,
        *,
        init: Path | None = None,
        device: torch.device | None = None,
    ) -> None:
        self.settings = settings
        self.stages = tuple(stage.name for stage in settings.stages)
        self.log_every = settings.log_every
        self.checkpoint_minutes = settings.checkpoint_minutes
        self._data = data
        self._device = device or torch.device("cpu")
        self._generator = torch.Generator().manual_seed(settings.seed)
        self._networks = build_networks(settings.model, settings.seed).to(self._device)
        if init is not None:
            load_components(self._networks, init)
        convert_conv2d_weight_memory_format(self._networks, torch.channels_last)

    def begin(self, stage: str, saved: dict[str, Any] | None) -> None:
        chosen = next(row for row in self.settings.stages if row.name == stage)
        groups = parameter_groups(self._networks, chosen, self.settings.model.frozen_blocks)
        self._peak_rates = [group["lr"] for group in groups]
        self._parameters = [p for group in groups for p in group["params"]]
        self.optimizer = torch.optim.AdamW(
            groups, betas=(0.9, chosen.beta2), weight_decay=chosen.weight_decay
        )
        self._average = [p.detach().clone() for p in self._parameters]
        if saved is not None:
            self.optimizer.load_state_dict(saved["optimizer"])
            self._average = [p.to(self._device) for p in saved["average"]]
        self._networks.train()
        self._stage = chosen
        self._context = StepContext(
            networks=self._networks,
            data=self._data,
            stage=chosen,
            generator=self._generator,
            device=self._device,
        )

    def share_done(self, state: RunState) -> float:
        return self._stage.fraction_done(state.step, state.minutes)

    def step(self, state: RunState, refuse_divergence: Callable[[float], None]) -> StepResult:
        factor = learning_rate_factor(self._stage, state.step, self.share_done(state))
        for group, peak in zip(self.optimizer.param_groups, self._peak_rates, strict=True):
            group["lr"] = peak * factor
        loss = STAGES[self._stage.kind].loss(self._context)
        refuse_divergence(loss.item())
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._parameters, self.settings.gradient_clip)
        self.optimizer.step()
        # A low decay at first lets the average leave the random weights.
        decay = min(self.settings.ema_decay, (2 + state.step) / (21 + state.step))
        with torch.no_grad():
            torch._foreach_lerp_(self._average, self._parameters, 1 - decay)
        return StepResult(loss.item(), self._stage.batch_size)

    def refresh(self) -> None:
        self._data.refresh()

    def end(self) -> None:
        with torch.no_grad():
            torch._foreach_copy_(self._parameters, self._average)
        self._networks.eval()
        if self._stage.kind is StageKind.VAE:
            scale = measure_latent_scale(self._context)
            self._networks.vae.register_to_config(scaling_factor=scale)

    def validate(self) -> Iterator[Figure]:
        predict, vae = STAGES[self._stage.kind].predict, self._networks.vae

        def round_trip(target: Tensor) -> Tensor:
            return decode(vae, encode_map(vae, target))

        place: dict[str, Any] = {"size": VALIDATION_SIZE, "device": self._device}
        for name, images in self._data.mix.validation.items():
            part = images.take(range(min(len(images.rgb), self.settings.validation_images)))
            with torch.no_grad(), autocast(self._device):
                if predict is None:
                    figures = validate_round_trip(round_trip, part, **place)
                else:
                    figures = validate_depth(
                        functools.partial(predict, self._context), part, **place
                    )
            for figure, value in figures.items():
                yield Figure(name, figure, value)

    def networks_state(self) -> dict[str, Any]:
        return {
            "weights": self._networks.state_dict(),
            "scaling_factor": float(self._networks.vae.config["scaling_factor"]),
            "generator": self._generator.get_state(),
        }

    def load_networks(self, saved: dict[str, Any]) -> None:
        self._networks.load_state_dict(saved["weights"])
        self._networks.vae.register_to_config(scaling_factor=saved["scaling_factor"])
        self._generator.set_state(saved["generator"])

    def training_state(self) -> dict[str, Any]:
        return {"optimizer": self.optimizer.state_dict(), "average": self._average}

    def export(self, folder: Path, state: RunState) -> Path:
        return save_compact(self._networks, self.settings, folder)


def learning_rate_factor(stage: StageSettings, step: int, fraction: float) -> float:
    """Return the share of the peak rate: linear warm-up, then a cosine down to `final_rate`."""
    warmup = min(1.0, (step + 1) / stage.warmup_steps)
    cosine = 0.5 * (1 + math.cos(math.pi * fraction))
    return warmup * (stage.final_rate + (1 - stage.final_rate) * cosine)
