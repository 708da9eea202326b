"""How a process of the app or of the command line begins, before its slow imports."""

import atexit
import gc
import os

_OBJECTS = 20_000


def tune_process() -> None:
    """Set what suits a process that imports much and then waits for a few large computations.

    While the model's threads wait for each other, they leave the cores to others: with one busy
    core a map takes half as long, with idle ones as long as before. The garbage collector looks
    for circles after 20 000 new objects in place of some hundreds, and not at the process's end:
    walking through what imports made took 2 of the 7.5 s of a first depth map.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    gc.set_threshold(_OBJECTS, 20, 20)
    atexit.register(gc.freeze)
