"""One figure of a benchmark."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure with its unit and the goal it is held against (empty: none)."""

    name: str
    value: float
    unit: str
    goal: str = ""
