"""Weights from a folder or the Hugging Face Hub: progress, cache, plain words for failures."""

import errno
import hashlib
import re
from collections.abc import Sequence
from importlib import import_module, resources
from pathlib import Path
from typing import Any, NamedTuple

import huggingface_hub
from huggingface_hub.errors import (
    DisabledRepoError,
    GatedRepoError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from spatial.depth.errors import CheckpointError, EstimatorError, HubUnreachableError
from spatial.depth.estimators import LoadOptions
from spatial.depth.watch import Progress

LATENT_FILES = (
    "model_index.json",
    "README.md",
    "*/config.json",
    "*/scheduler_config.json",
    "*.safetensors",
    "*.safetensors.index.json",
    "tokenizer/*",
)
TRANSFORMERS_FILES = ("config.json", "preprocessor_config.json", "model*.safetensors*", "README.md")
_NOT_STATED = "not stated"
_HEADER_BYTES = 1 << 16
_LICENCE_LINE = re.compile(
    r"""^(license|license_name): *["']?([\w.,;:()/+ -]{1,80}?)["']? *$""", re.MULTILINE
)
_OTHER_VARIANTS = ("*.fp16*", "*.bf16*", "*.non_ema*")

# The disk is at fault, not the Hub: trying again would not help.
_NO_PLACE = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOTDIR,
    errno.EEXIST,
}


class Snapshot(NamedTuple):
    """A folder with weights: where it is, its version, and its origin as people write it."""

    folder: Path
    revision: str
    origin: str

    def facts(self) -> dict[str, Any]:
        """Return what an info tells of every model: licence, source, revision and size_mb."""
        return {
            "licence": read_licence(self.folder),
            "source": self.origin,
            "revision": self.revision,
            "size_mb": size_mb(self.folder),
        }


def embedded_folder() -> Path:
    """Return the folder of the weights that ship with the package."""
    return Path(str(resources.files("spatial.depth") / "weights"))


def resolve(
    source: str | Path, files: Sequence[str], options: LoadOptions = LoadOptions()
) -> Snapshot:
    """Return the local folder of a checkpoint: as it is, from the Hub's cache, or downloaded.

    Args:
        source: a folder, ``owner/name`` or ``owner/name@revision``.
        files: patterns of the files that are needed.
        options: cache, address and limit; the progress is told what there is to download, then the
            fraction of the bytes.

    Raises:
        CheckpointError: the source is a path, but no folder.
        EstimatorError: there is no such repository or revision, it is not open to this user, it is
            too large, or there is no room for it.
        HubUnreachableError: the Hub does not answer, or broke off, and the cache does not have
            everything.
    """
    folder, limit = Path(source).expanduser(), options.hub_limit_bytes
    if limit is None and folder.is_dir():
        return Snapshot(folder, content_hash(folder), str(source))
    if isinstance(source, Path) or str(source).startswith(("/", ".", "~")):
        msg = f"there is no folder {source}; give that of a checkpoint, or owner/name on the Hub"
        raise CheckpointError(msg)
    repo, _, tag = source.partition("@")
    wanted = {
        "revision": tag or None,
        "cache_dir": options.cache_dir,
        "endpoint": options.endpoint,
        "allow_patterns": list(files),
        "ignore_patterns": list(_OTHER_VARIANTS),
        "local_files_only": options.offline,
    }
    total = 0 if options.offline else _missing_bytes(repo, **wanted)
    if limit is not None and total > limit:
        size, most = f"{total / 1e9:.1f} GB", f"{limit / 1e9:g} GB"
        msg = f"{repo} is a download of {size}, at most {most} are fetched here"
        raise EstimatorError(msg)
    if options.progress is not None and total:
        options.progress(0.0, f"downloading {total / 1e6:.0f} MB, once")
    downloaded = _download(repo, tqdm_class=_bars(options.progress, total), **wanted)
    return Snapshot(downloaded, downloaded.name, f"https://huggingface.co/{repo}")


def content_hash(folder: Path) -> str:
    """Return 16 hex digits of SHA-256 over the names and contents of all files of a folder."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(str(path.relative_to(folder).as_posix()).encode())
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()[:16]


def read_licence(folder: Path) -> str:
    """Return the licence of the model card, its own name where it is no standard one."""
    card = folder / "README.md"
    if not card.is_file():
        return _NOT_STATED
    with card.open("rb") as file:  # not as YAML: a few lines of that can fill the memory
        head = file.read(_HEADER_BYTES).decode("utf-8-sig", errors="replace")
    header = head.partition("---\n")[2].partition("\n---")[0]
    told = dict(_LICENCE_LINE.findall(header.replace("\r\n", "\n")))
    licence = told.get("license", _NOT_STATED)
    return told.get("license_name", licence) if licence == "other" else licence


def size_mb(folder: Path) -> float:
    """Return the size of the weights in 10^6 bytes."""
    return sum(file.stat().st_size for file in folder.rglob("*.safetensors")) / 1e6


def _download(repo: str, **options: Any) -> Path:  # noqa: ANN401 - those of snapshot_download
    page = f"https://huggingface.co/{repo}"
    try:
        return Path(huggingface_hub.snapshot_download(repo, **options))
    except HFValidationError as error:
        msg = f"{repo!r} names no repository: write owner/name, as prs-eth/marigold-depth-v1-1"
        raise EstimatorError(msg) from error
    except GatedRepoError as error:
        login = "log in with `hf auth login` or set HF_TOKEN"
        msg = f"{repo} is gated: accept its terms at {page}, then {login}"
        raise EstimatorError(msg) from error
    except (RepositoryNotFoundError, DisabledRepoError) as error:
        what = "is not on the Hub, or is private"
        msg = f"the repository {repo} {what}: check the name, or log in with `hf auth login`"
        raise EstimatorError(msg) from error
    except RevisionNotFoundError as error:
        msg = f"{repo} has no revision {options['revision']!r}: {page}/tree/main shows what it has"
        raise EstimatorError(msg) from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled) as error:
        what = f"the Hub cannot be reached and {repo} is not in the cache"
        raise HubUnreachableError(f"{what}; connect once to download it") from error
    except (http_error(), OSError) as error:
        if getattr(error, "errno", None) in _NO_PLACE:
            raise EstimatorError(_no_place(repo, options["cache_dir"], error)) from error
        what = f"the download of {repo} broke off ({type(error).__name__})"
        raise HubUnreachableError(f"{what}; try again, it continues where it stopped") from error


def _no_place(repo: str, cache_dir: str | Path | None, error: Exception) -> str:
    cache = cache_dir or huggingface_hub.constants.HF_HUB_CACHE
    why = getattr(error, "strerror", None) or error
    remedy = "Make room there, or name another folder with HF_HOME"
    return f"{repo} cannot be stored in {cache}: {why}. {remedy}"


def http_error() -> type[Exception]:
    """Return the base of transport errors of the HTTP library that this Hub client uses."""
    client = type(huggingface_hub.get_session())
    return import_module(client.__module__.partition(".")[0]).HTTPError


def _missing_bytes(repo: str, **wanted: Any) -> int:  # noqa: ANN401 - those of snapshot_download
    """Return how much there is to download, or 0 where the Hub does not tell; then it says why."""
    try:
        files = huggingface_hub.snapshot_download(
            repo, dry_run=True, tqdm_class=_bars(None, 0), **wanted
        )
    except (http_error(), HFValidationError, OSError):
        return 0
    return sum(file.file_size for file in files if file.will_download)


def _bars(progress: Progress | None, total: int) -> type:
    """Return a silent progress-bar class that reports the bytes of all files together."""

    class Bar(huggingface_hub.utils.tqdm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
            self._counts_bytes = kwargs.get("unit") == "B"
            self._seen = 0.0
            super().__init__(*args, **{**kwargs, "disable": True})

        def update(self, n: float | None = 1) -> None:
            self._seen += n or 0
            if progress is not None and self._counts_bytes and total:
                progress(min(self._seen / total, 1.0), "downloading")

    return Bar
