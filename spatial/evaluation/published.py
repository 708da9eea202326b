"""Published figures to set beside measured ones: AbsRel in percent, delta as shares of 1.

``TABLE_1`` holds the rows of the source paper's Table 1 as printed there. Its column "Abs Rel Error" has no unit; the
other rows show that it is percent. ``PUBLISHED`` holds the rows of affine-aligned models on two whole test sets, from
Table 1 of B. Ke et al., "Repurposing Diffusion-Based Image Generators for Monocular Depth Estimation", 2024.
"""

from dataclasses import dataclass

PERCENT = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRow:
    """One row: figures that the source does not give are None."""

    method: str
    data: str
    delta1: float | None
    delta2: float | None = None
    delta3: float | None = None
    abs_rel_percent: float | None = None


_AS_PRINTED = "as printed in Table 1"
TABLE_1: tuple[PublishedRow, ...] = (
    PublishedRow(method="Marigold", data=_AS_PRINTED, delta1=0.916, abs_rel_percent=99.0),
    PublishedRow(method="MiDaS", data=_AS_PRINTED, delta1=0.630, abs_rel_percent=23.9),
    PublishedRow(method="Eigen et al.", data=_AS_PRINTED, delta1=0.556, delta2=0.752, delta3=0.870),
    PublishedRow(
        method="DiverseDepth", data=_AS_PRINTED, delta1=0.631, delta2=0.694, abs_rel_percent=19.0
    ),
    PublishedRow(
        method="the paper's LDM",
        data="Virtual KITTI 2 (150), as printed in Table 1",
        delta1=0.632,
        delta2=0.640,
        delta3=0.642,
        abs_rel_percent=5.4,
    ),
)

DOUBTS: tuple[str, ...] = (
    (
        "Table 1 of the paper differs from its sources: Marigold's 99 is 9.9 there, MiDaS' 23.9 is 23.6, and "
        "DiverseDepth's delta1 is 0.704."
    ),
    (
        "The paper's own AbsRel of 5.4 cannot be a percentage beside its delta1 of 0.632: a pixel outside delta1 is "
        "wrong by at least 20 % of its depth, and 36.8 % of such pixels alone make 7.4 %."
    ),
)


def _rows(data: str, figures: dict[str, tuple[float, float]]) -> tuple[PublishedRow, ...]:
    return tuple(
        PublishedRow(method=method, data=data, delta1=delta1 / PERCENT, abs_rel_percent=abs_rel)
        for method, (abs_rel, delta1) in figures.items()
    )


PUBLISHED: dict[str, tuple[PublishedRow, ...]] = {
    "nyuv2": _rows(
        "NYUv2 test (654)",
        {
            "DiverseDepth": (11.7, 87.5),
            "MiDaS": (11.1, 88.5),
            "LeReS": (9.0, 91.6),
            "DPT": (9.8, 90.3),
            "Marigold": (5.5, 96.4),
        },
    ),
    "kitti": _rows(
        "KITTI, Eigen split",
        {
            "DiverseDepth": (19.0, 70.4),
            "MiDaS": (23.6, 63.0),
            "LeReS": (14.9, 78.4),
            "DPT": (10.0, 90.1),
            "Marigold": (9.9, 91.6),
        },
    ),
}
"""Rows by the beginning of a data folder's name."""


def rows_for(set_name: str) -> tuple[PublishedRow, ...]:
    """Return the published rows of whole test sets that belong beside a data folder's own; may be empty.

    >>> [row.method for row in rows_for("kitti2015")][1]
    'MiDaS'
    """
    return tuple(
        row for start, rows in PUBLISHED.items() if set_name.startswith(start) for row in rows
    )
