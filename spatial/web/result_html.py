"""What the page shows of a result: the name of a place in the page to its content."""

from collections.abc import Mapping
from html import escape
from typing import Any, NamedTuple
from urllib.parse import quote

import numpy as np
import segno
from numpy.typing import NDArray

from spatial.formats import colour_nearness, dubois
from spatial.geometry import known_sample
from spatial.metrics import (
    EDGE_LEGEND,
    ComfortReport,
    DepthErrors,
    edge_picture,
    find_edges,
    paper_metrics,
)
from spatial.records import SpatialPhoto
from spatial.results import Receipt
from spatial.web.addresses import is_this_machine
from spatial.web.depth_memory import KnownDepth
from spatial.web.files import (
    cache_links,
    cache_url,
    device_cards,
    file_list,
    fill,
    fit_preview,
    publish,
)
from spatial.web.sharing import time_text

STATUS = "status"
VIEWS, STEREO_FILES = "stereo-views", "stereo-files"
DEPTH, DEPTH_FILES = "depth-slider", "depth-files"
COMFORT, FIGURES, DEPTH_ERRORS = "comfort", "metrics-table", "depth-errors"
VIEWER, ARCHIVE, LINK, DEVICE_FILES = "view-here", "archive", "share-link", "device-files"
_DEPTH_ROLES = ("depth", "depth_info", "depth_colour")
_ABOUT_STEREO = (
    "Both views side by side, full and half width (left eye on the left), and a manifest"
)
_ABOUT_DEPTH = "Depth: 16-bit PNG (near is bright), what its numbers mean (JSON), in colour (PNG)"
_LATER = "Press Prepare all files to make them."
_REASONS_SHOWN = 3
_BINS, _WIDTH, _HEIGHT = 61, 600, 130
_LEAST_SPAN_PERCENT = 1.0
_QR_SCALE, _QR_BORDER = 5, 3

Content = dict[str, Any]


class Bar(NamedTuple):
    """One bar of a histogram: its left edge and its height, in units of the drawing."""

    x: float
    height: float


def depth_source(depth: KnownDepth) -> Content:
    """Return where the depth came from, how long that took, and why from there."""
    info = depth.info
    took = "" if depth.seconds is None else f" in {depth.seconds:.1f} s"
    source = f"Depth: {escape(info.title)}{took}. Licence: {escape(info.licence)}."
    note = escape(depth.note)
    return {STATUS: f'<p class="note" role="alert">{note}</p><p>{source}</p>' if note else source}


def preview_views(preview: SpatialPhoto) -> Content:
    """Return stereo views and depth of a preview; files and figures of another picture go away."""
    rgb, pair = preview.photo.rgb, preview.pair
    height_px, width_px = rgb.shape[:2]
    shown = {"photo": rgb, "depth": colour_nearness(preview.nearness)}
    views = {"left": pair.left, "right": pair.right, "anaglyph": dubois(pair.left, pair.right)}
    return {
        DEPTH: fill("depth_slider.html", aspect=f"{width_px / height_px:.4f}", **publish(shown)),
        VIEWS: {"pictures": publish(views), "width": width_px, "height": height_px},
        **dict.fromkeys((STEREO_FILES, DEPTH_FILES, COMFORT, FIGURES, DEPTH_ERRORS)),
        VIEWER: "",
        ARCHIVE: "",
        DEVICE_FILES: device_cards({}, _LATER),
    }


def quick_files(paths: Mapping[str, str]) -> Content:
    """Return the files of a result under its views and under its depth; ``paths`` by role."""
    depth = [paths[role] for role in _DEPTH_ROLES if role in paths]
    stereo = [path for role, path in paths.items() if role not in _DEPTH_ROLES]
    return {
        DEPTH_FILES: file_list(_ABOUT_DEPTH, depth),
        STEREO_FILES: file_list(_ABOUT_STEREO, stereo),
    }


def files_by_device(paths: Mapping[str, str], archive: str | None = None) -> Content:
    """Return files for every device.

    Args:
        paths: role to path in Gradio's cache.
        archive: ZIP of everything, None while there is none.
    """
    source = quote(f"../{cache_url(paths['manifest'])}", safe="/")
    zipped = {} if archive is None else cache_links({"archive": archive})
    return {
        VIEWER: fill("viewer_link.html", source=source),
        ARCHIVE: fill("archive_link.html", file=zipped["archive"]) if zipped else "",
        DEVICE_FILES: device_cards(cache_links(paths), _LATER),
    }


def shared_link(receipt: Receipt, page_address: str) -> Content:
    """Return a new link with its QR code; ``page_address`` as the visitor typed it."""
    address = f"{page_address}/s/{receipt.id}"
    code = segno.make(address, error="m", micro=False)
    card = fill(
        "link_card.html",
        picture=code.svg_data_uri(scale=_QR_SCALE, border=_QR_BORDER, light="white"),
        side_px=code.symbol_size(scale=_QR_SCALE, border=_QR_BORDER)[0],
        address=address,
        id=receipt.id,
        token=receipt.delete_token,
        until=time_text(receipt.expires),
        is_local=is_this_machine(page_address),
    )
    return {LINK: card}


def figures(result: SpatialPhoto, comfort: ComfortReport, errors: DepthErrors | None) -> Content:
    """Return the figures of a finished photo; ``errors`` where true depth is known."""
    edges = find_edges(result.photo.rgb, result.focused, result.nearness)
    metrics = paper_metrics(result, edges=edges)
    viewing = comfort.viewing
    about_comfort = (
        f"Comfort on a screen {viewing.screen_width_mm:g} mm wide, seen from "
        f"{viewing.distance_mm:g} mm (both under More settings)."
    )
    rows = comfort.rows()
    return {
        COMFORT: fill(
            "comfort.html",
            score=f"{comfort.score:.0f}",
            rating=next(row.rating for row in rows if row.key == "score"),
            reasons=comfort.reasons[:_REASONS_SHOWN],
        ),
        FIGURES: fill(
            "figures.html",
            histogram=disparity_histogram(result.pair.disparity_px),
            tables=[
                ("Measured at full size, as in section 6 of the paper.", metrics.rows()),
                (about_comfort, rows),
            ],
            edges=publish({"edges": fit_preview(edge_picture(edges))}, suffix=".png")["edges"],
            legend={name: f"#{bytes(colour).hex()}" for name, colour in EDGE_LEGEND.items()},
        ),
        **depth_errors(errors),
    }


def depth_errors(errors: DepthErrors | None) -> Content:
    """Return the errors of the depth; nothing where no true depth is known."""
    words = "Estimated depth compared with true depth, after scaling and shifting."
    table = "" if errors is None else fill("table.html", caption=words, rows=errors.rows())
    return {DEPTH_ERRORS: table}


def disparity_histogram(disparity_px: NDArray[np.float32]) -> str:
    """Return HTML of how much of the picture lies how far behind and in front of the screen.

    Args:
        disparity_px: float [H, W], ``x_left - x_right``; values that are not finite are left out.
    """
    percent = known_sample(disparity_px) * (100.0 / disparity_px.shape[1])
    span = max(_LEAST_SPAN_PERCENT, float(np.max(np.abs(percent), initial=0.0)) * 1.05)
    counts, _ = np.histogram(percent, bins=_BINS, range=(-span, span))
    heights = counts / max(1, counts.max()) * _HEIGHT
    step = _WIDTH / _BINS
    behind = float(np.mean(percent < 0)) if percent.size else 0.0
    return fill(
        "histogram.html",
        width=_WIDTH,
        height=_HEIGHT,
        bars=[Bar(i * step, float(height)) for i, height in enumerate(heights) if height > 0],
        bar_width=step - 1,
        span=f"{span:.1f}",
        words=f"{behind:.0%} of the picture is behind the screen, {1 - behind:.0%} is on it or in "
        "front.",
    )
