"""Tab *Metrics*: comfort in plain words, the paper's figures with their ranges, histogram and edge picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from spatial.depth import MAP_SUFFIXES
from spatial.geometry import known_sample
from spatial.metrics import (
    EDGE_LEGEND,
    ComfortReport,
    DepthErrors,
    MetricRow,
    edge_picture,
    find_edges,
    paper_metrics,
)
from spatial.records import SpatialPhoto
from spatial.web.pictures import build_place, fit_preview, publish

COMFORT, FIGURES, DEPTH_ERRORS = "comfort", "metrics-table", "depth-errors"
_EMPTY = '<p class="empty">The figures appear when the full-size files are ready.</p>'
_REASONS_SHOWN = 3
_FITTED = "Estimated depth compared with true depth, after scaling and shifting."
_CAPTION = "Measured at full size, as in section 6 of the paper."
_BINS, _WIDTH, _HEIGHT = 61, 600, 130
_LEAST_SPAN_PERCENT = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsTab:
    """Components of the tab."""

    make_comfortable: gr.Button
    true_depth: gr.File


def figures(
    result: SpatialPhoto, comfort: ComfortReport, errors: DepthErrors | None
) -> dict[str, str]:
    """Return the tab of a finished photo, place to HTML; ``errors`` of its depth where a true one is known."""
    edges = find_edges(result.photo.rgb, result.focused, result.nearness)
    metrics = paper_metrics(result, edges=edges)
    picture = publish({"edges": fit_preview(edge_picture(edges))}, suffix=".png")["edges"]
    return {
        COMFORT: _comfort(comfort),
        FIGURES: disparity_histogram(result.pair.disparity_px)
        + _table(_CAPTION, metrics.rows())
        + _table(_at(comfort), comfort.rows())
        + _edges(picture),
        **depth_errors(errors),
    }


def depth_errors(errors: DepthErrors | None) -> dict[str, str]:
    """Return the errors of the depth, place to HTML; nothing where no true depth is known."""
    return {DEPTH_ERRORS: "" if errors is None else _table(_FITTED, errors.rows())}


def no_figures() -> dict[str, None]:
    """Return an empty tab."""
    return dict.fromkeys((COMFORT, FIGURES, DEPTH_ERRORS))


def build_metrics_tab() -> MetricsTab:
    """Make the tab's components inside the current ``gr.Tab``."""
    build_place(COMFORT, _EMPTY)
    make_comfortable = gr.Button("Make comfortable", variant="primary", elem_id="make-comfortable")
    build_place(FIGURES)
    with gr.Accordion("Compare with a true depth map", open=False, elem_id="compare-depth"):
        gr.HTML(
            "<p>Upload measured depth of this photo: a 16-bit PNG in millimetres, or a float TIFF, "
            "PFM or NPY file in metres. 0 means unknown. The estimate is scaled and shifted to fit "
            "it before the two are compared.</p>"
        )
        true_depth = gr.File(
            label="True depth", file_types=list(MAP_SUFFIXES), height=120, elem_id="true-depth"
        )
        build_place(DEPTH_ERRORS)
    return MetricsTab(make_comfortable=make_comfortable, true_depth=true_depth)


def _at(report: ComfortReport) -> str:
    viewing = report.viewing
    return (
        f"Comfort on a screen {viewing.screen_width_mm:g} mm wide, seen from {viewing.distance_mm:g} mm "
        "(both under More settings)."
    )


def _comfort(report: ComfortReport) -> str:
    word = next(row.rating for row in report.rows() if row.key == "score")
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in report.reasons[:_REASONS_SHOWN])
    return (
        f'<div class="score"><span class="ring" style="--score: {report.score:.0f}" aria-hidden="true">'
        f"{report.score:.0f}</span><div><h3>Comfort {report.score:.0f} of 100: {escape(word)}</h3>"
        f"<ul>{reasons}</ul></div></div>"
    )


def _table(caption: str, figures: Sequence[MetricRow]) -> str:
    head = "<tr><th>Figure</th><th class='number'>Value</th><th>Rating</th><th class='range'>Range</th></tr>"
    rows = "".join(
        f"<tr><td>{escape(row.name)}</td><td class='number'>{escape(row.value_text)}</td>"
        f"<td>{escape(row.rating)}</td><td class='range'>{escape(row.range_text)}</td></tr>"
        for row in figures
    )
    return f"<table><caption>{caption}</caption><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _edges(picture: str) -> str:
    items = "".join(
        f"<li><span style='background:#{bytes(colour).hex()}'></span>{escape(name)}</li>"
        for name, colour in EDGE_LEGEND.items()
    )
    return (
        f'<figure id="edge-picture"><a href="{picture}" target="_blank"><img src="{picture}" '
        'alt="Edges of the photo, coloured by whether depth of field kept them"></a>'
        f"<figcaption>Edges of the photo after depth of field<ul>{items}</ul></figcaption></figure>"
    )


def disparity_histogram(disparity_px: NDArray[np.float32]) -> str:
    """Return HTML of how much of the picture lies how far behind and in front of the screen.

    Args:
        disparity_px: float [H, W], ``x_left - x_right``; values that are not finite are left out.
    """
    percent = known_sample(disparity_px) * (100.0 / disparity_px.shape[1])
    span = max(_LEAST_SPAN_PERCENT, float(np.max(np.abs(percent), initial=0.0)) * 1.05)
    counts, _ = np.histogram(percent, bins=_BINS, range=(-span, span))
    heights = counts / max(1, counts.max()) * _HEIGHT
    bar = _WIDTH / _BINS
    bars = "".join(
        f'<rect x="{i * bar:.1f}" y="{_HEIGHT - h:.1f}" width="{bar - 1:.1f}" height="{h:.1f}"/>'
        for i, h in enumerate(heights)
        if h > 0
    )
    behind = float(np.mean(percent < 0)) if percent.size else 0.0
    words = (
        f"{behind:.0%} of the picture lies behind the screen, {1 - behind:.0%} on it or in front."
    )
    return (
        f'<figure><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{words}" fill="var(--primary-500)">'
        f"{bars}"
        f'<line x1="{_WIDTH / 2}" x2="{_WIDTH / 2}" y1="0" y2="{_HEIGHT}" stroke="currentColor" stroke-dasharray="4 3"/>'
        f'</svg><div class="axis" aria-hidden="true"><span>behind, {span:.1f} %</span><span>screen</span>'
        f"<span>in front, {span:.1f} %</span></div><figcaption>{words}</figcaption></figure>"
    )
