"""The manifest of a collection on Ray: a row for every photo in Parquet files below the target.

They are the memory of the runs, too: what has its row is not done again.
"""

import hashlib
import json
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import PurePosixPath
from secrets import token_hex
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import dataset, fs

from spatial.collections.one import Recipe
from spatial.collections.report import Status
from spatial.collections.storage import Item, Place, put
from spatial.depth import AUTO
from spatial.photo import plain_name
from spatial.settings import to_dict

MANIFEST_FOLDER = "manifest"
_PART_ROWS, _PART_S = 1_000, 60.0
_TIME = pa.timestamp("us", tz="UTC")
_FILE = pa.struct({"role": pa.string(), "name": pa.string(), "bytes": pa.int64()})
ROW = pa.schema(
    {
        "path": pa.string(),
        "bytes": pa.int64(),
        "modified": _TIME,
        "name": pa.string(),
        "settings_hash": pa.string(),
        "status": pa.string(),
        "reason": pa.string(),
        "sha256": pa.string(),
        "estimator": pa.string(),
        "depth_kind": pa.string(),
        "comfort": pa.int16(),
        "seconds": pa.float32(),
        "files": pa.list_(_FILE),
        "shard": pa.string(),
        "finished": _TIME,
    }
)
"""A row of the manifest; the newest one of a path counts."""
WORKED = ROW.append(pa.field("data", pa.list_(pa.large_binary()))).append(
    pa.field("disk_full", pa.bool_())
)
_KNOWN = ("path", "bytes", "modified", "name", "settings_hash", "status", "reason", "finished")


@dataclass(frozen=True, slots=True, kw_only=True)
class RayCollection(Recipe):
    """What is done with every photo, and where.

    Attributes:
        source: file system of the photos.
        target: place of the results.
        model: id and revision of the depth model that every process must have.
        shard_photos: results that a shard holds; 0 = files of their own.
        gpu_share: of a GPU for a process; 0 = none.
        force: make results anew that are there.
    """

    source: fs.FileSystem
    target: Place
    model: tuple[str, str]
    shard_photos: int = 0
    gpu_share: float = 0.0
    force: bool = False

    def settings_hash(self) -> str:
        """Return what results are known by that were made alike."""
        text = json.dumps(self.described(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def described(self) -> dict[str, Any]:
        """Return what the hash stands for."""
        return {
            "formats": list(self.formats),
            "settings": to_dict(self.settings),
            "estimator": list(self.model),
            "camera_depth": self.estimator == AUTO,
            "inpainter": self.inpainter,
            "packed": bool(self.shard_photos),
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done: rows with a photo's place and the name of its result; what was done."""

    todo: list[dict[str, Any]]
    finished: list[str]


def make_plan(items: Sequence[Item], collection: RayCollection) -> Plan:
    """Return what is to be done: all that have no row, or changed since, or were refused.

    Every photo gets a name that no other one has, and keeps that of its earlier row.

    Raises:
        OutputError: the target cannot be written to, or its manifest not be read.
    """
    own = collection.settings_hash()
    described = json.dumps(collection.described(), indent=2).encode()
    put(collection.target, f"{MANIFEST_FOLDER}/_settings-{own}.json", described)
    known = _known_rows(collection.target)
    taken = {row["name"].lower() for row in known.values()}
    todo, finished = [], []
    for item in items:
        row = known.get(item.path)
        if row and not collection.force and _is_finished(row, item, own):
            finished.append(item.path)
            continue
        name = row["name"] if row else _free_name(item, taken)
        again = row is not None
        todo.append({**item._asdict(), "name": name, "again": again, "settings_hash": own})
    return Plan(todo, finished)


def _is_finished(row: dict[str, Any], item: Item, settings_hash: str) -> bool:
    now = (item.bytes, item.modified, settings_hash, Status.DONE.value)
    return (row["bytes"], row["modified"], row["settings_hash"], row["status"]) == now


def _free_name(item: Item, taken: set[str]) -> str:
    stem = PurePosixPath(item.folder) / plain_name(PurePosixPath(item.path).stem)
    name, number = stem.as_posix(), 1
    while name.lower() in taken:
        number += 1
        name = f"{stem.as_posix()}-{number}"
    taken.add(name.lower())
    return name


def _known_rows(target: Place) -> dict[str, dict[str, Any]]:
    """Return the newest row of every path that the manifest has."""
    folder = f"{target.path}/{MANIFEST_FOLDER}"
    parts = dataset.dataset(folder, schema=ROW, format="parquet", filesystem=target.files)
    table = parts.to_table(columns=list(_KNOWN)).sort_by("finished")
    return {row["path"]: row for row in table.to_pylist()}


@contextmanager
def rows_written(target: Place) -> Generator[Callable[[dict[str, Any]], None], None, None]:
    """Yield a function that adds a row; parts are written as they fill, and at the end."""
    rows: list[dict[str, Any]] = []
    written = time.monotonic()

    def write() -> None:
        nonlocal written
        sink = pa.BufferOutputStream()
        pq.write_table(pa.Table.from_pylist(rows, ROW), sink)
        name = f"{datetime.now(timezone.utc):%Y%m%dT%H%M%S}-{token_hex(8)}.parquet"
        put(target, f"{MANIFEST_FOLDER}/{name}", memoryview(sink.getvalue()))
        rows.clear()
        written = time.monotonic()

    def add(row: dict[str, Any]) -> None:
        rows.append(row)
        if len(rows) >= _PART_ROWS or time.monotonic() - written > _PART_S:
            write()

    try:
        yield add
    finally:
        if rows:
            write()
