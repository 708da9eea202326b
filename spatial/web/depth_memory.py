"""Photos and their depth, as the server remembers them: estimated once for the same wish."""

from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

from spatial.decoder import Decoder
from spatial.depth import (
    AUTO,
    EMBEDDED,
    FILE,
    Estimator,
    EstimatorError,
    Part,
    Progress,
    load_estimator,
)
from spatial.depth.file import MapEstimator
from spatial.photo import PhotoFile
from spatial.photo.sphere import widened
from spatial.records import DepthMap, EstimatorInfo, Photo
from spatial.settings import DepthSettings, Group, InputLayout, iter_settings
from spatial.web.memory import ByteCache
from spatial.web.messages import SessionError
from spatial.web.models import Models, NoGpuError, Run

_LOADING_SHARE = 0.4
_PHOTO_BYTES = 128 * 2**20
_DEPTH_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthKey:
    """What a depth map depends on: photo, estimator, its revision, and the depth settings."""

    sha256: str
    estimator: str
    revision: str
    settings: DepthSettings  # those that the estimate depends on, the others at their defaults


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDepth:
    """One photo of one visitor whose depth is known.

    Attributes:
        path: the photo's file in Gradio's cache.
        key: finds its depth.
        info: the estimator that the depth came from.
        note: why that is not the one that was asked for; may be empty.
    """

    path: str
    key: DepthKey
    info: EstimatorInfo
    note: str = ""


@dataclass(slots=True)
class Remembered:
    """An estimator that says again what one has said of a photo."""

    info: EstimatorInfo
    depth: DepthMap

    def __call__(
        self, photo: Photo, settings: DepthSettings, progress: Progress | None = None
    ) -> DepthMap:
        return self.depth


def depth_bytes(depth: DepthMap) -> int:
    """Return the memory that a depth map takes."""
    spread = 0 if depth.uncertainty is None else depth.uncertainty.nbytes
    return depth.values.nbytes + depth.valid.nbytes + spread


def key_of(photo: Photo, info: EstimatorInfo, settings: DepthSettings) -> DepthKey:
    """Return the key of the depth that an estimator gives of a photo."""
    return DepthKey(
        sha256=photo.sha256,
        estimator=info.id,
        revision=info.revision,
        settings=with_adjustments_of(DepthSettings(), settings),
    )


def with_adjustments_of(later: DepthSettings, estimated: DepthSettings) -> DepthSettings:
    """Return ``estimated`` with those settings of ``later`` that any estimated map can follow."""
    names = (s.name for s in iter_settings() if s.info.group is Group.DEPTH)
    return replace(estimated, **{name: getattr(later, name) for name in names})


class DepthMemory:
    """Photos and depth maps of one server process, shared by all visitors.

    Args:
        models: gives the depth of photos that bring none.
        decoder: reads visitors' files.
        run: calls the network; None calls it here.
    """

    def __init__(self, models: Models, decoder: Decoder, run: Run | None = None) -> None:
        self._models = models
        self._decoder = decoder
        self.run: Run = run or models.estimate
        self._photos: ByteCache[tuple[str, InputLayout], Photo] = ByteCache(_PHOTO_BYTES)
        self._depths: ByteCache[DepthKey, DepthMap] = ByteCache(_DEPTH_BYTES)
        self._turn = Lock()

    def photo(self, path: str | None, layout: InputLayout = InputLayout.AUTO) -> Photo:
        """Return the photo in an uploaded file.

        Raises:
            SessionError: there is no file.
            PhotoError: the file cannot be used.
        """
        if not path:
            msg = "Choose a photo first."
            raise SessionError(msg)
        photo = self._photos.get((path, layout))  # an upload is named by its content
        if photo is None:
            photo = self._decoder.load_photo(PhotoFile(Path(path), layout))
            self._photos.put((path, layout), photo, photo.rgb.nbytes * (2 if photo.second else 1))
        return photo

    def find(
        self, path: str | None, name: str, settings: DepthSettings, progress: Progress | None = None
    ) -> KnownDepth:
        """Make sure that the depth of a photo is known, and return where to find it.

        Raises:
            SessionError: there is no photo.
            PhotoError: the file cannot be used.
            EstimatorError: the estimator cannot be used.
        """
        photo = self.photo(path, settings.input_layout)
        if name == FILE or (name == AUTO and photo.depth is not None):
            try:
                return self._take_written(path, photo, settings)
            except EstimatorError:
                if name == FILE:
                    raise
        estimator, note = self._models.get(name, Part(progress, 0.0, _LOADING_SHARE))
        info = estimator.info
        # One network at a time; the second of two equal requests finds the first one's answer.
        with self._turn:
            depth = self._depths.get(key_of(photo, info, settings))
            if depth is None:
                watch = Part(progress, _LOADING_SHARE, 0.95)
                watch(0.0, "estimating depth")
                try:
                    depth = self.run(info.id, widened(photo), settings, watch)
                except NoGpuError as refusal:
                    spare = self._models.spare()
                    depth = spare(widened(photo), settings, watch)
                    info, note = spare.info, _without_gpu(info.id, refusal)
            known = self._keep(path, photo, settings, depth, info)
        return replace(known, note=note)

    def warm_up(self, name: str, photo: Photo) -> EstimatorInfo:
        """Load a model and, on a processor, call it once; return what the model is.

        Raises:
            EstimatorError: the model cannot be used.
        """
        estimator, _ = self._models.get(name)
        if self._models.on_processor:  # a GPU is borrowed from visitors
            with self._turn:
                estimator(photo, DepthSettings())
        return estimator.info

    def _take_written(self, path: str | None, photo: Photo, settings: DepthSettings) -> KnownDepth:
        """Take the depth that the camera wrote into a photo.

        Raises:
            EstimatorError: there is none, or it does not fit the photo.
        """
        if photo.depth is None:
            msg = (
                f"{photo.name} holds no depth. Phones save it in portrait photos, but some "
                "browsers remove it: use the button Choose a photo, or another depth model."
            )
            raise EstimatorError(msg)
        title = "its two views" if photo.second else "the camera"
        return self._take(path, photo, settings, load_estimator(FILE), title=title)

    def take_map(self, path: str | None, depth_path: str, settings: DepthSettings) -> KnownDepth:
        """Take the depth from a map that the visitor brings, and return where to find it.

        Raises:
            SessionError: there is no photo.
            PhotoError: the photo cannot be used.
            EstimatorError: the map cannot be used.
        """
        photo, file = self.photo(path, settings.input_layout), Path(depth_path)
        brought = MapEstimator(self._decoder.read_map(file), file)
        # Where the server keeps the upload is nobody's business.
        told = {"id": FILE, "title": f"your map {file.name}", "source": file.name}
        return self._take(path, photo, settings, brought, **told)

    def _take(
        self,
        path: str | None,
        photo: Photo,
        settings: DepthSettings,
        reader: Estimator,
        **told: Any,  # noqa: ANN401 - fields of EstimatorInfo
    ) -> KnownDepth:
        """Keep depth that exists already; ``told`` is what the page says about it."""
        depth = reader(photo, settings)
        info = replace(reader.info, space=depth.space, kind=depth.kind, **told)
        return self._keep(path, photo, settings, depth, info)

    def _keep(
        self,
        path: str | None,
        photo: Photo,
        settings: DepthSettings,
        depth: DepthMap,
        info: EstimatorInfo,
    ) -> KnownDepth:
        key = key_of(photo, info, settings)
        self._depths.put(key, depth, depth_bytes(depth))
        return KnownDepth(path=str(path), key=key, info=info)

    def photo_of(self, known: KnownDepth) -> Photo:
        """Return the photo whose depth is known, read as it was then."""
        return self.photo(known.path, known.key.settings.input_layout)

    def estimator(self, known: KnownDepth) -> Remembered:
        """Return what gives the depth of a photo again, as the estimator gave it.

        Raises:
            SessionError: the depth is gone; the photo must be made anew.
        """
        depth = self._depths.get(known.key)
        if depth is None or not Path(known.path).is_file():
            msg = "The server has forgotten this photo. Choose it again."
            raise SessionError(msg)
        return Remembered(known.info, depth)


def _without_gpu(name: str, refusal: NoGpuError) -> str:
    told = f"No GPU is available: {str(refusal).rstrip('. ')}."
    if name == EMBEDDED:
        return f"{told} The embedded depth model ran on the processor instead."
    return f"{told} The embedded depth model ran on the processor, in place of {name}."
