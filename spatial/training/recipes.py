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
# Continues finished weights (`--init`); the pictures are composed anew in every batch.
COMPOSE_MIX = (
    replace(SCENES, weight=0.20, exact_silhouettes=True),
    DataSet(name=COMPOSED, weight=0.23, licence=RESEARCH, exact_silhouettes=True),
    replace(NYU, weight=0.21),
    replace(CAMVID, weight=0.06),
    DataSet(name="mosd", weight=0.03, licence="BSD-3-Clause; contains the original OSD"),
    DataSet(name="near_person", weight=0.02, licence="none stated; research use"),
    DataSet(name="ordered_wide", weight=0.18, licence=RESEARCH, only_order=True),
    DataSet(name="ordered_tall", weight=0.07, licence=RESEARCH, only_order=True),
)
COMPOSE = StageSettings(
    name="compose",
    kind=StageKind.END_TO_END,
    minutes=95,
    batch_size=8,
    learning_rate=3e-4,
    encoder_rate=0.3,
    decoder_rate=0.3,
    refiner_rate=3.0,
    far_share=0.5,
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

CONFIGS: dict[str, TrainSettings] = {
    settings.name: settings
    for settings in (
        TrainSettings(name="compact", stages=(S0, S1, S2, S3), mix=(SCENES, CAMVID, NYU, OSD)),
        TrainSettings(
            name="compose",
            stages=(COMPOSE,),
            mix=COMPOSE_MIX,
            model=ModelSettings(refiner_width=32),
            augmentation=Augmentation(
                smallest_crop=0.55, colour=1.4, soft_share=0.15, cut_share=0.1
            ),
            processing_resolution_px=320,
        ),
    )
}
