"""The records of settings, one a part of the way of a photo; ``spatial.settings`` joins them."""

from dataclasses import dataclass

from spatial.settings.choices import (
    BokehMethod,
    Convergence,
    Fill,
    MapPolarity,
    StereoMethod,
    StrengthBy,
    Synthesise,
)
from spatial.settings.field import Checked, Group, SettingsError, setting

_LEAST_DEPTH = 0.05  # of nearness, between the clips


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthSettings(Checked):
    """How depth is estimated. 0 means: what the model was made for."""

    denoising_steps: int = setting(
        0, "Denoising steps of a diffusion model; 0 = the model's default.", (0, 100, 1)
    )
    ensemble_size: int = setting(
        0,
        "How many predictions are averaged; 0 = the model's default.",
        (0, 20, 1),
        label="Ensemble",
    )
    processing_resolution_px: int = setting(
        0, "Long side of the picture given to the model; 0 = the model's default.", (0, 2048, 32)
    )
    seed: int = setting(
        0, "Seed of the random numbers: the same seed gives the same result.", (0, 2**31 - 1, 1)
    )
    invert_depth: bool = setting(
        False, "Swap near and far, if they come out the wrong way round.", group=Group.DEPTH
    )
    far_clip: float = setting(
        0.0,
        "Moves everything that is farther than this nearness forward to it; 0 = off.",
        (0.0, 0.9, 0.01),
        group=Group.DEPTH,
    )
    near_clip: float = setting(
        1.0,
        "Moves everything that is nearer than this nearness back to it; 1 = off.",
        (0.1, 1.0, 0.01),
        group=Group.DEPTH,
    )
    near_far_ratio: float = setting(
        8.0,
        "Distance of the farthest point divided by the nearest, if the model gives no scale.",
        (1.5, 100.0, 0.5),
        label="Far to near ratio",
        group=Group.DEPTH,
    )
    map_polarity: MapPolarity = setting(
        MapPolarity.AUTO,
        "near_high: bright or large is near; near_low: dark or small is near; "
        "auto: decided from the file.",
        label="Depth map's near end",
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
        False, "Blur what is out of focus before the views are made.", group=Group.BASIC
    )
    bokeh_method: BokehMethod = setting(
        BokehMethod.LENS,
        "lens: round aperture, layers, linear light; paper: Gaussian, kernel as in Eq. 4.",
    )
    aperture_f_number: float = setting(
        4.0,
        "f-number of a 50 mm lens on 36 mm of width, the near end 1 m away; "
        "smaller blurs more (lens).",
        (0.7, 32.0, 0.1),
        label="Aperture",
        unit="f/",
    )
    bokeh_intensity_px: float = setting(
        25.0,
        "Kernel size of the blur one unit of nearness away from the focal plane (paper).",
        (0.0, 101.0, 1.0),
    )
    focus_nearness: float = setting(
        1.0, "Which depth is sharp: 1 = nearest, 0 = farthest.", (0.0, 1.0, 0.01), label="Focus"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StereoSettings(Checked):
    """How the two views are made."""

    stereo_method: StereoMethod = setting(
        StereoMethod.SCANLINE, "scanline: sub-pixel, depth-ordered; paper: Eq. 5 to the letter."
    )
    strength_by: StrengthBy = setting(
        StrengthBy.PERCENT,
        "percent: parallax in % of the width; ipd: the far end at infinity for these eyes "
        "on this screen (scanline).",
    )
    max_parallax_percent: float = setting(
        2.3,
        "How strong the depth looks: parallax between the farthest and the nearest point "
        "(scanline).",
        (0.0, 10.0, 0.1),
        label="Strength",
        group=Group.BASIC,
    )
    convergence: Convergence = setting(
        Convergence.AUTO,
        "What appears exactly at the screen: the subject (auto), the nearest point, a point of "
        "the photo, or a value (scanline).",
        label="Screen depth",
        group=Group.BASIC,
    )
    convergence_nearness: float = setting(
        0.8,
        "Nearness that appears at the screen, if you choose a value (1 = nearest).",
        (0.0, 1.0, 0.01),
        label="Screen depth, as a value",
    )
    convergence_x: float = setting(
        0.5,
        "Point that appears at the screen: 0 = left edge, 1 = right edge of the photo.",
        (0.0, 1.0, 0.01),
        label="Screen depth point, across",
    )
    convergence_y: float = setting(
        0.5,
        "Point that appears at the screen: 0 = top edge, 1 = bottom edge of the photo.",
        (0.0, 1.0, 0.01),
        label="Screen depth point, down",
    )
    ipd_mm: float = setting(
        63.0,
        "Distance between the viewer's pupils (Eq. 5 of the paper, or strength by ipd).",
        (0.0, 100.0, 0.5),
        label="Eye distance (IPD)",
        group=Group.BASIC,
    )
    screen_width_mm: float = setting(
        2000.0,
        "How wide the picture is on your screen; turns millimetres and degrees into pixels.",
        (50.0, 20000.0, 10.0),
    )
    viewing_distance_mm: float = setting(
        2500.0,
        "From the eyes to the screen; turns the largest angle into pixels (scanline).",
        (50.0, 50000.0, 10.0),
    )
    max_angle_deg: float = setting(
        2.0,
        "Comfort limit: the parallax is never larger than this angle; 0 = no limit (scanline).",
        (0.0, 10.0, 0.1),
        label="Largest angle",
    )
    keep_window: bool = setting(
        True,
        "Nothing comes out of the screen at its left and right edges (scanline).",
        label="Keep edges behind the screen",
    )
    foreground_dilation_percent: float = setting(
        0.1,
        "Makes near things a little wider, so that their outlines leave no traces beside them; "
        "0 = off (scanline).",
        (0.0, 1.0, 0.05),
    )
    fill: Fill = setting(
        Fill.FAST,
        "How to paint what the photo does not show: fast, or best, which looks calmer but takes a "
        "little longer (scanline).",
    )
    max_offset_px: int = setting(
        0,
        "How far one round of hole filling reaches; rounds repeat until no hole is left; "
        "0 = the whole row (paper).",
        (0, 4096, 1),
        label="Fill range",
    )
    synthesise: Synthesise = setting(
        Synthesise.BOTH, "Make both views new, or keep the photo as one of them (scanline)."
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
