"""Progress of parts of the work; both cross process borders."""

from dataclasses import dataclass

from spatial.depth import Progress


@dataclass(frozen=True, slots=True)
class Silent:
    """Progress that nobody watches."""

    def __call__(self, share: float, words: str) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Part:
    """Progress of one part of the work, from ``start`` to ``end`` of the whole; crosses process borders."""

    whole: Progress
    start: float
    end: float

    def __call__(self, share: float, words: str) -> None:
        self.whole(self.start + (self.end - self.start) * share, words)
