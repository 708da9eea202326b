"""How far a collection is, told while it is converted; and the exit code."""

import sys
import time
from collections.abc import Callable, Iterator

from tqdm import tqdm

from spatial.collections import Outcome, Tally, line_of
from spatial.commands.flags import tell
from spatial.stopping import STOPPED, told_to_stop


def tell_each(
    todo: Iterator[Outcome], tally: Tally, keep: Callable[[Outcome], object] = lambda _: None
) -> Tally:
    """Give each outcome to ``keep``; tell how far they are: on a terminal in place, else at times.

    Returns:
        The tally at the end, or when the disk was full.
    """
    start, total = time.monotonic(), tally.total
    live = sys.stderr.isatty()
    bar = tqdm(total=0, bar_format="{desc}", disable=not live, leave=False)
    bar.set_description_str(line_of(tally))
    for outcome in todo:
        keep(outcome)
        before = 10 * tally.finished // total
        tally = tally.plus(outcome, time.monotonic() - start)
        if outcome.reason:
            tell(f"{outcome.path}: {outcome.reason}")
        bar.set_description_str(line_of(tally))
        if not live and 10 * tally.finished // total > before:
            tell(line_of(tally))
        if outcome.disk_full:
            tell("the disk is full: stopped; free some space and give the same command again")
            break
    bar.close()
    return tally


def exit_code(tally: Tally, *, refused_words: bool) -> int:
    """Return 0; 2 where something was refused or is left; 143 where it was told to stop."""
    if tally.finished < tally.total and told_to_stop():
        return STOPPED
    return 2 if tally.refused or refused_words or tally.finished < tally.total else 0
