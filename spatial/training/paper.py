"""The paper's recipe: Stable Diffusion's U-Net learns the noise of depth latents (Eq. 2).

Order, timesteps and noise of a step are made from (seed, step) alone: a resumed run needs no
generator's state, and several GPUs see what one would have seen.
"""

import dataclasses
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from torch import Tensor
from torch.optim.lr_scheduler import ReduceLROnPlateau

from spatial.training.export import save_paper
from spatial.training.latent_cache import Latents, LatentSet
from spatial.training.losses import diffusion_target
from spatial.training.paper_config import PaperSettings, PredictionType
from spatial.training.recipe import Figure, Recipe, RunState, StepResult
from spatial.training.stable_diffusion import (
    BaseModel,
    Conditioning,
    empty_prompt_embedding,
    make_depth_unet,
)

BETAS = (0.9, 0.999)
PLATEAU_FACTOR = 0.1
TARGETS = {PredictionType.EPSILON: "epsilon", PredictionType.V_PREDICTION: "v"}
# Far from the seeds of steps.
VALIDATION_SEED, ORDER_SEED = 1 << 40, 1 << 41


class _Draw(NamedTuple):
    """One part of a batch, [B, 4, h, w] each, timesteps [B]."""

    image: Tensor
    noisy: Tensor
    steps: Tensor
    target: Tensor


class PaperRecipe(Recipe[PaperSettings]):
    """One stage of Adam over cached latents, on one or several processes.

    Args:
        settings: What to train.
        base: The networks to start from.
        latents: Training and validation part.
        accelerator: Device, precision, accumulation and processes.

    Raises:
        ValueError: Too few pairs for one batch, or a batch that cannot be dealt out to the
            processes.
    """

    stages = ("diffusion",)
    log_every = 1
    checkpoint_minutes = math.inf
    advice = "Go on with a lower --learning-rate, or --mixed-precision bf16 or no"

    def __init__(
        self,
        settings: PaperSettings,
        base: BaseModel,
        latents: tuple[LatentSet, LatentSet],
        accelerator: Accelerator,
    ) -> None:
        self.settings = settings
        self.checkpoint_every = settings.checkpoint_steps
        self.is_main = accelerator.is_main_process
        self._base, self._accelerator = base, accelerator
        self._training, self._validation = latents
        # Once an epoch.
        self.validate_every = len(self._training) // settings.batch_size
        self._refuse_few_pairs()
        self._total = settings.max_steps or self.validate_every * settings.epochs
        unet = make_depth_unet(base.unet, settings.conditioning).train()
        optimizer = torch.optim.Adam(unet.parameters(), lr=settings.learning_rate, betas=BETAS)
        # `patience` bad epochs are put up with; the next one lowers the rate.
        self._plateau = ReduceLROnPlateau(
            optimizer, factor=PLATEAU_FACTOR, patience=settings.plateau_epochs - 1
        )
        self._unet, self.optimizer = accelerator.prepare(unet, optimizer)
        self._alphas_cumprod = settings.scheduler(base.noise).alphas_cumprod
        self._embedding = None
        if settings.conditioning is Conditioning.EMPTY_PROMPT:
            self._embedding = empty_prompt_embedding(base).to(accelerator.device)

    def _refuse_few_pairs(self) -> None:
        size, accumulate = self.settings.batch_size, self.settings.accumulate
        if self.validate_every == 0 or len(self._validation) == 0:
            raise ValueError(
                f"{len(self._training)} pairs to train on and {len(self._validation)} to validate: "
                f"too few for batches of {size}"
            )
        if size % (accumulate * self._accelerator.num_processes):
            raise ValueError(
                f"batch_size {size} must be a multiple of accumulate {accumulate} "
                f"times {self._accelerator.num_processes} processes"
            )

    def begin(self, stage: str, saved: dict[str, Any] | None) -> None:
        if saved is None:
            return
        self.optimizer.load_state_dict(saved["optimizer"])
        self._plateau.load_state_dict(saved["plateau"])
        self._plateau.patience = self.settings.plateau_epochs - 1
        for group in self.optimizer.param_groups:
            group["lr"] *= self.settings.learning_rate / saved["learning_rate"]
        if self._accelerator.scaler is not None and saved["scaler"] is not None:
            self._accelerator.scaler.load_state_dict(saved["scaler"])

    def share_done(self, state: RunState) -> float:
        return min(1.0, state.step / self._total)

    def step(self, state: RunState, refuse_divergence: Callable[[float], None]) -> StepResult:
        settings, accelerator = self.settings, self._accelerator
        epoch, place = divmod(state.step, self.validate_every)
        chance = _generator(settings.seed, ORDER_SEED + epoch)
        order = torch.randperm(len(self._training), generator=chance)
        indices = order[place * settings.batch_size :][: settings.batch_size].tolist()
        draws = self._draw(self._training.take(indices), _generator(settings.seed, state.step))
        parts = settings.accumulate * accelerator.num_processes
        losses = []
        for part in range(settings.accumulate):
            rows = slice(part * accelerator.num_processes + accelerator.process_index, None, parts)
            with accelerator.accumulate(self._unet):
                loss = self._loss(_Draw(*(values[rows] for values in draws)))
                losses.append(accelerator.reduce(loss.detach(), "mean").item())
                refuse_divergence(losses[-1])
                accelerator.backward(loss)
                self.optimizer.step()
                self.optimizer.zero_grad()
        return StepResult(sum(losses) / len(losses), settings.batch_size)

    def _draw(self, latents: Latents, generator: torch.Generator) -> _Draw:
        """Noise depth latents as Eq. 1 and say what is to be predicted."""
        steps = torch.randint(len(self._alphas_cumprod), (len(latents.depth),), generator=generator)
        noise = torch.randn(latents.depth.shape, generator=generator)
        kind = TARGETS[self.settings.prediction_type]
        noisy, target = diffusion_target(kind, latents.depth, noise, self._alphas_cumprod[steps])
        return _Draw(latents.image, noisy, steps, target)

    def _loss(self, draw: _Draw) -> Tensor:
        """Eq. 2: the mean squared error of the predicted noise (or v)."""
        image, noisy, steps, target = (values.to(self._accelerator.device) for values in draw)
        embedding = self._embedding
        if embedding is not None:
            embedding = embedding.expand(len(image), -1, -1)
        predicted = self._unet(
            torch.cat([image, noisy], 1), steps, encoder_hidden_states=embedding, return_dict=False
        )[0]
        return F.mse_loss(predicted.float(), target)

    def refresh(self) -> None:
        """Leave the pairs: they do not change during a run."""

    def end(self) -> None:
        """Leave the weights: they are not averaged."""

    def validate(self) -> Iterator[Figure]:
        loss = self._validation_loss()
        self._plateau.step(loss)
        yield Figure("validation", "loss", loss)
        yield Figure("validation", "learning_rate", self.optimizer.param_groups[0]["lr"])

    def _validation_loss(self) -> float:
        accelerator, data = self._accelerator, self._validation
        count = min(len(data), self.settings.validation_pairs or len(data))
        total = torch.zeros(2, device=accelerator.device)
        self._unet.eval()
        for index in range(accelerator.process_index, count, accelerator.num_processes):
            chance = _generator(self.settings.seed, VALIDATION_SEED + index)
            with torch.no_grad():
                loss = self._loss(self._draw(data.take([index]), chance))
                total += torch.stack([loss, torch.ones_like(loss)])
        self._unet.train()
        loss, pairs = accelerator.reduce(total, "sum").tolist()
        return loss / pairs

    def networks_state(self) -> dict[str, Any]:
        return self._plain_unet().state_dict()

    def load_networks(self, saved: dict[str, Any]) -> None:
        self._plain_unet().load_state_dict(saved)

    def training_state(self) -> dict[str, Any]:
        scaler = self._accelerator.scaler
        return {
            "optimizer": self.optimizer.state_dict(),
            "plateau": self._plateau.state_dict(),
            "learning_rate": self.settings.learning_rate,
            "scaler": None if scaler is None else scaler.state_dict(),
        }

    def export(self, folder: Path, state: RunState) -> Path:
        if self.is_main:
            trained = dataclasses.replace(self._base, unet=self._plain_unet())
            save_paper(trained, self.settings, folder, steps=state.step)
        self._accelerator.wait_for_everyone()
        return folder

    def _plain_unet(self) -> Any:  # noqa: ANN401 - as it was before accelerate wrapped it
        return self._accelerator.unwrap_model(self._unet)


def _generator(seed: int, number: int) -> torch.Generator:
    return torch.Generator().manual_seed((seed << 42) + number)
