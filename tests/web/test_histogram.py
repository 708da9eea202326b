import re

import numpy as np

from spatial.web.result_html import disparity_histogram


def bars_of(html):
    return [
        (float(x), float(h))
        for x, h in re.findall(
            r'<rect x="([\d.]+)" y="[\d.]+" width="[\d.]+" height="([\d.]+)"', html
        )
    ]


def test_bars_stand_where_the_depth_is():
    disparity = np.full((10, 100), -2.0, np.float32)
    disparity[:, :25] = 1.0
    disparity[0, 0] = np.nan
    html = disparity_histogram(disparity)
    (behind, tall), (front, low) = bars_of(html)
    assert behind < 300 < front
    assert tall > 2.5 * low
    assert "75% of the picture is behind the screen, 25% is on it or in front" in html


def test_a_flat_pair_is_one_bar_in_the_middle():
    ((x, _),) = bars_of(disparity_histogram(np.zeros((4, 8), np.float32)))
    assert 290 <= x <= 300
