"""Optional: what no camera saw is painted by a generative model.

A step of its own after stereo, never the default. Nothing heavy is imported before an inpainter is
loaded.
"""

from spatial.inpaint.inpainters import (
    INPAINTERS,
    Inpainter,
    InpainterError,
    InpainterInfo,
    InpainterRow,
    load_inpainter,
)
from spatial.inpaint.repaint import repaint

__all__ = [
    "INPAINTERS",
    "Inpainter",
    "InpainterError",
    "InpainterInfo",
    "InpainterRow",
    "load_inpainter",
    "repaint",
]
