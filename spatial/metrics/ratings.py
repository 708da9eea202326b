"""Words for numbers: the ranges of Eq. 6 and Eq. 8 as tables.

A range includes its lower end. Its upper end belongs to the next range, but for the last one, which
starts above its number.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple


class Rating(NamedTuple):
    """A word for a value and the range that the value lies in."""

    label: str
    range_text: str


class MetricRow(NamedTuple):
    """One line of the table.

    Attributes:
        key: name for JSON.
        name: name for people.
        value: the number; infinite for the PSNR of equal pictures, None where there is nothing to
            measure.
        unit: its unit, empty for shares and counts.
        rating: the word for the value, empty where the paper gives no ranges.
        range_text: the range behind that word, or how to read the value.
    """

    key: str
    name: str
    value: float | None
    unit: str
    rating: str
    range_text: str

    @property
    def value_text(self) -> str:
        """The value with two decimals and its unit, ``infinite`` or ``-``.

        >>> MetricRow("psnr_left_db", "PSNR", 29.526, "dB", "average", "20-30 dB").value_text
        '29.53 dB'
        """
        if self.value is None:
            return "-"
        if math.isinf(self.value):
            return "infinite"
        return f"{self.value:.2f} {self.unit}".rstrip()


class _Range(NamedTuple):
    start: float
    rating: Rating


LAPLACIAN_VARIANCE_RANGES = (
    _Range(-math.inf, Rating("soft", "below 100")),
    _Range(100.0, Rating("low to average", "100-300")),
    _Range(300.0, Rating("good", "300-800 (800-1000 counts as good)")),
    _Range(math.nextafter(1000.0, math.inf), Rating("excellent", "above 1000")),
)
PSNR_RANGES = (
    _Range(-math.inf, Rating("poor", "below 20 dB")),
    _Range(20.0, Rating("average", "20-30 dB")),
    _Range(30.0, Rating("good", "30-40 dB")),
    _Range(40.0, Rating("excellent", "40-50 dB")),
    _Range(math.nextafter(50.0, math.inf), Rating("identical", "above 50 dB or infinite")),
)


def _rate(value: float, ranges: Sequence[_Range]) -> Rating:
    if math.isnan(value):
        msg = "NaN has no rating"
        raise ValueError(msg)
    return [r.rating for r in ranges if value >= r.start][-1]


def rate_laplacian_variance(value: float) -> Rating:
    """Return the rating of a Laplacian variance (Eq. 6; 800-1000, left open there, is good).

    >>> rate_laplacian_variance(140.436)
    Rating(label='low to average', range_text='100-300')
    """
    return _rate(value, LAPLACIAN_VARIANCE_RANGES)


def rate_psnr(value: float) -> Rating:
    """Return the rating of a PSNR in dB (Eq. 8, with words beyond the paper's ranges).

    >>> rate_psnr(29.526).label, rate_psnr(math.inf).label
    ('average', 'identical')
    """
    return _rate(value, PSNR_RANGES)
