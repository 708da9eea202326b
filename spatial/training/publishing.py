"""A trained pipeline on the Hub: checked, described by a model card, uploaded in one commit."""

import json
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import huggingface_hub
from huggingface_hub import CommitOperationAdd, CommitOperationDelete
from huggingface_hub.errors import (
    HfHubHTTPError,
    HFValidationError,
    LocalTokenNotFoundError,
    OfflineModeIsEnabled,
)

from spatial.depth.errors import EstimatorError, HubUnreachableError
from spatial.depth.hub import LATENT_FILES, http_error, size_mb
from spatial.depth.pipeline import LatentDepthPipeline
from spatial.training.export import FACTS

CARD = "README.md"
PUBLISHED_FILES = (*LATENT_FILES, FACTS)
# The terms of what the paper's recipe learns from.
PAPER_LICENCE = "openrail-m-and-cc-by-nc-sa-3.0"
PAPER_TERMS = (
    "Stable Diffusion 2 is under CreativeML Open RAIL++-M, Virtual KITTI 2 under CC BY-NC-SA 3.0: "
    "research and other non-commercial use."
)


class PublishError(EstimatorError):
    """The Hub refused the upload, or a card cannot be written; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What goes where.

    Attributes:
        folder: A pipeline folder, as training writes it.
        repo_id: owner/name.
        licence: What the model card states; empty = of the data that `training.json` names.
        private: Whether a new repository is private.
        endpoint: Address of the Hub; the client's own (`HF_ENDPOINT`) when None.
        token: Of the Hub; the one of `hf auth login` or `HF_TOKEN` when None.
    """

    folder: Path
    repo_id: str
    licence: str = ""
    private: bool = False
    endpoint: str | None = None
    token: str | None = None


def publish(publication: Publication) -> str:
    """Check a folder, upload it in one commit and return the address of the repository.

    The folder's own README.md is the model card where there is one, else `model_card` writes it.
    Files of an earlier version that are no longer part of the checkpoint are deleted in the same
    commit: a shard left over would be read.

    Raises:
        CheckpointError: The folder cannot be loaded as a depth pipeline.
        PublishError: The Hub refuses, or nothing says under which terms the weights are.
        HubUnreachableError: The Hub does not answer or broke off; what was uploaded is not sent
            again.
    """
    pipeline = LatentDepthPipeline.from_folder(publication.folder)
    card = read_card(publication, pipeline)
    files = {p.relative_to(publication.folder).as_posix(): p for p in _files(publication.folder)}
    contents: dict[str, Path | bytes] = {**files, CARD: card.encode()}
    api = huggingface_hub.HfApi(endpoint=publication.endpoint, token=publication.token)
    try:
        url = api.create_repo(publication.repo_id, private=publication.private, exist_ok=True)
        there = api.list_repo_files(publication.repo_id)
        stale = [path for path in there if _is_published(path) and path not in contents]
        api.create_commit(
            publication.repo_id,
            [
                *(CommitOperationAdd(path, content) for path, content in contents.items()),
                *(CommitOperationDelete(path) for path in stale),
            ],
            commit_message="Upload depth pipeline",
        )
    except HFValidationError as error:
        raise PublishError(f"{publication.repo_id!r} is no name: write owner/name") from error
    except LocalTokenNotFoundError as error:
        raise PublishError("log in with `hf auth login`, or set HF_TOKEN") from error
    except HfHubHTTPError as error:
        raise _explain(publication.repo_id, error) from error
    except ValueError as error:
        raise PublishError(f"the Hub refuses the model card: {error}") from error
    except (http_error(), OfflineModeIsEnabled, OSError, RuntimeError) as error:
        raise HubUnreachableError(
            f"the upload to {publication.repo_id} broke off ({error}); "
            "try again, the repository still has what it had"
        ) from error
    return str(url)


def _explain(repo_id: str, error: HfHubHTTPError) -> Exception:
    status = error.response.status_code
    if status >= 500:
        return HubUnreachableError(f"the Hub answers {status}; try again later")
    reasons = {
        401: "log in with `hf auth login`, or set HF_TOKEN to a token that may write",
        403: f"this token may not write to {repo_id}: use your own name as owner, "
        "and a token that may write",
    }
    return PublishError(reasons.get(status, f"the Hub refuses {repo_id} with {status}: {error}"))


def _files(folder: Path) -> list[Path]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in paths if _is_published(path.relative_to(folder).as_posix())]


def _is_published(path: str) -> bool:
    return any(fnmatch(path, pattern) for pattern in PUBLISHED_FILES)


def read_card(publication: Publication, pipeline: LatentDepthPipeline) -> str:
    """Return the folder's README.md, or a new card.

    Raises:
        PublishError: There is no card, no licence and no `training.json`.
    """
    card, facts = publication.folder / CARD, publication.folder / FACTS
    if card.is_file():
        return card.read_text(encoding="utf-8")
    if not facts.is_file() and not publication.licence:
        raise PublishError(
            f"{publication.folder} has neither {CARD} nor {FACTS}: "
            "say with --licence under which terms the weights are"
        )
    known = json.loads(facts.read_text(encoding="utf-8")) if facts.is_file() else {}
    return model_card(publication, pipeline, known)


def model_card(
    publication: Publication, pipeline: LatentDepthPipeline, facts: dict[str, Any]
) -> str:
    """Return a model card: front matter, how to use the weights, what they were trained on.

    Args:
        publication: Names and licence.
        pipeline: What the folder holds.
        facts: Contents of `training.json`; empty = unknown.
    """
    name = publication.repo_id.rpartition("/")[2]
    licence = publication.licence or PAPER_LICENCE
    base = str(facts.get("base", ""))
    front = ["license: other", f"license_name: {licence}"]
    front += ["library_name: diffusers", "pipeline_tag: depth-estimation"]
    front += ["tags:", "- monocular-depth", "- latent-diffusion"]
    if base.count("/") == 1 and not Path(base).exists():
        front.append(f"base_model: {base.partition('@')[0]}")
    config = pipeline.config
    rows = {
        "depth space": pipeline.depth_space.value,
        "depth kind": pipeline.depth_kind.value,
        "scheduler": type(pipeline.scheduler).__name__,
        "predicts": pipeline.scheduler.config["prediction_type"],
        "denoising steps": config["default_denoising_steps"],
        "long side": f"{config['default_processing_resolution']} px",
        "weights": f"{size_mb(publication.folder):.0f} MB",
    }
    trained = [f"| {key.replace('_', ' ')} | {value} |" for key, value in facts.items()]
    terms = [PAPER_TERMS] if facts and not publication.licence else []
    lines = [
        "---",
        *front,
        "---",
        "",
        f"# {name}",
        "",
        "A latent diffusion model that estimates the depth of one photo.",
        "Use it as a depth model of Spatial:",
        "",
        "```",
        f"python -m spatial convert photo.jpg -o out --estimator ldm:{publication.repo_id}",
        "```",
        "",
        "| | |",
        "|---|---|",
        *(f"| {key} | {value} |" for key, value in rows.items()),
        "",
        "## Training",
        "",
        *(["| setting | value |", "|---|---|", *trained] if trained else ["Not stated."]),
        "",
        "## Licence",
        "",
        f"{licence}. {' '.join(terms)}".strip(),
        "",
    ]
    return "\n".join(lines)
