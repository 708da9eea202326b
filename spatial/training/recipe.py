"""What a recipe of training is: the run loop (`spatial.training.run`) does the rest."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Protocol, TypeVar


class RunSettings(Protocol):
    """Settings that are kept beside the checkpoint; a resumed run shares those in `FIXED`."""

    FIXED: ClassVar[frozenset[str]]

    def to_json(self) -> str: ...


Settings = TypeVar("Settings", bound=RunSettings)


@dataclass(slots=True, kw_only=True)
class RunState:
    """Where a run stands. `step`, `minutes` and `images` count within the stage."""

    stage: str = ""
    step: int = 0
    minutes: float = 0.0
    images: int = 0
    loss: float = 0.0
    done: tuple[str, ...] = ()

    @property
    def images_per_s(self) -> float:
        """Images a second of the stage's training steps."""
        return self.images / (60 * max(self.minutes, 1e-9))


class StepResult(NamedTuple):
    """Mean loss and number of images of one step."""

    loss: float
    images: int


class Figure(NamedTuple):
    """One figure of a validation."""

    set_name: str
    name: str
    value: float


class Recipe(Protocol[Settings]):
    """What is trained.

    Attributes:
        settings: Kept in the run folder.
        stages: Names of the stages, one after the other.
        optimizer: Of the stage that is under way.
        advice: What to do when the loss is no longer a number.
        is_main: Whether this process writes; others only compute.
        log_every: Steps between two rows of the log.
        validate_every: Steps between two validations, 0 = only at the end of a stage.
        checkpoint_every: Steps between two checkpoints, 0 = none but by the clock.
        checkpoint_minutes: Minutes of training between two checkpoints.
    """

    settings: Settings
    stages: tuple[str, ...]
    optimizer: Any
    advice: str
    is_main: bool
    log_every: int
    validate_every: int
    checkpoint_every: int
    checkpoint_minutes: float

    def begin(self, stage: str, saved: dict[str, Any] | None) -> None:
        """Prepare a stage; `saved` is the `training_state` of an interrupted one."""

    def share_done(self, state: RunState) -> float:
        """Return the share of the stage that is over, at most 1."""
        ...

    def step(self, state: RunState, refuse_divergence: Callable[[float], None]) -> StepResult:
        """Take one optimizer step; `refuse_divergence` sees a loss before the weights do."""
        ...

    def refresh(self) -> None:
        """Take in data that came during the run; called after a checkpoint."""

    def end(self) -> None:
        """Finish the weights of a stage."""

    def validate(self) -> Iterable[Figure]:
        """Measure on what is never trained on."""
        ...

    def networks_state(self) -> dict[str, Any]:
        """Return what outlives a stage."""
        ...

    def load_networks(self, saved: dict[str, Any]) -> None:
        """Take what `networks_state` returned."""

    def training_state(self) -> dict[str, Any]:
        """Return what the stage under way needs to go on."""
        ...

    def export(self, folder: Path, state: RunState) -> Path:
        """Write the pipeline, replacing `folder` as a whole; return it."""
        ...
