"""The configs of `python -m spatial train` for the compact model: stages and data, by name."""

from dataclasses import replace

from spatial.training.composed.compositions import COMPOSED
from spatial.training.config import (
    Augmentation,
    DataSet,
    ImageSize,
    ModelSettings,
    StageKind,
    StageSettings,
    TrainSettings,
)
from spatial.training.self_training import SELF_TRAINING

RESEARCH = "research use"

# Sets whose terms forbid commercial use stay out of every mix: these weights ship.
SCENES = DataSet(name="scenes", weight=0.45, licence="Apache-2.0, rendered by this project")
CAMVID = DataSet(name="camvid_popup", weight=0.15, licence=RESEARCH)
NYU = DataSet(name="nyuv2", weight=0.33, licence="none stated; research use", border=0.02)
OSD = DataSet(name="osd_tabletop", weight=0.07, licence="none stated; research use")

LANDSCAPE_AND_PORTRAIT = (ImageSize(weight=0.85), ImageSize(width=192, height=256, weight=0.15))
SEVERAL_SIZES = (
    ImageSize(weight=0.6),
    ImageSize(width=192, height=256, weight=0.15),
    ImageSize(width=256, height=160, weight=0.1),
    ImageSize(width=320, height=256, weight=0.15),
)

S0 = StageSettings(
    name="s0",
    kind=StageKind.ENCODER,
    minutes=42,
    learning_rate=1.2e-3,
    encoder_rate=0.3,
    sizes=LANDSCAPE_AND_PORTRAIT,
)
S1 = StageSettings(
    name="s1",
    kind=StageKind.VAE,
    minutes=7,
    batch_size=8,
    learning_rate=3e-3,
    final_rate=0.02,
    warmup_steps=30,
    weight_decay=1e-4,
    beta2=0.99,
)
S2 = StageSettings(
    name="s2",
    kind=StageKind.DIFFUSION,
    minutes=15,
    learning_rate=6e-4,
    sizes=LANDSCAPE_AND_PORTRAIT,
)
S3 = StageSettings(
    name="s3",
    kind=StageKind.END_TO_END,
    minutes=42,
    learning_rate=8e-4,
    encoder_rate=0.3,
    decoder_rate=0.5,
    batch_size=12,
    sizes=SEVERAL_SIZES,
)
# From 256 to 512 px on the long side, around the size that the finished model works at.
MIXED_SIZES = (
    ImageSize(weight=0.25),
    ImageSize(width=192, height=256, weight=0.1),
    ImageSize(width=320, height=256, weight=0.32),
    ImageSize(width=320, height=192, weight=0.07),
    ImageSize(width=448, height=160, weight=0.08),
    ImageSize(width=384, height=288, weight=0.14),
    ImageSize(width=512, height=384, weight=0.04),
)

# Continues finished weights (`--init`), which also label the photos of `self_training`.
REFINE_MIX = (
    replace(SCENES, weight=0.42),
    replace(CAMVID, weight=0.10),
    replace(NYU, weight=0.28),
    replace(OSD, weight=0.04),
    DataSet(name=SELF_TRAINING, weight=0.16, licence=RESEARCH),
)
REFINE = StageSettings(
    name="refine",
    kind=StageKind.END_TO_END,
    minutes=110,
    learning_rate=5e-4,
    encoder_rate=0.3,
    decoder_rate=0.3,
    batch_size=12,
    far_share=0.5,
    sizes=MIXED_SIZES,
)

# Continues finished weights too; the pictures are composed anew in every batch.
COMPOSE_MIX = (
    replace(SCENES, weight=0.26, exact_silhouettes=True),
    DataSet(name=COMPOSED, weight=0.28, licence=RESEARCH, exact_silhouettes=True),
    replace(NYU, weight=0.20),
    replace(CAMVID, weight=0.07),
    DataSet(name="mosd", weight=0.03, licence="BSD-3-Clause; contains the original OSD"),
    DataSet(name="near_person", weight=0.02, licence="none stated; research use"),
    DataSet(name="ordered_wide", weight=0.10, licence=RESEARCH, only_order=True),
    DataSet(name="ordered_tall", weight=0.04, licence=RESEARCH, only_order=True),
)
COMPOSE = replace(
    REFINE,
    name="compose",
    minutes=95,
    learning_rate=3e-4,
    batch_size=8,
    refiner_rate=3.0,
    silhouette_weight=0.3,
    order_weight=3.0,
    sizes=(
        ImageSize(weight=0.26),
        ImageSize(width=192, height=256, weight=0.1),
        ImageSize(width=320, height=256, weight=0.42),
        ImageSize(width=256, height=320, weight=0.06),
        ImageSize(width=320, height=192, weight=0.06),
        ImageSize(width=448, height=160, weight=0.04),
        ImageSize(width=384, height=288, weight=0.06),
    ),
)

REFINE_AUGMENTATION = Augmentation(smallest_crop=0.45, colour=1.4, soft_share=0.15, cut_share=0.2)

CONFIGS: dict[str, TrainSettings] = {
    settings.name: settings
    for settings in (
        TrainSettings(name="compact", stages=(S0, S1, S2, S3), mix=(SCENES, CAMVID, NYU, OSD)),
        TrainSettings(
            name="refine",
            stages=(REFINE,),
            mix=REFINE_MIX,
            augmentation=REFINE_AUGMENTATION,
            processing_resolution_px=320,
        ),
        TrainSettings(
            name="compose",
            stages=(COMPOSE,),
            mix=COMPOSE_MIX,
            model=ModelSettings(refiner_width=32),
            augmentation=replace(REFINE_AUGMENTATION, smallest_crop=0.55, cut_share=0.1),
            processing_resolution_px=320,
        ),
    )
}
