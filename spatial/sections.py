"""The records of settings, one a part of the way of a photo; ``spatial.settings`` joins them."""

from dataclasses import dataclass

from spatial.choices import (
    BokehMethod,
    Convergence,
    Fill,
    MapPolarity,
    StereoMethod,
    StrengthBy,
    Synthesise,
)
from spatial.fields import Group, SettingsError, check_fields, setting

_LEAST_DEPTH = 0.05  # of nearness, between the clips


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthSettings:
    """How depth is estimated. 0 means: what the model was made for."""

    denoising_steps: int = setting(
        0,
        "Denoising steps",
        "Steps of the diffusion sampler; 0 = the model's own.",
        minimum=0,
        maximum=100,
        step=1,
    )
    ensemble_size: int = setting(
        0,
        "Ensemble",
        "Predictions that are aligned and averaged; 0 = the model's own.",
        minimum=0,
        maximum=20,
        step=1,
    )
    processing_resolution_px: int = setting(
        0,
        "Processing resolution",
        "Long side of the picture that the model sees; 0 = the model's own.",
        unit="px",
        minimum=0,
        maximum=2048,
        step=32,
    )
    seed: int = setting(
        0,
        "Seed",
        "Start of the random numbers; the same seed gives the same result.",
        minimum=0,
        maximum=2**31 - 1,
        step=1,
    )
    invert_depth: bool = setting(
        False,
        "Invert depth",
        "Exchange near and far, when depth comes out inside out.",
        group=Group.DEPTH,
    )
    far_clip: float = setting(
        0.0,
        "Far clip",
        "Nearness of the far end: what lies farther is put there; 0 = nothing is cut.",
        minimum=0.0,
        maximum=0.9,
        step=0.01,
        group=Group.DEPTH,
    )
    near_clip: float = setting(
        1.0,
        "Near clip",
        "Nearness of the near end: what lies nearer is put there; 1 = nothing is cut.",
        minimum=0.1,
        maximum=1.0,
        step=0.01,
        group=Group.DEPTH,
    )
    near_far_ratio: float = setting(
        8.0,
        "Far to near ratio",
        "How many times farther the far end is than the near end, for models that leave it open.",
        minimum=1.5,
        maximum=100.0,
        step=0.5,
        group=Group.DEPTH,
    )
    map_polarity: MapPolarity = setting(
        MapPolarity.AUTO,
        "Depth map's near end",
        "near_high: bright or large is near; near_low: dark or small is near; auto: found out (file).",
    )

    def __post_init__(self) -> None:
        """Check ranges, and that something is left between the two clips."""
        check_fields(self)
        if self.near_clip - self.far_clip < _LEAST_DEPTH:
            msg = (
                f"near_clip must be at least {_LEAST_DEPTH:g} above far_clip, "
                f"got {self.near_clip:g} and {self.far_clip:g}"
            )
            raise SettingsError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class BokehSettings:
    """Depth of field."""

    bokeh: bool = setting(
        False, "Bokeh", "Blur what is out of focus before the views are made.", group=Group.BASIC
    )
    bokeh_method: BokehMethod = setting(
        BokehMethod.LENS,
        "Bokeh method",
        "lens: round aperture, layers, linear light; paper: Gaussian, kernel as in Eq. 4.",
    )
    aperture_f_number: float = setting(
        4.0,
        "Aperture",
        "f-number of a 50 mm lens on 36 mm of width, the near end 1 m away; smaller blurs more (lens).",
        unit="f/",
        minimum=0.7,
        maximum=32.0,
        step=0.1,
    )
    bokeh_intensity_px: float = setting(
        25.0,
        "Bokeh intensity",
        "Kernel size of the blur one unit of nearness away from the focal plane (paper).",
        unit="px",
        minimum=0.0,
        maximum=101.0,
        step=1.0,
    )
    focus_nearness: float = setting(
        1.0,
        "Focus",
        "Plane in focus: 1 = nearest, 0 = farthest.",
        minimum=0.0,
        maximum=1.0,
        step=0.01,
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        check_fields(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class StereoSettings:
    """How the two views are made."""

    stereo_method: StereoMethod = setting(
        StereoMethod.SCANLINE,
        "Stereo method",
        "scanline: sub-pixel, depth-ordered; paper: Eq. 5 to the letter.",
    )
    strength_by: StrengthBy = setting(
        StrengthBy.PERCENT,
        "Strength by",
        "percent: parallax in % of the width; ipd: the far end at infinity for these eyes on this screen (scanline).",
    )
    max_parallax_percent: float = setting(
        2.3,
        "Strength",
        "Difference of parallax between the far and the near end (scanline).",
        unit="% of width",
        minimum=0.0,
        maximum=10.0,
        step=0.1,
        group=Group.BASIC,
    )
    convergence: Convergence = setting(
        Convergence.AUTO,
        "Screen plane",
        "What lies on the screen: the subject, the nearest point, a point of the photo, or a value (scanline).",
        group=Group.BASIC,
    )
    convergence_nearness: float = setting(
        0.8,
        "Screen plane value",
        "Nearness that lies on the screen when the screen plane is a value.",
        minimum=0.0,
        maximum=1.0,
        step=0.01,
    )
    convergence_x: float = setting(
        0.5,
        "Screen plane point, across",
        "Where the point lies that is on the screen: 0 = left edge, 1 = right edge of the photo.",
        minimum=0.0,
        maximum=1.0,
        step=0.01,
    )
    convergence_y: float = setting(
        0.5,
        "Screen plane point, down",
        "Where the point lies that is on the screen: 0 = top edge, 1 = bottom edge of the photo.",
        minimum=0.0,
        maximum=1.0,
        step=0.01,
    )
    ipd_mm: float = setting(
        63.0,
        "Eye distance (IPD)",
        "Distance of the viewer's pupils; Eq. 5's parameter (paper, or strength by ipd).",
        unit="mm",
        minimum=0.0,
        maximum=100.0,
        step=0.5,
        group=Group.BASIC,
    )
    screen_width_mm: float = setting(
        2000.0,
        "Screen width",
        "Width at which the picture is shown; turns millimetres and degrees into pixels.",
        unit="mm",
        minimum=50.0,
        maximum=20000.0,
        step=10.0,
    )
    viewing_distance_mm: float = setting(
        2500.0,
        "Viewing distance",
        "From the eyes to the screen; turns the largest angle into pixels (scanline).",
        unit="mm",
        minimum=50.0,
        maximum=50000.0,
        step=10.0,
    )
    max_angle_deg: float = setting(
        2.0,
        "Largest angle",
        "Safety clamp: parallax beyond this angle at the eyes is cut off, 0 = no clamp (scanline).",
        unit="degrees",
        minimum=0.0,
        maximum=10.0,
        step=0.1,
    )
    keep_window: bool = setting(
        True,
        "Keep the window",
        "Pull what would stick out at the left or right edge back to the screen (scanline).",
    )
    foreground_dilation_percent: float = setting(
        0.1,
        "Foreground dilation",
        "Widen near things sideways in the depth, so that the mixed pixels of their outline go with them and leave "
        "no halo; 0 = not at all (scanline).",
        unit="% of width",
        minimum=0.0,
        maximum=1.0,
        step=0.05,
    )
    fill: Fill = setting(
        Fill.FAST,
        "Fill",
        "How what no camera saw is filled: fast, or best, which takes some seconds (scanline).",
    )
    max_offset_px: int = setting(
        0,
        "Fill range",
        "How far one round of the hole filling looks; rounds repeat until no hole is left, "
        "0 = the whole row (paper).",
        unit="px",
        minimum=0,
        maximum=4096,
        step=1,
    )
    synthesise: Synthesise = setting(
        Synthesise.BOTH,
        "Synthesise",
        "Both views, or one while the other stays the photo (scanline).",
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        check_fields(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSettings:
    """What is written."""

    jpeg_quality: int = setting(
        95, "JPEG quality", "Quality of the JPEG files.", minimum=50, maximum=100, step=1
    )
    keep_gps: bool = setting(
        False,
        "Keep the place (GPS)",
        "Write where the photo was taken into the files, and so into what is shared.",
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        check_fields(self)
