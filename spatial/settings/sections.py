"""The records of settings, one a part of the way of a photo; ``spatial.settings`` joins them."""

from dataclasses import dataclass

from spatial.settings.choices import (
    BokehMethod,
    Convergence,
    Fill,
    InputLayout,
    MapPolarity,
    StereoMethod,
    StrengthBy,
    Synthesise,
)
from spatial.settings.field import Checked, Group, SettingsError, setting

_LEAST_DEPTH = 0.05  # of nearness, between the clips


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthSettings(Checked):
    """How a photo is read and its depth estimated. 0 means: what the model was made for."""

    denoising_steps: int = setting(
        0, "More steps take longer; 0 = as the model needs.", (0, 100, 1), label="Depth steps"
    )
    ensemble_size: int = setting(
        0,
        "So many estimates are averaged: calmer, but slower. 0 = as the model needs.",
        (0, 20, 1),
        label="Estimates to average",
    )
    processing_resolution_px: int = setting(
        0,
        "Long side of what the model sees: larger finds finer things. 0 = as the model needs.",
        (0, 2048, 32),
        label="Size for the depth model",
    )
    seed: int = setting(
        0, "The same number gives the same depth again.", (0, 2**31 - 1, 1), label="Random seed"
    )
    invert_depth: bool = setting(
        False, "Swap near and far, if they come out the wrong way round.", group=Group.DEPTH
    )
    far_clip: float = setting(
        0.0,
        "What is farther than this is moved forward to it; 0 = the farthest point, nothing moves.",
        (0.0, 0.9, 0.01),
        label="Far end",
        group=Group.DEPTH,
    )
    near_clip: float = setting(
        1.0,
        "What is nearer than this is moved back to it; 1 = the nearest point, nothing moves.",
        (0.1, 1.0, 0.01),
        label="Near end",
        group=Group.DEPTH,
    )
    near_far_ratio: float = setting(
        8.0,
        "How many times as far as the nearest point the farthest one is, if unknown.",
        (1.5, 100.0, 0.5),
        label="Far to near ratio",
        group=Group.DEPTH,
    )
    map_polarity: MapPolarity = setting(
        MapPolarity.AUTO,
        "What is near in your own depth map: bright, dark, or as the file tells.",
        label="Near in your depth map",
    )
    input_layout: InputLayout = setting(
        InputLayout.AUTO,
        "How the file shows two views, or depth; auto: found out, mono: it is one picture.",
        label="Views in the file",
    )

    def __post_init__(self) -> None:
        """Check ranges, and that something is left between the two clips."""
        Checked.__post_init__(self)
        if self.near_clip - self.far_clip < _LEAST_DEPTH:
            msg = (
                f"near_clip must be at least {_LEAST_DEPTH:g} above far_clip, "
                f"got {self.near_clip:g} and {self.far_clip:g}"
            )
            raise SettingsError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class BokehSettings(Checked):
    """Depth of field."""

    bokeh: bool = setting(
        False,
        "The background gets soft, as with a large camera. How much: under More.",
        label="Blur",
        group=Group.BASIC,
    )
    bokeh_method: BokehMethod = setting(
        BokehMethod.LENS, "As a camera's lens, or as in the paper (Eq. 4).", label="How to blur"
    )
    aperture_f_number: float = setting(
        4.0,
        "As on a camera with a 50 mm lens, the nearest thing 1 m away: smaller blurs more.",
        (0.7, 32.0, 0.1),
        label="Aperture",
        unit="f/",
    )
    bokeh_intensity_px: float = setting(
        25.0,
        "For the paper's blur: size of its kernel from the nearest to the farthest point.",
        (0.0, 101.0, 1.0),
        label="Blur of the paper",
    )
    focus_nearness: float = setting(
        1.0, "What stays sharp: 1 = the nearest, 0 = the farthest.", (0.0, 1.0, 0.01), label="Focus"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StereoSettings(Checked):
    """How the two views are made."""

    stereo_method: StereoMethod = setting(
        StereoMethod.SCANLINE,
        "How the two views are made: scanline is smooth; paper follows Eq. 5 of the paper to the "
        "letter, and of these settings heeds eye distance, screen width and its reach alone.",
        label="Method",
    )
    strength_by: StrengthBy = setting(
        StrengthBy.PERCENT,
        "percent: Strength sets it; ipd: eye distance and screen width set it, and the farthest "
        "point seems infinitely far away.",
        label="Strength is set by",
    )
    max_parallax_percent: float = setting(
        2.3,
        "How far apart the two views show the nearest and the farthest point.",
        (0.0, 10.0, 0.1),
        label="Strength",
        group=Group.BASIC,
    )
    convergence: Convergence = setting(
        Convergence.AUTO,
        "Tap the picture: that point comes to the screen, nearer things stand out of it.",
        label="Screen plane",
        group=Group.BASIC,
    )
    convergence_nearness: float = setting(
        0.8,
        "What comes to the screen if you choose a value: 1 = the nearest point, 0 = the farthest.",
        (0.0, 1.0, 0.01),
        label="Screen plane, as a value",
    )
    convergence_x: float = setting(
        0.5,
        "The tapped point: 0 = left edge, 1 = right edge of the photo.",
        (0.0, 1.0, 0.01),
        label="Tapped point, across",
    )
    convergence_y: float = setting(
        0.5,
        "The tapped point: 0 = top edge, 1 = bottom edge of the photo.",
        (0.0, 1.0, 0.01),
        label="Tapped point, down",
    )
    ipd_mm: float = setting(
        63.0,
        "Between your pupils; for the paper's method, and where it sets the strength.",
        (0.0, 100.0, 0.5),
        label="Eye distance",
    )
    screen_width_mm: float = setting(
        2000.0,
        "How wide the picture is where you look at it: for comfort, and for the eye distance.",
        (50.0, 20000.0, 10.0),
    )
    viewing_distance_mm: float = setting(
        2500.0,
        "From your eyes to the screen: for comfort and the largest angle.",
        (50.0, 50000.0, 10.0),
    )
    max_angle_deg: float = setting(
        2.0,
        "Comfort limit: nothing is farther apart for your eyes than this; 0 = no limit.",
        (0.0, 10.0, 0.1),
        label="Largest angle",
    )
    keep_window: bool = setting(
        True,
        "Nothing comes out of the screen at its left and right edges.",
        label="Keep edges behind the screen",
    )
    foreground_dilation_percent: float = setting(
        0.1,
        "Makes near things a little wider, so that they leave no traces beside them; 0 = off.",
        (0.0, 1.0, 0.05),
        label="Wider outlines",
    )
    fill: Fill = setting(
        Fill.FAST,
        "How to paint what the photo does not show. Best looks calmer but takes a little longer.",
        label="Hidden parts",
    )
    max_offset_px: int = setting(
        0,
        "For the paper's method: how far one round of filling reaches; 0 = the whole row.",
        (0, 4096, 1),
        label="Reach of the paper's filling",
    )
    synthesise: Synthesise = setting(
        Synthesise.BOTH, "Make both views, or keep the photo as one of them.", label="New views"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSettings(Checked):
    """What is written."""

    jpeg_quality: int = setting(
        95, "Quality of the JPEG files.", (50, 100, 1), label="JPEG quality"
    )
    keep_gps: bool = setting(
        False,
        "Write into all files, also shared ones, where the photo was taken.",
        label="Keep the place (GPS)",
    )
