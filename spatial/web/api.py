"""The API: named endpoints whose parameters are photo, estimator and settings, for programs and as MCP tools."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import gradio as gr
from gradio.components import Component

from spatial.formats import FORMATS, FormatError, check_formats
from spatial.settings import (
    ConvertSettings,
    Setting,
    with_values,
)
from spatial.web.controls import as_sent, plain
from spatial.web.endpoints import ENDPOINTS, Call, Endpoint
from spatial.web.messages import PageProgress, clear_errors
from spatial.web.session import Studio

_PHOTO_HELP = "JPEG, PNG, WebP, TIFF, BMP, HEIC or AVIF."
ESTIMATOR_HELP = (
    "depth model: embedded, depth-anything, file (depth in the photo), or ldm:owner/name."
)
FORMATS_HELP = f"what to write: {', '.join(FORMATS)}."


def document(
    function: Callable[..., Any],
    name: str,
    *,
    parameters: Iterable[tuple[str, type, Any, str]],
    summary: str,
    returns: Iterable[str],
) -> None:
    """Give a function the name, signature and docstring that clients and MCP tools see."""
    kind, empty = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.empty
    signature, lines = [], []
    for parameter, annotation, default, text in parameters:
        value = empty if default is None else default
        signature.append(inspect.Parameter(parameter, kind, annotation=annotation, default=value))
        lines.append(f"    {parameter}: {text}")
    told = "\n".join(f"    {line}" for line in returns)
    function.__name__ = name
    function.__doc__ = f"{summary}\n\nArgs:\n" + "\n".join(lines) + f"\n\nReturns:\n{told}\n"
    function.__signature__ = inspect.Signature(signature)  # type: ignore[attr-defined]
    function.__annotations__ = {p.name: p.annotation for p in signature}


def setting_parameters(settings: Iterable[Setting]) -> list[tuple[str, type, Any, str]]:
    """Return name, type, default and help of settings, as ``document`` takes them."""
    return [(s.name, type(plain(s.default)), plain(s.default), _with_range(s)) for s in settings]


def _with_range(setting: Setting) -> str:
    info = setting.info
    if info.minimum is None or info.maximum is None:
        return info.help
    return f"{info.help} From {info.minimum:g} to {info.maximum:g} {info.unit}".rstrip() + "."


def settings_of(settings: Sequence[Setting], values: Sequence[object]) -> ConvertSettings:
    """Return all settings from the values of some, in order."""
    return with_values({s.name: v for s, v in zip(settings, values, strict=True)})


def make_endpoint(studio: Studio, name: str, default_estimator: str) -> Callable[..., Any]:
    """Return the function behind the endpoint of this name; its signature and docstring are made from the settings."""
    endpoint = ENDPOINTS[name]
    settings = endpoint.settings()
    extras = 0 if endpoint.formats is None else 1

    @clear_errors
    def answer(photo: str, estimator: str, *values: object) -> Any:  # noqa: ANN401
        chosen = settings_of(settings, values[extras:])
        formats = formats_from(values[0]) if extras else ()
        if formats:
            check_formats(formats)
        known = studio.find_depth(photo, estimator, chosen.depth, PageProgress(0.0, 0.6))
        answers = endpoint.work(Call(studio=studio, known=known, settings=chosen, formats=formats))
        return answers if len(answers) > 1 else answers[0]

    parameters: list[tuple[str, type, Any, str]] = [
        ("photo", str, None, _PHOTO_HELP),
        ("estimator", str, default_estimator, ESTIMATOR_HELP),
    ]
    if endpoint.formats is not None:
        parameters.append(("formats", list[str], list(endpoint.formats), FORMATS_HELP))
    parameters += setting_parameters(settings)
    document(
        answer, name, parameters=parameters, summary=endpoint.summary, returns=endpoint.returns
    )
    return answer


def add_endpoints(
    studio: Studio,
    *,
    photo: Component,
    estimator: Component,
    widgets: dict[str, Component],
    default_estimator: str,
    concurrency_id: str,
) -> None:
    """Add every endpoint for one photo to the current Blocks.

    Args:
        studio: does the work.
        photo: takes the photo.
        estimator: takes the estimator's name.
        widgets: one per setting: they give types, ranges and defaults.
        default_estimator: the estimator that is used when none is named.
        concurrency_id: the queue that calls wait in.
    """
    for name, endpoint in ENDPOINTS.items():
        inputs = [photo, estimator]
        if endpoint.formats is not None:
            inputs.append(format_choice(endpoint.formats, visible=False))
        inputs += [widgets[s.name] for s in endpoint.settings()]
        gr.on(
            [],
            make_endpoint(studio, name, default_estimator),
            inputs=inputs,
            outputs=[_carrier(kind, endpoint) for kind in endpoint.outputs],
            api_name=name,
            concurrency_id=concurrency_id,
        )


def formats_from(value: object) -> list[str]:
    """Return formats as the menu or an API call gives them: names, or one name.

    Raises:
        FormatError: it is neither; unknown names are refused where they are written.
    """
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        msg = f"formats must be a list of names, got {value!r}; known are {', '.join(FORMATS)}"
        raise FormatError(msg)
    return names


def format_choice(default: Sequence[str], *, visible: bool) -> Component:
    """Make the menu of formats; its value is checked by ``formats_from``."""
    menu: Component = gr.Dropdown(
        [(row.title, name) for name, row in FORMATS.items()],
        value=list(default),
        multiselect=True,
        label="Formats",
        visible=visible,
    )
    menu.preprocess = as_sent  # Gradio's own check does not say which parameter is meant
    return menu


def _carrier(kind: type[Component], endpoint: Endpoint) -> Component:
    """Make a component that carries an answer; it is never shown."""
    if kind is gr.File:
        several = "multiple" if endpoint.formats is None else "single"
        return gr.File(label="files", file_count=several, visible=False)
    if kind is gr.Image:
        return gr.Image(label="picture", type="filepath", format="jpeg", visible=False)
    return kind(label="report", visible=False)
