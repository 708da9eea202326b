"""Formulas that judge pictures and depth: arrays in, numbers out, no files."""

from spatial.metrics.alignment import align_to_depth, aligned_errors, predicted_pixels
from spatial.metrics.comfort import COMFORTABLE_SCORE, ComfortReport, comfort_report
from spatial.metrics.comfortable import comfortable_settings
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
from spatial.metrics.paper import PaperMetrics, paper_metrics
from spatial.metrics.pictures import laplacian_variance, psnr, ssim_map
from spatial.metrics.ratings import MetricRow, Rating, rate_laplacian_variance, rate_psnr

__all__ = [
    "COMFORTABLE_SCORE",
    "EDGE_LEGEND",
    "ComfortReport",
    "DepthErrors",
    "EdgeConsistency",
    "EdgeMaps",
    "MetricRow",
    "PaperMetrics",
    "Rating",
    "align_to_depth",
    "aligned_errors",
    "comfort_report",
    "comfortable_settings",
    "depth_errors",
    "edge_consistency",
    "edge_picture",
    "find_edges",
    "laplacian_variance",
    "otsu_threshold",
    "paper_metrics",
    "predicted_pixels",
    "psnr",
    "rate_laplacian_variance",
    "rate_psnr",
    "ssim_map",
    "wrong_order",
]
