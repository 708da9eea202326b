"""The API: one endpoint for each wish about a photo, for programs and as MCP tools."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import gradio as gr
from gradio.components import Component

from spatial.conversion import estimate, with_depth
from spatial.depth import AUTO, EMBEDDED, FROM_HUB, Part
from spatial.formats import FORMATS, FormatError, check_formats, write_depth
from spatial.metrics import comfort_report, paper_metrics
from spatial.records import SpatialPhoto
from spatial.settings import ConvertSettings, Setting, iter_settings, to_dict
from spatial.web.controls import plain, settings_from, unchecked
from spatial.web.depth_memory import KnownDepth
from spatial.web.files import QUICK_FORMATS, new_folder, write_files, zip_files
from spatial.web.messages import clear_errors, page_progress
from spatial.web.studio import Studio

STEREO_FORMATS = ("sbs",)
_DEPTH_SECTION = "depth"
_DEPTH_SHARE, _RENDERED_SHARE = 0.6, 0.9


class Parameter(NamedTuple):
    """One parameter of an endpoint; without a default it must be given."""

    name: str
    type: type
    default: Any
    help: str


_PHOTO = Parameter("photo", str, None, "JPEG, PNG, WebP, TIFF, BMP, HEIC or AVIF.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of an endpoint.

    Attributes:
        studio: does the work.
        known: the photo with known depth.
        settings: all settings, those that the endpoint lacks at their defaults.
        formats: keys of FORMATS; empty where the endpoint has no such parameter.
    """

    studio: Studio
    known: KnownDepth
    settings: ConvertSettings
    formats: Sequence[str]

    def render(self) -> SpatialPhoto:
        """Return the photo at full size."""
        progress = Part(page_progress, _DEPTH_SHARE, _RENDERED_SHARE)
        return self.studio.renderer.full(self.known, self.settings, progress)

    def report(self, **more: object) -> dict[str, Any]:
        """Return what every answer tells: how the photo was read, and where its depth is from."""
        info = self.known.info
        return {
            "estimator": {"id": info.id, "revision": info.revision, "licence": info.licence},
            "note": self.known.note,
            "notes": list(self.studio.depths.photo_of(self.known).notes),
            **more,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One endpoint for one photo.

    Attributes:
        summary: what it does, in one line.
        returns: what comes back, one line each.
        work: does it.
        outputs: kinds of the components that carry the answer, in order.
        depth_only: whether its settings are those of the depth alone.
        formats: default of its parameter ``formats``; None when it has none.
    """

    summary: str
    returns: tuple[str, ...]
    work: Callable[..., tuple[Any, ...]]
    outputs: tuple[type[Component], ...] = ()
    depth_only: bool = False
    formats: tuple[str, ...] | None = None

    def settings(self) -> list[Setting]:
        """Return its settings, in order."""
        return [s for s in iter_settings() if not self.depth_only or s.section == _DEPTH_SECTION]


def _convert(call: Call) -> tuple[list[str], dict]:
    result = call.render()
    report = call.report(settings=to_dict(result.settings), metrics=paper_metrics(result).to_dict())
    return list(write_files(result).values()), report


def _depth(call: Call) -> tuple[list[str], dict]:
    photo = call.studio.depths.photo_of(call.known)
    depth = estimate(photo, call.settings.depth, call.studio.depths.estimator(call.known))
    paths = write_depth(with_depth(photo, depth, call.settings, call.known.info), new_folder())
    known = {"space": depth.space.value, "kind": depth.kind.value, "polarity": "near_bright"}
    height_px, width_px = depth.values.shape
    settings = to_dict(call.settings)[_DEPTH_SECTION]
    report = call.report(depth={**known, "width": width_px, "height": height_px}, settings=settings)
    return [str(path) for path in paths.values()], report


def _stereo(call: Call) -> tuple[str, dict]:
    result = call.render()
    paths = write_files(result, STEREO_FORMATS)
    return paths["side_by_side"], call.report(settings=to_dict(result.settings))


def _metrics(call: Call) -> tuple[dict]:
    result = call.render()
    return (
        call.report(
            settings=to_dict(result.settings),
            metrics=paper_metrics(result).to_dict(),
            comfort=comfort_report(result).to_dict(),
        ),
    )


def _export(call: Call) -> tuple[str, dict]:
    result = call.render()
    folder = new_folder()
    paths = write_files(result, call.formats, folder=folder)
    archive = zip_files(paths.values(), folder / f"{result.photo.name}_spatial.zip")
    return archive, call.report(settings=to_dict(result.settings), files=sorted(paths))


_REPORT = "A report: estimator, note, notes of how the photo was read, settings"
ENDPOINTS: dict[str, Endpoint] = {
    "convert": Endpoint(
        summary="Turn a photo into a spatial photo: files and figures.",
        returns=(
            "The files: full and half side-by-side (left eye on the left), depth, manifest.",
            f"{_REPORT}, metrics.",
        ),
        work=_convert,
        outputs=(gr.File, gr.JSON),
    ),
    "depth": Endpoint(
        summary="Estimate the depth of a photo.",
        returns=(
            "A 16-bit PNG (near is bright, 0 is unknown), and JSON that explains its numbers.",
            f"{_REPORT} of the depth, and space, kind and size of the map.",
        ),
        work=_depth,
        outputs=(gr.File, gr.JSON),
        depth_only=True,
    ),
    "stereo": Endpoint(
        summary="Turn a photo into one stereoscopic picture.",
        returns=("The full side-by-side JPEG, left eye on the left.", f"{_REPORT}."),
        work=_stereo,
        outputs=(gr.Image, gr.JSON),
    ),
    "metrics": Endpoint(
        summary="Measure a spatial photo: its comfort, and the figures of the paper with ratings.",
        returns=(f"{_REPORT}, metrics, comfort.",),
        work=_metrics,
        outputs=(gr.JSON,),
    ),
    "export": Endpoint(
        summary="Turn a photo into files of chosen formats.",
        returns=("One ZIP with the files and their manifest.", f"{_REPORT}, roles of the files."),
        work=_export,
        outputs=(gr.File, gr.JSON),
        formats=QUICK_FORMATS,
    ),
}


def describe(
    function: Callable[..., Any],
    name: str,
    endpoint: Endpoint,
    photo: Parameter = _PHOTO,
) -> None:
    """Give a function the name, signature and docstring that clients and MCP tools see."""
    names = f"{EMBEDDED}, {', '.join(FROM_HUB)}, file (depth in the photo), or ldm:owner/name"
    parameters = [photo, Parameter("estimator", str, AUTO, f"depth model: {names}.")]
    if endpoint.formats is not None:
        words = f"what to write: {', '.join(FORMATS)}."
        parameters.append(Parameter("formats", list[str], list(endpoint.formats), words))
    for setting in endpoint.settings():
        value = plain(setting.default)
        parameters.append(Parameter(setting.name, type(value), value, _help_with_range(setting)))
    lines = [endpoint.summary, "", "Args:"]
    lines += [f"    {p.name}: {p.help}" for p in parameters]
    lines += ["", "Returns:", *(f"    {line}" for line in endpoint.returns), ""]
    function.__name__ = name
    function.__doc__ = "\n".join(lines)
    function.__annotations__ = {p.name: p.type for p in parameters}
    function.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                p.name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                annotation=p.type,
                default=inspect.Parameter.empty if p.default is None else p.default,
            )
            for p in parameters
        ]
    )


def _help_with_range(setting: Setting) -> str:
    info = setting.info
    if info.minimum is None or info.maximum is None:
        return info.help
    return f"{info.help} From {info.minimum:g} to {info.maximum:g} {info.unit}".rstrip() + "."


def make_endpoint(studio: Studio, name: str) -> Callable[..., Any]:
    """Return the function behind the endpoint of this name, with its signature and docstring."""
    endpoint = ENDPOINTS[name]

    @clear_errors
    def answer(photo: str, estimator: str, *values: object) -> Any:  # noqa: ANN401
        formats, rest = (), values
        if endpoint.formats is not None:
            formats, *rest = values
            formats = formats_from(formats)
            check_formats(formats)
        chosen = settings_from(rest, endpoint.settings())
        progress = Part(page_progress, 0.0, _DEPTH_SHARE)
        known = studio.depths.find(photo, estimator, chosen.depth, progress)
        answers = endpoint.work(Call(studio=studio, known=known, settings=chosen, formats=formats))
        return answers if len(answers) > 1 else answers[0]

    describe(answer, name, endpoint)
    return answer


def add_endpoints(
    studio: Studio,
    *,
    photo: Component,
    estimator: Component,
    widgets: dict[str, Component],
    concurrency_id: str,
) -> None:
    """Add every endpoint for one photo to the current Blocks.

    Args:
        studio: does the work.
        photo: takes the photo.
        estimator: takes the estimator's name.
        widgets: one per setting: they give types, ranges and defaults.
        concurrency_id: the queue that calls wait in.
    """
    for name, endpoint in ENDPOINTS.items():
        inputs = [photo, estimator]
        if endpoint.formats is not None:
            inputs.append(format_menu(endpoint.formats, visible=False))
        inputs += [widgets[s.name] for s in endpoint.settings()]
        gr.on(
            [],
            make_endpoint(studio, name),
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


def format_menu(default: Sequence[str], *, visible: bool) -> Component:
    """Make the menu of formats; its value is checked by ``formats_from``."""
    titles = [(row.title, name) for name, row in FORMATS.items()]
    return unchecked(
        gr.Dropdown(titles, value=list(default), multiselect=True, label="Formats", visible=visible)
    )


def _carrier(kind: type[Component], endpoint: Endpoint) -> Component:
    """Make a component that carries an answer; it is never shown."""
    if kind is gr.File:
        several = "multiple" if endpoint.formats is None else "single"
        return gr.File(label="files", file_count=several, visible=False)
    if kind is gr.Image:
        return gr.Image(label="picture", type="filepath", format="jpeg", visible=False)
    return kind(label="report", visible=False)
