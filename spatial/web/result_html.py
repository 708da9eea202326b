"""What the page shows of a result: the name of a place in the page to its content."""

from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple
from urllib.parse import quote

import cv2
import numpy as np
import segno
from numpy.typing import NDArray

from spatial.formats import colour_nearness
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
from spatial.records import Photo, SpatialPhoto
from spatial.results import Receipt
from spatial.scene import disparity_range
from spatial.web.addresses import is_this_machine
from spatial.web.depth_memory import KnownDepth
from spatial.web.files import Download, cache_links, cache_url, fill, fit_preview, link_to, publish
from spatial.web.sharing import time_text

STATUS, DEPTH_SOURCE = "status", "depth-source"
PHOTO, VIEWS, SCENE = "photo", "stereo-views", "scene"
COMFORT, DETAILS, FIGURES, DEPTH_ERRORS = "comfort", "details", "figures", "depth-errors"
LINK = "share-link"
_REASONS_SHOWN = 3
_BINS, _WIDTH, _HEIGHT = 61, 600, 130
_LEAST_SPAN_PERCENT = 1.0
_QR_SCALE, _QR_BORDER = 5, 3
_MAP_SIDE_PX = 640  # of the disparity by which the views sway until their layers are there
_IN_VIEWER, _CLIP = "side_by_side", "sway_mp4"
_PAPER_WORDS = {
    "laplacian_variance": "How much fine detail the picture has after the blur; above 300 is good.",
    "psnr_left_db": "How alike view and photo are, pixel for pixel: more depth means less.",
    "psnr_right_db": "The same for the right view; infinite where it is the photo itself.",
    "foreground_kept": "Share of the outlines near you that the blur left sharp; 1 = all.",
    "background_kept": "Share of the outlines behind that are still sharp; low with much blur.",
    "depth_explained": "Share of the steps in depth that lie on an outline of the photo; 1 = all.",
}

Content = dict[str, Any]


class Bar(NamedTuple):
    """One bar of a histogram: its left edge and its height, in units of the drawing."""

    x: float
    height: float


def place_of(goal: str) -> str:
    """Return the place for the files of a goal."""
    return f"goal-{goal}"


def about_photo(photo: Photo, note: str = "") -> Content:
    """Return the line over the picture: the photo, and what a person should know about it."""
    notes = [f"About this file: {told}." for told in photo.notes] + ([note] if note else [])
    width, height = photo.width_px, photo.height_px
    return {STATUS: fill("status.html", name=photo.name, width=width, height=height, notes=notes)}


def chosen_photo(photo: Photo, address: str) -> Content:
    """Return the photo itself, which is shown until there is more."""
    shown = {"address": address, "width": photo.width_px, "height": photo.height_px}
    return {PHOTO: shown, **about_photo(photo)}


def depth_source(depth: KnownDepth) -> Content:
    """Return where the depth came from, and under which terms."""
    info = depth.info
    source = f"Depth: {escape(info.title)}. Licence: {escape(info.licence)}."
    return {DEPTH_SOURCE: f"<p>{source}</p>"}


def preview_views(preview: SpatialPhoto, goals: Sequence[str]) -> Content:
    """Return the views of a preview; files and figures of another picture go away.

    Args:
        preview: the spatial photo at preview size.
        goals: the goals that files may be there for.
    """
    pair, (first, last) = preview.pair, disparity_range(preview)
    height_px, width_px = pair.left.shape[:2]
    share = (pair.disparity_px / np.float32(width_px) - first) / (last - first)
    near_bright = np.asarray(cv2.convertScaleAbs(share, alpha=255), np.uint8)
    pictures = {
        "left.jpg": pair.left,
        "right.jpg": pair.right,
        "depth.jpg": colour_nearness(preview.nearness),
        "map.png": fit_preview(near_bright, _MAP_SIDE_PX),
    }
    shown = {"pictures": publish(pictures), "range": [first, last]}
    return {
        VIEWS: {**shown, "width": width_px, "height": height_px},
        **dict.fromkeys((SCENE, FIGURES, DEPTH_ERRORS, *map(place_of, goals))),
    }


def scene_layers(manifest: str) -> Content:
    """Return the layers that the views sway by; ``manifest`` is the path of theirs."""
    return {SCENE: cache_url(manifest)}


def goal_files(goal: str, made: Download) -> Content:
    """Return the files for one goal, the most wanted first."""
    links = cache_links(made.paths)
    viewer = ""
    if _IN_VIEWER in links and not made.archive:
        viewer = quote(f"../{links['manifest'].href}", safe="/")
    files = [link for role, link in links.items() if role != "manifest"]
    if made.archive:
        files = [link_to(made.archive, "Download all files (ZIP)")]
    clip = None if made.archive else links.get(_CLIP)
    return {place_of(goal): fill("goal.html", viewer=viewer, clip=clip, files=files)}


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


def comfort(report: ComfortReport, preview: SpatialPhoto) -> Content:
    """Return how comfortable a preview is: in one line, and in detail."""
    viewing, rows = report.viewing, report.rows()
    told = {
        "score": f"{report.score:.0f}",
        "rating": next(row.rating for row in rows if row.key == "score"),
    }
    about = (
        f"On a picture {viewing.screen_width_mm:g} mm wide, seen from {viewing.distance_mm:g} mm "
        "(both under More)."
    )
    return {
        COMFORT: fill("comfort.html", level=told["rating"], **told),
        DETAILS: fill(
            "details.html",
            reasons=report.reasons[:_REASONS_SHOWN],
            histogram=disparity_histogram(preview.pair.disparity_px),
            about=about,
            rows=rows,
            **told,
        ),
    }


def figures(result: SpatialPhoto, errors: DepthErrors | None) -> Content:
    """Return the paper's figures of a finished photo; ``errors`` where true depth is known."""
    edges = find_edges(result.photo.rgb, result.focused, result.nearness)
    metrics = paper_metrics(result, edges=edges)
    return {
        FIGURES: fill(
            "figures.html",
            caption="Measured at full size, as in section 6 of the paper.",
            rows=[_explained(row) for row in metrics.rows()],
            edges=publish({"edges.png": fit_preview(edge_picture(edges))})["edges"],
            legend={name: f"#{bytes(colour).hex()}" for name, colour in EDGE_LEGEND.items()},
        ),
        **depth_errors(errors),
    }


def _explained(row: MetricRow) -> MetricRow:
    """Return a row of the paper with a sentence on what it means.

    Likeness to the photo is not rated here: a view is meant to differ from it.
    """
    rating = "" if row.unit == "dB" else row.rating
    return row._replace(rating=rating, range_text=_PAPER_WORDS[row.key])


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
