"""Tab *Metrics*: comfort in plain words, the paper's figures with their ranges, histogram and edge picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr
from gradio.components import Component

from spatial.depth import MAP_SUFFIXES
from spatial.metrics import (
    COMFORTABLE_SCORE,
    EDGE_LEGEND,
    ComfortReport,
    DepthErrors,
    MetricRow,
    comfort_report,
    edge_picture,
    find_edges,
    paper_metrics,
)
from spatial.records import SpatialPhoto
from spatial.web.histogram import disparity_histogram
from spatial.web.pictures import fit_preview

_EMPTY = '<p class="empty">The figures appear together with the full-size files.</p>'
_REASONS_SHOWN = 3
_FITTED = "Depth against the true depth, after the fit."
_CAPTION = "Measured at full size, as in section 6 of the paper."


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsTab:
    """Components of the tab."""

    comfort: gr.HTML
    make_comfortable: gr.Button
    histogram: gr.HTML
    table: gr.HTML
    legend: gr.HTML
    edges: gr.Image
    true_depth: gr.File
    depth_errors: gr.HTML

    @property
    def outputs(self) -> list[Component]:
        return [
            self.comfort,
            self.make_comfortable,
            self.histogram,
            self.table,
            self.legend,
            self.edges,
            self.depth_errors,
        ]

    def show(self, result: SpatialPhoto, errors: DepthErrors | None) -> dict[Component, Any]:
        """Return tables and picture of a finished photo; ``errors`` of its depth where a true one is known."""
        edges = find_edges(result.photo.rgb, result.focused, result.nearness)
        metrics, comfort = paper_metrics(result, edges=edges), comfort_report(result)
        return {
            self.comfort: _comfort(comfort),
            self.make_comfortable: gr.Button(visible=comfort.score < COMFORTABLE_SCORE),
            self.histogram: disparity_histogram(result.pair.disparity_px),
            self.table: _table(_CAPTION, metrics.rows()) + _table(_at(comfort), comfort.rows()),
            self.legend: _legend(),
            self.edges: gr.Image(fit_preview(edge_picture(edges)), visible=True),
            **self.compare(errors),
        }

    def compare(self, errors: DepthErrors | None) -> dict[Component, Any]:
        """Return the errors of the depth, or nothing where no true depth is known."""
        return {self.depth_errors: "" if errors is None else _table(_FITTED, errors.rows())}

    def clear(self) -> dict[Component, Any]:
        """Return the values of an empty tab."""
        return {
            self.comfort: _EMPTY,
            self.make_comfortable: gr.Button(visible=False),
            self.histogram: "",
            self.table: "",
            self.legend: "",
            self.edges: gr.Image(None, visible=False),
            self.depth_errors: "",
        }


def build_metrics_tab() -> MetricsTab:
    """Make the tab's components inside the current ``gr.Tab``."""
    comfort = gr.HTML(_EMPTY, elem_id="comfort")
    make_comfortable = gr.Button(
        "Make comfortable", visible=False, variant="primary", elem_id="make-comfortable"
    )
    histogram = gr.HTML("", elem_id="histogram")
    table = gr.HTML("", elem_id="metrics-table")
    legend = gr.HTML("", elem_id="edge-legend")
    edges = gr.Image(
        label="Edges of the photo after depth of field",
        alt_text="Edges of the photo, coloured by whether depth of field kept them",
        format="png",
        interactive=False,
        visible=False,
        buttons=["download", "fullscreen"],
        elem_id="edge-picture",
    )
    with gr.Accordion("Compare with a true depth map", open=False, elem_id="compare-depth"):
        gr.HTML(
            "<p>Measured depth of this photo: 16-bit PNG in millimetres, or float TIFF, PFM or npy in metres; 0 is "
            "unknown. The estimate is fitted to it by one factor and one shift first.</p>"
        )
        true_depth = gr.File(
            label="True depth", file_types=list(MAP_SUFFIXES), height=120, elem_id="true-depth"
        )
        depth_errors = gr.HTML("", elem_id="depth-errors")
    return MetricsTab(
        comfort=comfort,
        make_comfortable=make_comfortable,
        histogram=histogram,
        table=table,
        legend=legend,
        edges=edges,
        true_depth=true_depth,
        depth_errors=depth_errors,
    )


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


def _legend() -> str:
    items = "".join(
        f"<li><span style='background:#{bytes(colour).hex()}'></span>{escape(name)}</li>"
        for name, colour in EDGE_LEGEND.items()
    )
    return f"<ul>{items}</ul>"
