"""``python -m spatial metrics PHOTO...``: the paper's figures, and how comfortable it looks."""

import argparse
import json
from collections.abc import Sequence
from enum import Enum
from pathlib import Path

from spatial.commands.each_photo import Job, Outputs, each_photo
from spatial.commands.flags import add_photos, add_settings, tell
from spatial.conversion import convert
from spatial.depth import read_true_depth
from spatial.formats import encode_png, make_folder, write_together
from spatial.metrics import (
    ComfortReport,
    DepthErrors,
    EdgeMaps,
    MetricRow,
    PaperMetrics,
    aligned_errors,
    comfort_report,
    comfortable_settings,
    edge_picture,
    find_edges,
    paper_metrics,
)
from spatial.records import Photo, SpatialPhoto
from spatial.settings import ConvertSettings, iter_settings

_SUFFIXES = ("_edges.png", "_metrics.json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add photos, every setting, and what else is wanted."""
    add_photos(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--edges",
        type=Path,
        default=None,
        metavar="DIR",
        help="also write the edge pictures and the figures",
    )
    parser.add_argument(
        "--true-depth",
        type=Path,
        default=None,
        metavar="FILE",
        help="measured depth of the one photo, 16-bit in millimetres or float in metres: adds "
        "AbsRel and delta 1 to 3",
    )
    add_settings(parser)


def _true_depth_errors(result: SpatialPhoto, path: Path) -> DepthErrors:
    truth = read_true_depth(path, result.photo)
    return aligned_errors(result.depth, truth.depth_m, truth.known)


def _write_edges(edges: EdgeMaps, figures: dict[str, object], photo: Photo, folder: Path) -> None:
    """Write the edge picture and the figures; the JSON file tells which photo they belong to."""
    make_folder(folder)
    picture, record = (folder / (photo.name + suffix) for suffix in _SUFFIXES)
    text = json.dumps({**figures, "photo": {"sha256": photo.sha256}}, indent=2, allow_nan=False)
    with write_together(record) as stage:
        stage(picture).write_bytes(encode_png(edge_picture(edges)))
        stage(record).write_text(text + "\n", encoding="utf-8")
    tell(f"edges: {picture}")


def _table(title: str, rows: Sequence[MetricRow]) -> list[str]:
    lines = [f"| {title} | value | rating | range |", "|---|---|---|---|"]
    return lines + [
        f"| {row.name} | {row.value_text} | {row.rating} | {row.range_text} |" for row in rows
    ]


def _flag(name: str, value: object) -> str:
    words = name.replace("_", "-")
    if isinstance(value, bool):
        return f"--{words}" if value else f"--no-{words}"
    return f"--{words} {value.value if isinstance(value, Enum) else value}"


def _changed_flags(old: ConvertSettings, new: ConvertSettings) -> str:
    """Return the flags that turn one set of settings into another."""
    pairs = zip(iter_settings(old), iter_settings(new), strict=True)
    return " ".join(_flag(b.name, b.default) for a, b in pairs if a.default != b.default)


def _comfort_lines(name: str, result: SpatialPhoto, comfort: ComfortReport) -> list[str]:
    lines = ["", *_table(f"{name}: comfort", comfort.rows()), "", *comfort.reasons]
    flags = _changed_flags(result.settings, comfortable_settings(result))
    return [*lines, f"Comfortable with {flags}"] if flags else lines


def _figures(
    metrics: PaperMetrics, comfort: ComfortReport, errors: DepthErrors | None
) -> dict[str, object]:
    figures: dict[str, object] = {**metrics.to_dict(), "comfort": comfort.to_dict()}
    if errors is not None:
        figures |= {k: getattr(errors, k) for k in ("abs_rel", "delta1", "delta2", "delta3")}
    return figures


def run(args: argparse.Namespace) -> int:
    """Print two tables a photo, or one line of JSON a photo."""
    if args.true_depth is not None and len(args.photos) > 1:
        tell("--true-depth belongs to one photo; give one photo at a time")
        return 2

    def work(job: Job) -> list[str]:
        result = convert(job.photo, job.settings, estimator=job.estimator, progress=job.progress)
        edges = find_edges(result.photo.rgb, result.focused, result.nearness)
        metrics, comfort = paper_metrics(result, edges=edges), comfort_report(result)
        errors = None if args.true_depth is None else _true_depth_errors(result, args.true_depth)
        figures = _figures(metrics, comfort, errors)
        if args.edges is not None:
            _write_edges(edges, figures, job.photo, args.edges)
        if args.json:
            return [json.dumps({"photo": str(job.path), **figures}, allow_nan=False)]
        lines = _table(job.photo.name, metrics.rows())
        if errors is not None:
            lines += ["", *_table(f"{job.photo.name}: depth against the truth", errors.rows())]
        return [*lines, *_comfort_lines(job.photo.name, result, comfort)]

    return each_photo(args, work, Outputs(args.edges, _SUFFIXES) if args.edges else None)
