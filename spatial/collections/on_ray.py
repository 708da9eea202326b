"""Convert many photos on Ray Data, which schedules, holds back and tries again.

``photos by name -> one a block -> pool of processes with the models -> rows``: a photo's bytes are
read where it is converted, so that one that cannot be read is a row, too. The manifest, Parquet
files below the target, has a row for every photo; the driver alone writes it, as rows come in.
"""

import hashlib
import logging
import os
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timezone
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import ray
import ray.data

from spatial.collections.one import Models, convert_bytes, cores, refused_or, set_threads
from spatial.collections.report import Outcome, Status
from spatial.collections.rows import WORKED, Plan, RayCollection, rows_written
from spatial.collections.shards import name_members, pack
from spatial.collections.storage import Place, put, put_result, read_photo
from spatial.depth import EstimatorError, load_estimator
from spatial.inpaint import load_inpainter
from spatial.settings import SettingsError
from spatial.starting import tune_process

_TRIES = 3  # of a photo whose process ends


class _Converter:
    """A process of the pool: the models, loaded once; photos come and rows go."""

    def __init__(self, collection: RayCollection) -> None:
        tune_process()
        set_threads(1)
        self._collection = collection
        model, revision = collection.model
        estimator = load_estimator(model, collection.options)
        if estimator.info.revision != revision:
            msg = f"{model} is of another revision on another machine; update one"
            raise EstimatorError(msg)
        inpainter = None
        if collection.inpainter:
            inpainter = load_inpainter(collection.inpainter, collection.options)
        self._models = Models(lambda: estimator, lambda: inpainter)

    def __call__(self, photos: pa.Table) -> pa.Table:
        return pa.Table.from_pylist([self._row(p) for p in photos.to_pylist()], WORKED)

    def _row(self, photo: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        path = Path(photo["path"])
        outcome = refused_or(path, lambda: self._convert(photo, made))
        told = asdict(outcome) | {"status": outcome.status.value}
        now = datetime.now(timezone.utc)
        return {**photo, **told, **made, "path": photo["path"], "finished": now}

    def _convert(self, photo: dict[str, Any], made: dict[str, Any]) -> Outcome:
        todo, name = self._collection, PurePosixPath(photo["name"])
        data = read_photo(todo.source, photo["path"], photo["bytes"])
        made["sha256"] = hashlib.sha256(data).hexdigest()
        now = datetime.now(timezone.utc)
        result = convert_bytes(data, todo, self._models, name=name.name, created=now)
        files: Sequence[Any] = result.files
        if todo.shard_photos:
            files = name_members(files, photo["folder"], photo["path"])
            made["data"] = [file.data for file in files]
        else:
            put_result(todo.target, photo["folder"], files, again=photo["again"])
        made["files"] = [{"role": f.role, "name": f.name, "bytes": len(f.data)} for f in files]
        made["estimator"] = f"{result.estimator.id}@{result.estimator.revision}"
        made["depth_kind"] = result.estimator.kind.value
        return Outcome(
            path=Path(photo["path"]),
            status=Status.DONE,
            reason="; ".join(result.photo.notes),
            comfort=result.comfort,
        )


def _write_shard(rows: pa.Table, target: Place) -> pa.Table:
    """Write the results that some rows bring as one shard; return the rows without them."""
    told = rows.to_pylist()
    members = [
        (file["name"], data)
        for row in told
        for file, data in zip(row["files"] or (), row.pop("data") or (), strict=True)
    ]

    def write() -> Outcome:
        shard, content = pack(members)
        if members:
            put(target, shard, content)
        return Outcome(path=Path(shard), status=Status.DONE)

    written = refused_or(Path(), write)
    became: dict[str, Any] = {"shard": str(written.path)}
    if written.status is Status.REFUSED:
        became = {"status": written.status.value, "reason": written.reason, "files": None}
        became["disk_full"] = written.disk_full
    return pa.Table.from_pylist([r | became if r["files"] else r for r in told], WORKED)


@contextmanager
def cluster() -> Iterator[tuple[int, int | None]]:
    """Yield how many processes the cluster of ``RAY_ADDRESS`` has room for now, and at most.

    At most is None where it may grow. Without an address one is started on this machine. A CPU is
    left to the task that deals out the photos; this machine counts one more for it.

    Raises:
        SettingsError: the cluster does not answer.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to others unasked
    own, address = not ray.is_initialized(), os.environ.get("RAY_ADDRESS") or "local"
    if own:
        try:
            ray.init(
                address,
                num_cpus=cores() + 1 if address == "local" else None,
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
        except ConnectionError as error:
            msg = f"{error}; RAY_ADDRESS says which cluster, RAY_ADDRESS=local starts one here"
            raise SettingsError(msg) from error
    try:
        room = max(1, int(ray.cluster_resources().get("CPU", 1)) - 1)
        yield room, room if own and address == "local" else None
    finally:
        if own:
            ray.shutdown()


def convert_on_ray(
    plan: Plan,
    collection: RayCollection,
    *,
    jobs: int,
    most: int | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Generator[Outcome, None, None]:
    """Convert the photos of a plan and yield what became of each; their rows are in the manifest.

    Args:
        plan: made for this collection.
        collection: what is done with them.
        jobs: processes to begin with.
        most: processes at most; None = as many as the cluster has, or gets, room for.
        stopped: tells that the work is to end.

    Raises:
        OutputError: the manifest cannot be written.
        EstimatorError: a machine has another model.
    """
    for path in plan.finished:
        yield Outcome(path=Path(path), status=Status.SKIPPED)
    left = {photo["path"]: photo for photo in plan.todo}
    with rows_written(collection.target) as add:
        # A process has its next photo at hand; what died behind one that ends it is tried alone.
        for at_hand in (2, 1) if left else ():
            pool = ray.data.ActorPoolStrategy(
                min_size=1,
                initial_size=min(jobs, len(left)),
                max_size=most,
                max_tasks_in_flight_per_actor=at_hand,
            )
            for block in _rows(list(left.values()), collection, pool):
                for row in block.to_pylist():
                    left.pop(row["path"], None)
                    add(row)
                    yield _outcome_of(row)
                if stopped():
                    return
            if not left:
                return
        reason = f"the process that converted it ended {_TRIES} times, perhaps for want of memory"
        for photo in left.values():
            row = {**photo, "status": Status.REFUSED.value, "reason": reason, "seconds": 0.0}
            add({**row, "finished": datetime.now(timezone.utc)})
            yield _outcome_of(row)


def _outcome_of(row: dict[str, Any]) -> Outcome:
    return Outcome(
        path=Path(row["path"]),
        status=Status(row["status"]),
        reason=row["reason"],
        seconds=row["seconds"],
        comfort=row.get("comfort"),
        disk_full=bool(row.get("disk_full")),
    )


def _rows(
    todo: list[dict[str, Any]], collection: RayCollection, pool: ray.data.ActorPoolStrategy
) -> Iterator[pa.Table]:
    """Yield the rows of the manifest as Ray finishes them."""
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.max_errored_blocks = -1  # photos whose process ended are told by who waits for them
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    photos = ray.data.from_arrow(pa.Table.from_pylist(todo))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`ray_remote_args` is deprecated")
        # The only place where Ray takes the number of tries, without which there is no end to them.
        worked = photos.repartition(target_num_rows_per_block=1).map_batches(
            _Converter,
            fn_constructor_args=(collection,),
            batch_size=1,
            batch_format="pyarrow",
            compute=pool,
            num_cpus=1,
            num_gpus=collection.gpu_share or None,
            max_task_retries=_TRIES - 1,
        )
    if collection.shard_photos:
        worked = worked.map_batches(
            partial(_write_shard, target=collection.target),
            batch_size=collection.shard_photos,
            batch_format="pyarrow",
        )
    yield from worked.iter_batches(batch_size=None, batch_format="pyarrow")
