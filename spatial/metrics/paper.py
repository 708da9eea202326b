"""The table of the paper's section 6 for one spatial photo, for page and command line."""

import math
from dataclasses import asdict, dataclass

from spatial.metrics.edges import EdgeConsistency, EdgeMaps, edge_consistency, find_edges
from spatial.metrics.pictures import laplacian_variance, psnr
from spatial.metrics.ratings import MetricRow, Rating, rate_laplacian_variance, rate_psnr
from spatial.records import SpatialPhoto


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperMetrics:
    """The paper's figures of merit.

    Attributes:
        laplacian_variance: sharpness of the picture after depth of field, in squared grey levels
            (Eq. 6).
        psnr_left_db: left view against the input in dB (Eq. 7).
        psnr_right_db: right view against the input in dB.
        edges: edge consistency of the input and the picture after depth of field.
    """

    laplacian_variance: float
    psnr_left_db: float
    psnr_right_db: float
    edges: EdgeConsistency

    def rows(self) -> tuple[MetricRow, ...]:
        """Return the table, top to bottom."""
        shares = Rating("", "share of edges; 1 = all")
        sharpness = rate_laplacian_variance(self.laplacian_variance)
        left, right = rate_psnr(self.psnr_left_db), rate_psnr(self.psnr_right_db)
        named = {
            "laplacian_variance": ("Sharpness (Laplacian variance)", "", sharpness),
            "psnr_left_db": ("PSNR, left view against the photo", "dB", left),
            "psnr_right_db": ("PSNR, right view against the photo", "dB", right),
            "foreground_kept": ("Foreground edges kept", "", shares),
            "background_kept": ("Background edges kept", "", shares),
            "depth_explained": ("Depth edges beside an edge of the photo", "", shares),
        }
        values = {**asdict(self), **asdict(self.edges)}
        return tuple(
            MetricRow(key, name, values[key], unit, *rating)
            for key, (name, unit, rating) in named.items()
        )

    def to_dict(self) -> dict[str, dict[str, float | str | None]]:
        """Return ``{key: {value, unit, rating, range}}`` for JSON; infinity becomes None."""
        return {
            row.key: {
                "value": None if row.value is None or math.isinf(row.value) else row.value,
                "unit": row.unit,
                "rating": row.rating,
                "range": row.range_text,
            }
            for row in self.rows()
        }


def paper_metrics(result: SpatialPhoto, *, edges: EdgeMaps | None = None) -> PaperMetrics:
    """Measure a spatial photo as the paper's section 6 does.

    Args:
        result: the spatial photo.
        edges: what ``find_edges`` found in this photo, where it is known already.
    """
    photo = result.photo.rgb
    if edges is None:
        edges = find_edges(photo, result.focused, result.nearness)
    return PaperMetrics(
        laplacian_variance=laplacian_variance(result.focused),
        psnr_left_db=psnr(result.pair.left, photo),
        psnr_right_db=psnr(result.pair.right, photo),
        edges=edge_consistency(edges),
    )
