"""Tab *Metrics*: the paper's figures with their ranges, and the edge picture."""

from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr
from gradio.components import Component

from spatial.metrics import EDGE_LEGEND, PaperMetrics, edge_picture, find_edges
from spatial.records import SpatialPhoto
from spatial.web.pictures import fit_preview

_EMPTY = '<p class="empty">The figures appear together with the full-size files.</p>'
_CAPTION = "Measured at full size, as in section 6 of the paper."


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsTab:
    """Components of the tab."""

    table: gr.HTML
    legend: gr.HTML
    edges: gr.Image

    @property
    def outputs(self) -> list[Component]:
        return [self.table, self.legend, self.edges]

    def show(self, result: SpatialPhoto, metrics: PaperMetrics) -> dict[Component, Any]:
        """Return table and picture of a finished photo."""
        edges = find_edges(result.photo.rgb, result.focused, result.nearness)
        return {
            self.table: _table(metrics),
            self.legend: _legend(),
            self.edges: gr.Image(fit_preview(edge_picture(edges)), visible=True),
        }

    def clear(self) -> dict[Component, Any]:
        """Return the values of an empty tab."""
        return {self.table: _EMPTY, self.legend: "", self.edges: gr.Image(None, visible=False)}


def build_metrics_tab() -> MetricsTab:
    """Make the tab's components inside the current ``gr.Tab``."""
    table = gr.HTML(_EMPTY, elem_id="metrics-table")
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
    return MetricsTab(table=table, legend=legend, edges=edges)


def _table(metrics: PaperMetrics) -> str:
    head = "<tr><th>Figure</th><th class='number'>Value</th><th>Rating</th><th class='range'>Range</th></tr>"
    rows = "".join(
        f"<tr><td>{escape(row.name)}</td><td class='number'>{escape(row.value_text)}</td>"
        f"<td>{escape(row.rating)}</td><td class='range'>{escape(row.range_text)}</td></tr>"
        for row in metrics.rows()
    )
    return f"<table><caption>{_CAPTION}</caption><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _legend() -> str:
    items = "".join(
        f"<li><span style='background:#{bytes(colour).hex()}'></span>{escape(name)}</li>"
        for name, colour in EDGE_LEGEND.items()
    )
    return f"<ul>{items}</ul>"
