"""The menu of depth models: what each is, its size, its terms, and the seconds it takes on this machine."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import gradio as gr

from spatial.depth import EMBEDDED, ESTIMATORS, FILE
from spatial.depth.hub import read_licence
from spatial.web.models import Models


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One entry of the menu.

    Attributes:
        title: the name shown to people.
        size_mb: what is downloaded once, in 10^6 bytes; 0 = nothing is.
        licence: terms of the weights; empty where there are none.
        work: how many times as long as the embedded model it takes on a processor; None where no network runs.
    """

    title: str
    size_mb: float = 0.0
    licence: str = ""
    work: float | None = None


# ``work`` was measured with networks of these shapes on one core, photo 3:2 (DA: 518 px, Marigold: 768 px, 4 steps).
_HUB_OFFERS: dict[str, Offer] = {
    "depth-anything": Offer(
        title=ESTIMATORS["depth-anything"].title, size_mb=99, licence="Apache-2.0", work=16
    ),
    "ldm:prs-eth/marigold-depth-v1-1": Offer(
        title="Marigold 1.1", size_mb=5000, licence="OpenRAIL++-M", work=690
    ),
}


@cache
def offers() -> dict[str, Offer]:
    """Return the menu: name of the estimator to what it is."""
    folder = Path(str(files("spatial") / "depth" / "weights"))
    embedded = Offer(title="Embedded", licence=read_licence(folder), work=1.0)
    camera = Offer(title="Depth in the photo (phone portraits)")
    return {EMBEDDED: embedded, **_HUB_OFFERS, FILE: camera}


def seconds_on(models: Models, name: str) -> float | None:
    """Return the seconds that a model took here last, or should take by the embedded one's; None = not known."""
    told = models.seconds(name)
    if told is not None:
        return told
    embedded = models.seconds(EMBEDDED)
    offer = offers().get(name)
    # How much faster a GPU is for each of them, nobody has measured: there only what was seen is told.
    if embedded is None or offer is None or offer.work is None or not models.on_processor:
        return None
    return embedded * offer.work


def seconds_text(seconds: float) -> str:
    """Return seconds for people.

    >>> seconds_text(0.62), seconds_text(7.4), seconds_text(48.0), seconds_text(400.0)
    ('0.6 s', '7 s', '50 s', '7 min')
    """
    if seconds < 5:
        return f"{seconds:.1f} s"
    if seconds < 10:
        return f"{seconds:.0f} s"
    return f"{round(seconds, -1):.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def size_words(megabytes: float) -> str:
    """Return the size of a download for people.

    >>> size_words(99), size_words(5000)
    ('99 MB', '5 GB')
    """
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.0f} GB"


def choices(models: Models) -> list[tuple[str, str]]:
    """Return what the menu shows and the name behind it."""
    shown = []
    for name, offer in offers().items():
        seconds = seconds_on(models, name)
        facts = [
            f"about {seconds_text(seconds)} here" if seconds is not None else "",
            f"{size_words(offer.size_mb)} once" if offer.size_mb else "",
            offer.licence,
        ]
        shown.append((" · ".join([offer.title, *filter(None, facts)]), name))
    return shown


def build_model_menu(models: Models) -> gr.Dropdown:
    """Make the menu in the current column."""
    return gr.Dropdown(
        choices(models),
        value=EMBEDDED,
        allow_custom_value=True,
        label="Depth model",
        info="Choose one, or type ldm:owner/name for a checkpoint on the Hugging Face Hub.",
        elem_id="estimator",
    )


def refreshed_menu(models: Models) -> Callable[[], gr.Dropdown]:
    """Return the handler that tells in the menu what is known by now about this machine's seconds."""
    return lambda: gr.Dropdown(choices=choices(models), value=EMBEDDED)
