"""What a shared link points to: a folder for each result, found by an id that cannot be guessed.

A result is ``<folder>/<id>/`` with the files of its formats, two small pictures for the page of the
link, the digest of its delete token, and ``manifest.json``. The manifest is written last and
removed first: a folder without one is no result. Nothing is remembered outside of the folder, so
links survive a restart.
"""

import hashlib
import hmac
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from threading import Lock
from urllib.parse import unquote

from platformdirs import user_data_path

from spatial.formats import (
    Manifest,
    ManifestError,
    OutputError,
    atomic_write,
    read_manifest,
    write_formats,
)
from spatial.records import SpatialPhoto

LIFETIME = timedelta(days=7)
QUOTA_BYTES = 20 * 10**9
_PREVIEW = "preview"
MANIFEST_FILE = "manifest.json"
_OWNER_FILE = "delete_token.sha256"
_ID = re.compile(r"[0-9a-f]{32}")
_UNFINISHED_AGE = timedelta(hours=1)  # no writing takes that long: what is older was cut off


class ShareError(ValueError):
    """A result cannot be shared; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the owner of a new result is told, once.

    Attributes:
        id: 128 random bits in hexadecimal digits; whoever knows it can see the result.
        delete_token: as many, known to the owner alone.
        expires: when the result will be removed.
    """

    id: str
    delete_token: str
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFile:
    """One file of a result, ready to be sent."""

    path: Path
    media_type: str


def data_folder(environment: Mapping[str, str]) -> Path:
    """Return where shared results live: ``SPATIAL_DATA``, else the user's data folder."""
    return Path(environment.get("SPATIAL_DATA") or user_data_path("spatial", appauthor=False))


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _size_of(folder: Path) -> int:
    total = 0
    with suppress(FileNotFoundError):  # another process removed the folder
        for path in folder.iterdir():
            with suppress(FileNotFoundError):
                total += path.stat().st_size
    return total


class ResultStore:
    """Shared results in one folder; safe to use from many threads.

    Args:
        folder: holds the results; created by the first one.
        clock: tells the time, with its zone.
        lifetime: how long a result is kept.
        quota_bytes: how many bytes all results together may take.
    """

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], datetime] = _now,
        lifetime: timedelta = LIFETIME,
        quota_bytes: int = QUOTA_BYTES,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self.lifetime = lifetime
        self._quota_bytes = quota_bytes
        self._lock = Lock()

    def share(self, result: SpatialPhoto, formats: Sequence[str]) -> Receipt:
        """Keep a result under a new id; it can be seen when it is complete, or not at all.

        Args:
            result: the spatial photo.
            formats: keys of FORMATS, the one for the viewer first.

        Raises:
            ShareError: there is no room left.
            FormatError: the result does not fit into a format.
            OutputError: the folder cannot be written to.
        """
        now = self._clock()
        receipt = Receipt(
            id=secrets.token_hex(16),
            delete_token=secrets.token_hex(16),
            expires=now + self.lifetime,
        )
        folder = self._folder / receipt.id
        with ExitStack() as stack:
            stack.callback(self._give_up, folder)
            kinds = (*formats, _PREVIEW)
            paths = write_formats(
                result, folder, formats=kinds, created=now, expires=receipt.expires
            )
            with atomic_write(folder / _OWNER_FILE) as temporary:
                temporary.write_text(_digest(receipt.delete_token), encoding="ascii")
            with self._lock:
                self._make_room(folder)
                paths["manifest"].rename(folder / MANIFEST_FILE)
            stack.pop_all()  # complete: nothing to clean up
        return receipt

    def find(self, result_id: str) -> Manifest | None:
        """Return a result's manifest, or None: never shared, expired, deleted, or no id at all."""
        folder = self._folder_of(result_id)
        manifest = None if folder is None else self._read(folder)
        if manifest is None or self._has_expired(manifest):
            return None
        return manifest

    def file(self, result_id: str, name: str) -> SharedFile | None:
        """Return a file that the manifest of a result names, or the manifest itself; None else."""
        manifest = self.find(result_id)
        if manifest is None:
            return None
        folder = self._folder / result_id
        if name == MANIFEST_FILE:
            return SharedFile(path=folder / name, media_type="application/json")
        for file in manifest.files.values():
            if unquote(file.href) == name and (folder / name).is_file():
                return SharedFile(path=folder / name, media_type=file.type)
        return None

    def is_owner(self, result_id: str, token: str) -> bool:
        """Tell whether a token is the delete token of a result."""
        folder = self._folder_of(result_id)
        try:
            kept = "" if folder is None else (folder / _OWNER_FILE).read_text(encoding="ascii")
        except FileNotFoundError:
            kept = ""
        return hmac.compare_digest(kept.encode(), _digest(token).encode())

    def delete(self, result_id: str, token: str) -> bool:
        """Remove a result at its owner's wish; False when there is none or the token is another's.

        Raises:
            OutputError: the folder cannot be changed.
        """
        if not self.is_owner(result_id, token):
            return False
        with self._lock:
            self._remove(self._folder / result_id)
        return True

    def sweep(self) -> int:
        """Remove what has expired and what was cut off while it was written; return how many.

        Raises:
            OutputError: the folder cannot be changed.
        """
        with self._lock:
            gone = [folder for folder in self._folders() if self._is_over(folder)]
            for folder in gone:
                self._remove(folder)
        return len(gone)

    def _make_room(self, new: Path) -> None:
        """Remove expired results, oldest first, until the rest fits the quota with the new one.

        Raises:
            ShareError: it does not even then.
        """
        finished = [f for f in self._folders() if (f / MANIFEST_FILE).is_file()]
        sizes = {folder: _size_of(folder) for folder in (*finished, new)}
        excess = sum(sizes.values()) - self._quota_bytes
        for folder in self._expired_oldest_first(sizes) if excess > 0 else ():
            self._remove(folder)
            excess -= sizes[folder]
            if excess <= 0:
                break
        if excess > 0:
            msg = (
                "This server has no room left for shared photos. Download the files, or try "
                "again later: "
                f"shared photos are removed after {self.lifetime.days} days."
            )
            raise ShareError(msg)

    def _expired_oldest_first(self, folders: Iterable[Path]) -> list[Path]:
        read = [(folder, self._read(folder)) for folder in folders]
        expired = [(m.created, f) for f, m in read if m is not None and self._has_expired(m)]
        return [folder for _, folder in sorted(expired)]

    def _folder_of(self, result_id: str) -> Path | None:
        return self._folder / result_id if _ID.fullmatch(result_id) else None

    def _folders(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return [f for f in self._folder.iterdir() if _ID.fullmatch(f.name) and f.is_dir()]

    def _read(self, folder: Path) -> Manifest | None:
        path = folder / MANIFEST_FILE
        try:
            return read_manifest(path) if path.is_file() else None
        except ManifestError:
            return None

    def _has_expired(self, manifest: Manifest) -> bool:
        return manifest.expires is not None and manifest.expires <= self._clock()

    def _is_over(self, folder: Path) -> bool:
        manifest = self._read(folder)
        if manifest is not None:
            return self._has_expired(manifest)
        try:
            return folder.stat().st_mtime < (self._clock() - _UNFINISHED_AGE).timestamp()
        except FileNotFoundError:  # another process removed it
            return False

    def _give_up(self, folder: Path) -> None:
        with self._lock:  # while nobody looks through the folders
            shutil.rmtree(folder, ignore_errors=True)

    @staticmethod
    def _remove(folder: Path) -> None:
        try:
            (folder / MANIFEST_FILE).unlink(missing_ok=True)
            shutil.rmtree(folder)
        except FileNotFoundError:  # another process was quicker
            return
        except OSError as error:
            msg = f"cannot remove {folder}: {error.strerror or error}"
            raise OutputError(msg) from error
