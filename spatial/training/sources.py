"""The data of a run: labelled folders, the scene cache, photos."""

import logging
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from spatial.training.composed.compositions import COMPOSED, Compositions
from spatial.training.composed.cutouts import load_cutouts
from spatial.training.config import StageKind, TrainSettings
from spatial.training.data import (
    ImageSource,
    LabelledImages,
    Mix,
    StoredImages,
    TrainingDataError,
    load_labelled_folder,
    load_photos,
    photo_files,
)
from spatial.training.ordered import ORDERED, load_ordered
from spatial.training.scenes.cache import (
    SceneCacheSettings,
    load_scene_cache,
    write_scene_cache,
)

logger = logging.getLogger(__name__)

SCENES = "scenes"
CUTOUTS_FOLDER = "cutouts"
# Made while training, or before it; every other row of a mix is a folder.
MADE_HERE = {SCENES, COMPOSED}
_NO_IMAGES = LabelledImages(
    torch.zeros(0, 3, 1, 1, dtype=torch.uint8), torch.zeros(0, 1, 1, 1, dtype=torch.float16)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFolders:
    """Where the data lies.

    Attributes:
        labelled: Folder with one folder for each set of the mix.
        photos: Folders of photos without depth, for the VAE and for composed pictures.
        scenes: Cache of procedural scenes; rendered first where it does not exist.
    """

    labelled: Path
    photos: tuple[Path, ...]
    scenes: Path


class TrainingData:
    """Mix and photos in memory; `refresh` takes in scenes rendered meanwhile."""

    def __init__(self, settings: TrainSettings, folders: DataFolders) -> None:
        self._rows = settings.mix
        self._augmentation = settings.augmentation
        self._folders = folders
        names = {row.name for row in settings.mix}
        self._sets = {
            row.name: load_labelled_folder(_folder_of(row.name, folders), border=row.border)
            for row in settings.mix
            if row.name not in MADE_HERE | ORDERED.keys()
        }
        self._sets |= {name: load_ordered(name, folders.photos) for name in names & ORDERED.keys()}
        self._cutouts = load_cutouts(folders.labelled / CUTOUTS_FOLDER) if COMPOSED in names else []
        if SCENES in names and not folders.scenes.exists():
            photo_paths = [p for folder in folders.photos for p in photo_files(folder)]
            scenes = SceneCacheSettings(count=settings.scene_count, seed=settings.seed)
            write_scene_cache(folders.scenes, scenes, photo_paths=photo_paths)
        needs_photos = COMPOSED in names or any(
            stage.kind is StageKind.VAE for stage in settings.stages
        )
        self.photos: Tensor = load_photos(folders.photos) if needs_photos else _NO_IMAGES.rgb
        self._scenes_wanted = SCENES in names
        self._scene_files = self._finished_scenes()
        self.mix = self._build()

    def refresh(self) -> None:
        """Build the mix anew if the scene cache has grown."""
        files = self._finished_scenes()
        if files == self._scene_files:
            return
        # The old scenes go before the new ones come: together they may not fit into memory.
        del self.mix, self._sets[SCENES]
        self._scene_files = files
        self.mix = self._build()

    def _finished_scenes(self) -> set[Path]:
        found = self._folders.scenes.glob("*_inverse_depth.npy")
        return set(found) if self._scenes_wanted else set()

    def _build(self) -> Mix:
        if self._scenes_wanted:
            self._sets[SCENES] = _NO_IMAGES
        if self._scene_files:
            self._sets[SCENES] = LabelledImages(*load_scene_cache(self._folders.scenes))
        sources: dict[str, ImageSource] = {}
        for name, images in self._sets.items():
            if len(images.rgb) > 8:
                logger.info("set %s: %d images", name, len(images.rgb))
                sources[name] = StoredImages(images)
            else:
                logger.warning("set %s has no images yet and is left out of the mix", name)
        if self._cutouts:
            sets = {name: images for name, images in self._sets.items() if name in sources}
            sources[COMPOSED] = Compositions(self._cutouts, self.photos, sets)
        rows = [row for row in self._rows if row.name in sources]
        return Mix(rows, [sources[row.name] for row in rows], self._augmentation)


def _folder_of(name: str, folders: DataFolders) -> Path:
    folder = folders.labelled / name
    if not folder.is_dir():
        raise TrainingDataError(f"the mix needs the folder {folder}, which does not exist")
    return folder
