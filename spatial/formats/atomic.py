"""Files appear whole or not at all."""

import errno
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_REMEDIES = {
    errno.ENOSPC: "the disk is full; free some space or choose another folder",
    errno.EDQUOT: "the disk quota is used up; free some space or choose another folder",
    errno.ENAMETOOLONG: "the name is too long; give the photo a shorter name",
    errno.ENOENT: "the folder does not exist; create it or choose another one",
    errno.ENOTDIR: "a part of this path is a file, not a folder; choose another folder",
    errno.EISDIR: "a folder of this name is in the way; remove it or choose another folder",
}
_OTHER_REMEDY = "choose a folder that you may write to"


class OutputError(OSError):
    """A file could not be written; the message names it and says what to do."""


def _explain(path: Path, error: OSError) -> OutputError:
    remedy = _REMEDIES.get(error.errno or 0, _OTHER_REMEDY)
    return OutputError(f"cannot write {path}: {remedy} ({error.strerror or error})")


def make_folder(folder: Path) -> None:
    """Create the folder and those above it where they are missing.

    Raises:
        OutputError: it cannot be created, or a file is in the way.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        msg = f"cannot write to {folder}: this is a file, not a folder; choose another folder"
        raise OutputError(msg) from error
    except OSError as error:
        raise _explain(folder, error) from error


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the folder of ``path``; it becomes ``path`` when the block ends well.

    The temporary file exists, empty, from the start, so that a folder that cannot be written to is found before
    anything is computed. It is removed when the block raises; a former ``path`` then stays as it was.

    Raises:
        OutputError: the file cannot be made, filled or renamed.
    """
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        temporary.open("xb").close()
    except OSError as error:
        raise _explain(path, error) from error
    try:
        yield temporary
        temporary.replace(path)
    except OutputError:
        raise
    except OSError as error:
        raise _explain(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)
