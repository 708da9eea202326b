"""Photos and settings at the size of a preview."""

from dataclasses import replace

from spatial.records import Photo
from spatial.settings import ConvertSettings
from spatial.web.pictures import fit_preview


def to_preview(photo: Photo) -> Photo:
    """Return the photo at preview size, focal length scaled with it."""
    small = fit_preview(photo.rgb)
    scale = small.shape[1] / photo.width_px
    focal = None if photo.focal_px is None else photo.focal_px * scale
    return replace(photo, rgb=small, focal_px=focal, depth=None)


def at_scale(settings: ConvertSettings, scale: float) -> ConvertSettings:
    """Return the settings whose pixel lengths look the same on a picture ``scale`` times as large."""
    bokeh = replace(settings.bokeh, bokeh_intensity_px=settings.bokeh.bokeh_intensity_px * scale)
    reach = settings.stereo.max_offset_px
    stereo = replace(settings.stereo, max_offset_px=max(1, round(reach * scale)) if reach else 0)
    return replace(settings, bokeh=bokeh, stereo=stereo)
