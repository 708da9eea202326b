# ruff: noqa: ANN001
"""Compiled loops between the photo's pixels and the smaller grid of blurred layers."""

import numpy as np
from numpy.typing import NDArray

from spatial.kernels import compiled, locate, read_bilinear

LEVELS = 1 << 14  # steps of linear light that are told apart on the way back to bytes
_ALIKE_PX = 1.0  # pixels of a cell count to its middle's surface when their radii differ by less


def _to_linear(srgb: NDArray) -> NDArray:
    """IEC 61966-2-1, values in [0, 1]."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


TO_LINEAR = _to_linear(np.arange(256) / 255.0).astype(np.float32)
"""Linear light, float32 in [0, 1], of every sRGB byte."""

FROM_LINEAR = np.searchsorted(
    _to_linear((np.arange(255) + 0.5) / 255.0), np.arange(LEVELS + 1) / LEVELS
).astype(np.uint8)
"""The sRGB byte of linear light in steps of 1 / LEVELS."""


@compiled
def shrink(picture, cell, top, colour, small) -> None:
    """Take from every cell its middle's radius and the mean linear colour on that surface.

    Args:
        picture: (rgb uint8 [H, W, 3], radius float32 [H, W] in px).
        cell: its side in px.
        top: the first row of cells.
        colour: float32 [h, w, 3], gets linear light.
        small: float32 [h, w], gets the radius in cells.
    """
    rgb, radius = picture
    height, width = radius.shape
    for row in range(small.shape[0]):
        y0 = (row + top) * cell
        y1 = min(y0 + cell, height)
        for column in range(small.shape[1]):
            x0 = column * cell
            x1 = min(x0 + cell, width)
            own = radius[(y0 + y1) // 2, (x0 + x1) // 2]
            red = green = blue = count = np.float32(0.0)
            for y in range(y0, y1):
                for x in range(x0, x1):
                    if abs(radius[y, x] - own) <= _ALIKE_PX:
                        red += TO_LINEAR[rgb[y, x, 0]]
                        green += TO_LINEAR[rgb[y, x, 1]]
                        blue += TO_LINEAR[rgb[y, x, 2]]
                        count += np.float32(1.0)
            share = np.float32(1.0) / count
            colour[row, column, 0] = red * share
            colour[row, column, 1] = green * share
            colour[row, column, 2] = blue * share
            small[row, column] = own / cell


@compiled
def compose_rows(picture, grids, scale, rows, out) -> None:
    """Join the photo's sharp pixels with the blurred grids.

    A pixel farther than the focus mixes with what is far, as far as it is not ``sharp``; one
    clearly nearer gives way to what is behind it; then everything near is laid over. A pixel in
    focus that nothing near reaches keeps its bytes.

    Args:
        picture: as for ``shrink``.
        grids: far and behind, float32 [h, w, 3], and near, float32 [h, w, 4], colour times opacity
            and opacity.
        scale: (side of a cell in px, radius in px at which a pixel belongs to the first blurred
            layer alone).
        rows: (number of ``out``'s first row, sharp float32 [n, W] in [0, 1]).
        out: uint8 [n, W, 3].
    """
    rgb, radius = picture
    far, behind, near = grids
    cell, first = scale
    top, sharp = rows
    one = np.float32(1.0)
    for row in range(out.shape[0]):
        y, v = locate(row + top, cell, near.shape[0])
        for column in range(radius.shape[1]):
            own = radius[row + top, column]
            x, u = locate(column, cell, near.shape[1])
            place = (y, v, x, u)
            covered = read_bilinear(near, place, 3)
            if own <= 0 and covered == 0 and sharp[row, column] == one:
                for c in range(3):
                    out[row, column, c] = rgb[row + top, column, c]
                continue
            for c in range(3):
                light = TO_LINEAR[rgb[row + top, column, c]]
                if own >= first:
                    light = read_bilinear(behind, place, c)
                elif own < 0:
                    blurred = read_bilinear(far, place, c)
                    light = blurred + sharp[row, column] * (light - blurred)
                light = read_bilinear(near, place, c) + (one - covered) * light
                step = int(light * np.float32(LEVELS) + np.float32(0.5))
                out[row, column, c] = FROM_LINEAR[min(max(step, 0), LEVELS)]
