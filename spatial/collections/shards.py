"""Many results in one file: tar shards in the order of WebDataset.

The files of a result stand together and share a key: what precedes the first dot of their names.
``trip/boat-1f0c2a9b.side_by_side.jpg`` is the role ``side_by_side`` of that key.
"""

import hashlib
import io
import tarfile
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from urllib.parse import quote

from spatial.formats import ResultFile


def name_members(files: Sequence[ResultFile], folder: str, source: str) -> list[ResultFile]:
    """Return the files of a result as members of a shard; the manifest, which is last, follows.

    Args:
        files: as ``encode_formats`` gives them.
        folder: where the photo lies below its collection.
        source: the photo's path, by which photos of one name are told apart.
    """
    leader = files[-1]
    stem = leader.name.removesuffix(f"_{leader.role}.json").replace(".", "_")
    digest = hashlib.sha256(source.encode("utf-8", "surrogateescape")).hexdigest()
    key = f"{stem}-{digest[:8]}"
    text = leader.data.decode()
    members = []
    for role, name, data in files[:-1]:
        member = f"{key}.{role}{PurePosixPath(name).suffix}"
        text = text.replace(f'"{quote(name)}"', f'"{quote(member)}"')
        members.append(ResultFile(role, member, data))
    members.append(ResultFile(leader.role, f"{key}.{leader.role}.json", text.encode()))
    return [m._replace(name=(PurePosixPath(folder) / m.name).as_posix()) for m in members]


def pack(members: Iterable[tuple[str, bytes]]) -> tuple[str, memoryview]:
    """Return the name and the content of a shard; the same members give the same name."""
    digest, file = hashlib.sha256(), io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as shard:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            shard.addfile(info, io.BytesIO(data))
            digest.update(name.encode("utf-8", "surrogateescape"))
    return f"shard-{digest.hexdigest()[:16]}.tar", file.getbuffer()
