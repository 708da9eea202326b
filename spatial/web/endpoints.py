"""What each endpoint of the API does with one photo."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from spatial.conversion import fit_depth
from spatial.formats import write_depth
from spatial.metrics import comfort_report, paper_metrics
from spatial.records import SpatialPhoto
from spatial.settings import ConvertSettings, Setting, iter_settings, to_dict
from spatial.web.depth_memory import KnownDepth
from spatial.web.devices import QUICK_FORMATS
from spatial.web.files import new_folder, write_files, zip_files
from spatial.web.messages import PageProgress
from spatial.web.session import Studio

_DEPTH_SECTION = "depth"
STEREO_FORMATS = ("sbs",)


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
        return self.studio.full(self.known, self.settings, PageProgress(0.6, 0.9))

    def report(self, **more: object) -> dict[str, Any]:
        """Return what every answer tells: where the depth came from and with which settings."""
        info = self.known.info
        return {
            "estimator": {"id": info.id, "revision": info.revision, "licence": info.licence},
            "note": self.known.note,
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
    work: Callable[[Call], tuple[Any, ...]]
    outputs: tuple[type[Component], ...]
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
    photo = call.studio.decoder.load_photo(call.known.path)
    depth = fit_depth(call.studio.depth(call.known), photo, call.settings.depth)
    paths = write_depth(depth, new_folder(), photo=photo, estimator=call.known.info)
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


_REPORT = "A report: estimator, note, settings"
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
            "A 16-bit PNG (near is bright, 0 is unknown) and a JSON file that says what its numbers mean.",
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
        summary="Measure the spatial photo that a photo turns into: comfort, and the paper's figures with ratings.",
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
