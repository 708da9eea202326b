"""A small folder of photos with measured depth, made by the tests."""

import numpy as np
from PIL import Image

HEIGHT, WIDTH = 72, 96


def inverse_depth(number):
    """Inverse depth of a frame, in 1/m: a floor whose bumps grow with the frame's number."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    floor = 0.1 + rows / (HEIGHT - 1)
    return floor + 0.04 * number * np.abs(np.sin(columns / 9.0))


def write_set(folder, count):
    """Write frames 0 to count - 1; the left tenth of the truth is unknown."""
    folder.mkdir()
    for number in range(count):
        millimetres = np.rint(1000 / inverse_depth(number)).astype(np.uint16)
        millimetres[:, : WIDTH // 10] = 0
        Image.fromarray(millimetres).save(folder / f"{number:04d}_depth.png")
        rgb = np.full((HEIGHT, WIDTH, 3), 40 * number, np.uint8)
        Image.fromarray(rgb).save(folder / f"{number:04d}_rgb.png")
    return folder
