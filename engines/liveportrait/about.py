"""What the engine tells of itself: its section of the manifest, its files, and when it can be taken."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from engines.about import About, Lacking, Ready, Wish
from engines.liveportrait.options import Options, Region
from engines.neural.files import fetched_folder
from engines.neural.section import NetworkSection
from foundation.errors import InputError

NAME = "liveportrait"
"""Of the one publication that `models fetch` knows."""
WEIGHTS = (
    "appearance_feature_extractor",
    "motion_extractor",
    "warping_module",
    "spade_generator",
    "stitching_retargeting_module",
)
"""The published files, without their endings."""
FOLDERS = ("", "base_models", "retargeting_models", f"{NAME}/base_models", f"{NAME}/retargeting_models")
"""Where they lie in a folder: side by side, or as on the hub."""
SUFFIXES = (".pth", ".safetensors")


class LivePortrait(NetworkSection):
    """What the engine liveportrait needs. Its `checkpoint` is the folder of the five published files of the models of
    people, or a .safetensors made of them."""

    config: str | None = None
    """A file with the widths of networks of one's own; without it, the published ones."""
    mode: Literal["relative", "absolute"] | None = None
    """From the portrait's own pose, or the driver's own pose and expression; without it, what motion.mode says."""
    driving_option: Literal["expression-friendly", "pose-friendly"] = "expression-friendly"
    """Whether relative motion is scaled by the size of the heads, or taken as it is."""
    region: Region = "all"
    """What of the motion is taken."""
    multiplier: Annotated[float, Field(ge=0, le=10)] = 1.0
    """Of all motion, in the end."""
    stitching: bool = True
    """Correct the motion so that the border of the face's crop stays where it is."""
    shut_lips: bool = False
    """In relative motion, begin from shut lips where the portrait's are open."""
    retarget_eyes: bool = False
    """Open the eyes as far as the driver's; in relative motion all other motion is dropped, as published."""
    retarget_lips: bool = False
    """Open the lips as far as the driver's; in relative motion all other motion is dropped, as published."""
    hold_eyes: bool = False
    """Of a video as the portrait: keep its eyes as open as in its first frame."""
    observation_variance: Annotated[float, Field(ge=1e-9, le=1)] = 3e-7
    """Of a video as the portrait: how much its motion is smoothed over time; more is smoother."""


def choose(wish: Wish[LivePortrait]) -> Ready | Lacking:
    """The files that are named, or those that were fetched."""
    section = wish.section
    fetched = fetched_folder() / f"{NAME}.safetensors"
    if section.checkpoint is None and not fetched.is_file():
        cure = f"name the folder of its five files as {NAME}.checkpoint, or run `models fetch {NAME}`"
        return Lacking(what="no weights", cure=cure)
    checkpoint = wish.path(section.checkpoint) if section.checkpoint is not None else fetched
    files = find(checkpoint) if checkpoint.is_dir() else {"checkpoint": checkpoint}
    if section.config is not None:
        files["config"] = wish.path(section.config)
    return Ready(
        options=Options(
            **vars(section.arithmetic),
            relative=not wish.absolute if section.mode is None else section.mode == "relative",
            expression_friendly=section.driving_option == "expression-friendly",
            region=section.region,
            multiplier=section.multiplier,
            stitching=section.stitching,
            shut_lips=section.shut_lips,
            eyes=section.retarget_eyes,
            lips=section.retarget_lips,
            hold_eyes=section.hold_eyes,
            observation_variance=section.observation_variance,
        ),
        files=files,
        honours=(),
        reason="" if wish.named else f"its weights are there, {checkpoint.name}",
    )


def find(folder: Path) -> dict[str, Path]:
    """The five files in a folder, by their names.

    Raises: InputError naming those that are missing.
    """
    found = {}
    for name in WEIGHTS:
        places = (folder / inner / f"{name}{suffix}" for inner in FOLDERS for suffix in SUFFIXES)
        file = next((place for place in places if place.is_file()), None)
        if file is not None:
            found[name] = file
    missing = [f"{name}.pth" for name in WEIGHTS if name not in found]
    if missing:
        raise InputError(
            f"LivePortrait's folder lacks {', '.join(missing)}",
            file=folder,
            cure=f"put all five published files there, or run `models fetch {NAME}`",
        )
    return found


ABOUT = About(
    section=LivePortrait,
    network=True,
    learned=True,
    motion_files="engines.liveportrait.motion_files:FILES",
    choose=choose,
    catalog="engines.liveportrait.published:CATALOG",
    checkpoints=(NAME,),
)
