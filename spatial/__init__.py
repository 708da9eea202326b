"""Spatial: one ordinary photo in, a spatial (stereoscopic) photo out.

The public names are loaded on first use, so that ``import spatial`` stays light: torch and
diffusers are imported only when an estimator is loaded.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

_HOME_OF = {
    "ConvertSettings": "spatial.settings",
    "DepthMap": "spatial.records",
    "Photo": "spatial.records",
    "SpatialPhoto": "spatial.records",
    "StereoPair": "spatial.records",
    "convert": "spatial.conversion",
    "estimate": "spatial.conversion",
    "load_estimator": "spatial.depth",
    "load_photo": "spatial.photo",
    "render": "spatial.conversion",
    "write_formats": "spatial.formats",
}

__all__ = [
    "ConvertSettings",
    "DepthMap",
    "Photo",
    "SpatialPhoto",
    "StereoPair",
    "convert",
    "estimate",
    "load_estimator",
    "load_photo",
    "render",
    "write_formats",
]

if TYPE_CHECKING:
    from spatial.conversion import convert, estimate, render
    from spatial.depth import load_estimator
    from spatial.formats import write_formats
    from spatial.photo import load_photo
    from spatial.records import DepthMap, Photo, SpatialPhoto, StereoPair
    from spatial.settings import ConvertSettings


def __getattr__(name: str) -> object:
    """Import a public name from the module that defines it."""
    if name not in _HOME_OF:
        msg = f"module 'spatial' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_HOME_OF[name]), name)
