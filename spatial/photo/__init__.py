"""Bytes of a photo file -> Photo: upright, sRGB, 8 bit, checked before it is decoded.

What is decided here, once:

- transparent pixels are laid on white; of animations and multi-page files the first picture counts;
- 16-bit grey is divided by 257; float grey must lie in [0, 1];
- colours with an ICC profile, or named without one, are converted to sRGB; a profile that cannot be
  used is ignored;
- the EXIF block that goes on to the results describes picture and camera: no place, no thumbnail,
  upright;
- depth that the camera wrote into the file comes along as ``Photo.depth``; what cannot be read of
  it is logged.
"""

from spatial.photo.limits import MAX_ASPECT, MAX_FILE_BYTES, MAX_PIXELS, MIN_SIDE_PX, PhotoError
from spatial.photo.load import PhotoFile, load_photo, photo_from_rgb, plain_name
from spatial.photo.readers import PHOTO_SUFFIXES

__all__ = [
    "MAX_ASPECT",
    "MAX_FILE_BYTES",
    "MAX_PIXELS",
    "MIN_SIDE_PX",
    "PHOTO_SUFFIXES",
    "PhotoError",
    "PhotoFile",
    "load_photo",
    "photo_from_rgb",
    "plain_name",
]
