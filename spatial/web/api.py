"""The API: one named endpoint whose parameters are photo, estimator and every setting."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from spatial.metrics import paper_metrics
from spatial.settings import iter_settings, to_dict
from spatial.web.controls import plain, settings_from
from spatial.web.edge import PageProgress, clear_errors
from spatial.web.files import write_files
from spatial.web.session import Studio

_SUMMARY = """Turn a photo into a spatial photo.

Args:
    photo: JPEG, PNG, WebP, TIFF, BMP, HEIC or AVIF.
    estimator: depth model: embedded, depth-anything, or ldm:owner/name.
"""
_RETURNS = """
Returns:
    The files: full and half side-by-side (left eye on the left), depth, manifest.
    A report: estimator, note, settings, metrics.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertEndpoint:
    """Components that carry the answer; they are never shown."""

    files: gr.File
    report: gr.JSON


def _signature(default_estimator: str) -> inspect.Signature:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [
        inspect.Parameter("photo", kind, annotation=str),
        inspect.Parameter("estimator", kind, annotation=str, default=default_estimator),
    ]
    for setting in iter_settings():
        value = plain(setting.default)
        parameters.append(
            inspect.Parameter(setting.name, kind, annotation=type(value), default=value)
        )
    return inspect.Signature(parameters)


def make_convert(studio: Studio, default_estimator: str) -> Callable[..., tuple[list[str], dict]]:
    """Return the function behind ``/convert``; its signature and docstring are made from the settings."""

    @clear_errors
    def convert_photo(photo: str, estimator: str, *values: object) -> tuple[list[str], dict]:
        settings = settings_from(values)
        shot = studio.shoot(photo, estimator, settings.depth, PageProgress(0.0, 0.6))
        result = studio.full(shot, settings, PageProgress(0.6, 0.9))
        report: dict[str, Any] = {
            "estimator": {"id": shot.info.id, "revision": shot.info.revision},
            "note": shot.note,
            "settings": to_dict(result.settings),
            "metrics": paper_metrics(result).to_dict(),
        }
        return list(write_files(result).values()), report

    lines = [f"    {s.name}: {s.info.help}" for s in iter_settings()]
    convert_photo.__doc__ = _SUMMARY + "\n".join(lines) + "\n" + _RETURNS
    signature = _signature(default_estimator)
    convert_photo.__signature__ = signature  # type: ignore[attr-defined]
    convert_photo.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
    return convert_photo


def add_convert_endpoint(
    studio: Studio, inputs: Sequence[Component], *, default_estimator: str, concurrency_id: str
) -> ConvertEndpoint:
    """Add ``/convert`` to the current Blocks.

    Args:
        studio: does the work.
        inputs: components of photo, estimator and every setting, in order: they give types, ranges and defaults.
        default_estimator: the estimator that is used when none is named.
        concurrency_id: the queue that it waits in.
    """
    answer = ConvertEndpoint(
        files=gr.File(label="files", file_count="multiple", visible=False),
        report=gr.JSON(label="report", visible=False),
    )
    gr.on(
        [],
        make_convert(studio, default_estimator),
        inputs=list(inputs),
        outputs=[answer.files, answer.report],
        api_name="convert",
        concurrency_id=concurrency_id,
    )
    return answer
