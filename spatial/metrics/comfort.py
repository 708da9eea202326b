"""How comfortable a stereo pair is to look at: measures, score, reasons in plain words.

The score is ``100 * product over the causes of (1 - weight * excess)``, where ``excess`` runs from
0 at the value that is free of charge to 1 at the worst value, and is cut off at both. No cause can
be made worse without the score staying or falling. The causes (``RULES``):

| cause | free up to | worst from | weight |
|---|---|---|---|
| 99th percentile in front of the screen, the larger of degrees and % of the width | 1 | 3 | 1 |
| 1st percentile behind the screen, the larger of degrees and half of % of the width | 1 | 3 | 1 |
| what the left edge cuts off in front of the screen, and the right (a) | 0 | 0.5 | 0.5 |
| share of filled-in pixels, mean of both views | 0.04 | 0.25 | 0.5 |
| difference of sharpness: 1 - smaller / larger Laplacian variance | 0.2 | 0.9 | 0.4 |
| difference of mean colour: CIE 1976 Delta E | 1 | 10 | 0.5 |

(a) mean over the rows in % of the width, 1 % at most.

Sources. 1 degree: up to there parallax and the conflict of vergence and focus matter little for
comfort (M. Lambooij, M. Fortuin, I. Heynderickx, W. IJsselsteijn: Visual discomfort and visual
fatigue of stereoscopic displays: a review, J. Imaging Sci. Technol. 53(3), 2009, doi
10.2352/J.ImagingSci.Technol.2009.53.3.030201). Real limits depend on the distance: things in front
strain more on near screens, things behind more on far ones (T. Shibata, J. Kim, D. Hoffman, M.
Banks: The zone of comfort, J. Vision 11(8):11, 2011); one number for both is a rule of thumb.
Percentages: a depth budget of 3 % of the width on screens of 46 to 70 inches (BSkyB: Technical
guidelines for plano stereoscopic (3D) programme content); its division into 1 % in front and 2 %
behind is a rule of thumb of the trade, and so is that an edge must not cut off what stands in front
of it (window violation). Unequal colour, brightness and contrast of the views strain the eyes (F.
Kooi, A. Toet: Visual comfort of binocular and 3D displays, Displays 25, 2004, doi
10.1016/j.displa.2004.07.004). Choices of this project: that unequal sharpness and filled-in pixels
count as well, the numbers of the last three rows, the weights, and where each cause is worst.
"""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from spatial.metrics.comfort_measures import (
    ScreenDisparity,
    Viewing,
    WindowViolation,
    colour_difference,
    disoccluded_share,
    disparity_percentiles,
    sharpness_difference,
    viewing_of,
    window_violation,
)
from spatial.metrics.paper import MetricRow
from spatial.records import SpatialPhoto

COMFORTABLE_SCORE = 80.0
MAX_DEG, MAX_CROSSED_PERCENT, MAX_UNCROSSED_PERCENT = 1.0, 1.0, 2.0
_SCORE_WORDS = ((COMFORTABLE_SCORE, "comfortable"), (50.0, "tiring"), (-math.inf, "uncomfortable"))
_CAUSE_WORDS = ((0.97, "comfortable"), (0.75, "noticeable"), (-math.inf, "straining"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ComfortReport:
    """What was measured of a pair; the score and its reasons follow from it.

    Attributes:
        viewing: the screen and the distance for which the degrees hold.
        farthest: 1st percentile of disparity; behind the screen where negative.
        middle: 50th percentile.
        nearest: 99th percentile; in front of the screen where positive.
        window_left: what the left edge cuts off in front of the screen.
        window_right: the same at the right edge.
        disoccluded: share of filled-in pixels in [0, 1], mean of both views.
        sharpness_difference: in [0, 1], 0 = equally sharp views.
        colour_difference: Delta E of the views' mean colours, 0 = equal.
    """

    viewing: Viewing
    farthest: ScreenDisparity
    middle: ScreenDisparity
    nearest: ScreenDisparity
    window_left: WindowViolation
    window_right: WindowViolation
    disoccluded: float
    sharpness_difference: float
    colour_difference: float

    @property
    def score(self) -> float:
        """Comfort from 0 to 100; from 80 on the picture is comfortable."""
        return 100.0 * math.prod(rule.factor(self) for rule in RULES)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What lowers the score, in plain words, worst first; praise where nothing does."""
        found = sorted((rule.factor(self), rule.reason(self)) for rule in RULES)
        told = tuple(reason for factor, reason in found if factor < 0.995)
        return told or ("Nothing in this picture strains the eyes.",)

    def rows(self) -> tuple[MetricRow, ...]:
        """Return the table, top to bottom."""
        values = {
            "score": self.score,
            "farthest": self.farthest.percent,
            "middle": self.middle.percent,
            "nearest": self.nearest.percent,
            "window_left": 100.0 * self.window_left.rows,
            "window_right": 100.0 * self.window_right.rows,
            "disoccluded": 100.0 * self.disoccluded,
            "sharpness": 100.0 * self.sharpness_difference,
            "colour": self.colour_difference,
        }
        rated = {rule.key: _word(rule.factor(self), _CAUSE_WORDS) for rule in RULES}
        rated["score"] = _word(self.score, _SCORE_WORDS)
        details = {key: getattr(self, key).text for key in ("farthest", "middle", "nearest")}
        return tuple(
            MetricRow(key, name, values[key], unit, rated.get(key, ""), details.get(key, "") + hint)
            for key, name, unit, hint in _ROWS
        )

    def to_dict(self) -> dict[str, Any]:
        """Return every number with the score and the reasons, for JSON."""
        return {"score": self.score, "reasons": list(self.reasons), **_plain(asdict(self))}


def _plain(value: object) -> Any:  # noqa: ANN401
    """Return named tuples as dictionaries, at any depth."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _word(value: float, words: tuple[tuple[float, str], ...]) -> str:
    return next(word for start, word in words if value >= start)


class Rule(NamedTuple):
    """One cause of discomfort.

    Attributes:
        key: the row of the table that it belongs to.
        load: how large the cause is.
        free: the load up to which it costs nothing.
        worst: the load from which it costs ``weight``.
        weight: the largest share of the score that it can take.
        reason: the sentence for people.
    """

    key: str
    load: Callable[[ComfortReport], float]
    free: float
    worst: float
    weight: float
    reason: Callable[[ComfortReport], str]

    def factor(self, report: ComfortReport) -> float:
        """Return what is left of the score: 1 = no charge."""
        excess = (self.load(report) - self.free) / (self.worst - self.free)
        return 1.0 - self.weight * min(max(excess, 0.0), 1.0)


def _crossed(report: ComfortReport) -> float:
    nearest = report.nearest
    return max(nearest.deg / MAX_DEG, nearest.percent / MAX_CROSSED_PERCENT)


def _uncrossed(report: ComfortReport) -> float:
    farthest = report.farthest
    return max(-farthest.deg / MAX_DEG, -farthest.percent / MAX_UNCROSSED_PERCENT)


def _in_front(report: ComfortReport) -> str:
    near = report.nearest
    return (
        f"The nearest things stand {near.percent:.1f} % of the width ({near.deg:.1f} degrees) "
        f"in front of the screen; {MAX_CROSSED_PERCENT:g} % and {MAX_DEG:g} degree are comfortable."
    )


def _behind(report: ComfortReport) -> str:
    far = report.farthest
    return (
        f"The farthest things lie {-far.percent:.1f} % of the width ({-far.deg:.1f} degrees) "
        f"behind the screen; {MAX_UNCROSSED_PERCENT:g} % and {MAX_DEG:g} degree are comfortable."
    )


def _window(side: str) -> Rule:
    """Return the rule of the left or right edge of the picture."""
    key = f"window_{side}"

    def reason(report: ComfortReport) -> str:
        rows = getattr(report, key).rows
        what = f"the {side} edge cuts off something that stands in front of the screen"
        return f"In {rows:.0%} of the rows {what}."

    return Rule(key, lambda report: getattr(report, key).percent, 0.0, 0.5, 0.5, reason)


def _filled(report: ComfortReport) -> str:
    return (
        f"{report.disoccluded:.1%} of the views show what the photo does not; it had to be "
        "filled in."
    )


def _unequal_sharpness(report: ComfortReport) -> str:
    return f"One view is {report.sharpness_difference:.0%} less sharp than the other."


def _unequal_colour(report: ComfortReport) -> str:
    return f"The colours of the views differ by {report.colour_difference:.1f} (Delta E)."


RULES: tuple[Rule, ...] = (
    Rule("nearest", _crossed, 1.0, 3.0, 1.0, _in_front),
    Rule("farthest", _uncrossed, 1.0, 3.0, 1.0, _behind),
    _window("left"),
    _window("right"),
    Rule("disoccluded", lambda report: report.disoccluded, 0.04, 0.25, 0.5, _filled),
    Rule(
        "sharpness", lambda report: report.sharpness_difference, 0.2, 0.9, 0.4, _unequal_sharpness
    ),
    Rule("colour", lambda report: report.colour_difference, 1.0, 10.0, 0.5, _unequal_colour),
)

_ROWS = (
    ("score", "Comfort", "of 100", "from 80 on comfortable"),
    ("farthest", "Farthest (1st percentile)", "% of width", "; to 2 % and 1 degree behind it"),
    ("middle", "Middle (50th percentile)", "% of width", ""),
    ("nearest", "Nearest (99th percentile)", "% of width", "; to 1 % and 1 degree in front of it"),
    ("window_left", "Cut off in front, left edge", "% of rows", "0 = the window is whole"),
    ("window_right", "Cut off in front, right edge", "% of rows", "0 = the window is whole"),
    ("disoccluded", "Filled in", "% of the views", "to 4 %"),
    ("sharpness", "Sharpness, left against right", "% difference", "to 20 %"),
    ("colour", "Colour, left against right", "Delta E", "to 1"),
)


def comfort_report(result: SpatialPhoto) -> ComfortReport:
    """Return how comfortable a spatial photo is, on the screen and at the distance of its settings.

    Raises:
        ValueError: the pair's disparity has no finite value.
    """
    pair, viewing = result.pair, viewing_of(result.settings.stereo)
    farthest, middle, nearest = disparity_percentiles(pair.disparity_px, viewing)
    return ComfortReport(
        viewing=viewing,
        farthest=farthest,
        middle=middle,
        nearest=nearest,
        window_left=window_violation(pair.disparity_px),
        window_right=window_violation(pair.disparity_px[:, ::-1]),
        disoccluded=disoccluded_share(pair),
        sharpness_difference=sharpness_difference(pair.left, pair.right),
        colour_difference=colour_difference(pair.left, pair.right),
    )
