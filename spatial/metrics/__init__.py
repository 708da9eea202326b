"""Formulas that judge pictures and depth: arrays in, numbers out, no files."""

from spatial.metrics.depth import DepthErrors, depth_errors, wrong_order
from spatial.metrics.edges import (
    EDGE_LEGEND,
    EdgeConsistency,
    EdgeMaps,
    edge_consistency,
    edge_picture,
    find_edges,
    otsu_threshold,
)
from spatial.metrics.paper import MetricRow, PaperMetrics, paper_metrics
from spatial.metrics.pictures import laplacian_variance, psnr, ssim, ssim_map
from spatial.metrics.ratings import Rating, rate_laplacian_variance, rate_psnr

__all__ = [
    "EDGE_LEGEND",
    "DepthErrors",
    "EdgeConsistency",
    "EdgeMaps",
    "MetricRow",
    "PaperMetrics",
    "Rating",
    "depth_errors",
    "edge_consistency",
    "edge_picture",
    "find_edges",
    "laplacian_variance",
    "otsu_threshold",
    "paper_metrics",
    "psnr",
    "rate_laplacian_variance",
    "rate_psnr",
    "ssim",
    "ssim_map",
    "wrong_order",
]
