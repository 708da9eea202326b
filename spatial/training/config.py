"""Settings of a training run: frozen, checked, and kept as JSON beside the checkpoint."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

from spatial.depth.features import LITE1_STAGES


class StageKind(str, Enum):
    """What a stage trains; the rows of `spatial.training.stages.STAGES`."""

    ENCODER = "encoder"
    VAE = "vae"
    DIFFUSION = "diffusion"
    END_TO_END = "end_to_end"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSize:
    """Width and height [px] of training images, drawn with probability ~ `weight`.

    Both are multiples of 32, the stride of the encoder, as the sizes at inference are.
    """

    width: int = 256
    height: int = 192
    weight: float = 1.0

    def __post_init__(self) -> None:
        if min(self.width, self.height) < 32 or self.width % 32 or self.height % 32:
            raise ValueError(f"sizes must be multiples of 32 px, got {self.width} x {self.height}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """One row of the training mix: a folder below the data folder, or pictures made here.

    Attributes:
        name: Folder name; `scenes` means the scene cache, `composed` cut-outs before backgrounds.
        weight: Share of the mix; shares are normalised.
        licence: Terms under which the pictures may be used.
        border: Share of each side that is cut off (white frames of scanned or warped sets).
        exact_silhouettes: Whether depth jumps where the picture does, to the pixel.
        only_order: Whether the labels tell no more than what is nearer than what.
    """

    name: str
    weight: float
    licence: str
    border: float = 0.0
    exact_silhouettes: bool = False
    only_order: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentation:
    """How far training images stray from their originals.

    Attributes:
        smallest_crop: Share of the largest crop's side that the smallest one spans.
        colour: Factor on the spread of contrast, brightness, saturation, white balance and gamma.
        soft_share: Share of images that lose their fine detail, as a small or shaken photo has.
        cut_share: Share of images with one rectangle painted over; its depth is still asked for.
    """

    smallest_crop: float = 0.6
    colour: float = 1.0
    soft_share: float = 0.0
    cut_share: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.smallest_crop <= 1:
            raise ValueError(f"smallest_crop must be in (0, 1], got {self.smallest_crop}")
        # Twice the spread would let brightness and gamma reach zero.
        if not 0 <= self.colour < 2:
            raise ValueError(f"colour must be in [0, 2), got {self.colour}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSettings:
    """One stage; its length is `steps`, or `minutes` of training where `steps` is None.

    Attributes:
        name: Short name used in logs and on the command line.
        kind: What is trained.
        steps: Optimizer steps.
        minutes: Minutes spent in training steps; validation and checkpoints do not count.
        batch_size: Labelled images a step.
        learning_rate: Peak rate of the parts that start from random weights.
        encoder_rate: Rate of the image encoder relative to `learning_rate`; 0 freezes it.
        decoder_rate: Rate of the VAE decoder relative to `learning_rate`; 0 freezes it.
        refiner_rate: Rate of the refiner relative to `learning_rate`; 0 freezes it.
        final_rate: Share of the rate left at the end of the cosine.
        warmup_steps: Steps of linear warm-up.
        weight_decay: AdamW weight decay.
        beta2: AdamW second-moment decay.
        far_share: Share of the aligned L1 that counts errors relative to the inverse depth.
        silhouette_weight: Weight of the gradients at the silhouettes of sets that have exact ones.
        order_weight: Weight of the order of pairs in sets that tell only that.
        sizes: Image sizes; each step draws one.
    """

    name: str
    kind: StageKind
    steps: int | None = None
    minutes: float | None = None
    batch_size: int = 16
    learning_rate: float = 1e-3
    encoder_rate: float = 0.0
    decoder_rate: float = 0.0
    refiner_rate: float = 0.0
    final_rate: float = 0.03
    warmup_steps: int = 100
    weight_decay: float = 1e-2
    beta2: float = 0.999
    far_share: float = 0.0
    silhouette_weight: float = 0.0
    order_weight: float = 1.0
    sizes: tuple[ImageSize, ...] = (ImageSize(),)

    def __post_init__(self) -> None:
        lengths = [value for value in (self.steps, self.minutes) if value is not None]
        if len(lengths) != 1 or lengths[0] <= 0:
            raise ValueError(
                f"stage {self.name!r}: give either steps or minutes, above 0, "
                f"got steps={self.steps}, minutes={self.minutes}"
            )
        if self.batch_size < 1:
            raise ValueError(f"stage {self.name!r}: batch_size must be >= 1, got {self.batch_size}")

    def fraction_done(self, step: int, minutes: float) -> float:
        """Return the share of the stage that is over, at most 1."""
        if self.steps is not None:
            return min(1.0, step / self.steps)
        return min(1.0, minutes / (self.minutes or 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """Sizes of the networks. A run cannot be resumed with other ones."""

    unet_channels: tuple[int, ...] = (64, 128, 192)
    unet_norm_groups: int = 16
    cross_attention_dim: int = 256
    attention_head_dim: int = 8
    vae_width: int = 16
    vae_encoder_blocks: tuple[int, ...] = (1, 1, 2, 2)
    vae_decoder_blocks: tuple[int, ...] = (3, 2, 1, 1)
    head_channels: tuple[int, ...] = (160, 128, 96, 64)
    feature_stages: tuple[tuple[int, ...], ...] = LITE1_STAGES
    refiner_width: int = 0
    frozen_blocks: int = 4
    imagenet: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSettings:
    """Everything that decides the outcome of a run, apart from the data on the disk.

    `processing_resolution_px` is the long side that the finished model works at unless told
    otherwise.
    """

    FIXED: ClassVar[frozenset[str]] = frozenset({"model"})

    name: str
    stages: tuple[StageSettings, ...]
    mix: tuple[DataSet, ...]
    model: ModelSettings = ModelSettings()
    scene_count: int = 6000
    seed: int = 0
    gradient_clip: float = 1.0
    ema_decay: float = 0.998
    checkpoint_minutes: float = 3.0
    log_every: int = 50
    validation_images: int = 40
    augmentation: Augmentation = Augmentation()
    processing_resolution_px: int = 256

    def __post_init__(self) -> None:
        names = [stage.name for stage in self.stages]
        if not names or len(set(names)) != len(names):
            raise ValueError(f"stages need distinct names and at least one, got {names}")

    def with_lengths(self, lengths: Mapping[str, float], steps: int | None) -> "TrainSettings":
        """Return these settings with other stage lengths.

        Args:
            lengths: Minutes by stage name; 0 leaves the stage out.
            steps: If given, every stage has this many steps.

        Raises:
            ValueError: For a stage that does not exist.
        """
        unknown = set(lengths) - {stage.name for stage in self.stages}
        if unknown:
            known = ", ".join(stage.name for stage in self.stages)
            raise ValueError(f"no stage {sorted(unknown)} in config {self.name!r}; it has {known}")
        stages = []
        for stage in self.stages:
            if lengths.get(stage.name) == 0:
                continue
            length: dict[str, Any] = {}
            if stage.name in lengths:
                length = {"steps": None, "minutes": lengths[stage.name]}
            if steps is not None:
                length = {"steps": steps, "minutes": None}
            stages.append(dataclasses.replace(stage, **length))
        return dataclasses.replace(self, stages=tuple(stages))

    def with_scenes(self, count: int) -> "TrainSettings":
        """Return these settings with another number of scenes; 0 leaves them out of the mix."""
        mix = tuple(row for row in self.mix if count or row.name != "scenes")
        return dataclasses.replace(self, scene_count=count, mix=mix)

    def to_json(self) -> str:
        """Return the settings as JSON text."""
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"
